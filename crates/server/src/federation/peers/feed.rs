//! A page of a peer's feed, held against the keys that are pinned. Pure: what comes out was signed by whom it should be, and
//! is listed as refused otherwise.
//!
//! The last line of a page is signed by the peer, over all bytes before it: nothing was cut off, added or taken from another
//! page. Each component's record, and each bundle, is signed by the instance where it was published, whoever passes it on.

use std::collections::{BTreeMap, BTreeSet};

use atom_marketplace_bundle::{
    Bundle, Document as _, Envelope, FormerName, KeyRing, LINE_MAX, PAGE_MAX, Page, Record, Verified,
};
use atom_marketplace_db::Timestamp;
use atom_marketplace_protocol::digest::sha256_hex;
use atom_marketplace_protocol::ids::{self, Kind};
use serde::Deserialize;

use super::keys::{self, Origin};
use super::refusal::{About, Refusal};

/// Bytes of a page that are read: of a full one, one entry that exceeds it alone, and the end.
pub(super) const READ_MAX: usize = PAGE_MAX + LINE_MAX + (64 << 10);
/// Bytes of a cursor.
const CURSOR_MAX: usize = 1_024;
/// How old a page may be. It is made when it is asked for; an older one was kept by somebody.
const AGE_MAX: std::time::Duration = std::time::Duration::from_hours(24);

/// What is known of a peer before a page is read.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    /// The peer.
    pub(super) instance: String,
    /// This instance.
    pub(super) own: String,
    /// Whose components come from it, with their keys.
    pub(super) origins: Vec<Origin>,
    /// Instances that are peers themselves: nobody else speaks for those.
    pub(super) direct: BTreeSet<String>,
    /// Behind which sequence the page was asked for.
    pub(super) after: u64,
    /// The highest sequence that the peer has signed.
    pub(super) head: u64,
    pub(super) now: Timestamp,
}

/// Why a page is of no use.
#[derive(Debug)]
pub(super) enum Fault {
    /// Nothing of it is taken. It may be right the next time.
    Page(Refusal),
    /// The peer contradicts what it has signed before.
    Contradiction(Refusal),
}

/// A page whose end was signed by the peer.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) to: u64,
    pub(super) head: u64,
    pub(super) cursor: String,
    pub(super) more: bool,
    pub(super) told: Vec<Tale>,
    pub(super) refused: Vec<Refusal>,
}

/// What a page tells of one component.
#[derive(Debug)]
pub(super) struct Tale {
    pub(super) sequence: u64,
    pub(super) about: About,
    /// The key of its origin.
    pub(super) origin: i64,
    /// Its publisher there.
    pub(super) remote: String,
    /// Names it had, where there is no record to say so.
    pub(super) formerly: Vec<FormerName>,
    /// The peer does not offer it any more, whatever its origin says.
    pub(super) gone: bool,
    /// Its record, unless it is gone.
    pub(super) record: Option<Verified<Record>>,
    /// Of its versions that became available, those whose bundles came with it.
    pub(super) bundles: Vec<Verified<Bundle>>,
}

#[derive(Deserialize)]
struct Line {
    sequence: u64,
    action: String,
    component_type: Kind,
    source_tenant_id: String,
    id: String,
    instance: String,
    #[serde(default)]
    record: Option<Envelope>,
    #[serde(default)]
    formerly: Vec<FormerName>,
    #[serde(default)]
    bundle: Option<Envelope>,
    #[serde(default)]
    bundles: Vec<Envelope>,
}

#[derive(Deserialize)]
struct End {
    page: Envelope,
    next_cursor: String,
    has_more: bool,
}

/// The action of an entry whose component the peer does not offer any more, whatever its origin says.
const OUT_OF_SCOPE: &str = "out_of_scope";

impl Reader {
    /// Reads a page.
    pub(super) fn read(&self, body: &[u8]) -> Result<Read, Fault> {
        let (lines, end) = split(body)?;
        let page = self.page(&end.page, lines)?;
        let mut read = Read {
            to: page.to,
            head: page.head,
            cursor: end.next_cursor,
            more: end.has_more,
            told: Vec::new(),
            refused: Vec::new(),
        };
        let ring = keys::ring(&self.origins);
        let mut told: BTreeMap<(String, Kind, String, String), Tale> = BTreeMap::new();
        let (mut last, mut entries) = (page.from, 0);
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            entries += 1;
            let line: Line = match serde_json::from_slice(line) {
                Ok(line) => line,
                Err(error) => {
                    read.refused.push(Refusal::new("malformed", format!("An entry cannot be read: {error}.")));
                    continue;
                }
            };
            if line.sequence <= last || line.sequence > page.to {
                let message = format!("Entry {} stands behind {last}, on a page up to {}.", line.sequence, page.to);
                return Err(Fault::Page(Refusal::new("out_of_order", message)));
            }
            last = line.sequence;
            if let Err(refusal) = self.entry(&ring, line, &mut told, &mut read.refused) {
                read.refused.push(refusal);
            }
        }
        if entries != page.entries {
            let message = format!("The page has {entries} entries, and its end says {}.", page.entries);
            return Err(Fault::Page(Refusal::new("malformed", message)));
        }
        for tale in told.into_values() {
            if tale.gone || tale.record.is_some() {
                read.told.push(own_bundles(tale, &mut read.refused));
            } else if !tale.bundles.is_empty() {
                let refusal = Refusal::new("no_record", "A bundle came without the record of its component.");
                read.refused.push(refusal.about(&tale.about).at(tale.sequence));
            }
        }
        // As they became what they are: what is needed comes before what needs it.
        read.told.sort_by_key(|tale| tale.sequence);
        Ok(read)
    }

    /// What the peer says of a page: it is this one, it is what was asked for, and the peer has not said more before.
    fn page(&self, envelope: &Envelope, lines: &[u8]) -> Result<Page, Fault> {
        let mut ring = KeyRing::default();
        for origin in self.origins.iter().filter(|origin| origin.instance == self.instance) {
            origin.keys.iter().for_each(|key| ring.add(&origin.instance, key.public));
        }
        let page: Verified<Page> =
            ring.verify(envelope).map_err(|reason| Fault::Page(keys::refused(&reason, "end of the page")))?;
        let page = page.document;
        let refuse = |code, why: String| Err(Fault::Page(Refusal::new(code, why)));
        if page.sha256 != sha256_hex(lines) {
            return refuse(
                "digest_mismatch",
                "The page is not the one that the peer has signed: it was changed on its way.".to_owned(),
            );
        }
        if page.head < self.head {
            let message = format!(
                "Its feed ends at {} and has reached {} before: it has lost what it had published, or somebody else answers.",
                page.head, self.head
            );
            return Err(Fault::Contradiction(Refusal::new("rollback", message)));
        }
        if page.from != self.after {
            return refuse(
                "replay",
                format!("The page begins behind {}, and {} was asked for.", page.from, self.after),
            );
        }
        let at: Timestamp = page.at.parse().unwrap_or_default();
        if self.now.since(at) > AGE_MAX {
            return refuse(
                "replay",
                format!("The page was made at {}: somebody has kept it, or a clock is wrong.", page.at),
            );
        }
        Ok(page)
    }

    /// An entry, if it is whose it says.
    fn entry(
        &self,
        ring: &KeyRing,
        line: Line,
        told: &mut BTreeMap<(String, Kind, String, String), Tale>,
        refused: &mut Vec<Refusal>,
    ) -> Result<(), Refusal> {
        let about = About {
            instance: line.instance.clone(),
            kind: Some(line.component_type),
            tenant: line.source_tenant_id.clone(),
            id: line.id.clone(),
            version: String::new(),
        };
        let refuse = |code, why: &str| Err(Refusal::new(code, why).about(&about).at(line.sequence));
        if line.instance == self.own {
            return refuse(
                "echo",
                "It is said to come from this instance, which has published what it has published itself.",
            );
        }
        if ids::check_component_id(&line.id).is_err() || ids::check_tenant_id(&line.source_tenant_id).is_err() {
            return refuse("malformed", "It has an impossible name.");
        }
        let Some(origin) = self.origins.iter().find(|origin| origin.instance == line.instance) else {
            return refuse(
                "unknown_origin",
                "The peer does not vouch for the keys of the instance that it names as the origin, and they are not pinned here.",
            );
        };
        if origin.vouched && self.direct.contains(&line.instance) {
            return refuse(
                "pulled_directly",
                "The origin is a peer itself: what it has published is taken from there alone.",
            );
        }
        let key = (line.instance.clone(), line.component_type, line.source_tenant_id.clone(), line.id.clone());
        let new = Tale {
            sequence: line.sequence,
            about: about.clone(),
            origin: origin.id,
            remote: line.source_tenant_id.clone(),
            formerly: line.formerly.clone(),
            gone: line.record.is_none() && line.action == OUT_OF_SCOPE,
            record: None,
            bundles: Vec::new(),
        };
        if let Some(envelope) = &line.record {
            let record = ring.verify::<Record>(envelope).map_err(|reason| {
                told.remove(&key);
                keys::refused(&reason, "record").about(&about).at(line.sequence)
            })?;
            named(&record.document, &line, &about)?;
            let tale = told.entry(key.clone()).or_insert(new);
            (tale.record, tale.sequence, tale.gone) = (Some(record), line.sequence, false);
        } else if new.gone {
            told.insert(key, new);
            return Ok(());
        } else {
            told.entry(key.clone()).or_insert(new);
        }
        for envelope in line.bundle.iter().chain(&line.bundles) {
            match ring.verify::<Bundle>(envelope) {
                Ok(bundle) => told
                    .entry(key.clone())
                    .and_modify(|tale| tale.bundles.push(bundle))
                    .or_insert_with(|| unreachable!("it was put there")),
                Err(reason) => {
                    refused.push(keys::refused(&reason, "bundle").about(&about).at(line.sequence));
                    continue;
                }
            };
        }
        Ok(())
    }
}

/// A page without its last line, and that line.
fn split(body: &[u8]) -> Result<(&[u8], End), Fault> {
    let broken = |why: &str| Fault::Page(Refusal::new("malformed", format!("The page of the feed {why}.")));
    let whole = body.strip_suffix(b"\n").unwrap_or(body);
    let at = whole.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let (lines, end) = whole.split_at(at);
    let end: End =
        serde_json::from_slice(end).map_err(|_| broken("has no end: it was cut off, or is no feed at all"))?;
    if end.next_cursor.len() > CURSOR_MAX || end.next_cursor.chars().any(char::is_control) {
        return Err(broken("ends with a cursor that is too long"));
    }
    Ok((lines, end))
}

/// A record is of the component that its line names.
fn named(record: &Record, line: &Line, about: &About) -> Result<(), Refusal> {
    let tenant = record.source_tenant_id == line.source_tenant_id;
    if tenant
        && record.instance == line.instance
        && record.component_type == line.component_type
        && record.id == line.id
    {
        return Ok(());
    }
    let message = format!(
        "The record is of the {} {}/{} of {}: it stands where another one should.",
        record.component_type, record.source_tenant_id, record.id, record.instance
    );
    Err(Refusal::new("wrong_component", message).about(about).at(line.sequence))
}

/// Keeps of a component's bundles those that its record names.
fn own_bundles(mut tale: Tale, refused: &mut Vec<Refusal>) -> Tale {
    let Some(record) = &tale.record else { return tale };
    let (about, sequence) = (tale.about.clone(), tale.sequence);
    tale.bundles.retain(|bundle| match fits(&record.document, bundle) {
        Ok(()) => true,
        Err(refusal) => {
            refused.push(refusal.about(&about).at(sequence));
            false
        }
    });
    tale
}

/// Whether a bundle is the one that a record names, byte for byte.
pub(super) fn fits(record: &Record, bundle: &Verified<Bundle>) -> Result<(), Refusal> {
    let document = &bundle.document;
    let refuse = |why: String| Err(Refusal::new("bundle_mismatch", why).version(&document.version));
    if document.instance() != record.instance {
        return refuse(format!("The bundle is signed by {}, not by the origin.", document.instance));
    }
    let name = |tenant: &str, id: &str| document.source_tenant_id == tenant && document.id == id;
    let former = || record.formerly.iter().any(|former| name(&former.source_tenant_id, &former.id));
    if document.component_type != record.component_type || !(name(&record.source_tenant_id, &record.id) || former()) {
        return refuse(format!(
            "The bundle is of the {} {}/{}: it stands where another one should.",
            document.component_type, document.source_tenant_id, document.id
        ));
    }
    let Some(version) = record.versions.iter().find(|version| version.version == document.version) else {
        return refuse(format!("The record does not name a version {}.", document.version));
    };
    if version.digest != document.digest || version.bundle.sha256 != sha256_hex(&bundle.payload) {
        return refuse(
            "The bundle is not the one that the record names: another one was signed under the same number.".to_owned(),
        );
    }
    Ok(())
}
