//! `Idempotency-Key`: a POST or PATCH sent again has one effect and one answer (contract §5).
//!
//! A key is claimed before the handler runs. The transaction that holds the effect also marks the key as applied (see
//! [`Marketplace::write`]), and only if the claim still stands: so a crash between effect and answer is seen for what it
//! is, and a claim that another node took over in the meantime has no effect of its own. Then the answer is stored, sealed,
//! since it may hold a token. Only successes are kept: a refusal changed nothing and is worked out anew.
//!
//! The request runs to its end even when its client goes away: that is when a key is sent again. Keys belong to a
//! credential, not to its tenant, so that no token reads what another was answered.

mod store;

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use atom_marketplace_db::{Conn, Error};
use atom_marketplace_protocol::error::Code;
use atom_marketplace_protocol::ids::new_id;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LOCATION, SET_COOKIE};
use http::request::Parts;
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};

use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use store::Known;

const KEY_MAX: usize = 255;
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Headers of an answer that are stored with it.
const KEPT: [HeaderName; 4] = [CONTENT_TYPE, LOCATION, ETAG, SET_COOKIE];

tokio::task_local! {
    static CURRENT: Arc<Name>;
}

/// Whose key it is, and which claim to it.
#[derive(Debug)]
struct Name {
    caller: String,
    key: String,
    /// `{process}/{number}`
    claim: String,
}

/// The claims that run in this process. One of its own that is not among them has ended without leaving an answer.
#[derive(Clone, Default)]
pub struct InFlight(Arc<Mutex<HashSet<String>>>);

impl InFlight {
    fn enter(&self, claim: &str) -> Running {
        self.0.lock().expect("no panic holds this lock").insert(claim.to_owned());
        Running { all: self.clone(), claim: claim.to_owned() }
    }

    fn contains(&self, claim: &str) -> bool {
        self.0.lock().expect("no panic holds this lock").contains(claim)
    }
}

/// A claim that runs, until it is dropped.
struct Running {
    all: InFlight,
    claim: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.all.0.lock().expect("no panic holds this lock").remove(&self.claim);
    }
}

/// What a key turned out to be.
pub(super) enum Claim {
    /// The answer of the first time.
    Answered(Response),
    /// This is the first time.
    First(First),
}

/// The first request under a key, to be run.
pub(super) struct First {
    name: Arc<Name>,
    running: Running,
}

/// The head of a stored answer; its body follows after a line end.
#[derive(Serialize, Deserialize)]
struct Stored {
    status: u16,
    headers: Vec<(String, String)>,
}

/// Claims the request's key, if it has one. `caller` names the credential.
pub(super) async fn claim(
    m: &Marketplace,
    caller: impl FnOnce() -> String,
    parts: &Parts,
    body: &Bytes,
) -> ApiResult<Option<Claim>> {
    if !matches!(parts.method, Method::POST | Method::PATCH) {
        return Ok(None);
    }
    let Some(key) = parts.headers.get("idempotency-key") else { return Ok(None) };
    let key = key.to_str().ok().filter(|key| (1..=KEY_MAX).contains(&key.len())).ok_or_else(|| {
        ApiError::field("Idempotency-Key", format!("The header must hold 1–{KEY_MAX} visible ASCII characters."))
    })?;
    let claim = new_id(&format!("{}/claim", m.instance));
    let running = m.in_flight.enter(&claim);
    let name = Arc::new(Name { caller: caller(), key: key.to_owned(), claim });
    let asked = store::Ask {
        request: fingerprint(m, parts, body),
        repeatable: repeatable(parts.uri.path()),
        process: m.instance.clone(),
        now: m.now(),
    };
    let (claimed, in_flight) = (name.clone(), m.in_flight.clone());
    let known = m.db.write(move |c| store::claim(c, &claimed, &asked, &in_flight)).await.map_err(ApiError::from)?;
    match known {
        Known::Claimed => Ok(Some(Claim::First(First { name, running }))),
        Known::Answered(sealed) => replay(m, &name, &sealed).map(|response| Some(Claim::Answered(response))),
        Known::OtherRequest => Err(ApiError::new(
            Code::IdempotencyKeyReused,
            "This Idempotency-Key was used for another request. Use a new one for each request.",
        )),
        Known::Running => Err(ApiError::conflict(
            "The first request with this Idempotency-Key is still being answered. Send it again shortly.",
        )
        .header(http::header::RETRY_AFTER, HeaderValue::from(1))),
        Known::AnswerLost => Err(ApiError::conflict(
            "The first request with this Idempotency-Key took effect, but its answer was lost. Read the list to find what it made.",
        )),
    }
}

/// Publishing, installing and rating name their object, so that doing them again changes nothing: when an effect is there
/// and its answer is not, they are simply done again.
fn repeatable(path: &str) -> bool {
    path.contains("-marketplace/") || path.starts_with("/installations")
}

fn fingerprint(m: &Marketplace, parts: &Parts, body: &Bytes) -> [u8; 32] {
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    m.sealer.fingerprint(&[parts.method.as_str().as_bytes(), target.as_bytes(), body])
}

fn context(name: &Name) -> String {
    format!("idempotency:{}:{}", name.caller, name.key)
}

fn replay(m: &Marketplace, name: &Name, sealed: &[u8]) -> ApiResult<Response> {
    let plain = m.sealer.open(&context(name), sealed).map_err(ApiError::internal)?;
    let line = plain.iter().position(|byte| *byte == b'\n').ok_or_else(|| ApiError::internal("no stored answer"))?;
    let stored: Stored = serde_json::from_slice(&plain[..line]).map_err(ApiError::internal)?;
    let mut response = Response::new(Body::from(Bytes::from(plain).slice(line + 1..)));
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
    /// Runs the request to its end, whether its client waits or not.
    pub(super) async fn run(
        self,
        m: Marketplace,
        request: impl Future<Output = Response> + Send + 'static,
    ) -> ApiResult<Response> {
        tokio::spawn(self.run_and_keep(m, request)).await.map_err(ApiError::internal)?
    }

    /// Keeps the answer if it is a success; frees the key if nothing took effect.
    async fn run_and_keep(self, m: Marketplace, request: impl Future<Output = Response>) -> ApiResult<Response> {
        let Self { name, running: _running } = self;
        let response = CURRENT.scope(name.clone(), request).await;
        if !response.status().is_success() {
            if let Err(error) = m.db.write(move |c| store::free(c, &name)).await {
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
        let stored = Stored { status: parts.status.as_u16(), headers: headers.collect() };
        let mut plain = serde_json::to_vec(&stored).map_err(ApiError::internal)?;
        plain.push(b'\n');
        plain.extend_from_slice(&body);
        let sealed = m.sealer.seal(&context(&name), &plain);
        if let Err(error) = m.db.write(move |c| store::answer(c, &name, &sealed)).await {
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
                store::applied(c, &name)?;
                Ok(done)
            })
            .await
    }
}
