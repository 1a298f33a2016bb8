//! HTTP of subscriptions to hints.

use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::federation::FederationSubscription;
use axum::extract::State;
use http::StatusCode;
use utoipa_axum::routes;

use super::store;
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{FederationPeer, Json};
use crate::federation::feed;
use crate::http::ApiRoutes;

/// Routes.
pub(in crate::federation) fn routes() -> ApiRoutes {
    ApiRoutes::new().routes(routes!(federation_subscribe, federation_unsubscribe))
}

/// Ask to be told when the feed grows
///
/// From now on a hint is posted there, `{payloadType, payload, signatures}`, an envelope of
/// `application/vnd.atom.event+json` that this instance signs, at most one a second. It says how far the feed goes, and is
/// tried a few times: pull on a schedule as well. One subscription a key; another one takes its place.
#[utoipa::path(
    post, path = "/federation/v1/subscription", tag = "federation", operation_id = "federation_subscribe",
    request_body = FederationSubscription,
    responses(
        (status = 200, description = "Subscribed", body = FederationSubscription),
        (status = 400, description = "It cannot be sent there", body = ErrorEnvelope),
        (status = 401, description = "No valid federation key", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("federation" = [])),
)]
async fn federation_subscribe(
    State(m): State<Marketplace>,
    peer: FederationPeer,
    Json(request): Json<FederationSubscription>,
) -> ApiResult<axum::Json<FederationSubscription>> {
    let (key, now) = (peer.key()?.id, m.now());
    let target = m.outbound.check(request.url.trim());
    let url = target.map_err(|why| ApiError::field("url", format!("It cannot be sent to: {why}.")))?.url().to_owned();
    let answer = FederationSubscription { url: url.clone() };
    m.write(move |c| {
        let head = feed::head(c)?;
        store::subscribe(c, key, &url, head, now)
    })
    .await
    .map_err(ApiError::from)?;
    Ok(axum::Json(answer))
}

/// Ask not to be told any more
///
/// Whether there was a subscription or not.
#[utoipa::path(
    delete, path = "/federation/v1/subscription", tag = "federation", operation_id = "federation_unsubscribe",
    responses(
        (status = 204, description = "There is no subscription"),
        (status = 401, description = "No valid federation key", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("federation" = [])),
)]
async fn federation_unsubscribe(State(m): State<Marketplace>, peer: FederationPeer) -> ApiResult<StatusCode> {
    let key = peer.key()?.id;
    m.write(move |c| store::forget(c, key)).await.map_err(ApiError::from)?;
    Ok(StatusCode::NO_CONTENT)
}
