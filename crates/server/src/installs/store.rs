//! SQL of installations.

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, Value, args};
use atom_marketplace_protocol::ids::Kind;

use crate::catalog::model::kind_from;
use crate::extract::TenantScope;
use crate::paging::Window;

/// The key of the component that a dependency `d` of the publisher's component `o` means: fixed at publish, or else the
/// one that has that name of the publisher's now, or had it. Never the installer's.
const TARGET: &str =
    "COALESCE(d.target_id, (SELECT x.id FROM component x WHERE x.kind = d.target_kind AND x.slug = d.target_slug
     AND x.tenant_id = CASE WHEN d.target_tenant IS NULL THEN o.tenant_id
                            ELSE (SELECT n.id FROM tenant n WHERE n.slug = d.target_tenant) END),
     (SELECT a.component_id FROM component_alias a WHERE a.kind = d.target_kind AND a.slug = d.target_slug
     AND a.tenant_id = CASE WHEN d.target_tenant IS NULL THEN o.tenant_id
                            ELSE (SELECT n.id FROM tenant n WHERE n.slug = d.target_tenant) END))";

const COLUMNS: &str = "i.id, i.uid, i.component_id, i.kind, i.version_id, i.as_dependency, i.settings, i.secret_names,
     i.installed_at, i.updated_at, i.removed_at IS NOT NULL AS removed, v.version, v.digest, c.slug, c.name, p.slug AS publisher,
     CASE WHEN c.status = 'published' AND (c.listed = 1 OR c.tenant_id = i.tenant_id
               OR EXISTS (SELECT 1 FROM component_share s WHERE s.tenant_id = i.tenant_id AND s.component_id = c.id))
          THEN c.version END AS served";
const TABLES: &str = "installation i JOIN component_version v ON v.id = i.version_id
     JOIN component c ON c.id = i.component_id JOIN tenant p ON p.id = c.tenant_id";

/// An installation with its component and version.
#[derive(Clone, Debug)]
pub(crate) struct InstallationRow {
    pub(super) id: i64,
    /// `inst_…`
    pub(super) uid: String,
    pub(super) component_id: i64,
    pub(super) kind: Kind,
    pub(super) version_id: i64,
    pub(super) as_dependency: bool,
    /// JSON object.
    pub(super) settings: String,
    /// JSON array.
    pub(super) secret_names: String,
    pub(super) installed_at: Timestamp,
    pub(super) updated_at: Timestamp,
    /// Uninstalled; the row stays, so that installing again counts once.
    pub(super) removed: bool,
    pub(super) version: String,
    pub(super) digest: String,
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) publisher: String,
    /// The version that is served to this tenant now.
    pub(super) served: Option<String>,
}

impl FromRow for InstallationRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(InstallationRow {
            id: row.get("id")?,
            uid: row.get("uid")?,
            component_id: row.get("component_id")?,
            kind: kind_from(row.get("kind")?)?,
            version_id: row.get("version_id")?,
            as_dependency: row.get("as_dependency")?,
            settings: row.get("settings")?,
            secret_names: row.get("secret_names")?,
            installed_at: row.get("installed_at")?,
            updated_at: row.get("updated_at")?,
            removed: row.get("removed")?,
            version: row.get("version")?,
            digest: row.get("digest")?,
            slug: row.get("slug")?,
            name: row.get("name")?,
            publisher: row.get("publisher")?,
            served: row.get("served")?,
        })
    }
}

fn select(rest: &str) -> String {
    format!("SELECT {COLUMNS} FROM {TABLES} {rest}")
}

/// The tenant's row for a component, uninstalled or not.
pub(super) fn of_component(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    component: i64,
) -> Result<Option<InstallationRow>, Error> {
    c.first(&select("WHERE i.tenant_id = $1 AND i.component_id = $2"), args![scope.id(), component])
}

/// An installation by its id on the wire.
pub(super) fn by_uid(c: &mut Conn<'_>, scope: &TenantScope, uid: &str) -> Result<Option<InstallationRow>, Error> {
    c.first(&select("WHERE i.uid = $1 AND i.tenant_id = $2 AND i.removed_at IS NULL"), args![uid, scope.id()])
}

/// What the tenant has installed under an id, the one it has or one it had, whatever became of it since.
pub(super) fn under(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    kind: Kind,
    slug: &str,
    source: Option<&str>,
    limit: usize,
) -> Result<Vec<InstallationRow>, Error> {
    c.all(
        &select(
            "WHERE i.tenant_id = $1 AND i.kind = $2 AND i.removed_at IS NULL
               AND ((c.slug = $3 AND p.slug = COALESCE($4, p.slug))
                    OR EXISTS (SELECT 1 FROM component_alias a JOIN tenant n ON n.id = a.tenant_id
                               WHERE a.component_id = c.id AND a.slug = $3 AND n.slug = COALESCE($4, n.slug)))
             ORDER BY i.id LIMIT $5",
        ),
        args![scope.id(), kind.code(), slug, source, limit as i64],
    )
}

/// What a list of installations shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) kind: Option<Kind>,
    pub(crate) component: Option<String>,
    pub(crate) source: Option<String>,
}

const FILTERED: &str = "WHERE i.tenant_id = $1 AND i.removed_at IS NULL AND i.kind = COALESCE($2, i.kind)
     AND ((c.slug = COALESCE($3, c.slug) AND p.slug = COALESCE($4, p.slug))
          OR EXISTS (SELECT 1 FROM component_alias a JOIN tenant n ON n.id = a.tenant_id
                     WHERE a.component_id = c.id AND a.slug = COALESCE($3, a.slug) AND n.slug = COALESCE($4, n.slug)))";

/// A page of the tenant's installations, newest first.
pub(super) fn page(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    filter: &Filter,
    window: &Window<(i64, i64)>,
) -> Result<Vec<InstallationRow>, Error> {
    let (time, id) = window.after.unwrap_or((i64::MAX, i64::MAX));
    c.all(
        &select(&format!(
            "{FILTERED} AND (i.installed_at, i.id) < ($5, $6)
             ORDER BY i.installed_at DESC, i.id DESC LIMIT $7 OFFSET $8"
        )),
        args![
            scope.id(),
            filter.kind.map(Kind::code),
            &filter.component,
            &filter.source,
            time,
            id,
            window.limit(),
            window.offset()
        ],
    )
}

/// How many installations a list has.
pub(super) fn total(c: &mut Conn<'_>, scope: &TenantScope, filter: &Filter) -> Result<u64, Error> {
    c.one(
        &format!("SELECT count(*) FROM {TABLES} {FILTERED}"),
        args![scope.id(), filter.kind.map(Kind::code), &filter.component, &filter.source],
    )
}

/// Everything the tenant has installed.
pub(super) fn everything(c: &mut Conn<'_>, scope: &TenantScope) -> Result<Vec<InstallationRow>, Error> {
    c.all(&select("WHERE i.tenant_id = $1 AND i.removed_at IS NULL ORDER BY i.id"), args![scope.id()])
}

/// How many agents the tenant has installed.
pub(super) fn agents(c: &mut Conn<'_>, scope: &TenantScope) -> Result<i64, Error> {
    c.one(
        "SELECT count(*) FROM installation WHERE tenant_id = $1 AND kind = $2 AND removed_at IS NULL",
        args![scope.id(), Kind::Agent.code()],
    )
}

/// What a version needs, with the component it means.
#[derive(Clone, Debug)]
pub(super) struct NeedRow {
    pub(super) target: Option<i64>,
    pub(super) kind: Kind,
    pub(super) slug: String,
    pub(super) tenant: Option<String>,
    pub(super) requirement: String,
}

impl FromRow for NeedRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(NeedRow {
            target: row.get("target")?,
            kind: kind_from(row.get("target_kind")?)?,
            slug: row.get("target_slug")?,
            tenant: row.get("target_tenant")?,
            requirement: row.get("requirement")?,
        })
    }
}

/// What a version needs; optional dependencies are left out.
pub(super) fn needs(c: &mut Conn<'_>, version: i64) -> Result<Vec<NeedRow>, Error> {
    c.all(
        &format!(
            "SELECT {TARGET} AS target, d.target_kind, d.target_slug, d.target_tenant, d.requirement
             FROM component_dependency d JOIN component o ON o.id = d.component_id
             WHERE d.version_id = $1 AND d.optional = 0 ORDER BY d.position"
        ),
        args![version],
    )
}

/// An installed component that another one's version names as a dependency.
#[derive(Clone, Debug)]
pub(super) struct UsedRow {
    /// The version that names it.
    pub(super) by_version: i64,
    pub(super) uid: String,
    pub(super) kind: Kind,
    pub(super) slug: String,
    pub(super) publisher: String,
    pub(super) version: String,
}

impl FromRow for UsedRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(UsedRow {
            by_version: row.get("by_version")?,
            uid: row.get("uid")?,
            kind: kind_from(row.get("kind")?)?,
            slug: row.get("slug")?,
            publisher: row.get("publisher")?,
            version: row.get("version")?,
        })
    }
}

/// What the tenant has installed of what these versions depend on. At most a page of versions.
pub(super) fn used(c: &mut Conn<'_>, scope: &TenantScope, versions: &[i64]) -> Result<Vec<UsedRow>, Error> {
    if versions.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (2..versions.len() + 2).map(|place| format!("${place}")).collect();
    let mut args = vec![Value::from(scope.id())];
    args.extend(versions.iter().map(Value::from));
    c.all(
        &format!(
            "SELECT d.version_id AS by_version, i.uid, i.kind, c.slug, p.slug AS publisher, v.version
             FROM component_dependency d JOIN component o ON o.id = d.component_id
             JOIN component c ON c.id = {TARGET} JOIN tenant p ON p.id = c.tenant_id
             JOIN installation i ON i.tenant_id = $1 AND i.component_id = c.id AND i.removed_at IS NULL
             JOIN component_version v ON v.id = i.version_id
             WHERE d.version_id IN ({}) ORDER BY d.version_id, d.position",
            places.join(", ")
        ),
        &args,
    )
}

/// An installation that needs another one.
#[derive(Clone, Debug)]
pub(super) struct DependentRow {
    pub(super) component_id: i64,
    pub(super) uid: String,
    pub(super) kind: Kind,
    pub(super) slug: String,
    pub(super) publisher: String,
    pub(super) version: String,
    /// The range, or the capability.
    pub(super) needs: String,
}

impl FromRow for DependentRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(DependentRow {
            component_id: row.get("component_id")?,
            uid: row.get("uid")?,
            kind: kind_from(row.get("kind")?)?,
            slug: row.get("slug")?,
            publisher: row.get("publisher")?,
            version: row.get("version")?,
            needs: row.get("needs")?,
        })
    }
}

/// The tenant's installations that depend on a component.
pub(super) fn dependents(c: &mut Conn<'_>, scope: &TenantScope, component: i64) -> Result<Vec<DependentRow>, Error> {
    c.all(
        &format!(
            "SELECT i.component_id, i.uid, i.kind, o.slug, p.slug AS publisher, v.version, d.requirement AS needs
             FROM installation i JOIN component_dependency d ON d.version_id = i.version_id
             JOIN component o ON o.id = d.component_id JOIN tenant p ON p.id = o.tenant_id
             JOIN component_version v ON v.id = i.version_id
             WHERE i.tenant_id = $1 AND i.removed_at IS NULL AND i.component_id <> $2 AND d.optional = 0 AND {TARGET} = $2
             ORDER BY i.id"
        ),
        args![scope.id(), component],
    )
}

/// The tenant's installations that ask for a capability which an installation has, with it; once for each capability.
pub(super) fn askers(c: &mut Conn<'_>, scope: &TenantScope, installation: i64) -> Result<Vec<DependentRow>, Error> {
    c.all(
        "SELECT i.component_id, i.uid, i.kind, o.slug, p.slug AS publisher, v.version, h.capability AS needs
         FROM installation_capability h
         JOIN installation_capability n ON n.tenant_id = h.tenant_id AND n.capability = h.capability AND n.needed = 1
         JOIN installation i ON i.id = n.installation_id
         JOIN component o ON o.id = i.component_id JOIN tenant p ON p.id = o.tenant_id
         JOIN component_version v ON v.id = i.version_id
         WHERE h.tenant_id = $1 AND h.installation_id = $2 AND h.needed = 0 AND i.id <> $2
         ORDER BY i.id, h.capability",
        args![scope.id(), installation],
    )
}

/// The components installed that have a capability, up to `limit`.
pub(super) fn providers(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    capability: &str,
    limit: usize,
) -> Result<Vec<i64>, Error> {
    c.all(
        "SELECT i.component_id FROM installation_capability h JOIN installation i ON i.id = h.installation_id
         WHERE h.tenant_id = $1 AND h.capability = $2 AND h.needed = 0 LIMIT $3",
        args![scope.id(), capability, limit as i64],
    )
}

/// What an installation is to be.
#[derive(Clone, Debug)]
pub(super) struct NewRow<'a> {
    pub(super) uid: &'a str,
    pub(super) component: i64,
    pub(super) kind: Kind,
    pub(super) version: i64,
    pub(super) as_dependency: bool,
    pub(super) settings: &'a str,
    pub(super) secret_names: &'a str,
}

/// Installs a component for the first time; returns the row's key.
pub(super) fn insert(c: &mut Conn<'_>, scope: &TenantScope, new: &NewRow<'_>, now: Timestamp) -> Result<i64, Error> {
    c.one(
        "INSERT INTO installation (uid, tenant_id, component_id, kind, version_id, as_dependency, settings, secret_names,
             installed_by, installed_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) RETURNING id",
        args![
            new.uid,
            scope.id(),
            new.component,
            new.kind.code(),
            new.version,
            new.as_dependency,
            new.settings,
            new.secret_names,
            scope.actor().as_str(),
            now
        ],
    )
}

/// Installs again what was uninstalled.
pub(super) fn revive(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    id: i64,
    new: &NewRow<'_>,
    now: Timestamp,
) -> Result<(), Error> {
    c.execute(
        "UPDATE installation SET version_id = $3, as_dependency = $4, settings = $5, secret_names = $6, secrets = NULL,
             installed_by = $7, installed_at = $8, updated_at = $8, removed_at = NULL
         WHERE id = $1 AND tenant_id = $2",
        args![
            id,
            scope.id(),
            new.version,
            new.as_dependency,
            new.settings,
            new.secret_names,
            scope.actor().as_str(),
            now
        ],
    )
    .map(|_| ())
}

/// Changes the version and the configuration of what is installed.
pub(super) fn update(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    id: i64,
    new: &NewRow<'_>,
    now: Timestamp,
) -> Result<(), Error> {
    c.execute(
        "UPDATE installation SET version_id = $3, as_dependency = $4, settings = $5, secret_names = $6, updated_at = $7
         WHERE id = $1 AND tenant_id = $2",
        args![id, scope.id(), new.version, new.as_dependency, new.settings, new.secret_names, now],
    )
    .map(|_| ())
}

/// Stores sealed API keys in place of those before.
pub(super) fn put_secrets(c: &mut Conn<'_>, scope: &TenantScope, id: i64, secrets: Option<&[u8]>) -> Result<(), Error> {
    c.execute(
        "UPDATE installation SET secrets = $3 WHERE id = $1 AND tenant_id = $2",
        args![id, scope.id(), secrets.map(<[u8]>::to_vec)],
    )
    .map(|_| ())
}

/// Writes what an installation has and asks for, in place of what it had.
pub(super) fn put_capabilities(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    id: i64,
    has: &[String],
    needs: &[String],
) -> Result<(), Error> {
    c.execute("DELETE FROM installation_capability WHERE installation_id = $1", args![id])?;
    for (needed, capabilities) in [(false, has), (true, needs)] {
        for capability in capabilities {
            c.execute(
                "INSERT INTO installation_capability (tenant_id, capability, needed, installation_id)
                 VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                args![scope.id(), capability, needed, id],
            )?;
        }
    }
    Ok(())
}

/// Uninstalls: the configuration is gone, the row stays.
pub(super) fn remove(c: &mut Conn<'_>, scope: &TenantScope, id: i64, now: Timestamp) -> Result<(), Error> {
    c.execute("DELETE FROM installation_capability WHERE installation_id = $1", args![id])?;
    c.execute(
        "UPDATE installation SET removed_at = $3, updated_at = $3, secrets = NULL, secret_names = '[]', settings = '{}'
         WHERE id = $1 AND tenant_id = $2",
        args![id, scope.id(), now],
    )
    .map(|_| ())
}
