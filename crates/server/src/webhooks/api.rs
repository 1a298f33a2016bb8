//! HTTP of webhooks.

use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::page::Page;
use atom_marketplace_protocol::webhook::{
    Webhook, WebhookCreate, WebhookCreated, WebhookSecretRotate, WebhookUpdate, WebhookVerified, WebhookVerify,
};
use axum::extract::State;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use utoipa_axum::routes;

use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Json, Path, WebhookManager};
use crate::http::ApiRoutes;
use crate::paging::{PageQuery, Paging};

pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new()
        .routes(routes!(create_webhook, list_webhooks))
        .routes(routes!(get_webhook, update_webhook, delete_webhook))
        .routes(routes!(rotate_webhook_secret))
        .routes(routes!(verify_webhook))
}

/// Make a webhook
///
/// From now on events of these types are sent to the URL, signed. Where no secret is given, one is made; it is in this answer
/// and nowhere else: keep it. How deliveries look, are signed and are tried again is in docs/WEBHOOKS.md.
#[utoipa::path(
    post, path = "/webhooks", tag = "webhooks", operation_id = "create_webhook",
    request_body = WebhookCreate,
    responses(
        (status = 201, description = "The webhook, with its secret if the marketplace made it", body = WebhookCreated,
            headers(("Location" = String, description = "The webhook"))),
        (status = 400, description = "A field is wrong, or the URL may not be sent to", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `webhooks:manage`, or the plan has no room for another webhook (`QUOTA_EXCEEDED`)", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn create_webhook(
    State(m): State<Marketplace>,
    WebhookManager(scope): WebhookManager,
    Json(request): Json<WebhookCreate>,
) -> ApiResult<(StatusCode, [(header::HeaderName, HeaderValue); 1], axum::Json<WebhookCreated>)> {
    let (new, secret) = super::new_webhook(&m.outbound, &request)?;
    let (now, sealer) = (m.now(), m.sealer.clone());
    let webhook = m.write(move |c| super::create(c, &scope, &sealer, &new, now)).await?;
    let location = HeaderValue::try_from(format!("/api/webhooks/{}", webhook.id)).map_err(ApiError::internal)?;
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], axum::Json(WebhookCreated { secret, webhook })))
}

/// List webhooks
///
/// The tenant's, oldest first, without their secrets.
#[utoipa::path(
    get, path = "/webhooks", tag = "webhooks", operation_id = "list_webhooks",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of webhooks", body = Page<Webhook>),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `webhooks:manage`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn list_webhooks(
    State(m): State<Marketplace>,
    WebhookManager(scope): WebhookManager,
    paging: Paging,
) -> ApiResult<Response> {
    let (window, now) = (paging.window, m.now());
    let (rows, total) = m.db.read(move |c| super::list(c, &scope, window, now)).await.map_err(ApiError::from)?;
    Ok(paging.respond(rows, total))
}

/// Show a webhook
///
/// Without its secret; with since when its deliveries have failed, if they do.
#[utoipa::path(
    get, path = "/webhooks/{webhook_id}", tag = "webhooks", operation_id = "get_webhook",
    params(("webhook_id" = String, Path, description = "The webhook's id, `whk_…`")),
    responses(
        (status = 200, description = "The webhook", body = Webhook),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `webhooks:manage`", body = ErrorEnvelope),
        (status = 404, description = "The tenant has no such webhook", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn get_webhook(
    State(m): State<Marketplace>,
    WebhookManager(scope): WebhookManager,
    Path(id): Path<String>,
) -> ApiResult<axum::Json<Webhook>> {
    let now = m.now();
    m.db.read(move |c| super::get(c, &scope, &id, now)).await.map(axum::Json)
}

/// Change a webhook, pause it, or make it active again
///
/// What is left out stays. While a webhook is paused or disabled its deliveries wait; once it is active, they are sent.
#[utoipa::path(
    patch, path = "/webhooks/{webhook_id}", tag = "webhooks", operation_id = "update_webhook",
    params(("webhook_id" = String, Path, description = "The webhook's id, `whk_…`")),
    request_body = WebhookUpdate,
    responses(
        (status = 200, description = "The webhook as it is now", body = Webhook),
        (status = 400, description = "A field is wrong, or the URL may not be sent to", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `webhooks:manage`", body = ErrorEnvelope),
        (status = 404, description = "The tenant has no such webhook", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn update_webhook(
    State(m): State<Marketplace>,
    WebhookManager(scope): WebhookManager,
    Path(id): Path<String>,
    Json(change): Json<WebhookUpdate>,
) -> ApiResult<axum::Json<Webhook>> {
    let (now, outbound) = (m.now(), m.outbound.clone());
    m.write(move |c| super::update(c, &scope, &outbound, &id, &change, now)).await.map(axum::Json)
}

/// Delete a webhook
///
/// Nothing more is sent to it, not even what waits.
#[utoipa::path(
    delete, path = "/webhooks/{webhook_id}", tag = "webhooks", operation_id = "delete_webhook",
    params(("webhook_id" = String, Path, description = "The webhook's id, `whk_…`")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `webhooks:manage`", body = ErrorEnvelope),
        (status = 404, description = "The tenant has no such webhook", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn delete_webhook(
    State(m): State<Marketplace>,
    WebhookManager(scope): WebhookManager,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let now = m.now();
    m.write(move |c| super::delete(c, &scope, &id, now)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give a webhook another secret
///
/// For the grace period deliveries are signed with both: `webhook-signature` carries two signatures, and the old one is in
/// `X-ATOM-Signature-Previous`. A secret that the marketplace makes is in this answer and nowhere else.
#[utoipa::path(
    post, path = "/webhooks/{webhook_id}/rotate-secret", tag = "webhooks", operation_id = "rotate_webhook_secret",
    params(("webhook_id" = String, Path, description = "The webhook's id, `whk_…`")),
    request_body = WebhookSecretRotate,
    responses(
        (status = 200, description = "The webhook, with its new secret if the marketplace made it", body = WebhookCreated),
        (status = 400, description = "A field is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `webhooks:manage`", body = ErrorEnvelope),
        (status = 404, description = "The tenant has no such webhook", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn rotate_webhook_secret(
    State(m): State<Marketplace>,
    WebhookManager(scope): WebhookManager,
    Path(id): Path<String>,
    Json(request): Json<WebhookSecretRotate>,
) -> ApiResult<axum::Json<WebhookCreated>> {
    let (secret, made, grace) = super::new_secret(&request)?;
    let (now, sealer, shown) = (m.now(), m.sealer.clone(), made.then(|| secret.clone()));
    let webhook = m.write(move |c| super::rotate_secret(c, &scope, &sealer, &id, (&secret, grace), now)).await?;
    Ok(axum::Json(WebhookCreated { secret: shown, webhook }))
}

/// Check a signature
///
/// For people who look for a mistake in their receiver: whether `X-ATOM-Signature` is what this webhook's secret makes of
/// the payload.
#[utoipa::path(
    post, path = "/webhooks/verify", tag = "webhooks", operation_id = "verify_webhook",
    request_body = WebhookVerify,
    responses(
        (status = 200, description = "It is", body = WebhookVerified),
        (status = 400, description = "It is not (`WEBHOOK_VERIFICATION_FAILED`), or a field is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `webhooks:manage`", body = ErrorEnvelope),
        (status = 404, description = "The tenant has no such webhook", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn verify_webhook(
    State(m): State<Marketplace>,
    WebhookManager(scope): WebhookManager,
    Json(request): Json<WebhookVerify>,
) -> ApiResult<axum::Json<WebhookVerified>> {
    let (now, sealer) = (m.now(), m.sealer.clone());
    m.db.read(move |c| super::verify(c, &scope, &sealer, &request, now)).await.map(axum::Json)
}
