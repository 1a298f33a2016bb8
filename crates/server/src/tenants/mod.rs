//! Tenants: who publishes and installs, with their plan. Never decides what a credential may do; `extract` does.

pub(crate) mod store;

use std::sync::Arc;

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::plan::{Plan, PlanLimits};

pub(crate) use store::TENANT_COLUMNS;

/// A tenant as requests need it.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Its key.
    pub id: i64,
    /// Its id on the wire.
    pub slug: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its plan.
    pub plan: Plan,
    /// Its limits: the plan's, or its own.
    pub limits: PlanLimits,
    /// Whether the platform has suspended it.
    pub suspended: bool,
}

/// Makes a tenant. `slug` must have passed `ids::check_tenant_id`; a taken one is `Error::Unique`.
pub fn create(c: &mut Conn<'_>, slug: &str, name: &str, plan: Plan, now: Timestamp) -> Result<Tenant, Error> {
    store::insert(c, slug, name, plan, now)?;
    store::find_by_slug(c, slug)?.ok_or(Error::NotFound)
}

/// The tenant behind an id on the wire.
pub fn get(c: &mut Conn<'_>, slug: &str) -> Result<Option<Tenant>, Error> {
    store::find_by_slug(c, slug)
}

/// Routes.
pub fn routes() -> crate::http::ApiRoutes {
    crate::http::ApiRoutes::new()
}
