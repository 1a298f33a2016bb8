//! SQL of what came from peers.

use atom_marketplace_bundle::SignedBytes;
use atom_marketplace_db::{Conn, Error, FromRow, Row, args};
use atom_marketplace_protocol::ids::Kind;

/// What is known of a component that came from elsewhere.
#[derive(Clone, Debug)]
pub(in crate::federation::peers) struct MirrorRow {
    pub(in crate::federation::peers) origin: i64,
    pub(in crate::federation::peers) remote: String,
    pub(in crate::federation::peers) revision: u64,
    /// The envelope of the record that was applied last.
    pub(in crate::federation::peers) record: Vec<u8>,
    /// The reason with which its origin has it in quarantine.
    pub(in crate::federation::peers) held: Option<String>,
    /// It was withdrawn without its origin's word.
    pub(in crate::federation::peers) apart: bool,
}

impl FromRow for MirrorRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            origin: row.get("origin_id")?,
            remote: row.get("remote")?,
            revision: row.get::<i64>("revision")?.max(0) as u64,
            record: row.get("record")?,
            held: row.get("held")?,
            apart: row.get("apart")?,
        })
    }
}

const COLUMNS: &str = "origin_id, remote, revision, record, held, apart";

/// Of a component, if it came from elsewhere.
pub(in crate::federation::peers) fn find(c: &mut Conn<'_>, component: i64) -> Result<Option<MirrorRow>, Error> {
    c.first(&format!("SELECT {COLUMNS} FROM mirror WHERE component_id = $1"), args![component])
}

/// The component of an origin that the peer knows by this name.
pub(in crate::federation::peers) fn by_remote(
    c: &mut Conn<'_>,
    origin: i64,
    kind: Kind,
    remote: &str,
    id: &str,
) -> Result<Option<i64>, Error> {
    c.first(
        "SELECT x.component_id FROM component k JOIN mirror x ON x.component_id = k.id
         WHERE k.kind = $1 AND k.slug = $2 AND x.origin_id = $3 AND x.remote = $4",
        args![kind.code(), id, origin, remote],
    )
}

/// What is written of a component.
pub(in crate::federation::peers) struct Put<'a> {
    pub(in crate::federation::peers) component: i64,
    pub(in crate::federation::peers) origin: i64,
    pub(in crate::federation::peers) remote: &'a str,
    pub(in crate::federation::peers) revision: u64,
    pub(in crate::federation::peers) record: &'a [u8],
    pub(in crate::federation::peers) held: Option<&'a str>,
    pub(in crate::federation::peers) incomplete: bool,
}

/// Notes the record that was applied.
pub(in crate::federation::peers) fn put(c: &mut Conn<'_>, put: &Put<'_>) -> Result<(), Error> {
    c.execute(
        "INSERT INTO mirror (component_id, origin_id, remote, revision, record, held, apart, incomplete)
         VALUES ($1, $2, $3, $4, $5, $6, 0, $7)
         ON CONFLICT (component_id) DO UPDATE SET remote = excluded.remote, revision = excluded.revision, record = excluded.record,
             held = excluded.held, apart = 0, incomplete = excluded.incomplete",
        args![put.component, put.origin, put.remote, put.revision, put.record, put.held, put.incomplete],
    )
    .map(|_| ())
}

/// It was withdrawn without its origin's word.
pub(in crate::federation::peers) fn set_apart(c: &mut Conn<'_>, component: i64) -> Result<(), Error> {
    c.execute("UPDATE mirror SET apart = 1 WHERE component_id = $1", args![component]).map(|_| ())
}

/// A peer's own components may be described by any revision from now on.
pub(in crate::federation::peers) fn forget_revisions(c: &mut Conn<'_>, peer: i64, instance: &str) -> Result<(), Error> {
    c.execute(
        "UPDATE mirror SET revision = 0 WHERE origin_id IN (SELECT id FROM peer_origin WHERE peer_id = $1 AND instance = $2)",
        args![peer, instance],
    )
    .map(|_| ())
}

/// The bundle of a version, by what identifies its bytes.
pub(in crate::federation::peers) struct BundleRow {
    pub(in crate::federation::peers) version: i64,
    pub(in crate::federation::peers) sha256: String,
}

impl FromRow for BundleRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self { version: row.at(0)?, sha256: row.at(1)? })
    }
}

/// Of all of a component's versions.
pub(in crate::federation::peers) fn bundles(c: &mut Conn<'_>, component: i64) -> Result<Vec<BundleRow>, Error> {
    c.all("SELECT version_id, bundle_sha256 FROM mirror_version WHERE component_id = $1", args![component])
}

/// Notes what identifies a version's bundle.
pub(in crate::federation::peers) fn put_version(
    c: &mut Conn<'_>,
    version: i64,
    component: i64,
    bundle: &SignedBytes,
) -> Result<(), Error> {
    c.execute(
        "INSERT INTO mirror_version (version_id, component_id, bundle_sha256, bundle_size) VALUES ($1, $2, $3, $4)
         ON CONFLICT (version_id) DO NOTHING",
        args![version, component, &bundle.sha256, bundle.size],
    )
    .map(|_| ())
}

/// The numbers of a component's versions of which nothing more is wanted: those whose content is here, or with `outlines` all.
pub(in crate::federation::peers) fn versions_here(
    c: &mut Conn<'_>,
    component: i64,
    outlines: bool,
) -> Result<Vec<String>, Error> {
    c.all(
        "SELECT v.version FROM component_version v JOIN mirror_version x ON x.version_id = v.id
         WHERE v.component_id = $1 AND v.status <> 'withdrawn' AND ($2 = 1 OR v.size > 0)",
        args![component, outlines],
    )
}

/// Some of the components of a peer of which something is missing.
pub(in crate::federation::peers) fn incomplete(
    c: &mut Conn<'_>,
    peer: i64,
    limit: u32,
) -> Result<Vec<MirrorRow>, Error> {
    c.all(
        "SELECT origin_id, remote, revision, record, held, apart FROM mirror
         WHERE incomplete = 1 AND apart = 0 AND origin_id IN (SELECT id FROM peer_origin WHERE peer_id = $1)
         ORDER BY component_id LIMIT $2",
        args![peer, limit],
    )
}

/// Some of the components of a peer that somebody may see or decide on.
pub(in crate::federation::peers) fn remaining(c: &mut Conn<'_>, peer: i64, limit: u32) -> Result<Vec<i64>, Error> {
    c.all(
        "SELECT k.id FROM peer_origin o JOIN mirror x ON x.origin_id = o.id JOIN component k ON k.id = x.component_id
         WHERE o.peer_id = $1 AND k.status NOT IN ('withdrawn', 'quarantined') ORDER BY k.id LIMIT $2",
        args![peer, limit],
    )
}

/// Components that came from a peer and are not withdrawn.
pub(in crate::federation::peers) fn count(c: &mut Conn<'_>, peer: i64) -> Result<u64, Error> {
    c.one(
        "SELECT count(*) FROM peer_origin o JOIN mirror x ON x.origin_id = o.id JOIN component k ON k.id = x.component_id
         WHERE o.peer_id = $1 AND k.status <> 'withdrawn'",
        args![peer],
    )
}
