"""What both clients do with httpx2. Imported with the first request."""

from __future__ import annotations

from time import monotonic

import httpx2

from ._exchange import Send
from ._response import RawResponse
from ._types import Timeout
from .errors import ConnectionFailedError, RequestTimeoutError

CONNECT = 10.0
"""Seconds for a connection, if an attempt may take longer than that."""


class Deadline:
    """The end of one attempt. httpx2's own timeouts begin anew with every piece of an answer."""

    def __init__(self, timeout: Timeout) -> None:
        self.seconds = float(timeout) if isinstance(timeout, int | float) else None
        self._end = None if self.seconds is None else monotonic() + self.seconds

    def check(self) -> None:
        """Raises a `TimeoutException` once it has passed."""
        if self._end is not None and monotonic() > self._end:
            raise httpx2.ReadTimeout(f"no whole answer within {self.seconds} s")


def timeouts(timeout: Timeout) -> httpx2.Timeout:
    """Seconds, or what httpx2 knows, as httpx2 wants it."""
    if isinstance(timeout, httpx2.Timeout) or timeout is None:
        return httpx2.Timeout(timeout)
    return httpx2.Timeout(timeout, connect=min(timeout, CONNECT))


def failure(send: Send, error: httpx2.RequestError | httpx2.InvalidURL) -> ConnectionFailedError:
    """The error for a request that got no answer."""
    timed_out = isinstance(error, httpx2.TimeoutException)
    kind = RequestTimeoutError if timed_out else ConnectionFailedError
    reason = str(error) or type(error).__name__
    failed = kind(f"{'No answer in time' if timed_out else 'No answer'} from {send.url.split('/')[2]}: {reason}.")
    failed.retryable = not isinstance(
        error, httpx2.InvalidURL | httpx2.UnsupportedProtocol | httpx2.LocalProtocolError | httpx2.DecodingError
    )
    failed.__cause__ = error
    return failed


def answer(response: httpx2.Response, content: bytes) -> RawResponse:
    """The answer without httpx2, but for its headers, which know names in any case."""
    return RawResponse(response.status_code, response.headers, content)
