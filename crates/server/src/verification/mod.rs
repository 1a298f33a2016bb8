//! Verified publishers: a tenant shows that a domain is its own, and is marked as verified for as long as the proof stays
//! where it is.
//!
//! The mark says: whoever publishes under this name has the domains that are shown with it. It says nothing of the name
//! itself, so a tenant that takes another name proves its domains again, and what the platform vouched for is over.

mod api;
mod proof;
mod store;

use std::time::Duration;

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::verification::{
    DomainClaim, DomainVerification, PublishedCount, PublisherProfile, TenantVerification, VerificationStatus,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

pub use proof::FILE;

use crate::app::Marketplace;
use crate::audit::{self, Actor, Entry};
use crate::error::{ApiError, ApiResult};
use crate::extract::{Audience, TenantScope};
use crate::http::ApiRoutes;
use crate::tenants;
use store::DomainRow;

/// Domains of a tenant: each is looked at by itself for as long as it is there.
const DOMAINS_MAX: usize = 20;
/// How long a proof is believed.
const LASTS: Duration = Duration::from_hours(7 * 24);
/// How soon one that was not found is looked for again.
const AGAIN: Duration = Duration::from_hours(24);
/// Checks in a row that may miss it before the mark is taken away.
const MISSES: i64 = 3;
/// How long one look may take, at most: after that another node may try.
const LOOK: Duration = Duration::from_mins(5);
/// Looked at together.
const AT_ONCE: u32 = 8;

/// Routes.
pub fn routes() -> ApiRoutes {
    api::routes()
}

/// Notes that a domain is to be shown to be the tenant's, and how. Returns whether it is new. `claim` has been checked.
pub(crate) fn claim(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    claim: &DomainClaim,
    token: &str,
    now: Timestamp,
) -> ApiResult<bool> {
    let new = match store::find(c, scope, &claim.domain)? {
        Some(known) if known.method == claim.method => return Ok(false),
        Some(known) => {
            store::set_method(c, known.id, claim.method)?;
            false
        }
        None if store::of_tenant(c, scope.id())?.len() >= DOMAINS_MAX => {
            return Err(ApiError::conflict(format!("There are {DOMAINS_MAX} domains already: take one away first.")));
        }
        None => {
            store::insert(c, scope, &claim.domain, claim.method, token, now)?;
            true
        }
    };
    note(c, scope.actor(), scope.id(), "domain.claim", &claim.domain, json!({ "method": claim.method }), now)?;
    Ok(new)
}

fn note(
    c: &mut Conn<'_>,
    actor: &Actor,
    tenant: i64,
    action: &'static str,
    domain: &str,
    details: serde_json::Value,
    now: Timestamp,
) -> Result<(), Error> {
    let target = format!("domain:{domain}");
    audit::record(c, &Entry { actor, tenant: Some(tenant), action, target, details }, now)
}

/// A new token: 128 random bits, so that nobody has it in a record by chance.
fn new_token() -> ApiResult<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(ApiError::internal)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn find(c: &mut Conn<'_>, scope: &TenantScope, domain: &str) -> ApiResult<DomainRow> {
    store::find(c, scope, domain)?.ok_or_else(|| ApiError::not_found("domain of yours"))
}

/// How it stands with the tenant's mark.
pub(crate) fn status(c: &mut Conn<'_>, m: &Marketplace, scope: &TenantScope) -> ApiResult<TenantVerification> {
    let verified = tenants::describe(c, scope.slug())?.verified;
    let domains = store::of_tenant(c, scope.id())?.into_iter().map(|row| shown(m, row)).collect();
    Ok(TenantVerification { verified, domains })
}

/// A domain as its tenant reads it.
fn shown(m: &Marketplace, row: DomainRow) -> DomainVerification {
    let status = row.status();
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    DomainVerification {
        instructions: proof::instructions(m, &row.domain, row.method, &row.token),
        status,
        verified_at: time(row.proven_at.filter(|_| status == VerificationStatus::Verified)),
        checked_at: time(row.checked_at),
        next_check_at: time(row.next_check_at),
        failures: row.failures.max(0) as u64,
        error: row.error,
        domain: row.domain,
        method: row.method,
        token: row.token,
    }
}

/// Takes a domain away, and with the last one the mark. Returns whether the mark is another one now.
pub(crate) fn remove(c: &mut Conn<'_>, scope: &TenantScope, domain: &str, now: Timestamp) -> ApiResult<bool> {
    let row = find(c, scope, domain)?;
    store::delete(c, row.id)?;
    note(c, scope.actor(), scope.id(), "domain.remove", domain, json!({}), now)?;
    refresh(c, scope.id())
}

/// Brings the tenant's mark to what its domains say. Whether that changed it.
fn refresh(c: &mut Conn<'_>, tenant: i64) -> ApiResult<bool> {
    let domains = store::of_tenant(c, tenant)?;
    let proven = domains.iter().any(|row| row.status() == VerificationStatus::Verified);
    Ok(store::set_proven(c, tenant, proven)?)
}

/// What was looked for, and what came of it.
#[derive(Clone, Debug)]
struct Look {
    row: DomainRow,
    outcome: Result<(), String>,
}

async fn look(m: &Marketplace, row: DomainRow) -> Look {
    let outcome = proof::look(m, &row.domain, row.method, &row.token).await;
    Look { row, outcome }
}

/// Notes what a look found. Returns whether the tenant's mark is another one now.
fn settle(c: &mut Conn<'_>, actor: &Actor, look: &Look, now: Timestamp) -> ApiResult<bool> {
    // What was looked for is not what is wanted by now: say nothing of it.
    let Some(row) = store::by_key(c, look.row.id)?
        .filter(|row| row.method == look.row.method && row.tenant_name == look.row.tenant_name)
    else {
        return Ok(false);
    };
    let before = row.status();
    let after = match &look.outcome {
        Ok(()) => {
            let since = row.proven_at.filter(|_| before == VerificationStatus::Verified).unwrap_or(now);
            store::found(c, &row, since, now, now.plus(LASTS + spread(row.id)))?;
            VerificationStatus::Verified
        }
        Err(why) => {
            let stays = before == VerificationStatus::Verified && row.failures + 1 < MISSES;
            store::missed(c, row.id, why, now, stays.then(|| now.plus(AGAIN + spread(row.id) / 8)))?;
            if stays { before } else { VerificationStatus::Lapsed }
        }
    };
    let verified = |status| status == VerificationStatus::Verified;
    if verified(before) != verified(after) {
        let action = if verified(after) { "domain.verify" } else { "domain.lapse" };
        let details = json!({ "method": row.method, "error": look.outcome.as_ref().err() });
        note(c, actor, row.tenant_id, action, &row.domain, details, now)?;
    }
    refresh(c, row.tenant_id)
}

/// Up to a day, other for every domain, so that those added on one day are not looked at in one minute for ever.
fn spread(id: i64) -> Duration {
    Duration::from_mins(id.unsigned_abs().wrapping_mul(997) % (24 * 60))
}

impl Marketplace {
    /// Looks at one of the tenant's domains now.
    pub(crate) async fn check_domain(&self, scope: &TenantScope, domain: &str) -> ApiResult<DomainVerification> {
        let (by, name) = (scope.clone(), domain.to_owned());
        let row = self.db.read(move |c| find(c, &by, &name)).await?;
        let (look, now) = (look(self, row).await, self.now());
        let (by, actor, name) = (scope.clone(), scope.actor().clone(), domain.to_owned());
        let (changed, row) = self
            .write(move |c| {
                let changed = settle(c, &actor, &look, now)?;
                Ok::<_, ApiError>((changed, find(c, &by, &name)?))
            })
            .await?;
        if changed {
            self.publisher_changed();
        }
        Ok(shown(self, row))
    }

    /// Looks at the domains whose time has come. For a job.
    pub async fn check_due_domains(&self) -> Result<(), Error> {
        loop {
            let now = self.now();
            let due = self.db.write(move |c| store::take_due(c, now, now.plus(LOOK), AT_ONCE)).await?;
            if due.is_empty() {
                return Ok(());
            }
            let looks = futures_util::future::join_all(due.into_iter().map(|row| look(self, row))).await;
            let now = self.now();
            let settled = self.db.write(move |c| {
                let actor = Actor::policy("verified-domains");
                looks.iter().try_fold(false, |changed, look| Ok(settle(c, &actor, look, now)? || changed))
            });
            let changed: Result<bool, ApiError> = settled.await;
            if changed.map_err(|error| Error::Other(error.to_string()))? {
                self.publisher_changed();
            }
        }
    }
}

/// What everyone may read of a publisher. A tenant that shows nothing to everyone is none: nobody can ask which tenants
/// exist.
pub(crate) fn publisher(c: &mut Conn<'_>, audience: &Audience, slug: &str) -> ApiResult<PublisherProfile> {
    let missing = || ApiError::not_found("publisher");
    let tenant = tenants::get(c, slug)?.ok_or_else(missing)?;
    let listed = store::listed(c, tenant.id)?;
    if listed.is_empty() && audience.tenant_id() != Some(tenant.id) && !audience.is_admin() {
        return Err(missing());
    }
    let described = tenants::describe(c, slug)?;
    let domains = store::of_tenant(c, tenant.id)?;
    let proven = domains.into_iter().filter(|row| row.status() == VerificationStatus::Verified);
    let components = listed.into_iter().filter_map(|(kind, count)| {
        Kind::from_code(kind).map(|component_type| PublishedCount { component_type, count })
    });
    Ok(PublisherProfile {
        tenant_id: described.id,
        name: described.name,
        verified: described.verified,
        domains: proven.map(|row| row.domain).collect(),
        since: described.created_at,
        components: components.collect(),
    })
}

/// Checks what a tenant says, and brings the domain to ASCII.
pub(crate) fn checked(claim: &DomainClaim) -> ApiResult<DomainClaim> {
    let domain = proof::domain(&claim.domain).map_err(|why| ApiError::field("domain", why))?;
    Ok(DomainClaim { domain, method: claim.method })
}
