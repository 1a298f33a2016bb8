//! The receiver of docs/WEBHOOKS.md in Rust: what follows is that text.

use atom_marketplace_sdk::types::Event;
use atom_marketplace_sdk::webhook::Verifier;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::{Router, routing::post};

async fn receive(State(verifier): State<Verifier>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !verifier.verify(&body, header("x-atom-signature")) {
        return StatusCode::BAD_REQUEST;
    }
    let Ok(event) = serde_json::from_slice::<Event>(&body) else { return StatusCode::BAD_REQUEST };
    println!("{} {}", event.event_type, event.data);
    StatusCode::NO_CONTENT
}

pub(super) fn router(secret: &str) -> Router {
    Router::new().route("/webhooks/marketplace", post(receive)).with_state(Verifier::new([secret]))
}
