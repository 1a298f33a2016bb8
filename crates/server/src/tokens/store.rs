//! SQL of API tokens.

use std::sync::atomic::AtomicI64;

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, args};
use atom_marketplace_protocol::api_token::ApiToken;
use atom_marketplace_protocol::scope::{Role, ScopeSet};
use atom_marketplace_protocol::token::{Secret, hash, visible_prefix};

use super::NewToken;
use crate::extract::{Maker, TenantScope, TokenIdentity};
use crate::paging::Window;
use crate::tenants::{TENANT_COLUMNS, Tenant};

/// The token with this hash, unless it is revoked, or its maker is no longer a member.
pub(super) fn authenticate(c: &mut Conn<'_>, hash: &[u8; 32]) -> Result<Option<TokenIdentity>, Error> {
    let sql = format!(
        "SELECT k.id, k.uid, k.scopes, k.component_patterns, k.expires_at, k.account_id, a.uid AS account_uid, m.role, {TENANT_COLUMNS}
         FROM api_token k JOIN tenant t ON t.id = k.tenant_id LEFT JOIN account a ON a.id = k.account_id
         LEFT JOIN member m ON m.tenant_id = k.tenant_id AND m.account_id = k.account_id
         WHERE k.hash = $1 AND k.revoked_at IS NULL AND (k.account_id IS NULL OR m.role IS NOT NULL)"
    );
    c.first(&sql, args![hash])
}

impl FromRow for TokenIdentity {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let maker = match row.get::<Option<i64>>("account_id")? {
            None => None,
            Some(account) => Some(Maker { account, uid: row.get("account_uid")?, role: role(row)? }),
        };
        let scopes = scopes(row)?;
        Ok(TokenIdentity {
            id: row.get("id")?,
            uid: row.get("uid")?,
            tenant: Tenant::from_row(row)?,
            scopes: maker.as_ref().map_or(scopes, |maker| scopes.intersect(maker.role.scopes())),
            patterns: patterns(row)?,
            maker,
            expires_at: row.get("expires_at")?,
            used_at: AtomicI64::new(0),
        })
    }
}

/// What cannot be read is refused, not guessed: a token must never be able to do more than was written.
fn scopes(row: &Row<'_>) -> Result<ScopeSet, Error> {
    row.get::<String>("scopes")?.parse().map_err(Error::Other)
}

fn role(row: &Row<'_>) -> Result<Role, Error> {
    row.get::<String>("role")?.parse().map_err(Error::Other)
}

fn patterns(row: &Row<'_>) -> Result<Option<Vec<String>>, Error> {
    let json: Option<String> = row.get("component_patterns")?;
    json.map(|json| serde_json::from_str(&json)).transpose().map_err(|error| Error::Other(error.to_string()))
}

/// A token as lists show it.
pub(super) struct TokenRow {
    pub(super) key: i64,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) token: ApiToken,
}

impl FromRow for TokenRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let expires_at: Option<Timestamp> = row.get("expires_at")?;
        let token = ApiToken {
            id: row.get("uid")?,
            name: row.get("name")?,
            tenant_id: row.get("slug")?,
            prefix: row.get("prefix")?,
            scopes: scopes(row)?,
            component_patterns: patterns(row)?,
            created_by: row.get("account_uid")?,
            created_at: row.get::<Timestamp>("created_at")?.to_string(),
            expires_at: expires_at.map(|time| time.to_string()),
            last_used_at: row.get::<Option<Timestamp>>("last_used_at")?.map(|time| time.to_string()),
        };
        Ok(TokenRow { key: row.get("id")?, expires_at, token })
    }
}

const SELECT: &str = "SELECT k.id, k.uid, k.name, k.prefix, k.scopes, k.component_patterns, k.created_at, k.expires_at, k.last_used_at, \
     t.slug, a.uid AS account_uid FROM api_token k JOIN tenant t ON t.id = k.tenant_id LEFT JOIN account a ON a.id = k.account_id";

/// One token of the tenant that is not revoked.
pub(super) fn find(c: &mut Conn<'_>, scope: &TenantScope, uid: &str) -> Result<Option<TokenRow>, Error> {
    let sql = format!("{SELECT} WHERE k.uid = $1 AND k.tenant_id = $2 AND k.revoked_at IS NULL");
    c.first(&sql, args![uid, scope.id()])
}

/// The key of a token of any tenant that is not revoked.
pub(super) fn key_of(c: &mut Conn<'_>, uid: &str) -> Result<Option<(i64, i64)>, Error> {
    c.first("SELECT id, tenant_id FROM api_token WHERE uid = $1 AND revoked_at IS NULL", args![uid])
}

/// A token of any tenant, known by its secret.
pub(super) struct Found {
    pub(super) key: i64,
    pub(super) uid: String,
    pub(super) tenant: i64,
    pub(super) expires_at: Option<Timestamp>,
}

impl FromRow for Found {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            key: row.get("id")?,
            uid: row.get("uid")?,
            tenant: row.get("tenant_id")?,
            expires_at: row.get("expires_at")?,
        })
    }
}

/// The token with this hash, unless it is revoked.
pub(super) fn find_by_hash(c: &mut Conn<'_>, hash: &[u8; 32]) -> Result<Option<Found>, Error> {
    let sql = "SELECT id, uid, tenant_id, expires_at FROM api_token WHERE hash = $1 AND revoked_at IS NULL";
    c.first(sql, args![hash])
}

/// The tenant's tokens that are not revoked.
pub(super) fn list(c: &mut Conn<'_>, scope: &TenantScope, window: Window<i64>) -> Result<Vec<TokenRow>, Error> {
    let sql = format!(
        "{SELECT} WHERE k.tenant_id = $1 AND k.id > $2 AND k.revoked_at IS NULL ORDER BY k.id LIMIT $3 OFFSET $4"
    );
    c.all(&sql, args![scope.id(), window.after.unwrap_or(0), window.limit(), window.offset()])
}

/// How many those are.
pub(super) fn count(c: &mut Conn<'_>, scope: &TenantScope) -> Result<u64, Error> {
    c.one("SELECT count(*) FROM api_token WHERE tenant_id = $1 AND revoked_at IS NULL", args![scope.id()])
}

/// Stores a token as its hash.
pub(super) fn insert(
    c: &mut Conn<'_>,
    uid: &str,
    new: &NewToken,
    secret: &Secret,
    now: Timestamp,
) -> Result<(), Error> {
    let patterns = new.patterns.as_ref().map(|patterns| serde_json::json!(patterns).to_string());
    c.execute(
        "INSERT INTO api_token (uid, tenant_id, account_id, hash, prefix, name, scopes, component_patterns, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            uid,
            new.tenant,
            new.account,
            hash(secret.expose()),
            visible_prefix(secret.expose()),
            &new.name,
            new.scopes.to_string(),
            patterns,
            now,
            new.expires_at
        ],
    )
    .map(|_| ())
}

/// Puts another secret in the place of the old one.
pub(super) fn replace_secret(c: &mut Conn<'_>, key: i64, secret: &Secret) -> Result<(), Error> {
    c.execute(
        "UPDATE api_token SET hash = $2, prefix = $3 WHERE id = $1",
        args![key, hash(secret.expose()), visible_prefix(secret.expose())],
    )
    .map(|_| ())
}

/// Ends a token; its row stays, for the record.
pub(super) fn revoke(c: &mut Conn<'_>, key: i64, now: Timestamp) -> Result<(), Error> {
    c.execute("UPDATE api_token SET revoked_at = $2 WHERE id = $1", args![key, now]).map(|_| ())
}

/// Notes a use, unless a later one is known.
pub(super) fn note_token_use(c: &mut Conn<'_>, key: i64, at: Timestamp) -> Result<(), Error> {
    c.execute(
        "UPDATE api_token SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)",
        args![key, at],
    )
    .map(|_| ())
}

/// The same for a federation key, with what the peer called itself.
pub(super) fn note_federation_key_use(
    c: &mut Conn<'_>,
    key: i64,
    at: Timestamp,
    source: Option<&str>,
) -> Result<(), Error> {
    c.execute(
        "UPDATE federation_key SET last_used_at = $2, last_source = COALESCE($3, last_source)
         WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)",
        args![key, at, source],
    )
    .map(|_| ())
}

/// The same for a browser's session.
pub(super) fn note_session_use(c: &mut Conn<'_>, key: i64, at: Timestamp) -> Result<(), Error> {
    c.execute("UPDATE account_session SET used_at = $2 WHERE id = $1 AND used_at < $2", args![key, at]).map(|_| ())
}
