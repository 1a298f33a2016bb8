//! Sign-up: a free tenant with its owner, where the operator lets people in by themselves.

use atom_marketplace_protocol::account::SignUp;
use atom_marketplace_protocol::error::{Code, FieldError};
use atom_marketplace_protocol::ids;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::tenant::TenantCreate;

use super::links::{self, Purpose};
use super::sessions::{self, Begin, Signed};
use super::{normal_email, password, store, throttle};
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::Visitor;
use crate::tenants;

/// Who may make a tenant by themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignUpMode {
    /// Nobody: the operator makes tenants.
    #[default]
    Closed,
    /// Whoever has a one-time link from the operator.
    Invite,
    /// Everyone.
    Open,
}

/// Makes the tenant and its owner, and signs the owner in.
pub async fn sign_up(m: &Marketplace, request: &SignUp, from: &Visitor) -> ApiResult<Signed> {
    let mode = m.accounts.sign_up;
    if mode == SignUpMode::Closed {
        let why = "New tenants are made by the operator of this marketplace: ask them.";
        return Err(ApiError::new(Code::InsufficientPermissions, why));
    }
    let (email, name) = check(mode, request)?;
    let now = m.now();
    let address = from.address;
    // Before the password is hashed, which is the work that is worth sparing. A refusal later counts too.
    m.db.write(move |c| throttle::charge(c, &[throttle::REQUESTS.address(address)], now)).await?;
    let hash = m.passwords.hash(&request.password).await?;
    let user = ids::new_id("usr");
    let (begin, actor) = (Begin::new(from, now), from.actor(&user));
    let (begun, invitation) = (begin.clone(), request.invitation.clone());
    let wanted =
        TenantCreate { id: request.tenant_id.clone(), name: request.tenant_name.clone(), plan: Plan::default() };
    let session = m
        .write(move |c| {
            if let Some(invitation) = &invitation {
                let link = links::find(c, "invitation", invitation, now)?;
                if link.purpose != Purpose::SignUp {
                    return Err(links::ended("invitation"));
                }
                links::consume(c, "invitation", &link)?;
            }
            if store::by_email(c, &email)?.is_some() {
                let why = "There is an account with this email address already: sign in, or reset its password.";
                return Err(ApiError::conflict(why));
            }
            let made = tenants::register(c, &actor, &wanted, now)?;
            let account = store::insert_account(c, &user, &email, &name, &hash, now)?;
            tenants::found(c, &actor, &made.id, account, &user, now)?;
            let stored = store::by_key(c, account)?.ok_or(atom_marketplace_db::Error::NotFound)?;
            begun.run(c, stored.account, None)
        })
        .await?;
    if from.session.is_some() {
        m.credentials.clear();
    }
    Ok(Signed { secret: begin.secret(), session })
}

/// The email address and the name as they are kept.
fn check(mode: SignUpMode, request: &SignUp) -> ApiResult<(String, String)> {
    let mut wrong = Vec::new();
    if let Some(id) = &request.tenant_id {
        if let Err(why) = ids::check_tenant_id(id) {
            wrong.push(FieldError::new("tenant_id", why));
        } else if tenants::is_reserved(id) {
            wrong.push(FieldError::new("tenant_id", format!("The id `{id}` is reserved: choose another one.")));
        }
    }
    sessions::clean_name(&request.tenant_name, "tenant_name", &mut wrong);
    let email = normal_email(&request.email);
    if !tenants::is_email(&email) {
        wrong.push(FieldError::new("email", "It must be an email address."));
    }
    let names = [&*email, &*request.tenant_name, request.tenant_id.as_deref().unwrap_or(&request.tenant_name)];
    if let Err(why) = password::check(&request.password, &names) {
        wrong.push(FieldError::new("password", why));
    }
    let name = sessions::clean_name(&request.name, "name", &mut wrong);
    if mode == SignUpMode::Invite && request.invitation.is_none() {
        wrong.push(FieldError::new("invitation", "New tenants need an invitation here: ask the operator for a link."));
    }
    if wrong.is_empty() { Ok((email, name)) } else { Err(ApiError::invalid(wrong)) }
}
