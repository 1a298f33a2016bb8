//! What is taken out of a publication before anyone but its publisher can read it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::wire_enum::wire_enum;

wire_enum! {
    /// What was found.
    pub enum RedactionKind ("kind of redaction") {
        /// A key, token, password or other secret.
        Credential = "credential",
        /// An email address.
        Email = "email",
        /// A phone number.
        Phone = "phone",
        /// A US social security number.
        Ssn = "ssn",
        /// The id of somebody's tenant, workspace or organization.
        TenantId = "tenant_id",
        /// A host or address of a private network.
        InternalHost = "internal_host",
    }
}

wire_enum! {
    /// What becomes of it.
    pub enum RedactionAction ("redaction") {
        /// The key goes, with its value.
        Dropped = "dropped",
        /// `[redacted:<kind>]` stands in its place in the text.
        Replaced = "replaced",
    }
}

/// One thing that is taken out. It never says what the thing was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Redaction {
    /// The field, written as in findings.
    #[schema(example = "configuration.crm.api_key")]
    pub path: String,
    /// What was found there.
    pub kind: RedactionKind,
    /// What becomes of it.
    pub action: RedactionAction,
}
