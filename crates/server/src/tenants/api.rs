//! HTTP of a tenant for itself: its name and its members.

use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::page::Page;
use atom_marketplace_protocol::tenant::{Member, MemberAdd, MemberUpdate, Tenant, TenantUpdate};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use utoipa_axum::routes;

use super::members;
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Json, MemberManager, Path, TenantReader};
use crate::http::ApiRoutes;
use crate::paging::{PageQuery, Paging};

/// Routes.
pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new()
        .routes(routes!(get_tenant, update_tenant))
        .routes(routes!(list_members, add_member))
        .routes(routes!(update_member, remove_member))
}

/// Show the caller's tenant
///
/// With its plan, its limits and the storage it has used.
#[utoipa::path(
    get, path = "/tenant", tag = "tenant", operation_id = "get_tenant",
    responses(
        (status = 200, description = "The tenant", body = Tenant),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `components:read`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn get_tenant(State(m): State<Marketplace>, TenantReader(scope): TenantReader) -> ApiResult<axum::Json<Tenant>> {
    m.db.read(move |c| super::describe(c, scope.slug())).await.map(axum::Json)
}

/// Rename the caller's tenant
///
/// The name is shown with everything that the tenant has published; its id stays. A verified tenant loses its mark with
/// another name, until its domains are checked again: what was verified was the one of that name.
#[utoipa::path(
    patch, path = "/tenant", tag = "tenant", operation_id = "update_tenant",
    request_body = TenantUpdate,
    responses(
        (status = 200, description = "The tenant as it is now", body = Tenant),
        (status = 400, description = "A field is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `members:manage`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn update_tenant(
    State(m): State<Marketplace>,
    MemberManager(scope): MemberManager,
    Json(request): Json<TenantUpdate>,
) -> ApiResult<axum::Json<Tenant>> {
    let now = m.now();
    let name = request.name;
    let tenant = m.write(move |c| super::rename(c, scope.actor(), scope.slug(), name.clone(), now)).await?;
    m.credentials.clear();
    m.publisher_changed();
    Ok(axum::Json(tenant))
}

/// List the tenant's members
///
/// In the order in which their accounts were made.
#[utoipa::path(
    get, path = "/tenant/members", tag = "tenant", operation_id = "list_members",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of members", body = Page<Member>),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `members:manage`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn list_members(
    State(m): State<Marketplace>,
    MemberManager(scope): MemberManager,
    paging: Paging,
) -> ApiResult<Response> {
    let window = paging.window;
    let (rows, total) = m.db.read(move |c| members::list(c, &scope, window)).await.map_err(ApiError::from)?;
    Ok(paging.respond(rows, total))
}

/// Make a person a member
///
/// With a role that holds no more than the caller does.
#[utoipa::path(
    post, path = "/tenant/members", tag = "tenant", operation_id = "add_member",
    request_body = MemberAdd,
    responses(
        (status = 201, description = "The member", body = Member),
        (status = 400, description = "A field is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `members:manage`, or the role holds more than the caller", body = ErrorEnvelope),
        (status = 409, description = "The person is a member already", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn add_member(
    State(m): State<Marketplace>,
    MemberManager(scope): MemberManager,
    Json(request): Json<MemberAdd>,
) -> ApiResult<(StatusCode, axum::Json<Member>)> {
    let now = m.now();
    let member = m.write(move |c| members::add(c, &scope, &request, now)).await?;
    Ok((StatusCode::CREATED, axum::Json(member)))
}

/// Give a member another role
///
/// The scopes of the tokens they made change with it.
#[utoipa::path(
    patch, path = "/tenant/members/{user_id}", tag = "tenant", operation_id = "update_member",
    params(("user_id" = String, Path, description = "The member's id, `usr_…`")),
    request_body = MemberUpdate,
    responses(
        (status = 200, description = "The member as it is now", body = Member),
        (status = 400, description = "A field is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `members:manage`, or a role holds more than the caller", body = ErrorEnvelope),
        (status = 404, description = "The tenant has no such member", body = ErrorEnvelope),
        (status = 409, description = "It is the last owner", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn update_member(
    State(m): State<Marketplace>,
    MemberManager(scope): MemberManager,
    Path(user): Path<String>,
    Json(request): Json<MemberUpdate>,
) -> ApiResult<axum::Json<Member>> {
    let now = m.now();
    let member = m.write(move |c| members::change(c, &scope, &user, request.role, now)).await?;
    m.credentials.clear();
    Ok(axum::Json(member))
}

/// Remove a member
///
/// The tokens they made end with it.
#[utoipa::path(
    delete, path = "/tenant/members/{user_id}", tag = "tenant", operation_id = "remove_member",
    params(("user_id" = String, Path, description = "The member's id, `usr_…`")),
    responses(
        (status = 204, description = "Removed"),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `members:manage`, or the member's role holds more than the caller", body = ErrorEnvelope),
        (status = 404, description = "The tenant has no such member", body = ErrorEnvelope),
        (status = 409, description = "It is the last owner", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn remove_member(
    State(m): State<Marketplace>,
    MemberManager(scope): MemberManager,
    Path(user): Path<String>,
) -> ApiResult<StatusCode> {
    let now = m.now();
    m.write(move |c| members::remove(c, &scope, &user, now)).await?;
    m.credentials.clear();
    Ok(StatusCode::NO_CONTENT)
}
