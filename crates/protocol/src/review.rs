//! What the platform's reviewers read and decide (contract §2 "platform admin"), and what publishers see of it.

mod diff;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::component::{Manifest, Status};
use crate::error::Finding;
use crate::ids::Kind;
use crate::wire_enum::wire_enum;

pub use diff::{
    FieldChange, FileChange, FileState, Hunk, Invisible, Line, LineState, SubmissionDiff, SurfaceChange, TextDiff,
};

wire_enum! {
    /// In which order submissions are listed.
    pub enum SubmissionSort ("order of submissions") {
        /// The riskiest first, and of those of one risk the oldest.
        Risk = "risk",
        /// The oldest first.
        Age = "age",
    }
}

wire_enum! {
    /// Which side a message comes from.
    pub enum MessageSide ("side") {
        /// The platform's reviewers.
        Reviewer = "reviewer",
        /// The publisher.
        Publisher = "publisher",
    }
}

/// A version that its publisher wants to be public.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Submission {
    /// Its id.
    #[schema(example = "sub_0198c0de8a7b7c3d9e5f2a1b4c6d8e0f")]
    pub id: String,
    /// The kind of the component.
    pub component_type: Kind,
    /// The component's id.
    #[schema(example = "atom_main")]
    pub component_id: String,
    /// Its publisher.
    #[schema(example = "acme")]
    pub source_tenant_id: String,
    /// The version it would be.
    #[schema(example = "1.0.0")]
    pub version: String,
    /// What exactly is submitted: an approval is of this and nothing else.
    pub digest: String,
    /// Where it stands.
    pub status: Status,
    /// How much the findings weigh together; more is riskier.
    pub risk: u64,
    /// What the automated checks found.
    pub findings: Vec<Finding>,
    /// When it was submitted, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub submitted_at: String,
    /// Who submitted it.
    #[schema(example = "token:tok_0198c0de8a7b7c3d9e5f2a1b4c6d8e0f")]
    pub submitted_by: String,
    /// When it was decided, RFC 3339 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub decided_at: Option<String>,
    /// Who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// What the reviewer said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The reviewer who looks at it just now; shown to reviewers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_by: Option<String>,
    /// When that claim lapses, RFC 3339 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub claimed_until: Option<String>,
    /// Messages in its conversation.
    pub message_count: u64,
}

/// A submission with what it would publish. The files are in the component's bundle of that version.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SubmissionDetail {
    /// The submission.
    #[serde(flatten)]
    pub submission: Submission,
    /// The publisher's fields. Empty once the submission was superseded.
    pub manifest: Manifest,
}

/// A reviewer's decision.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Why, up to 2,000 characters; its publisher reads it. Needed unless it is an approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Say in the readme which contacts it deletes.")]
    pub reason: Option<String>,
    /// The digest that was looked at. Where it is not the submission's, nothing is decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Decide although another reviewer has claimed it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub take_over: bool,
}

/// A reviewer's claim of a submission.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Claim it although another reviewer has.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub take_over: bool,
}

/// A message about a submission, between its publisher and the reviewers.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// Its id.
    #[schema(example = "msg_0198c0de8a7b7c3d9e5f2a1b4c6d8e0f")]
    pub id: String,
    /// Which side it comes from.
    pub from: MessageSide,
    /// Who wrote it.
    #[schema(example = "token:tok_0198c0de8a7b7c3d9e5f2a1b4c6d8e0f")]
    pub author: String,
    /// What they say.
    pub text: String,
    /// When, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: String,
}

/// A new message.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageCreate {
    /// What to say, up to 4,000 characters of plain text.
    #[schema(example = "It deletes contacts only after 90 days; the readme says so now.")]
    pub text: String,
}

/// Why a component is quarantined or released.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Quarantine {
    /// Why, up to 2,000 characters; its publisher reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "It sends contacts to an address it does not name.")]
    pub reason: Option<String>,
}
