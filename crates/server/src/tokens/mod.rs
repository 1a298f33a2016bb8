//! API tokens and federation keys: checked, made, listed, rotated, revoked. Tokens are stored as SHA-256 and shown once.

pub mod cache;
mod store;

use std::sync::Arc;

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::error::Code;
use atom_marketplace_protocol::ids;
use atom_marketplace_protocol::scope::ScopeSet;
use atom_marketplace_protocol::token::{self, CredentialKind, Secret};

use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{FederationIdentity, TokenIdentity};

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
pub fn create(c: &mut Conn<'_>, new: &NewToken, secret: &Secret, now: Timestamp) -> Result<String, Error> {
    let uid = ids::new_id("tok");
    store::insert_token(c, &uid, new, secret, now)?;
    Ok(uid)
}

/// Who an API token belongs to. A malformed one is refused without the database.
pub async fn authenticate(m: &Marketplace, presented: &str) -> ApiResult<Arc<TokenIdentity>> {
    if !token::well_formed(CredentialKind::ApiToken, presented) {
        return Err(ApiError::unauthenticated(
            "The API token is malformed: copy it again, whole, from where it was shown.",
        ));
    }
    let hash = token::hash(presented);
    let now = m.now();
    let identity = if let Some(identity) = m.credentials.token(&hash, now) {
        identity
    } else {
        let found = m.db.read(move |c| store::find_token(c, &hash)).await.map_err(ApiError::from)?;
        let identity =
            Arc::new(found.ok_or_else(|| ApiError::unauthenticated("The API token is unknown or revoked."))?);
        m.credentials.put_token(&hash, now, identity.clone());
        identity
    };
    if identity.expires_at.is_some_and(|expiry| expiry <= now) {
        return Err(ApiError::unauthenticated("The API token has expired: make a new one."));
    }
    if identity.tenant.suspended {
        return Err(ApiError::new(
            Code::InsufficientPermissions,
            "This tenant is suspended. Ask the platform's operator.",
        ));
    }
    identity.touch(now);
    Ok(identity)
}

/// Which federation key is presented.
pub async fn authenticate_federation(m: &Marketplace, presented: &str) -> ApiResult<Arc<FederationIdentity>> {
    let refused = || ApiError::new(Code::FederationKeyInvalid, "The federation key is malformed, unknown or revoked.");
    if !token::well_formed(CredentialKind::FederationKey, presented) {
        return Err(refused());
    }
    let hash = token::hash(presented);
    let now = m.now();
    if let Some(identity) = m.credentials.federation_key(&hash, now) {
        return Ok(identity);
    }
    let found = m.db.read(move |c| store::find_federation_key(c, &hash)).await.map_err(ApiError::from)?;
    let identity = Arc::new(found.ok_or_else(refused)?);
    m.credentials.put_federation_key(&hash, now, identity.clone());
    Ok(identity)
}

/// Routes.
pub fn routes() -> crate::http::ApiRoutes {
    crate::http::ApiRoutes::new()
}
