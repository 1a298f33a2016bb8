//! Transfers of ownership: a publisher offers a component, another tenant takes it. Nothing changes hands without both.
//!
//! Nobody learns here which tenants exist: an offer to one that does not looks like any other, and expires.

mod api;
mod store;

use std::time::Duration;

use atom_marketplace_db::{Conn, Timestamp};
use atom_marketplace_protocol::component::Status;
use atom_marketplace_protocol::ids::{self, Kind};
use atom_marketplace_protocol::lifecycle::{Transfer, TransferDirection, TransferRequest, TransferStatus};
use atom_marketplace_protocol::page::Page;
use atom_marketplace_protocol::scope::{Role, Scope};
use serde_json::json;

use crate::audit::{self, Entry};
use crate::catalog::change::Change;
use crate::catalog::{self, names};
use crate::error::{ApiError, ApiResult};
use crate::extract::TenantScope;
use crate::http::ApiRoutes;
use crate::paging::Window;
use crate::ratings;
use crate::tenants;

/// How long an offer stands.
const STANDS: Duration = Duration::from_hours(7 * 24);

/// Routes.
pub fn routes() -> ApiRoutes {
    api::routes()
}

/// Offers a component to another tenant. `request` has been checked.
pub(crate) fn offer(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    (kind, id, source): (Kind, &str, Option<&str>),
    request: &TransferRequest,
    now: Timestamp,
) -> ApiResult<Transfer> {
    may_give_away(scope)?;
    let component = names::movable(c, scope, kind, id, source)?;
    if request.to_tenant_id == scope.slug() {
        return Err(ApiError::field("to_tenant_id", "It is yours."));
    }
    store::expire(c, component.id, now)?;
    if let Some(pending) = store::pending(c, component.id)? {
        return Err(ApiError::conflict(format!("It is offered already, by {pending}: cancel that first.")));
    }
    let to = tenants::get(c, &request.to_tenant_id)?.map(|tenant| tenant.id);
    let uid = ids::new_id("trf");
    store::insert(c, scope, &uid, &component, to, request, now, now.plus(STANDS))?;
    let target = audit::component(kind, scope.slug(), &component.slug);
    let details = json!({ "transfer": uid, "to_tenant_id": request.to_tenant_id });
    let (actor, tenant) = (scope.actor(), Some(scope.id()));
    audit::record(c, &Entry { actor, tenant, action: "transfer.offer", target, details }, now)?;
    get(c, scope, &uid, now)
}

/// Whoever gives away what is the tenant's is one of those who manage it, if it is a person.
fn may_give_away(scope: &TenantScope) -> ApiResult<()> {
    if scope.role().is_some_and(|role| role < Role::Admin) {
        return Err(ApiError::forbidden(Scope::ComponentsPublish.as_str()).details(json!({
            "required_permission": Scope::ComponentsPublish.as_str(), "required_role": Role::Admin,
        })));
    }
    Ok(())
}

/// A page of offers made by the tenant, or to it; the latest first.
pub(crate) fn list(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    direction: TransferDirection,
    window: &Window<i64>,
    now: Timestamp,
) -> ApiResult<Page<Transfer>> {
    let rows = store::page(c, scope, direction, window)?;
    let total = store::total(c, scope, direction)?;
    Ok(window.page(rows, total, |row| row.id, |row| row.into_transfer(now)))
}

/// An offer made by the tenant, or to it.
pub(crate) fn get(c: &mut Conn<'_>, scope: &TenantScope, uid: &str, now: Timestamp) -> ApiResult<Transfer> {
    Ok(find(c, scope, uid)?.into_transfer(now))
}

fn find(c: &mut Conn<'_>, scope: &TenantScope, uid: &str) -> ApiResult<store::TransferRow> {
    store::find(c, scope, uid)?.ok_or_else(|| ApiError::not_found("transfer"))
}

/// What can be said to an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// By the tenant it was made to.
    Accept,
    /// By the tenant it was made to.
    Decline,
    /// By the tenant that made it.
    Cancel,
}

/// Answers an offer. Returns it as it is then, and what readers of the catalog see differently.
pub(crate) fn answer(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    uid: &str,
    answer: Answer,
    now: Timestamp,
) -> ApiResult<(Transfer, Vec<Change>)> {
    let row = find(c, scope, uid)?;
    // What the other side may do with it is not there for this one.
    let own = if answer == Answer::Cancel { row.from == scope.id() } else { row.to == Some(scope.id()) };
    if !own {
        return Err(ApiError::not_found("transfer"));
    }
    let stands = row.status_at(now);
    if stands != TransferStatus::Pending {
        return Err(ApiError::conflict(format!("The offer does not stand any more: it is {stands}.")));
    }
    let (status, action) = match answer {
        Answer::Accept => (TransferStatus::Accepted, "transfer.accept"),
        Answer::Decline => (TransferStatus::Declined, "transfer.decline"),
        Answer::Cancel => (TransferStatus::Cancelled, "transfer.cancel"),
    };
    let mut changes = Vec::new();
    let component = catalog::component(c, row.component)?;
    if answer == Answer::Accept {
        if component.tenant_id != row.from || component.status == Status::Withdrawn {
            return Err(ApiError::conflict("The component is not there any more, or not who offered it has it."));
        }
        changes = names::hand_over(c, &component, scope, now)?;
        let own = catalog::component(c, component.id)?;
        ratings::forget_own(c, scope, &own, now)?;
    }
    store::decide(c, row.id, status, scope, now)?;
    let target = audit::component(component.kind, &component.publisher_slug, &component.slug);
    let (actor, tenant, details) = (scope.actor(), Some(scope.id()), json!({ "transfer": uid }));
    audit::record(c, &Entry { actor, tenant, action, target, details }, now)?;
    Ok((get(c, scope, uid, now)?, changes))
}
