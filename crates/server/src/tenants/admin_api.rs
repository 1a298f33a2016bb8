//! HTTP of tenants for the platform's admin.

use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::page::Page;
use atom_marketplace_protocol::tenant::{PlatformStats, Tenant, TenantAdminUpdate, TenantCreate};
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use utoipa_axum::routes;

use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Json, Path, PlatformAdmin};
use crate::http::ApiRoutes;
use crate::paging::{PageQuery, Paging};

/// Routes.
pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new()
        .routes(routes!(admin_create_tenant, admin_list_tenants))
        .routes(routes!(admin_get_tenant, admin_update_tenant))
        .routes(routes!(admin_get_stats))
}

/// Make a tenant
///
/// Without an `id`, one is made from the name.
#[utoipa::path(
    post, path = "/admin/tenants", tag = "admin", operation_id = "admin_create_tenant",
    request_body = TenantCreate,
    responses(
        (status = 201, description = "The tenant", body = Tenant, headers(("Location" = String, description = "Where it is"))),
        (status = 400, description = "A field is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid admin key", body = ErrorEnvelope),
        (status = 403, description = "The caller is not the platform's admin", body = ErrorEnvelope),
        (status = 409, description = "The id is taken", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn admin_create_tenant(
    State(m): State<Marketplace>,
    admin: PlatformAdmin,
    OriginalUri(uri): OriginalUri,
    Json(request): Json<TenantCreate>,
) -> ApiResult<Response> {
    let now = m.now();
    let tenant = m.write(move |c| super::register(c, admin.actor(), &request, now)).await?;
    let location = format!("{}/{}", uri.path().trim_end_matches('/'), tenant.id);
    Ok((StatusCode::CREATED, [(LOCATION, location)], axum::Json(tenant)).into_response())
}

/// List tenants
///
/// In the order they were made; mirrored ones (`tenant@peer`) too.
#[utoipa::path(
    get, path = "/admin/tenants", tag = "admin", operation_id = "admin_list_tenants",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of tenants", body = Page<Tenant>),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid admin key", body = ErrorEnvelope),
        (status = 403, description = "The caller is not the platform's admin", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn admin_list_tenants(State(m): State<Marketplace>, _: PlatformAdmin, paging: Paging) -> ApiResult<Response> {
    let window = paging.window;
    let (rows, total) = m.db.read(move |c| super::list(c, window)).await.map_err(ApiError::from)?;
    Ok(paging.respond(rows, total))
}

/// Show a tenant
///
/// With its plan, its limits and the storage it has used.
#[utoipa::path(
    get, path = "/admin/tenants/{tenant_id}", tag = "admin", operation_id = "admin_get_tenant",
    params(("tenant_id" = String, Path, description = "The tenant's id")),
    responses(
        (status = 200, description = "The tenant", body = Tenant),
        (status = 401, description = "No valid admin key", body = ErrorEnvelope),
        (status = 403, description = "The caller is not the platform's admin", body = ErrorEnvelope),
        (status = 404, description = "No such tenant", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn admin_get_tenant(
    State(m): State<Marketplace>,
    _: PlatformAdmin,
    Path(id): Path<String>,
) -> ApiResult<axum::Json<Tenant>> {
    m.db.read(move |c| super::describe(c, &id)).await.map(axum::Json)
}

/// Change a tenant
///
/// Its name, plan, verification, suspension and limits of its own. What is left out stays.
#[utoipa::path(
    patch, path = "/admin/tenants/{tenant_id}", tag = "admin", operation_id = "admin_update_tenant",
    params(("tenant_id" = String, Path, description = "The tenant's id")),
    request_body = TenantAdminUpdate,
    responses(
        (status = 200, description = "The tenant as it is now", body = Tenant),
        (status = 400, description = "A field is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid admin key", body = ErrorEnvelope),
        (status = 403, description = "The caller is not the platform's admin", body = ErrorEnvelope),
        (status = 404, description = "No such tenant", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn admin_update_tenant(
    State(m): State<Marketplace>,
    admin: PlatformAdmin,
    Path(id): Path<String>,
    Json(request): Json<TenantAdminUpdate>,
) -> ApiResult<axum::Json<Tenant>> {
    let now = m.now();
    let tenant = m.write(move |c| super::update(c, admin.actor(), &id, &request, now)).await?;
    m.credentials.clear();
    m.publisher_changed();
    Ok(axum::Json(tenant))
}

/// Show the platform in numbers
///
/// Counted now; nothing of any tenant in particular.
#[utoipa::path(
    get, path = "/admin/stats", tag = "admin", operation_id = "admin_get_stats",
    responses(
        (status = 200, description = "Tenants, components, installations, submissions", body = PlatformStats),
        (status = 401, description = "No valid admin key", body = ErrorEnvelope),
        (status = 403, description = "The caller is not the platform's admin", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn admin_get_stats(State(m): State<Marketplace>, _: PlatformAdmin) -> ApiResult<axum::Json<PlatformStats>> {
    m.db.read(super::platform_stats).await.map(axum::Json).map_err(ApiError::from)
}
