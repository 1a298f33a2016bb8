//! HTTP of federation keys.

use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::federation::{FederationKey, FederationKeyCreate, FederationKeyCreated};
use atom_marketplace_protocol::page::Page;
use atom_marketplace_protocol::token::{self, CredentialKind};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use utoipa_axum::routes;

use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{FederationKeyManager, Json, Path};
use crate::http::ApiRoutes;
use crate::paging::{PageQuery, Paging};

/// Routes.
pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new().routes(routes!(create_federation_key, list_federation_keys)).routes(routes!(delete_federation_key))
}

/// Make a federation key
///
/// It reads public components by the federation routes and nothing else. The platform's admin who names no tenant makes
/// a key of the platform's own. The secret is in this answer and nowhere else.
#[utoipa::path(
    post, path = "/federation/keys", tag = "federation", operation_id = "create_federation_key",
    request_body = FederationKeyCreate,
    responses(
        (status = 201, description = "The key, with its secret", body = FederationKeyCreated),
        (status = 400, description = "A field is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `federation:manage`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn create_federation_key(
    State(m): State<Marketplace>,
    manager: FederationKeyManager,
    Json(request): Json<FederationKeyCreate>,
) -> ApiResult<(StatusCode, axum::Json<FederationKeyCreated>)> {
    let (owner, now) = (manager.owner(), m.now());
    let new = super::check(&request)?;
    let secret = token::generate(CredentialKind::FederationKey);
    let key = secret.expose().to_owned();
    let info =
        m.write(move |c| super::create(c, manager.actor(), owner, &new, &secret, now)).await.map_err(ApiError::from)?;
    Ok((StatusCode::CREATED, axum::Json(FederationKeyCreated { key, info })))
}

/// List federation keys
///
/// Those that are not revoked, oldest first, never the secret.
#[utoipa::path(
    get, path = "/federation/keys", tag = "federation", operation_id = "list_federation_keys",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of keys", body = Page<FederationKey>),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `federation:manage`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn list_federation_keys(
    State(m): State<Marketplace>,
    manager: FederationKeyManager,
    paging: Paging,
) -> ApiResult<Response> {
    let (owner, window) = (manager.owner(), paging.window);
    let (rows, total) = m.db.read(move |c| super::list(c, owner, window)).await.map_err(ApiError::from)?;
    Ok(paging.respond(rows, total))
}

/// Revoke a federation key
///
/// It is refused from now on: at once by this node, within 5 seconds by every other.
#[utoipa::path(
    delete, path = "/federation/keys/{key_id}", tag = "federation", operation_id = "delete_federation_key",
    params(("key_id" = String, Path, description = "The key's id, `fed_…`")),
    responses(
        (status = 204, description = "Revoked"),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `federation:manage`", body = ErrorEnvelope),
        (status = 404, description = "No such key", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn delete_federation_key(
    State(m): State<Marketplace>,
    manager: FederationKeyManager,
    Path(uid): Path<String>,
) -> ApiResult<StatusCode> {
    let (owner, now) = (manager.owner(), m.now());
    m.write(move |c| super::revoke(c, manager.actor(), owner, &uid, now)).await?;
    m.credentials.clear();
    // The totals that it told are shown no more, wherever they were.
    m.publisher_changed();
    Ok(StatusCode::NO_CONTENT)
}
