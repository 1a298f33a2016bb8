//! What every answer carries: its request id, the quota, what browsers need, and the error envelope.

use std::fmt::Write as _;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use atom_marketplace_protocol::error::{ErrorBody, ErrorEnvelope};
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use serde_json::json;

use crate::error::ApiError;
use crate::limits::Quota;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
const DRAFT: HeaderName = HeaderName::from_static("ratelimit");
const DRAFT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, RateLimit, RateLimit-Policy, Retry-After, X-Request-ID, ETag, Link, Location, Idempotency-Replayed",
);

/// Names one request in the log and in its answer: `req_`, 16 digits of this process, 16 that count. It is no secret.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(Arc<str>);

impl RequestId {
    /// The next one. `instance` names the process and ends in random digits.
    pub(crate) fn next(instance: &str) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let mut text = String::with_capacity(36);
        text.push_str("req_");
        text.push_str(&instance[instance.len().saturating_sub(16)..]);
        write!(text, "{count:016x}").expect("a string takes all");
        Self(text.into())
    }
}

impl RequestId {
    /// Its text, shared.
    pub(crate) fn text(&self) -> Arc<str> {
        self.0.clone()
    }
}

impl Deref for RequestId {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// What of a request decides about its answer's form.
pub(super) struct Asked {
    pub(super) method: Method,
    /// Whether errors are wanted as RFC 9457 problems.
    pub(super) problem: bool,
    /// The page that asks, if a browser does.
    pub(super) origin: Option<HeaderValue>,
    /// Whether it shows a credential.
    pub(super) credential: bool,
}

/// The guide's envelope, and beside it the members of RFC 9457 for those who ask.
pub(super) fn render(mut response: Response, error: &ApiError, request_id: &str, problem: bool) -> Response {
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
        value["instance"] = json!(format!("urn:atom-marketplace:request:{request_id}"));
    }
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().remove(header::CONTENT_LENGTH);
    *response.body_mut() = Body::from(value.to_string());
    response
}

/// Puts the headers that every answer carries.
pub(super) fn put_headers(headers: &mut HeaderMap, request_id: &str, quota: &Quota, origins: &[String], asked: &Asked) {
    headers.insert(REQUEST_ID, HeaderValue::from_str(request_id).expect("an id is ASCII"));
    headers.insert(LIMIT, HeaderValue::from(quota.limit));
    headers.insert(REMAINING, HeaderValue::from(quota.remaining));
    headers.insert(RESET, HeaderValue::from(quota.reset));
    let window = quota.window();
    headers.insert(DRAFT, parameters(&window, *b";r=", quota.remaining.into(), *b";t=", quota.retry_after));
    headers
        .insert(DRAFT_POLICY, parameters(&window, *b";q=", quota.limit.into(), *b";w=", quota.window_seconds.into()));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.append(
        header::VARY,
        HeaderValue::from_static(
            "Authorization, Cookie, X-Tenant-ID, X-Admin-Key, X-Federation-Key, X-API-Token, Accept, Origin",
        ),
    );
    let allowed = match &asked.origin {
        Some(origin) if is_listed(origins, origin) => {
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
            origin.clone()
        }
        _ if !asked.credential && matches!(asked.method, Method::GET | Method::HEAD | Method::OPTIONS) => {
            HeaderValue::from_static("*")
        }
        _ => return,
    };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
}

/// The window's name with two numbers, as the draft's structured fields have it. On every answer, hence by hand.
fn parameters(name: &str, first: [u8; 3], one: u64, second: [u8; 3], other: u64) -> HeaderValue {
    let mut bytes = Vec::with_capacity(32);
    bytes.push(b'"');
    bytes.extend_from_slice(name.as_bytes());
    bytes.push(b'"');
    bytes.extend_from_slice(&first);
    push_number(&mut bytes, one);
    bytes.extend_from_slice(&second);
    push_number(&mut bytes, other);
    HeaderValue::from_maybe_shared(Bytes::from(bytes)).expect("digits and ASCII")
}

fn push_number(bytes: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    bytes.extend_from_slice(&digits[at..]);
}

fn is_listed(origins: &[String], origin: &HeaderValue) -> bool {
    origins.iter().any(|listed| listed.as_bytes() == origin.as_bytes())
}

/// The answer to a browser that asks before it sends: pages of the listed origins may do all, others read in public.
pub(super) fn preflight(origins: &[String], origin: Option<&HeaderValue>) -> Response {
    let (methods, names) = if origin.is_some_and(|origin| is_listed(origins, origin)) {
        (
            "GET, HEAD, POST, PUT, PATCH, DELETE",
            "Accept, Authorization, Content-Type, X-Tenant-ID, X-CSRF-Token, X-Federation-Key, X-Federation-Source, Idempotency-Key, If-Match, If-None-Match",
        )
    } else {
        ("GET, HEAD", "Accept, Content-Type, If-None-Match")
    };
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(names));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drafts_parameters() {
        assert_eq!(parameters("hour", *b";r=", 0, *b";t=", 3_600), "\"hour\";r=0;t=3600");
        assert_eq!(parameters("10s", *b";q=", u64::MAX, *b";w=", 10), "\"10s\";q=18446744073709551615;w=10");
    }

    #[test]
    fn request_ids_differ() {
        let instance = atom_marketplace_protocol::ids::new_id("node");
        let (one, other) = (RequestId::next(&instance), RequestId::next(&instance));
        assert_ne!(&*one, &*other);
        assert_eq!(one.len(), 36);
        assert_eq!(RequestId::next("x").len(), 21);
    }
}
