//! Health, metrics and documents over HTTP.

use std::sync::LazyLock;
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine as _;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::answers::etag_matches;
use crate::app::Marketplace;
use crate::metrics;
use crate::ops::{docs_api as docs, schema_version, store};

/// How long `/readyz` waits for the database.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// The routes.
pub fn router(m: Marketplace) -> Router {
    Router::new()
        .route("/", get(docs::home))
        .route("/healthz", get(|| async { plain("ok\n") }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(render_metrics))
        .route("/openapi.json", get(openapi))
        .route("/docs", get(|| async { axum::response::Redirect::permanent("/docs/") }))
        .route("/docs/", get(docs::index))
        .route("/docs/{file}", get(docs::page))
        .fallback(|| async { docs::not_found() })
        .with_state(m)
}

/// Whether requests can be answered: the database is within reach and has the schema this program knows.
async fn readyz(State(m): State<Marketplace>) -> Response {
    let found = tokio::time::timeout(READY_WITHIN, m.db.read(store::schema_version)).await;
    let (status, database) = match found {
        Ok(Ok(version)) if version == schema_version() => (StatusCode::OK, "ready"),
        Ok(Ok(_)) => (StatusCode::SERVICE_UNAVAILABLE, "another release has changed the schema"),
        Ok(Err(atom_marketplace_db::Error::Busy)) => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
        Ok(Err(_)) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "slow"),
    };
    let mut response =
        (status, Json(json!({ "ready": status == StatusCode::OK, "database": database }))).into_response();
    secure(response.headers_mut());
    response
}

async fn render_metrics(State(m): State<Marketplace>) -> Response {
    let mut response = metrics::render(&m).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(metrics::CONTENT_TYPE));
    secure(response.headers_mut());
    response
}

/// The document and its validator, made once.
static OPENAPI: LazyLock<(Bytes, HeaderValue)> = LazyLock::new(|| {
    let text = Bytes::from(crate::http::openapi::json());
    let etag = etag_of(&text);
    (text, etag)
});

async fn openapi(headers: HeaderMap) -> Response {
    let (text, etag) = &*OPENAPI;
    cached(&headers, text.clone(), etag.clone(), "application/json")
}

/// An answer that a client may keep and ask about again.
pub(super) fn cached(request: &HeaderMap, body: Bytes, etag: HeaderValue, content_type: &'static str) -> Response {
    let fresh = request.get(IF_NONE_MATCH).is_some_and(|sent| etag_matches(sent, &etag));
    let mut response = if fresh { StatusCode::NOT_MODIFIED.into_response() } else { Response::new(body.into()) };
    let headers = response.headers_mut();
    if !fresh {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    headers.insert(ETAG, etag);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    headers.insert(http::header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    secure(headers);
    response
}

fn plain(text: &'static str) -> Response {
    let mut response = text.into_response();
    secure(response.headers_mut());
    response
}

pub(super) fn etag_of(bytes: &[u8]) -> HeaderValue {
    let hash = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&Sha256::digest(bytes)[..12]);
    HeaderValue::try_from(format!("\"{hash}\"")).expect("base64 is visible ASCII")
}

/// What every answer here tells browsers: run nothing, embed nowhere, guess no types.
pub(super) fn secure(headers: &mut HeaderMap) {
    const CSP: &str = "default-src 'none'; style-src 'sha256-@'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
        HeaderValue::try_from(CSP.replace('@', &docs::style_hash())).expect("a policy is visible ASCII")
    });
    let constant =
        |name: &'static str, value: &'static str| (HeaderName::from_static(name), HeaderValue::from_static(value));
    headers.insert(http::header::CONTENT_SECURITY_POLICY, POLICY.clone());
    headers.extend([
        constant("x-content-type-options", "nosniff"),
        constant("x-frame-options", "DENY"),
        constant("referrer-policy", "no-referrer"),
        constant("cross-origin-opener-policy", "same-origin"),
    ]);
}
