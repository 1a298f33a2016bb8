"""Following events: what both clients do with a stream of them. It does no input or output itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ._call import Call
from ._exchange import Send, request_of
from ._settings import Settings
from .errors import ConnectionFailedError, MarketplaceError

SILENCE = 60.0
"""Seconds after which a server that says nothing is taken for gone: it says something every fifteen."""

PAUSE = 1.0
"""Seconds before coming again."""

_LONGEST_PAUSE = 10.0
_MOST_FAILURES = 60


class Following:
    """Where a stream is, and what is to be asked next."""

    def __init__(self, settings: Settings, after: str | None, scope: str | None) -> None:
        self._settings = settings
        self._scope = scope
        self.last_event_id = after
        self._failures = 0

    def request(self) -> Send:
        """The request that goes on where the stream is."""
        call = Call(
            "GET",
            "/events/stream",
            query={"scope": self._scope},
            headers={"Last-Event-ID": self.last_event_id, "Accept": "text/event-stream"},
        )
        return request_of(self._settings, call)

    def came(self, event: dict[str, Any]) -> dict[str, Any]:
        """Notes an event that is about to be given."""
        self._failures = 0
        self.last_event_id = event["id"]
        return event

    def pause(self, error: MarketplaceError | None) -> float:
        """Seconds to wait before coming again after a stream ended, or failed.

        Raises:
            MarketplaceError: `error`, if coming again does not mend it.
        """
        if error is None:
            return PAUSE
        self._failures += 1
        passing = isinstance(error, ConnectionFailedError) or error.status_code in (409, 429) or _of_server(error)
        if not passing or self._failures > _MOST_FAILURES:
            raise error
        return min(PAUSE * self._failures, _LONGEST_PAUSE)


def _of_server(error: MarketplaceError) -> bool:
    return error.status_code is not None and error.status_code >= 500


class Parser:
    """Takes server-sent events apart, line by line."""

    def __init__(self) -> None:
        self._data: list[str] = []

    def line(self, line: str) -> Iterator[dict[str, Any]]:
        """What a line completes."""
        if line.startswith("data:"):
            self._data.append(line[5:].removeprefix(" "))
        elif not line and self._data:
            text, self._data = "\n".join(self._data), []
            yield json.loads(text)
