//! Request bodies, read whole within their limit. One that is too large, or that nobody wants, is still drained a while,
//! so that the client gets to read the answer rather than a reset connection.

use atom_marketplace_protocol::error::Code;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::limits::{BODY_MAX, DRAIN_MAX, PUBLISH_BODY_MAX};
use axum::body::{Body, HttpBody as _};
use bytes::{Bytes, BytesMut};
use http::header::{CONNECTION, CONTENT_LENGTH, EXPECT, HeaderMap};
use http::{HeaderValue, Method};
use http_body_util::BodyExt;
use serde_json::json;

use crate::error::{ApiError, ApiResult};

/// Room made for a body on the word of its `Content-Length` alone.
const ROOM: u64 = 64 << 10;

/// How many bytes a route takes: publishing takes files.
pub(super) fn limit(method: &Method, path: &str) -> usize {
    let path = path.trim_start_matches('/');
    let publishes = Kind::ALL.iter().any(|kind| {
        let base = kind.base().trim_start_matches("/api/");
        path.strip_prefix(base).is_some_and(|rest| {
            let collection = rest.trim_matches('/');
            collection == kind.collection() || (*kind == Kind::Canvas && collection == kind.plural())
        })
    });
    if method == Method::POST && publishes { PUBLISH_BODY_MAX } else { BODY_MAX }
}

/// Reads `body` whole, or says that it is larger than `limit` bytes.
pub(crate) async fn read(headers: &HeaderMap, mut body: Body, limit: usize) -> ApiResult<Bytes> {
    let too_large = || {
        ApiError::new(Code::PayloadTooLarge, format!("The body is larger than the {limit} bytes this route takes."))
            .details(json!({ "limit": limit }))
    };
    let give_up = || Err(too_large().header(CONNECTION, HeaderValue::from_static("close")));
    let announced = announced(headers);
    if announced > DRAIN_MAX as u64 || (announced > limit as u64 && waits(headers)) {
        return give_up();
    }
    let mut bytes = BytesMut::with_capacity(announced.min(ROOM) as usize);
    let mut seen = 0;
    while let Some(data) = next(&mut body).await? {
        seen += data.len();
        if seen <= limit {
            bytes.extend_from_slice(&data);
        } else if seen > DRAIN_MAX {
            return give_up();
        }
    }
    if seen > limit { Err(too_large()) } else { Ok(bytes.freeze()) }
}

/// Reads a body nobody wants to its end, if that is near.
pub(super) async fn discard(headers: &HeaderMap, mut body: Body) {
    if body.is_end_stream() || waits(headers) || announced(headers) > DRAIN_MAX as u64 {
        return;
    }
    let mut seen = 0;
    while let Ok(Some(data)) = next(&mut body).await {
        seen += data.len();
        if seen > DRAIN_MAX {
            return;
        }
    }
}

/// The next piece. One that does not come is given up by `serve`.
async fn next(body: &mut Body) -> ApiResult<Option<Bytes>> {
    loop {
        match body.frame().await {
            None => return Ok(None),
            Some(Err(_)) => return Err(ApiError::field("", "The body could not be read to its end.")),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
}

fn announced(headers: &HeaderMap) -> u64 {
    headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0)
}

/// Whether the client sends its body only once it is asked to.
fn waits(headers: &HeaderMap) -> bool {
    headers.contains_key(EXPECT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn publishing_takes_more() {
        for (method, path, large) in [
            (Method::POST, "/agent-marketplace/agents", true),
            (Method::POST, "/canvas-marketplace/components", true),
            (Method::POST, "/canvas-marketplace/canvases", true),
            (Method::PATCH, "/agent-marketplace/agents", false),
            (Method::POST, "/agent-marketplace/agents/x/install", false),
            (Method::POST, "/agent-marketplace/skills", false),
            (Method::POST, "/tokens", false),
        ] {
            assert_eq!(limit(&method, path) == PUBLISH_BODY_MAX, large, "{method} {path}");
        }
    }
}
