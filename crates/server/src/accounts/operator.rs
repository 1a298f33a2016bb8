//! What the operator does at the command line, beside the server: members, links to hand over, who looks after the platform.

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::account::{OneTimeLink, User};
use atom_marketplace_protocol::tenant::{Member, MemberAdd};
use serde_json::json;

use super::links::{self, NewLink, Purpose};
use super::{normal_email, sessions, store};
use crate::audit::{self, Actor, Entry};
use crate::error::{ApiError, ApiResult};
use crate::extract::TenantScope;
use crate::paging::Window;
use crate::tenants;

fn scope(c: &mut Conn<'_>, tenant: &str) -> ApiResult<TenantScope> {
    let tenant = tenants::get(c, tenant)?.ok_or_else(|| ApiError::not_found("tenant"))?;
    Ok(TenantScope::of_platform(tenant, Actor::operator()))
}

/// A link to be made by one of the verbs below: an invitation to a tenant.
pub fn invitation_link(public_url: &str, now: Timestamp) -> NewLink {
    NewLink::new(Purpose::Invitation, public_url, now)
}

/// The same for a password reset.
pub fn reset_link(public_url: &str, now: Timestamp) -> NewLink {
    NewLink::new(Purpose::PasswordReset, public_url, now)
}

/// The same for a new tenant.
pub fn sign_up_link(public_url: &str, now: Timestamp) -> NewLink {
    NewLink::new(Purpose::SignUp, public_url, now)
}

/// Adds a person to a tenant.
pub fn add_member(c: &mut Conn<'_>, tenant: &str, member: &MemberAdd, now: Timestamp) -> ApiResult<Member> {
    let scope = scope(c, tenant)?;
    tenants::add_member(c, &scope, member, now)
}

/// A tenant's members, and how many there are.
pub fn members(c: &mut Conn<'_>, tenant: &str, window: Window<i64>) -> ApiResult<(Vec<(i64, Member)>, u64)> {
    let scope = scope(c, tenant)?;
    Ok(tenants::list_members(c, &scope, window)?)
}

/// Makes a member's invitation.
pub fn invite(c: &mut Conn<'_>, tenant: &str, email: &str, link: &NewLink) -> ApiResult<OneTimeLink> {
    let scope = scope(c, tenant)?;
    let member = tenants::member_by_email(c, &scope, email)?;
    links::invite(c, &scope, &member.user_id, link).map(|(made, _)| made)
}

/// Makes a member's password reset.
pub fn reset_password(c: &mut Conn<'_>, tenant: &str, email: &str, link: &NewLink) -> ApiResult<OneTimeLink> {
    let scope = scope(c, tenant)?;
    let member = tenants::member_by_email(c, &scope, email)?;
    links::reset(c, scope.actor(), &member.email, link)
}

/// Takes a person out of a tenant.
pub fn remove_member(c: &mut Conn<'_>, tenant: &str, email: &str, now: Timestamp) -> ApiResult<()> {
    let scope = scope(c, tenant)?;
    let member = tenants::member_by_email(c, &scope, email)?;
    tenants::remove_member(c, &scope, &member.user_id, now)
}

/// Makes the link by which somebody may make a tenant.
pub fn invite_tenant(c: &mut Conn<'_>, link: &NewLink) -> ApiResult<OneTimeLink> {
    let (actor, target) = (Actor::operator(), "sign-up".to_owned());
    audit::record(
        c,
        &Entry { actor: &actor, tenant: None, action: "tenant.invite", target, details: json!({}) },
        link.now(),
    )?;
    link.store(c, None, None)
}

/// Lets a person look after the platform, or no longer. Their account must be there, and have a password when it is granted.
pub fn set_platform_admin(c: &mut Conn<'_>, email: &str, grant: bool, now: Timestamp) -> ApiResult<User> {
    let stored = store::by_email(c, &normal_email(email))?.ok_or_else(|| ApiError::not_found("account"))?;
    if grant && stored.password_hash.is_none() {
        return Err(ApiError::conflict(
            "The person has not taken up their invitation yet, so that nobody could sign in.",
        ));
    }
    let account = stored.account;
    store::set_platform_admin(c, account.id, grant)?;
    let action = if grant { "admin.grant" } else { "admin.revoke" };
    let (actor, target) = (Actor::operator(), format!("account:{}", account.uid));
    audit::record(c, &Entry { actor: &actor, tenant: None, action, target, details: json!({}) }, now)?;
    let stored = store::by_key(c, account.id)?.ok_or(Error::NotFound)?;
    Ok(sessions::user(&stored.account))
}
