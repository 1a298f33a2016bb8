//! The test environment's own three operations, under `/api/test` alone.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who signs in to the test environment.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "test@example.com", "password": "testpassword"}))]
pub struct TestLogin {
    /// The test account's address.
    pub email: String,
    /// Its password.
    pub password: String,
}

// Though this password is printed in the documentation, somebody will try a real one.
impl std::fmt::Debug for TestLogin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestLogin").field("email", &self.email).finish_non_exhaustive()
    }
}

/// A token of the test environment. It is worth nothing outside of it.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct TestSession {
    /// Send it as `Authorization: Bearer …`.
    pub api_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: String,
    /// Seconds until it ends.
    #[schema(example = 86_400)]
    pub expires_in: u64,
    /// The tenant it acts for.
    #[schema(example = "test-tenant-id")]
    pub tenant_id: String,
}

impl std::fmt::Debug for TestSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestSession").field("tenant_id", &self.tenant_id).finish_non_exhaustive()
    }
}

/// How many requests tokens of the test environment may make.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"limit": 5, "window_seconds": 60}))]
pub struct TestRateLimit {
    /// Requests a window, for each tenant; 0 refuses the next one. `null` or left out: the usual number, an hour.
    #[serde(default)]
    #[schema(maximum = 1_000_000)]
    pub limit: Option<u32>,
    /// How long a window is, 1 to 3,600. Left out: an hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 3_600)]
    pub window_seconds: Option<u32>,
}
