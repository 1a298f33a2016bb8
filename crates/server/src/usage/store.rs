//! SQL of usage: counts over other features' tables, read only.

use atom_marketplace_db::{Conn, Error, Timestamp, args};
use atom_marketplace_protocol::ids::Kind;

use crate::extract::TenantScope;

/// What is installed, in the order of [`Kind::ALL`].
pub(super) fn installed(c: &mut Conn<'_>, scope: &TenantScope) -> Result<[u64; 4], Error> {
    let sql = "SELECT kind, count(*) FROM installation WHERE tenant_id = $1 AND removed_at IS NULL GROUP BY kind";
    let mut counts = [0; 4];
    for (kind, count) in c.all::<(i64, u64)>(sql, args![scope.id()])? {
        if let Some(kind) = Kind::from_code(kind) {
            counts[kind as usize] = count;
        }
    }
    Ok(counts)
}

/// Bytes it keeps here.
pub(super) fn storage_used(c: &mut Conn<'_>, scope: &TenantScope) -> Result<u64, Error> {
    let used: i64 = c.one("SELECT storage_used FROM tenant WHERE id = $1", args![scope.id()])?;
    Ok(used.max(0) as u64)
}

/// Its components that are served.
pub(super) fn published(c: &mut Conn<'_>, scope: &TenantScope) -> Result<u64, Error> {
    c.one("SELECT count(*) FROM component WHERE tenant_id = $1 AND status = 'published'", args![scope.id()])
}

/// Its tokens that open something.
pub(super) fn tokens(c: &mut Conn<'_>, scope: &TenantScope, now: Timestamp) -> Result<u64, Error> {
    c.one(
        "SELECT count(*) FROM api_token WHERE tenant_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
        args![scope.id(), now],
    )
}
