//! SQL of the names components had, and of what was taken down.

use atom_marketplace_db::{Conn, Error, Timestamp, Value, args};
use atom_marketplace_protocol::ids::Kind;

use super::write::EMPTY;
use crate::catalog::checks;

/// The component that has a name, or had it, whatever became of it.
pub(in crate::catalog) fn holder(c: &mut Conn<'_>, kind: Kind, tenant: i64, slug: &str) -> Result<Option<i64>, Error> {
    c.first(
        "SELECT id FROM component WHERE kind = $1 AND tenant_id = $2 AND slug = $3
         UNION ALL
         SELECT component_id FROM component_alias WHERE kind = $1 AND tenant_id = $2 AND slug = $3",
        args![kind.code(), tenant, slug],
    )
}

/// The component that had a name of the tenant's and has another one now.
pub(in crate::catalog) fn moved(c: &mut Conn<'_>, kind: Kind, tenant: i64, slug: &str) -> Result<Option<i64>, Error> {
    c.first(
        "SELECT component_id FROM component_alias WHERE kind = $1 AND tenant_id = $2 AND slug = $3",
        args![kind.code(), tenant, slug],
    )
}

/// Gives a component another name, and keeps the one it has for it.
pub(in crate::catalog) fn rename(
    c: &mut Conn<'_>,
    component: i64,
    tenant: i64,
    slug: &str,
    now: Timestamp,
) -> Result<(), Error> {
    // What versions were published as is part of their digests and of their bundles' bytes, which never change.
    c.execute(
        "UPDATE component_version SET
             published_tenant = (SELECT n.slug FROM component x JOIN tenant n ON n.id = x.tenant_id WHERE x.id = $1),
             published_slug = (SELECT x.slug FROM component x WHERE x.id = $1)
         WHERE component_id = $1 AND published_slug IS NULL",
        args![component],
    )?;
    // So is whose dependency was meant that could not be found then.
    c.execute(
        "UPDATE component_dependency SET target_tenant =
             (SELECT n.slug FROM component x JOIN tenant n ON n.id = x.tenant_id WHERE x.id = $1)
         WHERE component_id = $1 AND target_id IS NULL AND target_tenant IS NULL",
        args![component],
    )?;
    // One of its own old names: it is the present one again.
    c.execute(
        "DELETE FROM component_alias WHERE component_id = $1 AND tenant_id = $2 AND slug = $3",
        args![component, tenant, slug],
    )?;
    c.execute(
        "INSERT INTO component_alias (kind, tenant_id, slug, component_id, created_at)
         SELECT kind, tenant_id, slug, id, $2 FROM component WHERE id = $1",
        args![component, now],
    )?;
    let (id_key, id_key_back) = checks::catalog::id_keys(slug);
    c.execute(
        "UPDATE component SET tenant_id = $2, slug = $3, id_key = $5, id_key_back = $6, updated_at = $4, revision = revision + 1 WHERE id = $1",
        args![component, tenant, slug, now, id_key, id_key_back],
    )?;
    // A publisher is not among those it shares with.
    c.execute("DELETE FROM component_share WHERE component_id = $1 AND tenant_id = $2", args![component, tenant])?;
    Ok(())
}

/// The tenants that have a component installed.
pub(in crate::catalog) fn installers(c: &mut Conn<'_>, component: i64) -> Result<Vec<i64>, Error> {
    c.all(
        "SELECT tenant_id FROM installation WHERE component_id = $1 AND removed_at IS NULL ORDER BY tenant_id",
        args![component],
    )
}

/// Bytes that a component's versions take.
pub(in crate::catalog) fn size(c: &mut Conn<'_>, component: i64) -> Result<i64, Error> {
    c.one(
        "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM component_version WHERE component_id = $1",
        args![component],
    )
}

/// Drops the content of every version of a component, installed or not, and all that its row shows of it.
pub(in crate::catalog) fn drop_everything(c: &mut Conn<'_>, component: i64) -> Result<(), Error> {
    for table in ["component_file", "component_dependency"] {
        c.execute(
            &format!(
                "DELETE FROM {table} WHERE version_id IN (SELECT id FROM component_version WHERE component_id = $1)"
            ),
            args![component],
        )?;
    }
    c.execute(
        "UPDATE component_version SET size = 0, release_notes = NULL, manifest = $2, status = CASE status
             WHEN 'published' THEN 'withdrawn' WHEN 'quarantined' THEN 'withdrawn' WHEN 'pending_review' THEN 'superseded' ELSE status END
         WHERE component_id = $1",
        args![component, EMPTY],
    )?;
    c.execute(
        "UPDATE component SET summary = $2, name = slug, name_key = slug, category = NULL, deprecated = NULL WHERE id = $1",
        args![component, EMPTY],
    )?;
    Ok(())
}

/// Notes that a component was taken down.
pub(in crate::catalog) fn insert_takedown(
    c: &mut Conn<'_>,
    component: i64,
    reason: &str,
    actor: &str,
    now: Timestamp,
) -> Result<(), Error> {
    c.execute(
        "INSERT INTO component_takedown (component_id, reason, actor, created_at) VALUES ($1, $2, $3, $4)",
        args![component, reason, actor, now],
    )?;
    Ok(())
}

/// Why a component was taken down, if it was.
pub(in crate::catalog) fn takedown(c: &mut Conn<'_>, component: i64) -> Result<Option<String>, Error> {
    c.first("SELECT reason FROM component_takedown WHERE component_id = $1", args![component])
}

/// Of these ids of a kind, those that may mean more than one component to a tenant, or to nobody in particular (0).
pub(in crate::catalog) fn contested(
    c: &mut Conn<'_>,
    kind: Kind,
    tenant: i64,
    ids: &[String],
) -> Result<Vec<String>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Value> = vec![Value::from(kind.code()), Value::from(tenant)];
    values.extend(ids.iter().map(|id| Value::from(id.as_str())));
    let places: Vec<String> = (3..=values.len()).map(|n| format!("${n}")).collect();
    let named = places.join(", ");
    c.all(
        &format!(
            "SELECT slug FROM (
                 SELECT x.slug, x.seq AS id FROM component x WHERE x.kind = $1 AND x.listed = 1 AND x.slug IN ({named})
                 UNION ALL SELECT a.slug, a.component_id FROM component_alias a JOIN component x ON x.id = a.component_id
                     WHERE a.kind = $1 AND a.slug IN ({named}) AND x.listed = 1
                 UNION ALL SELECT x.slug, x.seq FROM component x
                     WHERE x.kind = $1 AND x.tenant_id = $2 AND x.slug IN ({named}) AND x.status <> 'withdrawn'
                 UNION ALL SELECT a.slug, a.component_id FROM component_alias a
                     WHERE a.kind = $1 AND a.tenant_id = $2 AND a.slug IN ({named})
                 UNION ALL SELECT x.slug, x.seq FROM component_share s JOIN component x ON x.id = s.component_id
                     WHERE s.tenant_id = $2 AND x.kind = $1 AND x.slug IN ({named})
                 UNION ALL SELECT x.slug, x.seq FROM installation i JOIN component x ON x.id = i.component_id
                     WHERE i.tenant_id = $2 AND i.kind = $1 AND i.removed_at IS NULL AND x.slug IN ({named})
                 UNION ALL SELECT a.slug, a.component_id FROM component_alias a
                     WHERE a.kind = $1 AND a.slug IN ({named})
                       AND (EXISTS (SELECT 1 FROM component_share s WHERE s.tenant_id = $2 AND s.component_id = a.component_id)
                         OR EXISTS (SELECT 1 FROM installation i WHERE i.tenant_id = $2 AND i.component_id = a.component_id AND i.removed_at IS NULL))
             ) AS meant GROUP BY slug HAVING min(id) <> max(id)"
        ),
        &values,
    )
}

/// Tenants to whom an id may mean another component, which is not listed: its publisher, those it is shared with, and those
/// that have it installed. At most `limit`.
pub(in crate::catalog) fn hidden_rivals(
    c: &mut Conn<'_>,
    kind: Kind,
    id: &str,
    component: i64,
    limit: usize,
) -> Result<Vec<i64>, Error> {
    const HIDDEN: &str = "x.kind = $1 AND x.slug = $2 AND x.listed = 0 AND x.id <> $3";
    c.all(
        &format!(
            "SELECT x.tenant_id FROM component x WHERE {HIDDEN} AND x.status <> 'withdrawn'
             UNION SELECT a.tenant_id FROM component_alias a WHERE a.kind = $1 AND a.slug = $2 AND a.component_id <> $3
             UNION SELECT s.tenant_id FROM component x JOIN component_share s ON s.component_id = x.id WHERE {HIDDEN}
             UNION SELECT i.tenant_id FROM component x JOIN installation i ON i.component_id = x.id
                 WHERE {HIDDEN} AND i.removed_at IS NULL
             LIMIT $4"
        ),
        args![kind.code(), id, component, limit as i64],
    )
}
