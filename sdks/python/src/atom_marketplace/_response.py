"""An answer as it was received."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from ._narrow import as_list, as_object
from .errors import UnexpectedResponseError


class RateLimit(NamedTuple):
    """What is left of the caller's requests."""

    limit: int
    """Requests in a window."""
    remaining: int
    """Requests left in this window."""
    reset: int
    """When the window ends, seconds since the epoch."""


class RawResponse:
    """An answer: status, headers and body.

    Attributes:
        status_code: The HTTP status; 200 also for what came from the ETag cache.
        headers: The headers; names in any case.
        content: The body, decompressed.
        from_cache: Whether the server said that the copy in the ETag cache is still good.
    """

    __slots__ = ("content", "from_cache", "headers", "status_code")

    def __init__(
        self, status_code: int, headers: Mapping[str, str], content: bytes, *, from_cache: bool = False
    ) -> None:
        self.status_code = status_code
        self.headers = headers
        self.content = content
        self.from_cache = from_cache

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            UnexpectedResponseError: It is none.
        """
        try:
            return json.loads(self.content)
        except ValueError as error:
            raise self._unexpected("no JSON") from error

    def json_object(self) -> dict[str, Any]:
        """The body as a JSON object.

        Raises:
            UnexpectedResponseError: It is none.
        """
        value = as_object(self.json())
        if value is None:
            raise self._unexpected("no JSON object")
        return value

    def json_list(self) -> list[Any]:
        """The body as a JSON array.

        Raises:
            UnexpectedResponseError: It is none.
        """
        value = as_list(self.json())
        if value is None:
            raise self._unexpected("no JSON array")
        return value

    def json_page(self) -> tuple[dict[str, Any], list[Any]]:
        """The body as a page: the facts about it, and its items.

        Raises:
            UnexpectedResponseError: It is none.
        """
        facts = self.json_object()
        items = as_list(facts.pop("items", None))
        if items is None:
            raise self._unexpected("no page")
        return facts, items

    def _unexpected(self, what: str) -> UnexpectedResponseError:
        return UnexpectedResponseError(
            f"The answer (HTTP {self.status_code}) is {what}. Is base_url right? It ends in /api or /api/test.",
            status_code=self.status_code,
            request_id=self.request_id,
        )

    @property
    def request_id(self) -> str | None:
        """Names the request in the server's log."""
        return self.headers.get("x-request-id")

    @property
    def etag(self) -> str | None:
        """What `if_match` takes."""
        return self.headers.get("etag")

    @property
    def rate_limit(self) -> RateLimit | None:
        """What is left of the caller's requests, if the answer says so."""
        try:
            limit, remaining, reset = (int(self.headers[f"x-ratelimit-{name}"]) for name in RateLimit._fields)
        except (KeyError, ValueError):
            return None
        return RateLimit(limit, remaining, reset)

    def __repr__(self) -> str:
        return f"RawResponse({self.status_code}, {len(self.content)} bytes, request_id={self.request_id!r})"
