//! Reports of abuse: what tenants say of a component, and what the platform makes of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::Kind;
use crate::wire_enum::wire_enum;

wire_enum! {
    /// What is wrong with a component.
    pub enum ReportReason("report reason") {
        /// It does harm.
        Malware = "malware",
        /// It holds credentials or personal data.
        Secrets = "secrets",
        /// It pretends to be another's.
        Impersonation = "impersonation",
        /// It is somebody else's work.
        Copyright = "copyright",
        /// It is advertisement, or of no use to anyone.
        Spam = "spam",
        /// It does not do what it says.
        Broken = "broken",
        /// Something else; the details say what.
        Other = "other",
    }
}

wire_enum! {
    /// Whether a report still waits.
    pub enum ReportStatus("report status") {
        /// It waits.
        Open = "open",
        /// It was looked into.
        Resolved = "resolved",
    }
}

wire_enum! {
    /// What came of a report.
    pub enum ReportOutcome("outcome") {
        /// There was nothing to it.
        Dismissed = "dismissed",
        /// The component is in quarantine.
        Quarantined = "quarantined",
        /// The component was taken down.
        TakenDown = "taken_down",
        /// Its publisher has mended it.
        Fixed = "fixed",
    }
}

/// Reports a component to the platform.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportRequest {
    /// What is wrong with it.
    pub reason: ReportReason,
    /// What you saw, and where, up to 2,000 characters. Needed with the reason `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Version 1.2.0 sends every contact to an address that its readme does not name.")]
    pub details: Option<String>,
}

/// A report that was taken.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReportReceipt {
    /// Its id: the same as before if your tenant's last report of the component is still open.
    #[schema(example = "rep_0198c0de8a7b7c3d9e5f2a1b4c6d8e0f")]
    pub id: String,
}

/// A report as the platform reads it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Report {
    /// Its id.
    #[schema(example = "rep_0198c0de8a7b7c3d9e5f2a1b4c6d8e0f")]
    pub id: String,
    /// The component's kind.
    pub component_type: Kind,
    /// The component's id.
    #[schema(example = "atom_main")]
    pub component_id: String,
    /// Its publisher.
    #[schema(example = "acme")]
    pub source_tenant_id: String,
    /// Whether it still waits.
    pub status: ReportStatus,
    /// What is wrong with the component.
    pub reason: ReportReason,
    /// What was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
    /// The tenant that reported it; its publisher is never told.
    #[schema(example = "globex")]
    pub reporter_tenant_id: String,
    /// Who acted for that tenant.
    #[schema(example = "token:tok_0198c0de8a7b7c3d9e5f2a1b4c6d8e0f")]
    pub reported_by: String,
    /// How many tenants have reported the component and wait for an answer; for a resolved report, how many got one.
    pub reporters: u64,
    /// When it was first reported, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: String,
    /// When the report last changed, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: String,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<ReportOutcome>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome_reason: Option<String>,
    /// Who resolved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_by: Option<String>,
    /// When, RFC 3339 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub resolved_at: Option<String>,
}

/// What the platform makes of a report.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportResolution {
    /// What came of it. It is noted; the component itself changes with `quarantine` alone.
    pub outcome: ReportOutcome,
    /// Why, up to 2,000 characters.
    #[schema(example = "Confirmed: it sends contacts to an address it does not name.")]
    pub reason: String,
    /// Put the component in quarantine at once, for this reason; with the outcome `quarantined`.
    #[serde(default)]
    pub quarantine: bool,
    /// Resolve every open report of the component in the same way.
    #[serde(default)]
    pub all: bool,
}
