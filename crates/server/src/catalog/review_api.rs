//! HTTP of the platform's reviewers.

use atom_marketplace_db::{Conn, Timestamp};
use atom_marketplace_protocol::component::{Component, Status};
use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::page::Page;
use atom_marketplace_protocol::review::{
    Claim, Decision, Quarantine, Submission, SubmissionDetail, SubmissionDiff, SubmissionSort,
};
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use utoipa::IntoParams;

use super::change::Change;
use super::claims::{self, Reviewer};
use super::diff;
use super::review::{self, Judgement, Verdict, Wanted};
use super::write_api::JSON;
use super::{component as component_by_key, render};
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Audience, Json, Path, PlatformAdmin, Query, Reader};
use crate::http::ApiRoutes;
use crate::paging::{self, Window};

/// Routes.
pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new()
        .schema::<SubmissionSort>()
        .routes(utoipa_axum::routes!(list_submissions))
        .routes(utoipa_axum::routes!(get_submission))
        .routes(utoipa_axum::routes!(get_submission_diff))
        .routes(utoipa_axum::routes!(claim_submission, unclaim_submission))
        .routes(utoipa_axum::routes!(approve_submission))
        .routes(utoipa_axum::routes!(reject_submission))
        .routes(utoipa_axum::routes!(request_submission_changes))
        .routes(utoipa_axum::routes!(quarantine_component))
        .routes(utoipa_axum::routes!(release_component))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SubmissionsQuery {
    /// Where they stand.
    #[param(default = "pending_review")]
    status: Option<Status>,
    /// Of one kind alone.
    kind: Option<Kind>,
    /// Of one publisher alone.
    source_tenant_id: Option<String>,
    /// In which order.
    #[param(default = "risk")]
    sort: Option<SubmissionSort>,
    /// The page, from 1.
    #[param(minimum = 1, default = 1)]
    page: Option<u64>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    page_size: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists submissions, the riskiest first
///
/// Those that wait, unless another `status` is asked for; of one risk, or with `sort=age`, the oldest first. `total` counts to
/// 1,000.
#[utoipa::path(
    get, path = "/admin/submissions", operation_id = "list_submissions", tag = "admin", params(SubmissionsQuery),
    responses(
        (status = 200, description = "A page of submissions", body = Page<Submission>, headers(("Link", description = "The next page"))),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "Not the platform's admin", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn list_submissions(
    State(m): State<Marketplace>,
    _: PlatformAdmin,
    Query(query): Query<SubmissionsQuery>,
    OriginalUri(uri): OriginalUri,
) -> ApiResult<Response> {
    let window = Window::new(query.page, query.page_size, query.cursor.as_deref())?;
    let status = query.status.unwrap_or(Status::PendingReview);
    let sort = query.sort.unwrap_or(SubmissionSort::Risk);
    let (wanted, now) = (Wanted { status, kind: query.kind, tenant: query.source_tenant_id, sort }, m.now());
    let page = m.db.read(move |c| review::list(c, &wanted, &window, now)).await?;
    Ok(paging::respond(&page, &uri))
}

/// Reads a submission with what it would publish
///
/// An approval is of the digest that stands here.
#[utoipa::path(
    get, path = "/admin/submissions/{id}", operation_id = "get_submission", tag = "admin",
    params(("id" = String, Path, description = "`sub_…`")),
    responses(
        (status = 200, description = "The submission", body = SubmissionDetail),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "Not the platform's admin", body = ErrorEnvelope),
        (status = 404, description = "No such submission", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn get_submission(
    State(m): State<Marketplace>,
    _: PlatformAdmin,
    Path(id): Path<String>,
) -> ApiResult<axum::Json<SubmissionDetail>> {
    let now = m.now();
    Ok(axum::Json(m.db.read(move |c| review::get(c, &id, now)).await?))
}

/// Reads what a submission changes
///
/// Against the version approved last: what it touches (hosts, keys, capabilities, dependencies), fields, files and lines. Every
/// character that nobody sees stands there as `⟨U+200B⟩`, and is listed with its place.
#[utoipa::path(
    get, path = "/admin/submissions/{id}/diff", operation_id = "get_submission_diff", tag = "admin",
    params(("id" = String, Path, description = "`sub_…`")),
    responses(
        (status = 200, description = "The difference", body = SubmissionDiff),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "Not the platform's admin", body = ErrorEnvelope),
        (status = 404, description = "No such submission", body = ErrorEnvelope),
        (status = 409, description = "A later submission took its place, and its content is gone", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn get_submission_diff(
    State(m): State<Marketplace>,
    _: PlatformAdmin,
    Path(id): Path<String>,
) -> ApiResult<axum::Json<SubmissionDiff>> {
    let sides = m.db.read(move |c| diff::sides(c, &id)).await?;
    // Comparing megabytes would hold up the other requests of this thread.
    let diff = tokio::task::spawn_blocking(move || diff::compare(&sides)).await;
    Ok(axum::Json(diff.map_err(ApiError::internal)?))
}

/// Claims a submission for an hour
///
/// So that no other reviewer works on it meanwhile: they get 409 unless they say `take_over`. Claim it again to renew the hour.
#[utoipa::path(
    post, path = "/admin/submissions/{id}/claim", operation_id = "claim_submission", tag = "admin",
    params(("id" = String, Path, description = "`sub_…`")),
    request_body(content = Claim, description = "May be left out", example = json!({"take_over": false})),
    responses(
        (status = 200, description = "The submission, claimed", body = Submission),
        (status = 400, description = "A field is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "Not the platform's admin, or a member of the publisher", body = ErrorEnvelope),
        (status = 404, description = "No such submission", body = ErrorEnvelope),
        (status = 409, description = "Another reviewer has claimed it (`details.claimed_by`, `claimed_until`), or it does not wait any more", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn claim_submission(
    State(m): State<Marketplace>,
    admin: PlatformAdmin,
    Path(id): Path<String>,
    Json(claim): Json<Claim>,
) -> ApiResult<axum::Json<Submission>> {
    let (reviewer, now) = (reviewer(&admin), m.now());
    let claimed = m.write(move |c| claims::claim(c, &reviewer, &id, claim.take_over, now)).await?;
    Ok(axum::Json(claimed))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UnclaimQuery {
    /// End another reviewer's claim.
    #[serde(default)]
    take_over: bool,
}

/// Gives a claim back
///
/// Another reviewer's only with `take_over=true`. Where nobody claims it, nothing changes.
#[utoipa::path(
    delete, path = "/admin/submissions/{id}/claim", operation_id = "unclaim_submission", tag = "admin",
    params(("id" = String, Path, description = "`sub_…`"), UnclaimQuery),
    responses(
        (status = 204, description = "Nobody claims it"),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "Not the platform's admin, or a member of the publisher", body = ErrorEnvelope),
        (status = 404, description = "No such submission", body = ErrorEnvelope),
        (status = 409, description = "Another reviewer has claimed it", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn unclaim_submission(
    State(m): State<Marketplace>,
    admin: PlatformAdmin,
    Path(id): Path<String>,
    Query(query): Query<UnclaimQuery>,
) -> ApiResult<StatusCode> {
    let (reviewer, now) = (reviewer(&admin), m.now());
    m.write(move |c| claims::unclaim(c, &reviewer, &id, query.take_over, now)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn reviewer(admin: &PlatformAdmin) -> Reviewer {
    Reviewer { actor: admin.actor().clone(), account: admin.account() }
}

/// Approves a submission: its version becomes public
///
/// With `digest`, only if the submission is still what was looked at.
#[utoipa::path(
    post, path = "/admin/submissions/{id}/approve", operation_id = "approve_submission", tag = "admin",
    params(("id" = String, Path, description = "`sub_…`")),
    request_body(content = Decision, description = "May be left out", example = json!({"digest": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"})),
    responses(
        (status = 200, description = "The component, published", body = Component),
        (status = 400, description = "The reason is too long", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "Not the platform's admin, or a member of the publisher", body = ErrorEnvelope),
        (status = 404, description = "No such submission", body = ErrorEnvelope),
        (status = 409, description = "It does not wait any more, its digest is another, or another reviewer has claimed it", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn approve_submission(
    State(m): State<Marketplace>,
    admin: PlatformAdmin,
    Reader(audience): Reader,
    Path(id): Path<String>,
    Json(decision): Json<Decision>,
) -> ApiResult<Response> {
    decide(m, admin, audience, id, decision, Verdict::Approve).await
}

/// Rejects a submission
///
/// Its publisher reads the reason. What was approved before stays as it is.
#[utoipa::path(
    post, path = "/admin/submissions/{id}/reject", operation_id = "reject_submission", tag = "admin",
    params(("id" = String, Path, description = "`sub_…`")),
    request_body(content = Decision, description = "Why", example = json!({"reason": "It is the work of somebody else."})),
    responses(
        (status = 200, description = "The component as it is now", body = Component),
        (status = 400, description = "There is no reason, or it is too long", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "Not the platform's admin, or a member of the publisher", body = ErrorEnvelope),
        (status = 404, description = "No such submission", body = ErrorEnvelope),
        (status = 409, description = "It does not wait any more, its digest is another, or another reviewer has claimed it", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn reject_submission(
    State(m): State<Marketplace>,
    admin: PlatformAdmin,
    Reader(audience): Reader,
    Path(id): Path<String>,
    Json(decision): Json<Decision>,
) -> ApiResult<Response> {
    decide(m, admin, audience, id, decision, Verdict::Reject).await
}

/// Asks the publisher of a submission for changes
///
/// The publisher reads the reason, and a new submission takes its place.
#[utoipa::path(
    post, path = "/admin/submissions/{id}/request-changes", operation_id = "request_submission_changes", tag = "admin",
    params(("id" = String, Path, description = "`sub_…`")),
    request_body(content = Decision, description = "Which", example = json!({"reason": "Say in the readme which contacts it deletes."})),
    responses(
        (status = 200, description = "The component as it is now", body = Component),
        (status = 400, description = "There is no reason, or it is too long", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "Not the platform's admin, or a member of the publisher", body = ErrorEnvelope),
        (status = 404, description = "No such submission", body = ErrorEnvelope),
        (status = 409, description = "It does not wait any more, its digest is another, or another reviewer has claimed it", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn request_submission_changes(
    State(m): State<Marketplace>,
    admin: PlatformAdmin,
    Reader(audience): Reader,
    Path(id): Path<String>,
    Json(decision): Json<Decision>,
) -> ApiResult<Response> {
    decide(m, admin, audience, id, decision, Verdict::RequestChanges).await
}

async fn decide(
    m: Marketplace,
    admin: PlatformAdmin,
    audience: Audience,
    submission: String,
    decision: Decision,
    verdict: Verdict,
) -> ApiResult<Response> {
    let decision = review::checked(decision, verdict)?;
    let judgement = Judgement { submission, verdict, decision, reviewer: reviewer(&admin) };
    change(m, audience, move |c, now| review::decide(c, &judgement, now)).await
}

/// Quarantines a component: hidden, and not installable
///
/// Its publisher goes on seeing it, with the reason. What is installed goes on running.
#[utoipa::path(
    post, path = "/admin/components/{kind}/{tenant}/{id}/quarantine", operation_id = "quarantine_component", tag = "admin",
    params(("kind" = Kind, Path, description = "agent, skill, canvas or domain"), ("tenant" = String, Path, description = "Its publisher"), ("id" = String, Path, description = "Its id")),
    request_body(content = Quarantine, description = "Why", example = json!({"reason": "It sends contacts to an address it does not name."})),
    responses(
        (status = 200, description = "The component, in quarantine", body = Component),
        (status = 400, description = "There is no reason, or it is too long", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "Not the platform's admin", body = ErrorEnvelope),
        (status = 404, description = "No such component", body = ErrorEnvelope),
        (status = 409, description = "It is not published", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn quarantine_component(
    State(m): State<Marketplace>,
    admin: PlatformAdmin,
    Reader(audience): Reader,
    Path((kind, tenant, id)): Path<(Kind, String, String)>,
    Json(body): Json<Quarantine>,
) -> ApiResult<Response> {
    let why = review::reason(body.reason.as_deref().unwrap_or_default())?;
    change(m, audience, move |c, now| review::quarantine(c, admin.actor(), kind, &tenant, &id, &why, now)).await
}

/// Releases a component from quarantine
///
/// It is shown and installable again, as it was.
#[utoipa::path(
    post, path = "/admin/components/{kind}/{tenant}/{id}/release", operation_id = "release_component", tag = "admin",
    params(("kind" = Kind, Path, description = "agent, skill, canvas or domain"), ("tenant" = String, Path, description = "Its publisher"), ("id" = String, Path, description = "Its id")),
    request_body(content = Quarantine, description = "May be left out", example = json!({"reason": "Version 1.2.1 names the address."})),
    responses(
        (status = 200, description = "The component, published again", body = Component),
        (status = 400, description = "The reason is too long", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "Not the platform's admin", body = ErrorEnvelope),
        (status = 404, description = "No such component", body = ErrorEnvelope),
        (status = 409, description = "It is not in quarantine", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn release_component(
    State(m): State<Marketplace>,
    admin: PlatformAdmin,
    Reader(audience): Reader,
    Path((kind, tenant, id)): Path<(Kind, String, String)>,
    Json(body): Json<Quarantine>,
) -> ApiResult<Response> {
    let why = body.reason.map(|text| review::reason(&text)).transpose()?;
    change(m, audience, move |c, now| review::release(c, admin.actor(), kind, &tenant, &id, why.as_deref(), now)).await
}

/// Carries a verb out and answers the component as the platform sees it.
async fn change(
    m: Marketplace,
    audience: Audience,
    verb: impl Fn(&mut Conn<'_>, Timestamp) -> ApiResult<(i64, Change)> + Send + 'static,
) -> ApiResult<Response> {
    let now = m.now();
    let (component, change) = m.write(move |c| verb(c, now)).await?;
    m.catalog_changed(change);
    let json = m.db.read(move |c| {
        let row = component_by_key(c, component)?;
        Ok::<_, ApiError>(render::detail_json(c, &row, &audience, None)?)
    });
    Ok(([(CONTENT_TYPE, JSON)], json.await?).into_response())
}
