"""Models and pages as values."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from atom_marketplace import AsyncPage, Page
from atom_marketplace.types import ApiTokenCreated, Component, Installation, Model, Publisher

COMPONENT: dict[str, Any] = {
    "id": "sales",
    "component_type": "agent",
    "source_tenant_id": "acme",
    "publisher": {"tenant_id": "acme", "name": "Acme Inc.", "verified": False},
    "marketplace_type": "public",
    "status": "published",
    "version": "1.1.0",
    "created_at": "2026-11-24T07:15:30.853354Z",
    "dependencies": [{"component_type": "skill", "id": "crm"}],
    "content": {"items": 1, "deep": {"to_dict": [1]}},
    "name": "Sales " * 20,
    "invented_later": {"a": [1, 2]},
    "items": ["a field may be called so"],
}


@pytest.fixture
def component() -> Component:
    return Component(COMPONENT)


def test_a_field_is_an_attribute_and_a_key(component: Component) -> None:
    assert component.id == component["id"] == "sales"
    assert component.publisher == component["publisher"] == Publisher(COMPONENT["publisher"])
    assert component.publisher.name == "Acme Inc."
    assert component.dependencies[0].id == "crm"
    assert component.created_at == datetime(2026, 11, 24, 7, 15, 30, 853354, UTC)
    assert component.content == {"items": 1, "deep": {"to_dict": [1]}}
    assert component.content is component.content


def test_unknown_fields_are_kept(component: Component) -> None:
    assert component["invented_later"] == component.invented_later == {"a": [1, 2]}  # type: ignore[attr-defined]
    assert component["items"] == component.items == ["a field may be called so"]  # type: ignore[attr-defined]
    assert component.to_dict() == COMPONENT
    assert json.loads(json.dumps(component.to_dict())) == COMPONENT


def test_fields_that_were_left_out(component: Component) -> None:
    assert component.average_rating is None
    assert component["average_rating"] is None
    assert component.tags == []
    assert component.dependencies[0].version == "*"
    with pytest.raises(KeyError):
        component["misspelt"]
    with pytest.raises(AttributeError, match="has no field 'misspelt'"):
        component.misspelt  # type: ignore[attr-defined]  # noqa: B018
    assert not hasattr(component, "misspelt")
    assert "id" in component
    assert "average_rating" in component
    assert "misspelt" not in component


def test_what_was_left_out_is_not_shared() -> None:
    first, second = Component(COMPONENT), Component(COMPONENT)
    first.tags.append("x")
    assert second.tags == []
    first.to_dict()["content"]["items"] = 2
    assert first.content == COMPONENT["content"]


def test_it_is_neither_dict_nor_mapping(component: Component) -> None:
    assert not isinstance(component, dict)
    assert not isinstance(component, Mapping)
    with pytest.raises(TypeError):
        iter(component)  # type: ignore[call-overload]


def test_it_is_read_only(component: Component) -> None:
    with pytest.raises(AttributeError, match="read-only"):
        component.id = "other"
    with pytest.raises(AttributeError, match="read-only"):
        component.anything = 1
    with pytest.raises(AttributeError, match="read-only"):
        del component.id
    with pytest.raises(TypeError):
        component["id"] = "other"  # type: ignore[index]


def test_equality() -> None:
    assert Component(COMPONENT) == Component(copy.deepcopy(COMPONENT))
    assert Component(COMPONENT) != Component({**COMPONENT, "id": "other"})
    assert Component(COMPONENT) != Installation(COMPONENT)
    assert Component(COMPONENT) != COMPONENT


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_copies(component: Component, copied: Any) -> None:
    again = copied(component)
    assert again == component
    assert type(again) is Component
    assert again.publisher.name == "Acme Inc."


def test_repr_is_short_and_without_secrets(component: Component) -> None:
    assert len(repr(component)) < 250
    assert repr(component).startswith("Component(id='sales', component_type='agent'")
    token = ApiTokenCreated({"id": "tok_1", "token": "at_saas_secret", "name": "ci"})
    assert "at_saas_secret" not in repr(token)
    assert token.token == "at_saas_secret"
    assert repr(Publisher({"name": "x" * 100})) == f"Publisher(name={'x' * 39!r}…)"


def test_a_time_that_is_none_stays_as_it_is() -> None:
    assert Component({"created_at": "yesterday"}).created_at == "yesterday"


def test_a_field_named_like_a_method_is_still_a_key() -> None:
    model = Model({"to_dict": 1, "raw_response": 2})
    assert (model["to_dict"], model["raw_response"]) == (1, 2)
    assert model.raw_response is None


@pytest.mark.parametrize("kind", [Page, AsyncPage])
def test_a_page_is_a_list(kind: Any) -> None:
    facts = {"page": 2, "page_size": 2, "total": 5, "has_more": True, "next_cursor": "abc"}
    page: Any = kind([1, 2], facts)
    assert isinstance(page, list) is True
    assert page == [1, 2] == page.items
    assert type(page.items) is type(page[:1]) is list
    assert (page.page, page.page_size, page.total, page.has_more, page.next_cursor) == (2, 2, 5, True, "abc")
    again = pickle.loads(pickle.dumps(page))
    assert (type(again), again, again.total, again.next_cursor) == (kind, page, 5, "abc")
    with pytest.raises(AttributeError):
        page.items = []


def test_an_unpickled_page_has_no_client() -> None:
    page = pickle.loads(pickle.dumps(Page([1], {"has_more": True, "page": 1})))
    with pytest.raises(RuntimeError, match="ask a client"):
        page.next_page()
    assert list(pickle.loads(pickle.dumps(Page([1], {"has_more": False}))).auto_paging_iter()) == [1]
