//! The routes of satellites, as one table: who may call each, and what answers.

use atom_marketplace_protocol::scope::Scope;
use axum::Router;
use axum::routing::{delete, get, post};
use http::Method;

use super::{older_api, read_api, socket_api, write_api};
use crate::app::Marketplace;
use crate::http::ApiRoutes;

/// Who may call a route of satellites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everyone: it says nothing.
    Everyone,
    /// A token with this scope.
    Token(Scope),
    /// A federation key, or a token that reads.
    Peer,
}

/// A route of satellites, relative to `/api`: they are in no `openapi.json`, since no SDK calls them, but here.
#[derive(Clone, Debug)]
pub struct Route {
    /// Its method.
    pub method: Method,
    /// Its path.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
}

macro_rules! surface {
    ($($access:expr => { $($method:ident $path:literal $handler:path;)* })*) => {
        /// Every route, in the order of docs/SATELLITES.md.
        pub fn surface() -> Vec<Route> {
            vec![$($(Route { method: method(stringify!($method)), path: $path, access: $access },)*)*]
        }

        /// Routes. Each answers with a slash behind it too: a redirect would be a failure to a satellite.
        fn router() -> Router<Marketplace> {
            Router::new()$($(
                .route($path, $method($handler))
                .route(concat!($path, "/"), $method($handler))
            )*)*
        }
    };
}

fn method(name: &str) -> Method {
    Method::from_bytes(name.to_ascii_uppercase().as_bytes()).expect("a method's name")
}

surface! {
    Access::Everyone => {
        get "/v1/marketplace/health" read_api::health;
    }
    Access::Token(Scope::ComponentsRead) => {
        get "/v1/marketplace/skills/marketplace/skills" read_api::list;
        get "/v1/marketplace/skills/marketplace/skills/{id}" read_api::detail;
        get "/v1/marketplace/skills/marketplace/categories" read_api::categories;
        get "/v1/marketplace/agents/api/agent-marketplace/browse" read_api::list;
        get "/v1/marketplace/agents/api/agent-marketplace/details/{id}" read_api::detail;
        get "/v1/marketplace/workflows/marketplace/workflows" read_api::workflows;
        get "/v1/marketplace/workflows/marketplace/workflows/{id}" read_api::workflow;
        get "/v1/marketplace/domains/api/v1/domains/marketplace/browse" read_api::list;
        get "/v1/marketplace/domains/api/v1/domains/marketplace/details/{id}" read_api::detail;
        get "/v1/marketplace/components/components" read_api::list;
        get "/v1/marketplace/components/components/{id}" read_api::detail;
        get "/v1/marketplace/skills" read_api::list;
        get "/v1/marketplace/skills/{id}" read_api::detail;
        get "/v1/marketplace/agents" read_api::list;
        get "/v1/marketplace/agents/{id}" read_api::detail;
        get "/v1/marketplace/domains" read_api::list;
        get "/v1/marketplace/domains/{id}" read_api::detail;
        get "/v1/marketplace/components" read_api::list;
        get "/v1/marketplace/components/{id}" read_api::detail;
    }
    Access::Token(Scope::ComponentsRead) => {
        get "/ws/satellite/connect" socket_api::connect;
    }
    Access::Token(Scope::ComponentsInstall) => {
        post "/v1/marketplace/skills/marketplace/skills/{id}/install" write_api::install;
        delete "/v1/marketplace/skills/marketplace/skills/{id}/uninstall" write_api::uninstall;
        post "/v1/marketplace/agents/api/agent-marketplace/install/{id}" write_api::install;
        post "/v1/marketplace/domains/api/v1/domains/marketplace/install" write_api::install_domain;
        post "/v1/marketplace/components/components/{id}/install" write_api::install;
        post "/v1/marketplace/skills/{id}/install" write_api::install;
        post "/v1/marketplace/agents/{id}/install" write_api::install;
        post "/v1/marketplace/domains/{id}/install" write_api::install;
        post "/v1/marketplace/components/{id}/install" write_api::install;
        post "/v1/marketplace/public/v1/marketplace/analytics/register" write_api::register;
        post "/v1/marketplace/public/v1/marketplace/analytics/usage" write_api::usage;
    }
    Access::Token(Scope::ComponentsRate) => {
        post "/v1/marketplace/skills/marketplace/skills/{id}/rate" write_api::rate;
    }
    Access::Peer => {
        get "/federation/agents" older_api::list;
        get "/federation/agents/{id}" older_api::bundle;
    }
}

/// Routes.
pub fn routes() -> ApiRoutes {
    ApiRoutes::new().unlisted(router())
}
