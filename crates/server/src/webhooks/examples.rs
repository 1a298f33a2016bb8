//! An example of every event's data: what a test delivers, and what the documents and SDKs show.

use atom_marketplace_protocol::event::EventType;
use serde_json::{Map, Value, json};

/// The data of an event of this type.
pub fn data(event: EventType) -> Map<String, Value> {
    let more = match event {
        EventType::ComponentPublished => json!({ "marketplace_type": "public", "version": "1.0.0" }),
        EventType::ComponentUpdated => json!({ "marketplace_type": "public", "version": "1.1.0" }),
        EventType::ComponentInstalled | EventType::ComponentUninstalled => {
            json!({ "tenant_id": "globex", "version": "1.0.0" })
        }
        EventType::ComponentRated => json!({ "rating": 5 }),
        EventType::ComponentApproved => json!({ "version": "1.0.0" }),
        EventType::ComponentYanked => json!({ "version": "1.0.0", "reason": "It leaks memory." }),
        EventType::ComponentChangesRequested | EventType::ComponentRejected => json!({
            "version": "1.0.0", "submission_id": "sub_0198c0de0000700080000000000000fe",
            "reason": "The description does not say which CRM it speaks to.",
        }),
        EventType::ComponentQuarantined => json!({ "reason": "It is being looked into." }),
        EventType::ComponentReleased => json!({ "reason": "Nothing was found." }),
        EventType::ComponentWithdrawn => json!({ "reason": "Its publisher has made it private." }),
        EventType::ComponentDeprecated => {
            json!({ "message": "Use crm-lookup-2.", "successor": { "id": "crm-lookup-2" } })
        }
        EventType::WebhookDisabled => {
            return object(json!({
                "webhook_id": "whk_0198c0de0000700080000000000000ff", "url": "https://your-app.com/webhooks/marketplace",
                "reason": "failing",
            }));
        }
    };
    let mut data =
        object(json!({ "component_type": "skill", "component_id": "crm-lookup", "source_tenant_id": "acme" }));
    data.extend(object(more));
    data
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use atom_marketplace_protocol::event::{Event, EventData};

    use super::*;

    /// The catalogue of docs/WEBHOOKS.md, as the examples have it.
    fn catalogue() -> String {
        let mut text = String::new();
        for event in EventType::ALL {
            let data = serde_json::to_string(&data(*event)).expect("JSON");
            let _ = write!(text, "### {event}\n\n{}\n\n```json\n{data}\n```\n\n", event.about());
        }
        text
    }

    #[test]
    fn every_example_is_what_its_type_has() {
        for &event_type in EventType::ALL {
            let data = Value::Object(data(event_type));
            let event = Event { id: "evt_1".into(), event_type: event_type.into(), timestamp: String::new(), data };
            assert!(!matches!(event.details(), EventData::Other(_)), "{event_type}: {}", event.data);
        }
    }

    #[test]
    fn the_documents_show_every_event() {
        let page = include_str!("../../../../docs/WEBHOOKS.md");
        let (_, rest) = page
            .split_once("<!-- events:begin (kept equal to the code by webhooks/examples.rs) -->\n")
            .expect("a place for the events");
        let (shown, _) = rest.split_once("<!-- events:end -->").expect("its end");
        assert!(shown == catalogue(), "docs/WEBHOOKS.md must hold between its marks:\n{}", catalogue());
    }
}
