//! Health, metrics and documents: no credential, outside the quota.

use axum::Router;
use axum::routing::get;

use crate::app::Marketplace;

/// The routes.
pub fn router(m: Marketplace) -> Router {
    Router::new().route("/healthz", get(|| async { "ok\n" })).with_state(m)
}
