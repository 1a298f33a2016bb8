//! HTTP of bundles.

use atom_marketplace_protocol::component::Bundle;
use atom_marketplace_protocol::digest::sha256_hex;
use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::ids::Kind;
use axum::extract::State;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use utoipa::IntoParams;

use super::bundle;
use super::resolve::resolve;
use crate::answers::Answer;
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Audience, OfKind, Path, Query, Reader};
use crate::http::ApiRoutes;

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
    version: Option<String>,
}

/// Fetches everything an instance needs to run a @kind
///
/// Whoever may see the component may fetch it. The bytes of a version never change; `Content-Digest` is of exactly them. A
/// yanked version, or one that is not the latest, is given by its number alone.
#[utoipa::path(
    get, path = "@base/@collection/{id}/bundle", operation_id = "get_@kind_bundle", tag = "catalog",
    params(("id" = String, Path, description = "The component's id"), BundleQuery, ("If-None-Match" = Option<String>, Header, description = "The ETag of the bundle you have")),
    responses(
        (status = 200, description = "The bundle", body = Bundle, headers(("ETag", description = "Of these bytes"), ("Content-Digest", description = "`sha-256=:…:` of these bytes"))),
        (status = 304, description = "You have it"),
        (status = 404, description = "No such component or version that the caller may see", body = ErrorEnvelope),
        (status = 409, description = "AMBIGUOUS_COMPONENT: several publishers have that id", body = ErrorEnvelope),
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
    let (bytes, listed) =
        m.db.read(move |c| {
            let row = resolve(c, &audience, kind, &id, query.source_tenant_id.as_deref())?;
            let version = bundle::find(c, &audience, &row, query.version.as_deref())?;
            Ok::<_, ApiError>((bundle::bytes(&bundle::bundle(c, &row, &version)?), row.listed))
        })
        .await?;
    respond(bytes, headers, listed)
}

/// The answer that holds a bundle's bytes, or 304.
pub(crate) fn respond(bytes: Vec<u8>, request: &HeaderMap, listed: bool) -> ApiResult<Response> {
    let etag = HeaderValue::try_from(format!("\"{}\"", sha256_hex(&bytes))).map_err(ApiError::internal)?;
    let digest = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(&bytes)));
    let digest = HeaderValue::try_from(digest).map_err(ApiError::internal)?;
    let mut response = Answer { body: bytes.into(), etag, link: None, moved: None }.respond(request, listed);
    response.headers_mut().insert(CONTENT_DIGEST, digest);
    Ok(response)
}
