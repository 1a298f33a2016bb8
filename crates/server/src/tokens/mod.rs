//! API tokens: checked, made, listed, rotated, revoked. Stored as SHA-256 and shown once; never more than their maker.

mod api;
pub mod cache;
mod check;
mod store;

use std::sync::Arc;

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::account::Confidential;
use atom_marketplace_protocol::api_token::ApiToken;
use atom_marketplace_protocol::ids;
use atom_marketplace_protocol::scope::ScopeSet;
use atom_marketplace_protocol::token::{self, CredentialKind, Secret};
use serde_json::{Value, json};

use crate::app::Marketplace;
use crate::audit::{self, Actor, Entry};
use crate::error::{ApiError, ApiResult};
use crate::extract::{TenantScope, TokenIdentity};
use crate::paging::Window;

pub use api::routes;
pub use check::new_token;

/// What a new API token is to be.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Its tenant's key.
    pub tenant: i64,
    /// Its maker's key; none when the platform makes it.
    pub account: Option<i64>,
    /// Its name.
    pub name: String,
    /// What it may do.
    pub scopes: ScopeSet,
    /// Ids it may publish; none: all.
    pub patterns: Option<Vec<String>>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// Stores a token that was generated outside the transaction (a transaction may run twice). Returns its id on the wire.
pub fn create(
    c: &mut Conn<'_>,
    actor: &Actor,
    new: &NewToken,
    secret: &Secret,
    now: Timestamp,
) -> Result<String, Error> {
    let uid = ids::new_id("tok");
    store::insert(c, &uid, new, secret, now)?;
    let details = json!({ "name": new.name, "scopes": new.scopes, "component_patterns": new.patterns });
    note(c, actor, new.tenant, "token.create", &uid, details, now)?;
    Ok(uid)
}

/// A token of the tenant that is not revoked.
pub fn get(c: &mut Conn<'_>, scope: &TenantScope, uid: &str) -> ApiResult<ApiToken> {
    let found = store::find(c, scope, uid)?;
    found.map(|row| row.token).ok_or_else(|| ApiError::not_found("token"))
}

/// The tenant's tokens that are not revoked, oldest first, and how many there are.
pub fn list(c: &mut Conn<'_>, scope: &TenantScope, window: Window<i64>) -> Result<(Vec<(i64, ApiToken)>, u64), Error> {
    let rows = store::list(c, scope, window)?;
    Ok((rows.into_iter().map(|row| (row.key, row.token)).collect(), store::count(c, scope)?))
}

/// Gives a token a new secret; the old one ends with the transaction. Whoever gets the secret may do what the token may,
/// so that must not be more than the caller may.
pub fn rotate(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    uid: &str,
    secret: &Secret,
    now: Timestamp,
) -> ApiResult<ApiToken> {
    let row = store::find(c, scope, uid)?.ok_or_else(|| ApiError::not_found("token"))?;
    check::within_maker(scope, row.token.scopes, row.token.component_patterns.as_deref())?;
    if row.expires_at.is_some_and(|expiry| expiry <= now) {
        return Err(ApiError::conflict("The token has expired: make a new one."));
    }
    store::replace_secret(c, row.key, secret)?;
    note(c, scope.actor(), scope.id(), "token.rotate", uid, json!({}), now)?;
    get(c, scope, uid)
}

/// Ends a token.
pub fn revoke(c: &mut Conn<'_>, scope: &TenantScope, uid: &str, now: Timestamp) -> ApiResult<()> {
    let row = store::find(c, scope, uid)?.ok_or_else(|| ApiError::not_found("token"))?;
    store::revoke(c, row.key, now)?;
    Ok(note(c, scope.actor(), scope.id(), "token.revoke", uid, json!({}), now)?)
}

/// Ends a token that somebody found and handed in: to hold it is enough. False when it opens nothing anyway. Its tenant finds
/// it in its record.
pub fn revoke_leaked(c: &mut Conn<'_>, actor: &Actor, leaked: &Confidential, now: Timestamp) -> Result<bool, Error> {
    if !token::well_formed(CredentialKind::ApiToken, leaked.expose()) {
        return Ok(false);
    }
    let Some(found) = store::find_by_hash(c, &token::hash(leaked.expose()))? else { return Ok(false) };
    store::revoke(c, found.key, now)?;
    note(c, actor, found.tenant, "token.revoke", &found.uid, json!({ "reason": "handed in as leaked" }), now)?;
    Ok(found.expires_at.is_none_or(|expiry| now < expiry))
}

/// The record of what became of a token.
fn note(
    c: &mut Conn<'_>,
    actor: &Actor,
    tenant: i64,
    action: &'static str,
    uid: &str,
    details: Value,
    now: Timestamp,
) -> Result<(), Error> {
    let target = format!("token:{uid}");
    audit::record(c, &Entry { actor, tenant: Some(tenant), action, target, details }, now)
}

/// Ends a token of any tenant, for the operator at the command line. False when there is none, or it was ended before.
pub fn revoke_any(c: &mut Conn<'_>, actor: &Actor, uid: &str, now: Timestamp) -> Result<bool, Error> {
    let Some((key, tenant)) = store::key_of(c, uid)? else { return Ok(false) };
    store::revoke(c, key, now)?;
    note(c, actor, tenant, "token.revoke", uid, json!({}), now)?;
    Ok(true)
}

/// Who an API token belongs to. A malformed one is refused without the database.
pub async fn authenticate(m: &Marketplace, presented: &str) -> ApiResult<Arc<TokenIdentity>> {
    let literal = || m.literal_tokens.iter().any(|known| known == presented);
    if !token::well_formed(CredentialKind::ApiToken, presented) && !literal() {
        return Err(ApiError::unauthenticated(
            "The API token is malformed: copy it again, whole, from where it was shown.",
        ));
    }
    let hash = token::hash(presented);
    let now = m.now();
    let identity = if let Some(identity) = m.credentials.token(&hash, now) {
        identity
    } else {
        let reading = m.credentials.reading(now);
        let found = m.db.read(move |c| store::authenticate(c, &hash)).await.map_err(ApiError::from)?;
        let identity =
            Arc::new(found.ok_or_else(|| ApiError::unauthenticated("The API token is unknown or revoked."))?);
        m.credentials.put_token(&hash, reading, identity.clone());
        identity
    };
    if identity.expires_at.is_some_and(|expiry| expiry <= now) {
        return Err(ApiError::unauthenticated("The API token has expired: make a new one."));
    }
    if identity.tenant.suspended {
        return Err(ApiError::suspended(&identity.tenant.slug));
    }
    m.credentials.token_used(&identity, now);
    Ok(identity)
}

/// Writes down when tokens, federation keys and sessions were last used. A job runs it once a minute: never a request.
pub async fn flush_last_used(m: &Marketplace) -> Result<(), Error> {
    let used = Arc::new(m.credentials.take_used());
    if used.tokens.is_empty() && used.federation_keys.is_empty() && used.sessions.is_empty() {
        return Ok(());
    }
    let noted = used.clone();
    let written =
        m.db.write(move |c| {
            for (&id, &at) in &noted.tokens {
                store::note_token_use(c, id, at)?;
            }
            for (&id, (at, source)) in &noted.federation_keys {
                store::note_federation_key_use(c, id, *at, source.as_deref())?;
            }
            for (&id, &at) in &noted.sessions {
                store::note_session_use(c, id, at)?;
            }
            Ok(())
        })
        .await;
    if written.is_err() {
        m.credentials.put_back_used((*used).clone());
    }
    written
}
