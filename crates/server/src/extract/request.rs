//! A request's parts: the kind and ids of its path, its query and its body, strictly.

use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::json;
use atom_marketplace_protocol::limits::JSON_DEPTH;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use http::header::CONTENT_TYPE;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::error::{ApiError, ApiResult};
use atom_marketplace_protocol::error::Code;

/// The kind a request is about, by its path: `/{kind}-marketplace/…`.
#[derive(Clone, Copy, Debug)]
pub struct OfKind(pub Kind);

impl<S: Sync> FromRequestParts<S> for OfKind {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        let first = parts.uri.path().trim_start_matches('/').split('/').next().unwrap_or_default();
        first
            .strip_suffix("-marketplace")
            .and_then(|kind| kind.parse().ok())
            .map(OfKind)
            .ok_or_else(|| ApiError::internal(format!("{first} names no kind")))
    }
}

/// Path parameters. A segment that does not parse names nothing, hence 404.
#[derive(Clone, Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Self> {
        match <axum::extract::Path<T> as FromRequestParts<S>>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Path(value)),
            Err(_) => Err(ApiError::not_found("resource")),
        }
    }
}

/// The query, strictly: an unknown parameter or a wrong type is 400 naming it.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        let query = parts.uri.query().unwrap_or_default();
        let deserializer = serde_html_form::Deserializer::from_bytes(query.as_bytes());
        serde_path_to_error::deserialize(deserializer).map(Query).map_err(|error| {
            let path = error.path().to_string();
            let message = error.into_inner().to_string();
            let path = if path == "." { quoted(&message).unwrap_or_default().to_owned() } else { path };
            ApiError::field(path, message)
        })
    }
}

/// A JSON body, strictly: depth, duplicate keys, unknown fields and wrong types are 400 with the field's path.
/// A body that is left out counts as `{}`.
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> ApiResult<Self> {
        let is_json = request.headers().get(CONTENT_TYPE).is_none_or(is_json);
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|_| ApiError::field("", "The body could not be read to its end."))?;
        if body.is_empty() {
            return from_value(serde_json::Value::Object(serde_json::Map::new())).map(Json);
        }
        if !is_json {
            return Err(ApiError::new(Code::UnsupportedMediaType, "Send JSON, with `Content-Type: application/json`."));
        }
        let value = json::parse(&body, JSON_DEPTH).map_err(|error| ApiError::field(error.path, error.message))?;
        from_value(value).map(Json)
    }
}

fn is_json(value: &http::HeaderValue) -> bool {
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// A value as `T`, with the path of what does not fit.
pub(crate) fn from_value<T: DeserializeOwned>(value: serde_json::Value) -> ApiResult<T> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let message = error.into_inner().to_string();
        let parent = if path == "." { "" } else { path.as_str() };
        // Serde names a missing field in its message alone, and an unknown one in both.
        match quoted(&message) {
            Some(name) if message.starts_with("missing field") => {
                ApiError::field(json::path_join(parent, name), "This field is required.")
            }
            Some(name) if message.starts_with("unknown field") => {
                let path = if parent.ends_with(name) { parent.to_owned() } else { json::path_join(parent, name) };
                ApiError::field(path, message)
            }
            _ => ApiError::field(parent, message),
        }
    })
}

/// The first name between backticks.
fn quoted(message: &str) -> Option<&str> {
    message.split('`').nth(1)
}
