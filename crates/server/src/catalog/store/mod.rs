//! SQL of components that every verb of the catalog starts from. Writing versions, lists and search have their own stores.

pub(in crate::catalog) mod changes;
pub(in crate::catalog) mod checks;
pub(in crate::catalog) mod counters;
pub(in crate::catalog) mod index;
pub(in crate::catalog) mod list;
pub(in crate::catalog) mod mirror;
pub(in crate::catalog) mod search;

use atom_marketplace_db::{Conn, Error, args};
use atom_marketplace_protocol::ids::Kind;

pub(in crate::catalog) mod names;
pub(in crate::catalog) mod recheck;
pub(in crate::catalog) mod review;
pub(in crate::catalog) mod signatures;
pub(in crate::catalog) mod versions;
pub(in crate::catalog) mod write;

use super::model::{COMPONENT_COLUMNS, COMPONENT_TABLES, ComponentRow, VERSION_COLUMNS, VersionNumber, VersionRow};

pub(in crate::catalog) fn select(rest: &str) -> String {
    format!("SELECT {COMPONENT_COLUMNS} FROM {COMPONENT_TABLES} {rest}")
}

/// By key.
pub(in crate::catalog) fn component_by_key(c: &mut Conn<'_>, id: i64) -> Result<ComponentRow, Error> {
    c.one(&select("WHERE c.id = $1"), args![id])
}

/// By its full name, the one it has or one it had, whoever may see it.
pub(in crate::catalog) fn by_name(
    c: &mut Conn<'_>,
    kind: Kind,
    tenant: &str,
    id: &str,
) -> Result<Option<ComponentRow>, Error> {
    c.first(
        &select(
            "WHERE c.id = COALESCE(
                 (SELECT x.id FROM component x JOIN tenant n ON n.id = x.tenant_id WHERE x.kind = $1 AND n.slug = $2 AND x.slug = $3),
                 (SELECT a.component_id FROM component_alias a JOIN tenant n ON n.id = a.tenant_id
                  WHERE a.kind = $1 AND n.slug = $2 AND a.slug = $3))",
        ),
        args![kind.code(), tenant, id],
    )
}

/// What the id means among the tenant's own, unless withdrawn: its own component of that id, or the one that had it and has
/// another name now, whosever it is.
pub(in crate::catalog) fn own(
    c: &mut Conn<'_>,
    kind: Kind,
    tenant: i64,
    id: &str,
) -> Result<Option<ComponentRow>, Error> {
    c.first(
        &select(
            "WHERE c.id = COALESCE(
                 (SELECT x.id FROM component x WHERE x.kind = $1 AND x.tenant_id = $2 AND x.slug = $3),
                 (SELECT a.component_id FROM component_alias a WHERE a.kind = $1 AND a.tenant_id = $2 AND a.slug = $3))
               AND c.status <> 'withdrawn'",
        ),
        args![kind.code(), tenant, id],
    )
}

/// Whether the component `c` has the id `$3`, or had it.
const NAMED: &str =
    "(c.slug = $3 OR EXISTS (SELECT 1 FROM component_alias a WHERE a.component_id = c.id AND a.slug = $3))";

/// What the tenant has installed under that id and may still see.
pub(in crate::catalog) fn installed_under(
    c: &mut Conn<'_>,
    kind: Kind,
    tenant: i64,
    id: &str,
    limit: usize,
) -> Result<Vec<ComponentRow>, Error> {
    c.all(
        &select(&format!(
            "JOIN installation i ON i.component_id = c.id
             WHERE i.tenant_id = $1 AND i.kind = $2 AND i.removed_at IS NULL AND {NAMED}
               AND (c.listed = 1 OR EXISTS (SELECT 1 FROM component_share s WHERE s.tenant_id = $1 AND s.component_id = c.id))
             ORDER BY i.id LIMIT $4"
        )),
        args![tenant, kind.code(), id, limit as i64],
    )
}

/// What everyone may see under that id: local, or federated. What had the id counts as well, or a newcomer could take over
/// what the id has always meant.
pub(in crate::catalog) fn listed_under(
    c: &mut Conn<'_>,
    kind: Kind,
    id: &str,
    federated: bool,
    limit: usize,
) -> Result<Vec<ComponentRow>, Error> {
    let origin = if federated { "IS NOT NULL" } else { "IS NULL" };
    c.all(
        &select(&format!(
            "WHERE c.id IN (
                 SELECT id FROM (SELECT x.id FROM component x
                     WHERE x.kind = $1 AND x.slug = $2 AND x.listed = 1 AND x.origin {origin} ORDER BY x.seq LIMIT $3) AS has
                 UNION
                 SELECT component_id FROM (SELECT a.component_id FROM component_alias a JOIN component x ON x.id = a.component_id
                     WHERE a.kind = $1 AND a.slug = $2 AND x.listed = 1 AND x.origin {origin} ORDER BY a.component_id LIMIT $3) AS had)
             ORDER BY c.seq LIMIT $3"
        )),
        args![kind.code(), id, limit as i64],
    )
}

/// Private ones that are shared with the tenant.
pub(in crate::catalog) fn shared_under(
    c: &mut Conn<'_>,
    kind: Kind,
    tenant: i64,
    id: &str,
    limit: usize,
) -> Result<Vec<ComponentRow>, Error> {
    c.all(
        &select(&format!(
            "JOIN component_share s ON s.component_id = c.id
             WHERE s.tenant_id = $1 AND c.kind = $2 AND {NAMED} AND c.listed = 0
               AND c.visibility = 'private' AND c.status = 'published'
             ORDER BY c.seq LIMIT $4"
        )),
        args![tenant, kind.code(), id, limit as i64],
    )
}

/// Whether the component is shared with the tenant.
pub(in crate::catalog) fn is_shared(c: &mut Conn<'_>, component: i64, tenant: i64) -> Result<bool, Error> {
    let row: Option<i64> =
        c.first("SELECT 1 FROM component_share WHERE tenant_id = $1 AND component_id = $2", args![tenant, component])?;
    Ok(row.is_some())
}

/// The numbers of a component's versions, highest first, whatever their state.
pub(in crate::catalog) fn version_numbers(c: &mut Conn<'_>, component: i64) -> Result<Vec<VersionNumber>, Error> {
    c.all(
        "SELECT id, version, visibility, status, yanked_at IS NOT NULL AS yanked, raw FROM component_version v
         WHERE component_id = $1 ORDER BY version_key DESC, id DESC",
        args![component],
    )
}

/// One version by its key.
pub(in crate::catalog) fn version_by_key(c: &mut Conn<'_>, id: i64) -> Result<VersionRow, Error> {
    c.one(&format!("SELECT {VERSION_COLUMNS} FROM component_version v WHERE v.id = $1"), args![id])
}
