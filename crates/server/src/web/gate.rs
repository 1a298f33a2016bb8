//! What every request for a page passes: a request id, who looks, the body of a form within its limit and with its token,
//! panics and errors turned into pages, and the headers that every page carries. Pages are outside the quota.

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, HeaderValue, SET_COOKIE};
use http::request::Parts;
use http::{HeaderName, Method};

use super::form::{TOKEN, Typed};
use super::visit::Visit;
use super::{failure, headers};
use crate::accounts;
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{ClientAddress, Identity, SessionCaller, csrf_token};
use crate::http::{RequestId, body, caller, gate};

const CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");
/// Bytes of a form, at most.
const FORM_MAX: usize = 256 * 1024;

pub(super) async fn gate(State(m): State<Marketplace>, mut request: Request, next: Next) -> Response {
    let started = std::time::Instant::now();
    let request_id = RequestId::next(&m.instance);
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let secure = m.public_url.starts_with("https://");
    let address = caller::address(&m.trusted_proxies, &request);
    let extensions = request.extensions_mut();
    extensions.insert(ClientAddress(address));
    extensions.insert(request_id.clone());

    let nobody = Visit::of(request.headers(), request.uri().path(), secure);
    let (visit, mut response) = match admit(&m, request).await {
        Ok((visit, request)) => (visit, gate::run(request, next).await),
        Err((visit, error)) => (visit.unwrap_or(nobody), error.into_response()),
    };
    if let Some(error) = gate::error_of(&mut response) {
        response = failure::page(response, &visit, &error, &request_id);
    }
    let headers = response.headers_mut();
    headers::secure(headers, &m.public_url);
    headers.insert(HeaderName::from_static("x-request-id"), request_id.parse().expect("an id is ASCII"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Some(cookie) = visit.new_cookie(secure) {
        headers.append(SET_COOKIE, HeaderValue::try_from(cookie).expect("names and digits are visible ASCII"));
    }
    let route = route.as_ref().map_or("page", |route| route.as_str());
    m.metrics.observe(&request_id, &method, route, response.status(), started.elapsed());
    response
}

/// Finds out who looks, reads a form, and lets it in if it carries its token.
async fn admit(m: &Marketplace, request: Request) -> Result<(Visit, Request), (Option<Visit>, ApiError)> {
    let (mut parts, stream) = request.into_parts();
    let read = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
    let mut typed = Typed::default();
    if !read {
        let body = body::read(&parts.headers, stream, FORM_MAX).await.and_then(|bytes| Typed::read(&bytes));
        typed = body.map_err(|error| (None, error))?;
        // From here on a form's token counts as a script's header does.
        if let Ok(token) = HeaderValue::from_str(typed.text(TOKEN)) {
            parts.headers.insert(CSRF_TOKEN, token);
        }
    }
    let visit = identify(m, &mut parts).await.map_err(|error| (None, error))?;
    if !read && !visit.accepts(typed.text(TOKEN)) {
        return Err((Some(visit.clone()), failure::stale(&typed)));
    }
    parts.extensions.insert(visit.clone());
    parts.extensions.insert(typed);
    Ok((visit, Request::from_parts(parts, Body::empty())))
}

/// Pages know one credential, the cookie of a session; whoever has none is nobody in particular.
async fn identify(m: &Marketplace, parts: &mut Parts) -> ApiResult<Visit> {
    let visit = Visit::of(&parts.headers, parts.uri.path(), m.public_url.starts_with("https://"));
    let Some(cookie) = accounts::presented(m, &parts.headers) else {
        parts.extensions.insert(Identity::Anonymous);
        return Ok(visit);
    };
    let Some(session) = accounts::authenticate(m, cookie).await? else {
        parts.extensions.insert(Identity::Anonymous);
        return Ok(visit);
    };
    let caller = SessionCaller::new(m, session, cookie, None, &parts.method, &parts.headers);
    let visit = visit.signed_in(caller.clone(), csrf_token(cookie));
    parts.extensions.insert(Identity::Session(caller));
    Ok(visit)
}
