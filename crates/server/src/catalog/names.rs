//! The names of components: another id, another publisher. A component keeps every name it had; nothing else is ever given
//! one of them.
//!
//! Versions stay what they were published as: their digests and their bundles' bytes hold the name of then.

use atom_marketplace_db::{Conn, Timestamp};
use atom_marketplace_protocol::component::{Deprecation, Status};
use atom_marketplace_protocol::federation::ChangeAction;
use atom_marketplace_protocol::ids::{self, Kind};
use serde_json::json;

use super::change::Change;
use super::changes;
use super::model::ComponentRow;
use super::publish::{check_storage, quarantined};
use super::resolve::sees;
use super::store::{self as catalog, names as store, write};
use super::{index, record, versions};
use crate::error::{ApiError, ApiResult};
use crate::extract::{Audience, TenantScope};

/// The caller's own component, if it may have another name: what is in quarantine stays where it is, and what came from
/// another instance is named there.
pub(crate) fn movable(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    kind: Kind,
    id: &str,
    source: Option<&str>,
) -> ApiResult<ComponentRow> {
    let row = versions::own(c, scope, kind, id, source)?;
    check_movable(&row)?;
    Ok(row)
}

/// Refuses a component that must stay where it is.
pub(crate) fn check_movable(row: &ComponentRow) -> ApiResult<()> {
    match row.status {
        Status::Quarantined => Err(quarantined()),
        _ if row.origin.is_some() => Err(ApiError::conflict("This component comes from another instance.")),
        _ => Ok(()),
    }
}

/// Gives a component another id. Returns its key and what readers see differently.
pub(in crate::catalog) fn rename(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    component: &ComponentRow,
    new_id: &str,
    now: Timestamp,
) -> ApiResult<Vec<Change>> {
    ids::check_component_id(new_id).map_err(|why| ApiError::field("new_id", why))?;
    if new_id == component.slug {
        return Err(ApiError::field("new_id", "It has that id."));
    }
    scope.check_pattern(new_id)?;
    record::note(c, scope.actor(), component, "component.rename", json!({ "new_id": new_id }), now)?;
    let changed = move_to(c, component, scope, new_id, now)?;
    changes::seen(c, component.id, ChangeAction::Renamed, None, now)?;
    Ok(changed)
}

/// Makes a component another publisher's, whose `scope` says that it wants it: with its versions, installations and
/// ratings. Returns what readers see differently.
pub(crate) fn hand_over(
    c: &mut Conn<'_>,
    component: &ComponentRow,
    scope: &TenantScope,
    now: Timestamp,
) -> ApiResult<Vec<Change>> {
    check_movable(component)?;
    scope.check_pattern(&component.slug)?;
    let size = store::size(c, component.id)?;
    check_storage(c, scope, size)?;
    write::add_storage(c, component.tenant_id, -size)?;
    write::add_storage(c, scope.id(), size)?;
    let details = json!({ "from_tenant_id": &*component.publisher_slug, "to_tenant_id": scope.slug() });
    // In the record of whom it leaves; whoever takes it has accepted it in their own.
    record::note(c, scope.actor(), component, "component.transfer", details, now)?;
    if let Some(deprecated) = successor_by_full_name(component)? {
        write::set_deprecated(c, component.id, Some(&deprecated))?;
    }
    let changed = move_to(c, component, scope, &component.slug, now)?;
    changes::seen(c, component.id, ChangeAction::Transferred, None, now)?;
    Ok(changed)
}

/// The deprecation of a component that changes hands, where its successor is named by its id alone: that is its publisher's
/// until now.
fn successor_by_full_name(component: &ComponentRow) -> ApiResult<Option<String>> {
    let Some(deprecated) = &component.deprecated else { return Ok(None) };
    let mut deprecated: Deprecation = serde_json::from_str(deprecated).map_err(ApiError::internal)?;
    match &mut deprecated.successor {
        Some(successor) if successor.source_tenant_id.is_none() => {
            successor.source_tenant_id = Some(component.publisher_slug.to_string());
        }
        _ => return Ok(None),
    }
    serde_json::to_string(&deprecated).map(Some).map_err(ApiError::internal)
}

pub(in crate::catalog) fn move_to(
    c: &mut Conn<'_>,
    component: &ComponentRow,
    scope: &TenantScope,
    slug: &str,
    now: Timestamp,
) -> ApiResult<Vec<Change>> {
    if store::holder(c, component.kind, scope.id(), slug)?.is_some_and(|holder| holder != component.id) {
        return Err(ApiError::conflict(format!(
            "`{}` has, or had, another {} with the id `{slug}`: an id is never given to something else.",
            scope.slug(),
            component.kind
        )));
    }
    let mut tenants = write::shared_tenants(c, component.id)?;
    tenants.extend([component.tenant_id, scope.id()]);
    store::rename(c, component.id, scope.id(), slug, now)?;
    index::reindex(c, component.id)?;
    let before = Change { tenants: tenants.clone(), ..Change::of(component) };
    let after = Change { slug: slug.to_owned(), ..before.clone() };
    Ok(vec![before, after])
}

/// Refuses to publish under an id that is another component's for ever, and says which, if the caller may see it.
pub(in crate::catalog) fn check_free(c: &mut Conn<'_>, scope: &TenantScope, kind: Kind, id: &str) -> ApiResult<()> {
    let Some(moved) = store::moved(c, kind, scope.id(), id)? else { return Ok(()) };
    let row = catalog::component_by_key(c, moved)?;
    if row.status == Status::Withdrawn || !sees(c, &row, &Audience::of(scope))? {
        return Err(ApiError::conflict(format!(
            "`{id}` was the id of another {kind} of yours, and an id is never given to something else: choose another one."
        )));
    }
    let message = format!(
        "`{id}` is the former id of the {kind} `{}/{}`, and stays its name too: publish that one, or choose another id.",
        row.publisher_slug, row.slug
    );
    let moved_to = json!({ "component_type": kind, "id": row.slug, "source_tenant_id": &*row.publisher_slug });
    Err(ApiError::conflict(message).details(json!({ "moved_to": moved_to })))
}
