//! API tokens as they are made and listed. The credential itself is [`crate::token`]'s.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::account::Confidential;
use crate::scope::ScopeSet;

/// Component patterns of one token.
pub const PATTERNS_MAX: usize = 100;

/// A new API token.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "ci", "scopes": ["components:read", "components:publish"], "component_patterns": ["sales_*"]}))]
pub struct ApiTokenCreate {
    /// What people know it by, up to 100 characters.
    pub name: String,
    /// What it may do; never more than its maker. Left out: every tenant scope its maker holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<crate::scope::Scope>>)]
    pub scopes: Option<ScopeSet>,
    /// When it ends, RFC 3339, in the future. Left out: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<String>,
    /// Ids it may publish; `*` stands for any run of characters. Left out: those its maker may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component_patterns: Option<Vec<String>>,
}

/// An API token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiToken {
    /// Its id.
    #[schema(example = "tok_0198c0de0000700080000000000000ff")]
    pub id: String,
    /// Its name.
    pub name: String,
    /// The tenant it acts for.
    pub tenant_id: String,
    /// How the secret begins, to tell one token from another.
    #[schema(example = "at_saas_1fJjkk")]
    pub prefix: String,
    /// What it may do.
    #[schema(value_type = Vec<crate::scope::Scope>)]
    pub scopes: ScopeSet,
    /// Ids it may publish; `null` is every id.
    pub component_patterns: Option<Vec<String>>,
    /// The member who made it; `null` when the platform did.
    pub created_by: Option<String>,
    /// When it was made, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: String,
    /// When it ends, RFC 3339 UTC; `null` is never.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<String>,
    /// When it was last used, to the minute, RFC 3339 UTC; `null` is never.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<String>,
}

/// An API token with its secret, shown this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiTokenCreated {
    /// The secret. It cannot be shown again.
    #[schema(example = "at_saas_…")]
    pub token: String,
    /// The rest.
    #[serde(flatten)]
    pub info: ApiToken,
}

/// Without the secret.
impl std::fmt::Debug for ApiTokenCreated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiTokenCreated").field("info", &self.info).finish_non_exhaustive()
    }
}

/// An API token that whoever found it hands in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "at_saas_…"}))]
pub struct LeakedToken {
    /// The token itself, `at_saas_…`.
    #[schema(value_type = String)]
    pub token: Confidential,
}

/// What became of a token that was handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeakedTokenOutcome {
    /// Whether it opened something until now. Else it was unknown, expired or revoked before.
    pub revoked: bool,
}
