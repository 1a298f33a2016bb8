//! Tenants, their members, and what the platform's admin does with them (contract §2, §3).

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::ids::Kind;
use crate::plan::{Plan, PlanLimits};
use crate::scope::Role;

/// A new tenant.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"id": "acme", "name": "Acme Corporation", "plan": "team"}))]
pub struct TenantCreate {
    /// Its id, for ever: 2–63 of `a-z 0-9 -`. Left out: made from the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name, up to 100 characters.
    pub name: String,
    /// Its plan.
    #[serde(default)]
    pub plan: Plan,
}

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tenant {
    /// Its id.
    #[schema(example = "acme")]
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its plan.
    pub plan: Plan,
    /// Whether it is verified: it has proven a domain, or the platform vouches for it.
    pub verified: bool,
    /// Whether the platform has suspended it: its tokens are refused.
    pub suspended: bool,
    /// Its limits: the plan's, where the platform set nothing else.
    pub limits: PlanLimits,
    /// Canonical bytes of every version it keeps here.
    pub storage_used: u64,
    /// When it was made, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: String,
    /// When it was last changed, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: String,
}

/// What a tenant may change of itself. What is left out stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Acme International"}))]
pub struct TenantUpdate {
    /// Its name, up to 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What the platform may change of a tenant. What is left out stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"plan": "enterprise", "limits": {"webhooks": 100}}))]
pub struct TenantAdminUpdate {
    /// Its name, up to 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// Whether its credentials are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended: Option<bool>,
    /// Whether the platform vouches for who it is, until it takes another name. Domains that it has proven go on speaking for
    /// it without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
    /// Limits of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<TenantLimitsUpdate>,
}

/// Limits that stand before the plan's. What is left out stays; `null` is the plan's again.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantLimitsUpdate {
    /// Installed agents.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u64>)]
    pub agents: Option<Option<u64>>,
    /// Canonical bytes of every kept version.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u64>)]
    pub storage_bytes: Option<Option<u64>>,
    /// Webhooks.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u64>)]
    pub webhooks: Option<Option<u64>>,
}

/// Tells `null` from a field that is left out.
#[expect(clippy::option_option, reason = "left out, null and a number mean three things")]
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<u64>>, D::Error> {
    Option::<u64>::deserialize(deserializer).map(Some)
}

/// A person in a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Member {
    /// The person's id.
    #[schema(example = "usr_0198c0de0000700080000000000000ff")]
    pub user_id: String,
    /// Where they are reached, lower case.
    pub email: String,
    /// Their name.
    pub name: String,
    /// What they may do here.
    pub role: Role,
    /// Since when they are a member, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: String,
    /// When they took up their invitation, RFC 3339 UTC; left out until then, when they cannot act here by signing in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub joined_at: Option<String>,
}

/// A new member.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ada@acme.example", "name": "Ada", "role": "publisher"}))]
pub struct MemberAdd {
    /// Where they are reached.
    pub email: String,
    /// Their name. Left out: what stands before the `@`. A person known here keeps the name they have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What they may do here; never more than the caller.
    pub role: Role,
}

/// A member's new role.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"role": "admin"}))]
pub struct MemberUpdate {
    /// What they may do from now on; never more than the caller.
    pub role: Role,
}

/// The platform in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlatformStats {
    /// Tenants of this instance and mirrored ones.
    pub tenants: u64,
    /// Components by kind and status; what there is none of is left out.
    pub components: Vec<ComponentCount>,
    /// Components that are installed now, over all tenants.
    pub installations: u64,
    /// Public submissions that wait for a reviewer.
    pub pending_submissions: u64,
}

/// How many components of one kind have one status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ComponentCount {
    /// The kind.
    pub component_type: Kind,
    /// The status.
    pub status: crate::component::Status,
    /// How many.
    pub count: u64,
}
