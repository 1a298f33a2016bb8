//! The feed: what became different for the public, in the order of a sequence without gaps, each entry with the component's
//! present record. A mirror that has read to the end has what the public sees, however long it was away; what it reads twice
//! does no harm. A page costs what is on it.

mod api;
mod record;
mod settler;
mod store;

use std::collections::HashMap;
use std::sync::Arc;

use atom_marketplace_bundle::{Document as _, Envelope, FormerName, PAGE_MAX, Page, Record, sign};
use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::digest::hex;
use atom_marketplace_protocol::federation::{ChangeAction, FederationFilters};
use atom_marketplace_protocol::ids::Kind;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::sync::{Mutex, watch};

use super::filters::{self, Scope};
use crate::app::Marketplace;
use crate::catalog;
use crate::error::{ApiError, ApiResult};
use crate::instance::Signer;
use crate::ndjson;

pub(super) use api::routes;
pub(crate) use settler::run;
pub(super) use settler::settle;
pub(super) use store::head;

/// What the requests of a node share of the feed.
#[derive(Debug, Default)]
pub struct Feed {
    /// Held by whoever settles.
    settling: Mutex<()>,
    /// Counts hints that the public sees something else.
    changed: watch::Sender<u64>,
    /// Counts how often the feed has grown here.
    grown: watch::Sender<u64>,
}

impl Feed {
    /// The public sees something else: here, or as another node has told.
    pub fn hint(&self) {
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Changes when the feed has grown.
    pub(super) fn grown(&self) -> watch::Receiver<u64> {
        self.grown.subscribe()
    }

    /// Changes with every hint.
    fn hints(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}

/// Who signs: this instance, by the key it has now.
pub(super) async fn signer(m: &Marketplace) -> Result<Signer, Error> {
    let (identity, now) = (m.identity.clone(), m.now());
    m.db.write(move |c| identity.signer(c, now)).await
}

/// A change with its place, and what it takes on a page.
#[derive(Clone, Debug)]
struct Entry {
    sequence: i64,
    action: ChangeAction,
    component: i64,
    kind: Kind,
    version_id: Option<i64>,
    version: Option<String>,
    scope_before: Option<String>,
    there_before: bool,
    scope: String,
    withheld: bool,
    versions: i64,
    size: i64,
    record_size: i64,
    bundle_size: i64,
}

/// What an entry is for whoever reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// The component's record, as it is the last entry of it on the page.
    Record,
    /// A later entry has the record.
    Superseded,
    /// Gone for this reader, whose filters let it through before.
    OutOfScope,
}

/// A line of the feed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    /// Its place in the feed.
    pub(crate) sequence: i64,
    pub(crate) action: ChangeAction,
    pub(crate) component_type: Kind,
    pub(crate) source_tenant_id: String,
    pub(crate) id: String,
    /// The version that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
    /// The instance that the component comes from, which signs what follows.
    pub(crate) instance: String,
    /// A later line of the page has the record.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) superseded: bool,
    /// Names that the component had, where there is no record to say so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) formerly: Vec<FormerName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) record: Option<Envelope>,
    /// The bundle of `version`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) bundle: Option<Envelope>,
    /// Beside a record, where the component was not there for this reader before: the bundles of its other versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) bundles: Vec<Envelope>,
}

/// The last line of a page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Trailer {
    pub(crate) page: Envelope,
    pub(crate) next_cursor: String,
    pub(crate) has_more: bool,
}

/// What a reader asks for.
#[derive(Clone, Debug)]
struct Wanted {
    /// This instance.
    instance: Arc<str>,
    filters: FederationFilters,
    bundles: bool,
    lines: usize,
}

/// A page of the feed before it is written.
#[derive(Clone, Debug, Default)]
struct Plan {
    from: i64,
    to: i64,
    head: i64,
    entries: Vec<(Entry, Part)>,
    /// Of the components that were not there before for this reader: the versions whose bundles stand in lines of their own.
    new: HashMap<i64, Vec<i64>>,
}

/// Entries that are read at once.
const READ: i64 = 1_000;
/// Entries that one request looks at, where filters let few of them through.
const LOOKED_AT: i64 = 10_000;
/// Bytes of the bundles of other versions on a line; what is left is fetched one by one.
const OTHERS_MAX: usize = 8 << 20;
/// Bytes of a line beside its envelopes.
const LINE_REST: usize = 512;
/// Bytes of lines that are in memory to be sent.
const CHUNK: usize = 1 << 20;

/// What stands behind a position, as much as fits on a page.
fn plan(c: &mut Conn<'_>, from: i64, wanted: &Wanted) -> Result<Plan, Error> {
    let mut plan = Plan { from, to: from, head: store::head(c)?, ..Plan::default() };
    let (mut entries, mut size) = (Vec::new(), 0);
    let mut last_of = HashMap::new();
    'page: while plan.to < plan.head && plan.to - from < LOOKED_AT {
        for entry in store::entries(c, plan.to, READ)? {
            if entry.sequence > plan.head {
                break 'page;
            }
            let sequence = entry.sequence;
            if let Some((part, new)) = part(&entry, &wanted.filters)? {
                let first = !last_of.contains_key(&entry.component);
                let bytes = takes(&entry, wanted.bundles, first, new);
                if entries.len() >= wanted.lines || (size + bytes > PAGE_MAX && !entries.is_empty()) {
                    break 'page;
                }
                size += bytes;
                if new && has_others(&entry) {
                    plan.new.entry(entry.component).or_default();
                }
                last_of.insert(entry.component, entries.len());
                entries.push((entry, part));
            }
            plan.to = sequence;
        }
    }
    for (at, (entry, part)) in entries.into_iter().enumerate() {
        let last = last_of.get(&entry.component) == Some(&at);
        if !last && part == Part::OutOfScope {
            continue;
        }
        if let (Some(own), Some(version)) = (plan.new.get_mut(&entry.component), carries(&entry)) {
            own.push(version);
        }
        plan.entries.push((entry, if last { part } else { Part::Superseded }));
    }
    Ok(plan)
}

/// Bytes that an entry takes on a page, about.
fn takes(entry: &Entry, bundles: bool, first: bool, new: bool) -> usize {
    let mut bytes = LINE_REST;
    if first {
        bytes += entry.record_size.max(0) as usize;
    }
    if bundles && carries(entry).is_some() {
        bytes += encoded(entry.bundle_size);
    }
    if bundles && new && has_others(entry) {
        bytes += encoded(entry.size).min(OTHERS_MAX);
    }
    bytes
}

/// The version whose bundle an entry has: the one that became available.
fn carries(entry: &Entry) -> Option<i64> {
    entry.version_id.filter(|_| matches!(entry.action, ChangeAction::Published | ChangeAction::Updated))
}

/// Whether a component has other versions than the one that an entry has the bundle of.
fn has_others(entry: &Entry) -> bool {
    entry.versions > i64::from(carries(entry).is_some())
}

/// Bytes of a payload in its envelope.
fn encoded(payload: i64) -> usize {
    payload.max(0) as usize * 4 / 3 + LINE_REST
}

/// What an entry is for a reader with these filters, and whether the component was not there before for it; none where it is
/// nothing.
fn part(entry: &Entry, wanted: &FederationFilters) -> Result<Option<(Part, bool)>, Error> {
    let pass = |stored: &str| Ok::<_, Error>(filters::pass(wanted, entry.kind, &scope(stored)?));
    let told = entry.scope_before.as_deref().map(pass).transpose()?.unwrap_or(false);
    if entry.withheld {
        return Ok((told || wanted.is_empty()).then_some((Part::OutOfScope, false)));
    }
    if pass(&entry.scope)? {
        return Ok(Some((Part::Record, !(told && entry.there_before))));
    }
    Ok(told.then_some((Part::OutOfScope, false)))
}

fn scope(stored: &str) -> Result<Scope, Error> {
    serde_json::from_str(stored).map_err(|error| Error::Other(format!("a scope in the database: {error}")))
}

/// A page that is being written.
struct Writing {
    plan: Arc<Plan>,
    wanted: Arc<Wanted>,
    next: usize,
    written: Sha256,
}

impl Writing {
    /// The last line.
    fn trailer(self, signer: &Signer, at: Timestamp) -> ApiResult<Vec<u8>> {
        let Plan { from, to, head, entries, .. } = &*self.plan;
        let (from, to, head) = (*from, *to, *head);
        let page = Page {
            format: Page::FORMAT.to_owned(),
            instance: signer.instance.to_string(),
            from: from as u64,
            to: to as u64,
            entries: entries.len() as u64,
            sha256: hex(&self.written.finalize()),
            head: head as u64,
            complete: to == head,
            at: at.to_string(),
        };
        let page = sign(&page, &signer.key).map_err(ApiError::internal)?;
        let next_cursor = api::cursor(&signer.instance, to);
        let mut lines = Vec::new();
        ndjson::push(&mut lines, &Trailer { page, next_cursor, has_more: to < head });
        Ok(lines)
    }
}

/// The lines of the next entries, and which one follows. At most one is larger than what is in memory at once.
fn lines(c: &mut Conn<'_>, plan: &Plan, wanted: &Wanted, mut next: usize) -> Result<(Vec<u8>, usize), Error> {
    let mut lines = Vec::new();
    while lines.len() < CHUNK
        && let Some((entry, part)) = plan.entries.get(next)
    {
        ndjson::push(&mut lines, &line(c, plan, entry, *part, wanted)?);
        next += 1;
    }
    Ok((lines, next))
}

fn line(c: &mut Conn<'_>, plan: &Plan, entry: &Entry, mut part: Part, wanted: &Wanted) -> Result<Line, Error> {
    let record = store::record(c, entry.component)?.ok_or(Error::NotFound)?;
    // It may have changed since the page was planned.
    if record.withheld || !filters::pass(&wanted.filters, entry.kind, &scope(&record.scope)?) {
        part = Part::OutOfScope;
    }
    let mut line = Line {
        sequence: entry.sequence,
        action: entry.action,
        component_type: entry.kind,
        source_tenant_id: record.source_tenant_id,
        id: record.slug,
        version: entry.version.clone(),
        instance: record.instance,
        superseded: part == Part::Superseded,
        formerly: Vec::new(),
        record: None,
        bundle: None,
        bundles: Vec::new(),
    };
    match part {
        Part::Record => line.record = Some(envelope(&record.envelope)?),
        Part::Superseded => {}
        Part::OutOfScope => {
            line.action = ChangeAction::OutOfScope;
            line.version = None;
            line.formerly = document(&record.envelope)?.formerly;
        }
    }
    if wanted.bundles && part != Part::OutOfScope {
        line.bundle = carries(entry).map(|version| bundle(c, &wanted.instance, version)).transpose()?.flatten();
        if let Some(own) = plan.new.get(&entry.component).filter(|_| part == Part::Record) {
            line.bundles = others(c, &wanted.instance, entry.component, own)?;
        }
    }
    Ok(line)
}

/// The bundles of a component's versions beside those that have lines of their own, as many as fit on a line.
fn others(c: &mut Conn<'_>, instance: &str, component: i64, own: &[i64]) -> Result<Vec<Envelope>, Error> {
    let (mut bundles, mut size) = (Vec::new(), 0);
    for (version, bytes) in store::bundled_versions(c, component)? {
        size += encoded(bytes);
        if size > OTHERS_MAX {
            break;
        }
        if !own.contains(&version) {
            bundles.extend(bundle(c, instance, version)?);
        }
    }
    Ok(bundles)
}

/// The signed bundle of a version, if everyone may have it.
fn bundle(c: &mut Conn<'_>, instance: &str, version: i64) -> Result<Option<Envelope>, Error> {
    if !store::is_public(c, version)? {
        return Ok(None);
    }
    let row = catalog::version(c, version)?;
    let component = catalog::component(c, row.component_id)?;
    catalog::bundle::envelope(c, instance, &component, &row)
}

/// An envelope as it is stored.
fn envelope(envelope: &[u8]) -> Result<Envelope, Error> {
    serde_json::from_slice(envelope).map_err(|error| stored(&error))
}

/// The record in an envelope that this instance keeps, and need not check.
fn document(bytes: &[u8]) -> Result<Record, Error> {
    let payload = STANDARD.decode(envelope(bytes)?.payload).map_err(|error| stored(&error))?;
    serde_json::from_slice(&payload).map_err(|error| stored(&error))
}

fn stored(error: &dyn std::fmt::Display) -> Error {
    Error::Other(format!("something signed in the database: {error}"))
}
