//! Federation keys, and what the served federation routes answer (contract §2, §6).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::Kind;
use crate::wire_enum::wire_enum;

wire_enum! {
    /// What became different for the public.
    pub enum ChangeAction ("change") {
        /// It is there: its first version, or again after it was gone.
        Published = "published",
        /// Another version is there.
        Updated = "updated",
        /// A version should not be used any more.
        Yanked = "yanked",
        /// A version may be used again.
        Unyanked = "unyanked",
        /// It should not be used any more.
        Deprecated = "deprecated",
        /// It may be used again.
        Undeprecated = "undeprecated",
        /// It is not there any more: its publisher took it back or made it private, or the platform took it down.
        Withdrawn = "withdrawn",
        /// The platform hides it.
        Quarantined = "quarantined",
        /// The platform has released it from quarantine.
        Released = "released",
        /// It has another id.
        Renamed = "renamed",
        /// It has another publisher.
        Transferred = "transferred",
        /// The filters of the key do not let it through any more.
        OutOfScope = "out_of_scope",
    }
}

/// Which components a federation key reads. Every list that holds something narrows; one of its values is enough.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kinds": ["agent"], "categories": ["sales"], "tags": ["crm"]}))]
pub struct FederationFilters {
    /// Of these kinds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<Kind>,
    /// In one of these categories, up to 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// With one of these tags, up to 50; upper and lower case are the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

impl FederationFilters {
    /// Whether they let everything through.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty() && self.categories.is_empty() && self.tags.is_empty()
    }
}

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
    /// Which components it reads. Left out: all that are public. They stay what they are: make another key for others.
    #[serde(default, skip_serializing_if = "FederationFilters::is_empty")]
    pub filters: FederationFilters,
    /// Whether the totals that its peer tells (`POST /api/federation/v1/totals`) are shown here. Left out: no.
    #[serde(default)]
    pub accept_totals: bool,
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
    /// Which components it reads; empty: all that are public.
    pub filters: FederationFilters,
    /// Whether the totals that its peer tells are shown here.
    pub accept_totals: bool,
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

/// Where a peer wants to be told that the feed has grown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"url": "https://partner.example/api/federation/v1/events"}))]
pub struct FederationSubscription {
    /// Where a signed hint is posted: http or https.
    pub url: String,
}

/// What a component comes to on another instance: how much in all, so that it may be told again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"component_type": "skill", "source_tenant_id": "acme", "id": "crm-lookup", "installs": 12, "rating_sum": 22, "rating_count": 5}))]
pub struct FederationTotal {
    /// Its kind.
    pub component_type: Kind,
    /// Its publisher here.
    pub source_tenant_id: String,
    /// Its publisher's id for it.
    pub id: String,
    /// Tenants there that ever installed it, up to 1,000,000,000.
    pub installs: u64,
    /// The sum of its ratings there, 1–5 each.
    pub rating_sum: u64,
    /// How many ratings those are, up to 1,000,000,000.
    pub rating_count: u64,
}

/// Totals of a peer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FederationTotals {
    /// Up to 1,000.
    pub items: Vec<FederationTotal>,
}

/// What became of totals that were told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FederationTotalsTaken {
    /// How many count now.
    pub taken: u64,
    /// How many are of components that the key does not read.
    pub unknown: u64,
}
