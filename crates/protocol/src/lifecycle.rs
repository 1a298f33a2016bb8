//! What becomes of a component after its publication: another id, another publisher, its end.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::Kind;
use crate::wire_enum::wire_enum;

/// Gives a component another id. The old one stays its name too, for ever.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenameRequest {
    /// The id it is to have: 1–128 of `A-Z a-z 0-9 _ . -`, never used by its publisher for another component.
    #[schema(example = "sales_agent_v2")]
    pub new_id: String,
}

/// Why a component is taken down.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakedownRequest {
    /// Why, up to 2,000 characters; its publisher and those who installed it read it.
    #[schema(example = "It copies credentials to a server of its author.")]
    pub reason: String,
}

/// A component that was taken down: what is left of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Takedown {
    /// Its kind.
    pub component_type: Kind,
    /// Its id, which nobody can publish under again.
    #[schema(example = "atom_main")]
    pub id: String,
    /// Its publisher.
    #[schema(example = "acme")]
    pub source_tenant_id: String,
    /// Why.
    pub reason: String,
    /// When, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub taken_down_at: String,
}

/// Offers a component to another publisher.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferRequest {
    /// Who is to have it. Whether there is such a tenant is not told: an offer to one that does not exist expires.
    #[schema(example = "globex")]
    pub to_tenant_id: String,
    /// What you want to say with it, up to 2,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "As agreed with Ada on Monday.")]
    pub message: Option<String>,
}

wire_enum! {
    /// Where an offer stands.
    pub enum TransferStatus("transfer status") {
        /// It waits for the other tenant.
        Pending = "pending",
        /// The component is the other tenant's.
        Accepted = "accepted",
        /// The other tenant does not want it.
        Declined = "declined",
        /// Taken back by who offered it.
        Cancelled = "cancelled",
        /// Nobody accepted it within 7 days.
        Expired = "expired",
    }
}

wire_enum! {
    /// Which offers.
    pub enum TransferDirection("direction") {
        /// Made to the caller's tenant.
        In = "in",
        /// Made by the caller's tenant.
        Out = "out",
    }
}

/// A component offered to another publisher.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Transfer {
    /// Its id.
    #[schema(example = "trf_0198c0de8a7b7c3d9e5f2a1b4c6d8e0f")]
    pub id: String,
    /// The component's kind.
    pub component_type: Kind,
    /// The component's id.
    #[schema(example = "atom_main")]
    pub component_id: String,
    /// The component's name.
    #[schema(example = "Sales agent")]
    pub name: String,
    /// Who offers it.
    #[schema(example = "acme")]
    pub from_tenant_id: String,
    /// To whom.
    #[schema(example = "globex")]
    pub to_tenant_id: String,
    /// What was said with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Where it stands.
    pub status: TransferStatus,
    /// When it was offered, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub offered_at: String,
    /// Until when it can be accepted, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: String,
    /// When it was accepted, declined or cancelled, RFC 3339 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub decided_at: Option<String>,
}
