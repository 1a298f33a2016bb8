//! Runs of the automated checks over what is published already, after their rules have changed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::Finding;
use crate::ids::Kind;
use crate::wire_enum::wire_enum;

wire_enum! {
    /// Where a run of the checks stands.
    pub enum CheckRunState ("state of a run") {
        /// It goes through the versions in the background.
        Running = "running",
        /// It has looked at every one.
        Finished = "finished",
    }
}

/// The automated checks, run again over every public version. It changes nothing that is published: whoever reads what was
/// found decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CheckRun {
    /// Its id.
    #[schema(example = "chk_0198c0de8a7b7c3d9e5f2a1b4c6d8e0f")]
    pub id: String,
    /// Names the rules and what they do here: two runs under one name find the same.
    #[schema(example = "rules-5f0c2a9e71d4")]
    pub rules: String,
    /// Where it stands.
    pub state: CheckRunState,
    /// Versions to look at.
    pub total: u64,
    /// Versions looked at so far.
    pub checked: u64,
    /// Of them, those that would be refused today.
    pub blocked: u64,
    /// Those that a reviewer would be asked to look at.
    pub queued: u64,
    /// Those with notes alone.
    pub noted: u64,
    /// Who started it.
    #[schema(example = "admin")]
    pub started_by: String,
    /// When it was started, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub started_at: String,
    /// When it was done, RFC 3339 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<String>,
}

/// A published version in which a run found something grave: with a finding that would block it, or that a reviewer should see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CheckRunVersion {
    /// The kind of the component.
    pub component_type: Kind,
    /// The component's id.
    #[schema(example = "atom_main")]
    pub component_id: String,
    /// Its publisher.
    #[schema(example = "acme")]
    pub source_tenant_id: String,
    /// The version.
    #[schema(example = "1.0.0")]
    pub version: String,
    /// What exactly was looked at.
    pub digest: String,
    /// Everything that was found in it, the gravest first.
    pub findings: Vec<Finding>,
}
