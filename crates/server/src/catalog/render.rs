//! A component as one caller reads it.
//!
//! An answer is the row's own fields followed by the publisher's, and the publisher's are already JSON in the database:
//! they are spliced in as they are, so that a list of a hundred costs no parsing. [`component`] reads the same text, so
//! there is one definition of what an answer holds.

use std::borrow::Cow;

use atom_marketplace_db::{Conn, Error};
use atom_marketplace_protocol::component::{
    Component, Deprecation, FederatedNumbers, Highlights, MarketplaceType, Origin, PendingVersion, Status,
};
use atom_marketplace_protocol::error::Finding;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::json;
use http::HeaderValue;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::model::{ComponentRow, VersionRow};
use super::store;
use crate::extract::Audience;

/// What stands before the publisher's fields; [`Component`] documents each.
#[derive(Serialize)]
struct Head<'a> {
    id: &'a str,
    component_type: Kind,
    source_tenant_id: &'a str,
    publisher: PublisherRef<'a>,
    marketplace_type: MarketplaceType,
    status: Status,
    version: &'a str,
    digest: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pending: Option<PendingVersion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deprecated: Option<Deprecation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shared_with: Option<Vec<String>>,
    average_rating: Option<f64>,
    rating_count: i64,
    install_count: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    federated: Option<FederatedNumbers>,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<Origin>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    highlights: Option<&'a Highlights>,
}

#[derive(Serialize)]
struct PublisherRef<'a> {
    tenant_id: &'a str,
    name: &'a str,
    verified: bool,
}

/// What a search adds to an item.
#[derive(Debug)]
pub(crate) struct Hit {
    /// How well it matches.
    pub(crate) score: f64,
    /// Where.
    pub(crate) highlights: Highlights,
}

/// The component as `audience` sees it: its publisher and the platform's admin also see what waits, whom it is shared
/// with and why it stands where it does. `detail` reads the head's whole manifest, else it is what lists show.
pub fn component(c: &mut Conn<'_>, row: &ComponentRow, audience: &Audience, detail: bool) -> Result<Component, Error> {
    let text =
        if detail { detail_json(c, row, audience, None)? } else { items_json(c, &[row], &[], audience)?.remove(0) };
    serde_json::from_str(&text).map_err(|error| corrupt(row, error))
}

/// Strong validator of what `audience` reads of a component, for `ETag` and `If-Match`.
pub fn etag(row: &ComponentRow, audience: &Audience) -> HeaderValue {
    etag_of(row, audience, "")
}

/// The same of one of its versions.
pub(crate) fn version_etag(row: &ComponentRow, audience: &Audience, version: &VersionRow) -> HeaderValue {
    etag_of(row, audience, &format!("-v{}", version.id))
}

fn etag_of(row: &ComponentRow, audience: &Audience, rest: &str) -> HeaderValue {
    let eyes = if sees_all(row, audience) { "owner" } else { "other" };
    // The publisher's name and mark change without the component: they are in the answer, not in its revision.
    let mut publisher = Sha256::new();
    publisher.update(row.publisher_name.as_bytes());
    publisher.update([u8::from(row.publisher_verified)]);
    let publisher = u32::from_be_bytes(publisher.finalize()[..4].try_into().expect("four bytes"));
    HeaderValue::try_from(format!("\"c{}-{}-{publisher:08x}-{eyes}{rest}\"", row.id, row.revision))
        .expect("visible ASCII")
}

/// Whether `audience` also sees what waits, sharing and reasons.
pub(crate) fn sees_all(row: &ComponentRow, audience: &Audience) -> bool {
    audience.is_admin() || row.owned_by(audience)
}

/// The JSON of a component with everything it publishes: of its head, or of `version` of it.
pub(crate) fn detail_json(
    c: &mut Conn<'_>,
    row: &ComponentRow,
    audience: &Audience,
    version: Option<VersionRow>,
) -> Result<String, Error> {
    let mut row = row.clone();
    let (version, manifest) = match (version, row.head_version_id) {
        (Some(version), _) => {
            row.version.clone_from(&version.version);
            row.digest.clone_from(&version.digest);
            (version.id, version.manifest)
        }
        (None, Some(head)) => (head, store::version_by_key(c, head)?.manifest),
        (None, None) => (0, row.summary.clone()),
    };
    let resolved = if manifest.contains("\"dependencies\":[") {
        store::list::resolved_dependencies(c, &[version])?
    } else {
        Vec::new()
    };
    let manifest = with_publishers(&manifest, version, &resolved)?;
    let pending = if sees_all(&row, audience) { pending_of(c, &row)? } else { None };
    splice(&row, audience, pending, None, &manifest)
}

/// The JSON of components as lists show them, in the same order; of hits of a search, with what it adds.
pub(crate) fn items_json(
    c: &mut Conn<'_>,
    rows: &[&ComponentRow],
    hits: &[Hit],
    audience: &Audience,
) -> Result<Vec<String>, Error> {
    let heads: Vec<i64> = rows
        .iter()
        .filter(|row| row.summary.contains("\"dependencies\":["))
        .filter_map(|row| row.head_version_id)
        .collect();
    let resolved = store::list::resolved_dependencies(c, &heads)?;
    let mut items = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        let pending = if sees_all(row, audience) { pending_of(c, row)? } else { None };
        let summary = with_publishers(&row.summary, row.head_version_id.unwrap_or(0), &resolved)?;
        items.push(splice(row, audience, pending, hits.get(at), &summary)?);
    }
    Ok(items)
}

fn splice(
    row: &ComponentRow,
    audience: &Audience,
    pending: Option<PendingVersion>,
    hit: Option<&Hit>,
    manifest: &str,
) -> Result<String, Error> {
    let all = sees_all(row, audience);
    let head = Head {
        id: &row.slug,
        component_type: row.kind,
        source_tenant_id: &row.publisher_slug,
        publisher: PublisherRef {
            tenant_id: &row.publisher_slug,
            name: &row.publisher_name,
            verified: row.publisher_verified,
        },
        marketplace_type: row.visibility,
        status: row.status,
        version: &row.version,
        digest: &row.digest,
        pending,
        deprecated: parsed(row, row.deprecated.as_deref())?,
        status_reason: row.status_reason.as_deref().filter(|_| all),
        shared_with: parsed(row, row.shared_with.as_deref().filter(|_| all))?,
        average_rating: row.average,
        rating_count: row.rating_count,
        install_count: row.install_count,
        federated: federated(row),
        created_at: row.created_at.to_string(),
        updated_at: row.updated_at.to_string(),
        origin: parsed(row, row.origin.as_deref())?,
        score: hit.map(|hit| hit.score),
        highlights: hit.map(|hit| &hit.highlights),
    };
    let mut json = serde_json::to_string(&head).map_err(|error| corrupt(row, error))?;
    let fields = manifest.strip_prefix('{').ok_or_else(|| corrupt(row, "its manifest is no object"))?;
    if fields != "}" {
        json.pop();
        json.push(',');
        json.push_str(fields);
    }
    Ok(json)
}

/// A version's manifest with the publisher of each dependency as it was fixed at publish, where it was left open, and the
/// id that it has by now.
fn with_publishers<'a>(
    manifest: &'a str,
    version: i64,
    resolved: &[store::list::ResolvedDependency],
) -> Result<Cow<'a, str>, Error> {
    if !resolved.iter().any(|found| found.version == version) {
        return Ok(Cow::Borrowed(manifest));
    }
    // Read as it was when it was published: serde_json's own reading may change the last bit of a fraction.
    let mut manifest = json::parse(manifest.as_bytes(), usize::MAX)
        .map_err(|error| Error::Other(format!("manifest of version {version}: {error}")))?;
    for found in resolved.iter().filter(|found| found.version == version) {
        if let Some(dependency) = manifest["dependencies"].get_mut(found.position) {
            dependency["source_tenant_id"] = Value::from(found.tenant.as_str());
            dependency["id"] = Value::from(found.id.as_str());
        }
    }
    Ok(Cow::Owned(manifest.to_string()))
}

/// The submission that waits while the head is served.
fn pending_of(c: &mut Conn<'_>, row: &ComponentRow) -> Result<Option<PendingVersion>, Error> {
    let Some(id) = row.pending_version_id else { return Ok(None) };
    let version = store::version_by_key(c, id)?;
    let findings: Vec<Finding> = serde_json::from_str(&version.findings).map_err(|error| corrupt(row, error))?;
    Ok(Some(PendingVersion {
        submission_id: version.uid,
        version: version.version,
        status: version.status,
        reason: version.reason,
        findings,
    }))
}

/// What it comes to on other instances, if any of them has told.
fn federated(row: &ComponentRow) -> Option<FederatedNumbers> {
    let (sum, count) = (row.federated_rating_sum, row.federated_rating_count);
    (row.federated_installs > 0 || count > 0).then(|| FederatedNumbers {
        install_count: row.federated_installs.max(0) as u64,
        average_rating: (count > 0).then(|| sum as f64 / count as f64),
        rating_count: count.max(0) as u64,
    })
}

fn parsed<T: DeserializeOwned>(row: &ComponentRow, json: Option<&str>) -> Result<Option<T>, Error> {
    json.map(serde_json::from_str).transpose().map_err(|error| corrupt(row, error))
}

fn corrupt(row: &ComponentRow, error: impl std::fmt::Display) -> Error {
    Error::Other(format!("component {}: {error}", row.id))
}
