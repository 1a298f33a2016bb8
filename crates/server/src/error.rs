//! The one error of the HTTP surface. Features make it with the constructors below; `http::gate` renders it, since only
//! the gate knows the request id and what the client accepts.

use atom_marketplace_db as db;
use atom_marketplace_protocol::error::{Code, FieldError, Finding};
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::redaction::Redaction;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

/// An error answer: code, message, details, and headers that belong to it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}: {message}", code.as_str())]
pub struct ApiError {
    /// The stable code; it decides the status.
    pub code: Code,
    /// For people: what is wrong and what to do.
    pub message: String,
    /// For programs.
    pub details: Value,
    /// `Allow`, `Retry-After`.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// For the log alone, beside the request id.
    pub cause: Option<String>,
    /// What is missing that another instance has: once it was fetched, it may go well.
    pub lacking: Option<Box<Lacking>>,
}

/// Keys of versions whose content another instance has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking(pub Vec<i64>);

/// What a handler returns.
pub type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    /// An error without details.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: json!({}), headers: Vec::new(), cause: None, lacking: None }
    }

    /// The same with details.
    #[must_use]
    pub fn details(mut self, details: Value) -> Self {
        self.details = details;
        self
    }

    /// The same with a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// 400 for one or more fields. `fields` must not be empty.
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        let message = match fields.as_slice() {
            [] => "The request is not valid.".to_owned(),
            [one] if one.path.is_empty() => one.message.clone(),
            [one] => format!("{}: {}", one.path, one.message),
            [first, rest @ ..] => format!("{}: {} (and {} more)", first.path, first.message, rest.len()),
        };
        Self::new(Code::InvalidRequest, message).details(json!({ "fields": fields }))
    }

    /// 400 for one field.
    pub fn field(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError::new(path, message)])
    }

    /// 400: automated checks refuse the publication.
    pub fn checks_failed(findings: &[Finding]) -> Self {
        Self::new(Code::ChecksFailed, "The automated checks refuse this publication.")
            .details(json!({ "findings": findings }))
    }

    /// 400: something would be taken out before others read it. `what_to_do` is for people.
    pub fn redactions(findings: &[Finding], redactions: &[Redaction], count: u64, what_to_do: &str) -> Self {
        let first = redactions.first().map(|first| first.path.as_str()).unwrap_or_default();
        let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
        Self::new(
            Code::ChecksFailed,
            format!("Credentials, personal data or internal addresses would be shared ({first}{more}). {what_to_do}"),
        )
        .details(json!({ "findings": findings, "redactions": redactions, "redaction_count": count }))
    }

    /// 401. `message` says which credential and what to do, never its value.
    pub fn unauthenticated(message: impl Into<String>) -> Self {
        Self::new(Code::Unauthenticated, message)
            .header(http::header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// 403 naming the scope that is missing.
    pub fn forbidden(required_permission: &str) -> Self {
        Self::new(Code::InsufficientPermissions, format!("This needs the permission `{required_permission}`."))
            .details(json!({ "required_permission": required_permission }))
    }

    /// 403: whatever the credential may do, its tenant may do nothing.
    pub fn suspended(tenant: &str) -> Self {
        Self::new(Code::InsufficientPermissions, "This tenant is suspended. Ask the platform's operator.")
            .details(json!({ "reason": "tenant_suspended", "tenant_id": tenant }))
    }

    /// 404 for a component that is not there, or that the caller may not see: the two look the same.
    pub fn component_not_found(kind: Kind, id: &str) -> Self {
        Self::new(Code::ComponentNotFound, format!("There is no {} `{id}` that you may see.", kind.as_str()))
            .details(json!({ "component_type": kind, "component_id": id }))
    }

    /// 404 for a tenant that is unknown or not the caller's.
    pub fn tenant_not_found() -> Self {
        Self::new(Code::TenantNotFound, "There is no such tenant, or the credential is not one of its own.")
    }

    /// 404 for anything that is not a component.
    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("There is no such {what}."))
    }

    /// 404 for content that another instance has, unless it is fetched.
    pub fn content_elsewhere(lacking: Vec<i64>) -> Self {
        Self { lacking: Some(Box::new(Lacking(lacking))), ..Self::not_found("bundle of it here yet") }
    }

    /// 409.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(Code::Conflict, message)
    }

    /// 500. The cause goes to the log with the request id, never to the client.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        let error =
            Self::new(Code::Internal, "Something failed inside the server. The request id finds it in the log.");
        Self { cause: Some(cause.to_string()), ..error }
    }

    /// 503 with `Retry-After`.
    pub fn unavailable(message: impl Into<String>, retry_after_seconds: u64) -> Self {
        Self::new(Code::Unavailable, message)
            .details(json!({ "retry_after": retry_after_seconds }))
            .header(http::header::RETRY_AFTER, HeaderValue::from(retry_after_seconds))
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).expect("every code has a valid status")
    }
}

impl From<db::Error> for ApiError {
    fn from(error: db::Error) -> Self {
        match error {
            db::Error::Busy => Self::unavailable("The server is busy. Try again shortly.", 1),
            db::Error::Unavailable(cause) => {
                let error = Self::unavailable("The database is out of reach. Try again shortly.", 5);
                Self { cause: Some(cause), ..error }
            }
            other => Self::internal(other),
        }
    }
}

/// The body is left to the gate, which finds the error among the extensions.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        for (name, value) in &self.headers {
            response.headers_mut().insert(name.clone(), value.clone());
        }
        response.extensions_mut().insert(std::sync::Arc::new(self));
        response
    }
}
