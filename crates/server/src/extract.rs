//! What handlers take: who calls, as types, and the request's parts, checked.
//!
//! Authorisation is a type: a handler that takes [`Publisher`] can only run for a caller who may publish, and a store
//! function that takes a [`TenantScope`] can only be called for a tenant that an extractor here has let through.

mod request;
mod satellite;
mod session;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use atom_marketplace_db::Timestamp;
use atom_marketplace_protocol::federation::FederationFilters;
use atom_marketplace_protocol::plan::{Plan, PlanLimits};
use atom_marketplace_protocol::scope::{Role, Scope, ScopeSet};
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;

use crate::app::Marketplace;
use crate::audit::Actor;
use crate::error::{ApiError, ApiResult};
use crate::http::RequestId;
use crate::limits::Quota;
use crate::tenants::{self, Tenant};

pub use request::{Json, OfKind, Path, Query};
pub(crate) use request::{from_value, no_query};
pub(crate) use satellite::token_in;
pub use satellite::{OlderPeer, PresentedToken, Satellite};
pub(crate) use session::csrf_token;
pub use session::{Account, SessionCaller, SessionIdentity, SignedIn, Visitor};

use atom_marketplace_protocol::error::Code;

/// An API token that was checked.
#[derive(Debug)]
pub struct TokenIdentity {
    /// Its key.
    pub id: i64,
    /// Its id on the wire, `tok_…`.
    pub uid: String,
    /// Its tenant.
    pub tenant: Tenant,
    /// What it may do.
    pub scopes: ScopeSet,
    /// Ids it may publish; none: all.
    pub patterns: Option<Vec<String>>,
    /// Its maker; none when the platform made it.
    pub maker: Option<Maker>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When its use was last noted, microseconds; 0: not since it was loaded. See [`CredentialCache::token_used`].
    ///
    /// [`CredentialCache::token_used`]: crate::tokens::cache::CredentialCache::token_used
    pub used_at: AtomicI64,
}

/// The member who made a token. Its scopes end where the member's role ends.
#[derive(Clone, Debug)]
pub struct Maker {
    /// The account's key.
    pub account: i64,
    /// Its id on the wire, `usr_…`.
    pub uid: String,
    /// The member's role in the token's tenant, at present.
    pub role: Role,
}

/// A federation key that was checked.
#[derive(Debug)]
pub struct FederationIdentity {
    /// Its key.
    pub id: i64,
    /// Its id on the wire, `fed_…`.
    pub uid: String,
    /// Which components it reads.
    pub filters: FederationFilters,
    /// Whether what its peer tells of components counts.
    pub accept_totals: bool,
    /// Last use, as for tokens.
    pub used_at: AtomicI64,
}

/// Who a request comes from. Made by `http::gate` alone, found in the request's extensions.
#[derive(Clone, Debug)]
pub enum Identity {
    /// Nobody in particular.
    Anonymous,
    /// An API token of a tenant.
    Token(Arc<TokenIdentity>),
    /// A federation key.
    Federation(Arc<FederationIdentity>),
    /// A person, by their browser's session.
    Session(SessionCaller),
    /// The platform's admin key, with the tenant it acts for, if one is named.
    Admin(Option<Tenant>),
}

/// The address a request comes from, behind trusted proxies.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// The proof that a request may act within a tenant. Only this module makes one.
#[derive(Clone, Debug)]
pub struct TenantScope {
    tenant: Tenant,
    actor: Actor,
    author: Arc<str>,
    scopes: ScopeSet,
    patterns: Option<Arc<[String]>>,
    maker: Option<(i64, Role)>,
    admin: bool,
}

impl TenantScope {
    /// The tenant's key.
    pub fn id(&self) -> i64 {
        self.tenant.id
    }

    /// The tenant's id on the wire.
    pub fn slug(&self) -> &str {
        &self.tenant.slug
    }

    /// The tenant.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// Its plan.
    pub fn plan(&self) -> Plan {
        self.tenant.plan
    }

    /// Its limits.
    pub fn limits(&self) -> PlanLimits {
        self.tenant.limits
    }

    /// Who acts, for the record: `token:tok_…`, `member:usr_…`, `admin`.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Whose rating it is: a member, or a token's maker.
    pub fn author(&self) -> &str {
        &self.author
    }

    /// What the caller may do.
    pub fn scopes(&self) -> ScopeSet {
        self.scopes
    }

    /// Whether the platform's admin acts.
    pub fn is_admin(&self) -> bool {
        self.admin
    }

    /// The key of the account behind the caller, if there is one.
    pub fn account(&self) -> Option<i64> {
        self.maker.map(|(account, _)| account)
    }

    /// The role of the member behind the caller, if there is one.
    pub fn role(&self) -> Option<Role> {
        self.maker.map(|(_, role)| role)
    }

    /// The ids the caller may publish; none: all.
    pub fn patterns(&self) -> Option<&[String]> {
        self.patterns.as_deref()
    }

    /// Whether the caller may give someone this role, or change someone who has it.
    pub fn may_grant(&self, role: Role) -> bool {
        role.scopes().is_subset(self.scopes) && self.maker.is_none_or(|(_, own)| role <= own)
    }

    /// Refuses an id that the token's patterns do not cover (`*` stands for any run of characters).
    pub fn check_pattern(&self, id: &str) -> ApiResult<()> {
        match &self.patterns {
            Some(patterns) if !patterns.iter().any(|pattern| pattern_matches(pattern, id)) => {
                Err(ApiError::new(Code::InsufficientPermissions, format!("This token may not publish `{id}`: its component patterns do not cover it."))
                    .details(serde_json::json!({ "required_permission": Scope::ComponentsPublish.as_str(), "component_patterns": **patterns })))
            }
            _ => Ok(()),
        }
    }

    /// The platform's own scope within a tenant, for what it does there without being asked.
    pub(crate) fn of_platform(tenant: Tenant, actor: Actor) -> Self {
        Self { tenant, actor, author: "admin".into(), scopes: ScopeSet::ALL, patterns: None, maker: None, admin: true }
    }

    /// The scope for `target`, a tenant named in a request: the caller's own, or for an admin any.
    /// A foreign one, existing or not, is 403 `tenants:manage`.
    pub async fn for_target(&self, m: &Marketplace, target: Option<&str>) -> ApiResult<TenantScope> {
        match target {
            None => Ok(self.clone()),
            Some(slug) if slug == self.slug() => Ok(self.clone()),
            Some(slug) if self.admin => {
                let tenant = admin_tenant(m, slug).await?;
                Ok(TenantScope { tenant, ..self.clone() })
            }
            Some(_) => Err(ApiError::forbidden(Scope::TenantsManage.as_str())),
        }
    }
}

/// Whether `id` fits `pattern`, in which `*` stands for any run of characters.
pub(crate) fn pattern_matches(pattern: &str, id: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = id.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

async fn admin_tenant(m: &Marketplace, slug: &str) -> ApiResult<Tenant> {
    let now = m.now();
    if let Some(tenant) = m.credentials.tenant(slug, now) {
        return Ok(tenant);
    }
    let reading = m.credentials.reading(now);
    let wanted = slug.to_owned();
    let tenant = m.db.read(move |c| tenants::get(c, &wanted)).await.map_err(ApiError::from)?;
    // Nobody acts for one that was deleted.
    let tenant = tenant.filter(|tenant| !tenant.closing).ok_or_else(ApiError::tenant_not_found)?;
    m.credentials.put_tenant(slug, reading, tenant.clone());
    Ok(tenant)
}

/// The identity of the admin key, acting for the tenant of `X-Tenant-ID` if there is one.
pub(crate) async fn admin_identity(m: &Marketplace, tenant: Option<&str>) -> ApiResult<Identity> {
    match tenant {
        Some(slug) => Ok(Identity::Admin(Some(admin_tenant(m, slug).await?))),
        None => Ok(Identity::Admin(None)),
    }
}

fn identity(parts: &Parts) -> ApiResult<&Identity> {
    parts.extensions.get::<Identity>().ok_or_else(|| ApiError::internal("the request did not pass the gate"))
}

/// The name of the admin key's holder in the record.
const ADMIN: &str = "admin";

fn actor(parts: &Parts, name: impl Into<Arc<str>>) -> Actor {
    Actor::new(name, parts.extensions.get::<RequestId>().map(RequestId::text))
}

fn token_scope(token: &TokenIdentity, parts: &Parts) -> TenantScope {
    let name: Arc<str> = format!("token:{}", token.uid).into();
    TenantScope {
        tenant: token.tenant.clone(),
        author: token.maker.as_ref().map_or_else(|| name.clone(), |maker| maker.uid.as_str().into()),
        actor: actor(parts, name),
        scopes: token.scopes,
        patterns: token.patterns.clone().map(Into::into),
        maker: token.maker.as_ref().map(|maker| (maker.account, maker.role)),
        admin: false,
    }
}

/// The tenant scope of a caller, if it has the scope asked for.
fn tenant_scope(parts: &Parts, needed: Scope) -> ApiResult<TenantScope> {
    match identity(parts)? {
        Identity::Token(token) if token.scopes.contains(needed) => Ok(token_scope(token, parts)),
        Identity::Session(caller) => caller.scope(parts, needed),
        Identity::Admin(Some(tenant)) => Ok(TenantScope::of_platform(tenant.clone(), actor(parts, ADMIN))),
        Identity::Admin(None) => Err(ApiError::field(
            "X-Tenant-ID",
            "With the admin key, name the tenant to act for in the header X-Tenant-ID.",
        )),
        Identity::Token(_) | Identity::Federation(_) => Err(ApiError::forbidden(needed.as_str())),
        Identity::Anonymous => Err(ApiError::unauthenticated(
            "This needs an API token: send `Authorization: Bearer at_saas_…`, made in the tenant's settings.",
        )),
    }
}

macro_rules! scoped {
    ($($(#[$doc:meta])* $name:ident = $scope:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(pub TenantScope);

        impl<S: Sync> FromRequestParts<S> for $name {
            type Rejection = ApiError;

            async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
                tenant_scope(parts, Scope::$scope).map($name)
            }
        }
    )*};
}

scoped! {
    /// May read what its tenant has: `components:read`.
    TenantReader = ComponentsRead;
    /// May publish for its tenant: `components:publish`.
    Publisher = ComponentsPublish;
    /// May install for its tenant: `components:install`.
    Installer = ComponentsInstall;
    /// May rate for its tenant: `components:rate`.
    Rater = ComponentsRate;
    /// May read its tenant's usage: `usage:read`.
    UsageReader = UsageRead;
    /// May manage its tenant's tokens: `tokens:manage`.
    TokenManager = TokensManage;
    /// May manage its tenant and members: `members:manage`.
    MemberManager = MembersManage;
    /// May manage its tenant's webhooks: `webhooks:manage`.
    WebhookManager = WebhooksManage;
    /// May manage its tenant's federation keys: `federation:manage`.
    FederationManager = FederationManage;
}

/// Whose eyes a public read is seen through.
#[derive(Clone, Debug)]
pub struct Audience {
    tenant: Option<Tenant>,
    admin: bool,
}

impl Audience {
    /// The tenant's key, if the caller has one.
    pub fn tenant_id(&self) -> Option<i64> {
        self.tenant.as_ref().map(|tenant| tenant.id)
    }

    /// The tenant, if the caller has one.
    pub fn tenant(&self) -> Option<&Tenant> {
        self.tenant.as_ref()
    }

    /// Whether the caller sees everything by its full name.
    pub fn is_admin(&self) -> bool {
        self.admin
    }

    /// What a tenant sees.
    pub fn of(scope: &TenantScope) -> Self {
        Self { tenant: Some(scope.tenant.clone()), admin: scope.admin }
    }

    /// What a tenant sees, even if the platform's admin acts for it: what is installed for a tenant must be its to see.
    pub fn of_tenant(scope: &TenantScope) -> Self {
        Self { tenant: Some(scope.tenant.clone()), admin: false }
    }

    /// What everyone sees.
    pub fn everyone() -> Self {
        Self { tenant: None, admin: false }
    }
}

/// May read the catalog: everyone, each through their own eyes. A token needs `components:read`.
#[derive(Clone, Debug)]
pub struct Reader(pub Audience);

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        match identity(parts)? {
            Identity::Anonymous => Ok(Reader(Audience::everyone())),
            Identity::Token(token) if token.scopes.contains(Scope::ComponentsRead) => {
                Ok(Reader(Audience { tenant: Some(token.tenant.clone()), admin: false }))
            }
            Identity::Session(caller) if caller.tenant().is_none() => Ok(Reader(Audience::everyone())),
            Identity::Session(caller) => {
                Ok(Reader(Audience { tenant: Some(caller.member()?.0.clone()), admin: false }))
            }
            Identity::Admin(tenant) => Ok(Reader(Audience { tenant: tenant.clone(), admin: true })),
            Identity::Token(_) | Identity::Federation(_) => Err(ApiError::forbidden(Scope::ComponentsRead.as_str())),
        }
    }
}

/// Any API token of a tenant, whatever its scopes: it may ask about itself.
#[derive(Clone, Debug)]
pub struct AnyToken(TenantScope, Arc<str>);

impl AnyToken {
    /// The token's scope within its own tenant.
    pub fn scope(&self) -> &TenantScope {
        &self.0
    }

    /// The token's id on the wire.
    pub fn id(&self) -> &str {
        &self.1
    }
}

impl<S: Sync> FromRequestParts<S> for AnyToken {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        match identity(parts)? {
            Identity::Token(token) => Ok(AnyToken(token_scope(token, parts), token.uid.as_str().into())),
            _ => Err(ApiError::unauthenticated("This needs an API token: send `Authorization: Bearer at_saas_…`.")),
        }
    }
}

/// The platform's admin, with the permission a route asks for.
#[derive(Clone, Debug)]
pub struct PlatformAdmin {
    actor: Actor,
    account: Option<i64>,
}

impl PlatformAdmin {
    /// Who acts, for the record: `admin` with the admin key, or a person, `member:usr_…`.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The key of the person's account; none with the admin key.
    pub fn account(&self) -> Option<i64> {
        self.account
    }

    /// The admin's scope within a tenant that is named in the path.
    pub async fn within(&self, m: &Marketplace, tenant: &str) -> ApiResult<TenantScope> {
        Ok(TenantScope::of_platform(admin_tenant(m, tenant).await?, self.actor.clone()))
    }
}

impl<S: Sync> FromRequestParts<S> for PlatformAdmin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        match identity(parts)? {
            Identity::Admin(_) => return Ok(PlatformAdmin { actor: actor(parts, ADMIN), account: None }),
            Identity::Session(caller) => {
                if let Some(admin) = caller.platform_admin(parts) {
                    return admin.map(|(actor, account)| PlatformAdmin { actor, account: Some(account) });
                }
            }
            Identity::Anonymous => {
                return Err(ApiError::unauthenticated("This needs the platform's admin key: send `X-Admin-Key`."));
            }
            Identity::Token(_) | Identity::Federation(_) => {}
        }
        let of_tenants = parts.uri.path().contains("/tenants");
        Err(ApiError::forbidden(if of_tenants { Scope::TenantsManage } else { Scope::ReviewsManage }.as_str()))
    }
}

/// A peer with a federation key; the admin key opens its routes too.
#[derive(Clone, Debug)]
pub struct FederationPeer(pub Option<Arc<FederationIdentity>>);

impl FederationPeer {
    /// Which components it reads.
    pub fn filters(&self) -> FederationFilters {
        self.0.as_ref().map(|key| key.filters.clone()).unwrap_or_default()
    }

    /// The key itself: for what is said in its name, which the admin key has none for.
    pub fn key(&self) -> ApiResult<&Arc<FederationIdentity>> {
        self.0.as_ref().ok_or_else(|| {
            ApiError::new(
                Code::FederationKeyInvalid,
                "This is said by a peer, by its federation key: the admin key is none.",
            )
        })
    }
}

impl<S: Sync> FromRequestParts<S> for FederationPeer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        match identity(parts)? {
            Identity::Federation(key) => Ok(FederationPeer(Some(key.clone()))),
            Identity::Admin(_) => Ok(FederationPeer(None)),
            Identity::Anonymous | Identity::Token(_) | Identity::Session(_) => Err(ApiError::new(
                Code::FederationKeyInvalid,
                "This needs a federation key: send `X-Federation-Key: sk-fed-…`.",
            )),
        }
    }
}

/// Who manages federation keys: a tenant its own (`federation:manage`), or the platform's admin those of no tenant.
#[derive(Clone, Debug)]
pub struct FederationKeyManager {
    tenant: Option<TenantScope>,
    actor: Actor,
}

impl FederationKeyManager {
    /// Whose keys: a tenant's, by its key, or the platform's own.
    pub fn owner(&self) -> Option<i64> {
        self.tenant.as_ref().map(TenantScope::id)
    }

    /// Who acts, for the record.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
}

impl<S: Sync> FromRequestParts<S> for FederationKeyManager {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        if let Identity::Admin(None) = identity(parts)? {
            return Ok(Self { tenant: None, actor: actor(parts, ADMIN) });
        }
        let scope = tenant_scope(parts, Scope::FederationManage)?;
        Ok(Self { actor: scope.actor().clone(), tenant: Some(scope) })
    }
}

/// Where the caller stands in its window, after this request.
#[derive(Clone, Copy, Debug)]
pub struct CallerQuota(pub Quota);

impl<S: Sync> FromRequestParts<S> for CallerQuota {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        let quota = parts.extensions.get::<Quota>().copied();
        quota.map(Self).ok_or_else(|| ApiError::internal("the request did not pass the gate"))
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for TenantReader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Option<Self>> {
        match identity(parts)? {
            Identity::Anonymous | Identity::Federation(_) | Identity::Admin(None) => Ok(None),
            Identity::Session(caller) if caller.tenant().is_none() => Ok(None),
            _ => tenant_scope(parts, Scope::ComponentsRead).map(|scope| Some(TenantReader(scope))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::pattern_matches;

    #[test]
    fn patterns() {
        for (pattern, id, matches) in [
            ("sales_*", "sales_agent", true),
            ("sales_*", "my_sales_agent", false),
            ("*", "anything", true),
            ("exact", "exact", true),
            ("exact", "exactly", false),
            ("a*c*e", "abcde", true),
            ("a*c*e", "abcdef", false),
            ("*_v2", "agent_v2", true),
        ] {
            assert_eq!(pattern_matches(pattern, id), matches, "{pattern} {id}");
        }
    }
}
