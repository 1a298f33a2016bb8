//! `Idempotency-Key`: a POST or PATCH sent again has one effect and one answer (contract §5).
//!
//! A key is claimed before the handler runs. The transaction that holds the effect also marks the key as applied (see
//! [`Marketplace::write`]), so a crash between effect and answer is seen for what it is; then the answer is stored,
//! sealed, since it may hold a token. Only successes are kept: a refusal changed nothing and is worked out anew.

mod store;

use atom_marketplace_db::{Conn, Error};
use atom_marketplace_protocol::error::Code;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LOCATION};
use http::request::Parts;
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use store::Known;

const KEY_MAX: usize = 255;
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Headers of an answer that are stored with it.
const KEPT: [HeaderName; 3] = [CONTENT_TYPE, LOCATION, ETAG];

tokio::task_local! {
    static CURRENT: Name;
}

/// Whose key it is.
#[derive(Clone, Debug)]
struct Name {
    caller: String,
    key: String,
}

/// What a key turned out to be.
pub(super) enum Claim {
    /// The answer of the first time.
    Answered(Response),
    /// This is the first time.
    First(First),
}

/// The first request under a key, to be run.
pub(super) struct First(Name);

#[derive(Serialize, Deserialize)]
struct Stored {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Claims the request's key, if it has one.
pub(super) async fn claim(m: &Marketplace, caller: &str, parts: &Parts, body: &Bytes) -> ApiResult<Option<Claim>> {
    if !matches!(parts.method, Method::POST | Method::PATCH) {
        return Ok(None);
    }
    let Some(key) = parts.headers.get("idempotency-key") else { return Ok(None) };
    let key = key.to_str().ok().filter(|key| (1..=KEY_MAX).contains(&key.len())).ok_or_else(|| {
        ApiError::field("Idempotency-Key", format!("The header must hold 1–{KEY_MAX} visible ASCII characters."))
    })?;
    let name = Name { caller: caller.to_owned(), key: key.to_owned() };
    let request = fingerprint(parts, body);
    let (owner, now) = (m.instance.clone(), m.now());
    let claimed = name.clone();
    let known =
        m.db.write(move |c| store::claim(c, &claimed.caller, &claimed.key, &request, &owner, now))
            .await
            .map_err(ApiError::from)?;
    match known {
        Known::New => Ok(Some(Claim::First(First(name)))),
        Known::Answered(sealed) => replay(m, &name, &sealed).map(|response| Some(Claim::Answered(response))),
        Known::OtherRequest => Err(ApiError::new(
            Code::IdempotencyKeyReused,
            "This Idempotency-Key was used for another request. Use a new one for each request.",
        )),
        Known::Running => Err(ApiError::conflict(
            "The first request with this Idempotency-Key is still being answered. Send it again shortly.",
        )
        .header(http::header::RETRY_AFTER, HeaderValue::from(1))),
        // The effect is there, its answer is not. Whatever names its object can simply be done again.
        Known::AppliedUnanswered if repeatable(parts.uri.path()) => Ok(Some(Claim::First(First(name)))),
        Known::AppliedUnanswered => Err(ApiError::conflict(
            "The first request with this Idempotency-Key took effect, but its answer was lost. Read the list to find what it made.",
        )),
    }
}

/// Publishing, installing and rating name their object, so that doing them again changes nothing.
fn repeatable(path: &str) -> bool {
    path.contains("-marketplace/") || path.starts_with("/installations")
}

fn fingerprint(parts: &Parts, body: &Bytes) -> [u8; 32] {
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    let mut hash = Sha256::new();
    for part in [parts.method.as_str().as_bytes(), target.as_bytes(), body] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

fn context(name: &Name) -> String {
    format!("idempotency:{}:{}", name.caller, name.key)
}

fn replay(m: &Marketplace, name: &Name, sealed: &[u8]) -> ApiResult<Response> {
    let plain = m.sealer.open(&context(name), sealed).map_err(ApiError::internal)?;
    let stored: Stored = serde_json::from_slice(&plain).map_err(ApiError::internal)?;
    let mut response = Response::new(Body::from(stored.body));
    *response.status_mut() = StatusCode::from_u16(stored.status).map_err(ApiError::internal)?;
    for (header, value) in stored.headers {
        if let (Ok(header), Ok(value)) = (HeaderName::try_from(header), HeaderValue::try_from(value)) {
            response.headers_mut().insert(header, value);
        }
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

impl First {
    /// Runs the request, and keeps its answer if it succeeded; frees the key if it did not.
    pub(super) async fn run<Run, Running>(
        self,
        m: &Marketplace,
        run: Run,
        parts: Parts,
        body: Bytes,
    ) -> ApiResult<Response>
    where
        Run: FnOnce(Request) -> Running,
        Running: Future<Output = Response>,
    {
        let name = self.0;
        let request = Request::from_parts(parts, Body::from(body));
        let response = CURRENT.scope(name.clone(), run(request)).await;
        if !response.status().is_success() {
            let freed = name.clone();
            if let Err(error) = m.db.write(move |c| store::free(c, &freed.caller, &freed.key)).await {
                tracing::warn!(%error, "an idempotency key stays claimed");
            }
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.map_err(ApiError::internal)?;
        let headers = KEPT.iter().filter_map(|header| {
            let value = parts.headers.get(header)?.to_str().ok()?;
            Some((header.as_str().to_owned(), value.to_owned()))
        });
        let stored = Stored { status: parts.status.as_u16(), headers: headers.collect(), body: body.to_vec() };
        let plain = serde_json::to_vec(&stored).map_err(ApiError::internal)?;
        let sealed = m.sealer.seal(&context(&name), &plain);
        if let Err(error) = m.db.write(move |c| store::answer(c, &name.caller, &name.key, &sealed)).await {
            tracing::warn!(%error, "an answer could not be kept for its idempotency key");
        }
        Ok(Response::from_parts(parts, Body::from(body)))
    }
}

/// Answers are kept this long: 24 h.
pub(crate) const KEPT_FOR: std::time::Duration = std::time::Duration::from_hours(24);

/// Forgets answers older than [`KEPT_FOR`].
pub(crate) async fn sweep(m: &Marketplace) -> Result<(), Error> {
    let before = m.now().minus(KEPT_FOR);
    m.db.write(move |c| store::sweep(c, before)).await
}

impl Marketplace {
    /// Runs `f` as one transaction that changes something for a request. Handlers use this rather than `db.write`: it also
    /// notes, in the same transaction, that the request's `Idempotency-Key` has had its effect.
    pub async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: Fn(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let Ok(name) = CURRENT.try_with(Clone::clone) else { return self.db.write(f).await };
        self.db
            .write(move |c| {
                let done = f(c)?;
                store::applied(c, &name.caller, &name.key)?;
                Ok(done)
            })
            .await
    }
}
