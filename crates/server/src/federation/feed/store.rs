//! SQL of the log's positions, of records, and of what a page of the feed is made of.

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, args};
use atom_marketplace_protocol::federation::ChangeAction;
use atom_marketplace_protocol::ids::Kind;

use super::Entry;

/// A change that has no position yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) id: i64,
    pub(super) component: i64,
    pub(super) at: Timestamp,
}

impl FromRow for Waiting {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self { id: row.get("id")?, component: row.get("component_id")?, at: row.get("at")? })
    }
}

/// The last change that waits for its position.
pub(super) fn last_waiting(c: &mut Conn<'_>) -> Result<Option<i64>, Error> {
    c.first("SELECT id FROM component_change WHERE position IS NULL ORDER BY id DESC LIMIT 1", args![])
}

/// The first of those that wait, up to one of them.
pub(super) fn waiting(c: &mut Conn<'_>, last: i64, limit: i64) -> Result<Vec<Waiting>, Error> {
    c.all(
        "SELECT id, component_id, at FROM component_change WHERE position IS NULL AND id <= $1 ORDER BY id LIMIT $2",
        args![last, limit],
    )
}

/// Gives the changes that wait, up to one of them, the next positions, in the order of their ids.
pub(super) fn place(c: &mut Conn<'_>, count: i64, last: i64) -> Result<(), Error> {
    let reached: i64 = c.one(
        "INSERT INTO component_change_sequence (id, last) VALUES (1, $1)
         ON CONFLICT (id) DO UPDATE SET last = component_change_sequence.last + $1 RETURNING last",
        args![count],
    )?;
    c.execute(
        "UPDATE component_change SET position = placed.position, scope_before = placed.scope, there_before = placed.available FROM (
             SELECT x.id, r.scope, r.available, $1 + row_number() OVER (ORDER BY x.id) AS position
             FROM component_change x LEFT JOIN component_record r ON r.component_id = x.component_id
             WHERE x.position IS NULL AND x.id <= $2
         ) AS placed WHERE component_change.id = placed.id",
        args![reached - count, last],
    )?;
    Ok(())
}

/// Forgets changes of a component that were over before anybody could read them.
pub(super) fn forget(c: &mut Conn<'_>, component: i64, last: i64) -> Result<(), Error> {
    c.execute(
        "DELETE FROM component_change WHERE component_id = $1 AND position IS NULL AND id <= $2",
        args![component, last],
    )?;
    Ok(())
}

/// The last position that was given out.
pub(in crate::federation) fn head(c: &mut Conn<'_>) -> Result<i64, Error> {
    Ok(c.first("SELECT last FROM component_change_sequence WHERE id = 1", args![])?.unwrap_or(0))
}

/// The record of a component as the feed shows it.
#[derive(Clone, Debug)]
pub(super) struct RecordRow {
    pub(super) instance: String,
    pub(super) source_tenant_id: String,
    pub(super) slug: String,
    pub(super) available: bool,
    pub(super) withheld: bool,
    pub(super) scope: String,
    pub(super) versions: i64,
    pub(super) size: i64,
    pub(super) envelope: Vec<u8>,
}

impl FromRow for RecordRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            instance: row.get("instance")?,
            source_tenant_id: row.get("source_tenant_id")?,
            slug: row.get("slug")?,
            available: row.get("available")?,
            withheld: row.get("withheld")?,
            scope: row.get("scope")?,
            versions: row.get("versions")?,
            size: row.get("size")?,
            envelope: row.get("envelope")?,
        })
    }
}

/// The record of a component, if the feed has shown it.
pub(super) fn record(c: &mut Conn<'_>, component: i64) -> Result<Option<RecordRow>, Error> {
    c.first(
        "SELECT instance, source_tenant_id, slug, available, withheld, scope, versions, size, envelope
         FROM component_record WHERE component_id = $1",
        args![component],
    )
}

/// Keeps the record of a component.
pub(super) fn set_record(c: &mut Conn<'_>, component: i64, record: &RecordRow) -> Result<(), Error> {
    c.execute(
        "INSERT INTO component_record (component_id, instance, source_tenant_id, slug, available, withheld, scope, versions, size, envelope)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (component_id) DO UPDATE SET instance = excluded.instance, source_tenant_id = excluded.source_tenant_id,
             slug = excluded.slug, available = excluded.available, withheld = excluded.withheld, scope = excluded.scope, versions = excluded.versions,
             size = excluded.size, envelope = excluded.envelope",
        args![
            component,
            &record.instance,
            &record.source_tenant_id,
            &record.slug,
            record.available,
            record.withheld,
            &record.scope,
            record.versions,
            record.size,
            &record.envelope
        ],
    )?;
    Ok(())
}

/// Of `component_version v`: what everyone may have.
const PUBLIC: &str = "v.visibility = 'public' AND v.status = 'published' AND v.raw = 0";

/// A public version whose bundle is signed.
pub(super) struct SignedVersion {
    pub(super) version: String,
    pub(super) version_key: String,
    pub(super) digest: String,
    pub(super) sha256: String,
    pub(super) size: i64,
    pub(super) published_at: Option<Timestamp>,
    pub(super) yanked: bool,
    pub(super) yank_reason: Option<String>,
}

impl FromRow for SignedVersion {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            version: row.get("version")?,
            version_key: row.get("version_key")?,
            digest: row.get("digest")?,
            sha256: row.get("sha256")?,
            size: row.get("size")?,
            published_at: row.get("published_at")?,
            yanked: row.get("yanked")?,
            yank_reason: row.get("yank_reason")?,
        })
    }
}

/// The public versions of a component whose bundles are signed, in no order.
pub(super) fn signed_versions(c: &mut Conn<'_>, component: i64) -> Result<Vec<SignedVersion>, Error> {
    c.all(
        &format!(
            "SELECT v.version, v.version_key, v.digest, s.sha256, s.size, v.published_at,
                 v.yanked_at IS NOT NULL AS yanked, v.yank_reason
             FROM component_version v JOIN version_signature s ON s.version_id = v.id
             WHERE v.component_id = $1 AND {PUBLIC}"
        ),
        args![component],
    )
}

/// The public versions of a component whose bundles are signed, with the sizes of those, the newest first.
pub(super) fn bundled_versions(c: &mut Conn<'_>, component: i64) -> Result<Vec<(i64, i64)>, Error> {
    c.all(
        &format!(
            "SELECT v.id, s.size FROM component_version v JOIN version_signature s ON s.version_id = v.id
             WHERE v.component_id = $1 AND {PUBLIC} ORDER BY v.id DESC"
        ),
        args![component],
    )
}

/// The public versions of a component whose bundles are not signed yet, with about how large those are.
pub(super) fn unsigned_versions(c: &mut Conn<'_>, component: i64) -> Result<Vec<(i64, i64)>, Error> {
    c.all(
        &format!(
            "SELECT v.id, v.size FROM component_version v JOIN component c ON c.id = v.component_id
             WHERE v.component_id = $1 AND c.origin IS NULL AND {PUBLIC}
               AND NOT EXISTS (SELECT 1 FROM version_signature s WHERE s.version_id = v.id)
             ORDER BY v.id"
        ),
        args![component],
    )
}

/// Whether everyone may have a version.
pub(super) fn is_public(c: &mut Conn<'_>, version: i64) -> Result<bool, Error> {
    let found: Option<i64> = c.first(
        &format!(
            "SELECT 1 FROM component_version v JOIN component c ON c.id = v.component_id
             WHERE v.id = $1 AND c.listed = 1 AND {PUBLIC}"
        ),
        args![version],
    )?;
    Ok(found.is_some())
}

impl FromRow for Entry {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let (kind, action): (i64, String) = (row.get("kind")?, row.get("action")?);
        Ok(Self {
            sequence: row.get("position")?,
            action: action.parse::<ChangeAction>().map_err(Error::Other)?,
            component: row.get("component_id")?,
            kind: Kind::from_code(kind).ok_or_else(|| Error::Other(format!("{kind} is no kind")))?,
            version_id: row.get("version_id")?,
            version: row.get("version")?,
            scope_before: row.get("scope_before")?,
            there_before: row.get::<Option<i64>>("there_before")? == Some(1),
            scope: row.get("scope")?,
            withheld: row.get("withheld")?,
            versions: row.get("versions")?,
            size: row.get("size")?,
            record_size: row.get("record_size")?,
            bundle_size: row.get("bundle_size")?,
        })
    }
}

/// Changes behind a position, in order.
pub(super) fn entries(c: &mut Conn<'_>, after: i64, limit: i64) -> Result<Vec<Entry>, Error> {
    c.all(
        "SELECT x.position, x.action, x.component_id, c.kind, x.version_id, v.version, x.scope_before, x.there_before, r.scope,
             r.withheld, r.versions, r.size, CAST(length(r.envelope) AS BIGINT) AS record_size, COALESCE(s.size, 0) AS bundle_size
         FROM component_change x JOIN component c ON c.id = x.component_id
             JOIN component_record r ON r.component_id = x.component_id
             LEFT JOIN component_version v ON v.id = x.version_id
             LEFT JOIN version_signature s ON s.version_id = x.version_id
         WHERE x.position > $1 ORDER BY x.position LIMIT $2",
        args![after, limit],
    )
}
