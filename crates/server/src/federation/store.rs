//! SQL of federation keys.

use std::sync::atomic::AtomicI64;

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, Value, args};
use atom_marketplace_protocol::federation::{FederatedComponent, FederationKey};
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::token::{Secret, hash, visible_prefix};

use super::{NewKey, Owner};
use crate::extract::FederationIdentity;
use crate::paging::Window;

/// The key with this hash, unless it is revoked or its tenant suspended.
pub(super) fn authenticate(c: &mut Conn<'_>, hash: &[u8; 32]) -> Result<Option<FederationIdentity>, Error> {
    let row: Option<(i64, String)> = c.first(
        "SELECT k.id, k.uid FROM federation_key k LEFT JOIN tenant t ON t.id = k.tenant_id
         WHERE k.hash = $1 AND k.revoked_at IS NULL AND COALESCE(t.suspended, 0) = 0",
        args![hash],
    )?;
    Ok(row.map(|(id, uid)| FederationIdentity { id, uid, used_at: AtomicI64::new(0) }))
}

/// A key as lists show it.
pub(super) struct KeyRow {
    pub(super) id: i64,
    pub(super) key: FederationKey,
}

impl FromRow for KeyRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let key = FederationKey {
            id: row.get("uid")?,
            name: row.get("name")?,
            prefix: row.get("prefix")?,
            source: row.get("source")?,
            last_source: row.get("last_source")?,
            created_at: row.get::<Timestamp>("created_at")?.to_string(),
            last_used_at: row.get::<Option<Timestamp>>("last_used_at")?.map(|time| time.to_string()),
        };
        Ok(KeyRow { id: row.get("id")?, key })
    }
}

const SELECT: &str = "SELECT id, uid, name, prefix, source, last_source, created_at, last_used_at FROM federation_key";

/// Whose keys, as a condition on `$1`: a tenant's, or those of none.
fn owned(owner: Owner) -> (&'static str, Value) {
    match owner {
        Some(tenant) => ("tenant_id = $1 AND revoked_at IS NULL", Value::from(tenant)),
        None => ("tenant_id IS NULL AND revoked_at IS NULL AND 0 = $1", Value::from(0_i64)),
    }
}

pub(super) fn find(c: &mut Conn<'_>, owner: Owner, uid: &str) -> Result<Option<KeyRow>, Error> {
    let (condition, owner) = owned(owner);
    c.first(&format!("{SELECT} WHERE {condition} AND uid = $2"), args![owner, uid])
}

pub(super) fn list(c: &mut Conn<'_>, owner: Owner, window: Window<i64>) -> Result<Vec<KeyRow>, Error> {
    let (condition, owner) = owned(owner);
    let sql = format!("{SELECT} WHERE {condition} AND id > $2 ORDER BY id LIMIT $3 OFFSET $4");
    c.all(&sql, args![owner, window.after.unwrap_or(0), window.limit(), window.offset()])
}

pub(super) fn count(c: &mut Conn<'_>, owner: Owner) -> Result<u64, Error> {
    let (condition, owner) = owned(owner);
    c.one(&format!("SELECT count(*) FROM federation_key WHERE {condition}"), args![owner])
}

pub(super) fn insert(
    c: &mut Conn<'_>,
    uid: &str,
    owner: Owner,
    new: &NewKey,
    secret: &Secret,
    now: Timestamp,
) -> Result<(), Error> {
    c.execute(
        "INSERT INTO federation_key (uid, tenant_id, hash, prefix, name, source, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![uid, owner, hash(secret.expose()), visible_prefix(secret.expose()), &new.name, &new.source, now],
    )
    .map(|_| ())
}

/// Ends a key; its row stays, for the record.
pub(super) fn revoke(c: &mut Conn<'_>, id: i64, now: Timestamp) -> Result<(), Error> {
    c.execute("UPDATE federation_key SET revoked_at = $2 WHERE id = $1", args![id, now]).map(|_| ())
}

/// A component as peers see it, with its place in the list.
pub(super) struct ServedRow {
    pub(super) seq: i64,
    pub(super) component: FederatedComponent,
}

impl FromRow for ServedRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let kind: i64 = row.get("kind")?;
        let component = FederatedComponent {
            id: row.get("slug")?,
            component_type: Kind::from_code(kind).ok_or_else(|| Error::Other(format!("{kind} is no kind")))?,
            source_tenant_id: row.get("publisher")?,
            name: row.get("name")?,
            version: row.get("version")?,
            digest: row.get("digest")?,
            updated_at: row.get::<Timestamp>("updated_at")?.to_string(),
        };
        Ok(ServedRow { seq: row.get("seq")?, component })
    }
}

/// What everyone may see of a kind, in the order it came: new ones come last, so that a walk misses none.
pub(super) fn served(c: &mut Conn<'_>, kind: Kind, window: Window<i64>) -> Result<Vec<ServedRow>, Error> {
    c.all(
        "SELECT c.seq, c.kind, c.slug, p.slug AS publisher, c.name, c.version, c.digest, c.updated_at
         FROM component c JOIN tenant p ON p.id = c.tenant_id
         WHERE c.kind = $1 AND c.listed = 1 AND c.seq > $2 ORDER BY c.seq LIMIT $3 OFFSET $4",
        args![kind.code(), window.after.unwrap_or(0), window.limit(), window.offset()],
    )
}

/// How many those are.
pub(super) fn count_served(c: &mut Conn<'_>, kind: Kind) -> Result<u64, Error> {
    c.one("SELECT count(*) FROM component WHERE kind = $1 AND listed = 1", args![kind.code()])
}
