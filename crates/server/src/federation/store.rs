//! SQL of federation keys.

use std::sync::atomic::AtomicI64;

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, Value, args};
use atom_marketplace_protocol::federation::{FederatedComponent, FederationFilters, FederationKey};
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::token::{Secret, hash, visible_prefix};

use super::{NewKey, Owner, filters};
use crate::extract::FederationIdentity;
use crate::paging::Window;

/// The key with this hash, unless it is revoked or its tenant suspended.
pub(super) fn authenticate(c: &mut Conn<'_>, hash: &[u8; 32]) -> Result<Option<FederationIdentity>, Error> {
    let row: Option<(i64, String, Option<String>, bool)> = c.first(
        "SELECT k.id, k.uid, k.filters, k.accept_totals FROM federation_key k LEFT JOIN tenant t ON t.id = k.tenant_id
         WHERE k.hash = $1 AND k.revoked_at IS NULL AND COALESCE(t.suspended, 0) = 0",
        args![hash],
    )?;
    let Some((id, uid, filters, accept_totals)) = row else { return Ok(None) };
    let filters = filters_of(filters.as_deref())?;
    Ok(Some(FederationIdentity { id, uid, filters, accept_totals, used_at: AtomicI64::new(0) }))
}

/// Filters as they are stored.
fn filters_of(stored: Option<&str>) -> Result<FederationFilters, Error> {
    stored.map_or(Ok(FederationFilters::default()), |json| {
        serde_json::from_str(json).map_err(|error| Error::Other(format!("filters of a federation key: {error}")))
    })
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
            filters: filters_of(row.get::<Option<String>>("filters")?.as_deref())?,
            accept_totals: row.get("accept_totals")?,
            created_at: row.get::<Timestamp>("created_at")?.to_string(),
            last_used_at: row.get::<Option<Timestamp>>("last_used_at")?.map(|time| time.to_string()),
        };
        Ok(KeyRow { id: row.get("id")?, key })
    }
}

const SELECT: &str = "SELECT id, uid, name, prefix, source, last_source, filters, accept_totals, created_at, last_used_at FROM federation_key";

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
    let filters = serde_json::to_string(&new.filters).expect("filters are JSON");
    let filters = (!new.filters.is_empty()).then_some(filters);
    c.execute(
        "INSERT INTO federation_key (uid, tenant_id, hash, prefix, name, source, created_at, filters, accept_totals)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            uid,
            owner,
            hash(secret.expose()),
            visible_prefix(secret.expose()),
            &new.name,
            &new.source,
            now,
            filters,
            new.accept_totals
        ],
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

/// What peers may see of a kind: what everyone may see, but of what came from another instance only what is passed on.
const SERVED: &str = "c.kind = $1 AND c.listed = 1
    AND (c.origin IS NULL OR EXISTS (SELECT 1 FROM mirror x JOIN peer_origin o ON o.id = x.origin_id JOIN peer p ON p.id = o.peer_id
        WHERE x.component_id = c.id AND p.reexport = 1 AND p.deleted_at IS NULL))";

/// What a peer may see of a kind, in the order it came: new ones come last, so that a walk misses none.
pub(super) fn served(
    c: &mut Conn<'_>,
    kind: Kind,
    wanted: &FederationFilters,
    window: Window<i64>,
) -> Result<Vec<ServedRow>, Error> {
    let mut args = args![kind.code(), window.after.unwrap_or(0), window.limit(), window.offset()].to_vec();
    let condition = filters::condition(wanted, &mut args);
    c.all(
        &format!(
            "SELECT c.seq, c.kind, c.slug, p.slug AS publisher, c.name, c.version, c.digest, c.updated_at
             FROM component c JOIN tenant p ON p.id = c.tenant_id
             WHERE {SERVED} AND c.seq > $2{condition} ORDER BY c.seq LIMIT $3 OFFSET $4"
        ),
        &args,
    )
}

/// How many those are.
pub(super) fn count_served(c: &mut Conn<'_>, kind: Kind, wanted: &FederationFilters) -> Result<u64, Error> {
    let mut args = args![kind.code()].to_vec();
    let condition = filters::condition(wanted, &mut args);
    c.one(&format!("SELECT count(*) FROM component c WHERE {SERVED}{condition}"), &args)
}
