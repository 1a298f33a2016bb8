"""Every operation of openapi.json has a method on both clients, and every method has a route on the server."""

from __future__ import annotations

import inspect
import json
from importlib.resources import files
from typing import Any

import pytest
from conftest import ROOT, Server

import atom_marketplace
from atom_marketplace import AsyncMarketplaceClient, MarketplaceClient, MarketplaceError

OPERATIONS = sorted(
    operation["operationId"]
    for item in json.loads((ROOT / "openapi.json").read_text(encoding="utf-8"))["paths"].values()
    for method, operation in item.items()
    if method in ("get", "post", "put", "patch", "delete")
)
SUGAR = {"get_usage_stats", "request", "with_options"}


def methods(client: type) -> set[str]:
    return {name for name, value in inspect.getmembers(client, callable) if not name.startswith("_")}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_has_a_method_on_both_clients(operation: str) -> None:
    blocking, asynchronous = getattr(MarketplaceClient, operation), getattr(AsyncMarketplaceClient, operation)
    assert inspect.signature(blocking).parameters == inspect.signature(asynchronous).parameters
    assert blocking.__doc__ == asynchronous.__doc__
    assert "Args:" in blocking.__doc__


def test_there_are_no_other_methods() -> None:
    assert methods(MarketplaceClient) == {*OPERATIONS, *SUGAR, "close"}
    assert methods(AsyncMarketplaceClient) == {*OPERATIONS, *SUGAR, "aclose"}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_method_reaches_a_route_that_knows_its_fields(server: Server, operation: str) -> None:
    """Refused for what it says, perhaps, but never because there is no such route, method, parameter or field."""
    with server.tenant().client() as client:
        method = getattr(client, operation)
        parameters = inspect.signature(method).parameters.values()
        given: dict[str, Any] = {
            parameter.name: sample(parameter.name, str(parameter.annotation))
            for parameter in parameters
            if parameter.default is parameter.empty or parameter.name in ("target_tenant_id", "source_tenant_id")
        }
        try:
            method(**given)
        except MarketplaceError as error:
            assert error.status_code is not None  # noqa: PT017
            assert error.code not in ("METHOD_NOT_ALLOWED", "UNEXPECTED_RESPONSE", "INTERNAL"), error  # noqa: PT017
            assert "no such route" not in error.message  # noqa: PT017
            for what in ("unknown field", "unknown parameter"):
                assert what not in str(error.details), error.details  # noqa: PT017


def sample(name: str, annotation: str) -> Any:
    """Something of the right type."""
    if "MarketplaceType" in annotation:
        return "private"
    if "Kind" in annotation:
        return "agent"
    if "Role" in annotation:
        return "member"
    if annotation == "int":
        return 3
    if "Sequence" in annotation:
        return ["x1"]
    if "Param" in annotation:
        return {"lock_version": 1, "components": []}
    return "x1"


def test_the_package_is_typed() -> None:
    assert files(atom_marketplace).joinpath("py.typed").is_file()
