//! SQL of usage: counts over other features' tables, and what instances said last.

use atom_marketplace_db::{Conn, Error, Timestamp, args};
use atom_marketplace_protocol::ids::Kind;

use crate::extract::TenantScope;
use crate::statistics::Amounts;

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

/// An instance that reports, by its name; a new one only while the tenant has fewer than `most`.
pub(super) fn instance(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    name: &str,
    most: u64,
    now: Timestamp,
) -> Result<Option<i64>, Error> {
    let known: Option<i64> = c.first(
        "UPDATE usage_instance SET reported_at = $3 WHERE tenant_id = $1 AND name = $2 RETURNING id",
        args![scope.id(), name, now],
    )?;
    if known.is_some() {
        return Ok(known);
    }
    let there: u64 = c.one("SELECT count(*) FROM usage_instance WHERE tenant_id = $1", args![scope.id()])?;
    if there >= most {
        return Ok(None);
    }
    c.one(
        "INSERT INTO usage_instance (tenant_id, name, reported_at) VALUES ($1, $2, $3) RETURNING id",
        args![scope.id(), name, now],
    )
    .map(Some)
}

/// What an instance said last of a component.
pub(super) fn said(c: &mut Conn<'_>, instance: i64, component: i64) -> Result<Option<Amounts>, Error> {
    let said = c.first::<(i64, i64, i64)>(
        "SELECT executions, successes, duration_ms FROM usage_report WHERE instance_id = $1 AND component_id = $2",
        args![instance, component],
    )?;
    Ok(said.map(|(executions, successes, duration_ms)| Amounts {
        executions,
        successes,
        duration_ms,
        ..Amounts::default()
    }))
}

/// Notes what an instance says of a component.
pub(super) fn put_said(c: &mut Conn<'_>, instance: i64, component: i64, said: Amounts) -> Result<(), Error> {
    c.execute(
        "INSERT INTO usage_report (instance_id, component_id, executions, successes, duration_ms) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (instance_id, component_id) DO UPDATE
         SET executions = excluded.executions, successes = excluded.successes, duration_ms = excluded.duration_ms",
        args![instance, component, said.executions, said.successes, said.duration_ms],
    )
    .map(|_| ())
}
