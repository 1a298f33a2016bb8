"""Following events: what came before a connection ended is not asked for again, and what ends a stream is an error."""

from __future__ import annotations

import asyncio
import json
from itertools import islice

import httpx2
import pytest

from atom_marketplace import AsyncMarketplaceClient, MarketplaceClient
from atom_marketplace import _events as events
from atom_marketplace.errors import MarketplaceError


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "PAUSE", 0.0)


def _event(number: int) -> str:
    data = {"rating": number}
    event = {"id": f"evt_{number}", "type": "component.rated", "timestamp": "2026-11-24T10:00:00Z", "data": data}
    return f": hello\n\nid: evt_{number}\nevent: component.rated\ndata: {json.dumps(event)}\n\n"


class _Server:
    """Gives two events, breaks off, is busy, and goes on behind what was seen."""

    def __init__(self) -> None:
        self.asked: list[str | None] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request.headers.get("last-event-id"))
        assert request.url.path == "/api/events/stream"
        if len(self.asked) == 2:
            return httpx2.Response(503, json={"error": {"code": "UNAVAILABLE", "message": "Later.", "details": {}}})
        first = 1 if len(self.asked) == 1 else 3
        text = _event(first) + _event(first + 1) + "data: {"
        return httpx2.Response(200, text=text, headers={"content-type": "text/event-stream"})


def test_a_stream_goes_on_where_it_was() -> None:
    server = _Server()
    http = httpx2.Client(transport=httpx2.MockTransport(server))
    with MarketplaceClient("http://market.example/api", api_token="t", http_client=http) as client:
        seen = list(islice(client.stream_events(after="evt_0"), 4))
    assert [event.id for event in seen] == ["evt_1", "evt_2", "evt_3", "evt_4"]
    assert seen[2]["data"]["rating"] == 3
    assert server.asked == ["evt_0", "evt_2", "evt_2"]


def test_the_same_with_asyncio() -> None:
    server = _Server()

    async def follow() -> list[str]:
        http = httpx2.AsyncClient(transport=httpx2.MockTransport(server))
        async with AsyncMarketplaceClient("http://market.example/api", api_token="t", http_client=http) as client:
            seen: list[str] = []
            async for event in client.stream_events():
                seen.append(event.id)
                if len(seen) == 4:
                    break
            return seen

    assert asyncio.run(follow()) == ["evt_1", "evt_2", "evt_3", "evt_4"]
    assert server.asked == [None, "evt_2", "evt_2"]


def test_what_coming_again_does_not_mend_is_raised() -> None:
    def refuses(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(
            403, json={"error": {"code": "INSUFFICIENT_PERMISSIONS", "message": "No.", "details": {}}}
        )

    http = httpx2.Client(transport=httpx2.MockTransport(refuses))
    with (
        MarketplaceClient("http://market.example/api", api_token="t", http_client=http) as client,
        pytest.raises(MarketplaceError) as raised,
    ):
        next(iter(client.stream_events(scope="marketplace")))
    assert raised.value.code == "INSUFFICIENT_PERMISSIONS"
