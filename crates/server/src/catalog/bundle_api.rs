//! HTTP of bundles.

use atom_marketplace_bundle::{ENVELOPE_TYPE, Envelope};
use atom_marketplace_db::{Conn, Error};
use atom_marketplace_protocol::component::Bundle;
use atom_marketplace_protocol::digest::sha256_hex;
use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::ids::Kind;
use axum::extract::State;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use utoipa::IntoParams;

use super::bundle;
use super::model::{ComponentRow, VersionRow};
use super::resolve::resolve;
use crate::answers::Answer;
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Audience, OfKind, Path, Query, Reader};
use crate::http::ApiRoutes;
use crate::instance;

/// Routes.
pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new().routes(utoipa_axum::routes!(get_bundle))
}

/// RFC 9530.
const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BundleQuery {
    /// Its publisher. Left out: the caller's own of that id, else what the caller has installed under it, else the one public one.
    pub(crate) source_tenant_id: Option<String>,
    /// Exactly this version. Left out: the latest one.
    pub(crate) version: Option<String>,
}

/// Fetches everything an instance needs to run a @kind
///
/// Whoever may see the component may fetch it. The bytes of a version never change. With
/// `Accept: application/vnd.dsse.envelope.v1+json` they come in an envelope, signed by the instance where the version was
/// published; `ETag` and `Content-Digest` are of exactly the bytes that are sent. A yanked version, or one that is not the
/// latest, is given by its number alone.
#[utoipa::path(
    get, path = "@base/@collection/{id}/bundle", operation_id = "get_@kind_bundle", tag = "catalog",
    params(("id" = String, Path, description = "The component's id"), BundleQuery, ("If-None-Match" = Option<String>, Header, description = "The ETag of the bundle you have")),
    responses(
        (status = 200, description = "The bundle, or with that `Accept` its envelope", content((Bundle = "application/json"), (String = "application/vnd.dsse.envelope.v1+json")), headers(("ETag", description = "Of these bytes"), ("Content-Digest", description = "`sha-256=:…:` of these bytes"))),
        (status = 304, description = "You have it"),
        (status = 404, description = "No such component or version that the caller may see", body = ErrorEnvelope),
        (status = 409, description = "AMBIGUOUS_COMPONENT: several publishers have that id; CONFLICT: the envelope of a version that is not available", body = ErrorEnvelope),
    ),
    security((), ("token" = []), ("admin" = [])),
)]
async fn get_bundle(
    State(m): State<Marketplace>,
    OfKind(kind): OfKind,
    Reader(audience): Reader,
    Path(id): Path<String>,
    Query(query): Query<BundleQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    answer(&m, audience, kind, id, query, &headers).await
}

/// The bundle as `audience` may have it, for the routes of peers too.
pub(crate) async fn answer(
    m: &Marketplace,
    audience: Audience,
    kind: Kind,
    id: String,
    query: BundleQuery,
    headers: &HeaderMap,
) -> ApiResult<Response> {
    let find = move |c: &mut Conn<'_>| {
        let component = resolve(c, &audience, kind, &id, query.source_tenant_id.as_deref())?;
        let version = bundle::find(c, &audience, &component, query.version.as_deref())?;
        Ok(Wanted { shared: component.listed, component, version })
    };
    send(m, headers, find).await
}

/// A version whose bundle the caller may have.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// Its component.
    pub(crate) component: ComponentRow,
    /// The version.
    pub(crate) version: VersionRow,
    /// Whether anyone may keep the answer.
    pub(crate) shared: bool,
}

/// Sends the bundle that `find` says, in the form that the request asks for. Where another instance has it, it is fetched.
pub(crate) async fn send(
    m: &Marketplace,
    request: &HeaderMap,
    find: impl Fn(&mut Conn<'_>) -> ApiResult<Wanted> + Clone + Send + 'static,
) -> ApiResult<Response> {
    m.with_content(|| send_here(m, request, find.clone())).await
}

async fn send_here(
    m: &Marketplace,
    request: &HeaderMap,
    find: impl Fn(&mut Conn<'_>) -> ApiResult<Wanted> + Clone + Send + 'static,
) -> ApiResult<Response> {
    let instance = instance::id(m).await?;
    if !wants_envelope(request) {
        let read = move |c: &mut Conn<'_>| {
            let Wanted { component, version, shared } = find(c)?;
            Ok::<_, ApiError>((bundle::payload(c, &instance, &component, &version).map_err(kept_elsewhere)?, shared))
        };
        let (bytes, shared) = m.db.read(read).await?;
        return respond(bytes, "application/json", request, shared);
    }
    let (again, signing, now) = (find.clone(), m.identity.clone(), m.now());
    let there = instance.clone();
    let read = move |c: &mut Conn<'_>| {
        let wanted = find(c)?;
        enveloped(c, &there, &wanted)
    };
    let mut found = m.db.read(read).await?;
    if found.is_none() {
        // The first who asks has it signed.
        let sign = move |c: &mut Conn<'_>| {
            let wanted = again(c)?;
            let signer = signing.signer(c, now)?;
            bundle::sign_version(c, &signer, &wanted.component, &wanted.version).map_err(kept_elsewhere)?;
            enveloped(c, &signer.instance, &wanted)
        };
        found = m.db.write(sign).await?;
    }
    let (envelope, shared) =
        found.ok_or_else(|| ApiError::internal("a version that was just signed has no signature"))?;
    respond(envelope.to_bytes(), ENVELOPE_TYPE, request, shared)
}

fn enveloped(c: &mut Conn<'_>, instance: &str, wanted: &Wanted) -> ApiResult<Option<(Envelope, bool)>> {
    let Wanted { component, version, shared } = wanted;
    if version.published_at.is_none() {
        let message = format!("Version {} is not available, and only what is available is signed.", version.version);
        return Err(ApiError::conflict(message).details(serde_json::json!({ "status": version.status })));
    }
    let envelope = bundle::envelope(c, instance, component, version).map_err(kept_elsewhere)?;
    Ok(envelope.map(|envelope| (envelope, *shared)))
}

/// What came from another instance by its record alone has no bundle here yet.
fn kept_elsewhere(error: Error) -> ApiError {
    match error {
        Error::NotFound => ApiError::not_found("bundle of it here yet"),
        other => other.into(),
    }
}

/// Whether a request asks for the envelope: only one that names it does.
fn wants_envelope(request: &HeaderMap) -> bool {
    let accepted = request.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let named = parts.next().is_some_and(|media_type| media_type.eq_ignore_ascii_case(ENVELOPE_TYPE));
        let refused =
            |part: &str| part.strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()).is_some_and(|q| q <= 0.0);
        named && !parts.any(refused)
    })
}

/// The answer that holds a bundle's bytes, or 304.
fn respond(bytes: Vec<u8>, media_type: &'static str, request: &HeaderMap, shared: bool) -> ApiResult<Response> {
    let etag = HeaderValue::try_from(format!("\"{}\"", sha256_hex(&bytes))).map_err(ApiError::internal)?;
    let digest = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(&bytes)));
    let digest = HeaderValue::try_from(digest).map_err(ApiError::internal)?;
    let mut response = Answer { body: bytes.into(), etag, link: None, moved: None }.respond(request, shared);
    let sent = response.status() == StatusCode::OK;
    let headers = response.headers_mut();
    if sent {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    }
    headers.insert(CONTENT_DIGEST, digest);
    headers.append(VARY, HeaderValue::from_static("accept"));
    Ok(response)
}
