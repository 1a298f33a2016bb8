//! Taking a component down: for good, with all its content, also what is installed. Its name and its history stay, so that
//! nothing else is ever published there.

use atom_marketplace_db::{Conn, Timestamp};
use atom_marketplace_protocol::component::Status;
use atom_marketplace_protocol::event::EventType;
use atom_marketplace_protocol::federation::ChangeAction;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::lifecycle::Takedown;
use serde_json::json;

use super::change::Change;
use super::changes;
use super::store::{self as catalog, names as store, write};
use super::{index, record};
use crate::audit::Actor;
use crate::error::{ApiError, ApiResult};
use crate::events::{self, Hearers};

/// Takes a component down, even one that its publisher has withdrawn. Returns what is left of it, and what readers see
/// differently.
pub fn take_down(
    c: &mut Conn<'_>,
    actor: &Actor,
    (kind, tenant, id): (Kind, &str, &str),
    reason: &str,
    now: Timestamp,
) -> ApiResult<(Takedown, Change)> {
    let row = catalog::by_name(c, kind, tenant, id)?.ok_or_else(|| ApiError::component_not_found(kind, id))?;
    if let Some(before) = store::takedown(c, row.id)? {
        return Err(ApiError::conflict(format!("It was taken down before: {before}")));
    }
    let mut tenants = write::shared_tenants(c, row.id)?;
    tenants.push(row.tenant_id);
    tenants.extend(store::installers(c, row.id)?);
    let size = store::size(c, row.id)?;
    write::add_storage(c, row.tenant_id, -size)?;
    store::drop_everything(c, row.id)?;
    write::unshare(c, row.id)?;
    write::set_state(c, row.id, row.visibility, Status::Withdrawn, Some(reason), None, now)?;
    changes::gone(c, &row, ChangeAction::Withdrawn, now)?;
    store::insert_takedown(c, row.id, reason, actor.as_str(), now)?;
    let details = json!({ "reason": reason });
    record::note(c, actor, &row, "component.takedown", details.clone(), now)?;
    events::emit(c, EventType::ComponentWithdrawn, &record::about(&row), Hearers::INSTALLERS, details, now)?;
    index::reindex(c, row.id)?;
    let left = Takedown {
        component_type: kind,
        id: row.slug.clone(),
        source_tenant_id: row.publisher_slug.to_string(),
        reason: reason.to_owned(),
        taken_down_at: now.to_string(),
    };
    Ok((left, Change { tenants, ..Change::of(&row) }))
}

/// Why a component was taken down, if it was.
pub fn taken_down(c: &mut Conn<'_>, component: i64) -> ApiResult<Option<String>> {
    Ok(store::takedown(c, component)?)
}

/// Refuses to publish what was taken down.
pub(in crate::catalog) fn check_publishable(c: &mut Conn<'_>, component: i64) -> ApiResult<()> {
    match store::takedown(c, component)? {
        None => Ok(()),
        Some(reason) => Err(ApiError::conflict(format!(
            "The platform has taken this component down, and nothing is published under its id again: {reason}"
        ))
        .details(json!({ "status": Status::Withdrawn, "reason": reason }))),
    }
}
