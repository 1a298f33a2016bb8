//! Satellites: self-hosted ATOM instances, whose own marketplace client finds here what it expects (docs/SATELLITES.md).
//!
//! These routes speak that client's language and do nothing of their own: they call the verbs that the API calls. Nothing
//! here redirects, answers without a body, or keeps a connection open, since that client can do nothing with it.

mod api;
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

use crate::audit::{self, Entry};
use crate::error::{ApiError, ApiResult};
use crate::extract::TenantScope;

pub use api::{Access, Route, routes, surface};
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
    let doors = [(BASE, Door::Token), (SOCKET, Door::Socket), (OLDER, Door::Older)];
    doors.into_iter().find(|(base, _)| below(base)).map(|(_, door)| door)
}

const BASE: &str = "/v1/marketplace";
const SOCKET: &str = "/ws/satellite";
const OLDER: &str = "/federation/agents";

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
