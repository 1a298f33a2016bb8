//! Credentials seen lately, so that a request costs no query. What is revoked on this node leaves at once; what another
//! node or the command line changed is noticed within [`TTL_MICROS`].

use std::sync::Arc;

use atom_marketplace_db::Timestamp;
use quick_cache::sync::Cache;

use crate::extract::{FederationIdentity, TokenIdentity};
use crate::tenants::Tenant;

/// How long an entry is believed: 5 s.
pub const TTL_MICROS: i64 = 5_000_000;

/// Bounded caches of checked credentials and of the tenants an admin names.
pub struct CredentialCache {
    tokens: Cache<[u8; 32], (Timestamp, Arc<TokenIdentity>)>,
    federation_keys: Cache<[u8; 32], (Timestamp, Arc<FederationIdentity>)>,
    tenants: Cache<Box<str>, (Timestamp, Tenant)>,
}

macro_rules! entries {
    ($get:ident, $put:ident, $field:ident, $key:ty, $value:ty) => {
        /// What is known under the key, if it is fresh.
        pub fn $get(&self, key: &$key, now: Timestamp) -> Option<$value> {
            let (loaded_at, value) = self.$field.get(key)?;
            (now.as_micros() - loaded_at.as_micros() < TTL_MICROS).then_some(value)
        }

        /// Remembers what was loaded at `now`.
        pub fn $put(&self, key: &$key, now: Timestamp, value: $value) {
            self.$field.insert(key.to_owned().into(), (now, value));
        }
    };
}

impl CredentialCache {
    /// Empty caches.
    pub fn new() -> Self {
        Self { tokens: Cache::new(10_000), federation_keys: Cache::new(1_000), tenants: Cache::new(1_000) }
    }

    entries!(token, put_token, tokens, [u8; 32], Arc<TokenIdentity>);
    entries!(federation_key, put_federation_key, federation_keys, [u8; 32], Arc<FederationIdentity>);
    entries!(tenant, put_tenant, tenants, str, Tenant);

    /// Forgets everything: after a revocation, a change of plan or a suspension.
    pub fn clear(&self) {
        self.tokens.clear();
        self.federation_keys.clear();
        self.tenants.clear();
    }
}

impl Default for CredentialCache {
    fn default() -> Self {
        Self::new()
    }
}
