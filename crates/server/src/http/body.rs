//! Request bodies, read whole within their limit. One that is too large is still drained a while, so that the client
//! gets to read the answer rather than a reset connection.

use atom_marketplace_protocol::error::Code;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::limits::{BODY_MAX, DRAIN_MAX, PUBLISH_BODY_MAX};
use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::Method;
use http::header::{CONTENT_LENGTH, HeaderMap};
use http_body_util::BodyExt;
use serde_json::json;

use crate::error::{ApiError, ApiResult};

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
pub(super) async fn read(headers: &HeaderMap, mut body: Body, limit: usize) -> ApiResult<Bytes> {
    let too_large = || {
        ApiError::new(Code::PayloadTooLarge, format!("The body is larger than the {limit} bytes this route takes."))
            .details(json!({ "limit": limit }))
    };
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok()).unwrap_or(0);
    if announced > DRAIN_MAX as u64 {
        return Err(too_large().header(http::header::CONNECTION, http::HeaderValue::from_static("close")));
    }
    let mut bytes = BytesMut::with_capacity((announced as usize).min(limit));
    let mut seen = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ApiError::field("", "The body could not be read to its end."))?;
        let Ok(data) = frame.into_data() else { continue };
        seen += data.len();
        if seen <= limit {
            bytes.extend_from_slice(&data);
        } else if seen > DRAIN_MAX {
            return Err(too_large().header(http::header::CONNECTION, http::HeaderValue::from_static("close")));
        }
    }
    if seen > limit { Err(too_large()) } else { Ok(bytes.freeze()) }
}
