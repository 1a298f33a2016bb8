//! SQL of what was refused of peers.

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, args};
use atom_marketplace_protocol::ids::{self, Kind};
use atom_marketplace_protocol::peer::PeerRefusal;

use crate::catalog::model::kind_from;
use crate::federation::peers::refusal::Refusal;
use crate::paging::Window;

/// Refusals kept of one peer.
const REFUSALS_MAX: u64 = 1_000;

/// Notes a refusal, or that it came again.
pub(in crate::federation::peers) fn put(
    c: &mut Conn<'_>,
    peer: i64,
    refusal: &Refusal,
    now: Timestamp,
) -> Result<(), Error> {
    let about = &refusal.about;
    c.execute(
        "INSERT INTO peer_refusal (uid, peer_id, code, message, instance, kind, tenant, slug, version, sequence, times, first_at, last_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $11)
         ON CONFLICT (peer_id, code, instance, kind, tenant, slug, version) DO UPDATE SET message = excluded.message,
             sequence = excluded.sequence, times = peer_refusal.times + 1, last_at = excluded.last_at",
        args![
            ids::new_id("ref"),
            peer,
            refusal.code,
            &refusal.message,
            &about.instance,
            about.kind.map_or(0, Kind::code),
            &about.tenant,
            &about.id,
            &about.version,
            refusal.sequence,
            now
        ],
    )?;
    Ok(())
}

/// Forgets the oldest refusals of a peer where there are too many.
pub(in crate::federation::peers) fn trim(c: &mut Conn<'_>, peer: i64) -> Result<(), Error> {
    let many = count(c, peer)?;
    if many > REFUSALS_MAX {
        c.execute(
            "DELETE FROM peer_refusal WHERE id IN
                 (SELECT id FROM peer_refusal WHERE peer_id = $1 ORDER BY last_at, id LIMIT $2)",
            args![peer, many - REFUSALS_MAX],
        )?;
    }
    Ok(())
}

/// When it was last refused, and its key.
pub(in crate::federation::peers) type Place = (i64, i64);

struct RefusalRow {
    key: Place,
    refusal: PeerRefusal,
}

impl FromRow for RefusalRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let said = |name: &str| row.get::<String>(name).map(|text| Some(text).filter(|text| !text.is_empty()));
        let kind: i64 = row.get("kind")?;
        let last_at: Timestamp = row.get("last_at")?;
        Ok(Self {
            key: (last_at.as_micros(), row.get("id")?),
            refusal: PeerRefusal {
                id: row.get("uid")?,
                code: row.get("code")?,
                message: row.get("message")?,
                instance: said("instance")?,
                component_type: if kind == 0 { None } else { Some(kind_from(kind)?) },
                source_tenant_id: said("tenant")?,
                component_id: said("slug")?,
                version: said("version")?,
                sequence: row.get::<Option<i64>>("sequence")?.map(|sequence| sequence.max(0) as u64),
                times: row.get::<i64>("times")?.max(0) as u64,
                first_at: row.get::<Timestamp>("first_at")?.to_string(),
                last_at: last_at.to_string(),
            },
        })
    }
}

/// A page of what was refused of a peer, and one more, the latest first.
pub(in crate::federation::peers) fn list(
    c: &mut Conn<'_>,
    peer: i64,
    window: &Window<Place>,
) -> Result<Vec<(Place, PeerRefusal)>, Error> {
    let (at, id) = window.after.unwrap_or((i64::MAX, i64::MAX));
    let rows: Vec<RefusalRow> = c.all(
        "SELECT id, uid, code, message, instance, kind, tenant, slug, version, sequence, times, first_at, last_at FROM peer_refusal
         WHERE peer_id = $1 AND last_at <= $2 AND (last_at < $2 OR id < $3) ORDER BY last_at DESC, id DESC LIMIT $4 OFFSET $5",
        args![peer, at, id, window.limit(), window.offset()],
    )?;
    Ok(rows.into_iter().map(|row| (row.key, row.refusal)).collect())
}

/// How many there are.
pub(in crate::federation::peers) fn count(c: &mut Conn<'_>, peer: i64) -> Result<u64, Error> {
    c.one("SELECT count(*) FROM peer_refusal WHERE peer_id = $1", args![peer])
}
