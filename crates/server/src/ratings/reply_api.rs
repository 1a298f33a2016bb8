//! What is said to a review: the publisher's reply, and flags for the platform.

use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::limits::{REVIEW_MAX, REVIEW_REASON_MAX};
use atom_marketplace_protocol::rating::{Review, ReviewFlagRequest, ReviewReplyRequest};
use atom_marketplace_protocol::text::{self, TextRule};
use axum::Json as JsonAnswer;
use axum::extract::State;
use http::StatusCode;
use utoipa_axum::routes;

use super::Subject;
use super::api::SubjectQuery;
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Json, OfKind, Path, Publisher, Query, Rater};
use crate::http::ApiRoutes;

pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new().routes(routes!(reply, delete_reply)).routes(routes!(flag))
}

/// Text that must say something, checked.
pub(super) fn said(field: &str, said: &str, max_chars: usize) -> ApiResult<String> {
    let rule = TextRule { max_chars, multiline: true, required: true };
    text::clean(said, rule).map_err(|why| ApiError::field(field, format!("The {field}: {why}.")))
}

/// Reply to @kind review
///
/// Its publisher's answer, shown below the review, in place of the one before.
#[utoipa::path(
    put,
    path = "@base/@collection/{id}/reviews/{review_id}/reply",
    operation_id = "reply_to_@kind_review",
    tag = "ratings",
    params(("id" = String, Path, description = "The component's id"), ("review_id" = String, Path, description = "`rate_…`"), SubjectQuery),
    request_body(content = ReviewReplyRequest),
    responses(
        (status = 200, description = "The review with the reply", body = Review),
        (status = 400, description = "`INVALID_REQUEST`", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "`INSUFFICIENT_PERMISSIONS`", body = ErrorEnvelope),
        (status = 404, description = "`COMPONENT_NOT_FOUND`: it is not yours; or `NOT_FOUND`: no such review", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn reply(
    State(m): State<Marketplace>,
    Publisher(scope): Publisher,
    OfKind(kind): OfKind,
    Path((id, review)): Path<(String, String)>,
    Query(query): Query<SubjectQuery>,
    Json(body): Json<ReviewReplyRequest>,
) -> ApiResult<JsonAnswer<Review>> {
    let (text, now) = (said("text", &body.text, REVIEW_MAX)?, m.now());
    let subject = Subject { kind, id, source: query.source_tenant_id };
    let (review, change) = m.write(move |c| super::reply(c, &scope, &subject, &review, Some(&text), now)).await?;
    m.catalog_changed(change);
    Ok(JsonAnswer(review))
}

/// Delete @kind review reply
///
/// Takes the publisher's reply back. It is no error if there is none.
#[utoipa::path(
    delete,
    path = "@base/@collection/{id}/reviews/{review_id}/reply",
    operation_id = "delete_@kind_review_reply",
    tag = "ratings",
    params(("id" = String, Path, description = "The component's id"), ("review_id" = String, Path, description = "`rate_…`"), SubjectQuery),
    responses(
        (status = 200, description = "The review without a reply", body = Review),
        (status = 400, description = "`INVALID_REQUEST`", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "`INSUFFICIENT_PERMISSIONS`", body = ErrorEnvelope),
        (status = 404, description = "`COMPONENT_NOT_FOUND`: it is not yours; or `NOT_FOUND`: no such review", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn delete_reply(
    State(m): State<Marketplace>,
    Publisher(scope): Publisher,
    OfKind(kind): OfKind,
    Path((id, review)): Path<(String, String)>,
    Query(query): Query<SubjectQuery>,
) -> ApiResult<JsonAnswer<Review>> {
    let (subject, now) = (Subject { kind, id, source: query.source_tenant_id }, m.now());
    let (review, change) = m.write(move |c| super::reply(c, &scope, &subject, &review, None, now)).await?;
    m.catalog_changed(change);
    Ok(JsonAnswer(review))
}

/// Flag @kind review
///
/// Tells the platform that a review should not be there, and why. It stays until the platform decides. A member flags a
/// review once; another flag takes the place of the first.
#[utoipa::path(
    post,
    path = "@base/@collection/{id}/reviews/{review_id}/flag",
    operation_id = "flag_@kind_review",
    tag = "ratings",
    params(("id" = String, Path, description = "The component's id"), ("review_id" = String, Path, description = "`rate_…`"), SubjectQuery),
    request_body(content = ReviewFlagRequest),
    responses(
        (status = 204, description = "The platform will look at it"),
        (status = 400, description = "`INVALID_REQUEST`", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "`INSUFFICIENT_PERMISSIONS`", body = ErrorEnvelope),
        (status = 404, description = "`COMPONENT_NOT_FOUND`; or `NOT_FOUND`: no such review", body = ErrorEnvelope),
        (status = 409, description = "`CONFLICT`: it is your own; or `AMBIGUOUS_COMPONENT`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn flag(
    State(m): State<Marketplace>,
    Rater(scope): Rater,
    OfKind(kind): OfKind,
    Path((id, review)): Path<(String, String)>,
    Query(query): Query<SubjectQuery>,
    Json(body): Json<ReviewFlagRequest>,
) -> ApiResult<StatusCode> {
    let (reason, now) = (said("reason", &body.reason, REVIEW_REASON_MAX)?, m.now());
    let subject = Subject { kind, id, source: query.source_tenant_id };
    m.write(move |c| super::flag(c, &scope, &subject, &review, &reason, now)).await?;
    Ok(StatusCode::NO_CONTENT)
}
