//! Tenants: who publishes and installs, with their plan and their members. Never decides what a credential may do;
//! `extract` does. How a member signs in is no concern of it.

mod admin_api;
mod api;
mod members;
pub(crate) mod store;

use std::sync::{Arc, OnceLock};

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::error::FieldError;
use atom_marketplace_protocol::ids::{self, TENANT_ID_MAX};
use atom_marketplace_protocol::limits::NAME_MAX;
use atom_marketplace_protocol::plan::{Plan, PlanLimits};
use atom_marketplace_protocol::tenant::{self as wire, PlatformStats, TenantAdminUpdate, TenantCreate};
use atom_marketplace_protocol::text::{self, TextRule};
use serde_json::{Value, json};

use crate::audit::{self, Actor, Entry};
use crate::error::{ApiError, ApiResult};
use crate::paging::Window;

pub(crate) use members::{
    add as add_member, by_email as member_by_email, found, invitable as invitable_member, is_email,
    join as join_member, list as list_members, remove as remove_member,
};
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
    /// Whether it is being deleted, or gone: only its record can be read then.
    pub closing: bool,
}

/// What plans include where the operator has set something else, in the plans' order.
static PLAN_LIMITS: OnceLock<[PlanLimits; 4]> = OnceLock::new();

/// Sets what plans include, for the whole process: it is one operator's. Only the first call counts; it comes before the
/// first tenant is read.
pub fn set_plan_limits(limits: [PlanLimits; 4]) {
    PLAN_LIMITS.get_or_init(|| limits);
}

/// What a plan includes here.
pub(crate) fn plan_limits(plan: Plan) -> PlanLimits {
    PLAN_LIMITS.get().map_or_else(|| plan.limits(), |limits| limits[plan as usize])
}

/// Makes a tenant. `slug` must have passed `ids::check_tenant_id`; a taken one is `Error::Unique`.
pub fn create(c: &mut Conn<'_>, slug: &str, name: &str, plan: Plan, now: Timestamp) -> Result<Tenant, Error> {
    store::insert(c, slug, name, plan, now)?;
    store::find_by_slug(c, slug)?.ok_or(Error::NotFound)
}

/// Whether an account is a member of a tenant.
pub fn is_member(c: &mut Conn<'_>, tenant: i64, account: i64) -> Result<bool, Error> {
    store::is_member(c, tenant, account)
}

/// The tenant behind an id on the wire.
pub fn get(c: &mut Conn<'_>, slug: &str) -> Result<Option<Tenant>, Error> {
    store::find_by_slug(c, slug)
}

/// Makes the tenant that the platform's admin asks for. Its id is made from its name where none is given.
pub fn register(c: &mut Conn<'_>, actor: &Actor, request: &TenantCreate, now: Timestamp) -> ApiResult<wire::Tenant> {
    let mut wrong = Vec::new();
    let name = clean_name(&request.name, &mut wrong);
    if let Some(Err(why)) = request.id.as_deref().map(ids::check_tenant_id) {
        wrong.push(FieldError::new("id", why));
    }
    if !wrong.is_empty() {
        return Err(ApiError::invalid(wrong));
    }
    let slug = match &request.id {
        Some(id) if store::find_by_slug(c, id)?.is_some() => {
            return Err(ApiError::conflict(format!("The tenant id `{id}` is taken.")));
        }
        Some(id) => id.clone(),
        None => free_slug(c, &name)?,
    };
    let made = create(c, &slug, &name, request.plan, now)?;
    note(c, actor, &made, "tenant.create", json!({ "name": name, "plan": request.plan }), now)?;
    describe(c, &slug)
}

/// A tenant as the wire shows it.
pub fn describe(c: &mut Conn<'_>, slug: &str) -> ApiResult<wire::Tenant> {
    store::describe(c, slug)?.map(|row| row.1).ok_or_else(ApiError::tenant_not_found)
}

/// Tenants in the order they were made, and how many there are.
pub fn list(c: &mut Conn<'_>, window: Window<i64>) -> Result<(Vec<(i64, wire::Tenant)>, u64), Error> {
    Ok((store::list(c, window)?, store::count(c)?))
}

/// Changes a tenant. What `update` leaves out stays.
pub fn update(
    c: &mut Conn<'_>,
    actor: &Actor,
    slug: &str,
    update: &TenantAdminUpdate,
    now: Timestamp,
) -> ApiResult<wire::Tenant> {
    let mut wrong = Vec::new();
    let name = update.name.as_deref().map(|name| clean_name(name, &mut wrong));
    let limits = update.limits.unwrap_or_default();
    for (field, limit) in
        [("agents", limits.agents), ("storage_bytes", limits.storage_bytes), ("webhooks", limits.webhooks)]
    {
        if limit.flatten().is_some_and(|limit| i64::try_from(limit).is_err()) {
            wrong.push(FieldError::new(format!("limits.{field}"), "It must be below 2^63."));
        }
    }
    if !wrong.is_empty() {
        return Err(ApiError::invalid(wrong));
    }
    let tenant = store::find_by_slug(c, slug)?.ok_or_else(ApiError::tenant_not_found)?;
    if tenant.closing {
        return Err(ApiError::conflict(format!("The tenant `{slug}` was deleted: nothing of it is changed any more.")));
    }
    let update = TenantAdminUpdate { name, ..update.clone() };
    let before = describe(c, slug)?;
    if !changes(&before, &update) {
        return Ok(before);
    }
    let renamed = update.name.as_ref().is_some_and(|name| *name != before.name);
    store::update(c, slug, &update, renamed, now)?;
    note(c, actor, &tenant, "tenant.update", json!(update), now)?;
    describe(c, slug)
}

/// Gives a tenant another name, by itself. The platform has vouched for who went by the name before: that is over, as is
/// what its domains prove of it.
pub(crate) fn rename(
    c: &mut Conn<'_>,
    actor: &Actor,
    slug: &str,
    name: Option<String>,
    now: Timestamp,
) -> ApiResult<wire::Tenant> {
    let before = describe(c, slug)?;
    let renamed = name.as_ref().is_some_and(|name| *name != before.name);
    let verified = (renamed && before.verified).then_some(false);
    update(c, actor, slug, &TenantAdminUpdate { name, verified, ..TenantAdminUpdate::default() }, now)
}

/// Whether a tenant is another after an update. A limit always is set: one of its own stays when the plan changes, although
/// it reads the same.
fn changes(tenant: &wire::Tenant, update: &TenantAdminUpdate) -> bool {
    update.name.as_ref().is_some_and(|name| *name != tenant.name)
        || update.plan.is_some_and(|plan| plan != tenant.plan)
        || update.suspended.is_some_and(|suspended| suspended != tenant.suspended)
        || update.verified.is_some_and(|verified| verified != tenant.verified)
        || update.limits.is_some()
}

/// The record of what was done to a tenant.
pub(crate) fn note(
    c: &mut Conn<'_>,
    actor: &Actor,
    tenant: &Tenant,
    action: &'static str,
    details: Value,
    now: Timestamp,
) -> Result<(), Error> {
    let target = format!("tenant:{}", tenant.slug);
    audit::record(c, &Entry { actor, tenant: Some(tenant.id), action, target, details }, now)
}

/// The platform in numbers.
pub fn platform_stats(c: &mut Conn<'_>) -> Result<PlatformStats, Error> {
    store::platform_stats(c)
}

fn clean_name(name: &str, wrong: &mut Vec<FieldError>) -> String {
    let rule = TextRule { max_chars: NAME_MAX, multiline: false, required: true };
    text::clean(name, rule).unwrap_or_else(|why| {
        wrong.push(FieldError::new("name", why));
        String::new()
    })
}

/// Ids that would read as the platform's own, or as one of its pages. Only the platform's admin gives them out.
const RESERVED: [&str; 46] = [
    "about",
    "account",
    "admin",
    "administrator",
    "agents",
    "anonymous",
    "api",
    "assets",
    "atom",
    "atom-saas",
    "billing",
    "canvases",
    "dashboard",
    "docs",
    "domains",
    "everyone",
    "federation",
    "health",
    "help",
    "internal",
    "invitation",
    "login",
    "logout",
    "marketplace",
    "me",
    "metrics",
    "new",
    "null",
    "official",
    "operator",
    "platform",
    "publish",
    "review",
    "root",
    "sandbox",
    "search",
    "security",
    "settings",
    "signup",
    "skills",
    "staff",
    "static",
    "status",
    "support",
    "system",
    "test",
];

/// Whether only the platform's admin gives this id out.
pub(crate) fn is_reserved(slug: &str) -> bool {
    RESERVED.contains(&slug)
}

/// The name as an id that is free: `Acme Corporation` is `acme-corporation`, the next of that name `acme-corporation-2`.
fn free_slug(c: &mut Conn<'_>, name: &str) -> ApiResult<String> {
    let base = slugify(name);
    for number in 1..=1_000 {
        let slug = if number == 1 { base.clone() } else { format!("{base}-{number}") };
        if !is_reserved(&slug) && store::find_by_slug(c, &slug)?.is_none() {
            return Ok(slug);
        }
    }
    Err(ApiError::conflict("Too many tenants have this name: choose an id."))
}

/// The name in the alphabet of tenant ids, short enough for a number behind it.
fn slugify(name: &str) -> String {
    let folded = text::fold(name);
    let words = folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut slug = words.collect::<Vec<_>>().join("-");
    slug.truncate(TENANT_ID_MAX - 5);
    let slug = slug.trim_end_matches('-');
    if slug.len() < 2 { format!("tenant{}{slug}", if slug.is_empty() { "" } else { "-" }) } else { slug.to_owned() }
}

/// Routes.
pub fn routes() -> crate::http::ApiRoutes {
    admin_api::routes().merge(api::routes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_ids() {
        let long = "a".repeat(100);
        for (name, slug) in [
            ("Acme Corporation", "acme-corporation"),
            ("  Café & Söhne, GmbH. ", "cafe-sohne-gmbh"),
            ("株式会社", "tenant"),
            ("X", "tenant-x"),
            (long.as_str(), &long[..58]),
        ] {
            assert_eq!(slugify(name), slug);
            assert_eq!(ids::check_tenant_id(&slugify(name)), Ok(()));
        }
    }
}
