//! The HTTP surface put together: every feature's routes, the gate before them, and the OpenAPI document of both.

mod answer;
pub(crate) mod body;
pub(crate) mod caller;
pub mod gate;
pub(crate) mod idempotency;
pub mod openapi;
mod routes;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::any;

pub(crate) use answer::RequestId;
pub use idempotency::InFlight;
pub use routes::ApiRoutes;

use crate::app::Marketplace;
use crate::error::ApiError;
use crate::sandbox::Sandbox;

/// Every route of the API, relative to `/api`, with its documentation. One line a feature.
pub fn api_routes() -> ApiRoutes {
    ApiRoutes::new()
        .merge(crate::catalog::routes())
        .merge(crate::installs::routes())
        .merge(crate::ratings::routes())
        .merge(crate::statistics::routes())
        .merge(crate::tokens::routes())
        .merge(crate::tenants::routes())
        .merge(crate::accounts::routes())
        .merge(crate::audit::routes())
        .merge(crate::account_data::routes())
        .merge(crate::inbox::routes())
        .merge(crate::usage::routes())
        .merge(crate::webhooks::routes())
        .merge(crate::events::routes())
        .merge(crate::federation::routes())
        .merge(crate::transfers::routes())
        .merge(crate::reports::routes())
        .merge(crate::verification::routes())
        .merge(crate::satellite::routes())
}

/// The API of one marketplace behind its gate, to be nested under `/api` (or `/api/test`).
pub fn router(m: Marketplace) -> Router {
    let (routes, _) = api_routes().into_parts();
    behind_gate(m, routes)
}

/// Any routes of a marketplace behind its gate; what they do not answer is an error in its form.
pub fn behind_gate(m: Marketplace, routes: Router<Marketplace>) -> Router {
    routes
        .fallback(|| async { ApiError::not_found("route") })
        .method_not_allowed_fallback(|| async {
            ApiError::new(
                atom_marketplace_protocol::error::Code::MethodNotAllowed,
                "This route does not take that method; see the Allow header.",
            )
        })
        // The gate has read the body, within the route's own limit; axum's would cut it at 2 MB.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(m.clone(), gate::gate))
        .with_state(m)
}

/// The whole server: the API, the pages, health and metrics.
pub fn app(m: Marketplace) -> Router {
    // A nested router is not asked for its own root with a slash.
    let root = any(|| async { ApiError::not_found("route") }).layer(from_fn_with_state(m.clone(), gate::gate));
    Router::new()
        .route("/api/", root)
        .nest("/api", router(m.clone()))
        .merge(crate::ops::router(m.clone()))
        .merge(crate::federation::well_known(m.clone()))
        .merge(crate::web::router(m))
}

/// The whole server with a test environment beside it.
pub fn app_with_sandbox(m: Marketplace, sandbox: &Sandbox) -> Router {
    let tested = crate::federation::well_known(sandbox.marketplace().clone());
    app(m).nest("/api/test", sandbox.router().merge(tested))
}
