//! Verified publishers: proof that a domain is a tenant's, and what everyone may read of a publisher.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::Kind;
use crate::wire_enum::wire_enum;

wire_enum! {
    /// How it is shown that a domain is a tenant's.
    pub enum VerificationMethod("verification method") {
        /// A TXT record at `_atom-marketplace.` and the domain.
        Dns = "dns",
        /// A file under `/.well-known/` of the domain's website.
        File = "file",
    }
}

wire_enum! {
    /// Where a domain stands.
    pub enum VerificationStatus("verification status") {
        /// It was not found to be the tenant's yet, or has to be proven again: the tenant has another name by now.
        Pending = "pending",
        /// It is the tenant's.
        Verified = "verified",
        /// It was, and three checks in a row did not find the proof any more.
        Lapsed = "lapsed",
    }
}

/// Says that a domain is the tenant's.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"domain": "acme.example", "method": "dns"}))]
pub struct DomainClaim {
    /// The domain, also in letters beyond ASCII; no address, and nothing under which others have domains of theirs.
    pub domain: String,
    /// How that is to be shown.
    pub method: VerificationMethod,
}

/// A domain that a tenant says is its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DomainVerification {
    /// The domain, in ASCII.
    #[schema(example = "acme.example")]
    pub domain: String,
    /// How it is shown.
    pub method: VerificationMethod,
    /// What is to be found there. It is no secret, and of no use to another tenant.
    #[schema(example = "q0Xo3nT1bD9rVw2m")]
    pub token: String,
    /// What to put where.
    pub instructions: ProofInstructions,
    /// Where it stands.
    pub status: VerificationStatus,
    /// Since when it is proven, RFC 3339 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub verified_at: Option<String>,
    /// When it was last looked for, RFC 3339 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub checked_at: Option<String>,
    /// When it is looked for again by itself, RFC 3339 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_check_at: Option<String>,
    /// Checks in a row that did not find it.
    pub failures: u64,
    /// Why the last check did not find it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What to put where: a record, or a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProofInstructions {
    /// The name of the TXT record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "_atom-marketplace.acme.example")]
    pub record_name: Option<String>,
    /// Its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "atom-marketplace-verification=q0Xo3nT1bD9rVw2m")]
    pub record_value: Option<String>,
    /// The address of the file. Redirects are not followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// A line of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

/// How it stands with a tenant's mark.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TenantVerification {
    /// Whether it is shown as verified: by one of the domains, or because the platform vouches for it.
    pub verified: bool,
    /// Its domains, in the order in which they were added.
    pub domains: Vec<DomainVerification>,
}

/// What everyone may read of a publisher.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PublisherProfile {
    /// Its id.
    #[schema(example = "acme")]
    pub tenant_id: String,
    /// Its name.
    #[schema(example = "Acme Corporation")]
    pub name: String,
    /// Whether it is verified: it has shown that the `domains` are its own, or the platform vouches for it.
    pub verified: bool,
    /// The domains that it has shown to be its own.
    pub domains: Vec<String>,
    /// Since when it is here, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub since: String,
    /// How many public components it has of each kind.
    pub components: Vec<PublishedCount>,
}

/// How many public components of a kind a publisher has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublishedCount {
    /// The kind.
    pub component_type: Kind,
    /// How many.
    pub count: u64,
}
