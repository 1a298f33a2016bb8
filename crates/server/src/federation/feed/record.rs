//! What the feed says of a component: its record.

use atom_marketplace_bundle::{
    Document as _, FormerName, Record, RecordPublisher, RecordStatus, RecordVersion, SignedBytes, YankedVersion,
};
use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::component::{MarketplaceType, Status};
use serde_json::{Map, Value};

use super::store::{self, SignedVersion};
use crate::catalog;
use crate::catalog::model::ComponentRow;

/// Fields of a manifest that are a version's content: those who want it fetch its bundle.
const CONTENT: [&str; 6] = ["content", "code", "configuration", "canvases", "memory", "knowledge_base"];
/// Fields that a record leaves out when it is too large with them.
const LONG: [&str; 7] =
    ["readme", "release_notes", "config_schema", "input_schema", "output_schema", "governance_template", "vocabulary"];

/// The record of a component as it is now, with the revision of the one `before`; none where there is nothing to say, since
/// nobody has heard of it and it is not there.
pub(super) fn build(
    c: &mut Conn<'_>,
    instance: &str,
    row: &ComponentRow,
    before: Option<Record>,
    at: Timestamp,
) -> Result<Option<Record>, Error> {
    if row.listed {
        let mut versions = store::signed_versions(c, row.id)?;
        versions.sort_by(|a, b| b.version_key.cmp(&a.version_key));
        let head = versions.iter().find(|version| version.version == row.version).or_else(|| versions.first());
        if let Some(head) = head.map(|head| head.version.clone()) {
            return published(c, instance, row, before, versions, head).map(Some);
        }
    }
    Ok(before.map(|before| gone(row, before, at)))
}

fn published(
    c: &mut Conn<'_>,
    instance: &str,
    row: &ComponentRow,
    before: Option<Record>,
    versions: Vec<SignedVersion>,
    head: String,
) -> Result<Record, Error> {
    let key = row.head_version_id.ok_or_else(|| Error::Other(format!("component {} shows nothing", row.id)))?;
    let manifest: Map<String, Value> = parsed("a manifest", &catalog::version(c, key)?.manifest)?;
    let manifest = manifest.into_iter().filter(|(field, _)| !CONTENT.contains(&field.as_str())).collect();
    let revision = before.as_ref().map_or(0, |before| before.revision);
    Ok(Record {
        format: Record::FORMAT.to_owned(),
        instance: instance.to_owned(),
        component_type: row.kind,
        source_tenant_id: row.publisher_slug.to_string(),
        id: row.slug.clone(),
        revision,
        status: RecordStatus::Published,
        reason: None,
        publisher: RecordPublisher {
            id: row.publisher_slug.to_string(),
            name: row.publisher_name.clone(),
            verified: row.publisher_verified,
        },
        formerly: before.map(|before| names_before(row, before)).unwrap_or_default(),
        manifest: Some(manifest),
        head: Some(head),
        deprecated: row.deprecated.as_deref().map(|json| parsed("a deprecation", json)).transpose()?,
        versions: versions.into_iter().map(version).collect(),
        created_at: row.created_at.to_string(),
        updated_at: row.updated_at.to_string(),
    })
}

fn version(row: SignedVersion) -> RecordVersion {
    RecordVersion {
        version: row.version,
        digest: row.digest,
        bundle: SignedBytes { sha256: row.sha256, size: row.size.max(0) as u64 },
        published_at: row.published_at.unwrap_or_default().to_string(),
        yanked: row.yanked.then_some(YankedVersion { reason: row.yank_reason }),
    }
}

/// The names by which the public knew the component before, without the present one.
fn names_before(row: &ComponentRow, before: Record) -> Vec<FormerName> {
    let mut names = before.formerly;
    names.push(FormerName { source_tenant_id: before.source_tenant_id, id: before.id });
    names.retain(|name| name.source_tenant_id != *row.publisher_slug || name.id != row.slug);
    names
}

/// A component that is not there any more, under the name that the public knows: the one it has now may be its publisher's
/// affair.
fn gone(row: &ComponentRow, before: Record, at: Timestamp) -> Record {
    let hidden = row.status == Status::Quarantined && row.visibility == MarketplaceType::Public;
    let told = hidden || row.status == Status::Withdrawn;
    Record {
        status: if hidden { RecordStatus::Quarantined } else { RecordStatus::Withdrawn },
        reason: row.status_reason.clone().filter(|_| told),
        manifest: None,
        head: None,
        deprecated: None,
        versions: Vec::new(),
        updated_at: at.to_string(),
        ..before
    }
}

/// Leaves out of a record that is too large what it can do without. Whether there was something.
pub(super) fn shorten(record: &mut Record) -> bool {
    let Some(manifest) = &mut record.manifest else { return false };
    let before = manifest.len();
    manifest.retain(|field, _| !LONG.contains(&field.as_str()));
    manifest.len() < before
}

fn parsed<T: serde::de::DeserializeOwned>(what: &str, json: &str) -> Result<T, Error> {
    serde_json::from_str(json).map_err(|error| Error::Other(format!("{what} in the database: {error}")))
}
