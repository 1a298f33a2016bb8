"""How a call becomes an answer: attempts, waits, the ETag cache, errors. It does no input or output itself.

`exchange` is a generator of what to do next: it yields a `Send` or a `Wait`, and is sent the answer, or the error
that there was none. So the two clients, one blocking and one not, share all of it; each only sends and waits.
"""

from __future__ import annotations

import logging
import os
import random
import time
from collections.abc import Generator
from email.utils import parsedate_to_datetime
from typing import NamedTuple, TypeAlias

from ._cache import Kept
from ._call import Call
from ._narrow import as_object
from ._response import RawResponse
from ._settings import Settings, check_headers, merged
from ._types import RequestOptions, Timeout
from .errors import ConnectionFailedError, MarketplaceError, UnexpectedResponseError, error_class

_log = logging.getLogger("atom_marketplace")

PATIENCE = 30.0
"""Seconds of Retry-After that are waited for; beyond it the error is raised at once."""

_FIRST_WAIT = 0.5
_LONGEST_WAIT = 8.0
_WITH_KEY = frozenset({"POST", "PATCH"})


class Send(NamedTuple):
    """Send this request once."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None
    timeout: Timeout


class Wait(NamedTuple):
    """Wait so many seconds."""

    seconds: float


Outcome: TypeAlias = RawResponse | ConnectionFailedError | None
Exchange: TypeAlias = Generator[Send | Wait, Outcome, RawResponse]


def exchange(settings: Settings, call: Call, options: RequestOptions | None = None) -> Exchange:
    """Makes a call, as often as it takes. Returns the answer, whose status is 2xx, or 304 to one's own If-None-Match.

    Raises:
        MarketplaceError: The last attempt's error; its class says which.
    """
    options = options or {}
    settings = settings.derived(options)
    request = request_of(settings, call, options)
    # All headers: what is answered depends on the credential and on what is accepted.
    key = (request.url, *sorted(request.headers.items()))
    cache = settings.cache if call.method == "GET" and "if-none-match" not in map(str.lower, request.headers) else None
    kept = cache.get(key) if cache is not None else None
    if kept is not None:
        request.headers["If-None-Match"] = kept.etag
    retry = 0
    while True:
        began = time.monotonic()
        outcome = yield request
        _report(request, outcome, time.monotonic() - began)
        if isinstance(outcome, RawResponse) and (outcome.status_code < 300 or outcome.status_code == 304):
            if kept is not None and outcome.status_code == 304:
                return RawResponse(200, outcome.headers, kept.content, from_cache=True)
            if cache is not None and outcome.status_code == 200 and outcome.etag:
                cache.put(key, Kept(outcome.etag, outcome.content))
            return outcome
        seconds = _wait(outcome, retry) if retry < settings.max_retries else None
        if seconds is None:
            raise outcome if isinstance(outcome, ConnectionFailedError) else error_of(outcome)
        retry += 1
        _log.debug("%s %s: again in %.2f s", request.method, request.url, seconds)
        yield Wait(seconds)


def request_of(settings: Settings, call: Call, options: RequestOptions | None = None) -> Send:
    """The request that a call is."""
    options = options or {}
    headers = {**call.headers}
    if call.body is not None:
        headers["Content-Type"] = "application/json"
    if call.method in _WITH_KEY:
        # One key for all attempts: the server makes the second one a repetition of the first one's answer.
        headers["Idempotency-Key"] = options.get("idempotency_key") or os.urandom(16).hex()
    base_url = settings.base_url
    target = call.target
    if target.startswith("//"):
        base_url, target = base_url.removesuffix("/test").removesuffix("/api"), target[1:]
    elif target.startswith("/test/"):
        # The test environment's own operations; the base URL may be its already.
        base_url = base_url.removesuffix("/test")
    if not call.anonymous:
        headers |= settings.credentials
    headers = merged(headers, settings.headers)
    check_headers(headers)
    return Send(call.method, base_url + target, headers, call.body, settings.timeout)


def _wait(outcome: Outcome, retry: int) -> float | None:
    """Seconds until the next attempt, the `retry`-th; None if there should be none."""
    asked = None
    if isinstance(outcome, RawResponse):
        asked = retry_after(outcome)
        # A 409 that names a time is the first attempt still in flight; another one would be the same again.
        again = outcome.status_code in (408, 429) or (outcome.status_code == 409 and asked is not None)
        if not again and outcome.status_code < 500:
            return None
    elif outcome is None or not outcome.retryable:
        return None
    if asked is not None:
        return None if asked > PATIENCE else asked + random.uniform(0, 0.1)
    return random.uniform(0.5, 1.0) * min(_FIRST_WAIT * 2.0**retry, _LONGEST_WAIT)


def retry_after(response: RawResponse) -> float | None:
    """Seconds that the answer's Retry-After asks for, as a number or as a date; None if there is none."""
    header = response.headers.get("retry-after", "")
    try:
        return int(header) if header.isdecimal() else max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def error_of(response: RawResponse | None) -> MarketplaceError:
    """The error that an answer stands for."""
    if response is None:
        return UnexpectedResponseError("There is no answer.")
    try:
        error = as_object(response.json_object().get("error")) or {}
    except UnexpectedResponseError:
        error = {}
    status = response.status_code
    if 300 <= status < 400:
        where = response.headers.get("location", "elsewhere")
        return UnexpectedResponseError(
            f"The server sends the client on to {where}, where credentials are not sent. Is base_url right?",
            status_code=status,
            request_id=response.request_id,
        )
    code = str(error.get("code") or _CODES.get(status, "UNAVAILABLE" if status >= 500 else "UNEXPECTED_RESPONSE"))
    return error_class(code)(
        str(error.get("message") or f"The server answered HTTP {status} without saying why."),
        code=code,
        details=as_object(error.get("details")),
        status_code=status,
        request_id=response.request_id or error.get("request_id"),
        retry_after=retry_after(response),
    )


# The codes of answers that are not the marketplace's own, but a proxy's in front of it.
_CODES = {
    400: "INVALID_REQUEST",
    401: "UNAUTHENTICATED",
    403: "INSUFFICIENT_PERMISSIONS",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    408: "TIMEOUT",
    413: "PAYLOAD_TOO_LARGE",
    429: "RATE_LIMIT_EXCEEDED",
    500: "INTERNAL",
}


def _report(request: Send, outcome: Outcome, seconds: float) -> None:
    """For those who debug: never a header, never a body."""
    if isinstance(outcome, RawResponse):
        _log.debug(
            "%s %s: %d in %.0f ms (%s)",
            request.method,
            request.url,
            outcome.status_code,
            seconds * 1000,
            outcome.request_id,
        )
    else:
        _log.debug("%s %s: %s in %.0f ms", request.method, request.url, outcome, seconds * 1000)
