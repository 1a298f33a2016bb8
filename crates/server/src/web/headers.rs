//! What answers outside the API tell browsers: run nothing but this server's own, embed nowhere, guess no types; what may be
//! kept, and for how long.

use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use sha2::{Digest, Sha256};

use crate::answers::etag_matches;

/// The type of a page.
pub(crate) const HTML: &str = "text/html; charset=utf-8";

/// Nothing inline, nothing from elsewhere, and no text that becomes a script.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
const PERMISSIONS: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
const COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
/// Two years, as the lists of browsers ask.
const HSTS: &str = "max-age=63072000; includeSubDomains";

/// Puts what protects whoever looks at an answer. `public_url` says whether browsers come by https alone.
pub(crate) fn secure(headers: &mut HeaderMap, public_url: &str) {
    let constant = HeaderValue::from_static;
    headers.insert(CONTENT_SECURITY_POLICY, constant(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, constant("nosniff"));
    headers.insert(X_FRAME_OPTIONS, constant("DENY"));
    // Not `no-referrer`: browsers would then hide the origin of the pages' own forms.
    headers.insert(REFERRER_POLICY, constant("same-origin"));
    headers.insert(COOP, constant("same-origin"));
    headers.insert(PERMISSIONS_POLICY, constant(PERMISSIONS));
    if public_url.starts_with("https://") {
        headers.insert(STRICT_TRANSPORT_SECURITY, constant(HSTS));
    }
}

/// An answer for everyone that a client may keep and ask about again.
pub(crate) fn cached(request: &HeaderMap, body: Bytes, etag: HeaderValue, content_type: &'static str) -> Response {
    let fresh = request.get(IF_NONE_MATCH).is_some_and(|sent| etag_matches(sent, &etag));
    let mut response = if fresh { StatusCode::NOT_MODIFIED.into_response() } else { Response::new(body.into()) };
    let headers = response.headers_mut();
    if !fresh {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    headers.insert(ETAG, etag);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// The validator of these bytes.
pub(crate) fn etag_of(bytes: &[u8]) -> HeaderValue {
    HeaderValue::try_from(format!("\"{}\"", short_hash(bytes))).expect("base64 is visible ASCII")
}

/// Enough of a hash to tell two contents apart, fit for a URL.
pub(super) fn short_hash(bytes: &[u8]) -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&Sha256::digest(bytes)[..12])
}
