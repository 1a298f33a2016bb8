"""Sends and waits for the blocking client; `_exchange` decides what. Imported with the first request."""

from __future__ import annotations

import time
from contextlib import suppress

import httpx2

from ._call import Call
from ._exchange import Send, exchange
from ._http import Deadline, answer, failure, timeouts
from ._response import RawResponse
from ._settings import Settings
from ._types import RequestOptions
from .errors import ConnectionFailedError


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
