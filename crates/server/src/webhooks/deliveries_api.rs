//! HTTP of deliveries, and of what makes them again.

use atom_marketplace_db::Timestamp;
use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::page::Page;
use atom_marketplace_protocol::webhook::{
    Delivery, DeliveryDetail, DeliveryStatus, WebhookRecover, WebhookRecovered, WebhookTest,
};
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

use super::deliveries;
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Json, Path, Query, WebhookManager};
use crate::http::ApiRoutes;
use crate::paging::{Window, respond};

pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new()
        .routes(routes!(test_webhook))
        .routes(routes!(recover_webhook))
        .routes(routes!(list_webhook_deliveries))
        .routes(routes!(get_webhook_delivery))
        .routes(routes!(redeliver_webhook_delivery))
}

/// Try a webhook
///
/// Sends it an example of an event, whether it hears of that type or not, with `"test": true` among the data. What came of it
/// is read with the delivery's id.
#[utoipa::path(
    post, path = "/webhooks/{webhook_id}/test", tag = "webhooks", operation_id = "test_webhook",
    params(("webhook_id" = String, Path, description = "The webhook's id, `whk_…`")),
    request_body = WebhookTest,
    responses(
        (status = 202, description = "The delivery, which is under way", body = Delivery),
        (status = 400, description = "A field is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `webhooks:manage`", body = ErrorEnvelope),
        (status = 404, description = "The tenant has no such webhook", body = ErrorEnvelope),
        (status = 409, description = "The webhook is paused or disabled", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn test_webhook(
    State(m): State<Marketplace>,
    WebhookManager(scope): WebhookManager,
    Path(id): Path<String>,
    Json(request): Json<WebhookTest>,
) -> ApiResult<(StatusCode, axum::Json<Delivery>)> {
    let now = m.now();
    let delivery = m.write(move |c| super::test(c, &scope, &id, request.event, now)).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(delivery)))
}

/// Send failed deliveries again
///
/// Those of events since a time, from the beginning of their schedule. It can be asked for again: what is queued already is
/// not queued twice.
#[utoipa::path(
    post, path = "/webhooks/{webhook_id}/recover", tag = "webhooks", operation_id = "recover_webhook",
    params(("webhook_id" = String, Path, description = "The webhook's id, `whk_…`")),
    request_body = WebhookRecover,
    responses(
        (status = 202, description = "They are queued", body = WebhookRecovered),
        (status = 400, description = "A field is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `webhooks:manage`", body = ErrorEnvelope),
        (status = 404, description = "The tenant has no such webhook", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn recover_webhook(
    State(m): State<Marketplace>,
    WebhookManager(scope): WebhookManager,
    Path(id): Path<String>,
    Json(request): Json<WebhookRecover>,
) -> ApiResult<(StatusCode, axum::Json<WebhookRecovered>)> {
    let since: Timestamp = request
        .since
        .parse()
        .map_err(|_| ApiError::field("since", "Give a time in RFC 3339, such as 2026-11-24T00:00:00Z."))?;
    let recovered = deliveries::recover_since(&m, &scope, &id, since).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(WebhookRecovered { recovered })))
}

/// The query of a list of deliveries.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DeliveryQuery {
    /// Only deliveries of this status.
    status: Option<DeliveryStatus>,
    /// The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`.
    #[param(minimum = 1, default = 1)]
    page: Option<u64>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    page_size: Option<u64>,
    /// `next_cursor` of the page before, in place of `page`.
    cursor: Option<String>,
}

/// List a webhook's deliveries
///
/// Newest first. `total` counts up to 10,000.
#[utoipa::path(
    get, path = "/webhooks/{webhook_id}/deliveries", tag = "webhooks", operation_id = "list_webhook_deliveries",
    params(("webhook_id" = String, Path, description = "The webhook's id, `whk_…`"), DeliveryQuery),
    responses(
        (status = 200, description = "A page of deliveries", body = Page<Delivery>),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `webhooks:manage`", body = ErrorEnvelope),
        (status = 404, description = "The tenant has no such webhook", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn list_webhook_deliveries(
    State(m): State<Marketplace>,
    WebhookManager(scope): WebhookManager,
    OriginalUri(uri): OriginalUri,
    Path(id): Path<String>,
    Query(query): Query<DeliveryQuery>,
) -> ApiResult<Response> {
    let window = Window::new(query.page, query.page_size, query.cursor.as_deref())?;
    let (rows, total) = m.db.read(move |c| deliveries::list(c, &scope, &id, query.status, window)).await?;
    Ok(respond(&window.page(rows, total, |row| row.0, |row| row.1), &uri))
}

/// Show a delivery
///
/// What was sent, and every exchange with its status, how long it took and the first 4 KB of the answer.
#[utoipa::path(
    get, path = "/webhooks/{webhook_id}/deliveries/{delivery_id}", tag = "webhooks", operation_id = "get_webhook_delivery",
    params(
        ("webhook_id" = String, Path, description = "The webhook's id, `whk_…`"),
        ("delivery_id" = String, Path, description = "The delivery's id, `dlv_…`"),
    ),
    responses(
        (status = 200, description = "The delivery with its exchanges", body = DeliveryDetail),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `webhooks:manage`", body = ErrorEnvelope),
        (status = 404, description = "The tenant has no such webhook, or the webhook no such delivery", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn get_webhook_delivery(
    State(m): State<Marketplace>,
    WebhookManager(scope): WebhookManager,
    Path((webhook, id)): Path<(String, String)>,
) -> ApiResult<axum::Json<DeliveryDetail>> {
    m.db.read(move |c| deliveries::get(c, &scope, &webhook, &id)).await.map(axum::Json)
}

/// Send a delivery again
///
/// Whatever became of it, with the same `webhook-id`.
#[utoipa::path(
    post, path = "/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver", tag = "webhooks",
    operation_id = "redeliver_webhook_delivery",
    params(
        ("webhook_id" = String, Path, description = "The webhook's id, `whk_…`"),
        ("delivery_id" = String, Path, description = "The delivery's id, `dlv_…`"),
    ),
    responses(
        (status = 202, description = "The delivery, which is queued", body = Delivery),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `webhooks:manage`", body = ErrorEnvelope),
        (status = 404, description = "The tenant has no such webhook, or the webhook no such delivery", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn redeliver_webhook_delivery(
    State(m): State<Marketplace>,
    WebhookManager(scope): WebhookManager,
    Path((webhook, id)): Path<(String, String)>,
) -> ApiResult<(StatusCode, axum::Json<Delivery>)> {
    let now = m.now();
    let delivery = m.write(move |c| deliveries::redeliver(c, &scope, &webhook, &id, now)).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(delivery)))
}
