//! What a tenant has used of what it may, and what its instances say they ran.

mod api;
mod report;
mod store;

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::usage::Usage;

use crate::extract::TenantScope;
use crate::limits::Quota;
use crate::webhooks;

pub use api::routes;
pub(crate) use report::{check, report};

/// The tenant's usage; `quota` is where the asking request left its caller.
fn usage(c: &mut Conn<'_>, scope: &TenantScope, quota: &Quota, now: Timestamp) -> Result<Usage, Error> {
    let limits = scope.limits();
    let [agents_installed, skills_installed, canvases_installed, domains_installed] = store::installed(c, scope)?;
    Ok(Usage {
        tenant_id: scope.slug().to_owned(),
        plan: scope.plan(),
        rate_limit_limit: quota.limit,
        rate_limit_remaining: quota.remaining,
        rate_limit_reset: quota.reset,
        rate_limit_window: quota.window().into_owned(),
        storage_used: store::storage_used(c, scope)?,
        storage_limit: limits.storage_bytes,
        agents_installed,
        agent_limit: limits.agents,
        skills_installed,
        canvases_installed,
        domains_installed,
        components_published: store::published(c, scope)?,
        webhooks_used: webhooks::count(c, scope)?,
        webhook_limit: limits.webhooks,
        tokens: store::tokens(c, scope, now)?,
    })
}
