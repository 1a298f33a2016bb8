//! HTTP of usage.

use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::statistics::{UsageReportAnswer, UsageReportRequest};
use atom_marketplace_protocol::usage::Usage;
use axum::extract::State;
use http::StatusCode;
use utoipa_axum::routes;

use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{CallerQuota, Installer, Json, UsageReader};
use crate::http::ApiRoutes;

/// Routes.
pub fn routes() -> ApiRoutes {
    ApiRoutes::new().routes(routes!(get_usage)).routes(routes!(report_usage))
}

/// Show the tenant's usage
///
/// The rate limit is the caller's, as this very request leaves it; the rest is the tenant's.
#[utoipa::path(
    get, path = "/usage", tag = "usage", operation_id = "get_usage",
    responses(
        (status = 200, description = "What is used and what may be", body = Usage),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `usage:read`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn get_usage(
    State(m): State<Marketplace>,
    UsageReader(scope): UsageReader,
    CallerQuota(quota): CallerQuota,
) -> ApiResult<axum::Json<Usage>> {
    let now = m.now();
    m.db.read(move |c| super::usage(c, &scope, &quota, now)).await.map(axum::Json).map_err(ApiError::from)
}

/// Report usage
///
/// What an instance ran of what its tenant has installed, as running totals: what came to the totals it said last is added
/// to the publishers' statistics of today. So a report may be sent again, and counts once. A total that is lower than before
/// means that the instance began anew. What makes no sense, or is not installed, is refused one by one.
#[utoipa::path(
    post, path = "/usage/reports", tag = "usage", operation_id = "report_usage",
    request_body(content = UsageReportRequest),
    responses(
        (status = 202, description = "What became of each", body = UsageReportAnswer),
        (status = 400, description = "`INVALID_REQUEST`", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `components:install`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn report_usage(
    State(m): State<Marketplace>,
    Installer(scope): Installer,
    Json(body): Json<UsageReportRequest>,
) -> ApiResult<(StatusCode, axum::Json<UsageReportAnswer>)> {
    let (request, now) = (super::report::check(body)?, m.now());
    let answer = m.write(move |c| super::report::report(c, &scope, &request, now)).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(answer)))
}
