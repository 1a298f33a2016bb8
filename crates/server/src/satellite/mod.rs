//! Satellites: self-hosted ATOM instances, whose own marketplace client finds here what it expects (docs/SATELLITES.md).
//!
//! These routes speak that client's language and do nothing of their own: they call the verbs that the API calls. Nothing
//! here redirects, answers without a body, or keeps a connection open, since that client can do nothing with it.

mod forms;
mod hub;
mod names;
mod older_api;
mod read_api;
mod socket_api;
mod store;
mod updates;
mod write_api;

use atom_marketplace_db::{Conn, Timestamp};
use atom_marketplace_protocol::ids;
use atom_marketplace_protocol::limits::USAGE_INSTANCES_MAX;
use atom_marketplace_protocol::scope::Scope;
use axum::Router;
use axum::routing::{delete, get, post};
use http::Method;

use crate::app::Marketplace;
use crate::audit::{self, Entry};
use crate::error::{ApiError, ApiResult};
use crate::extract::TenantScope;
use crate::http::ApiRoutes;

pub use hub::Hub;

/// Which credential opens a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// `X-API-Token`.
    Token,
    /// The token in the query: a WebSocket's client sends no headers of its own.
    Socket,
    /// `X-Federation-Key`, with a federation key or an API token in it.
    Older,
}

/// What opens a path, relative to `/api`, if it is a satellite's.
pub fn door(path: &str) -> Option<Door> {
    let below = |base: &str| path.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    match () {
        () if below(BASE) => Some(Door::Token),
        () if below(SOCKET) => Some(Door::Socket),
        () if below(OLDER) => Some(Door::Older),
        () => None,
    }
}

const BASE: &str = "/v1/marketplace";
const SOCKET: &str = "/ws/satellite";
const OLDER: &str = "/federation/agents";

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

/// What a satellite says of itself: recorded, never trusted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    /// What it calls itself in `X-Instance-ID`.
    pub(crate) instance: Option<String>,
    /// The beginning of its `X-Federation-Key`.
    pub(crate) federation_key: Option<String>,
    /// The tenant it names in a body, which is one of its own.
    pub(crate) claimed_tenant: Option<String>,
}

/// What an instance registers with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Registration {
    pub(crate) instance_name: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) platform: Option<String>,
}

/// Registers an instance, or finds it registered: the same instance has the same id each time, or its running totals would
/// begin anew. Returns the id.
fn register(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    said: &Said,
    registration: &Registration,
    now: Timestamp,
) -> ApiResult<String> {
    let name = said.instance.as_deref().or(registration.instance_name.as_deref()).unwrap_or("unnamed");
    if let Some(uid) = store::update(c, scope, name, said, registration, now)? {
        return Ok(uid);
    }
    if store::count(c, scope)? >= USAGE_INSTANCES_MAX {
        let message = format!("The tenant has {USAGE_INSTANCES_MAX} instances registered.");
        return Err(ApiError::conflict(message));
    }
    let uid = ids::new_id("sat");
    store::insert(c, scope, &uid, name, said, registration, now)?;
    let (actor, tenant) = (scope.actor(), Some(scope.id()));
    let details =
        serde_json::json!({ "name": name, "version": registration.version, "platform": registration.platform });
    audit::record(
        c,
        &Entry { actor, tenant, action: "satellite.register", target: format!("satellite:{uid}"), details },
        now,
    )?;
    Ok(uid)
}

/// Notes what a registered instance says of itself with something it does.
fn seen(c: &mut Conn<'_>, scope: &TenantScope, said: &Said, now: Timestamp) -> ApiResult<()> {
    if let Some(name) = &said.instance {
        store::update(c, scope, name, said, &Registration::default(), now)?;
    }
    Ok(())
}

/// Forgets what the instances of a tenant said.
pub(crate) fn forget_tenant(c: &mut Conn<'_>, tenant: i64) -> Result<(), atom_marketplace_db::Error> {
    store::forget_tenant(c, tenant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doors() {
        for (path, expected) in [
            ("/v1/marketplace", Some(Door::Token)),
            ("/v1/marketplace/skills", Some(Door::Token)),
            ("/v1/marketplaces", None),
            ("/ws/satellite/connect", Some(Door::Socket)),
            ("/federation/agents", Some(Door::Older)),
            ("/federation/agents/", Some(Door::Older)),
            ("/federation/agents/x", Some(Door::Older)),
            ("/federation/v1/marketplace/agents", None),
            ("/skill-marketplace/skills", None),
        ] {
            assert_eq!(door(path), expected, "{path}");
        }
    }
}
