//! SQL of what came from peers.

use atom_marketplace_bundle::SignedBytes;
use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, args};
use atom_marketplace_protocol::federation::FederationTotal;
use atom_marketplace_protocol::ids::Kind;

use crate::catalog::model::kind_from;

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

/// The envelope of a component's record, if its peer's components are passed on.
pub(in crate::federation) fn passed_on(c: &mut Conn<'_>, component: i64) -> Result<Option<Vec<u8>>, Error> {
    c.first(
        "SELECT x.record FROM mirror x JOIN peer_origin o ON o.id = x.origin_id JOIN peer p ON p.id = o.peer_id
         WHERE x.component_id = $1 AND p.reexport = 1 AND p.deleted_at IS NULL",
        args![component],
    )
}

/// What a publisher of another instance is called here, if its components are passed on.
pub(in crate::federation) fn tenant_of(
    c: &mut Conn<'_>,
    instance: &str,
    tenant: &str,
) -> Result<Option<String>, Error> {
    let label: Option<String> = c.first(
        "SELECT o.label FROM peer_origin o JOIN peer p ON p.id = o.peer_id
         WHERE o.instance = $1 AND p.reexport = 1 AND p.deleted_at IS NULL ORDER BY o.vouched, o.id LIMIT 1",
        args![instance],
    )?;
    Ok(label.map(|label| format!("{tenant}@{label}")))
}

/// Notes for those who pull from here that what came from a peer is there for them, or is not any more.
pub(in crate::federation::peers) fn log_all(c: &mut Conn<'_>, peer: i64, now: Timestamp) -> Result<(), Error> {
    c.execute(
        "INSERT INTO component_change (component_id, action, at)
         SELECT k.id, 'updated', CAST($2 AS BIGINT) FROM peer_origin o JOIN mirror x ON x.origin_id = o.id
             JOIN component k ON k.id = x.component_id WHERE o.peer_id = $1 AND k.listed = 1",
        args![peer, now],
    )
    .map(|_| ())
}

/// A version whose content is to be fetched.
pub(in crate::federation::peers) struct Wanted {
    pub(in crate::federation::peers) component: i64,
    pub(in crate::federation::peers) version: String,
    pub(in crate::federation::peers) peer: i64,
    pub(in crate::federation::peers) origin: i64,
    pub(in crate::federation::peers) remote: String,
    pub(in crate::federation::peers) record: Vec<u8>,
}

impl FromRow for Wanted {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            component: row.get("component_id")?,
            version: row.get("version")?,
            peer: row.get("peer_id")?,
            origin: row.get("origin_id")?,
            remote: row.get("remote")?,
            record: row.get("record")?,
        })
    }
}

/// What there is to know for fetching the content of a version; none when it is here.
pub(in crate::federation::peers) fn wanted(c: &mut Conn<'_>, version: i64) -> Result<Option<Wanted>, Error> {
    c.first(
        "SELECT v.component_id, v.version, o.peer_id, x.origin_id, x.remote, x.record FROM component_version v
             JOIN mirror x ON x.component_id = v.component_id JOIN peer_origin o ON o.id = x.origin_id
         WHERE v.id = $1 AND v.size = 0",
        args![version],
    )
}

/// What a component of a peer comes to here.
pub(in crate::federation::peers) struct TotalRow {
    pub(in crate::federation::peers) component: i64,
    pub(in crate::federation::peers) told: FederationTotal,
}

impl FromRow for TotalRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let number = |name: &str| row.get::<i64>(name).map(|number| number.max(0) as u64);
        Ok(Self {
            component: row.get("id")?,
            told: FederationTotal {
                component_type: kind_from(row.get("kind")?)?,
                source_tenant_id: row.get("remote")?,
                id: row.get("slug")?,
                installs: number("install_count")?,
                rating_sum: number("rating_sum")?,
                rating_count: number("rating_count")?,
            },
        })
    }
}

/// Of the components that a peer has published itself, those that come to something else than it was told last.
pub(in crate::federation::peers) fn untold(
    c: &mut Conn<'_>,
    peer: i64,
    instance: &str,
    limit: u32,
) -> Result<Vec<TotalRow>, Error> {
    c.all(
        "SELECT k.id, k.kind, x.remote, k.slug, k.install_count, k.rating_sum, k.rating_count
         FROM peer_origin o JOIN mirror x ON x.origin_id = o.id JOIN component k ON k.id = x.component_id
             LEFT JOIN mirror_total t ON t.component_id = k.id
         WHERE o.peer_id = $1 AND o.instance = $2 AND k.listed = 1 AND (k.install_count <> COALESCE(t.installs, 0)
             OR k.rating_sum <> COALESCE(t.rating_sum, 0) OR k.rating_count <> COALESCE(t.rating_count, 0))
         ORDER BY k.id LIMIT $3",
        args![peer, instance, limit],
    )
}

/// Notes what it was told.
pub(in crate::federation::peers) fn told(c: &mut Conn<'_>, row: &TotalRow) -> Result<(), Error> {
    c.execute(
        "INSERT INTO mirror_total (component_id, installs, rating_sum, rating_count) VALUES ($1, $2, $3, $4)
         ON CONFLICT (component_id) DO UPDATE SET installs = excluded.installs, rating_sum = excluded.rating_sum,
             rating_count = excluded.rating_count",
        args![row.component, row.told.installs, row.told.rating_sum, row.told.rating_count],
    )
    .map(|_| ())
}
