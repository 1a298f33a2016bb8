//! A tenant's webhooks for those who manage them: how they do, what was sent, and sending it again. The same verbs as the
//! API's, and the same proof of who asks.

mod delivery;
mod detail;
mod edit;
mod figures;
mod list;

use atom_marketplace_db::Timestamp;
use atom_marketplace_protocol::error::Code;
use atom_marketplace_protocol::event::EventType;
use atom_marketplace_protocol::page::Page as List;
use atom_marketplace_protocol::webhook::{
    Delivery, DeliveryStatus, Webhook, WebhookCreate, WebhookSecretRotate, WebhookStatus, WebhookUpdate,
};
use axum::Router;
use axum::extract::{FromRequestParts, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::StatusCode;
use http::request::Parts;
use serde::Deserialize;

use super::{admit, page};
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Path, Query, TenantScope, WebhookManager};
use crate::paging::Window;
use crate::web::form::{Form, Typed};
use crate::web::visit::Visit;
use crate::webhooks;
use crate::webhooks::deliveries::{self, Figures};

/// Where the list is.
pub(super) const HOME: &str = "/settings/webhooks";

/// Webhooks on the list: more than any plan has.
const ALL: u64 = 100;
/// Deliveries on a page.
const DELIVERIES: u64 = 25;
/// Deliveries that the figures of the list and of one webhook are of.
const FIGURES_OF_EACH: u64 = 200;
const FIGURES: u64 = 2_000;

pub(super) fn routes() -> Router<Marketplace> {
    Router::new()
        .route(HOME, get(show_list).post(create))
        .route("/settings/webhooks/new", get(show_new))
        .route("/settings/webhooks/{id}", get(show))
        .route("/settings/webhooks/{id}/edit", get(show_edit).post(update))
        .route("/settings/webhooks/{id}/status", post(set_status))
        .route("/settings/webhooks/{id}/test", post(test))
        .route("/settings/webhooks/{id}/recover", post(recover))
        .route("/settings/webhooks/{id}/rotate", post(rotate))
        .route("/settings/webhooks/{id}/delete", post(delete))
        .route("/settings/webhooks/{id}/deliveries/{delivery}", get(show_delivery))
        .route("/settings/webhooks/{id}/deliveries/{delivery}/redeliver", post(redeliver))
}

/// A signed-in member who may manage the tenant's webhooks.
struct Managing(TenantScope);

impl FromRequestParts<Marketplace> for Managing {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, m: &Marketplace) -> Result<Self, Response> {
        let admitted = WebhookManager::from_request_parts(parts, m).await;
        let whose = "Webhooks are managed by the tenant's admins and owners. Ask one of them.";
        admit(parts, admitted, whose).map(|WebhookManager(scope)| Self(scope))
    }
}

/// The address of a webhook's page.
fn path_of(id: &str) -> String {
    format!("{HOME}/{id}")
}

fn back(id: &str, part: &str) -> Response {
    Redirect::to(&format!("{}{part}", path_of(id))).into_response()
}

/// A webhook, and how it does.
struct Doing {
    webhook: Webhook,
    figures: Figures,
}

async fn show_list(State(m): State<Marketplace>, visit: Visit, Managing(scope): Managing) -> ApiResult<Response> {
    let (now, limit) = (m.now(), scope.limits().webhooks);
    let read = m.db.read(move |c| {
        let (rows, _) = webhooks::list(c, &scope, Window::first(ALL), now)?;
        let with_figures = rows.into_iter().map(|(_, webhook)| {
            let figures = deliveries::figures(c, &scope, &webhook.id, FIGURES_OF_EACH)?;
            Ok(Doing { webhook, figures })
        });
        with_figures.collect::<ApiResult<Vec<_>>>()
    });
    let all = read.await?;
    Ok(page(&visit, "Webhooks", &list::page(&all, limit, now)).respond(&visit))
}

async fn show_new(visit: Visit, _: Managing) -> Response {
    let form = Form::with(&[("scope", "tenant")]);
    page(&visit, "New webhook", &edit::new_page(&visit, &form)).respond(&visit)
}

async fn create(
    State(m): State<Marketplace>,
    visit: Visit,
    Managing(scope): Managing,
    typed: Typed,
) -> ApiResult<Response> {
    match try_create(&m, &scope, &typed).await {
        Ok((webhook, secret)) => {
            let body = edit::made_page(&webhook, secret.as_deref());
            Ok(page(&visit, "The webhook is there", &body).status(StatusCode::CREATED).respond(&visit))
        }
        Err(error) => {
            let status = error.status();
            let form = Form::refused(typed, &error);
            Ok(page(&visit, "New webhook", &edit::new_page(&visit, &form)).status(status).respond(&visit))
        }
    }
}

async fn try_create(m: &Marketplace, scope: &TenantScope, typed: &Typed) -> ApiResult<(Webhook, Option<String>)> {
    let request = WebhookCreate {
        url: typed.text("url").to_owned(),
        events: events(typed)?,
        secret: typed.optional("secret"),
        scope: word("scope", typed.text("scope"))?,
        description: typed.optional("description"),
        rate_limit: rate(typed)?,
    };
    let (new, secret) = webhooks::new_webhook(&m.outbound, &request)?;
    let (now, sealer, scope) = (m.now(), m.sealer.clone(), scope.clone());
    let webhook = m.write(move |c| webhooks::create(c, &scope, &sealer, &new, now)).await?;
    Ok((webhook, secret))
}

/// The types whose boxes were checked.
fn events(typed: &Typed) -> ApiResult<Vec<EventType>> {
    let types =
        typed.all("events").map(|text| text.parse().map_err(|_| ApiError::field("events", "There is no such type.")));
    types.collect()
}

fn rate(typed: &Typed) -> ApiResult<Option<u32>> {
    let Some(text) = typed.optional("rate_limit") else { return Ok(None) };
    text.parse()
        .map(Some)
        .map_err(|_| ApiError::field("rate_limit", "Give a number of deliveries a second, such as 10."))
}

/// A field as one of the words it may be; none where it is empty.
fn word<T: std::str::FromStr>(name: &str, text: &str) -> ApiResult<Option<T>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| ApiError::field(name, format!("There is nothing called {text:?} here.")))
}

/// Which deliveries are looked at, and what was just done.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct DeliveriesQuery {
    status: String,
    cursor: String,
    recovered: Option<u64>,
}

/// All that is shown of a webhook.
struct Dossier {
    webhook: Webhook,
    figures: Figures,
    deliveries: List<Delivery>,
    wanted: Option<DeliveryStatus>,
    /// Whether this is not the first page.
    further: bool,
    recovered: Option<u64>,
    now: Timestamp,
}

async fn dossier(m: &Marketplace, scope: &TenantScope, id: &str, query: &DeliveriesQuery) -> ApiResult<Dossier> {
    let wanted = word("status", &query.status)?;
    let cursor = Some(query.cursor.as_str()).filter(|cursor| !cursor.is_empty());
    let (window, now, further) = (Window::new(None, Some(DELIVERIES), cursor)?, m.now(), cursor.is_some());
    let (scope, uid, recovered) = (scope.clone(), id.to_owned(), query.recovered);
    let read = m.db.read(move |c| {
        let webhook = webhooks::get(c, &scope, &uid, now)?;
        let figures = deliveries::figures(c, &scope, &uid, FIGURES)?;
        let (rows, total) = deliveries::list(c, &scope, &uid, wanted, window)?;
        let deliveries = window.page(rows, total, |row| row.0, |row| row.1);
        Ok::<_, ApiError>(Dossier { webhook, figures, deliveries, wanted, further, recovered, now })
    });
    read.await
}

async fn show(
    State(m): State<Marketplace>,
    visit: Visit,
    Managing(scope): Managing,
    Path(id): Path<String>,
    Query(query): Query<DeliveriesQuery>,
) -> ApiResult<Response> {
    let dossier = dossier(&m, &scope, &id, &query).await?;
    Ok(page(&visit, "Webhook", &detail::page(&visit, &dossier, &Form::default())).respond(&visit))
}

/// The page again, with what was refused; or the error alone where there is no such webhook.
async fn again(
    m: &Marketplace,
    visit: &Visit,
    scope: &TenantScope,
    id: &str,
    (typed, error): (Typed, ApiError),
) -> ApiResult<Response> {
    if error.code == Code::NotFound {
        return Err(error);
    }
    let dossier = dossier(m, scope, id, &DeliveriesQuery::default()).await?;
    let (status, form) = (error.status(), Form::refused(typed, &error));
    Ok(page(visit, "Webhook", &detail::page(visit, &dossier, &form)).status(status).respond(visit))
}

async fn show_edit(
    State(m): State<Marketplace>,
    visit: Visit,
    Managing(scope): Managing,
    Path(id): Path<String>,
) -> ApiResult<Response> {
    let (now, uid) = (m.now(), id);
    let webhook = m.db.read(move |c| webhooks::get(c, &scope, &uid, now)).await?;
    let form = edit::filled(&webhook);
    Ok(page(&visit, "Change the webhook", &edit::edit_page(&visit, &webhook.id, &form)).respond(&visit))
}

async fn update(
    State(m): State<Marketplace>,
    visit: Visit,
    Managing(scope): Managing,
    Path(id): Path<String>,
    typed: Typed,
) -> ApiResult<Response> {
    let change = || -> ApiResult<WebhookUpdate> {
        Ok(WebhookUpdate {
            url: Some(typed.text("url").to_owned()),
            events: Some(events(&typed)?),
            status: None,
            // An empty field takes away what was there.
            description: Some(typed.text("description").to_owned()),
            rate_limit: Some(rate(&typed)?.unwrap_or(0)),
        })
    };
    let done = match change() {
        Ok(change) => apply(&m, &scope, &id, change).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(back(&id, "")),
        Err(error) if error.code == Code::NotFound => Err(error),
        Err(error) => {
            let (status, form) = (error.status(), Form::refused(typed, &error));
            let body = edit::edit_page(&visit, &id, &form);
            Ok(page(&visit, "Change the webhook", &body).status(status).respond(&visit))
        }
    }
}

async fn apply(m: &Marketplace, scope: &TenantScope, id: &str, change: WebhookUpdate) -> ApiResult<()> {
    let (now, outbound, scope, uid) = (m.now(), m.outbound.clone(), scope.clone(), id.to_owned());
    m.write(move |c| webhooks::update(c, &scope, &outbound, &uid, &change, now)).await.map(drop)
}

/// Pauses a webhook, or makes it active again.
async fn set_status(
    State(m): State<Marketplace>,
    visit: Visit,
    Managing(scope): Managing,
    Path(id): Path<String>,
    typed: Typed,
) -> ApiResult<Response> {
    let status: Option<WebhookStatus> = word("status", typed.text("status"))?;
    match apply(&m, &scope, &id, WebhookUpdate { status, ..WebhookUpdate::default() }).await {
        Ok(()) => Ok(back(&id, "")),
        Err(error) => again(&m, &visit, &scope, &id, (typed, error)).await,
    }
}

async fn test(
    State(m): State<Marketplace>,
    visit: Visit,
    Managing(scope): Managing,
    Path(id): Path<String>,
    typed: Typed,
) -> ApiResult<Response> {
    let event: EventType = word("event", typed.text("event"))?.unwrap_or(EventType::ComponentInstalled);
    let (now, sender, uid) = (m.now(), scope.clone(), id.clone());
    match m.write(move |c| webhooks::test(c, &sender, &uid, event, now)).await {
        Ok(delivery) => Ok(back(&id, &format!("/deliveries/{}", delivery.id))),
        Err(error) => again(&m, &visit, &scope, &id, (typed, error)).await,
    }
}

async fn recover(
    State(m): State<Marketplace>,
    visit: Visit,
    Managing(scope): Managing,
    Path(id): Path<String>,
    typed: Typed,
) -> ApiResult<Response> {
    let hours = detail::SINCE.iter().find(|(hours, _)| hours.to_string() == typed.text("since"));
    let hours = hours.map_or(detail::SINCE[0].0, |(hours, _)| *hours);
    let since = m.now().minus(std::time::Duration::from_hours(hours));
    match deliveries::recover_since(&m, &scope, &id, since).await {
        Ok(recovered) => Ok(back(&id, &format!("?recovered={recovered}"))),
        Err(error) => again(&m, &visit, &scope, &id, (typed, error)).await,
    }
}

async fn rotate(
    State(m): State<Marketplace>,
    visit: Visit,
    Managing(scope): Managing,
    Path(id): Path<String>,
    typed: Typed,
) -> ApiResult<Response> {
    match try_rotate(&m, &scope, &id, &typed).await {
        Ok((webhook, secret)) => {
            let body = edit::rotated_page(&webhook, secret.as_deref(), m.now());
            Ok(page(&visit, "The secret is another", &body).respond(&visit))
        }
        Err(error) => again(&m, &visit, &scope, &id, (typed, error)).await,
    }
}

async fn try_rotate(
    m: &Marketplace,
    scope: &TenantScope,
    id: &str,
    typed: &Typed,
) -> ApiResult<(Webhook, Option<String>)> {
    let grace_period_seconds = word("grace_period_seconds", typed.text("grace_period_seconds"))?;
    let request = WebhookSecretRotate { secret: typed.optional("secret"), grace_period_seconds };
    let (secret, made, grace) = webhooks::new_secret(&request)?;
    let (now, sealer, scope, uid) = (m.now(), m.sealer.clone(), scope.clone(), id.to_owned());
    let shown = made.then(|| secret.clone());
    let webhook = m.write(move |c| webhooks::rotate_secret(c, &scope, &sealer, &uid, (&secret, grace), now)).await?;
    Ok((webhook, shown))
}

async fn delete(
    State(m): State<Marketplace>,
    visit: Visit,
    Managing(scope): Managing,
    Path(id): Path<String>,
    typed: Typed,
) -> ApiResult<Response> {
    if typed.text("confirm").is_empty() {
        let error = ApiError::field("confirm", "Say that you mean it: nothing more will be sent, not even what waits.");
        return again(&m, &visit, &scope, &id, (typed, error)).await;
    }
    let now = m.now();
    m.write(move |c| webhooks::delete(c, &scope, &id, now)).await?;
    Ok(Redirect::to(HOME).into_response())
}

async fn show_delivery(
    State(m): State<Marketplace>,
    visit: Visit,
    Managing(scope): Managing,
    Path((id, delivery)): Path<(String, String)>,
) -> ApiResult<Response> {
    let now = m.now();
    let read = m.db.read(move |c| {
        let webhook = webhooks::get(c, &scope, &id, now)?;
        Ok::<_, ApiError>((deliveries::get(c, &scope, &id, &delivery)?, webhook))
    });
    let (detail, webhook) = read.await?;
    Ok(page(&visit, "Delivery", &delivery::page(&visit, &webhook, &detail, now)).respond(&visit))
}

async fn redeliver(
    State(m): State<Marketplace>,
    Managing(scope): Managing,
    Path((id, delivery)): Path<(String, String)>,
) -> ApiResult<Response> {
    let (now, uid, wanted) = (m.now(), id.clone(), delivery.clone());
    m.write(move |c| deliveries::redeliver(c, &scope, &uid, &wanted, now)).await?;
    Ok(back(&id, &format!("/deliveries/{delivery}")))
}
