//! Sessions: signing in and out, and what a signed-in person may change of themselves.
//!
//! A session's secret is always new at sign-in, so that nobody can hand a browser one that they know. It ends after two weeks
//! without use and after three months in any case; a new password ends all others.

use std::sync::Arc;
use std::time::Duration;

use atom_marketplace_db::{Conn, Timestamp};
use atom_marketplace_protocol::account::{
    AccountUpdate, Membership, Session, SessionCreate, SessionSummary, SessionUpdate, User,
};
use atom_marketplace_protocol::error::FieldError;
use atom_marketplace_protocol::ids;
use atom_marketplace_protocol::limits::NAME_MAX;
use atom_marketplace_protocol::scope::Role;
use atom_marketplace_protocol::text::{self, TextRule};
use atom_marketplace_protocol::token::{self, CredentialKind, Secret};
use serde_json::{Value, json};

use super::password::{self, Verdict};
use super::{normal_email, shown, store, throttle};
use crate::app::Marketplace;
use crate::audit::{self, Actor, Entry};
use crate::error::{ApiError, ApiResult};
use crate::extract::{Account, SessionIdentity, SignedIn, Visitor, csrf_token};
use crate::paging::Window;
use crate::tenants::Tenant;

/// How long a session may go unused.
const IDLE: Duration = Duration::from_hours(14 * 24);
/// How long it lasts in any case.
pub(super) const LONGEST: Duration = Duration::from_hours(90 * 24);
/// Sessions of one account: a further one ends the oldest.
const MOST: u64 = 50;

/// What has ended by now: sessions that were begun or last used before these.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ended {
    pub(super) created: Timestamp,
    pub(super) used: Timestamp,
}

/// What has ended by `now`.
pub(super) fn ended_by(now: Timestamp) -> Ended {
    Ended { created: now.minus(LONGEST), used: now.minus(IDLE) }
}

/// A person who has just signed in: the cookie's secret, and the session as its browser sees it.
#[derive(Debug)]
pub struct Signed {
    /// What the cookie holds.
    pub secret: Secret,
    /// What the page is told.
    pub session: Session,
}

/// Signs in by email address and password. An unknown address, an account without a password and a wrong password take the
/// same work and get the same answer.
pub async fn sign_in(m: &Marketplace, request: &SessionCreate, from: &Visitor) -> ApiResult<Signed> {
    let email = normal_email(&request.email);
    let now = m.now();
    let counts = [throttle::OF_ACCOUNT.email(&email), throttle::OF_ADDRESS.address(from.address)];
    let charged = counts.clone();
    m.db.write(move |c| throttle::charge(c, &charged, now)).await?;
    let stored = m.db.read(move |c| store::by_email(c, &email)).await.map_err(ApiError::from)?;
    let hash = stored.as_ref().and_then(|stored| stored.password_hash.clone());
    let verdict = m.passwords.verify(&request.password, hash.clone()).await?;
    let wrong = || ApiError::unauthenticated("The email address or the password is wrong.");
    let account = stored.filter(|_| verdict != Verdict::Wrong).ok_or_else(wrong)?.account;
    let renewed = match verdict {
        Verdict::Outdated => Some(m.passwords.hash(&request.password).await?),
        Verdict::Right | Verdict::Wrong => None,
    };
    let begin = Begin::new(from, now);
    let (begun, account) = (begin.clone(), account.id);
    let signed = m
        .write(move |c| {
            // While it was compared, it may have been changed.
            let stored = store::by_key(c, account)?.filter(|stored| stored.password_hash == hash);
            let stored = stored.ok_or_else(wrong)?;
            throttle::take_back(c, &counts)?;
            if let Some(renewed) = &renewed {
                store::set_password(c, account, renewed)?;
            }
            begun.run(c, stored.account, None)
        })
        .await?;
    if from.session.is_some() {
        m.credentials.clear();
    }
    Ok(Signed { secret: begin.secret(), session: signed })
}

/// A session to be begun in a transaction, with what must be made outside of it.
#[derive(Clone, Debug)]
pub(super) struct Begin {
    secret: Secret,
    uid: String,
    from: Visitor,
    now: Timestamp,
}

impl Begin {
    pub(super) fn new(from: &Visitor, now: Timestamp) -> Self {
        let (secret, uid) = (token::generate(CredentialKind::Session), ids::new_id("ses"));
        Self { secret, uid, from: from.clone(), now }
    }

    /// What the cookie holds.
    pub(super) fn secret(&self) -> Secret {
        self.secret.clone()
    }

    /// Begins it, in the place of the one that the browser had, in the tenant with the key `wanted` if there is a choice.
    pub(super) fn run(&self, c: &mut Conn<'_>, account: Account, wanted: Option<i64>) -> ApiResult<Session> {
        if let Some(before) = self.from.session {
            store::delete_session_key(c, before)?;
        }
        let memberships = store::memberships(c, account.id)?;
        let asked = memberships.iter().find(|(tenant, _)| Some(tenant.id) == wanted);
        let able = || memberships.iter().find(|(tenant, _)| !tenant.suspended);
        let tenant = asked.or_else(able).or(memberships.first());
        let new = store::NewSession {
            uid: &self.uid,
            account: account.id,
            secret: &self.secret,
            tenant: tenant.map(|(tenant, _)| tenant.id),
            address: self.from.address,
            user_agent: &self.from.user_agent,
        };
        store::insert_session(c, &new, self.now)?;
        store::delete_oldest_sessions(c, account.id, MOST)?;
        note(c, &self.from.actor(&account.uid), new.tenant, "session.create", &self.uid, json!({}), self.now)?;
        Ok(Session {
            id: self.uid.clone(),
            user: user(&account),
            tenant_id: tenant.map(|(tenant, _)| tenant.slug.to_string()),
            tenants: described(&memberships),
            csrf_token: csrf_token(self.secret.expose()),
            expires_at: shown(self.now.plus(LONGEST)),
        })
    }
}

/// Whose session a cookie is. None: it has ended, or never was one.
pub async fn authenticate(m: &Marketplace, cookie: &str) -> ApiResult<Option<Arc<SessionIdentity>>> {
    if !token::well_formed(CredentialKind::Session, cookie) {
        return Ok(None);
    }
    let (hash, now) = (token::hash(cookie), m.now());
    let session = if let Some(session) = m.credentials.session(&hash, now) {
        session
    } else {
        let reading = m.credentials.reading(now);
        let found = m.db.read(move |c| store::session(c, &hash)).await.map_err(ApiError::from)?;
        let Some(session) = found.map(Arc::new) else { return Ok(None) };
        m.credentials.put_session(&hash, reading, session.clone());
        session
    };
    let ended = ended_by(now);
    if session.created_at <= ended.created || session.last_used_at <= ended.used {
        return Ok(None);
    }
    m.credentials.session_used(&session, now);
    Ok(Some(session))
}

pub(super) fn user(account: &Account) -> User {
    User {
        id: account.uid.clone(),
        email: account.email.clone(),
        name: account.name.clone(),
        platform_admin: account.platform_admin,
    }
}

fn described(memberships: &[(Tenant, Role)]) -> Vec<Membership> {
    let describe = |(tenant, role): &(Tenant, Role)| Membership {
        tenant_id: tenant.slug.to_string(),
        name: tenant.name.to_string(),
        role: *role,
        suspended: tenant.suspended,
    };
    memberships.iter().map(describe).collect()
}

/// The session as its browser sees it.
pub(super) fn describe(who: &SignedIn) -> Session {
    let session = who.session();
    Session {
        id: session.uid.clone(),
        user: user(&session.account),
        tenants: described(&session.memberships),
        tenant_id: who.tenant().map(|tenant| tenant.slug.to_string()),
        csrf_token: who.csrf_token().to_owned(),
        expires_at: shown(session.created_at.plus(LONGEST)),
    }
}

/// Lets the session act for another of the person's tenants from now on.
pub(super) fn choose(c: &mut Conn<'_>, who: &SignedIn, request: &SessionUpdate, now: Timestamp) -> ApiResult<Session> {
    let memberships = store::memberships(c, who.account().id)?;
    let chosen = memberships.iter().find(|(tenant, _)| *tenant.slug == *request.tenant_id);
    let (tenant, _) = chosen.ok_or_else(ApiError::tenant_not_found)?;
    if who.tenant().is_none_or(|acting| acting.id != tenant.id) {
        store::set_session_tenant(c, who.session().id, tenant.id)?;
        note(c, who.actor(), Some(tenant.id), "session.update", &who.session().uid, json!({}), now)?;
    }
    Ok(Session { tenant_id: Some(request.tenant_id.clone()), tenants: described(&memberships), ..describe(who) })
}

/// A person's sessions that go on, oldest first, and how many there are.
pub(super) fn list(
    c: &mut Conn<'_>,
    who: &SignedIn,
    window: Window<i64>,
    now: Timestamp,
) -> ApiResult<(Vec<(i64, SessionSummary)>, u64)> {
    let ended = ended_by(now);
    let rows = store::sessions(c, who.account().id, &ended, window)?;
    let shown = rows.into_iter().map(|row| {
        let summary = SessionSummary {
            current: row.id == who.session().id,
            id: row.uid,
            address: row.address,
            user_agent: row.user_agent,
            created_at: shown(row.created_at),
            last_used_at: shown(row.used_at),
            expires_at: shown(row.used_at.plus(IDLE).min(row.created_at.plus(LONGEST))),
        };
        (row.id, summary)
    });
    Ok((shown.collect(), store::count_sessions(c, who.account().id, &ended)?))
}

/// Ends one of a person's sessions.
pub fn end(c: &mut Conn<'_>, who: &SignedIn, uid: &str, now: Timestamp) -> ApiResult<()> {
    if !store::delete_session(c, who.account().id, uid)? {
        return Err(ApiError::not_found("session"));
    }
    Ok(note(c, who.actor(), who.tenant().map(|tenant| tenant.id), "session.end", uid, json!({}), now)?)
}

/// Changes what a person may change of themselves. A new password needs the one before, which is guarded against guessing as
/// at sign-in, and ends all other sessions.
pub async fn change_account(m: &Marketplace, who: &SignedIn, request: &AccountUpdate) -> ApiResult<User> {
    let mut wrong = Vec::new();
    let name = request.name.as_deref().map(|name| clean_name(name, "name", &mut wrong));
    let account = who.account().clone();
    if let Some(password) = &request.password {
        let tenants = who.session().memberships.iter().flat_map(|(tenant, _)| [&*tenant.slug, &*tenant.name]);
        let names: Vec<&str> = tenants.chain([account.email.as_str()]).collect();
        if let Err(why) = password::check(password, &names) {
            wrong.push(FieldError::new("password", why));
        }
        if request.current_password.is_none() {
            wrong.push(FieldError::new("current_password", "To set a new password, prove the one you have."));
        }
    }
    if !wrong.is_empty() {
        return Err(ApiError::invalid(wrong));
    }
    let now = m.now();
    let mut change = None;
    if let (Some(password), Some(current)) = (&request.password, &request.current_password) {
        let counts = [throttle::OF_ACCOUNT.email(&account.email)];
        let charged = counts.clone();
        m.db.write(move |c| throttle::charge(c, &charged, now)).await?;
        let stored = m.db.read(move |c| store::by_key(c, account.id)).await.map_err(ApiError::from)?;
        let before = stored.and_then(|stored| stored.password_hash);
        if m.passwords.verify(current, before.clone()).await? == Verdict::Wrong {
            return Err(ApiError::field("current_password", "This is not your password."));
        }
        change = Some((m.passwords.hash(password).await?, before, counts));
    }
    let (who, ends) = (who.clone(), change.is_some());
    let changed = m
        .write(move |c| {
            let account = who.account();
            if let Some((hash, before, counts)) = &change {
                let stored = store::by_key(c, account.id)?.filter(|stored| stored.password_hash == *before);
                stored.ok_or_else(|| ApiError::conflict("The password was changed meanwhile. Sign in again."))?;
                throttle::take_back(c, counts)?;
                set_password(c, account.id, hash, Some(who.session().id))?;
                let target = account.uid.as_str();
                note(c, who.actor(), who.tenant().map(|tenant| tenant.id), "account.password", target, json!({}), now)?;
            }
            if let Some(name) = name.as_ref().filter(|name| **name != account.name) {
                store::set_name(c, account.id, name)?;
                note(
                    c,
                    who.actor(),
                    who.tenant().map(|tenant| tenant.id),
                    "account.update",
                    &account.uid,
                    json!({}),
                    now,
                )?;
            }
            store::by_key(c, account.id)?.ok_or_else(|| ApiError::not_found("account"))
        })
        .await?;
    if ends || request.name.is_some() {
        m.credentials.clear();
    }
    Ok(user(&changed.account))
}

/// Sets a password, which ends all sessions but one, and the resets that were asked for.
pub(super) fn set_password(c: &mut Conn<'_>, account: i64, hash: &str, kept: Option<i64>) -> ApiResult<()> {
    store::set_password(c, account, hash)?;
    store::delete_resets(c, account)?;
    store::delete_sessions(c, account, kept)?;
    Ok(())
}

pub(super) fn clean_name(name: &str, field: &str, wrong: &mut Vec<FieldError>) -> String {
    let rule = TextRule { max_chars: NAME_MAX, multiline: false, required: true };
    text::clean(name, rule).unwrap_or_else(|why| {
        wrong.push(FieldError::new(field, why));
        String::new()
    })
}

/// The record of what became of a person's session or account, in the tenant they act for. It names ids alone: a name and an
/// address can be erased, the record not.
pub(super) fn note(
    c: &mut Conn<'_>,
    actor: &Actor,
    tenant: Option<i64>,
    action: &'static str,
    id: &str,
    details: Value,
    now: Timestamp,
) -> Result<(), atom_marketplace_db::Error> {
    let what = action.split('.').next().unwrap_or_default();
    let target = format!("{what}:{id}");
    audit::record(c, &Entry { actor, tenant, action, target, details }, now)
}
