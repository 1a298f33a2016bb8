//! Ratings over HTTP.

use atom_marketplace_protocol::error::{ErrorEnvelope, FieldError};
use atom_marketplace_protocol::limits::REVIEW_MAX;
use atom_marketplace_protocol::page::Page;
use atom_marketplace_protocol::rating::{RateRequest, RatingOverview, RatingSummary, Review};
use atom_marketplace_protocol::text::{self, TextRule};
use axum::Json as JsonAnswer;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use axum::routing::post;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

use super::{Opinion, Subject};
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Json, OfKind, Path, Query, Rater, Reader, TenantReader};
use crate::http::ApiRoutes;
use crate::paging::{self, Window};

pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new()
        .routes(routes!(rate, unrate, get_rating))
        .undocumented("@base/@collection/{id}/rate", post(rate))
        .routes(routes!(list_reviews))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SubjectQuery {
    /// The component's publisher, where several have that id.
    pub(super) source_tenant_id: Option<String>,
}

/// Rate @kind
///
/// Rates a component from 1 to 5, in place of what the same author said before. An author is a member of a tenant, or the
/// maker of a token. The ranking goes by the ratings of the tenants that have it installed, each counted once. A review that
/// is left out is taken back. The same may be sent as `POST …/rate`.
#[utoipa::path(
    put,
    path = "@base/@collection/{id}/rating",
    operation_id = "rate_@kind",
    tag = "ratings",
    params(("id" = String, Path, description = "The component's id"), SubjectQuery),
    request_body(content = RateRequest),
    responses(
        (status = 200, description = "The rating and what all come to", body = RatingSummary),
        (status = 400, description = "`INVALID_REQUEST`", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "`INSUFFICIENT_PERMISSIONS`", body = ErrorEnvelope),
        (status = 404, description = "`COMPONENT_NOT_FOUND`", body = ErrorEnvelope),
        (status = 409, description = "`CONFLICT`: it is your own, or has to be installed first; or `AMBIGUOUS_COMPONENT`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn rate(
    State(m): State<Marketplace>,
    Rater(scope): Rater,
    OfKind(kind): OfKind,
    Path(id): Path<String>,
    Query(query): Query<SubjectQuery>,
    Json(body): Json<RateRequest>,
) -> ApiResult<JsonAnswer<RatingSummary>> {
    let (opinion, now) = (opinion(body)?, m.now());
    let subject = Subject { kind, id, source: query.source_tenant_id };
    let installers_only = m.numbers.rating_requires_install;
    let rated = m.write(move |c| super::rate(c, &scope, scope.author(), &subject, &opinion, installers_only, now));
    let (summary, change) = rated.await?;
    m.catalog_changed(change);
    Ok(JsonAnswer(summary))
}

/// What a request says, checked.
fn opinion(body: RateRequest) -> ApiResult<Opinion> {
    let mut errors = Vec::new();
    if !(1..=5).contains(&body.rating) {
        errors.push(FieldError::new("rating", "A rating is a whole number from 1 to 5."));
    }
    let rule = TextRule { max_chars: REVIEW_MAX, multiline: true, required: false };
    let review = body.review.map(|review| text::clean(&review, rule)).transpose().unwrap_or_else(|why| {
        errors.push(FieldError::new("review", format!("The review: {why}.")));
        None
    });
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    Ok(Opinion { rating: body.rating, review: review.filter(|review| !review.trim().is_empty()) })
}

/// Delete @kind rating
///
/// Takes the author's rating back, review and all. It is no error if there is none.
#[utoipa::path(
    delete,
    path = "@base/@collection/{id}/rating",
    operation_id = "delete_@kind_rating",
    tag = "ratings",
    params(("id" = String, Path, description = "The component's id"), SubjectQuery),
    responses(
        (status = 200, description = "What the others come to", body = RatingSummary),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "`INSUFFICIENT_PERMISSIONS`", body = ErrorEnvelope),
        (status = 404, description = "`COMPONENT_NOT_FOUND`", body = ErrorEnvelope),
        (status = 409, description = "`AMBIGUOUS_COMPONENT`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn unrate(
    State(m): State<Marketplace>,
    Rater(scope): Rater,
    OfKind(kind): OfKind,
    Path(id): Path<String>,
    Query(query): Query<SubjectQuery>,
) -> ApiResult<JsonAnswer<RatingSummary>> {
    let (subject, now) = (Subject { kind, id, source: query.source_tenant_id }, m.now());
    let (summary, change) = m.write(move |c| super::unrate(c, &scope, scope.author(), &subject, now)).await?;
    m.catalog_changed(change);
    Ok(JsonAnswer(summary))
}

/// Get @kind rating
///
/// What all ratings come to: their mean and how often each was given, the mean of those that have it installed, and what
/// the caller said.
#[utoipa::path(
    get,
    path = "@base/@collection/{id}/rating",
    operation_id = "get_@kind_rating",
    tag = "ratings",
    params(("id" = String, Path, description = "The component's id"), SubjectQuery),
    responses(
        (status = 200, description = "What all come to", body = RatingOverview),
        (status = 400, description = "`INVALID_REQUEST`", body = ErrorEnvelope),
        (status = 403, description = "`INSUFFICIENT_PERMISSIONS`", body = ErrorEnvelope),
        (status = 404, description = "`COMPONENT_NOT_FOUND`", body = ErrorEnvelope),
        (status = 409, description = "`AMBIGUOUS_COMPONENT`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security((), ("token" = []), ("admin" = [])),
)]
async fn get_rating(
    State(m): State<Marketplace>,
    Reader(audience): Reader,
    reader: Option<TenantReader>,
    OfKind(kind): OfKind,
    Path(id): Path<String>,
    Query(query): Query<SubjectQuery>,
) -> ApiResult<JsonAnswer<RatingOverview>> {
    let subject = Subject { kind, id, source: query.source_tenant_id };
    let read = m.db.read(move |c| {
        let reader = reader.as_ref().map(|TenantReader(scope)| scope);
        super::overview(c, &audience, &subject, reader)
    });
    read.await.map(JsonAnswer)
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReviewsQuery {
    /// The component's publisher, where several have that id.
    source_tenant_id: Option<String>,
    /// The page, from 1; up to 10,000 items deep.
    #[param(minimum = 1, default = 1)]
    page: Option<u64>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    page_size: Option<u64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List @kind reviews
///
/// The ratings that say something, latest first. Who wrote them is not told, beyond the name of the tenant and whether it
/// has the component installed. What the platform hides is there for its author and the platform alone, with the reason.
#[utoipa::path(
    get,
    path = "@base/@collection/{id}/reviews",
    operation_id = "list_@kind_reviews",
    tag = "ratings",
    params(("id" = String, Path, description = "The component's id"), ReviewsQuery),
    responses(
        (status = 200, description = "A page", body = Page<Review>),
        (status = 400, description = "`INVALID_REQUEST`", body = ErrorEnvelope),
        (status = 403, description = "`INSUFFICIENT_PERMISSIONS`", body = ErrorEnvelope),
        (status = 404, description = "`COMPONENT_NOT_FOUND`", body = ErrorEnvelope),
        (status = 409, description = "`AMBIGUOUS_COMPONENT`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security((), ("token" = []), ("admin" = [])),
)]
async fn list_reviews(
    State(m): State<Marketplace>,
    Reader(audience): Reader,
    reader: Option<TenantReader>,
    OfKind(kind): OfKind,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ReviewsQuery>,
) -> ApiResult<Response> {
    let window = Window::new(query.page, query.page_size, query.cursor.as_deref())?;
    let subject = Subject { kind, id, source: query.source_tenant_id };
    let page =
        m.db.read(move |c| {
            let reader = reader.as_ref().map(|TenantReader(scope)| scope);
            super::reviews(c, &audience, &subject, reader, &window)
        })
        .await?;
    Ok(paging::respond(&page, &uri))
}
