"""Retries, waits, timeouts and what is sent again: against a server that fails on demand."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from conftest import Tenant
from faults import Answer, Cut, Drip, FaultServer, Forwarded, Silence, error

from atom_marketplace import (
    AsyncMarketplaceClient,
    ConflictError,
    ConnectionFailedError,
    IdempotencyKeyReusedError,
    InternalError,
    MarketplaceClient,
    MarketplaceError,
    NotFoundError,
    RateLimitError,
    RequestTimeoutError,
    UnavailableError,
)

PAGE = Answer(200, {"items": [], "page": 1, "page_size": 20, "total": 0, "has_more": False})


def make(faults: FaultServer, **settings: object) -> MarketplaceClient:
    return MarketplaceClient(faults.url, "acme", "at_saas_x", **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "failure",
    [
        Cut(),
        error(408, "TIMEOUT"),
        error(409, "CONFLICT", headers={"Retry-After": "1"}),
        error(429, "RATE_LIMIT_EXCEEDED", headers={"Retry-After": "1"}),
        error(500, "INTERNAL"),
        Answer(502, b"<html>bad gateway</html>"),
        error(503, "UNAVAILABLE"),
    ],
    ids=["cut", "408", "409 in flight", "429", "500", "502", "503"],
)
def test_repeats_what_may_succeed_later(faults: FaultServer, waits: list[float], failure: object) -> None:
    faults.will(failure, failure, PAGE)
    with make(faults) as client:
        assert client.list_agents() == []
    assert len(faults.requests) == 3
    assert len(waits) == 2


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (error(404, "NOT_FOUND"), NotFoundError),
        (error(409, "CONFLICT"), ConflictError),
        (error(422, "IDEMPOTENCY_KEY_REUSED"), IdempotencyKeyReusedError),
        (error(400, "SOMETHING_NEW"), MarketplaceError),
    ],
    ids=["404", "409", "422", "unknown"],
)
def test_does_not_repeat_what_fails_again(
    faults: FaultServer, waits: list[float], failure: Answer, kind: type[MarketplaceError]
) -> None:
    faults.will(failure)
    with make(faults) as client, pytest.raises(MarketplaceError) as raised:
        client.get_agent("a")
    assert type(raised.value) is kind
    assert raised.value.code == failure.body["error"]["code"]
    assert len(faults.requests) == 1
    assert waits == []


@pytest.mark.parametrize(("retries", "requests"), [(0, 1), (1, 2), (4, 5), (-1, 1)])
def test_gives_up_after_max_retries(faults: FaultServer, waits: list[float], retries: int, requests: int) -> None:
    faults.will(error(500, "INTERNAL"))
    with make(faults, max_retries=retries) as client, pytest.raises(InternalError) as raised:
        client.get_usage()
    assert len(faults.requests) == requests
    assert (raised.value.status_code, raised.value.request_id) == (500, "req_1")


def test_waits_grow_and_vary(faults: FaultServer, waits: list[float]) -> None:
    faults.will(Cut())
    with make(faults, max_retries=7) as client, pytest.raises(ConnectionFailedError):
        client.get_usage()
    longest = [0.5, 1, 2, 4, 8, 8, 8]
    assert all(limit / 2 <= wait <= limit for wait, limit in zip(waits, longest, strict=True))
    assert len({round(wait / limit, 6) for wait, limit in zip(waits, longest, strict=True)}) > 1


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("1", 1, 1.2),
        ("30", 30, 30.2),
        (lambda: format_datetime(datetime.now(UTC) + timedelta(seconds=10), usegmt=True), 8, 10.2),
        (lambda: format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True), 0, 0.2),
        ("soon", 0.25, 0.5),
        ("9" * 5000, 0.25, 0.5),
        ("Mon, 99 Jan 2026 00:00:00 GMT", 0.25, 0.5),
    ],
    ids=["seconds", "the longest", "a date", "a date gone by", "no time at all", "no number", "no date"],
)
def test_waits_as_long_as_it_is_told(
    faults: FaultServer, waits: list[float], header: object, least: float, most: float
) -> None:
    told = header() if callable(header) else header
    faults.will(error(503, "UNAVAILABLE", headers={"Retry-After": str(told)}), PAGE)
    with make(faults) as client:
        client.list_agents()
    assert len(waits) == 1
    assert least <= waits[0] <= most


def test_raises_at_once_when_told_to_wait_for_long(faults: FaultServer) -> None:
    details = {"retry_after": 60, "limit": 10000, "window": "hour"}
    faults.will(error(429, "RATE_LIMIT_EXCEEDED", details, {"Retry-After": "60"}))
    began = time.monotonic()
    with make(faults) as client, pytest.raises(RateLimitError) as raised:
        client.list_agents()
    assert time.monotonic() - began < 1
    assert raised.value.retry_after == 60
    assert raised.value.details == details
    assert len(faults.requests) == 1


def test_one_key_for_all_attempts_and_another_for_each_call(faults: FaultServer, waits: list[float]) -> None:
    faults.will(Cut(), error(500, "INTERNAL"), Answer(201, {"id": "inst_1", "status": "installed"}))
    with make(faults) as client:
        client.install_agent("a")
        client.install_agent("a")
    keys = [request.headers["idempotency-key"] for request in faults.requests]
    assert len(keys) == 4
    assert len(set(keys[:3])) == 1
    assert keys[3] != keys[0]
    assert len({request.body for request in faults.requests}) == 1


@pytest.mark.parametrize(
    ("call", "keyed"),
    [
        (lambda client: client.create_token("ci"), True),
        (lambda client: client.update_tenant(name="Acme"), True),
        (lambda client: client.rate_skill("s", 5), False),
        (lambda client: client.delete_token("tok_1"), False),
        (lambda client: client.get_usage(), False),
    ],
    ids=["POST", "PATCH", "PUT", "DELETE", "GET"],
)
def test_posts_and_patches_have_a_key(faults: FaultServer, call: object, keyed: bool) -> None:
    faults.will(Answer(200))
    with make(faults) as client:
        assert callable(call)
        call(client)
    assert ("idempotency-key" in faults.requests[0].headers) is keyed


def test_a_key_of_ones_own(faults: FaultServer) -> None:
    faults.will(Answer(201))
    with make(faults) as client:
        client.create_token("ci", options={"idempotency_key": "mine"})
    assert faults.requests[0].headers["idempotency-key"] == "mine"


def test_an_attempt_ends_in_time(faults: FaultServer, waits: list[float]) -> None:
    faults.will(Silence(), PAGE)
    with make(faults, timeout=0.2) as client:
        assert client.list_agents() == []
    assert len(faults.requests) == 2


@pytest.mark.parametrize("timeout", [0.3, 0.6])
def test_an_answer_that_drips_is_no_answer_in_time(faults: FaultServer, timeout: float) -> None:
    faults.will(Drip(every=0.05))
    began = time.monotonic()
    with make(faults, max_retries=0) as client, pytest.raises(RequestTimeoutError) as raised:
        client.get_usage(options={"timeout": timeout})
    assert timeout <= time.monotonic() - began < timeout + 2
    assert raised.value.code == "TIMEOUT"


def test_nobody_listens(waits: list[float]) -> None:
    with FaultServer() as gone:
        url = gone.url
    with MarketplaceClient(url) as client, pytest.raises(ConnectionFailedError) as raised:
        client.list_agents()
    assert raised.value.code == "CONNECTION_FAILED"
    assert raised.value.status_code is None
    assert raised.value.__cause__ is not None
    assert len(waits) == 2


def test_an_answer_that_is_lost_and_asked_for_again_is_one_installation(
    faults: FaultServer, tenant: Tenant, waits: list[float]
) -> None:
    root = tenant.url.removesuffix("/api")
    faults.will(Forwarded(root, lost=False))
    with MarketplaceClient(faults.url, tenant.id, tenant.token) as client:
        before = client.get_agent("sales_automation_agent", source_tenant_id="acme").install_count
        faults.will(Forwarded(root, lost=True), Forwarded(root, lost=False))
        installed = client.install_agent("sales_automation_agent", source_tenant_id="acme")
        assert installed.status == "installed"
        assert [one.id for one in client.list_installations(component_type="agent")] == [installed.id]
        after = client.get_agent("sales_automation_agent", source_tenant_id="acme").install_count
    assert after == before + 1


async def test_the_asyncio_client_shares_the_rules(faults: FaultServer, waits: list[float]) -> None:
    faults.will(Cut(), error(500, "INTERNAL"), PAGE)
    async with AsyncMarketplaceClient(faults.url) as client:
        assert await client.list_agents() == []
        assert len(waits) == 2
        faults.will(Drip(every=0.05))
        with pytest.raises(RequestTimeoutError):
            await client.get_usage(options={"timeout": 0.2, "max_retries": 0})
        faults.will(error(429, "RATE_LIMIT_EXCEEDED", {"retry_after": 60}, {"Retry-After": "60"}))
        with pytest.raises(RateLimitError) as raised:
            await client.list_agents()
        assert raised.value.retry_after == 60
        faults.will(error(503, "UNAVAILABLE"))
        with pytest.raises(UnavailableError):
            await client.list_agents(options={"max_retries": 0})
    assert len(waits) == 2
