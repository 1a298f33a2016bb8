//! The record of every change: who did what to what, in a chain of hashes for each tenant, and one for the platform.
//!
//! An entry is written in the transaction of the change itself, so there is no change without its entry and no entry without
//! its change. Each entry's hash covers the one before it, and the end of each chain is kept apart: an entry that is altered,
//! moved or deleted breaks the chain. Nothing here is ever a secret.

mod api;
mod chain;
mod store;
pub mod verify;

use std::fmt;
use std::sync::Arc;

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::audit::{AuditEntry, AuditLine};
use atom_marketplace_protocol::page::Page;
use serde_json::Value;

use crate::paging::Window;

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

/// Whose entries are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Those of one chain, by its key: a tenant's, or [`Of::PLATFORM`].
    Chain(i64),
    /// All.
    All,
}

impl Of {
    /// The platform's own.
    pub const PLATFORM: Self = Self::Chain(PLATFORM);
}

/// Which entries are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// By whom.
    pub actor: Option<String>,
    /// What was done; with a dot at the end, all that begins so.
    pub action: Option<String>,
    /// To what.
    pub target: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
}

/// A page of entries, latest first.
pub fn list(
    c: &mut Conn<'_>,
    of: Of,
    filter: &Filter,
    window: &Window<(i64, i64, i64)>,
) -> Result<Page<AuditEntry>, Error> {
    let rows = store::page(c, of, filter, window)?;
    let total = store::total(c, of, filter)?;
    Ok(window.page(rows, total, store::Numbered::key, |row| entry(row.line)))
}

/// An entry as it is read: its details are JSON again.
fn entry(line: AuditLine) -> AuditEntry {
    let details = serde_json::from_str(&line.details).unwrap_or(Value::String(line.details));
    AuditEntry {
        tenant_id: line.tenant_id,
        number: line.number,
        at: line.at,
        actor: line.actor,
        action: line.action,
        target: line.target,
        details,
        request_id: line.request_id,
        hash: line.hash,
    }
}

/// The key of a tenant's chain. A tenant that was deleted keeps it.
pub fn chain_of(c: &mut Conn<'_>, tenant: &str) -> Result<Option<i64>, Error> {
    store::chain_of(c, tenant)
}

/// Where an export goes on: the chains still to come, the last number of the first of them that was exported, and where that
/// one ends.
#[derive(Clone, Debug)]
pub struct Export {
    chains: Vec<i64>,
    after: i64,
    upto: Option<i64>,
}

impl Export {
    /// Of everything from the beginning.
    pub fn new(c: &mut Conn<'_>, of: Of) -> Result<Self, Error> {
        let mut chains = match of {
            Of::Chain(chain) => vec![chain],
            Of::All => verify::chains(c)?,
        };
        chains.reverse();
        Ok(Self { chains, after: 0, upto: None })
    }

    /// The next lines, oldest first, a chain after the other, and where to go on. What is written to a chain after its first
    /// line was read is left for the next export.
    pub fn next(mut self, c: &mut Conn<'_>, limit: u64) -> Result<(Vec<AuditLine>, Option<Self>), Error> {
        while let Some(chain) = self.chains.last().copied() {
            let upto = match self.upto {
                Some(upto) => upto,
                None => store::end(c, chain)?.map_or(0, |(number, _)| number),
            };
            let lines = store::lines(c, chain, self.after, upto, limit)?;
            if let Some(last) = lines.last() {
                let (after, upto) = (last.number as i64, Some(upto));
                return Ok((lines, Some(Self { after, upto, ..self })));
            }
            self.chains.pop();
            (self.after, self.upto) = (0, None);
        }
        Ok((Vec::new(), None))
    }
}

/// Routes.
pub fn routes() -> crate::http::ApiRoutes {
    api::routes()
}
