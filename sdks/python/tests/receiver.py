"""A receiver of webhooks on loopback."""

from __future__ import annotations

from queue import Queue
from typing import Self

from faults import Answer, FaultServer, Request

COMES_WITHIN = 60.0


class Receiver:
    """Answers 204 to every delivery, and keeps it until it is asked for."""

    def __init__(self) -> None:
        self._came: Queue[Request] = Queue()
        self._server = FaultServer().answers(self._take)

    @property
    def url(self) -> str:
        return self._server.url

    def next(self) -> Request:
        """The next delivery, in the order in which they came."""
        return self._came.get(timeout=COMES_WITHIN)

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *reason: object) -> None:
        self._server.__exit__(*reason)

    def _take(self, request: Request) -> Answer:
        self._came.put(request)
        return Answer(204)
