//! Federation keys, and what the served federation routes answer (contract §2, §6).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::Kind;

/// A new federation key.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "partner instance", "source": "atom.partner.example"}))]
pub struct FederationKeyCreate {
    /// What people know it by, up to 100 characters.
    pub name: String,
    /// Who is to use it: recorded, never trusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A federation key, without its secret. It reads public components and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FederationKey {
    /// Its id.
    #[schema(example = "fed_0198c0de0000700080000000000000ff")]
    pub id: String,
    /// Its name.
    pub name: String,
    /// How the secret begins.
    #[schema(example = "sk-fed-1fJjkk")]
    pub prefix: String,
    /// Who is to use it.
    pub source: Option<String>,
    /// What `X-Federation-Source` last said: recorded, never trusted.
    pub last_source: Option<String>,
    /// When it was made, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: String,
    /// When it was last used, to the minute, RFC 3339 UTC; `null` is never.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<String>,
}

/// A federation key with its secret, shown this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FederationKeyCreated {
    /// The secret. It cannot be shown again.
    #[schema(example = "sk-fed-…")]
    pub key: String,
    /// The rest.
    #[serde(flatten)]
    pub info: FederationKey,
}

/// Without the secret.
impl std::fmt::Debug for FederationKeyCreated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FederationKeyCreated").field("info", &self.info).finish_non_exhaustive()
    }
}

/// A public component as a peer sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FederatedComponent {
    /// Its publisher's id for it.
    pub id: String,
    /// Its kind.
    pub component_type: Kind,
    /// Its publisher.
    pub source_tenant_id: String,
    /// Its name.
    pub name: String,
    /// The version that is served.
    pub version: String,
    /// That version's digest.
    pub digest: String,
    /// Last version or change, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: String,
}
