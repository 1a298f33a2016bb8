"""Sends and waits for the blocking client; `_exchange` decides what. Imported with the first request."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx2

from ._call import Call
from ._events import SILENCE, Following, Parser
from ._exchange import Send, error_of, exchange
from ._http import Deadline, answer, failure, timeouts
from ._response import RawResponse
from ._settings import Settings
from ._types import RequestOptions
from .errors import ConnectionFailedError, MarketplaceError


class Driver:
    """Makes calls on one HTTP client, given or its own."""

    def __init__(self, given: httpx2.Client | None) -> None:
        self._client = given or httpx2.Client()
        self._own = given is None

    def close(self) -> None:
        """Closes the connections. A client that was given stays open: it is its maker's."""
        if self._own:
            self._client.close()

    def __del__(self) -> None:
        # Most programs never close their client; the connections need not wait for the collector's warning.
        with suppress(Exception):
            self.close()

    def run(self, settings: Settings, call: Call, options: RequestOptions | None) -> RawResponse:
        """Makes a call, as often as it takes."""
        steps = exchange(settings, call, options)
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
        deadline = Deadline(send.timeout)
        limits = timeouts(send.timeout)
        try:
            with self._client.stream(
                send.method,
                send.url,
                headers=send.headers,
                content=send.body,
                timeout=limits,
                follow_redirects=False,
            ) as response:
                pieces: list[bytes] = []
                for piece in response.iter_bytes():
                    deadline.check()
                    pieces.append(piece)
                return answer(response, b"".join(pieces))
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            return failure(send, error)

    def follow(self, following: Following) -> Iterator[dict[str, Any]]:
        """Gives events as they come, and comes again where the stream was when it ends."""
        while True:
            error: MarketplaceError | None = None
            send = following.request()
            try:
                with self._client.stream(
                    send.method, send.url, headers=send.headers, timeout=timeouts(SILENCE), follow_redirects=False
                ) as response:
                    if response.status_code != 200:
                        raise error_of(answer(response, response.read()))
                    parser = Parser()
                    for line in response.iter_lines():
                        for event in parser.line(line):
                            yield following.came(event)
            except MarketplaceError as refused:
                error = refused
            except (httpx2.RequestError, httpx2.InvalidURL) as broken:
                error = failure(send, broken)
            time.sleep(following.pause(error))
