"""Sends and waits for the asyncio client; `_exchange` decides what. Imported with the first request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
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

    def __init__(self, given: httpx2.AsyncClient | None) -> None:
        self._client = given or httpx2.AsyncClient()
        self._own = given is None

    async def aclose(self) -> None:
        """Closes the connections. A client that was given stays open: it is its maker's."""
        if self._own:
            await self._client.aclose()

    async def run(self, settings: Settings, call: Call, options: RequestOptions | None) -> RawResponse:
        """Makes a call, as often as it takes."""
        steps = exchange(settings, call, options)
        step = next(steps)
        try:
            while True:
                if isinstance(step, Send):
                    step = steps.send(await self._send(step))
                else:
                    await asyncio.sleep(step.seconds)
                    step = next(steps)
        except StopIteration as done:
            response: RawResponse = done.value
            return response

    async def _send(self, send: Send) -> RawResponse | ConnectionFailedError:
        deadline = Deadline(send.timeout)
        limits = timeouts(send.timeout)
        try:
            async with self._client.stream(
                send.method,
                send.url,
                headers=send.headers,
                content=send.body,
                timeout=limits,
                follow_redirects=False,
            ) as response:
                pieces: list[bytes] = []
                async for piece in response.aiter_bytes():
                    deadline.check()
                    pieces.append(piece)
                return answer(response, b"".join(pieces))
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            return failure(send, error)

    async def follow(self, following: Following) -> AsyncIterator[dict[str, Any]]:
        """Gives events as they come, and comes again where the stream was when it ends."""
        while True:
            error: MarketplaceError | None = None
            send = following.request()
            try:
                async with self._client.stream(
                    send.method, send.url, headers=send.headers, timeout=timeouts(SILENCE), follow_redirects=False
                ) as response:
                    if response.status_code != 200:
                        raise error_of(answer(response, await response.aread()))
                    parser = Parser()
                    async for line in response.aiter_lines():
                        for event in parser.line(line):
                            yield following.came(event)
            except MarketplaceError as refused:
                error = refused
            except (httpx2.RequestError, httpx2.InvalidURL) as broken:
                error = failure(send, broken)
            await asyncio.sleep(following.pause(error))
