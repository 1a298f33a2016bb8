//! SQL of what came from other instances.

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, args};
use atom_marketplace_protocol::component::Status;
use atom_marketplace_protocol::error::Finding;
use atom_marketplace_protocol::ids::Kind;

use crate::catalog::checks;
use crate::catalog::mirror::Held;
use crate::catalog::model::word;
use crate::catalog::publish::Prepared;

impl FromRow for Held {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            version: row.get("version")?,
            digest: row.get("digest")?,
            status: word(row, "status")?,
            whole: row.get::<i64>("size")? > 0,
            approved: row.get::<Option<Timestamp>>("published_at")?.is_some(),
            yanked: row.get::<Option<Timestamp>>("yanked_at")?.is_some(),
            yank_reason: row.get("yank_reason")?,
        })
    }
}

/// A component's versions, but for those that were superseded.
pub(in crate::catalog) fn held(c: &mut Conn<'_>, component: i64) -> Result<Vec<Held>, Error> {
    c.all(
        "SELECT id, version, digest, status, size, published_at, yanked_at, yank_reason FROM component_version
         WHERE component_id = $1 AND visibility = 'public' AND status <> 'superseded' ORDER BY version_key, id",
        args![component],
    )
}

/// Where a component comes from.
pub(in crate::catalog) fn set_origin(c: &mut Conn<'_>, component: i64, origin: &str) -> Result<(), Error> {
    c.execute("UPDATE component SET origin = $2 WHERE id = $1", args![component, origin]).map(|_| ())
}

/// Where a version stands.
pub(in crate::catalog) fn set_status(c: &mut Conn<'_>, version: i64, status: Status) -> Result<(), Error> {
    c.execute("UPDATE component_version SET status = $2 WHERE id = $1", args![version, status.as_str()]).map(|_| ())
}

/// The fields of a version whose content has come.
pub(in crate::catalog) fn fill(
    c: &mut Conn<'_>,
    version: i64,
    prepared: &Prepared,
    findings: &[Finding],
) -> Result<(), Error> {
    for table in ["component_file", "component_dependency"] {
        c.execute(&format!("DELETE FROM {table} WHERE version_id = $1"), args![version])?;
    }
    c.execute(
        "UPDATE component_version SET manifest = $2, size = $3, findings = $4, risk = $5, release_notes = $6 WHERE id = $1",
        args![
            version,
            &prepared.manifest,
            prepared.size,
            serde_json::json!(findings).to_string(),
            checks::risk(findings),
            &prepared.release_notes
        ],
    )
    .map(|_| ())
}

/// The one component of that id among the tenants of an origin.
pub(in crate::catalog) fn sole_of_label(
    c: &mut Conn<'_>,
    kind: Kind,
    label: &str,
    id: &str,
) -> Result<Option<i64>, Error> {
    let mut found: Vec<i64> = c.all(
        "SELECT k.id FROM component k JOIN tenant t ON t.id = k.tenant_id
         WHERE k.kind = $1 AND k.slug = $2 AND k.listed = 1 AND t.slug LIKE $3 ORDER BY k.seq LIMIT 2",
        args![kind.code(), id, format!("%@{label}")],
    )?;
    Ok(if found.len() == 1 { found.pop() } else { None })
}

/// Calls the publishers of what a version needs what they are called here.
pub(in crate::catalog) fn name_targets(c: &mut Conn<'_>, version: i64, label: &str) -> Result<(), Error> {
    c.execute(
        "UPDATE component_dependency SET target_tenant = target_tenant || '@' || $2
         WHERE version_id = $1 AND target_tenant IS NOT NULL AND target_tenant NOT LIKE '%@%'",
        args![version, label],
    )
    .map(|_| ())
}

/// Points what was waiting for a component at it.
pub(in crate::catalog) fn settle(
    c: &mut Conn<'_>,
    component: i64,
    (kind, tenant, tenant_key, id): (Kind, &str, i64, &str),
    label: &str,
) -> Result<(), Error> {
    const WAITING: &str = "UPDATE component_dependency SET target_id = $1
         WHERE target_id IS NULL AND target_kind = $2 AND target_slug = $3";
    c.execute(&format!("{WAITING} AND target_tenant = $4"), args![component, kind.code(), id, tenant])?;
    // Its own publisher's first, then whoever else of the origin has named nobody.
    c.execute(
        &format!(
            "{WAITING} AND target_tenant IS NULL AND component_id IN (SELECT k.id FROM component k WHERE k.tenant_id = $4)"
        ),
        args![component, kind.code(), id, tenant_key],
    )?;
    c.execute(
        &format!(
            "{WAITING} AND target_tenant IS NULL AND component_id IN
                 (SELECT k.id FROM component k JOIN tenant t ON t.id = k.tenant_id WHERE t.slug LIKE $4)"
        ),
        args![component, kind.code(), id, format!("%@{label}")],
    )?;
    Ok(())
}
