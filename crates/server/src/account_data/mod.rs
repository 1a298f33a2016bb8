//! All that a tenant has: to take away, line by line, and to delete.
//!
//! Deleting begins with one transaction, after which nobody can do anything there any more, and goes on in steps, each a
//! transaction of bounded size. Whatever interrupts it, a job goes on from where it was. What stays is the tenant's id, those
//! of its components, and its record.

mod api;
mod export;
mod store;

use atom_marketplace_db::{Conn, Db, Error, Timestamp};
use atom_marketplace_protocol::account_data::TenantDeletion;
use atom_marketplace_protocol::scope::{Role, Scope};
use serde_json::{Value, json};

use crate::app::Marketplace;
use crate::audit::{self, Actor, Entry};
use crate::catalog::change::Change;
use crate::catalog::{self, takedown};
use crate::error::{ApiError, ApiResult};
use crate::extract::TenantScope;
use crate::http::ApiRoutes;
use crate::paging::Window;
use crate::tenants::Tenant;
use crate::{events, installs, ratings, satellite, webhooks};

use export::Export;

/// What those who have its components installed are told.
const REASON: &str = "Its publisher has left the marketplace.";

/// Components of one step.
const COMPONENTS: u64 = 20;
/// Installations, or rated components, of one step.
const ROWS: u64 = 50;

/// Routes.
pub fn routes() -> ApiRoutes {
    api::routes()
}

/// Reads all that a tenant has, and hands it over line by line.
pub async fn export(db: &Db, tenant: &Tenant, mut line: impl FnMut(&Value)) -> ApiResult<()> {
    events::settle(db).await?;
    let mut next = Some(Export::default());
    while let Some(position) = next {
        let scope = TenantScope::of_platform(tenant.clone(), Actor::operator());
        let (lines, behind) = db.read(move |c| position.clone().next(c, &scope)).await?;
        lines.iter().for_each(&mut line);
        next = behind;
    }
    Ok(())
}

/// Begins to delete a tenant: from here on nothing can be done there, by no credential.
fn begin(c: &mut Conn<'_>, scope: &TenantScope, confirm: &str, now: Timestamp) -> ApiResult<()> {
    if !scope.is_admin() && scope.role() != Some(Role::Owner) {
        return Err(ApiError::forbidden(Scope::MembersManage.as_str()).details(json!({
            "required_permission": Scope::MembersManage.as_str(), "required_role": Role::Owner,
        })));
    }
    if confirm != scope.slug() {
        return Err(ApiError::field("confirm", "It must be the tenant's id: everything the tenant has will be gone."));
    }
    if !store::begin(c, scope.id(), now)? {
        return Err(ApiError::tenant_not_found());
    }
    let (actor, tenant, target) = (scope.actor(), Some(scope.id()), format!("tenant:{}", scope.slug()));
    audit::record(c, &Entry { actor, tenant, action: "tenant.delete", target, details: json!({}) }, now)?;
    // One by one, so that what is in memory of each is old: there are few.
    let own = TenantScope::of_platform(scope.tenant().clone(), Actor::policy("tenant-deletion"));
    let (list, _) = webhooks::list(c, &own, Window::first(1_000), now)?;
    for (_, webhook) in list {
        webhooks::delete(c, &own, &webhook.id, now)?;
    }
    Ok(())
}

/// Does a part of what is left to do. Returns what readers of the catalog see differently, and whether that was all.
fn step(c: &mut Conn<'_>, tenant: &Tenant, now: Timestamp) -> ApiResult<(Vec<Change>, bool)> {
    let scope = TenantScope::of_platform(tenant.clone(), Actor::policy("tenant-deletion"));
    let components = store::components_left(c, tenant.id, COMPONENTS)?;
    if !components.is_empty() {
        let mut changes = Vec::new();
        for key in components {
            let row = catalog::component(c, key)?;
            let name = (row.kind, scope.slug(), row.slug.as_str());
            changes.push(takedown::take_down(c, scope.actor(), name, REASON, now)?.1);
        }
        return Ok((changes, false));
    }
    let changes = installs::uninstall_some(c, &scope, ROWS, now)?;
    if !changes.is_empty() {
        return Ok((changes, false));
    }
    let rated = store::rated(c, tenant.id, ROWS)?;
    if !rated.is_empty() {
        let mut changes = Vec::new();
        for key in rated {
            let row = catalog::component(c, key)?;
            ratings::forget_own(c, &scope, &row, now)?;
            changes.push(Change::of(&row));
        }
        return Ok((changes, false));
    }
    satellite::forget_tenant(c, tenant.id)?;
    store::erase(c, tenant.id, now)?;
    let (actor, target) = (scope.actor(), format!("tenant:{}", scope.slug()));
    let entry = Entry { actor, tenant: Some(tenant.id), action: "tenant.erase", target, details: json!({}) };
    audit::record(c, &entry, now)?;
    Ok((Vec::new(), true))
}

/// Goes on until nothing is left of the tenant.
async fn finish(m: &Marketplace, tenant: &Tenant) -> ApiResult<()> {
    loop {
        let (now, tenant) = (m.now(), tenant.clone());
        let (changes, done) =
            m.db.write(
                move |c| if store::is_closing(c, tenant.id)? { step(c, &tenant, now) } else { Ok((Vec::new(), true)) },
            )
            .await?;
        for change in changes {
            m.catalog_changed(change);
        }
        if done {
            break;
        }
    }
    m.credentials.clear();
    m.publisher_changed();
    Ok(())
}

/// Goes on deleting the tenants whose deletion was interrupted.
pub async fn finish_all(m: &Marketplace) -> Result<(), Error> {
    for tenant in m.db.read(store::closing).await? {
        finish(m, &tenant).await.map_err(|error| Error::Other(error.cause.unwrap_or(error.message)))?;
    }
    Ok(())
}

/// Deletes a tenant.
async fn delete(m: &Marketplace, scope: TenantScope, confirm: String) -> ApiResult<TenantDeletion> {
    let (now, tenant) = (m.now(), scope.tenant().clone());
    m.write(move |c| begin(c, &scope, &confirm, now)).await?;
    m.credentials.clear();
    finish(m, &tenant).await?;
    Ok(TenantDeletion { tenant_id: tenant.slug.to_string(), deleted_at: m.now().to_string() })
}
