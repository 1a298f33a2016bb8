"""The blocking client's core: what its operations stand on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, Self, TypeVar

from ._call import Call
from ._model import Model
from ._page import Page
from ._response import RawResponse
from ._settings import Settings
from ._types import NotGiven, RequestOptions, Timeout

if TYPE_CHECKING:
    import httpx2

    from ._blocking import Driver

M = TypeVar("M", bound=Model)
T = TypeVar("T")


class Connections:
    """What sends requests, made with the first one. Clients derived from one another share it."""

    def __init__(self, given: httpx2.Client | None) -> None:
        self._given = given
        self._driver: Driver | None = None
        self._closed = False
        self._lock = Lock()

    def driver(self) -> Driver:
        """What sends requests."""
        with self._lock:
            if self._closed:
                raise RuntimeError("The client has been closed.")
            if self._driver is None:
                from ._blocking import Driver  # noqa: PLC0415 — a tenth of a second that only requests need.

                self._driver = Driver(self._given)
            return self._driver

    def close(self) -> None:
        """Closes the connections, for good."""
        with self._lock:
            self._closed = True
        if self._driver is not None:
            self._driver.close()


class SyncCore:
    """What the operations of the blocking client stand on."""

    _settings: Settings
    _connections: Connections

    def with_options(
        self,
        *,
        timeout: Timeout | NotGiven = ...,
        max_retries: int | NotGiven = ...,
        headers: Mapping[str, str] | NotGiven = ...,
        tenant_id: str | NotGiven = ...,
    ) -> Self:
        """A client that makes all its calls so, on the same connections. What is left out is as it was.

        Args:
            timeout: For each attempt.
            max_retries: How often a failed attempt is repeated; 0 for never.
            headers: Headers to add or replace.
            tenant_id: The tenant to act for; with an admin key, any.
        """
        options: RequestOptions = {}
        if timeout is not ...:
            options["timeout"] = timeout
        if max_retries is not ...:
            options["max_retries"] = max_retries
        if headers is not ...:
            options["headers"] = headers
        if tenant_id is not ...:
            options["tenant_id"] = tenant_id
        client = object.__new__(type(self))
        client.__dict__.update(self.__dict__, _settings=self._settings.derived(options))
        return client

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        options: RequestOptions | None = None,
    ) -> RawResponse:
        """Makes a request of one's own: to a route that this version does not know, or for the answer as it is.

        Args:
            method: The HTTP method.
            path: The path under the base URL, such as `/usage`.
            query: Parameters; a list is repeated.
            body: JSON.
            options: How this call is made.

        Raises:
            MarketplaceError: The server refused it, or gave no answer.
        """
        return self._exchange(Call(method.upper(), path, query=query, body=body), options)

    def close(self) -> None:
        """Closes the connections."""
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._settings.base_url!r})"

    def _exchange(self, call: Call, options: RequestOptions | None) -> RawResponse:
        return self._connections.driver().run(self._settings, call, options)

    def _one(self, call: Call, model: type[M], options: RequestOptions | None) -> M:
        response = self._exchange(call, options)
        return model(response.json_object(), response=response)

    def _many(self, call: Call, decoder: Callable[[Any], T], options: RequestOptions | None) -> list[T]:
        return [decoder(item) for item in self._exchange(call, options).json_list()]

    def _page(self, call: Call, model: type[M], options: RequestOptions | None) -> Page[M]:
        response = self._exchange(call, options)
        facts, items = response.json_page()
        page = Page[M]((model(item) for item in items), facts, response)
        page._fetch = lambda query: self._page(call.with_query(query), model, options)
        return page

    def _json(self, call: Call, options: RequestOptions | None) -> Any:
        return self._exchange(call, options).json()

    def _raw(self, call: Call, options: RequestOptions | None) -> RawResponse:
        return self._exchange(call, options)

    def _none(self, call: Call, options: RequestOptions | None) -> None:
        self._exchange(call, options)
