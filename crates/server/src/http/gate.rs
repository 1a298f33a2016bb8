//! What every request under `/api` passes: a request id, who calls, their quota, the body within its limit, repeated
//! requests answered once, panics turned into answers, errors rendered, and the headers that every answer carries.
//!
//! The order matters: a caller is charged before anything is done for them, and a credential that is wrong is charged to
//! the address, so that guessing is as limited as anything else. One that is right is charged as such even when the
//! request is then refused.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use atom_marketplace_protocol::error::Code;
use atom_marketplace_protocol::limits::RATE_WINDOW_SECONDS;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::header::{self, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use serde_json::json;

use super::answer::{self, Asked, RequestId};
use super::{body, caller, idempotency};
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{ClientAddress, Identity};
use crate::limits::{Caller, Charge, Quota, Rate, UNLIMITED, Verdict};
use crate::satellite;

/// The middleware.
pub async fn gate(State(m): State<Marketplace>, mut request: Request, next: Next) -> Response {
    let started = std::time::Instant::now();
    let request_id = RequestId::next(&m.instance);
    let asked = Asked::of(&m, request.method(), request.headers());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let of_satellite = satellite::door(request.uri().path()).is_some();
    let address = caller::address(&m.trusted_proxies, &request);
    request.extensions_mut().insert(ClientAddress(address));
    request.extensions_mut().insert(request_id.clone());

    let identified = caller::identify(&m, request.method(), request.uri(), request.headers()).await;
    let charge = match caller_of(&m, address, identified.as_ref().ok()) {
        Some((caller, rate)) => m.limiter.charge(caller, rate).await,
        None => Charge { quota: unlimited(&m), verdict: Verdict::Granted },
    };
    let answered = if asked.is_preflight(request.headers()) {
        Ok(answer::preflight(&m.cors_origins, asked.origin.as_ref()))
    } else {
        match admit(&m, identified, &charge, request.headers()).await {
            Ok(identity) => {
                request.extensions_mut().insert(identity);
                request.extensions_mut().insert(charge.quota);
                serve(&m, address, request, next).await
            }
            Err(error) => {
                let (parts, body) = request.into_parts();
                body::discard(&parts.headers, body).await;
                Err(error)
            }
        }
    };

    let mut response = answered.unwrap_or_else(IntoResponse::into_response);
    if let Some(error) = error_of(&mut response) {
        response = answer::render(response, &error, &request_id, asked.problem);
    }
    answer::put_headers(response.headers_mut(), &request_id, &charge.quota, &m.cors_origins, &asked);
    if of_satellite && response.status() != StatusCode::SWITCHING_PROTOCOLS {
        // Its calls share a pool of connections, each from an event loop of its own: one that is kept is dead.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    let route = route.as_ref().map_or("unmatched", |route| route.as_str());
    m.metrics.observe(&request_id, &asked.method, route, response.status(), started.elapsed());
    response
}

impl Asked {
    fn of(m: &Marketplace, method: &Method, headers: &HeaderMap) -> Self {
        let accept = headers.get(header::ACCEPT).map(HeaderValue::as_bytes);
        Self {
            method: method.clone(),
            problem: accept.is_some_and(|accept| accept.windows(12).any(|part| part == b"problem+json")),
            origin: headers.get(header::ORIGIN).cloned(),
            credential: caller::has_credential(m, headers),
        }
    }

    fn is_preflight(&self, headers: &HeaderMap) -> bool {
        self.method == Method::OPTIONS && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
    }
}

/// Lets a request in whose caller is known, within the limit, and of the tenant it names.
async fn admit(
    m: &Marketplace,
    identified: ApiResult<Identity>,
    charge: &Charge,
    headers: &HeaderMap,
) -> ApiResult<Identity> {
    match &charge.verdict {
        Verdict::Granted => caller::within_tenant(m, identified?, headers).await,
        Verdict::Exceeded => Err(limit_exceeded(&charge.quota)),
        Verdict::Failed(error) => Err(error.clone().into()),
    }
}

/// Runs the handler, with the body read and repeated requests recognised.
async fn serve(m: &Marketplace, address: IpAddr, request: Request, next: Next) -> ApiResult<Response> {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(run(request, next).await);
    }
    let (parts, stream) = request.into_parts();
    let bytes = body::read(&parts.headers, stream, body::limit(&parts.method, parts.uri.path())).await?;
    let identity = parts.extensions.get::<Identity>().unwrap_or(&Identity::Anonymous);
    let Some(claim) = idempotency::claim(m, || credential_of(identity, address), &parts, &bytes).await? else {
        return Ok(run(Request::from_parts(parts, Body::from(bytes)), next).await);
    };
    match claim {
        idempotency::Claim::Answered(response) => Ok(response),
        idempotency::Claim::First(first) => {
            let request = Request::from_parts(parts, Body::from(bytes));
            first.run(m.clone(), run(request, next)).await
        }
    }
}

/// Runs the handler; a panic is an answer, not a closed connection.
pub(crate) async fn run(request: Request, next: Next) -> Response {
    AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        ApiError::internal(format!("panic: {}", text.unwrap_or("without a message"))).into_response()
    })
}

/// The error an answer stands for. One that no feature made (a failed serialization, say) becomes ours.
pub(crate) fn error_of(response: &mut Response) -> Option<Arc<ApiError>> {
    let status = response.status();
    response.extensions_mut().remove::<Arc<ApiError>>().or_else(|| {
        status.is_server_error().then(|| {
            let error = ApiError::internal(format!("a bare {status}"));
            *response.status_mut() = error.status();
            Arc::new(error)
        })
    })
}

/// Whom the request is charged to, and how many that caller may make. None: no limit.
fn caller_of(m: &Marketplace, address: IpAddr, identity: Option<&Identity>) -> Option<(Caller, Rate)> {
    match identity {
        Some(Identity::Token(token)) => Some((Caller::Tenant(token.tenant.id), m.token_rate.get())),
        Some(Identity::Session(caller)) => {
            let of_account = || Caller::Account(caller.session().account.id);
            Some((caller.tenant().map_or_else(of_account, |tenant| Caller::Tenant(tenant.id)), m.token_rate.get()))
        }
        Some(Identity::Federation(key)) => Some((Caller::Federation(key.id), Rate::hourly(m.rates.federation))),
        Some(Identity::Admin(_)) => None,
        Some(Identity::Anonymous) | None => Some((Caller::address(address), Rate::hourly(m.rates.anonymous))),
    }
}

/// Whose idempotency keys a request uses. Each credential has its own: a token must not read what another was answered,
/// nor the admin, acting for one tenant, what was answered for another.
fn credential_of(identity: &Identity, address: IpAddr) -> String {
    match identity {
        Identity::Token(token) => token.uid.clone(),
        Identity::Federation(key) => key.uid.clone(),
        Identity::Session(caller) => {
            format!("{}:{}", caller.session().uid, caller.tenant().map_or("", |tenant| &*tenant.slug))
        }
        Identity::Admin(Some(tenant)) => format!("admin:{}", tenant.slug),
        Identity::Admin(None) => "admin".to_owned(),
        Identity::Anonymous => Caller::address(address).key(),
    }
}

fn unlimited(m: &Marketplace) -> Quota {
    let reset = m.now().as_second() + i64::from(RATE_WINDOW_SECONDS);
    let (retry_after, window_seconds) = (u64::from(RATE_WINDOW_SECONDS), RATE_WINDOW_SECONDS);
    Quota { limit: UNLIMITED, remaining: UNLIMITED, reset, retry_after, window_seconds }
}

fn limit_exceeded(quota: &Quota) -> ApiError {
    let seconds = quota.retry_after;
    ApiError::new(Code::RateLimitExceeded, format!("Rate limit exceeded. Retry after {seconds} seconds."))
        .details(json!({ "retry_after": seconds, "limit": quota.limit, "window": quota.window() }))
        .header(header::RETRY_AFTER, HeaderValue::from(seconds))
}
