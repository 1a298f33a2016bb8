//! HTTP of usage.

use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::usage::Usage;
use axum::extract::State;
use utoipa_axum::routes;

use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{CallerQuota, UsageReader};
use crate::http::ApiRoutes;

/// Routes.
pub fn routes() -> ApiRoutes {
    ApiRoutes::new().routes(routes!(get_usage))
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
