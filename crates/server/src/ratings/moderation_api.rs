//! What the platform does about ratings, over HTTP.

use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::limits::REVIEW_REASON_MAX;
use atom_marketplace_protocol::page::Page;
use atom_marketplace_protocol::rating::{ModeratedReview, ReviewDecision};
use axum::Json as JsonAnswer;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

use super::moderation;
use super::reply_api::said;
use super::store::Wanted;
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Json, Path, PlatformAdmin, Query};
use crate::http::ApiRoutes;
use crate::paging::{self, Window};

pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new().routes(routes!(list)).routes(routes!(hide)).routes(routes!(show))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ModerationQuery {
    /// Only those that members have flagged since the platform last decided, or only the others.
    flagged: Option<bool>,
    /// Only those that are hidden, or only the others.
    hidden: Option<bool>,
    /// The page, from 1; up to 10,000 items deep.
    #[param(minimum = 1, default = 1)]
    page: Option<u64>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    page_size: Option<u64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List ratings as the platform sees them
///
/// All ratings, with words or without, latest first.
#[utoipa::path(
    get, path = "/admin/reviews", operation_id = "admin_list_reviews", tag = "admin", params(ModerationQuery),
    responses(
        (status = 200, description = "A page", body = Page<ModeratedReview>),
        (status = 400, description = "`INVALID_REQUEST`", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "Not the platform's admin", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn list(
    State(m): State<Marketplace>,
    _: PlatformAdmin,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ModerationQuery>,
) -> ApiResult<Response> {
    let window = Window::new(query.page, query.page_size, query.cursor.as_deref())?;
    let wanted = Wanted { flagged: query.flagged, hidden: query.hidden };
    let page = m.db.read(move |c| moderation::list(c, wanted, &window)).await.map_err(ApiError::from)?;
    Ok(paging::respond(&page, &uri))
}

/// Hide a review
///
/// It is neither shown nor counted any more, nor is another one of the same author on the same component. Its author and
/// the platform still see it, with the reason.
#[utoipa::path(
    post, path = "/admin/reviews/{review_id}/hide", operation_id = "hide_review", tag = "admin",
    params(("review_id" = String, Path, description = "`rate_…`")),
    request_body(content = ReviewDecision),
    responses(
        (status = 200, description = "The review, hidden", body = ModeratedReview),
        (status = 400, description = "There is no reason, or it is too long", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "Not the platform's admin", body = ErrorEnvelope),
        (status = 404, description = "No such review", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn hide(
    State(m): State<Marketplace>,
    admin: PlatformAdmin,
    Path(id): Path<String>,
    Json(body): Json<ReviewDecision>,
) -> ApiResult<JsonAnswer<ModeratedReview>> {
    let (reason, now) = (said("reason", &body.reason.unwrap_or_default(), REVIEW_REASON_MAX)?, m.now());
    let (review, change) = m.write(move |c| moderation::hide(c, admin.actor(), &id, &reason, now)).await?;
    m.catalog_changed(change);
    Ok(JsonAnswer(review))
}

/// Show a review
///
/// It is shown and counted again, or goes on being so: in either case its flags are dealt with.
#[utoipa::path(
    post, path = "/admin/reviews/{review_id}/show", operation_id = "show_review", tag = "admin",
    params(("review_id" = String, Path, description = "`rate_…`")),
    request_body(content = ReviewDecision, description = "May be left out"),
    responses(
        (status = 200, description = "The review, shown", body = ModeratedReview),
        (status = 400, description = "The reason is too long", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "Not the platform's admin", body = ErrorEnvelope),
        (status = 404, description = "No such review", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn show(
    State(m): State<Marketplace>,
    admin: PlatformAdmin,
    Path(id): Path<String>,
    Json(body): Json<ReviewDecision>,
) -> ApiResult<JsonAnswer<ModeratedReview>> {
    let reason = body.reason.map(|reason| said("reason", &reason, REVIEW_REASON_MAX)).transpose()?;
    let now = m.now();
    let (review, change) = m.write(move |c| moderation::show(c, admin.actor(), &id, reason.as_deref(), now)).await?;
    m.catalog_changed(change);
    Ok(JsonAnswer(review))
}
