//! What a tenant has used of what it may (contract §2 "usage", §4).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::plan::Plan;

/// A tenant's usage, flat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Usage {
    /// The tenant.
    pub tenant_id: String,
    /// Its plan.
    pub plan: Plan,
    /// Requests in a window.
    #[schema(example = 10000)]
    pub rate_limit_limit: u32,
    /// Requests left in this window, after this one.
    #[schema(example = 9999)]
    pub rate_limit_remaining: u32,
    /// When the window ends, seconds since the epoch.
    #[schema(example = 1_775_414_400)]
    pub rate_limit_reset: i64,
    /// How long a window is.
    #[schema(example = "hour")]
    pub rate_limit_window: String,
    /// Canonical bytes of every version it keeps here.
    pub storage_used: u64,
    /// How many there may be.
    pub storage_limit: u64,
    /// Agents installed now.
    pub agents_installed: u64,
    /// How many there may be; `null` is no limit.
    pub agent_limit: Option<u64>,
    /// Skills installed now.
    pub skills_installed: u64,
    /// Canvases installed now.
    pub canvases_installed: u64,
    /// Domains installed now.
    pub domains_installed: u64,
    /// Its components that are served, public and private.
    pub components_published: u64,
    /// Webhooks it has.
    pub webhooks_used: u64,
    /// How many there may be.
    pub webhook_limit: u64,
    /// API tokens that are neither revoked nor expired.
    pub tokens: u64,
}
