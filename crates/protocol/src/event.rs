//! Events: what happened to components, as webhooks and `GET /api/events` tell it (contract §7, guide "Webhook Events").

mod data;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::openapi::schema::{Discriminator, Object, ObjectBuilder, OneOfBuilder, Ref, Schema, SchemaFormat, Type};
use utoipa::openapi::{KnownFormat, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::wire_enum::wire_enum;

pub use data::{
    ApprovedData, DeprecatedData, InstalledData, PublishedData, RatedData, ReasonData, RefusedData,
    WebhookDisabledData, YankedData,
};

/// Every type of event: what it says, its name on the wire, and its data.
macro_rules! catalogue {
    ($(#[doc = $about:tt] $variant:ident = $wire:tt ($data:ident),)+) => {
        wire_enum! {
            /// What happened.
            pub enum EventType ("event type") {
                $(#[doc = $about] $variant = $wire,)+
            }
        }

        impl EventType {
            /// What such an event says, in a sentence.
            pub const fn about(self) -> &'static str {
                match self {
                    $(Self::$variant => $about.trim_ascii(),)+
                }
            }
        }

        /// An event's data, as its type has it.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum EventData {
            $(#[doc = $about] $variant($data),)+
            /// That of a type, or a shape, which this version does not know.
            Other(Value),
        }

        impl EventData {
            /// Reads what an event of this type brought.
            fn read(event: EventType, data: &Value) -> Option<Self> {
                Some(match event {
                    $(EventType::$variant => Self::$variant($data::deserialize(data).ok()?),)+
                })
            }
        }

        /// The schema of each type's event: its name, the type, and the data's.
        fn members() -> Vec<(String, EventType, RefOr<Schema>)> {
            vec![$((concat!(stringify!($variant), "Event").to_owned(), EventType::$variant, reference(&$data::name())),)+]
        }

        /// The schemas of all data.
        fn data_schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
            $(schemas.push(($data::name().into_owned(), $data::schema())); $data::schemas(schemas);)+
        }
    };
}

catalogue! {
    /// A component was published: a private one at once, a public one with its first approval.
    ComponentPublished = "component.published" (PublishedData),
    /// A tenant installed it.
    ComponentInstalled = "component.installed" (InstalledData),
    /// Another version of it is there.
    ComponentUpdated = "component.updated" (PublishedData),
    /// It was rated.
    ComponentRated = "component.rated" (RatedData),
    /// A submission of it was approved.
    ComponentApproved = "component.approved" (ApprovedData),
    /// A reviewer asks for changes of a submission.
    ComponentChangesRequested = "component.changes_requested" (RefusedData),
    /// A submission of it was rejected.
    ComponentRejected = "component.rejected" (RefusedData),
    /// The platform hides it and keeps it from being installed.
    ComponentQuarantined = "component.quarantined" (ReasonData),
    /// The platform has released it from quarantine.
    ComponentReleased = "component.released" (ReasonData),
    /// It is not there any more.
    ComponentWithdrawn = "component.withdrawn" (ReasonData),
    /// A version of it should not be used any more.
    ComponentYanked = "component.yanked" (YankedData),
    /// It should not be used any more.
    ComponentDeprecated = "component.deprecated" (DeprecatedData),
    /// A tenant uninstalled it.
    ComponentUninstalled = "component.uninstalled" (InstalledData),
    /// A webhook was disabled, since its deliveries failed.
    WebhookDisabled = "webhook.disabled" (WebhookDisabledData),
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

/// The type of an event as it came: one that this version knows, or another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum EventName {
    /// One that this version knows.
    Known(EventType),
    /// Another.
    Other(String),
}

impl EventName {
    /// The type, if this version knows it.
    pub const fn known(&self) -> Option<EventType> {
        match self {
            Self::Known(event) => Some(*event),
            Self::Other(_) => None,
        }
    }

    /// The string on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(event) => event.as_str(),
            Self::Other(name) => name,
        }
    }
}

impl From<EventType> for EventName {
    fn from(event: EventType) -> Self {
        Self::Known(event)
    }
}

impl std::fmt::Display for EventName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// One event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its id: the same on every delivery and on every try.
    pub id: String,
    /// What happened.
    #[serde(rename = "type")]
    pub event_type: EventName,
    /// When, RFC 3339 UTC.
    pub timestamp: String,
    /// To what, as it came; [`Event::details`] has it typed.
    pub data: Value,
}

impl Event {
    /// The data, as the event's type has it.
    pub fn details(&self) -> EventData {
        let known = self.event_type.known().and_then(|event| EventData::read(event, &self.data));
        known.unwrap_or_else(|| EventData::Other(self.data.clone()))
    }
}

fn reference(name: &str) -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(name))
}

/// The schema of an event of this type, whose data has that schema.
fn envelope(event: EventType, data: RefOr<Schema>) -> Object {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some(event.about()))
        .property(
            "id",
            text()
                .description(Some("Its id: the same on every delivery and on every try."))
                .examples([json!("evt_0198c0de8a7b7c3d9e5f2a1b4c6d8e0f")]),
        )
        .property("type", text().description(Some("What happened.")).enum_values(Some([event.as_str()])))
        .property(
            "timestamp",
            text()
                .description(Some("When, RFC 3339 UTC."))
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))),
        )
        .property("data", data)
        .required("id")
        .required("type")
        .required("timestamp")
        .required("data")
        .build()
}

// Not derived: a type's data is said by the type beside it, which no derive can say.
impl PartialSchema for Event {
    fn schema() -> RefOr<Schema> {
        let mut discriminator = Discriminator::new("type");
        let mut union = OneOfBuilder::new().description(Some(
            "One event; its `type` says what its `data` holds. Types that are not among these may come: ignore them.",
        ));
        for (name, event, _) in members() {
            discriminator.mapping.insert(event.as_str().to_owned(), format!("#/components/schemas/{name}"));
            union = union.item(reference(&name));
        }
        union.discriminator(Some(discriminator)).into()
    }
}

impl ToSchema for Event {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.extend(members().into_iter().map(|(name, event, data)| (name, envelope(event, data).into())));
        data_schemas(schemas);
    }
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

    #[test]
    fn data_is_read_as_its_type_has_it_and_kept_where_it_is_unknown() {
        let event = |name: &str, data: Value| -> Event {
            let event = json!({"id": "evt_1", "type": name, "timestamp": "2026-11-24T10:00:00Z", "data": data});
            let read: Event = serde_json::from_value(event.clone()).unwrap();
            assert_eq!(serde_json::to_value(&read).unwrap(), event);
            read
        };
        let data = json!({
            "component_type": "skill", "component_id": "lookup", "source_tenant_id": "acme", "rating": 5, "new": [1],
        });
        let EventData::ComponentRated(rated) = event("component.rated", data.clone()).details() else {
            panic!("rated")
        };
        assert_eq!((rated.component_id.as_str(), rated.rating, rated.test), ("lookup", 5, false));
        let later = event("component.praised", data.clone());
        assert_eq!((later.event_type.known(), later.event_type.as_str()), (None, "component.praised"));
        assert_eq!(later.details(), EventData::Other(data));
        let odd = event("component.rated", json!({"rating": "five"}));
        assert_eq!(odd.details(), EventData::Other(json!({"rating": "five"})));
    }
}
