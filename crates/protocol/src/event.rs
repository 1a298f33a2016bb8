//! Events: what happened to components, as webhooks and `GET /api/events` tell it (contract §7, guide "Webhook Events").

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::wire_enum::wire_enum;

wire_enum! {
    /// What happened.
    pub enum EventType ("event type") {
        /// A component was published: a private one at once, a public one with its first approval.
        ComponentPublished = "component.published",
        /// A tenant installed it.
        ComponentInstalled = "component.installed",
        /// Another version of it is there.
        ComponentUpdated = "component.updated",
        /// It was rated.
        ComponentRated = "component.rated",
        /// A submission of it was approved.
        ComponentApproved = "component.approved",
        /// A reviewer asks for changes of a submission.
        ComponentChangesRequested = "component.changes_requested",
        /// A submission of it was rejected.
        ComponentRejected = "component.rejected",
        /// The platform hides it and keeps it from being installed.
        ComponentQuarantined = "component.quarantined",
        /// The platform has released it from quarantine.
        ComponentReleased = "component.released",
        /// It is not there any more.
        ComponentWithdrawn = "component.withdrawn",
        /// A version of it should not be used any more.
        ComponentYanked = "component.yanked",
        /// It should not be used any more.
        ComponentDeprecated = "component.deprecated",
        /// A tenant uninstalled it.
        ComponentUninstalled = "component.uninstalled",
        /// A webhook was disabled, since its deliveries failed.
        WebhookDisabled = "webhook.disabled",
    }
}

impl EventType {
    /// The bit that stands for the type in a stored set of types. Never change one.
    pub const fn bit(self) -> i64 {
        let place = match self {
            Self::ComponentPublished => 0,
            Self::ComponentInstalled => 1,
            Self::ComponentUpdated => 2,
            Self::ComponentRated => 3,
            Self::ComponentApproved => 4,
            Self::ComponentChangesRequested => 5,
            Self::ComponentRejected => 6,
            Self::ComponentQuarantined => 7,
            Self::ComponentReleased => 8,
            Self::ComponentWithdrawn => 9,
            Self::ComponentYanked => 10,
            Self::ComponentDeprecated => 11,
            Self::ComponentUninstalled => 12,
            Self::WebhookDisabled => 13,
        };
        1 << place
    }
}

/// One event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Its id: the same on every delivery and on every try.
    #[schema(example = "evt_0198c0de8a7b7c3d9e5f2a1b4c6d8e0f")]
    pub id: String,
    /// What happened.
    #[serde(rename = "type")]
    pub event_type: EventType,
    /// When, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub timestamp: String,
    /// To what; see docs/WEBHOOKS.md for each type's fields. Of a component always `component_type`, `component_id` and
    /// `source_tenant_id`.
    #[schema(value_type = Object, example = json!({"component_type": "skill", "component_id": "crm-lookup", "source_tenant_id": "acme", "tenant_id": "globex"}))]
    pub data: Value,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_a_bit_of_its_own() {
        let all = EventType::ALL.iter().fold(0, |all, event| {
            assert_eq!(all & event.bit(), 0, "{event}");
            all | event.bit()
        });
        assert_eq!(all, (1 << EventType::ALL.len()) - 1);
    }
}
