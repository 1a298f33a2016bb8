//! What every request under `/api` passes: a request id, who calls, their quota, the body within its limit, repeated
//! requests answered once, panics turned into answers, errors rendered, and the headers that every answer carries.

use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use atom_marketplace_protocol::error::{Code, ErrorBody, ErrorEnvelope};
use atom_marketplace_protocol::limits::RATE_WINDOW_SECONDS;
use axum::body::Body;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::header::{self, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use serde_json::json;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{body, idempotency};
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{self, ClientAddress, Identity};
use crate::limits::{Caller, Quota, UNLIMITED};
use crate::{federation, tokens};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
const DRAFT: HeaderName = HeaderName::from_static("ratelimit");
const DRAFT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, RateLimit, RateLimit-Policy, Retry-After, X-Request-ID, ETag, Link, Location, Idempotency-Replayed",
);

/// The middleware.
pub async fn gate(State(m): State<Marketplace>, mut request: Request, next: Next) -> Response {
    let started = std::time::Instant::now();
    let request_id = atom_marketplace_protocol::ids::new_id("req");
    let method = request.method().clone();
    let accepts_problem = request
        .headers()
        .get(header::ACCEPT)
        .is_some_and(|accept| accept.as_bytes().windows(12).any(|w| w == b"problem+json"));
    let origin = request.headers().get(header::ORIGIN).cloned();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let address = client_address(&m, &request);
    request.extensions_mut().insert(ClientAddress(address));

    let identified = identify(&m, request.headers()).await;
    let caller = caller_of(&m, address, identified.as_ref().ok());
    let quota = match caller {
        Some((caller, limit)) => m.limiter.charge(caller, limit).await,
        None => unlimited(&m),
    };
    let answered = if method == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
    {
        Ok(preflight())
    } else if quota.exceeded {
        Err(limit_exceeded(&quota))
    } else {
        match identified {
            Ok(identity) => {
                let key = caller.map_or_else(|| "admin".to_owned(), |(caller, _)| caller.key());
                request.extensions_mut().insert(identity);
                request.extensions_mut().insert(quota);
                serve(&m, &key, request, next).await
            }
            Err(error) => Err(error),
        }
    };

    let mut response = answered.unwrap_or_else(IntoResponse::into_response);
    if let Some(error) = response.extensions_mut().remove::<Arc<ApiError>>() {
        response = render(response, &error, &request_id, accepts_problem);
    }
    put_headers(response.headers_mut(), &request_id, &quota, &m.cors_origins, origin.as_ref(), &method);
    let route = route.as_ref().map_or("unmatched", |route| route.as_str());
    m.metrics.observe(&request_id, &method, route, response.status(), started.elapsed());
    response
}

/// Runs the handler, with the body read and repeated requests recognised.
async fn serve(m: &Marketplace, caller: &str, request: Request, next: Next) -> ApiResult<Response> {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(run(request, next).await);
    }
    let (parts, stream) = request.into_parts();
    let bytes = body::read(&parts.headers, stream, body::limit(&parts.method, parts.uri.path())).await?;
    let Some(claim) = idempotency::claim(m, caller, &parts, &bytes).await? else {
        return Ok(run(Request::from_parts(parts, Body::from(bytes)), next).await);
    };
    match claim {
        idempotency::Claim::Answered(response) => Ok(response),
        idempotency::Claim::First(first) => first.run(m, |request| run(request, next), parts, bytes).await,
    }
}

/// Runs the handler; a panic is an answer, not a closed connection.
async fn run(request: Request, next: Next) -> Response {
    AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        ApiError::internal(format!("panic: {}", text.unwrap_or("without a message"))).into_response()
    })
}

/// The one credential of a request. Two of them, or one that is wrong, is an error.
async fn identify(m: &Marketplace, headers: &HeaderMap) -> ApiResult<Identity> {
    let text = |name: &str| match headers.get(name).map(|value| value.to_str()) {
        None => Ok(None),
        Some(Ok(text)) => Ok(Some(text)),
        Some(Err(_)) => Err(ApiError::field(name, "The header holds characters that are not visible ASCII.")),
    };
    let tenant = text("x-tenant-id")?;
    let authorization = text(AUTHORIZATION.as_str())?;
    let admin = text("x-admin-key")?;
    let federation = text("x-federation-key")?;
    if [authorization, admin, federation].iter().flatten().count() > 1 {
        return Err(ApiError::invalid(vec![atom_marketplace_protocol::error::FieldError::new(
            "Authorization",
            "Send one credential: Authorization, X-Federation-Key or X-Admin-Key.",
        )]));
    }
    if let Some(authorization) = authorization {
        let token = authorization
            .split_once(' ')
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
            .ok_or_else(|| ApiError::unauthenticated("The Authorization header must read `Bearer at_saas_…`."))?;
        let identity = tokens::authenticate(m, token).await?;
        return match tenant {
            Some(tenant) if tenant != &*identity.tenant.slug => Err(ApiError::tenant_not_found()),
            _ => Ok(Identity::Token(identity)),
        };
    }
    if let Some(presented) = admin {
        let hash: [u8; 32] = Sha256::digest(presented.as_bytes()).into();
        return if bool::from(hash.ct_eq(&m.admin_key_hash)) {
            extract::admin_identity(m, tenant).await
        } else {
            Err(ApiError::unauthenticated("The admin key is wrong."))
        };
    }
    if let Some(presented) = federation {
        let source = text("x-federation-source").ok().flatten().or(text("x-tederation-source").ok().flatten());
        return federation::authenticate(m, presented, source).await.map(Identity::Federation);
    }
    Ok(Identity::Anonymous)
}

/// Whom the request is charged to, and how many an hour that caller has. None: no limit.
fn caller_of(m: &Marketplace, address: IpAddr, identity: Option<&Identity>) -> Option<(Caller, u32)> {
    match identity {
        Some(Identity::Token(token)) => Some((Caller::Tenant(token.tenant.id), m.rates.token)),
        Some(Identity::Federation(key)) => Some((Caller::Federation(key.id), m.rates.federation)),
        Some(Identity::Admin(_)) => None,
        Some(Identity::Anonymous) | None => Some((Caller::address(address), m.rates.anonymous)),
    }
}

fn unlimited(m: &Marketplace) -> Quota {
    let reset = m.now().as_second() + i64::from(RATE_WINDOW_SECONDS);
    Quota { limit: UNLIMITED, remaining: UNLIMITED, reset, retry_after: 1, exceeded: false }
}

fn limit_exceeded(quota: &Quota) -> ApiError {
    let seconds = quota.retry_after;
    ApiError::new(Code::RateLimitExceeded, format!("Rate limit exceeded. Retry after {seconds} seconds."))
        .details(json!({ "retry_after": seconds, "limit": quota.limit, "window": "hour" }))
        .header(header::RETRY_AFTER, HeaderValue::from(seconds))
}

/// The address at the far end of the trusted proxies. Of `X-Forwarded-For`, the last address that is no trusted proxy.
fn client_address(m: &Marketplace, request: &Request) -> IpAddr {
    let peer =
        request.extensions().get::<ConnectInfo<SocketAddr>>().map_or(IpAddr::from([0, 0, 0, 0]), |info| info.0.ip());
    let trusted = |ip: IpAddr| m.trusted_proxies.iter().any(|net| net.contains(&ip.to_canonical()));
    if !trusted(peer) {
        return peer;
    }
    let forwarded = request.headers().get_all("x-forwarded-for");
    let hops: Vec<IpAddr> = forwarded
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .map_while(|hop| hop.trim().parse().ok())
        .collect();
    hops.into_iter().rev().find(|ip| !trusted(*ip)).unwrap_or(peer)
}

/// The guide's envelope, and beside it the members of RFC 9457 for those who ask.
fn render(mut response: Response, error: &ApiError, request_id: &str, problem: bool) -> Response {
    if let Some(cause) = &error.cause {
        tracing::error!(request_id, code = error.code.as_str(), cause, "request failed");
    }
    let envelope = ErrorEnvelope {
        error: ErrorBody {
            code: error.code,
            message: error.message.clone(),
            details: error.details.clone(),
            request_id: request_id.to_owned(),
        },
    };
    let mut value = serde_json::to_value(&envelope).unwrap_or_default();
    let mut content_type = "application/json";
    if problem {
        content_type = "application/problem+json";
        value["type"] = json!(format!("/docs/MARKETPLACE_API.md#{}", error.code.as_str().to_ascii_lowercase()));
        value["title"] = json!(error.code.as_str());
        value["status"] = json!(error.code.status());
        value["detail"] = json!(error.message);
        value["instance"] = json!(request_id);
    }
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().remove(header::CONTENT_LENGTH);
    *response.body_mut() = Body::from(value.to_string());
    response
}

fn put_headers(
    headers: &mut HeaderMap,
    request_id: &str,
    quota: &Quota,
    origins: &[String],
    origin: Option<&HeaderValue>,
    method: &Method,
) {
    let text = |text: String| HeaderValue::try_from(text).expect("digits and ASCII words");
    headers.insert(REQUEST_ID, HeaderValue::from_str(request_id).expect("an id is ASCII"));
    headers.insert(LIMIT, HeaderValue::from(quota.limit));
    headers.insert(REMAINING, HeaderValue::from(quota.remaining));
    headers.insert(RESET, HeaderValue::from(quota.reset));
    headers.insert(DRAFT, text(format!("\"hour\";r={};t={}", quota.remaining, quota.retry_after)));
    headers.insert(DRAFT_POLICY, text(format!("\"hour\";q={};w={RATE_WINDOW_SECONDS}", quota.limit)));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.append(
        header::VARY,
        HeaderValue::from_static("Authorization, X-Tenant-ID, X-Admin-Key, X-Federation-Key, Accept, Origin"),
    );
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    match origin {
        Some(origin) if origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()) => {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        _ if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) => {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        }
        _ => {}
    }
}

/// The answer to a browser that asks before it sends.
fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers
        .insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE"));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("Authorization, Content-Type, X-Tenant-ID, X-Federation-Key, X-Federation-Source, Idempotency-Key, If-Match, If-None-Match"),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
    response
}
