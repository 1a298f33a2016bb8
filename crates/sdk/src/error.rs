//! The one error of this crate.

use std::time::Duration;

use atom_marketplace_protocol::error::Code;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What a call came to when it did not come to its answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server answered, with an error.
    #[error("{0}")]
    Api(#[from] Box<ApiError>),
    /// The request was wrong in a way that is seen from here; nothing was sent.
    #[error("{0}")]
    Invalid(String),
    /// No answer: the server was not reached, or the connection ended before its answer did.
    #[error("the marketplace cannot be reached: {0}")]
    Connection(#[source] BoxError),
    /// No answer in time, in the last attempt as in those before.
    #[error("the marketplace did not answer within {0:?}")]
    Timeout(Duration),
    /// An answer that is not what this release understands.
    #[error("the marketplace's answer to request {} is not understood: {source}", request_id.as_deref().unwrap_or("(unnamed)"))]
    Decode {
        /// What does not fit.
        #[source]
        source: BoxError,
        /// The request's id, by which the server's log knows it.
        request_id: Option<String>,
    },
}

/// Any error, as a source.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// An error that the server answered with.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message} ({code}, request {})", request_id.as_deref().unwrap_or("unnamed"))]
#[non_exhaustive]
pub struct ApiError {
    /// The HTTP status.
    pub status: StatusCode,
    /// The stable code. A text, since a later server may know others; [`Error::known_code`] has those of this release.
    pub code: String,
    /// What went wrong and what to do, for a person.
    pub message: String,
    /// Facts for programs; which ones depends on the code.
    pub details: Map<String, Value>,
    /// The request's id, by which the server's log knows it.
    pub request_id: Option<String>,
    /// When another attempt makes sense.
    pub retry_after: Option<Duration>,
}

impl Error {
    /// The server's error, if it answered with one.
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Api(error) => Some(error),
            _ => None,
        }
    }

    /// The HTTP status of the answer.
    pub fn status(&self) -> Option<StatusCode> {
        self.api().map(|error| error.status)
    }

    /// The code. A request that was refused before it was sent has the server's `INVALID_REQUEST` too.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Api(error) => Some(&error.code),
            Self::Invalid(_) => Some(Code::InvalidRequest.as_str()),
            _ => None,
        }
    }

    /// The code, if this release knows it.
    pub fn known_code(&self) -> Option<Code> {
        let code = self.code()?;
        Code::ALL.iter().copied().find(|known| known.as_str() == code)
    }

    /// What went wrong, for a person.
    pub fn message(&self) -> String {
        self.api().map_or_else(|| self.to_string(), |error| error.message.clone())
    }

    /// The details; empty when there are none.
    pub fn details(&self) -> &Map<String, Value> {
        static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
        self.api().map_or(&NONE, |error| &error.details)
    }

    /// The request's id, by which the server's log knows it. None where no answer came.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Api(error) => error.request_id.as_deref(),
            Self::Decode { request_id, .. } => request_id.as_deref(),
            _ => None,
        }
    }

    /// When another attempt makes sense.
    pub fn retry_after(&self) -> Option<Duration> {
        self.api()?.retry_after
    }

    /// The component that was not found.
    pub fn component_id(&self) -> Option<&str> {
        self.details().get("component_id")?.as_str()
    }

    /// The scope that the credential lacks.
    pub fn required_permission(&self) -> Option<&str> {
        self.details().get("required_permission")?.as_str()
    }

    /// Whether what was asked for is not there, or not for this caller to see.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(StatusCode::NOT_FOUND)
    }

    /// Whether the quota of requests is used up.
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid(message.into())
    }
}

/// The envelope, read as leniently as it can be: something in between may have answered instead of the marketplace.
#[derive(Deserialize)]
struct Envelope {
    error: Body,
}

#[derive(Deserialize)]
struct Body {
    code: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    details: Value,
    #[serde(default)]
    request_id: Option<String>,
}

impl ApiError {
    /// The error of an answer that is none of the good ones.
    pub(crate) fn of(status: StatusCode, headers: &reqwest::header::HeaderMap, bytes: &[u8]) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let request_id = text("x-request-id");
        let in_header = text("retry-after").and_then(|value| value.trim().parse().ok());
        if let Ok(Envelope { error }) = serde_json::from_slice::<Envelope>(bytes) {
            let details = if let Value::Object(details) = error.details { details } else { Map::new() };
            let in_details = details.get("retry_after").and_then(Value::as_u64);
            return Self {
                status,
                code: error.code,
                message: error.message,
                request_id: error.request_id.or(request_id),
                retry_after: in_header.or(in_details).map(Duration::from_secs),
                details,
            };
        }
        let code = match status.as_u16() {
            401 => Code::Unauthenticated,
            403 => Code::InsufficientPermissions,
            404 => Code::NotFound,
            413 => Code::PayloadTooLarge,
            429 => Code::RateLimitExceeded,
            502..=504 => Code::Unavailable,
            400..=499 => Code::InvalidRequest,
            _ => Code::Internal,
        };
        Self {
            status,
            code: code.as_str().to_owned(),
            message: format!("the answer is {status} and not the marketplace's: is the base URL right?"),
            details: Map::new(),
            request_id,
            retry_after: in_header.map(Duration::from_secs),
        }
    }
}
