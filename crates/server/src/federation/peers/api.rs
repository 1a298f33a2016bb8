//! HTTP of peers.

use atom_marketplace_bundle::Envelope;
use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::page::Page;
use atom_marketplace_protocol::peer::{Peer, PeerCreate, PeerProbe, PeerProbeRequest, PeerRefusal, PeerUpdate};
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use utoipa_axum::routes;

use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Json, Path, PlatformAdmin, Query};
use crate::http::ApiRoutes;
use crate::paging::{self, PageQuery, Paging, Window};

/// Routes.
pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new()
        .routes(routes!(create_peer, list_peers))
        .routes(routes!(get_peer, update_peer, delete_peer))
        .routes(routes!(probe_peer))
        .routes(routes!(sync_peer))
        .routes(routes!(list_peer_refusals))
        .routes(routes!(federation_receive_event))
}

/// Ask an instance who it is
///
/// The fingerprint that it shows to this server, before pairing with it. Compare it with what its operator tells you over
/// another channel, and give it as `fingerprint` to `POST /api/federation/peers`. Nothing is stored.
#[utoipa::path(
    post, path = "/federation/peers/probe", tag = "federation", operation_id = "probe_peer",
    request_body = PeerProbeRequest,
    responses(
        (status = 200, description = "Who it says it is", body = PeerProbe),
        (status = 400, description = "It cannot be reached, or is no marketplace that federates", body = ErrorEnvelope),
        (status = 401, description = "No valid admin key", body = ErrorEnvelope),
        (status = 403, description = "The caller is not the platform's admin", body = ErrorEnvelope),
        (status = 409, description = "It is this instance itself", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn probe_peer(
    State(m): State<Marketplace>,
    _: PlatformAdmin,
    Json(request): Json<PeerProbeRequest>,
) -> ApiResult<axum::Json<PeerProbe>> {
    super::probe(&m, &request.base_url).await.map(axum::Json)
}

/// Pair with an instance
///
/// Pins the keys that it shows, which must match `fingerprint` where it is given, and pulls its public catalog from now on.
/// Its tenants are named `{tenant}@{name}` here.
#[utoipa::path(
    post, path = "/federation/peers", tag = "federation", operation_id = "create_peer",
    request_body = PeerCreate,
    responses(
        (status = 201, description = "The peer", body = Peer, headers(("Location" = String, description = "Where it is"))),
        (status = 400, description = "A field is wrong, the instance cannot be reached, or it shows another fingerprint", body = ErrorEnvelope),
        (status = 401, description = "No valid admin key", body = ErrorEnvelope),
        (status = 403, description = "The caller is not the platform's admin", body = ErrorEnvelope),
        (status = 409, description = "The name or the instance is a peer already, or it is this instance itself", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn create_peer(
    State(m): State<Marketplace>,
    admin: PlatformAdmin,
    OriginalUri(uri): OriginalUri,
    Json(request): Json<PeerCreate>,
) -> ApiResult<Response> {
    let new = super::new_peer(&m.outbound, request)?;
    let found = super::ask(&m, &new.base_url).await?;
    if let Some(fingerprint) = &new.request.fingerprint {
        super::check_fingerprint(&found, fingerprint)?;
    }
    let (now, sealer) = (m.now(), m.sealer.clone());
    let peer = m.write(move |c| super::create(c, admin.actor(), &sealer, &new, &found, now)).await?;
    let location = format!("{}/{}", uri.path().trim_end_matches('/'), peer.id);
    Ok((StatusCode::CREATED, [(LOCATION, location)], axum::Json(peer)).into_response())
}

/// List peers
///
/// In the order they were paired, never their keys.
#[utoipa::path(
    get, path = "/federation/peers", tag = "federation", operation_id = "list_peers",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of peers", body = Page<Peer>),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid admin key", body = ErrorEnvelope),
        (status = 403, description = "The caller is not the platform's admin", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn list_peers(State(m): State<Marketplace>, _: PlatformAdmin, paging: Paging) -> ApiResult<Response> {
    let window = paging.window;
    let (rows, total) = m.db.read(move |c| super::list(c, window)).await.map_err(ApiError::from)?;
    Ok(paging.respond(rows, total))
}

/// Show a peer
///
/// With the keys that are pinned, how far its feed was walked, and how many of its components are here.
#[utoipa::path(
    get, path = "/federation/peers/{peer_id}", tag = "federation", operation_id = "get_peer",
    params(("peer_id" = String, Path, description = "The peer's id, `peer_…`")),
    responses(
        (status = 200, description = "The peer", body = Peer),
        (status = 401, description = "No valid admin key", body = ErrorEnvelope),
        (status = 403, description = "The caller is not the platform's admin", body = ErrorEnvelope),
        (status = 404, description = "No such peer", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn get_peer(
    State(m): State<Marketplace>,
    _: PlatformAdmin,
    Path(uid): Path<String>,
) -> ApiResult<axum::Json<Peer>> {
    m.db.read(move |c| super::get(c, &uid)).await.map(axum::Json)
}

/// Change a peer
///
/// What is left out stays. `status: active` ends a pause, and takes what a suspect peer says now for the truth. With
/// `fingerprint` the keys that it shows now are pinned in the place of those before.
#[utoipa::path(
    patch, path = "/federation/peers/{peer_id}", tag = "federation", operation_id = "update_peer",
    params(("peer_id" = String, Path, description = "The peer's id, `peer_…`")),
    request_body = PeerUpdate,
    responses(
        (status = 200, description = "The peer as it is now", body = Peer),
        (status = 400, description = "A field is wrong, the instance cannot be reached, or it shows another fingerprint", body = ErrorEnvelope),
        (status = 401, description = "No valid admin key", body = ErrorEnvelope),
        (status = 403, description = "The caller is not the platform's admin", body = ErrorEnvelope),
        (status = 404, description = "No such peer", body = ErrorEnvelope),
        (status = 409, description = "Another instance is at that place", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn update_peer(
    State(m): State<Marketplace>,
    admin: PlatformAdmin,
    Path(uid): Path<String>,
    Json(request): Json<PeerUpdate>,
) -> ApiResult<axum::Json<Peer>> {
    let change = super::change(&m.outbound, request)?;
    let shown = change.ask(&m, &uid).await?;
    let (now, sealer) = (m.now(), m.sealer.clone());
    m.write(move |c| super::update(c, admin.actor(), &sealer, &uid, &change, shown.as_ref(), now)).await.map(axum::Json)
}

/// End a peer
///
/// Nothing is pulled any more, its key is forgotten, and what came from it is withdrawn here. Whoever has it installed keeps
/// it. Its name stays that instance's.
#[utoipa::path(
    delete, path = "/federation/peers/{peer_id}", tag = "federation", operation_id = "delete_peer",
    params(("peer_id" = String, Path, description = "The peer's id, `peer_…`")),
    responses(
        (status = 204, description = "Ended"),
        (status = 401, description = "No valid admin key", body = ErrorEnvelope),
        (status = 403, description = "The caller is not the platform's admin", body = ErrorEnvelope),
        (status = 404, description = "No such peer", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn delete_peer(
    State(m): State<Marketplace>,
    admin: PlatformAdmin,
    Path(uid): Path<String>,
) -> ApiResult<StatusCode> {
    let now = m.now();
    m.write(move |c| super::delete(c, admin.actor(), &uid, now)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Pull from a peer now
///
/// Rather than on its schedule. `pulled_at` and `error` tell how it went.
#[utoipa::path(
    post, path = "/federation/peers/{peer_id}/sync", tag = "federation", operation_id = "sync_peer",
    params(("peer_id" = String, Path, description = "The peer's id, `peer_…`")),
    responses(
        (status = 202, description = "A node will do so at once", body = Peer),
        (status = 401, description = "No valid admin key", body = ErrorEnvelope),
        (status = 403, description = "The caller is not the platform's admin", body = ErrorEnvelope),
        (status = 404, description = "No such peer", body = ErrorEnvelope),
        (status = 409, description = "It is paused or suspect", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn sync_peer(
    State(m): State<Marketplace>,
    admin: PlatformAdmin,
    Path(uid): Path<String>,
) -> ApiResult<(StatusCode, axum::Json<Peer>)> {
    let now = m.now();
    let peer = m.write(move |c| super::sync(c, admin.actor(), &uid, now)).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(peer)))
}

/// List what was refused of a peer
///
/// The latest first, with the reason; the same again is counted. The 1,000 latest are kept.
#[utoipa::path(
    get, path = "/federation/peers/{peer_id}/refusals", tag = "federation", operation_id = "list_peer_refusals",
    params(("peer_id" = String, Path, description = "The peer's id, `peer_…`"), PageQuery),
    responses(
        (status = 200, description = "A page of refusals", body = Page<PeerRefusal>),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid admin key", body = ErrorEnvelope),
        (status = 403, description = "The caller is not the platform's admin", body = ErrorEnvelope),
        (status = 404, description = "No such peer", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn list_peer_refusals(
    State(m): State<Marketplace>,
    _: PlatformAdmin,
    Path(uid): Path<String>,
    Query(query): Query<PageQuery>,
    OriginalUri(uri): OriginalUri,
) -> ApiResult<Response> {
    let window = Window::new(query.page, query.page_size, query.cursor.as_deref())?;
    let page = m.db.read(move |c| super::refusals(c, &uid, &window)).await?;
    Ok(paging::respond(&page, &uri))
}

/// Tell that a feed has grown
///
/// For peers that are pulled from: an envelope of `application/vnd.atom.event+json`, signed by the instance whose feed it is.
/// It is pulled from as soon as a node has time. The same event again, or one that is more than five minutes old, does
/// nothing.
#[utoipa::path(
    post, path = "/federation/v1/events", tag = "federation", operation_id = "federation_receive_event",
    request_body = Envelope,
    responses(
        (status = 202, description = "Heard"),
        (status = 400, description = "WEBHOOK_VERIFICATION_FAILED: no peer has signed it, or not lately", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(()),
)]
async fn federation_receive_event(
    State(m): State<Marketplace>,
    Json(envelope): Json<Envelope>,
) -> ApiResult<StatusCode> {
    super::hear(&m, envelope).await?;
    Ok(StatusCode::ACCEPTED)
}
