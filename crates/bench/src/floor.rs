//! The floor: bare axum that answers every GET with the same bytes. Nothing that serves HTTP with the same libraries
//! can be cheaper, so the distance from it is what the marketplace itself costs.

use std::path::Path;

use anyhow::Result;
use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, ETAG};

/// Serves the file's bytes until it is killed.
pub(crate) async fn serve(port: u16, body: &Path) -> Result<()> {
    let body = Bytes::from(std::fs::read(body)?);
    let answer = move || {
        let body = body.clone();
        async move { ([(CONTENT_TYPE, "application/json"), (ETAG, "\"floor\"")], body).into_response() }
    };
    let app = Router::new().route("/", get(answer.clone())).fallback(get(answer));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
