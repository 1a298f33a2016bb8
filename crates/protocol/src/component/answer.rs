//! What everyone reads of a component.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Deprecation, File, Manifest, MarketplaceType, Status};
use crate::error::Finding;
use crate::ids::Kind;
use crate::redaction::Redaction;

/// Who published a component.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Publisher {
    /// The tenant.
    #[schema(example = "acme")]
    pub tenant_id: String,
    /// Its name.
    pub name: String,
    /// Whether the platform has verified who it is.
    pub verified: bool,
}

/// A newer version that is not served yet; only its publisher and reviewers see it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PendingVersion {
    /// The submission, `sub_…`.
    pub submission_id: String,
    /// Its version.
    pub version: String,
    /// Where its review stands.
    pub status: Status,
    /// What the reviewer says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the automated checks found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

/// Where a federated component comes from.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Origin {
    /// The instance it was published on.
    pub instance: String,
    /// What that instance calls itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its publisher there.
    pub tenant_id: String,
    /// The peer it came from, by its name here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<String>,
    /// The peer that vouches for the origin's key, where that is not pinned here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vouched_by: Option<String>,
}

/// A component as everyone reads it. Lists leave out `readme`, `config_schema`, `content`, `files` and the
/// kind's own large fields; `release_notes` too.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Component {
    /// The publisher's id.
    #[schema(example = "atom_main")]
    pub id: String,
    /// The kind.
    pub component_type: Kind,
    /// The publisher's tenant; with `id` and `component_type` it names the component.
    #[schema(example = "acme")]
    pub source_tenant_id: String,
    /// Who published it.
    pub publisher: Publisher,
    /// Public or private.
    pub marketplace_type: MarketplaceType,
    /// Where it stands.
    pub status: Status,
    /// The version described here: the latest one available.
    #[schema(example = "1.0.0")]
    pub version: String,
    /// `sha256:<hex>` over every publisher's field but `version` and `marketplace_type`.
    pub digest: String,
    /// A newer version that waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<PendingVersion>,
    /// Set when its publisher advises against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<Deprecation>,
    /// Why it is quarantined, withdrawn, rejected or sent back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_reason: Option<String>,
    /// Tenants that may see it, shown to its publisher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_with: Option<Vec<String>>,
    /// Plain mean of its ratings, 1–5; null when unrated.
    pub average_rating: Option<f64>,
    /// How many ratings.
    pub rating_count: u64,
    /// How many tenants ever installed it.
    pub install_count: u64,
    /// What it comes to on the instances that mirror it, where they tell; not in the numbers above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub federated: Option<FederatedNumbers>,
    /// First published, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: String,
    /// Last version or change, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: String,
    /// Where it comes from, if it is federated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// In a search: how well it matches, larger is better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// In a search: the fields that match, with the matches between `<em>` and `</em>` and all else HTML-escaped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highlights: Option<Highlights>,
    /// The publisher's own fields.
    #[serde(flatten)]
    pub manifest: Manifest,
}

/// What a component comes to on other instances, as those tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FederatedNumbers {
    /// How many tenants there ever installed it.
    pub install_count: u64,
    /// Plain mean of its ratings there, 1–5; null when unrated.
    pub average_rating: Option<f64>,
    /// How many ratings.
    pub rating_count: u64,
}

/// Where a search found its words.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Highlights {
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A passage of the description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The tags that match.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// One version of a component.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct VersionInfo {
    /// The number.
    pub version: String,
    /// Its digest.
    pub digest: String,
    /// Where it stands.
    pub status: Status,
    /// Public or private when it was submitted.
    pub marketplace_type: MarketplaceType,
    /// Canonical bytes with its files.
    pub size: u64,
    /// Yanked: installable only by exact version by those who have it.
    pub yanked: bool,
    /// Why it was yanked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yank_reason: Option<String>,
    /// What is new in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_notes: Option<String>,
    /// When it was submitted, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub submitted_at: String,
    /// When it became available, RFC 3339 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub published_at: Option<String>,
    /// What the reviewer said; shown to its publisher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the automated checks found; shown to its publisher.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

/// A category and how many components are in it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CategoryCount {
    /// The category.
    #[schema(example = "sales")]
    pub category: String,
    /// Components the caller may see in it.
    pub count: u64,
}

/// What a publish would do (`?dry_run=true`).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PublishCheck {
    /// Whether the publish would be accepted as it was sent.
    pub ok: bool,
    /// The version it would get.
    pub version: String,
    /// The digest it would have.
    pub digest: String,
    /// What the automated checks find.
    pub findings: Vec<Finding>,
    /// What would be taken out before anyone else can read it: the first 1,000. Empty for what is shared with nobody. With any,
    /// a publish needs `accept_redactions=true`; `digest` is of what is left.
    pub redactions: Vec<Redaction>,
    /// How many redactions there are.
    pub redaction_count: u64,
}

/// What a publish answers 200 with.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum PublishAnswer {
    /// The content was there already.
    There(Box<Component>),
    /// With `dry_run`.
    Check(PublishCheck),
}

/// Everything an instance needs to run a component (contract §6).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Bundle {
    /// The format, `atom-bundle/1`.
    pub format: String,
    /// The instance it was published on, which signs it.
    #[schema(example = "ins_0198c0de0000700080000000000000ff")]
    pub instance: String,
    /// The kind.
    pub component_type: Kind,
    /// The publisher's id.
    pub id: String,
    /// The publisher's tenant.
    pub source_tenant_id: String,
    /// The version.
    pub version: String,
    /// The digest of `manifest` with `id` and `component_type`.
    pub digest: String,
    /// When the version became available, RFC 3339 UTC; absent while it waits for review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub published_at: Option<String>,
    /// The publisher's fields.
    pub manifest: Manifest,
    /// The files with their content, in the byte order of their paths.
    pub files: Vec<File>,
}
