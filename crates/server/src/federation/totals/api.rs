//! HTTP of totals.

use atom_marketplace_protocol::error::{Code, ErrorEnvelope};
use atom_marketplace_protocol::federation::{FederationTotals, FederationTotalsTaken};
use axum::extract::State;
use utoipa_axum::routes;

use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{FederationPeer, Json};
use crate::http::ApiRoutes;

/// Routes.
pub(in crate::federation) fn routes() -> ApiRoutes {
    ApiRoutes::new().routes(routes!(federation_report_totals))
}

/// Tell what components come to
///
/// How often they were installed and how they were rated on the peer, in all, so that telling twice counts once. It is shown
/// beside the numbers of here (`federated`), where the key's maker allows it (`accept_totals`).
#[utoipa::path(
    post, path = "/federation/v1/totals", tag = "federation", operation_id = "federation_report_totals",
    request_body = FederationTotals,
    responses(
        (status = 200, description = "What became of them", body = FederationTotalsTaken),
        (status = 400, description = "A field is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid federation key", body = ErrorEnvelope),
        (status = 403, description = "The key's totals are not accepted", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("federation" = [])),
)]
async fn federation_report_totals(
    State(m): State<Marketplace>,
    peer: FederationPeer,
    Json(told): Json<FederationTotals>,
) -> ApiResult<axum::Json<FederationTotalsTaken>> {
    let (key, now) = (peer.key()?.clone(), m.now());
    if !key.accept_totals {
        return Err(ApiError::new(
            Code::InsufficientPermissions,
            "Totals of this key are not accepted: ask who made it.",
        ));
    }
    super::check(&told)?;
    let (taken, changes) = m.write(move |c| super::take(c, &key, &told, now)).await.map_err(ApiError::from)?;
    for change in changes {
        m.catalog_changed(change);
    }
    Ok(axum::Json(taken))
}
