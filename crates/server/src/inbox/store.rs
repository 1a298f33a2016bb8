//! SQL of how far inboxes were read.

use atom_marketplace_db::{Conn, Error, args};

use crate::extract::TenantScope;

/// The position of the last event that the caller read; 0 for none.
pub(super) fn read_up_to(c: &mut Conn<'_>, scope: &TenantScope) -> Result<i64, Error> {
    let sql = "SELECT position FROM inbox_read WHERE tenant_id = $1 AND account_id = $2";
    Ok(c.first(sql, args![scope.id(), scope.account().unwrap_or(0)])?.unwrap_or(0))
}

/// Notes that the caller has read up to there.
pub(super) fn set_read(c: &mut Conn<'_>, scope: &TenantScope, position: i64) -> Result<(), Error> {
    c.execute(
        "INSERT INTO inbox_read (tenant_id, account_id, position) VALUES ($1, $2, $3)
         ON CONFLICT (tenant_id, account_id) DO UPDATE SET position = excluded.position",
        args![scope.id(), scope.account().unwrap_or(0), position],
    )
    .map(|_| ())
}
