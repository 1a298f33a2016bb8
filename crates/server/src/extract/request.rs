//! A request's parts: the kind and ids of its path, its query and its body, strictly.

use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::json;
use atom_marketplace_protocol::limits::JSON_DEPTH;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::Value;

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
        // No id holds one, and PostgreSQL takes none.
        if parts.uri.path().contains("%00") {
            return Err(ApiError::not_found("resource"));
        }
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
        if let Some(name) = unreadable(query) {
            return Err(ApiError::field(name, "A parameter is UTF-8 without the null character."));
        }
        let deserializer = serde_html_form::Deserializer::from_bytes(query.as_bytes());
        serde_path_to_error::deserialize(deserializer).map(Query).map_err(|error| {
            let path = error.path().to_string();
            let message = error.into_inner().to_string();
            let path = if path == "." { quoted(&message).unwrap_or_default().to_owned() } else { path };
            ApiError::field(path, parameter_message(message))
        })
    }
}

/// The first parameter that is no text PostgreSQL takes.
fn unreadable(query: &str) -> Option<String> {
    if !query.contains('%') {
        return None;
    }
    let pairs = query.split('&').find(|pair| {
        let bytes: Vec<u8> = percent_encoding::percent_decode_str(pair).collect();
        std::str::from_utf8(&bytes).map_or(true, |text| text.contains('\0'))
    })?;
    let name = pairs.split('=').next().unwrap_or_default();
    Some(percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned())
}

/// Refuses any parameter: for routes that take none, where one would be ignored that a client relies on.
pub(crate) fn no_query(query: &str) -> ApiResult<()> {
    let Some(pair) = query.split('&').find(|pair| !pair.is_empty()) else { return Ok(()) };
    let name = percent_encoding::percent_decode_str(pair.split('=').next().unwrap_or_default()).decode_utf8_lossy();
    Err(ApiError::field(name.clone(), format!("unknown parameter `{name}`: this route takes none")))
}

/// What serde says of a parameter, for people.
fn parameter_message(message: String) -> String {
    match message.as_str() {
        "unsupported value" => "Send this parameter once.".to_owned(),
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            "A whole number is expected.".to_owned()
        }
        "number too large to fit in target type" | "number too small to fit in target type" => {
            "The number is out of range.".to_owned()
        }
        "invalid float literal" | "cannot parse float from empty string" => "A number is expected.".to_owned(),
        _ if message.starts_with("missing field") => "This parameter is required.".to_owned(),
        _ => message.replacen("unknown field", "unknown parameter", 1).replacen("unknown variant", "unknown value", 1),
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
        let is_plain = request.headers().get(CONTENT_ENCODING).is_none_or(|coding| coding == "identity");
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|_| ApiError::field("", "The body could not be read to its end."))?;
        if body.is_empty() {
            return from_value(Value::Object(serde_json::Map::new())).map(Json);
        }
        if !is_json {
            return Err(ApiError::new(Code::UnsupportedMediaType, "Send JSON, with `Content-Type: application/json`."));
        }
        if !is_plain {
            return Err(ApiError::new(
                Code::UnsupportedMediaType,
                "Send the JSON as it is, without `Content-Encoding`.",
            ));
        }
        let value = json::parse(&body, JSON_DEPTH).map_err(|error| ApiError::field(error.path, error.message))?;
        // Serde would take an array as the fields in the order they are declared.
        if !value.is_object() {
            return Err(ApiError::field("", "The body must be a JSON object."));
        }
        if let Some(path) = body.windows(6).any(|part| part == b"\\u0000").then(|| null_in(&value, "")).flatten() {
            return Err(ApiError::field(path, "U+0000 (null) is not allowed here."));
        }
        from_value(value).map(Json)
    }
}

/// Where a text holds the null character, which PostgreSQL does not take.
fn null_in(value: &Value, path: &str) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then(|| path.to_owned()),
        Value::Array(items) => items.iter().enumerate().find_map(|(at, item)| null_in(item, &format!("{path}[{at}]"))),
        Value::Object(fields) => fields.iter().find_map(|(name, item)| {
            let path = json::path_join(path, name);
            if name.contains('\0') { Some(path) } else { null_in(item, &path) }
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn is_json(value: &http::HeaderValue) -> bool {
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// A value as `T`, with the path of what does not fit.
pub(crate) fn from_value<T: DeserializeOwned>(value: Value) -> ApiResult<T> {
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
            _ => ApiError::field(parent, type_message(message)),
        }
    })
}

/// What serde says of a wrong type, in words of JSON rather than of this program.
fn type_message(message: String) -> String {
    let Some((found, expected)) = message.rsplit_once(", expected ") else {
        return message.replacen("unknown variant", "unknown value", 1);
    };
    let expected = match expected {
        "i64" | "i32" | "u64" | "u32" | "u16" | "u8" => "a whole number",
        "f64" | "f32" => "a number",
        "a sequence" => "a list",
        "a map" => "an object",
        other if other.starts_with("struct ") => "an object",
        other => other,
    };
    format!("{found}, expected {expected}").replacen("unknown variant", "unknown value", 1)
}

/// The first name between backticks.
fn quoted(message: &str) -> Option<&str> {
    message.split('`').nth(1)
}
