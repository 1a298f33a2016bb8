//! Health, metrics and the description of the API over HTTP.

use std::sync::LazyLock;
use std::time::Duration;

use axum::extract::State;
use axum::middleware::map_response_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;

use crate::app::Marketplace;
use crate::metrics;
use crate::ops::{schema_version, store};
use crate::web::headers;

/// How long `/readyz` waits for the database.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// The routes.
pub fn router(m: Marketplace) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(render_metrics))
        .route("/openapi.json", get(openapi))
        .layer(map_response_with_state(m.clone(), secure))
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
    (status, Json(json!({ "ready": status == StatusCode::OK, "database": database }))).into_response()
}

async fn render_metrics(State(m): State<Marketplace>) -> Response {
    ([(CONTENT_TYPE, metrics::CONTENT_TYPE)], metrics::render(&m)).into_response()
}

/// The document and its validator, made once.
static OPENAPI: LazyLock<(Bytes, HeaderValue)> = LazyLock::new(|| {
    let text = Bytes::from(crate::http::openapi::json());
    let etag = headers::etag_of(&text);
    (text, etag)
});

async fn openapi(request: HeaderMap) -> Response {
    let (text, etag) = &*OPENAPI;
    headers::cached(&request, text.clone(), etag.clone(), "application/json")
}

async fn secure(State(m): State<Marketplace>, mut response: Response) -> Response {
    headers::secure(response.headers_mut(), &m.public_url);
    response
}
