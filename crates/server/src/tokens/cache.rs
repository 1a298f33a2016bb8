//! Credentials seen lately, so that a request costs no query, and when each was last used.
//!
//! What is revoked on this node leaves at once; what another node or the command line changed is noticed within
//! [`TTL_MICROS`]. An entry belongs to the epoch that was current before its row was read, so a row that was read just
//! before a revocation is never believed after it.

use std::collections::BTreeMap;
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use atom_marketplace_db::Timestamp;
use quick_cache::sync::Cache;

use crate::extract::{FederationIdentity, SessionIdentity, TokenIdentity};
use crate::tenants::Tenant;

/// How long an entry is believed: 5 s.
pub const TTL_MICROS: i64 = 5_000_000;
/// How often a credential in use is noted as such: 10 s. Between, a request takes no lock for it.
const NOTED_EVERY_MICROS: i64 = 10_000_000;

/// When a row was about to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    at: Timestamp,
    epoch: u64,
}

/// Bounded caches of checked credentials and of the tenants an admin names.
pub struct CredentialCache {
    epoch: AtomicU64,
    tokens: Cache<[u8; 32], (Reading, Arc<TokenIdentity>)>,
    federation_keys: Cache<[u8; 32], (Reading, Arc<FederationIdentity>)>,
    sessions: Cache<[u8; 32], (Reading, Arc<SessionIdentity>)>,
    tenants: Cache<Box<str>, (Reading, Tenant)>,
    used: Mutex<Used>,
}

/// Credentials used since they were last written down, by key: in order, so that two nodes that write at once take their
/// locks in one order.
#[derive(Clone, Debug, Default)]
pub struct Used {
    /// API tokens.
    pub tokens: BTreeMap<i64, Timestamp>,
    /// Federation keys, with what the peer called itself.
    pub federation_keys: BTreeMap<i64, (Timestamp, Option<String>)>,
    /// Browser sessions.
    pub sessions: BTreeMap<i64, Timestamp>,
}

macro_rules! entries {
    ($get:ident, $put:ident, $field:ident, $key:ty, $value:ty) => {
        /// What is known under the key, if it is fresh.
        pub fn $get(&self, key: &$key, now: Timestamp) -> Option<$value> {
            let (read, value) = self.$field.get(key)?;
            let fresh = now.as_micros() - read.at.as_micros() < TTL_MICROS && read.epoch == self.epoch();
            fresh.then_some(value)
        }

        /// Remembers what was read.
        pub fn $put(&self, key: &$key, read: Reading, value: $value) {
            self.$field.insert(key.to_owned().into(), (read, value));
        }
    };
}

impl CredentialCache {
    /// Empty caches.
    pub fn new() -> Self {
        Self {
            epoch: AtomicU64::new(0),
            tokens: Cache::new(10_000),
            federation_keys: Cache::new(1_000),
            sessions: Cache::new(10_000),
            tenants: Cache::new(1_000),
            used: Mutex::default(),
        }
    }

    /// To be taken before a row is read that is then put here.
    pub fn reading(&self, now: Timestamp) -> Reading {
        Reading { at: now, epoch: self.epoch() }
    }

    /// Changes whenever credentials are forgotten.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    entries!(token, put_token, tokens, [u8; 32], Arc<TokenIdentity>);
    entries!(federation_key, put_federation_key, federation_keys, [u8; 32], Arc<FederationIdentity>);
    entries!(session, put_session, sessions, [u8; 32], Arc<SessionIdentity>);
    entries!(tenant, put_tenant, tenants, str, Tenant);

    /// Forgets every credential: after a revocation, a change of plan or a suspension has been committed.
    pub fn clear(&self) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
        self.tokens.clear();
        self.federation_keys.clear();
        self.sessions.clear();
        self.tenants.clear();
    }

    /// Notes that a token is in use.
    pub fn token_used(&self, token: &TokenIdentity, now: Timestamp) {
        if due(&token.used_at, now) {
            self.used.lock().expect("no panic holds this lock").tokens.insert(token.id, now);
        }
    }

    /// Notes that a federation key is in use, and what the peer calls itself.
    pub fn federation_key_used(&self, key: &FederationIdentity, source: Option<&str>, now: Timestamp) {
        if due(&key.used_at, now) {
            let source = source.map(|source| source.chars().take(255).collect());
            self.used.lock().expect("no panic holds this lock").federation_keys.insert(key.id, (now, source));
        }
    }

    /// Notes that a session is in use.
    pub fn session_used(&self, session: &SessionIdentity, now: Timestamp) {
        if due(&session.used_at, now) {
            self.used.lock().expect("no panic holds this lock").sessions.insert(session.id, now);
        }
    }

    /// Takes what was used since the last time.
    pub fn take_used(&self) -> Used {
        mem::take(&mut *self.used.lock().expect("no panic holds this lock"))
    }

    /// Puts back what could not be written; what was used since stands.
    pub fn put_back_used(&self, unwritten: Used) {
        let mut used = self.used.lock().expect("no panic holds this lock");
        for (id, at) in unwritten.tokens {
            used.tokens.entry(id).or_insert(at);
        }
        for (id, use_of) in unwritten.federation_keys {
            used.federation_keys.entry(id).or_insert(use_of);
        }
        for (id, at) in unwritten.sessions {
            used.sessions.entry(id).or_insert(at);
        }
    }
}

/// Whether a use is to be noted, and marks it so.
fn due(used_at: &std::sync::atomic::AtomicI64, now: Timestamp) -> bool {
    let before = used_at.load(Ordering::Relaxed);
    let due = now.as_micros() - before >= NOTED_EVERY_MICROS;
    if due {
        used_at.store(now.as_micros(), Ordering::Relaxed);
    }
    due
}

impl Default for CredentialCache {
    fn default() -> Self {
        Self::new()
    }
}
