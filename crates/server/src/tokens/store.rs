//! SQL of tokens and federation keys.

use std::sync::atomic::AtomicI64;

use atom_marketplace_db::{Conn, Error, FromRow, Timestamp, args};
use atom_marketplace_protocol::scope::ScopeSet;
use atom_marketplace_protocol::token::{Secret, hash, visible_prefix};

use super::NewToken;
use crate::extract::{FederationIdentity, TokenIdentity};
use crate::tenants::{TENANT_COLUMNS, Tenant};

/// The token with this hash, unless it is revoked.
pub(super) fn find_token(c: &mut Conn<'_>, hash: &[u8; 32]) -> Result<Option<TokenIdentity>, Error> {
    let sql = format!(
        "SELECT k.id, k.uid, k.scopes, k.component_patterns, k.expires_at, a.uid AS account_uid, {TENANT_COLUMNS}
         FROM api_token k JOIN tenant t ON t.id = k.tenant_id LEFT JOIN account a ON a.id = k.account_id
         WHERE k.hash = $1 AND k.revoked_at IS NULL"
    );
    c.first(&sql, args![hash])
}

impl FromRow for TokenIdentity {
    fn from_row(row: &atom_marketplace_db::Row<'_>) -> Result<Self, Error> {
        let patterns: Option<String> = row.get("component_patterns")?;
        Ok(TokenIdentity {
            id: row.get("id")?,
            uid: row.get("uid")?,
            tenant: Tenant::from_row(row)?,
            scopes: row.get::<String>("scopes")?.parse().unwrap_or(ScopeSet::default()),
            patterns: patterns.and_then(|json| serde_json::from_str(&json).ok()),
            account: row.get("account_uid")?,
            expires_at: row.get("expires_at")?,
            used_at: AtomicI64::new(0),
        })
    }
}

/// The federation key with this hash, unless it is revoked.
pub(super) fn find_federation_key(c: &mut Conn<'_>, hash: &[u8; 32]) -> Result<Option<FederationIdentity>, Error> {
    let row: Option<(i64, String)> =
        c.first("SELECT id, uid FROM federation_key WHERE hash = $1 AND revoked_at IS NULL", args![hash])?;
    Ok(row.map(|(id, uid)| FederationIdentity { id, uid, used_at: AtomicI64::new(0) }))
}

/// Stores a token as its hash.
pub(super) fn insert_token(
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
