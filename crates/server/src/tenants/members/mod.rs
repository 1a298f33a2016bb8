//! Who belongs to a tenant, and in which role. Nobody gives or takes more than they have, and an owner always remains.

mod store;

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::error::{Code, FieldError};
use atom_marketplace_protocol::ids;
use atom_marketplace_protocol::limits::NAME_MAX;
use atom_marketplace_protocol::scope::{Role, Scope};
use atom_marketplace_protocol::tenant::{Member, MemberAdd};
use atom_marketplace_protocol::text::{self, TextRule};
use serde_json::json;

use crate::audit::{self, Actor, Entry};
use crate::error::{ApiError, ApiResult};
use crate::extract::TenantScope;
use crate::paging::Window;

/// Characters in an email address (RFC 5321).
const EMAIL_MAX: usize = 254;

/// The tenant's members in the order they came, and how many there are.
pub(crate) fn list(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    window: Window<i64>,
) -> Result<(Vec<(i64, Member)>, u64), Error> {
    let rows = store::list(c, scope, window)?;
    Ok((rows.into_iter().map(|row| (row.account, row.member)).collect(), store::count(c, scope)?))
}

/// Makes a person a member, and an account for whom nobody knows here yet.
pub(crate) fn add(c: &mut Conn<'_>, scope: &TenantScope, request: &MemberAdd, now: Timestamp) -> ApiResult<Member> {
    let (email, name) = check(request)?;
    may_grant(scope, request.role)?;
    let account = match store::account_by_email(c, &email)? {
        Some(account) => account,
        None => store::insert_account(c, &ids::new_id("usr"), &email, &name, now)?,
    };
    if store::find_by_account(c, scope, account)?.is_some() {
        return Err(ApiError::conflict(format!("`{email}` is a member already.")));
    }
    store::insert(c, scope, account, request.role, now)?;
    let row = store::find_by_account(c, scope, account)?.ok_or(Error::NotFound)?;
    note(c, scope, &row.member, "member.add", now)?;
    Ok(row.member)
}

/// Gives a member another role.
pub(super) fn change(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    uid: &str,
    role: Role,
    now: Timestamp,
) -> ApiResult<Member> {
    let row = find(c, scope, uid)?;
    may_grant(scope, row.member.role)?;
    may_grant(scope, role)?;
    if role == row.member.role {
        return Ok(row.member);
    }
    if role != Role::Owner {
        keep_an_owner(c, scope, row.member.role)?;
    }
    store::set_role(c, scope, row.account, role)?;
    let member = Member { role, ..row.member };
    note(c, scope, &member, "member.update", now)?;
    Ok(member)
}

/// Takes a member out of the tenant. The tokens they made here end with it; the person's account stays.
pub(crate) fn remove(c: &mut Conn<'_>, scope: &TenantScope, uid: &str, now: Timestamp) -> ApiResult<()> {
    let row = find(c, scope, uid)?;
    may_grant(scope, row.member.role)?;
    keep_an_owner(c, scope, row.member.role)?;
    store::delete(c, scope, row.account)?;
    note(c, scope, &row.member, "member.remove", now)
}

/// The record of who belongs to the tenant, by their ids: a person's name and address can be erased, the record not.
fn note(c: &mut Conn<'_>, scope: &TenantScope, member: &Member, action: &'static str, now: Timestamp) -> ApiResult<()> {
    let target = format!("member:{}", member.user_id);
    let (actor, tenant) = (scope.actor(), Some(scope.id()));
    let details = json!({ "role": member.role });
    Ok(audit::record(c, &Entry { actor, tenant, action, target, details }, now)?)
}

/// A member whom the caller may invite, since their role holds no more than the caller does, with the account's key.
pub(crate) fn invitable(c: &mut Conn<'_>, scope: &TenantScope, uid: &str) -> ApiResult<(i64, Member)> {
    let row = find(c, scope, uid)?;
    may_grant(scope, row.member.role)?;
    Ok((row.account, row.member))
}

/// Notes that a member took up their invitation. Nothing happens when they had, or are no member any more.
pub(crate) fn join(c: &mut Conn<'_>, tenant: i64, account: i64, now: Timestamp) -> Result<bool, Error> {
    store::join(c, tenant, account, now)
}

/// The member of the tenant with this email address, for those who know people by theirs.
pub(crate) fn by_email(c: &mut Conn<'_>, scope: &TenantScope, email: &str) -> ApiResult<Member> {
    let email = email.trim().to_lowercase();
    let account = store::account_by_email(c, &email)?;
    let row = account.map(|account| store::find_by_account(c, scope, account)).transpose()?.flatten();
    row.map(|row| row.member).ok_or_else(|| ApiError::not_found("member"))
}

/// Makes an account the owner of the tenant that it has just made.
pub(crate) fn found(
    c: &mut Conn<'_>,
    actor: &Actor,
    tenant: &str,
    account: i64,
    user: &str,
    now: Timestamp,
) -> ApiResult<()> {
    let tenant = super::get(c, tenant)?.ok_or(Error::NotFound)?;
    let scope = TenantScope::of_platform(tenant, actor.clone());
    store::insert(c, &scope, account, Role::Owner, now)?;
    store::join(c, scope.id(), account, now)?;
    let member = find(c, &scope, user)?.member;
    note(c, &scope, &member, "member.add", now)
}

fn find(c: &mut Conn<'_>, scope: &TenantScope, uid: &str) -> ApiResult<store::MemberRow> {
    store::find(c, scope, uid)?.ok_or_else(|| ApiError::not_found("member"))
}

fn may_grant(scope: &TenantScope, role: Role) -> ApiResult<()> {
    if scope.may_grant(role) {
        return Ok(());
    }
    let missing = role.scopes().difference(scope.scopes()).iter().next().unwrap_or(Scope::MembersManage);
    let message = format!("The role `{role}` holds more than you do.");
    Err(ApiError::new(Code::InsufficientPermissions, message)
        .details(json!({ "required_permission": missing, "role": role })))
}

/// Refuses to take the role of the last owner.
fn keep_an_owner(c: &mut Conn<'_>, scope: &TenantScope, role: Role) -> ApiResult<()> {
    if role == Role::Owner && store::owners(c, scope)? <= 1 {
        return Err(ApiError::conflict("The last owner of a tenant stays: make another member owner first."));
    }
    Ok(())
}

/// The email, lower case, and the name.
fn check(request: &MemberAdd) -> ApiResult<(String, String)> {
    let mut wrong = Vec::new();
    let email = request.email.trim().to_lowercase();
    if !is_email(&email) {
        wrong.push(FieldError::new("email", format!("It must be an email address of up to {EMAIL_MAX} characters.")));
    }
    let name = request.name.as_deref().unwrap_or_else(|| email.split('@').next().unwrap_or_default());
    let rule = TextRule { max_chars: NAME_MAX, multiline: false, required: true };
    let name = text::clean(name, rule).map_err(|why| wrong.push(FieldError::new("name", why)));
    match name {
        Ok(name) if wrong.is_empty() => Ok((email, name)),
        _ => Err(ApiError::invalid(wrong)),
    }
}

/// Whether a message could go there at all: one `@` between two parts, nothing that is no visible ASCII. Only a message
/// that arrives proves more.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    text.len() <= EMAIL_MAX
        && (1..=64).contains(&local.len())
        && !domain.is_empty()
        && !domain.contains('@')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && text.bytes().all(|b| b.is_ascii_graphic() && !b"<>()[]\\,;:\"".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn emails() {
        for (text, is) in [
            ("ada@acme.example", true),
            ("a+b@localhost", true),
            ("ada", false),
            ("@acme.example", false),
            ("ada@", false),
            ("ada@a@b", false),
            ("ada @acme.example", false),
            ("ada@acme.example\r\nbcc: x", false),
            ("<ada@acme.example>", false),
        ] {
            assert_eq!(is_email(text), is, "{text:?}");
        }
    }
}
