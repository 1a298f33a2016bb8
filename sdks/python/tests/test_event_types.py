"""Every type of event has its own data: those that docs/WEBHOOKS.md shows, and what the server really delivers."""

from __future__ import annotations

import json
from typing import Any, assert_type, get_args

import pytest
from conftest import ROOT, Server, Tenant
from receiver import Receiver

from atom_marketplace import types, webhooks
from atom_marketplace._generated.models import decode_event

SECRET = "your-webhook-secret"
_, _, CATALOGUE = (ROOT / "docs" / "WEBHOOKS.md").read_text(encoding="utf-8").partition("<!-- events:begin")
EXAMPLES: dict[str, dict[str, Any]] = {
    part.partition("\n")[0]: json.loads(part.partition("```json\n")[2].partition("\n```")[0])
    for part in CATALOGUE.partition("<!-- events:end")[0].split("### ")[1:]
}


def envelope(name: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"id": "evt_1", "type": name, "timestamp": "2026-11-24T10:00:00Z", "data": data}


def check(event: types.Event, data: dict[str, Any]) -> None:
    """It is the model of its type, which knows every field that came, and has every field that it knows."""
    assert not isinstance(event, types.UnknownEvent)
    expected = "".join(word.capitalize() for word in event.type.replace(".", "_").split("_")) + "Event"
    assert type(event).__name__ == expected
    assert set(type(event.data).__annotations__) == {*data, "test"}
    came = event.data.to_dict()
    assert came == {name: value for name, value in data.items() if name in came or value is not None}
    assert event.data.test is data.get("test", False)


def test_the_documents_show_every_type() -> None:
    assert set(EXAMPLES) == set(get_args(types.EventType))


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples(name: str) -> None:
    check(decode_event(envelope(name, EXAMPLES[name])), EXAMPLES[name])


def test_what_the_server_delivers(server: Server, tenant: Tenant, receiver: Receiver) -> None:
    reader = server.tenant()
    with tenant.client() as client, reader.client() as other:
        webhook = client.create_webhook(receiver.url, ["component.published"], secret=SECRET)
        for name in get_args(types.EventType):
            client.test_webhook(webhook.id, name)
            delivery = receiver.next()
            event = webhooks.unwrap(delivery.body, delivery.headers, SECRET)
            assert event.type == name
            check(event, {**EXAMPLES[name], "test": True})
        client.publish_skill("lookup", "private", "Lookup", "Looks up.")
        delivery = receiver.next()
        published = webhooks.unwrap(delivery.body, delivery.headers, SECRET)
        assert isinstance(published, types.ComponentPublishedEvent)
        check(published, EXAMPLES[published.type] | published.data.to_dict())
        assert (published.data.component_id, published.data.marketplace_type) == ("lookup", "private")
        # The same without a webhook, and after something of most types has really happened.
        client.publish_skill("lookup", "private", "Lookup", "Looks up more.", shared_with=[reader.id])
        client.publish_skill("lookup-2", "private", "Lookup 2", "Looks up.")
        other.install_skill("lookup", source_tenant_id=tenant.id)
        other.rate_skill("lookup", 4, source_tenant_id=tenant.id)
        other.uninstall_skill("lookup")
        client.yank_skill_version("lookup", "1.0.0")
        client.update_skill("lookup", deprecated={"message": "Use another.", "successor": {"id": "lookup-2"}})
        client.withdraw_skill("lookup")
        events = client.list_events().items
        assert published in events
        for event in events:
            check(event, dict.fromkeys(EXAMPLES[event.type]) | event.data.to_dict())
        assert {event.type.partition(".")[2] for event in events} >= {
            "published", "updated", "installed", "rated", "uninstalled", "yanked", "deprecated", "withdrawn",
        }  # fmt: skip
        deprecated = next(event for event in events if event.type == "component.deprecated")
        assert isinstance(deprecated, types.ComponentDeprecatedEvent)
        assert deprecated.data.successor is not None
        assert deprecated.data.successor.id == "lookup-2"


def test_a_type_of_later() -> None:
    event = decode_event(envelope("component.praised", {"component_id": "lookup", "praise": [1]}))
    assert isinstance(event, types.UnknownEvent)
    assert (event.type, event.data["praise"]) == ("component.praised", [1])
    more = decode_event(envelope("component.rated", {**EXAMPLES["component.rated"], "mood": "good"}))
    assert isinstance(more, types.ComponentRatedEvent)
    assert (more.data.rating, more.data["mood"]) == (5, "good")
    for odd in (envelope("component.rated", {}) | {"type": None}, {"id": "evt_1"}):
        assert isinstance(decode_event(odd), types.UnknownEvent)


def compared(event: types.Event) -> str:
    """What type checkers make of the type: mypy reads this file too."""
    if event.type == "component.installed":
        assert_type(event, types.ComponentInstalledEvent)
        return event.data.tenant_id
    if event.type == "component.quarantined" or event.type == "component.released":
        return event.data.reason or ""
    return event.type


def told(event: types.Event) -> str:
    """The same by the class."""
    match event:
        case types.ComponentInstalledEvent():
            assert_type(event.data.tenant_id, str)
            return event.data.tenant_id
        case types.ComponentDeprecatedEvent():
            assert_type(event.data.successor, types.Successor | None)
            return event.data.message
        case types.WebhookDisabledEvent():
            return event.data.webhook_id
        case types.UnknownEvent():
            name: str = event.type
            return name
    if event.type == "component.rated":
        return "★" * event.data.rating
    return event.data.component_id


def test_narrowing() -> None:
    said = {name: told(decode_event(envelope(name, data))) for name, data in EXAMPLES.items()}
    assert said["component.installed"] == "globex"
    assert said["component.rated"] == "★★★★★"
    assert said["component.updated"] == "crm-lookup"
    assert said["webhook.disabled"] == "whk_0198c0de0000700080000000000000ff"
    assert compared(decode_event(envelope("component.praised", {}))) == "component.praised"
    assert compared(decode_event(envelope("component.installed", {"tenant_id": "globex"}))) == "globex"
