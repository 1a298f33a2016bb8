//! SQL of tenants and of the platform's numbers.

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, args};
use atom_marketplace_protocol::component::Status;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::{Plan, PlanLimits};
use atom_marketplace_protocol::tenant::{self as wire, ComponentCount, PlatformStats, TenantAdminUpdate};

use super::Tenant;
use crate::paging::Window;

/// The columns [`Tenant`] is read from, for joins too.
pub(crate) const TENANT_COLUMNS: &str = "t.id AS tenant_id, t.slug, t.name AS tenant_name, t.plan, t.suspended, t.closing_at, t.agent_limit, t.storage_limit, t.webhook_limit";

impl FromRow for Tenant {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let plan = Plan::from_code(row.get("plan")?).unwrap_or(Plan::Free);
        let limits = super::plan_limits(plan);
        let own = |name: &str| row.get::<Option<i64>>(name).map(|limit| limit.map(|limit| limit.max(0) as u64));
        Ok(Tenant {
            id: row.get("tenant_id")?,
            slug: row.get::<String>("slug")?.into(),
            name: row.get::<String>("tenant_name")?.into(),
            plan,
            limits: PlanLimits {
                agents: own("agent_limit")?.or(limits.agents),
                storage_bytes: own("storage_limit")?.unwrap_or(limits.storage_bytes),
                webhooks: own("webhook_limit")?.unwrap_or(limits.webhooks),
            },
            suspended: row.get("suspended")?,
            closing: row.get::<Option<i64>>("closing_at")?.is_some(),
        })
    }
}

/// A tenant with its key, as the wire shows it.
pub(super) struct Described(pub(super) i64, pub(super) wire::Tenant);

impl FromRow for Described {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let tenant = Tenant::from_row(row)?;
        let described = wire::Tenant {
            id: tenant.slug.to_string(),
            name: tenant.name.to_string(),
            plan: tenant.plan,
            verified: row.get("verified")?,
            suspended: tenant.suspended,
            limits: tenant.limits,
            storage_used: row.get::<i64>("storage_used")?.max(0) as u64,
            created_at: row.get::<Timestamp>("created_at")?.to_string(),
            updated_at: row.get::<Timestamp>("updated_at")?.to_string(),
        };
        Ok(Described(tenant.id, described))
    }
}

/// The tenant with this id on the wire.
pub(super) fn find_by_slug(c: &mut Conn<'_>, slug: &str) -> Result<Option<Tenant>, Error> {
    c.first(&format!("SELECT {TENANT_COLUMNS} FROM tenant t WHERE t.slug = $1"), args![slug])
}

/// The same with all that the wire shows.
pub(super) fn describe(c: &mut Conn<'_>, slug: &str) -> Result<Option<Described>, Error> {
    let sql = format!(
        "SELECT {TENANT_COLUMNS}, t.verified, t.storage_used, t.created_at, t.updated_at FROM tenant t WHERE t.slug = $1"
    );
    c.first(&sql, args![slug])
}

/// Tenants in the order they were made.
pub(super) fn list(c: &mut Conn<'_>, window: Window<i64>) -> Result<Vec<(i64, wire::Tenant)>, Error> {
    let sql = format!(
        "SELECT {TENANT_COLUMNS}, t.verified, t.storage_used, t.created_at, t.updated_at FROM tenant t
         WHERE t.id > $1 ORDER BY t.id LIMIT $2 OFFSET $3"
    );
    let rows: Vec<Described> = c.all(&sql, args![window.after.unwrap_or(0), window.limit(), window.offset()])?;
    Ok(rows.into_iter().map(|Described(key, tenant)| (key, tenant)).collect())
}

/// How many tenants there are.
pub(super) fn count(c: &mut Conn<'_>) -> Result<u64, Error> {
    c.one("SELECT count(*) FROM tenant", args![])
}

/// Makes a tenant.
pub(super) fn insert(c: &mut Conn<'_>, slug: &str, name: &str, plan: Plan, now: Timestamp) -> Result<(), Error> {
    c.execute(
        "INSERT INTO tenant (slug, name, plan, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)",
        args![slug, name, plan.code(), now],
    )
    .map(|_| ())
}

/// Changes what `update` names; `renamed` says that the name is another one.
pub(super) fn update(
    c: &mut Conn<'_>,
    slug: &str,
    update: &TenantAdminUpdate,
    renamed: bool,
    now: Timestamp,
) -> Result<(), Error> {
    let limits = update.limits.unwrap_or_default();
    c.execute(
        "UPDATE tenant SET name = COALESCE($2, name), plan = COALESCE($3, plan), suspended = COALESCE($4, suspended),
             vouched = COALESCE($5, vouched), updated_at = $6 WHERE slug = $1",
        args![slug, update.name.as_deref(), update.plan.map(Plan::code), update.suspended, update.verified, now],
    )?;
    // Its domains were proven under the name it had.
    if renamed {
        c.execute("UPDATE tenant SET proven = 0 WHERE slug = $1", args![slug])?;
    }
    c.execute(
        "UPDATE tenant SET verified = CASE WHEN vouched = 1 OR proven = 1 THEN 1 ELSE 0 END WHERE slug = $1",
        args![slug],
    )?;
    // One statement a column: null means something here.
    for (column, limit) in
        [("agent_limit", limits.agents), ("storage_limit", limits.storage_bytes), ("webhook_limit", limits.webhooks)]
    {
        if let Some(limit) = limit {
            c.execute(&format!("UPDATE tenant SET {column} = $2 WHERE slug = $1"), args![slug, limit])?;
        }
    }
    Ok(())
}

/// The platform in numbers.
pub(super) fn platform_stats(c: &mut Conn<'_>) -> Result<PlatformStats, Error> {
    let counts: Vec<(i64, String, u64)> =
        c.all("SELECT kind, status, count(*) FROM component GROUP BY kind, status ORDER BY kind, status", args![])?;
    let components = counts.into_iter().map(|(kind, status, count)| {
        let component_type = Kind::from_code(kind).ok_or_else(|| Error::Other(format!("{kind} is no kind")))?;
        let status: Status = status.parse().map_err(Error::Other)?;
        Ok(ComponentCount { component_type, status, count })
    });
    Ok(PlatformStats {
        components: components.collect::<Result<_, Error>>()?,
        tenants: count(c)?,
        installations: c.one("SELECT count(*) FROM installation WHERE removed_at IS NULL", args![])?,
        pending_submissions: c.one(
            "SELECT count(*) FROM component_version WHERE status = 'pending_review' AND visibility = 'public'",
            args![],
        )?,
    })
}

/// Whether an account is a member of a tenant.
pub(super) fn is_member(c: &mut Conn<'_>, tenant: i64, account: i64) -> Result<bool, Error> {
    let found: Option<i64> =
        c.first("SELECT 1 FROM member WHERE tenant_id = $1 AND account_id = $2", args![tenant, account])?;
    Ok(found.is_some())
}
