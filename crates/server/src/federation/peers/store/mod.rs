//! SQL of peers and their keys. What was refused of them is in `refusals.rs`, what was taken in `mirror.rs`.

pub(super) mod mirror;
mod refusals;

use std::time::Duration;

use atom_marketplace_bundle::PublicKey;
use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, args};
use atom_marketplace_protocol::federation::FederationFilters;
use atom_marketplace_protocol::peer::{Peer, PeerInstance, PeerKey, PeerMirror, PeerPolicy, PeerStatus};

use super::keys::{Key, Origin};
use crate::metrics::PeerLag;
use crate::paging::Window;

pub(super) use refusals::{count as count_refusals, list as refusals, put as refuse, trim as trim_refusals};

/// A peer as it is stored.
#[derive(Clone, Debug)]
pub(super) struct PeerRow {
    pub(super) id: i64,
    pub(super) uid: String,
    pub(super) name: String,
    pub(super) base_url: String,
    pub(super) key: Vec<u8>,
    pub(super) instance: String,
    pub(super) policy: PeerPolicy,
    pub(super) mirror: PeerMirror,
    pub(super) filters: FederationFilters,
    pub(super) reexport: bool,
    pub(super) share_totals: bool,
    pub(super) schedule: Duration,
    pub(super) status: PeerStatus,
    pub(super) status_reason: Option<String>,
    pub(super) deleted: bool,
    pub(super) cursor: Option<String>,
    pub(super) sequence: u64,
    pub(super) head: u64,
    pub(super) due_at: Timestamp,
    pub(super) pulled_at: Option<Timestamp>,
    pub(super) current_at: Option<Timestamp>,
    pub(super) error: Option<String>,
    pub(super) failures: u32,
    pub(super) subscribed_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

const COLUMNS: &str = "id, uid, name, base_url, key, instance, policy, mirror, filters, reexport, share_totals, schedule, status, \
     status_reason, deleted_at, feed_cursor, sequence, head, due_at, pulled_at, current_at, error, failures, subscribed_at, created_at, updated_at";

impl FromRow for PeerRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let filters: String = row.get("filters")?;
        let word = |name: &str| row.get::<String>(name);
        Ok(Self {
            id: row.get("id")?,
            uid: row.get("uid")?,
            name: row.get("name")?,
            base_url: row.get("base_url")?,
            key: row.get("key")?,
            instance: row.get("instance")?,
            policy: word("policy")?.parse().map_err(Error::Other)?,
            mirror: word("mirror")?.parse().map_err(Error::Other)?,
            filters: serde_json::from_str(&filters).map_err(|error| Error::Other(error.to_string()))?,
            reexport: row.get("reexport")?,
            share_totals: row.get("share_totals")?,
            schedule: Duration::from_secs(row.get::<i64>("schedule")?.max(1) as u64),
            status: word("status")?.parse().map_err(Error::Other)?,
            status_reason: row.get("status_reason")?,
            deleted: row.get::<Option<Timestamp>>("deleted_at")?.is_some(),
            cursor: row.get("feed_cursor")?,
            sequence: row.get::<i64>("sequence")?.max(0) as u64,
            head: row.get::<i64>("head")?.max(0) as u64,
            due_at: row.get("due_at")?,
            pulled_at: row.get("pulled_at")?,
            current_at: row.get("current_at")?,
            error: row.get("error")?,
            failures: row.get::<i64>("failures")?.clamp(0, 1_000) as u32,
            subscribed_at: row.get("subscribed_at")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

impl FromRow for PeerLag {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self { name: row.at(0)?, entries: row.at(1)?, seconds: row.at(2)? })
    }
}

impl PeerRow {
    /// How much is kept of it: reviewers look at everything.
    pub(super) fn keeps(&self) -> PeerMirror {
        if self.policy == PeerPolicy::Review { PeerMirror::All } else { self.mirror }
    }

    /// As it is shown, with its keys and what there is of it.
    pub(super) fn shown(self, c: &mut Conn<'_>) -> Result<Peer, Error> {
        let origin = origin(c, self.id, &self.instance)?.ok_or(Error::NotFound)?;
        let fingerprint = origin.present().map(|key| key.public.fingerprint().to_string()).unwrap_or_default();
        let keys = origin.keys.iter().map(|key| PeerKey {
            keyid: key.public.id().to_string(),
            fingerprint: key.public.fingerprint().to_string(),
            pinned_at: key.pinned_at.to_string(),
            retired: key.retired,
        });
        Ok(Peer {
            instance: PeerInstance { id: self.instance, name: origin.name.clone() },
            fingerprint,
            keys: keys.collect(),
            components: mirror::count(c, self.id)?,
            refusals: count_refusals(c, self.id)?,
            id: self.uid,
            name: self.name,
            base_url: self.base_url,
            status: self.status,
            status_reason: self.status_reason,
            policy: self.policy,
            mirror: self.mirror,
            filters: self.filters,
            reexport: self.reexport,
            share_totals: self.share_totals,
            schedule_seconds: self.schedule.as_secs().try_into().unwrap_or(u32::MAX),
            sequence: self.sequence,
            head: self.head,
            pulled_at: self.pulled_at.map(|at| at.to_string()),
            current_at: self.current_at.map(|at| at.to_string()),
            due_at: self.due_at.to_string(),
            error: self.error,
            created_at: self.created_at.to_string(),
            updated_at: self.updated_at.to_string(),
        })
    }
}

/// One that is not deleted.
pub(super) fn find(c: &mut Conn<'_>, uid: &str) -> Result<Option<PeerRow>, Error> {
    c.first(&format!("SELECT {COLUMNS} FROM peer WHERE uid = $1 AND deleted_at IS NULL"), args![uid])
}

/// By its name, also one that was deleted.
pub(super) fn by_name(c: &mut Conn<'_>, name: &str) -> Result<Option<PeerRow>, Error> {
    c.first(&format!("SELECT {COLUMNS} FROM peer WHERE name = $1"), args![name])
}

/// By its key, also one that was deleted.
pub(super) fn by_key(c: &mut Conn<'_>, id: i64) -> Result<PeerRow, Error> {
    c.one(&format!("SELECT {COLUMNS} FROM peer WHERE id = $1"), args![id])
}

/// Those that are this instance, and not deleted.
pub(super) fn of_instance(c: &mut Conn<'_>, instance: &str) -> Result<Vec<PeerRow>, Error> {
    c.all(
        &format!("SELECT {COLUMNS} FROM peer WHERE instance = $1 AND deleted_at IS NULL ORDER BY id LIMIT 100"),
        args![instance],
    )
}

/// In the order they were paired.
pub(super) fn list(c: &mut Conn<'_>, window: Window<i64>) -> Result<Vec<PeerRow>, Error> {
    c.all(
        &format!("SELECT {COLUMNS} FROM peer WHERE deleted_at IS NULL AND id > $1 ORDER BY id LIMIT $2 OFFSET $3"),
        args![window.after.unwrap_or(0), window.limit(), window.offset()],
    )
}

/// How many there are.
pub(super) fn count(c: &mut Conn<'_>) -> Result<u64, Error> {
    c.one("SELECT count(*) FROM peer WHERE deleted_at IS NULL", args![])
}

/// What is stored of a new peer.
pub(super) struct New<'a> {
    pub(super) uid: &'a str,
    pub(super) name: &'a str,
    pub(super) base_url: &'a str,
    pub(super) key: &'a [u8],
    pub(super) instance: &'a str,
    pub(super) policy: PeerPolicy,
    pub(super) mirror: PeerMirror,
    pub(super) filters: &'a FederationFilters,
    pub(super) reexport: bool,
    pub(super) share_totals: bool,
    pub(super) schedule: u32,
}

/// A new peer, or one of that name again. It is due at once.
pub(super) fn insert(c: &mut Conn<'_>, new: &New<'_>, now: Timestamp) -> Result<i64, Error> {
    c.one(
        "INSERT INTO peer (uid, name, base_url, key, instance, policy, mirror, filters, reexport, share_totals, schedule, status, due_at,
             created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $13)
         ON CONFLICT (name) DO UPDATE SET uid = excluded.uid, base_url = excluded.base_url, key = excluded.key, policy = excluded.policy,
             mirror = excluded.mirror, filters = excluded.filters, reexport = excluded.reexport, share_totals = excluded.share_totals,
             schedule = excluded.schedule, status = excluded.status, status_reason = NULL, deleted_at = NULL, feed_cursor = NULL,
             sequence = 0, due_at = excluded.due_at, error = NULL, failures = 0, created_at = excluded.created_at,
             updated_at = excluded.updated_at
         RETURNING id",
        args![
            new.uid,
            new.name,
            new.base_url,
            new.key,
            new.instance,
            new.policy.as_str(),
            new.mirror.as_str(),
            filters_text(new.filters),
            new.reexport,
            new.share_totals,
            i64::from(new.schedule),
            PeerStatus::Active.as_str(),
            now
        ],
    )
}

fn filters_text(filters: &FederationFilters) -> String {
    serde_json::to_string(filters).expect("filters are JSON")
}

/// Writes what people may change of a peer, and where its feed goes on.
pub(super) fn update(c: &mut Conn<'_>, row: &PeerRow, now: Timestamp) -> Result<(), Error> {
    c.execute(
        "UPDATE peer SET base_url = $2, key = $3, policy = $4, mirror = $5, filters = $6, reexport = $7, share_totals = $8,
             schedule = $9, status = $10, status_reason = $11, feed_cursor = $12, sequence = $13, head = $14, due_at = $15,
             error = $16, failures = 0, updated_at = $17 WHERE id = $1",
        args![
            row.id,
            &row.base_url,
            &row.key,
            row.policy.as_str(),
            row.mirror.as_str(),
            filters_text(&row.filters),
            row.reexport,
            row.share_totals,
            row.schedule.as_secs(),
            row.status.as_str(),
            &row.status_reason,
            &row.cursor,
            row.sequence,
            row.head,
            row.due_at,
            &row.error,
            now
        ],
    )
    .map(|_| ())
}

/// Ends a peer. Its row stays: its name belongs to that instance.
pub(super) fn delete(c: &mut Conn<'_>, id: i64, now: Timestamp) -> Result<(), Error> {
    c.execute(
        "UPDATE peer SET deleted_at = $2, key = $3, status = 'paused', status_reason = NULL, feed_cursor = NULL, sequence = 0, lease = '',
             lease_until = 0, due_at = $2, updated_at = $2 WHERE id = $1",
        args![id, now, Vec::<u8>::new()],
    )
    .map(|_| ())
}

/// It is pulled from as soon as somebody has time.
pub(super) fn make_due(c: &mut Conn<'_>, id: i64, now: Timestamp) -> Result<(), Error> {
    c.execute("UPDATE peer SET due_at = $2 WHERE id = $1 AND due_at > $2", args![id, now]).map(|_| ())
}

/// What a peer has told: that its feed goes that far. Whoever is that instance is pulled from as soon as somebody has time.
pub(super) fn hint(c: &mut Conn<'_>, instance: &str, sequence: u64, now: Timestamp) -> Result<(), Error> {
    c.execute(
        "UPDATE peer SET hinted = $2, due_at = $3 WHERE instance = $1 AND deleted_at IS NULL AND status = 'active' AND sequence < $2",
        args![instance, sequence, now],
    )
    .map(|_| ())
}

/// Notes a hint; false when it was there before. Those that are too old to be believed are forgotten.
pub(super) fn note_hint(c: &mut Conn<'_>, uid: &str, now: Timestamp, forget: Timestamp) -> Result<bool, Error> {
    c.execute("DELETE FROM peer_hint WHERE received_at < $1", args![forget])?;
    let new = c.execute(
        "INSERT INTO peer_hint (uid, received_at) VALUES ($1, $2) ON CONFLICT (uid) DO NOTHING",
        args![uid, now],
    )?;
    Ok(new == 1)
}

/// The keys of this id that peers sign with, and whose they are.
pub(super) fn keys_named(c: &mut Conn<'_>, keyid: &str) -> Result<Vec<(String, Vec<u8>)>, Error> {
    c.all(
        "SELECT o.instance, k.public_key FROM peer_key k JOIN peer_origin o ON o.id = k.origin_id JOIN peer p ON p.id = o.peer_id
         WHERE k.keyid = $1 AND o.vouched = 0 AND p.deleted_at IS NULL",
        args![keyid],
    )
}

/// It was asked to tell when its feed grows.
pub(super) fn subscribed(c: &mut Conn<'_>, id: i64, now: Timestamp) -> Result<(), Error> {
    c.execute("UPDATE peer SET subscribed_at = $2 WHERE id = $1", args![id, now]).map(|_| ())
}

/// Those that are to be pulled from now and that no node pulls from; those that were deleted and have left something behind.
pub(super) fn due(c: &mut Conn<'_>, now: Timestamp, limit: u32) -> Result<Vec<i64>, Error> {
    c.all(
        "SELECT id FROM peer WHERE due_at <= $1 AND lease_until <= $1
             AND ((status = 'active' AND deleted_at IS NULL) OR (deleted_at IS NOT NULL AND EXISTS (
                 SELECT 1 FROM peer_origin o JOIN mirror x ON x.origin_id = o.id JOIN component k ON k.id = x.component_id
                 WHERE o.peer_id = peer.id AND k.status NOT IN ('withdrawn', 'quarantined'))))
         ORDER BY due_at, id LIMIT $2",
        args![now, limit],
    )
}

/// Takes a peer for a node until then, unless another has it.
pub(super) fn lease(c: &mut Conn<'_>, id: i64, node: &str, now: Timestamp, until: Timestamp) -> Result<bool, Error> {
    let taken = c.execute(
        "UPDATE peer SET lease = $2, lease_until = $4, hinted = CASE WHEN lease = $2 THEN hinted ELSE 0 END
         WHERE id = $1 AND (lease = $2 OR lease_until <= $3)",
        args![id, node, now, until],
    )?;
    Ok(taken == 1)
}

/// Gives it back, with what became of the pull.
pub(super) fn release(c: &mut Conn<'_>, id: i64, node: &str, outcome: &Outcome, now: Timestamp) -> Result<(), Error> {
    c.execute(
        "UPDATE peer SET lease = '', lease_until = 0, pulled_at = $3, error = $4, failures = CAST($6 AS BIGINT),
             due_at = CASE WHEN CAST($6 AS BIGINT) = 0 AND hinted > sequence THEN $3 ELSE CAST($5 AS BIGINT) END,
             current_at = CASE WHEN $7 = 1 THEN $3 ELSE current_at END WHERE id = $1 AND lease = $2",
        args![id, node, now, &outcome.error, outcome.due_at, i64::from(outcome.failures), outcome.current],
    )
    .map(|_| ())
}

/// What became of a pull.
pub(super) struct Outcome {
    pub(super) error: Option<String>,
    pub(super) failures: u32,
    pub(super) due_at: Timestamp,
    /// There was nothing more.
    pub(super) current: bool,
}

/// How far its feed was walked. False when another node has taken it over meanwhile.
pub(super) fn advance(
    c: &mut Conn<'_>,
    id: i64,
    node: &str,
    cursor: &str,
    (sequence, head): (u64, u64),
    lease_until: Timestamp,
) -> Result<bool, Error> {
    let moved = c.execute(
        "UPDATE peer SET feed_cursor = $3, sequence = $4, head = $5, lease_until = $6
         WHERE id = $1 AND lease = $2 AND deleted_at IS NULL AND status = 'active'",
        args![id, node, cursor, sequence, head, lease_until],
    )?;
    Ok(moved == 1)
}

/// It has contradicted itself.
pub(super) fn suspect(c: &mut Conn<'_>, id: i64, reason: &str, now: Timestamp) -> Result<(), Error> {
    c.execute(
        "UPDATE peer SET status = 'suspect', status_reason = $2, updated_at = $3 WHERE id = $1 AND deleted_at IS NULL",
        args![id, reason, now],
    )
    .map(|_| ())
}

/// How far each peer that is pulled from is ahead, for the metrics.
pub(super) fn lags(c: &mut Conn<'_>, now: Timestamp) -> Result<Vec<PeerLag>, Error> {
    c.all(
        "SELECT name, head - sequence, ($1 - COALESCE(current_at, created_at)) / 1000000 FROM peer
         WHERE deleted_at IS NULL AND status <> 'paused' ORDER BY id LIMIT 100",
        args![now],
    )
}

struct OriginRow {
    id: i64,
    instance: String,
    name: String,
    label: String,
    vouched: bool,
}

impl FromRow for OriginRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            instance: row.get("instance")?,
            name: row.get("name")?,
            label: row.get("label")?,
            vouched: row.get("vouched")?,
        })
    }
}

impl FromRow for Key {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let bytes: Vec<u8> = row.get("public_key")?;
        Ok(Key {
            public: PublicKey::from_bytes(&bytes).map_err(|refusal| Error::Other(refusal.to_string()))?,
            since: row.get("since")?,
            pinned_at: row.get("created_at")?,
            retired: row.get::<Option<Timestamp>>("retired_at")?.is_some(),
        })
    }
}

const ORIGIN: &str = "SELECT id, instance, name, label, vouched FROM peer_origin";

fn with_keys(c: &mut Conn<'_>, row: OriginRow) -> Result<Origin, Error> {
    let mut keys: Vec<Key> = c.all(
        "SELECT public_key, since, created_at, retired_at FROM peer_key WHERE origin_id = $1 ORDER BY created_at, keyid",
        args![row.id],
    )?;
    keys.sort_by(|a, b| a.since.cmp(&b.since));
    let OriginRow { id, instance, name, label, vouched } = row;
    Ok(Origin { id, instance, name, label, vouched, keys })
}

/// An instance whose components come from a peer.
pub(super) fn origin(c: &mut Conn<'_>, peer: i64, instance: &str) -> Result<Option<Origin>, Error> {
    let row: Option<OriginRow> =
        c.first(&format!("{ORIGIN} WHERE peer_id = $1 AND instance = $2"), args![peer, instance])?;
    row.map(|row| with_keys(c, row)).transpose()
}

/// All of them.
pub(super) fn origins(c: &mut Conn<'_>, peer: i64) -> Result<Vec<Origin>, Error> {
    let rows: Vec<OriginRow> = c.all(&format!("{ORIGIN} WHERE peer_id = $1 ORDER BY id"), args![peer])?;
    rows.into_iter().map(|row| with_keys(c, row)).collect()
}

/// Those whose components those who pull from here get.
pub(super) fn passed_on(c: &mut Conn<'_>) -> Result<Vec<Origin>, Error> {
    let rows: Vec<OriginRow> = c.all(
        "SELECT o.id, o.instance, o.name, o.label, o.vouched FROM peer_origin o JOIN peer p ON p.id = o.peer_id
         WHERE p.reexport = 1 AND p.deleted_at IS NULL ORDER BY o.vouched, o.id LIMIT 1000",
        args![],
    )?;
    let mut seen = std::collections::BTreeSet::new();
    rows.into_iter().filter(|row| seen.insert(row.instance.clone())).map(|row| with_keys(c, row)).collect()
}

/// Whether a label is somebody's.
pub(super) fn label_taken(c: &mut Conn<'_>, label: &str) -> Result<bool, Error> {
    let found: Option<i64> = c.first("SELECT id FROM peer_origin WHERE label = $1", args![label])?;
    Ok(found.is_some())
}

/// A new origin.
pub(super) fn insert_origin(
    c: &mut Conn<'_>,
    peer: i64,
    instance: &str,
    (name, label): (&str, &str),
    vouched: bool,
) -> Result<i64, Error> {
    c.one(
        "INSERT INTO peer_origin (peer_id, instance, name, label, vouched) VALUES ($1, $2, $3, $4, $5) RETURNING id",
        args![peer, instance, name, label, vouched],
    )
}

/// What an origin calls itself now.
pub(super) fn rename_origin(c: &mut Conn<'_>, origin: i64, name: &str) -> Result<(), Error> {
    c.execute("UPDATE peer_origin SET name = $2 WHERE id = $1 AND name <> $2", args![origin, name]).map(|_| ())
}

/// Pins a key, or notes that it was retired.
pub(super) fn put_key(c: &mut Conn<'_>, origin: i64, key: &Key, now: Timestamp) -> Result<(), Error> {
    c.execute(
        "INSERT INTO peer_key (origin_id, keyid, public_key, since, created_at, retired_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (origin_id, keyid) DO UPDATE SET retired_at = COALESCE(peer_key.retired_at, excluded.retired_at)",
        args![origin, key.public.id().as_str(), key.public.as_bytes().as_slice(), &key.since, now, key.retired.then_some(now)],
    )
    .map(|_| ())
}

/// Forgets an origin's keys.
pub(super) fn drop_keys(c: &mut Conn<'_>, origin: i64) -> Result<(), Error> {
    c.execute("DELETE FROM peer_key WHERE origin_id = $1", args![origin]).map(|_| ())
}
