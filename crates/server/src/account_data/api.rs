//! HTTP of all that a tenant has.

use atom_marketplace_protocol::account_data::{TenantDelete, TenantDeletion};
use atom_marketplace_protocol::error::ErrorEnvelope;
use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::response::Response;
use utoipa_axum::routes;

use super::Export;
use crate::app::Marketplace;
use crate::error::ApiResult;
use crate::extract::{Json, MemberManager};
use crate::http::ApiRoutes;
use crate::{events, ndjson};

pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new().routes(routes!(export_tenant)).routes(routes!(delete_tenant))
}

/// Export tenant
///
/// All that the caller's tenant has, line by line (NDJSON): itself, its members, its components with all versions and their
/// files, what it has installed (without secrets), what it rated, its tokens and keys (without secrets), its events and its
/// audit log. The last line's type is `end`: without it the answer was cut off. See docs/ACCOUNT_DATA.md.
#[utoipa::path(
    get, path = "/tenant/export", tag = "tenant", operation_id = "export_tenant",
    responses(
        (status = 200, description = "All of it, one thing a line", body = String, content_type = "application/x-ndjson"),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `members:manage`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn export_tenant(State(m): State<Marketplace>, MemberManager(scope): MemberManager) -> ApiResult<Response> {
    events::settle(&m.db).await?;
    ndjson::respond(Export::default(), move |position: Export| {
        let (m, scope) = (m.clone(), scope.clone());
        async move {
            let (lines, next) = m.db.read(move |c| position.clone().next(c, &scope)).await?;
            let mut bytes = Vec::new();
            for line in &lines {
                ndjson::push(&mut bytes, line);
            }
            Ok((bytes, next))
        }
    })
    .await
}

/// Delete tenant
///
/// With all that it has, for good; by its owner or the platform's admin. Its components are gone, which those who have them
/// installed are told; its installations, ratings, tokens, keys and webhooks too, and the accounts of people who belong to no
/// other tenant. Its id is never given again, and its audit log stays. From the first moment nothing can be done there any
/// more; should the rest be interrupted, it goes on by itself.
#[utoipa::path(
    delete, path = "/tenant", tag = "tenant", operation_id = "delete_tenant",
    request_body = TenantDelete,
    responses(
        (status = 200, description = "It is gone", body = TenantDeletion),
        (status = 400, description = "`confirm` is not the tenant's id", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller is no owner of the tenant", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn delete_tenant(
    State(m): State<Marketplace>,
    MemberManager(scope): MemberManager,
    Json(request): Json<TenantDelete>,
) -> ApiResult<JsonAnswer<TenantDeletion>> {
    super::delete(&m, scope, request.confirm).await.map(JsonAnswer)
}
