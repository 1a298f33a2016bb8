//! The record of every change: who did what to what, in a chain of hashes for each tenant, and one for the platform.
//!
//! An entry is written in the transaction of the change itself, so there is no change without its entry and no entry without
//! its change. Each entry's hash covers the one before it, and the end of each chain is kept apart: an entry that is altered,
//! moved or deleted breaks the chain. Nothing here is ever a secret.

mod chain;
mod store;

use std::fmt;
use std::sync::Arc;

use atom_marketplace_db::{Conn, Error, Timestamp};
use serde_json::Value;

/// Who acts, for the record: `token:tok_…`, `admin`, `operator`, and the request in which they do.
#[derive(Clone, Debug)]
pub struct Actor {
    name: Arc<str>,
    request: Option<Arc<str>>,
}

impl Actor {
    /// An actor within a request.
    pub fn new(name: impl Into<Arc<str>>, request: Option<Arc<str>>) -> Self {
        Self { name: name.into(), request }
    }

    /// The platform's operator, at the command line.
    pub fn operator() -> Self {
        Self::new("operator", None)
    }

    /// The marketplace itself, by one of its policies: `policy:verified-updates`.
    pub fn policy(name: &str) -> Self {
        Self::new(format!("policy:{name}"), None)
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The request in which it acts, `req_…`.
    pub fn request(&self) -> Option<&str> {
        self.request.as_deref()
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// One entry to be written.
#[derive(Debug)]
pub struct Entry<'a> {
    /// Who did it.
    pub actor: &'a Actor,
    /// The key of the tenant whose record it belongs to; none: the platform's own.
    pub tenant: Option<i64>,
    /// What was done: a noun and a verb, as `component.publish`.
    pub action: &'static str,
    /// To what: `skill:acme/crm-lookup`, `token:tok_…`.
    pub target: String,
    /// What else a reader of the record wants to know; an object, never a secret.
    pub details: Value,
}

/// The key of the platform's own chain: no tenant has it.
const PLATFORM: i64 = 0;

/// Writes an entry at the end of its chain.
pub fn record(c: &mut Conn<'_>, entry: &Entry<'_>, now: Timestamp) -> Result<(), Error> {
    let chain = entry.tenant.unwrap_or(PLATFORM);
    let (number, mut previous) = store::next(c, chain)?;
    if previous.is_empty() {
        previous = chain::beginning(store::name_of(c, chain)?.as_deref());
    }
    let details = entry.details.to_string();
    let link = chain::Link {
        number,
        at: now,
        actor: entry.actor.as_str(),
        action: entry.action,
        target: &entry.target,
        details: &details,
        request_id: entry.actor.request(),
    };
    let hash = link.hash(&previous);
    store::append(c, chain, &link, &hash)
}

/// The name of a component as an entry's target.
pub fn component(kind: atom_marketplace_protocol::ids::Kind, tenant: &str, id: &str) -> String {
    format!("{kind}:{tenant}/{id}")
}
