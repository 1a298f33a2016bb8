//! What every request for a page passes: a request id, who looks, the body of a form within its limit and with its token,
//! panics and errors turned into pages, and the headers that every page carries. Pages are outside the quota.

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, HeaderValue, SET_COOKIE};
use http::{HeaderName, Method};

use super::form::{TOKEN, Typed};
use super::visit::Visit;
use super::{failure, headers};
use crate::app::Marketplace;
use crate::error::ApiResult;
use crate::extract::ClientAddress;
use crate::http::{RequestId, body, caller, gate};

/// Bytes of a form, at most.
const FORM_MAX: usize = 256 * 1024;

pub(super) async fn gate(State(m): State<Marketplace>, mut request: Request, next: Next) -> Response {
    let started = std::time::Instant::now();
    let request_id = RequestId::next(&m.instance);
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let secure = m.public_url.starts_with("https://");
    let address = caller::address(&m.trusted_proxies, &request);
    let visit = Visit::of(request.headers(), request.uri().path(), secure);
    let extensions = request.extensions_mut();
    extensions.insert(ClientAddress(address));
    extensions.insert(request_id.clone());
    extensions.insert(visit.clone());

    let mut response = match admit(&visit, request).await {
        Ok(request) => gate::run(request, next).await,
        Err(error) => error.into_response(),
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

/// Lets a request in: a form is read, and must carry its token.
async fn admit(visit: &Visit, request: Request) -> ApiResult<Request> {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(request);
    }
    let (mut parts, stream) = request.into_parts();
    let bytes = body::read(&parts.headers, stream, FORM_MAX).await?;
    let typed = Typed::read(&bytes)?;
    if !visit.accepts(typed.text(TOKEN)) {
        return Err(failure::stale());
    }
    parts.extensions.insert(typed);
    Ok(Request::from_parts(parts, Body::empty()))
}
