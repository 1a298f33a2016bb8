//! Callers whose credential is a browser's session: a person, in one of their tenants. A browser sends its cookie whoever
//! asks it to, so what is not a plain read must also prove that the marketplace's own page asks.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use atom_marketplace_db::Timestamp;
use atom_marketplace_protocol::digest::hex;
use atom_marketplace_protocol::error::Code;
use atom_marketplace_protocol::scope::{Role, Scope};
use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, Method};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{Identity, TenantScope, actor, identity};
use crate::app::Marketplace;
use crate::audit::Actor;
use crate::error::{ApiError, ApiResult};
use crate::tenants::Tenant;

const CSRF_TOKEN: &str = "x-csrf-token";
const FETCH_SITE: &str = "sec-fetch-site";

/// A person who can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its key.
    pub id: i64,
    /// Its id on the wire, `usr_…`.
    pub uid: String,
    /// Where the person is reached, lower case.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Whether they look after the platform.
    pub platform_admin: bool,
}

/// A browser session that was checked.
#[derive(Debug)]
pub struct SessionIdentity {
    /// Its key.
    pub id: i64,
    /// Its id on the wire, `ses_…`.
    pub uid: String,
    /// Whose it is.
    pub account: Account,
    /// Where they belong, in the order the tenants were made.
    pub memberships: Vec<(Tenant, Role)>,
    /// The key of the tenant they chose to act for.
    pub chosen: Option<i64>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was last used, as it was read.
    pub last_used_at: Timestamp,
    /// When its use was last noted in memory, microseconds.
    pub used_at: AtomicI64,
}

/// A session in the tenant that its request is about.
#[derive(Clone, Debug)]
pub struct SessionCaller {
    session: Arc<SessionIdentity>,
    /// Its place among the memberships.
    tenant: Option<usize>,
    /// SHA-256 over the cookie, with a word of its own: the token that proves a page of this marketplace.
    csrf: Arc<str>,
    /// Why the request may do no more than be looked at; none: it is a read, or it came with proof.
    unproven: Option<&'static str>,
}

impl SessionCaller {
    /// The caller behind a checked session. `tenant` is what `X-Tenant-ID` names; where that is none of the person's, it is
    /// refused later, like a token's.
    pub(crate) fn new(
        m: &Marketplace,
        session: Arc<SessionIdentity>,
        cookie: &str,
        tenant: Option<&str>,
        method: &Method,
        headers: &HeaderMap,
    ) -> Self {
        let place =
            |wanted: &dyn Fn(&Tenant) -> bool| session.memberships.iter().position(|(tenant, _)| wanted(tenant));
        let named = tenant.and_then(|slug| place(&|tenant| &*tenant.slug == slug));
        let chosen = || session.chosen.and_then(|key| place(&|tenant| tenant.id == key));
        let first = || (!session.memberships.is_empty()).then_some(0);
        let tenant = named.or_else(chosen).or_else(first);
        let csrf = csrf_token(cookie);
        let unproven = if is_read(method) { None } else { proof(m, headers, &csrf).err() };
        Self { session, tenant, csrf: csrf.into(), unproven }
    }

    /// The session itself.
    pub fn session(&self) -> &Arc<SessionIdentity> {
        &self.session
    }

    /// The tenant it acts for.
    pub fn tenant(&self) -> Option<&Tenant> {
        self.membership().map(|(tenant, _)| tenant)
    }

    fn membership(&self) -> Option<&(Tenant, Role)> {
        self.session.memberships.get(self.tenant?)
    }

    fn actor(&self, parts: &Parts) -> Actor {
        actor(parts, format!("member:{}", self.session.account.uid))
    }

    fn proven(&self) -> ApiResult<()> {
        match self.unproven {
            None => Ok(()),
            Some(why) => {
                Err(ApiError::new(Code::InsufficientPermissions, why)
                    .details(json!({ "required_header": "X-CSRF-Token" })))
            }
        }
    }

    /// The tenant and the role within it, if the tenant may act at all.
    pub(super) fn member(&self) -> ApiResult<(&Tenant, Role)> {
        self.proven()?;
        let (tenant, role) = self.membership().ok_or_else(|| {
            ApiError::new(Code::InsufficientPermissions, "You belong to no tenant: ask one of its admins to add you.")
        })?;
        if tenant.suspended { Err(ApiError::suspended(&tenant.slug)) } else { Ok((tenant, *role)) }
    }

    /// What the session may do in its tenant, if that covers `needed`.
    pub(super) fn scope(&self, parts: &Parts, needed: Scope) -> ApiResult<TenantScope> {
        let (tenant, role) = self.member()?;
        let scopes = role.scopes();
        if !scopes.contains(needed) {
            return Err(ApiError::forbidden(needed.as_str()));
        }
        let account = &self.session.account;
        Ok(TenantScope {
            tenant: tenant.clone(),
            actor: self.actor(parts),
            author: account.uid.as_str().into(),
            scopes,
            patterns: None,
            maker: Some((account.id, role)),
            admin: false,
        })
    }

    /// Who looks after the platform by this session, if anyone: for the record, and the account's key.
    pub(super) fn platform_admin(&self, parts: &Parts) -> Option<ApiResult<(Actor, i64)>> {
        let account = &self.session.account;
        account.platform_admin.then(|| self.proven().map(|()| (self.actor(parts), account.id)))
    }
}

/// The proof that belongs to a session: it follows from the cookie, and the cookie not from it.
pub(crate) fn csrf_token(cookie: &str) -> String {
    let hash = Sha256::digest([b"atom-marketplace csrf\0".as_slice(), cookie.as_bytes()].concat());
    hex(&hash)
}

fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn proof(m: &Marketplace, headers: &HeaderMap, csrf: &str) -> Result<(), &'static str> {
    same_origin(m, headers)?;
    let presented = headers.get(CSRF_TOKEN).map_or(b"".as_slice(), |value| value.as_bytes());
    if bool::from(presented.ct_eq(csrf.as_bytes())) {
        Ok(())
    } else {
        Err(
            "A signed-in browser proves that the marketplace's own page asks: send the session's `csrf_token` as X-CSRF-Token.",
        )
    }
}

/// Whether a page of this marketplace, or of a listed origin, asks, as far as the browser says: other programs say nothing.
fn same_origin(m: &Marketplace, headers: &HeaderMap) -> Result<(), &'static str> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let origin = text("origin");
    if origin.is_some_and(|origin| m.cors_origins.iter().any(|listed| listed == origin)) {
        return Ok(());
    }
    let same = match (text(FETCH_SITE), origin) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = origin.split_once("://").map_or("", |(_, host)| host);
            let own = m.public_url.split_once("://").map_or("", |(_, rest)| rest.split('/').next().unwrap_or_default());
            !host.is_empty() && (text("host") == Some(host) || own == host)
        }
        (None, None) => true,
    };
    if same {
        Ok(())
    } else {
        Err("This was asked by a page of another site, which may not act for whoever is signed in here.")
    }
}

/// A person who is signed in, in a tenant or in none.
#[derive(Clone, Debug)]
pub struct SignedIn {
    caller: SessionCaller,
    actor: Actor,
}

impl SignedIn {
    /// Whose session it is.
    pub fn account(&self) -> &Account {
        &self.caller.session.account
    }

    /// The session.
    pub fn session(&self) -> &Arc<SessionIdentity> {
        &self.caller.session
    }

    /// The tenant it acts for.
    pub fn tenant(&self) -> Option<&Tenant> {
        self.caller.tenant()
    }

    /// The token that proves a page of this marketplace, for its forms.
    pub fn csrf_token(&self) -> &str {
        &self.caller.csrf
    }

    /// Who acts, for the record.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        match identity(parts)? {
            Identity::Session(caller) => {
                caller.proven()?;
                Ok(Self { caller: caller.clone(), actor: caller.actor(parts) })
            }
            _ => Err(ApiError::unauthenticated("This is for people: sign in with `POST /api/session` first.")),
        }
    }
}

/// Someone who need not be signed in, and whom no page of another site has sent. What they are signed in as says nothing
/// about what they may do; it is what they come from.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The address they come from.
    pub address: std::net::IpAddr,
    /// What their browser calls itself, at most 255 characters.
    pub user_agent: String,
    /// The key of the session their browser still has, which ends when they sign in anew.
    pub session: Option<i64>,
    /// The request, for the record.
    request: Option<Arc<str>>,
}

impl Visitor {
    /// The visitor as the person that they proved to be, for the record.
    pub fn actor(&self, user: &str) -> Actor {
        Actor::new(format!("member:{user}"), self.request.clone())
    }

    /// The same as nobody in particular.
    pub fn nobody(&self) -> Actor {
        Actor::new("anonymous", self.request.clone())
    }
}

impl FromRequestParts<Marketplace> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, m: &Marketplace) -> ApiResult<Self> {
        same_origin(m, &parts.headers).map_err(|why| ApiError::new(Code::InsufficientPermissions, why))?;
        let session = match identity(parts)? {
            Identity::Session(caller) => Some(caller.session.id),
            _ => None,
        };
        let address = parts.extensions.get::<super::ClientAddress>().map(|address| address.0);
        let agent =
            parts.headers.get(http::header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Ok(Self {
            address: address.ok_or_else(|| ApiError::internal("the request did not pass the gate"))?,
            user_agent: agent.chars().take(255).collect(),
            session,
            request: parts.extensions.get::<crate::http::RequestId>().map(crate::http::RequestId::text),
        })
    }
}
