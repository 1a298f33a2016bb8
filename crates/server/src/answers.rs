//! Finished answers in memory: the bytes of list, search and detail, ready to send.
//!
//! A key carries the generation of what it shows, so a change makes old answers unreachable at once and nothing has to
//! be found and removed. Generations are sharded by what a reader can ask for: one counter a kind for lists and
//! searches, one for each of 4,096 hashes of (kind, id) for details, one for each of as many hashes of the tenant for what only
//! a tenant sees. Nothing here decides who may see what: the key's audience does, and it is made in one place.

use std::sync::atomic::{AtomicU64, Ordering};

use atom_marketplace_protocol::ids::Kind;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_LOCATION, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LINK};
use http::{HeaderMap, HeaderValue, StatusCode};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

const SHARDS: usize = 4096;

/// Counters that move whenever what readers see changes.
#[derive(Debug)]
pub struct Generations {
    kinds: [AtomicU64; 4],
    components: Vec<AtomicU64>,
    tenants: Vec<AtomicU64>,
}

impl Default for Generations {
    fn default() -> Self {
        let counters = || (0..SHARDS).map(|_| AtomicU64::new(0)).collect();
        Self { kinds: Default::default(), components: counters(), tenants: counters() }
    }
}

impl Generations {
    /// The generation of the public lists of a kind.
    pub fn kind(&self, kind: Kind) -> u64 {
        self.kinds[kind as usize].load(Ordering::Acquire)
    }

    /// The generation of the details of (kind, id), whoever published it.
    pub fn component(&self, kind: Kind, id: &str) -> u64 {
        self.components[component_shard(kind, id)].load(Ordering::Acquire)
    }

    /// The generation of what only this tenant sees.
    pub fn tenant(&self, tenant: i64) -> u64 {
        self.tenants[tenant_shard(tenant)].load(Ordering::Acquire)
    }

    /// The public lists of a kind have changed.
    pub fn bump_kind(&self, kind: Kind) {
        self.kinds[kind as usize].fetch_add(1, Ordering::AcqRel);
    }

    /// The details of (kind, id) have changed.
    pub fn bump_component(&self, kind: Kind, id: &str) {
        self.components[component_shard(kind, id)].fetch_add(1, Ordering::AcqRel);
    }

    /// Anything may have changed.
    pub fn bump_all(&self) {
        for counter in self.kinds.iter().chain(&self.components).chain(&self.tenants) {
            counter.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// What this tenant sees has changed.
    pub fn bump_tenant(&self, tenant: i64) {
        self.tenants[tenant_shard(tenant)].fetch_add(1, Ordering::AcqRel);
    }
}

fn component_shard(kind: Kind, id: &str) -> usize {
    let seed = 0xcbf2_9ce4_8422_2325 ^ kind as u64;
    let hash = id.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (hash ^ (hash >> 32)) as usize % SHARDS
}

fn tenant_shard(tenant: i64) -> usize {
    tenant as usize % SHARDS
}

/// A finished 200 answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The JSON.
    pub body: Bytes,
    /// Strong validator of `body`.
    pub etag: HeaderValue,
    /// Links to the other pages.
    pub link: Option<HeaderValue>,
    /// Where it is by its present name, when it was asked for by a former one. Such an answer is not kept: changes are told
    /// by the present name.
    pub moved: Option<HeaderValue>,
}

impl Answer {
    /// Sends it, or 304 if the client has it. `shared` says whether anyone may keep it.
    pub fn respond(&self, request: &HeaderMap, shared: bool) -> Response {
        let fresh = request.get(IF_NONE_MATCH).is_some_and(|sent| etag_matches(sent, &self.etag));
        let mut response =
            if fresh { StatusCode::NOT_MODIFIED.into_response() } else { Response::new(self.body.clone().into()) };
        let headers = response.headers_mut();
        if !fresh {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        headers.insert(ETAG, self.etag.clone());
        headers.insert(
            CACHE_CONTROL,
            HeaderValue::from_static(if shared { "public, no-cache" } else { "private, no-cache" }),
        );
        if let Some(link) = &self.link {
            headers.insert(LINK, link.clone());
        }
        if let Some(moved) = &self.moved {
            headers.insert(CONTENT_LOCATION, moved.clone());
        }
        response
    }
}

/// Whether an `If-None-Match` or `If-Match` value names `etag` (weak and strong compare alike, `*` names all).
pub fn etag_matches(sent: &HeaderValue, etag: &HeaderValue) -> bool {
    let (Ok(sent), Ok(etag)) = (sent.to_str(), etag.to_str()) else { return false };
    sent.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// What an answer is kept under. Two requests with equal keys get the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Route and canonical query.
    pub request: Box<str>,
    /// 0 for everyone, else the tenant that sees it.
    pub audience: i64,
    /// Generations of what it shows.
    pub generation: (u64, u64),
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<Key, Answer> for ByBytes {
    fn weight(&self, key: &Key, answer: &Answer) -> u64 {
        (key.request.len() + answer.body.len() + 256) as u64
    }
}

/// The cache itself, bounded by bytes.
pub struct Answers {
    cache: Cache<Key, Answer, ByBytes>,
}

impl Answers {
    /// A cache of up to `bytes`.
    pub fn new(bytes: u64) -> Self {
        Self { cache: Cache::with_weighter(1024, bytes, ByBytes) }
    }

    /// The answer under `key`, made by `make` when it is not there. Errors are not kept.
    pub async fn get_or_make<E>(&self, key: Key, make: impl Future<Output = Result<Answer, E>>) -> Result<Answer, E> {
        let answer = self.cache.get_or_insert_async(&key, make).await?;
        if answer.moved.is_some() {
            self.cache.remove(&key);
        }
        Ok(answer)
    }
}
