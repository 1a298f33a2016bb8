"""Errors as values, and the table of codes."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from conftest import ROOT

import atom_marketplace
from atom_marketplace import errors
from atom_marketplace.errors import MarketplaceError, error_class

CODES = json.loads((ROOT / "openapi.json").read_text(encoding="utf-8"))["components"]["schemas"]["Code"]["enum"]
CLASSES = [getattr(errors, name) for name in errors.__all__ if name.endswith("Error")]


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_the_api_has_a_class(code: str) -> None:
    assert error_class(code) is not MarketplaceError
    assert error_class(code).code == code
    assert error_class(code).__name__ in atom_marketplace.__all__


def test_an_unknown_code_is_a_marketplace_error() -> None:
    assert error_class("INVENTED_LATER") is MarketplaceError


@pytest.mark.parametrize("kind", CLASSES)
def test_errors_can_be_pickled(kind: type[MarketplaceError]) -> None:
    error = kind("Gone.", details={"component_id": "a", "retry_after": 7}, status_code=404, request_id="req_1")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert again.__dict__ == error.__dict__
    assert str(again) == str(error) == f"{kind.code}: Gone. (request req_1)"
    assert (again.component_id, again.retry_after, again.args) == ("a", 7, ("Gone.",))


def test_what_an_error_does_not_say_is_none() -> None:
    error = MarketplaceError("?")
    assert (error.retry_after, error.component_id, error.required_permission, error.request_id) == (None,) * 4
    assert error.details == {}


@pytest.mark.parametrize(
    ("child", "parent"),
    [
        ("ComponentNotFoundError", "NotFoundError"),
        ("TenantNotFoundError", "NotFoundError"),
        ("VersionExistsError", "ConflictError"),
        ("AmbiguousComponentError", "ConflictError"),
        ("InvalidConfigurationError", "InvalidRequestError"),
        ("FederationKeyInvalidError", "UnauthenticatedError"),
        ("RequestTimeoutError", "ConnectionFailedError"),
    ],
)
def test_errors_of_one_family(child: str, parent: str) -> None:
    assert issubclass(getattr(errors, child), getattr(errors, parent))


@pytest.mark.parametrize(
    ("kind", "details", "attribute", "value"),
    [
        (errors.InvalidRequestError, {"fields": [{"path": "name"}]}, "fields", [{"path": "name"}]),
        (errors.ChecksFailedError, {"findings": [1]}, "findings", [1]),
        (errors.InvalidConfigurationError, {"errors": [1]}, "errors", [1]),
        (errors.DependencyMissingError, {"missing": [1]}, "missing", [1]),
        (errors.AmbiguousComponentError, {"candidates": [1]}, "candidates", [1]),
        (errors.PlanRestrictedError, {"required_plan": "team"}, "required_plan", "team"),
        (errors.InsufficientPermissionsError, {"required_permission": "x"}, "required_permission", "x"),
        (errors.RateLimitError, {"retry_after": True}, "retry_after", None),
        (errors.DependencyMissingError, {"missing": "no list"}, "missing", []),
    ],
)
def test_details_have_names(kind: type[MarketplaceError], details: dict[str, Any], attribute: str, value: Any) -> None:
    assert getattr(kind("?", details=details), attribute) == value


def test_all_names_are_there() -> None:
    for name in atom_marketplace.__all__:
        assert getattr(atom_marketplace, name) is not None
        assert name in dir(atom_marketplace)
    with pytest.raises(AttributeError):
        atom_marketplace.nothing  # noqa: B018
