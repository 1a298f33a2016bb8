//! All that a tenant has: to take away, and to delete.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Deletes a tenant with all that it has.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"confirm": "acme"}))]
pub struct TenantDelete {
    /// The tenant's id, so that nobody deletes one by mistake.
    pub confirm: String,
}

/// A tenant that was deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"tenant_id": "acme", "deleted_at": "2026-01-31T12:00:00.000000Z"}))]
pub struct TenantDeletion {
    /// Its id, which is never given again.
    pub tenant_id: String,
    /// When all that it had was gone, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub deleted_at: String,
}
