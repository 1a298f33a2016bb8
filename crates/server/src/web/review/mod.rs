//! The reviewers' pages: the queue, and a submission with all that decides about it. The same verbs as the API's, and the same
//! proof of who asks.

mod changes;
mod detail;
mod queue;
mod words;

use atom_marketplace_db::Timestamp;
use atom_marketplace_protocol::component::Status;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::page::Page as List;
use atom_marketplace_protocol::review::{
    Decision, Message, MessageSide, Submission, SubmissionDetail, SubmissionDiff, SubmissionSort,
};
use axum::Router;
use axum::extract::{FromRequestParts, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::request::Parts;
use serde::Deserialize;

use super::form::{Form, Typed};
use super::layout::Page;
use super::sign_in::login_for;
use super::visit::Visit;
use crate::app::Marketplace;
use crate::catalog::change::Change;
use crate::catalog::claims::{self, Reviewer};
use crate::catalog::model::ComponentRow;
use crate::catalog::review::{self, Judgement, Verdict, Wanted};
use crate::catalog::{component_by_name, diff, messages};
use crate::error::{ApiError, ApiResult};
use crate::extract::{Path, PlatformAdmin, Query};
use crate::paging::Window;
use atom_marketplace_protocol::error::Code;

pub(super) fn routes() -> Router<Marketplace> {
    Router::new()
        .route("/review", get(show_queue))
        .route("/review/{id}", get(show))
        .route("/review/{id}/claim", post(claim))
        .route("/review/{id}/decide", post(decide))
        .route("/review/{id}/message", post(message))
        .route("/review/{id}/hide", post(hide))
}

/// A signed-in person who looks after the platform. Whoever is not signed in is sent to do that, and comes back.
struct Looking(PlatformAdmin);

impl FromRequestParts<Marketplace> for Looking {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, m: &Marketplace) -> Result<Self, Response> {
        let signed_in = parts.extensions.get::<Visit>().is_some_and(|visit| !visit.is_anonymous());
        if !signed_in && parts.method == http::Method::GET {
            return Err(login_for(parts.uri.path()).into_response());
        }
        match PlatformAdmin::from_request_parts(parts, m).await {
            Ok(admin) => Ok(Self(admin)),
            Err(_) if !signed_in => {
                Err(ApiError::new(Code::Unauthenticated, "Sign in, then send it once more.").into_response())
            }
            Err(error) if error.details.get("required_permission").is_some() => Err(ApiError::new(
                Code::InsufficientPermissions,
                "Submissions are looked at by those who look after the platform. Your account is not one of them.",
            )
            .into_response()),
            Err(error) => Err(error.into_response()),
        }
    }
}

/// What of the queue is looked at. A form sends what was left open as an empty text.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct QueueQuery {
    status: String,
    kind: String,
    publisher: String,
    sort: String,
    cursor: String,
}

/// A parameter as one of the words it may be.
fn word<T: std::str::FromStr>(name: &str, text: &str) -> ApiResult<Option<T>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| ApiError::field(name, format!("There is nothing called {text:?} here.")))
}

/// Submissions on a page of the queue.
const QUEUE_PAGE: u64 = 25;

async fn show_queue(
    State(m): State<Marketplace>,
    visit: Visit,
    _: Looking,
    Query(query): Query<QueueQuery>,
) -> ApiResult<Response> {
    let wanted = Wanted {
        status: word("status", &query.status)?.unwrap_or(Status::PendingReview),
        kind: word("kind", &query.kind)?,
        tenant: Some(query.publisher.trim().to_owned()).filter(|tenant| !tenant.is_empty()),
        sort: word("sort", &query.sort)?.unwrap_or(SubmissionSort::Risk),
    };
    let cursor = Some(query.cursor.as_str()).filter(|cursor| !cursor.is_empty());
    let window = Window::new(None, Some(QUEUE_PAGE), cursor)?;
    let (now, asked) = (m.now(), wanted.clone());
    let page = m.db.read(move |c| review::list(c, &asked, &window, now)).await?;
    Ok(Page::new("Review", queue::page(&wanted, &page, cursor.is_some(), now)).respond(&visit))
}

/// All that a reviewer sees of a submission.
struct Dossier {
    detail: SubmissionDetail,
    /// None: the content is gone, since a later submission took its place.
    diff: Option<SubmissionDiff>,
    messages: List<Message>,
    component: Option<ComponentRow>,
    now: Timestamp,
}

/// Messages that are shown.
const MESSAGES: u64 = 100;

async fn dossier(m: &Marketplace, id: &str) -> ApiResult<Dossier> {
    let (now, uid) = (m.now(), id.to_owned());
    let read = m.db.read(move |c| {
        let detail = review::get(c, &uid, now)?;
        let submission = &detail.submission;
        let kind: Kind = submission.component_type;
        let component = component_by_name(c, kind, &submission.source_tenant_id, &submission.component_id)?;
        let found = review::find(c, &uid)?;
        let messages = messages::list(c, &found, &Window::first(MESSAGES))?;
        let sides = match diff::sides(c, &uid) {
            Ok(sides) => Some(sides),
            Err(error) if error.code == Code::Conflict => None,
            Err(error) => return Err(error),
        };
        Ok::<_, ApiError>((detail, component, messages, sides))
    });
    let (detail, component, messages, sides) = read.await?;
    let diff = match sides {
        Some(sides) => {
            Some(tokio::task::spawn_blocking(move || diff::compare(&sides)).await.map_err(ApiError::internal)?)
        }
        None => None,
    };
    Ok(Dossier { detail, diff, messages, component, now })
}

/// The forms on the page of a submission.
#[derive(Default)]
struct Forms {
    decision: Form,
    message: Form,
    hide: Form,
}

async fn show(State(m): State<Marketplace>, visit: Visit, _: Looking, Path(id): Path<String>) -> ApiResult<Response> {
    let dossier = dossier(&m, &id).await?;
    Ok(respond(&visit, &dossier, &Forms::default(), http::StatusCode::OK))
}

fn respond(visit: &Visit, dossier: &Dossier, forms: &Forms, status: http::StatusCode) -> Response {
    let Submission { component_id, version, .. } = &dossier.detail.submission;
    let title = format!("Review {component_id} {version}");
    Page::new(&title, detail::page(visit, dossier, forms)).status(status).respond(visit)
}

/// The page again, with what was refused; or the error alone where there is no such submission.
async fn again(
    m: &Marketplace,
    visit: &Visit,
    id: &str,
    error: ApiError,
    forms: impl FnOnce(&ApiError) -> Forms,
) -> ApiResult<Response> {
    if error.code == Code::NotFound {
        return Err(error);
    }
    let dossier = dossier(m, id).await?;
    Ok(respond(visit, &dossier, &forms(&error), error.status()))
}

fn back(id: &str, part: &str) -> Response {
    Redirect::to(&format!("/review/{id}{part}")).into_response()
}

fn reviewer(admin: &PlatformAdmin) -> Reviewer {
    Reviewer { actor: admin.actor().clone(), account: admin.account() }
}

fn is_checked(typed: &Typed, name: &str) -> bool {
    !typed.text(name).is_empty()
}

async fn claim(
    State(m): State<Marketplace>,
    visit: Visit,
    Looking(admin): Looking,
    Path(id): Path<String>,
    typed: Typed,
) -> ApiResult<Response> {
    let (reviewer, now, uid) = (reviewer(&admin), m.now(), id.clone());
    let take_over = is_checked(&typed, "take_over");
    let done = if typed.text("action") == "unclaim" {
        m.write(move |c| claims::unclaim(c, &reviewer, &uid, take_over, now)).await
    } else {
        m.write(move |c| claims::claim(c, &reviewer, &uid, take_over, now)).await.map(drop)
    };
    match done {
        Ok(()) => Ok(back(&id, "")),
        Err(error) => {
            again(&m, &visit, &id, error, |error| Forms { decision: Form::refused(typed, error), ..Forms::default() })
                .await
        }
    }
}

async fn decide(
    State(m): State<Marketplace>,
    visit: Visit,
    Looking(admin): Looking,
    Path(id): Path<String>,
    typed: Typed,
) -> ApiResult<Response> {
    match try_decide(&m, &admin, &id, &typed).await {
        Ok(()) => Ok(back(&id, "")),
        Err(error) => {
            again(&m, &visit, &id, error, |error| Forms { decision: Form::refused(typed, error), ..Forms::default() })
                .await
        }
    }
}

async fn try_decide(m: &Marketplace, admin: &PlatformAdmin, id: &str, typed: &Typed) -> ApiResult<()> {
    let verdict = match typed.text("verdict") {
        "approve" => Verdict::Approve,
        "request_changes" => Verdict::RequestChanges,
        "reject" => Verdict::Reject,
        _ => return Err(ApiError::field("verdict", "Choose what is to become of it.")),
    };
    let decision = Decision {
        reason: typed.optional("reason"),
        digest: typed.optional("digest"),
        take_over: is_checked(typed, "take_over"),
    };
    let decision = review::checked(decision, verdict)?;
    let judgement = Judgement { submission: id.to_owned(), verdict, decision, reviewer: reviewer(admin) };
    let now = m.now();
    let (_, change) = m.write(move |c| review::decide(c, &judgement, now)).await?;
    m.catalog_changed(change);
    Ok(())
}

async fn message(
    State(m): State<Marketplace>,
    visit: Visit,
    Looking(admin): Looking,
    Path(id): Path<String>,
    typed: Typed,
) -> ApiResult<Response> {
    match try_message(&m, &admin, &id, &typed).await {
        Ok(()) => Ok(back(&id, "#conversation")),
        Err(error) => {
            again(&m, &visit, &id, error, |error| Forms { message: Form::refused(typed, error), ..Forms::default() })
                .await
        }
    }
}

async fn try_message(m: &Marketplace, admin: &PlatformAdmin, id: &str, typed: &Typed) -> ApiResult<()> {
    let text = messages::check(typed.text("text"))?;
    let (actor, now, uid) = (admin.actor().clone(), m.now(), id.to_owned());
    m.write(move |c| {
        let submission = review::find(c, &uid)?;
        messages::post(c, &actor, MessageSide::Reviewer, &submission, &text, now)
    })
    .await?;
    Ok(())
}

/// Quarantines what the submission's component serves, or releases it.
async fn hide(
    State(m): State<Marketplace>,
    visit: Visit,
    Looking(admin): Looking,
    Path(id): Path<String>,
    typed: Typed,
) -> ApiResult<Response> {
    match try_hide(&m, &admin, &id, &typed).await {
        Ok(()) => Ok(back(&id, "")),
        Err(error) => {
            again(&m, &visit, &id, error, |error| Forms { hide: Form::refused(typed, error), ..Forms::default() }).await
        }
    }
}

async fn try_hide(m: &Marketplace, admin: &PlatformAdmin, id: &str, typed: &Typed) -> ApiResult<()> {
    let (now, uid) = (m.now(), id.to_owned());
    let Submission { component_type: kind, source_tenant_id: tenant, component_id: component, .. } =
        m.db.read(move |c| review::get(c, &uid, now)).await?.submission;
    let actor = admin.actor().clone();
    let change: Change = if typed.text("action") == "release" {
        let why = typed.optional("reason").as_deref().map(review::reason).transpose()?;
        m.write(move |c| review::release(c, &actor, kind, &tenant, &component, why.as_deref(), now)).await?.1
    } else {
        let why = review::reason(typed.text("reason"))?;
        m.write(move |c| review::quarantine(c, &actor, kind, &tenant, &component, &why, now)).await?.1
    };
    m.catalog_changed(change);
    Ok(())
}
