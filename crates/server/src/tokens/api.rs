//! HTTP of API tokens.

use atom_marketplace_protocol::api_token::{
    ApiToken, ApiTokenCreate, ApiTokenCreated, LeakedToken, LeakedTokenOutcome,
};
use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::page::Page;
use atom_marketplace_protocol::token::{self, CredentialKind};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use utoipa_axum::routes;

use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{AnyToken, Json, Path, PlatformAdmin, TenantScope, TokenManager, Visitor};
use crate::http::ApiRoutes;
use crate::paging::{PageQuery, Paging};

/// Routes.
pub fn routes() -> ApiRoutes {
    ApiRoutes::new()
        .routes(routes!(create_token, list_tokens))
        .routes(routes!(get_current_token))
        .routes(routes!(revoke_leaked_token))
        .routes(routes!(delete_token))
        .routes(routes!(rotate_token))
        .routes(routes!(admin_create_tenant_token))
}

/// Makes a token within what `scope` may, and shows its secret.
async fn issue(m: &Marketplace, scope: TenantScope, request: &ApiTokenCreate) -> ApiResult<ApiTokenCreated> {
    let now = m.now();
    let new = super::new_token(&scope, request, now)?;
    let secret = token::generate(CredentialKind::ApiToken);
    let token = secret.expose().to_owned();
    let info = m
        .write(move |c| {
            let uid = super::create(c, scope.actor(), &new, &secret, now)?;
            super::get(c, &scope, &uid)
        })
        .await?;
    Ok(ApiTokenCreated { token, info })
}

/// Make an API token
///
/// It acts for the caller's tenant, within the caller's own scopes and component patterns. The secret is in this answer
/// and nowhere else: keep it.
#[utoipa::path(
    post, path = "/tokens", tag = "tokens", operation_id = "create_token",
    request_body = ApiTokenCreate,
    responses(
        (status = 201, description = "The token, with its secret", body = ApiTokenCreated),
        (status = 400, description = "A field is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `tokens:manage`, or a scope or pattern it wants to give", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn create_token(
    State(m): State<Marketplace>,
    TokenManager(scope): TokenManager,
    Json(request): Json<ApiTokenCreate>,
) -> ApiResult<(StatusCode, axum::Json<ApiTokenCreated>)> {
    Ok((StatusCode::CREATED, axum::Json(issue(&m, scope, &request).await?)))
}

/// List API tokens
///
/// Those that are not revoked, oldest first: prefix, scopes, expiry and last use, never the secret.
#[utoipa::path(
    get, path = "/tokens", tag = "tokens", operation_id = "list_tokens",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of tokens", body = Page<ApiToken>),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `tokens:manage`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn list_tokens(
    State(m): State<Marketplace>,
    TokenManager(scope): TokenManager,
    paging: Paging,
) -> ApiResult<Response> {
    let window = paging.window;
    let (rows, total) = m.db.read(move |c| super::list(c, &scope, window)).await.map_err(ApiError::from)?;
    Ok(paging.respond(rows, total))
}

/// Show the calling token
///
/// Any token may ask about itself, whatever its scopes.
#[utoipa::path(
    get, path = "/tokens/current", tag = "tokens", operation_id = "get_current_token",
    responses(
        (status = 200, description = "The token of this request", body = ApiToken),
        (status = 401, description = "No valid API token", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = [])),
)]
async fn get_current_token(State(m): State<Marketplace>, token: AnyToken) -> ApiResult<axum::Json<ApiToken>> {
    m.db.read(move |c| super::get(c, token.scope(), token.id())).await.map(axum::Json)
}

/// Rotate an API token
///
/// The token keeps its id, scopes and expiry and gets a new secret; the old one ends at once. The caller must hold every
/// scope the token has.
#[utoipa::path(
    post, path = "/tokens/{token_id}/rotate", tag = "tokens", operation_id = "rotate_token",
    params(("token_id" = String, Path, description = "The token's id, `tok_…`")),
    responses(
        (status = 200, description = "The token, with its new secret", body = ApiTokenCreated),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `tokens:manage`, or a scope of the token", body = ErrorEnvelope),
        (status = 404, description = "The tenant has no such token", body = ErrorEnvelope),
        (status = 409, description = "The token has expired", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn rotate_token(
    State(m): State<Marketplace>,
    TokenManager(scope): TokenManager,
    Path(uid): Path<String>,
) -> ApiResult<axum::Json<ApiTokenCreated>> {
    let now = m.now();
    let secret = token::generate(CredentialKind::ApiToken);
    let token = secret.expose().to_owned();
    let info = m.write(move |c| super::rotate(c, &scope, &uid, &secret, now)).await?;
    m.credentials.clear();
    Ok(axum::Json(ApiTokenCreated { token, info }))
}

/// Revoke an API token
///
/// It is refused from now on: at once by this node, within 5 seconds by every other.
#[utoipa::path(
    delete, path = "/tokens/{token_id}", tag = "tokens", operation_id = "delete_token",
    params(("token_id" = String, Path, description = "The token's id, `tok_…`")),
    responses(
        (status = 204, description = "Revoked"),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `tokens:manage`", body = ErrorEnvelope),
        (status = 404, description = "The tenant has no such token", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn delete_token(
    State(m): State<Marketplace>,
    TokenManager(scope): TokenManager,
    Path(uid): Path<String>,
) -> ApiResult<StatusCode> {
    let now = m.now();
    m.write(move |c| super::revoke(c, &scope, &uid, now)).await?;
    m.credentials.clear();
    Ok(StatusCode::NO_CONTENT)
}

/// Hand in a leaked API token
///
/// Whoever finds a token may end it by sending it here: no other credential is needed, and the answer says no more than whether
/// it opened something. The tenant it belongs to finds this in its audit log.
#[utoipa::path(
    post, path = "/tokens/revoke", tag = "tokens", operation_id = "revoke_leaked_token",
    request_body = LeakedToken,
    responses(
        (status = 200, description = "Whether the token opened something until now", body = LeakedTokenOutcome),
        (status = 400, description = "A field is wrong", body = ErrorEnvelope),
        (status = 403, description = "A page of another site asks", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(()),
)]
async fn revoke_leaked_token(
    State(m): State<Marketplace>,
    visitor: Visitor,
    Json(request): Json<LeakedToken>,
) -> ApiResult<axum::Json<LeakedTokenOutcome>> {
    let now = m.now();
    let (nobody, token) = (visitor.nobody(), request.token);
    let revoked = m.write(move |c| super::revoke_leaked(c, &nobody, &token, now)).await.map_err(ApiError::from)?;
    if revoked {
        m.credentials.clear();
    }
    Ok(axum::Json(LeakedTokenOutcome { revoked }))
}

/// Make an API token for a tenant
///
/// Without `scopes` it holds every tenant scope. The secret is in this answer and nowhere else.
#[utoipa::path(
    post, path = "/admin/tenants/{tenant_id}/tokens", tag = "admin", operation_id = "admin_create_tenant_token",
    params(("tenant_id" = String, Path, description = "The tenant's id")),
    request_body = ApiTokenCreate,
    responses(
        (status = 201, description = "The token, with its secret", body = ApiTokenCreated),
        (status = 400, description = "A field is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid admin key", body = ErrorEnvelope),
        (status = 403, description = "The caller is not the platform's admin, or a scope is the platform's", body = ErrorEnvelope),
        (status = 404, description = "No such tenant", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn admin_create_tenant_token(
    State(m): State<Marketplace>,
    admin: PlatformAdmin,
    Path(id): Path<String>,
    Json(request): Json<ApiTokenCreate>,
) -> ApiResult<(StatusCode, axum::Json<ApiTokenCreated>)> {
    let scope = admin.within(&m, &id).await?;
    Ok((StatusCode::CREATED, axum::Json(issue(&m, scope, &request).await?)))
}
