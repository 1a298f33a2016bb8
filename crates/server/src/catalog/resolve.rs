//! From an id in a request to one component (contract §1 "Identity"): the caller's own → what the caller has installed
//! under it → the one local one the caller may see → the one federated one → 409 with the candidates. An id that a
//! component had before goes on meaning it, at the place where it stood; a component found by its present id costs no more
//! for that.

use atom_marketplace_db::Conn;
use atom_marketplace_protocol::error::Code;
use atom_marketplace_protocol::ids::Kind;
use serde_json::json;

use super::model::ComponentRow;
use super::store;
use crate::error::{ApiError, ApiResult};
use crate::extract::Audience;

/// How many candidates a 409 names.
const CANDIDATES: usize = 10;

/// The component that `id` means to `audience`, or 404, or 409 `AMBIGUOUS_COMPONENT`.
pub fn resolve(
    c: &mut Conn<'_>,
    audience: &Audience,
    kind: Kind,
    id: &str,
    source_tenant: Option<&str>,
) -> ApiResult<ComponentRow> {
    let missing = || ApiError::component_not_found(kind, id);
    if let Some(source) = source_tenant {
        let row = store::by_name(c, kind, source, id)?.ok_or_else(missing)?;
        return if sees(c, &row, audience)? { Ok(row) } else { Err(missing()) };
    }
    if let Some(tenant) = audience.tenant_id() {
        if let Some(own) = store::own(c, kind, tenant, id)? {
            // A name that was given away goes on meaning what was given away, seen or not.
            return if own.tenant_id == tenant || sees(c, &own, audience)? { Ok(own) } else { Err(missing()) };
        }
        if let Some(installed) = one(kind, id, store::installed_under(c, kind, tenant, id, CANDIDATES + 1)?)? {
            return Ok(installed);
        }
    }
    let mut local = store::listed_under(c, kind, id, false, CANDIDATES + 1)?;
    if let Some(tenant) = audience.tenant_id() {
        local.extend(store::shared_under(c, kind, tenant, id, CANDIDATES + 1)?);
    }
    if let Some(row) = one(kind, id, local)? {
        return Ok(row);
    }
    one(kind, id, store::listed_under(c, kind, id, true, CANDIDATES + 1)?)?.ok_or_else(missing)
}

/// Whether `audience` may see a component.
pub fn sees(c: &mut Conn<'_>, row: &ComponentRow, audience: &Audience) -> ApiResult<bool> {
    let shared = !row.listed && is_shared(c, row, audience)?;
    Ok(row.visible_to(audience, shared))
}

fn is_shared(c: &mut Conn<'_>, row: &ComponentRow, audience: &Audience) -> ApiResult<bool> {
    match audience.tenant_id() {
        Some(tenant) => Ok(store::is_shared(c, row.id, tenant)?),
        None => Ok(false),
    }
}

fn one(kind: Kind, id: &str, mut found: Vec<ComponentRow>) -> ApiResult<Option<ComponentRow>> {
    if found.len() < 2 {
        return Ok(found.pop());
    }
    let candidates: Vec<_> = found
        .iter()
        .take(CANDIDATES)
        .map(|row| json!({ "component_type": kind, "id": row.slug, "source_tenant_id": &*row.publisher_slug, "name": row.name }))
        .collect();
    Err(ApiError::new(Code::AmbiguousComponent, format!("Several publishers have `{id}` among their {}: say whose with `source_tenant_id`.", kind.plural()))
        .details(json!({ "component_type": kind, "component_id": id, "candidates": candidates, "more": found.len() > CANDIDATES })))
}
