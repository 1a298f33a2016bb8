//! SQL of tenants.

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, args};
use atom_marketplace_protocol::plan::{Plan, PlanLimits};

use super::Tenant;

/// The columns [`Tenant`] is read from, for joins too.
pub(crate) const TENANT_COLUMNS: &str = "t.id AS tenant_id, t.slug, t.name AS tenant_name, t.plan, t.suspended, t.agent_limit, t.storage_limit, t.webhook_limit";

impl FromRow for Tenant {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let plan = Plan::from_code(row.get("plan")?).unwrap_or(Plan::Free);
        let limits = plan.limits();
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
        })
    }
}

/// The tenant with this id on the wire.
pub(super) fn find_by_slug(c: &mut Conn<'_>, slug: &str) -> Result<Option<Tenant>, Error> {
    c.first(&format!("SELECT {TENANT_COLUMNS} FROM tenant t WHERE t.slug = $1"), args![slug])
}

/// Makes a tenant.
pub(super) fn insert(c: &mut Conn<'_>, slug: &str, name: &str, plan: Plan, now: Timestamp) -> Result<(), Error> {
    c.execute(
        "INSERT INTO tenant (slug, name, plan, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)",
        args![slug, name, plan.code(), now],
    )
    .map(|_| ())
}
