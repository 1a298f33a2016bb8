//! What a dependency means, fixed when its dependent is published: the publisher's own of that id, else the sole public
//! one, never the installer's.

use atom_marketplace_db::Conn;
use atom_marketplace_protocol::component::{Dependency, MarketplaceType, Status};

use super::model::ComponentRow;
use super::resolve::sees;
use super::store;
use crate::error::ApiResult;
use crate::extract::{Audience, TenantScope};

/// The component that `dependency` names in a publication of `scope`'s tenant, or why there is none. What is published to
/// the `public` may only need what the public sees, or will see once it is approved.
pub(super) fn resolve(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    dependency: &Dependency,
    public: bool,
) -> ApiResult<Result<i64, String>> {
    let found = match &dependency.source_tenant_id {
        Some(tenant) => by_tenant(c, scope, dependency, tenant)?,
        None => unqualified(c, scope, dependency)?,
    };
    Ok(found.and_then(|row| {
        let will_be_public = row.visibility == MarketplaceType::Public || row.pending_version_id.is_some();
        if public && !row.listed && !(row.tenant_id == scope.id() && will_be_public) {
            Err("it is private: publish it to the public first".to_owned())
        } else {
            Ok(row.id)
        }
    }))
}

fn by_tenant(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    dependency: &Dependency,
    tenant: &str,
) -> ApiResult<Result<ComponentRow, String>> {
    let missing = || format!("`{tenant}` has none that you may see");
    let Some(row) = store::by_name(c, dependency.component_type, tenant, &dependency.id)? else {
        return Ok(Err(missing()));
    };
    let shared = !row.listed && store::is_shared(c, row.id, scope.id())?;
    let seen = row.visible_to(&Audience::of(scope), shared);
    Ok(if seen && row.status != Status::Withdrawn { Ok(row) } else { Err(missing()) })
}

fn unqualified(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    dependency: &Dependency,
) -> ApiResult<Result<ComponentRow, String>> {
    let (kind, id) = (dependency.component_type, dependency.id.as_str());
    if let Some(own) = store::own(c, kind, scope.id(), id)? {
        let seen = own.tenant_id == scope.id() || sees(c, &own, &Audience::of(scope))?;
        return Ok(if seen { Ok(own) } else { Err("yours of that id is another publisher's now".to_owned()) });
    }
    for federated in [false, true] {
        let mut found = store::listed_under(c, kind, id, federated, 2)?;
        match (found.pop(), found.pop()) {
            (Some(row), None) => return Ok(Ok(row)),
            (Some(_), Some(_)) => {
                return Ok(Err("several publishers have one: say which with `source_tenant_id`".to_owned()));
            }
            (None, _) => {}
        }
    }
    Ok(Err("neither you nor the public marketplace has one".to_owned()))
}
