//! The error envelope and the closed list of codes (contract §5, guide "Error Handling").
//!
//! A code is stable: clients branch on it. A message is for people and may change.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:tt, $status:literal;)*) => {
        /// Every error code an answer can carry, with its HTTP status.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
        pub enum Code { $($(#[$doc])* #[serde(rename = $text)] $variant,)* }

        impl Code {
            /// All codes, in the order of the documentation.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// The code as it stands in the envelope.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $text,)* }
            }

            /// The HTTP status this code always travels with.
            pub const fn status(self) -> u16 {
                match self { $(Code::$variant => $status,)* }
            }
        }
    };
}

codes! {
    /// Too many requests in the window; `details`: `retry_after`, `limit`, `window`.
    RateLimitExceeded = "RATE_LIMIT_EXCEEDED", 429;
    /// The tenant is unknown, or not the token's.
    TenantNotFound = "TENANT_NOT_FOUND", 404;
    /// No such component, or none the caller may see; `details`: `component_type`, `component_id`.
    ComponentNotFound = "COMPONENT_NOT_FOUND", 404;
    /// The credential lacks a scope; `details.required_permission` names it.
    InsufficientPermissions = "INSUFFICIENT_PERMISSIONS", 403;
    /// The tenant's plan has no room for another agent; `details`: `limit`, `installed`.
    AgentLimitExceeded = "AGENT_LIMIT_EXCEEDED", 400;
    /// `install_config` does not satisfy the component; `details.errors`.
    InvalidConfiguration = "INVALID_CONFIGURATION", 400;
    /// A component or capability that is needed is not installed; `details.missing`.
    DependencyMissing = "DEPENDENCY_MISSING", 400;
    /// The component needs a higher plan; `details`: `required_plan`, `plan`.
    PlanRestricted = "PLAN_RESTRICTED", 403;
    /// A webhook signature does not match its payload.
    WebhookVerificationFailed = "WEBHOOK_VERIFICATION_FAILED", 400;
    /// The federation key is missing, malformed, unknown or revoked.
    FederationKeyInvalid = "FEDERATION_KEY_INVALID", 401;
    /// The request is malformed; `details.fields` lists each field and why.
    InvalidRequest = "INVALID_REQUEST", 400;
    /// An automated check refuses the publication; `details.findings`.
    ChecksFailed = "CHECKS_FAILED", 400;
    /// No credential, or one that is malformed, unknown, expired or revoked.
    Unauthenticated = "UNAUTHENTICATED", 401;
    /// Storage or another countable resource is used up; `details`: `resource`, `limit`, `used`.
    QuotaExceeded = "QUOTA_EXCEEDED", 403;
    /// No such route, or no such resource that is not a component.
    NotFound = "NOT_FOUND", 404;
    /// The route exists, the method does not; see the `Allow` header.
    MethodNotAllowed = "METHOD_NOT_ALLOWED", 405;
    /// The request contradicts the present state.
    Conflict = "CONFLICT", 409;
    /// The version number is taken by other content.
    VersionExists = "VERSION_EXISTS", 409;
    /// Several publishers have that id; `details.candidates` lists them.
    AmbiguousComponent = "AMBIGUOUS_COMPONENT", 409;
    /// `If-Match` names another state than the present one.
    PreconditionFailed = "PRECONDITION_FAILED", 412;
    /// The body is larger than the route takes.
    PayloadTooLarge = "PAYLOAD_TOO_LARGE", 413;
    /// The body is not JSON by its `Content-Type`.
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE", 415;
    /// The `Idempotency-Key` was used for another request.
    IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED", 422;
    /// A fault of the server; the request id finds it in the log.
    Internal = "INTERNAL", 500;
    /// Overloaded, or the database is out of reach; `Retry-After` says when to try again.
    Unavailable = "UNAVAILABLE", 503;
}

/// What every error answer looks like.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ErrorEnvelope {
    /// The error.
    pub error: ErrorBody,
}

/// The error itself.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    /// Stable code; see [`Code`].
    pub code: Code,
    /// What went wrong and what to do, for a person.
    #[schema(example = "Rate limit exceeded. Retry after 60 seconds.")]
    pub message: String,
    /// Facts for programs; which ones depends on the code.
    #[schema(value_type = Object)]
    pub details: Value,
    /// Names this request in the server's log.
    pub request_id: String,
}

/// One field of a request that is wrong (`INVALID_REQUEST`, `INVALID_CONFIGURATION`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Where: `files[3].path`, `install_config.settings.max_daily_tasks`; empty for the whole body.
    pub path: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl FieldError {
    /// A field error at `path`.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

crate::wire_enum::wire_enum! {
    /// How much a finding of an automated check weighs.
    pub enum Severity ("severity") {
        /// For information.
        Note = "note",
        /// A reviewer should look at it.
        Queue = "queue",
        /// The publication is refused.
        Block = "block",
    }
}

/// What an automated check found in a publication.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// The check's name.
    #[schema(example = "documentation_url")]
    pub check: String,
    /// How much it weighs.
    pub severity: Severity,
    /// The field or file it is about.
    pub path: String,
    /// What was found.
    pub message: String,
}
