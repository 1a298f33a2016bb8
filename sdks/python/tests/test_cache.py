"""The ETag cache."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from conftest import Tenant
from faults import Answer, FaultServer, Request

from atom_marketplace import AsyncMarketplaceClient, ETagCache, MarketplaceClient, UnexpectedResponseError
from atom_marketplace._cache import Kept


def tagged(request: Request) -> Answer:
    """Answers with an ETag, and 304 to whoever has it."""
    if request.headers.get("if-none-match") == '"v1"':
        return Answer(304, b"", {"ETag": '"v1"', "X-Request-ID": "req_304"})
    return Answer(200, {"id": "a", "who": request.headers.get("authorization", "")}, {"ETag": '"v1"'})


def test_what_has_not_changed_is_not_sent_again(faults: FaultServer) -> None:
    faults.answers(tagged)
    client = MarketplaceClient(faults.url)
    first, second = client.get_agent("a"), client.get_agent("a")
    assert first == second
    assert first.raw_response is not None
    assert second.raw_response is not None
    assert (first.raw_response.from_cache, second.raw_response.from_cache) == (False, True)
    assert (second.raw_response.status_code, second.raw_response.request_id) == (200, "req_304")
    assert [request.headers.get("if-none-match") for request in faults.requests] == [None, '"v1"']


def test_nobody_gets_what_was_answered_to_another(faults: FaultServer) -> None:
    faults.answers(tagged)
    cache = ETagCache()
    for token in ("one", "two"):
        found = MarketplaceClient(faults.url, api_token=token, cache=cache).get_agent("a")
        assert found["who"] == f"Bearer {token}"
    MarketplaceClient(faults.url, cache=cache).get_agent("a", options={"headers": {"Accept": "text/plain"}})
    assert [request.headers.get("if-none-match") for request in faults.requests] == [None, None, None]
    assert len(cache) == 3


def test_it_can_be_turned_off(faults: FaultServer) -> None:
    faults.answers(tagged)
    client = MarketplaceClient(faults.url, cache=None)
    client.get_agent("a")
    client.get_agent("a")
    assert all("if-none-match" not in request.headers for request in faults.requests)
    with pytest.raises(UnexpectedResponseError):
        client.get_agent("a", options={"headers": {"If-None-Match": '"v1"'}})
    asked = client.request("GET", "/agent-marketplace/agents/a", options={"headers": {"If-None-Match": '"v1"'}})
    assert asked.status_code == 304


def test_it_keeps_no_more_than_it_may() -> None:
    cache = ETagCache(max_bytes=100)
    for name in "abcde":
        cache.put(name, Kept("e", b"x" * 25))
    assert cache.get("a") is None
    assert cache.get("b") is not None
    cache.put("f", Kept("e", b"x" * 25))
    assert cache.get("c") is None
    assert cache.get("b") is not None
    cache.put("g", Kept("e", b"x" * 26))
    assert cache.get("g") is None
    cache.put("b", Kept("e2", b""))
    assert len(cache) == 4
    cache.clear()
    assert len(cache) == 0


def test_threads_may_share_it() -> None:
    cache = ETagCache(max_bytes=1000)

    def work(number: int) -> None:
        for turn in range(500):
            cache.put((number, turn % 7), Kept("e", b"x" * (turn % 50)))
            cache.get((number, turn % 5))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept: Any = cache._kept
    assert sum(len(one.content) for one in kept.values()) == cache._bytes <= 1000


async def test_the_server_says_what_has_changed(tenant: Tenant) -> None:
    async with tenant.async_client() as client:
        await client.publish_agent("mine", "private", "Mine", "First.")
        first = await client.get_agent("mine")
        second = await client.get_agent("mine")
        await client.publish_agent("mine", "private", "Mine", "Second.")
        third = await client.get_agent("mine")
    answers = [one.raw_response.from_cache for one in (first, second, third) if one.raw_response]
    assert answers == [False, True, False]
    assert third.description == "Second."


async def test_asyncio_shares_it(faults: FaultServer) -> None:
    faults.answers(tagged)
    async with AsyncMarketplaceClient(faults.url) as client:
        assert await client.get_agent("a") == await client.get_agent("a")
    assert faults.requests[1].headers["if-none-match"] == '"v1"'
