"""The blocking client's core: it sends and waits; `_exchange` decides."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from ._call import Call
from ._exchange import Send, exchange
from ._model import Model
from ._page import Page
from ._response import RawResponse
from ._settings import Settings
from ._types import RequestOptions
from .errors import ConnectionFailedError

if TYPE_CHECKING:
    import httpx2

    Self = TypeVar("Self", bound="SyncCore")

M = TypeVar("M", bound=Model)
T = TypeVar("T")


class Connections:
    """The HTTP client, made with the first request. Clients derived from one another share it."""

    def __init__(self, given: httpx2.Client | None) -> None:
        self._client = given
        self._given = given is not None
        self._closed = False
        self._lock = Lock()

    def client(self) -> httpx2.Client:
        """The HTTP client."""
        with self._lock:
            if self._closed:
                raise RuntimeError("The client has been closed.")
            if self._client is None:
                import httpx2  # noqa: PLC0415 — a tenth of a second that only requests need.

                self._client = httpx2.Client()
            return self._client

    def close(self) -> None:
        """Closes the connections. A client that was given stays open: it is its maker's."""
        with self._lock:
            self._closed = True
            if self._client is not None and not self._given:
                self._client.close()


class SyncCore:
    """What the operations of the blocking client stand on."""

    _settings: Settings
    _connections: Connections

    def with_options(self: Self, options: RequestOptions) -> Self:
        """A client that makes all its calls with these options, on the same connections."""
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

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._settings.base_url!r})"

    def _exchange(self, call: Call, options: RequestOptions | None) -> RawResponse:
        steps = exchange(self._settings, call, options)
        step = next(steps)
        try:
            while True:
                if isinstance(step, Send):
                    step = steps.send(self._send(step))
                else:
                    time.sleep(step.seconds)
                    step = next(steps)
        except StopIteration as done:
            response: RawResponse = done.value
            return response

    def _send(self, send: Send) -> RawResponse | ConnectionFailedError:
        client = self._connections.client()
        from . import _http  # noqa: PLC0415 — as httpx2 itself, in `Connections`.

        deadline = _http.Deadline(send.timeout)
        try:
            with client.stream(
                send.method, send.url, headers=send.headers, content=send.body, timeout=_http.timeouts(send.timeout)
            ) as response:
                pieces: list[bytes] = []
                for piece in response.iter_bytes():
                    deadline.check()
                    pieces.append(piece)
                return _http.answer(response, b"".join(pieces))
        except _http.RequestError as error:
            return _http.failure(send, error)

    def _one(self, call: Call, model: type[M], options: RequestOptions | None) -> M:
        response = self._exchange(call, options)
        return model(response.json_object(), response=response)

    def _many(self, call: Call, decoder: Callable[[Any], T], options: RequestOptions | None) -> list[T]:
        return [decoder(item) for item in self._exchange(call, options).json_list()]

    def _page(self, call: Call, model: type[M], options: RequestOptions | None) -> Page[M]:
        response = self._exchange(call, options)
        facts = response.json_object()
        page = Page[M]((model(item) for item in facts.pop("items", ())), facts, response)
        page._fetch = lambda query: self._page(call.with_query(query), model, options)
        return page

    def _json(self, call: Call, options: RequestOptions | None) -> Any:
        return self._exchange(call, options).json()

    def _raw(self, call: Call, options: RequestOptions | None) -> RawResponse:
        return self._exchange(call, options)

    def _none(self, call: Call, options: RequestOptions | None) -> None:
        self._exchange(call, options)
