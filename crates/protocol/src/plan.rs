//! Plans and what each one includes (contract §4).
//!
//! It never knows a tenant: the limits here are the defaults an operator may change.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::wire_enum::wire_enum;

wire_enum! {
    /// A tenant's plan, from the least to the most; also a component's `pricing_tier`, the least
    /// plan that may install it.
    pub enum Plan("plan") {
        /// 5 agents, 100 MiB, 2 webhooks.
        Free = "free",
        /// 25 agents, 1 GiB, 5 webhooks.
        Solo = "solo",
        /// 100 agents, 10 GiB, 10 webhooks.
        Team = "team",
        /// Any number of agents, 100 GiB, 50 webhooks.
        Enterprise = "enterprise",
    }
}

/// What a plan includes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanLimits {
    /// Installed agents; `null` is no limit.
    pub agents: Option<u64>,
    /// Canonical bytes of every kept version the tenant published.
    pub storage_bytes: u64,
    /// Webhooks.
    pub webhooks: u64,
}

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// What a component needs when its publisher says nothing.
impl Default for Plan {
    fn default() -> Self {
        Plan::Free
    }
}

impl Plan {
    /// The number stored for the plan, 1 to 4, ordered as plans are. Never renumber one.
    pub const fn code(self) -> i64 {
        match self {
            Self::Free => 1,
            Self::Solo => 2,
            Self::Team => 3,
            Self::Enterprise => 4,
        }
    }

    /// The plan a stored number stands for.
    pub const fn from_code(code: i64) -> Option<Self> {
        match code {
            1 => Some(Self::Free),
            2 => Some(Self::Solo),
            3 => Some(Self::Team),
            4 => Some(Self::Enterprise),
            _ => None,
        }
    }

    /// What the plan includes where the operator has set nothing else.
    pub const fn limits(self) -> PlanLimits {
        let (agents, storage_bytes, webhooks) = match self {
            Self::Free => (Some(5), 100 * MIB, 2),
            Self::Solo => (Some(25), GIB, 5),
            Self::Team => (Some(100), 10 * GIB, 10),
            Self::Enterprise => (None, 100 * GIB, 50),
        };
        PlanLimits { agents, storage_bytes, webhooks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_as_in_the_contract() {
        let table = [
            (Plan::Free, "free", 1, Some(5), 104_857_600, 2),
            (Plan::Solo, "solo", 2, Some(25), 1_073_741_824, 5),
            (Plan::Team, "team", 3, Some(100), 10_737_418_240, 10),
            (Plan::Enterprise, "enterprise", 4, None, 107_374_182_400, 50),
        ];
        assert_eq!(table.map(|row| row.0), Plan::ALL);
        assert!(Plan::ALL.is_sorted());
        for (plan, wire, code, agents, storage_bytes, webhooks) in table {
            assert_eq!(wire.parse(), Ok(plan));
            assert_eq!(serde_json::to_value(plan).unwrap(), wire);
            assert_eq!(plan.code(), code);
            assert_eq!(Plan::from_code(code), Some(plan));
            assert_eq!(plan.limits(), PlanLimits { agents, storage_bytes, webhooks });
        }
        assert_eq!(Plan::from_code(0), None);
        assert_eq!(serde_json::to_value(Plan::Enterprise.limits()).unwrap()["agents"], serde_json::Value::Null);
        assert!("pro".parse::<Plan>().is_err());
    }
}
