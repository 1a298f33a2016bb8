//! One-time links: 256 random bits, kept as a hash, good for one use and a while. They set a password: an invitation's, by
//! which a person takes up their place in a tenant, or a reset's. A third kind lets somebody make a tenant.
//!
//! Whoever invites sees the link, so it must not open more than they gave: it never changes a password that is there. A person
//! who has one proves it; then the link adds the tenant to what they belong to.

use std::time::Duration;

use atom_marketplace_db::{Conn, Timestamp};
use atom_marketplace_protocol::account::{Confidential, OneTimeLink, PasswordResetConfirm, PasswordResetRequest};
use atom_marketplace_protocol::error::FieldError;
use atom_marketplace_protocol::token::{self, CredentialKind, Secret};
use serde_json::json;

use super::mail::{self, Letter};
use super::password::{self, Verdict};
use super::sessions::{Begin, Signed};
use super::{normal_email, sessions, shown, store, throttle};
use crate::app::Marketplace;
use crate::audit::{self, Actor, Entry};
use crate::error::{ApiError, ApiResult};
use crate::extract::{TenantScope, Visitor};
use crate::tenants;

/// The field that a link's token comes in.
const TOKEN: &str = "token";

/// What a link is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Taking up one's place in a tenant.
    Invitation,
    /// Setting a password in the place of a forgotten one.
    PasswordReset,
    /// Making a tenant, where that needs an invitation.
    SignUp,
}

impl Purpose {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::PasswordReset => "password_reset",
            Self::SignUp => "sign_up",
        }
    }

    /// How long it is good.
    fn lasts(self) -> Duration {
        match self {
            Self::Invitation | Self::SignUp => Duration::from_hours(7 * 24),
            Self::PasswordReset => Duration::from_hours(1),
        }
    }

    /// The page that takes it.
    fn page(self) -> &'static str {
        match self {
            Self::Invitation | Self::PasswordReset => "set-password?token=",
            Self::SignUp => "signup?invitation=",
        }
    }
}

impl std::str::FromStr for Purpose {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let all = [Self::Invitation, Self::PasswordReset, Self::SignUp];
        all.into_iter().find(|purpose| purpose.as_str() == text).ok_or_else(|| format!("{text:?} is no purpose"))
    }
}

/// A link to be made in a transaction, with what must be made outside of it.
#[derive(Clone, Debug)]
pub struct NewLink {
    purpose: Purpose,
    secret: Secret,
    url: String,
    now: Timestamp,
}

impl NewLink {
    pub(super) fn new(purpose: Purpose, public_url: &str, now: Timestamp) -> Self {
        let secret = token::generate(CredentialKind::OneTimeLink);
        let url = format!("{public_url}/{}{}", purpose.page(), secret.expose());
        Self { purpose, secret, url, now }
    }

    /// Where it leads.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn now(&self) -> Timestamp {
        self.now
    }

    fn expires_at(&self) -> Timestamp {
        self.now.plus(self.purpose.lasts())
    }

    pub(super) fn store(&self, c: &mut Conn<'_>, account: Option<i64>, tenant: Option<i64>) -> ApiResult<OneTimeLink> {
        let hash = token::hash(self.secret.expose());
        store::insert_link(c, &hash, self.purpose, account, tenant, (self.now, self.expires_at()))?;
        Ok(OneTimeLink { url: Confidential::new(&*self.url), expires_at: shown(self.expires_at()), mailed: false })
    }
}

/// Makes the link by which a member takes up their place. An older one of theirs ends.
pub(super) fn invite(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    user: &str,
    link: &NewLink,
) -> ApiResult<(OneTimeLink, String)> {
    let (account, member) = tenants::invitable_member(c, scope, user)?;
    if member.joined_at.is_some() {
        return Err(ApiError::conflict(
            "The person has joined already and signs in as usual. Whoever forgot the password asks for a reset.",
        ));
    }
    let made = link.store(c, Some(account), Some(scope.id()))?;
    let (actor, tenant, target) = (scope.actor(), Some(scope.id()), format!("member:{user}"));
    audit::record(c, &Entry { actor, tenant, action: "member.invite", target, details: json!({}) }, link.now)?;
    Ok((made, member.email))
}

/// Invites a member: answers with the link, and mails it where mail is set up.
pub(super) async fn send_invitation(m: &Marketplace, scope: TenantScope, user: String) -> ApiResult<OneTimeLink> {
    let now = m.now();
    let link = NewLink::new(Purpose::Invitation, &m.public_url, now);
    let letter = m.accounts.mail.is_some().then(|| {
        let tenant = scope.tenant().name.clone();
        Letter::seal(m, &mail::invitation(&tenant, link.url()), now)
    });
    m.write(move |c| {
        let (made, email) = invite(c, &scope, &user, &link)?;
        let Some(letter) = &letter else { return Ok(made) };
        throttle::charge(c, &[throttle::INVITATIONS.tenant(scope.id())], now)?;
        // Who is written to may not want it, so they are not written to without end.
        let mailed = throttle::try_one(c, &throttle::LETTERS.email(&email), now)?.is_ok();
        if mailed {
            letter.queue(c, &email)?;
        }
        Ok(OneTimeLink { mailed, ..made })
    })
    .await
}

/// Mails a link that sets a new password, if there is such an account and mail is set up. Whoever asks does not learn which:
/// the same is worked out and one transaction is written either way; it differs by the two rows.
pub async fn request_reset(m: &Marketplace, request: &PasswordResetRequest, from: &Visitor) -> ApiResult<()> {
    let (email, now, from) = (normal_email(&request.email), m.now(), from.clone());
    let link = NewLink::new(Purpose::PasswordReset, &m.public_url, now);
    let letter = Letter::seal(m, &mail::reset(link.url()), now);
    let by_mail = m.accounts.mail.is_some();
    m.write(move |c| {
        throttle::charge(c, &[throttle::REQUESTS.address(from.address)], now)?;
        let allowed = throttle::try_one(c, &throttle::LETTERS.email(&email), now)?.is_ok();
        let Some(stored) = store::by_email(c, &email)?.filter(|_| allowed && by_mail) else { return Ok(()) };
        link.store(c, Some(stored.account.id), None)?;
        letter.queue(c, &email)?;
        sessions::note(c, &from.nobody(), None, "account.reset_request", &stored.account.uid, json!({}), now)?;
        Ok(())
    })
    .await
}

/// Makes a link that sets a new password, for the operator to hand over.
pub(super) fn reset(c: &mut Conn<'_>, actor: &Actor, email: &str, link: &NewLink) -> ApiResult<OneTimeLink> {
    let stored = store::by_email(c, &normal_email(email))?.ok_or_else(|| ApiError::not_found("account"))?;
    sessions::note(c, actor, None, "account.reset_request", &stored.account.uid, json!({}), link.now)?;
    link.store(c, Some(stored.account.id), None)
}

pub(super) fn ended(field: &str) -> ApiError {
    ApiError::field(field, "The link was used before, has ended, or is not whole. Ask for a new one.")
}

/// The link behind a token, while it is good.
pub(super) fn find(
    c: &mut Conn<'_>,
    field: &str,
    presented: &Confidential,
    now: Timestamp,
) -> ApiResult<store::LinkRow> {
    if !token::well_formed(CredentialKind::OneTimeLink, presented.expose()) {
        return Err(ended(field));
    }
    let link = store::link(c, &token::hash(presented.expose()))?;
    link.filter(|link| now < link.expires_at).ok_or_else(|| ended(field))
}

/// Uses a link up, within the transaction of what it is good for.
pub(super) fn consume(c: &mut Conn<'_>, field: &str, link: &store::LinkRow) -> ApiResult<()> {
    if store::delete_link(c, link.id)? { Ok(()) } else { Err(ended(field)) }
}

/// What a link's account has at present.
struct Found {
    stored: store::Stored,
    /// Whether the password is to be set; else it is to be proved.
    sets: bool,
    invites: bool,
    names: Vec<String>,
}

fn look(c: &mut Conn<'_>, token: &Confidential, now: Timestamp) -> ApiResult<Found> {
    let link = find(c, TOKEN, token, now)?;
    let account = link.account.filter(|_| link.purpose != Purpose::SignUp).ok_or_else(|| ended(TOKEN))?;
    let stored = store::by_key(c, account)?.ok_or_else(|| ended(TOKEN))?;
    let sets = link.purpose == Purpose::PasswordReset || stored.password_hash.is_none();
    let memberships = store::memberships(c, account)?;
    let of_tenants = memberships.iter().flat_map(|(tenant, _)| [tenant.slug.to_string(), tenant.name.to_string()]);
    let names = of_tenants.chain([stored.account.email.clone()]).collect();
    Ok(Found { stored, sets, invites: link.purpose == Purpose::Invitation, names })
}

/// What a link that sets a password would do.
#[derive(Clone, Debug)]
pub struct Pending {
    /// Whose account it is.
    pub email: String,
    /// The name they have.
    pub name: String,
    /// Whether they choose a password; else they prove the one they have.
    pub sets: bool,
    /// Whether it is an invitation.
    pub invites: bool,
}

/// Says what a link would do, without using it up.
pub async fn inspect(m: &Marketplace, token: &Confidential) -> ApiResult<Pending> {
    let (now, token) = (m.now(), token.clone());
    let found = m.db.read(move |c| look(c, &token, now)).await?;
    let Found { stored, sets, invites, .. } = found;
    Ok(Pending { email: stored.account.email, name: stored.account.name, sets, invites })
}

/// Takes a link up: sets the password (or, of an invited person who has one, proves it), and signs in. All sessions of before
/// end where the password is new.
pub async fn confirm(m: &Marketplace, request: &PasswordResetConfirm, from: &Visitor) -> ApiResult<Signed> {
    let now = m.now();
    let mut wrong = Vec::new();
    let name = request.name.as_deref().map(|name| sessions::clean_name(name, "name", &mut wrong));
    let token = request.token.clone();
    let found = m.db.read(move |c| look(c, &token, now)).await?;
    let names: Vec<&str> = found.names.iter().map(String::as_str).collect();
    if found.sets
        && let Err(why) = password::check(&request.password, &names)
    {
        wrong.push(FieldError::new("password", why));
    }
    if !wrong.is_empty() {
        return Err(ApiError::invalid(wrong));
    }
    let before = found.stored.password_hash;
    let counts = [throttle::OF_ACCOUNT.email(&found.stored.account.email), throttle::OF_ADDRESS.address(from.address)];
    let hash = if found.sets {
        Some(m.passwords.hash(&request.password).await?)
    } else {
        let charged = counts.clone();
        m.db.write(move |c| throttle::charge(c, &charged, now)).await?;
        if m.passwords.verify(&request.password, before.clone()).await? == Verdict::Wrong {
            let why = "You have an account here already: take up the invitation with its password.";
            return Err(ApiError::field("password", why));
        }
        None
    };
    let begin = Begin::new(from, now);
    let (begun, token, actor) = (begin.clone(), request.token.clone(), from.actor(&found.stored.account.uid));
    let session = m
        .write(move |c| {
            let link = find(c, TOKEN, &token, now)?;
            let account = link.account.ok_or_else(|| ended(TOKEN))?;
            // While the password was worked on, it may have been changed.
            let stored = store::by_key(c, account)?.filter(|stored| stored.password_hash == before);
            let uid = stored.ok_or_else(|| ended(TOKEN))?.account.uid;
            consume(c, TOKEN, &link)?;
            if let Some(hash) = &hash {
                sessions::set_password(c, account, hash, None)?;
                sessions::note(c, &actor, None, "account.password", &uid, json!({}), now)?;
            } else {
                throttle::take_back(c, &counts)?;
            }
            if let Some(name) = &name {
                store::set_name(c, account, name)?;
            }
            if let Some(tenant) = link.tenant {
                // Who was taken out of the tenant meanwhile is not let in by an old link.
                if !tenants::join_member(c, tenant, account, now)? {
                    return Err(ended(TOKEN));
                }
                let (action, target, details) = ("member.join", format!("member:{uid}"), json!({}));
                audit::record(c, &Entry { actor: &actor, tenant: Some(tenant), action, target, details }, now)?;
            }
            let stored = store::by_key(c, account)?.ok_or_else(|| ended(TOKEN))?;
            begun.run(c, stored.account, link.tenant)
        })
        .await?;
    m.credentials.clear();
    Ok(Signed { secret: begin.secret(), session })
}
