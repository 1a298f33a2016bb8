"""What a client is made with: where the server is, who calls, and how patiently."""

from __future__ import annotations

import copy
import os
import sys
import warnings
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ._cache import ETagCache
from ._types import NotGiven, RequestOptions, Timeout
from ._version import __version__
from .errors import InvalidRequestError

_PYTHON = ".".join(map(str, sys.version_info[:3]))

TIMEOUT = 60.0
"""Seconds for one attempt, unless said otherwise."""

MAX_RETRIES = 2
"""How often a failed attempt is repeated, unless said otherwise."""


class AdminKeyWarning(UserWarning):
    """An admin key is in use: it may do everything, without limit."""


class Settings:
    """What a client is made with. Unchanging, but for `derived`, which makes others.

    Raises:
        InvalidRequestError: There is no base URL, it is none, or there are two credentials.
    """

    __slots__ = ("base_url", "cache", "credentials", "headers", "max_retries", "timeout")

    def __init__(
        self,
        base_url: str | NotGiven | None,
        tenant_id: str | NotGiven | None,
        api_token: str | NotGiven | None,
        *,
        admin_key: str | None,
        federation_key: str | None,
        timeout: Timeout,
        max_retries: int,
        headers: Mapping[str, str] | None,
        cache: ETagCache | None,
    ) -> None:
        self.base_url = _checked(_given(base_url) or os.environ.get("ATOM_BASE_URL"))
        self.credentials = _credentials(
            _given(tenant_id) or os.environ.get("ATOM_TENANT_ID"), _given(api_token), admin_key, federation_key
        )
        self.timeout = timeout
        self.max_retries = max_retries
        self.headers = {
            "Accept": "application/json",
            "User-Agent": f"atom-marketplace-python/{__version__} python/{_PYTHON}",
            **(headers or {}),
        }
        self.cache = cache

    def derived(self, options: RequestOptions) -> Settings:
        """The same settings but for what `options` say."""
        settings = copy.copy(self)
        settings.timeout = options.get("timeout", self.timeout)
        settings.max_retries = options.get("max_retries", self.max_retries)
        settings.headers = merged(self.headers, options.get("headers", {}))
        if "tenant_id" in options:
            settings.credentials = {**self.credentials, "X-Tenant-ID": options["tenant_id"]}
        return settings


def merged(headers: Mapping[str, str], others: Mapping[str, str]) -> dict[str, str]:
    """`headers` with `others` in place of those of the same name in any case."""
    replaced = {name.lower() for name in others}
    return {**{name: value for name, value in headers.items() if name.lower() not in replaced}, **others}


def check_headers(headers: Mapping[str, str]) -> None:
    """Refuses what cannot stand in a header.

    Raises:
        InvalidRequestError: A value holds more than printable ASCII characters.
    """
    for name, value in headers.items():
        if not value.isascii() or not value.isprintable():
            raise _wrong(name, f"{name} can hold printable ASCII characters only.")


def _given(value: str | NotGiven | None) -> str | None:
    return value if isinstance(value, str) else None


def _checked(base_url: str | None) -> str:
    if not base_url:
        raise _wrong("base_url", "There is no base URL: give base_url, or set ATOM_BASE_URL.")
    unusable = _wrong("base_url", f"{base_url!r} is no base URL: it is like https://market.example/api.")
    try:
        parts = urlsplit(base_url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise unusable from None
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or " " in base_url:
        raise unusable
    if parts.username or parts.password:
        raise _wrong("base_url", "A base URL holds no user and no password.")
    path = parts.path.rstrip("/") or "/api"
    return f"{parts.scheme}://{parts.netloc}{path}"


def _credentials(
    tenant_id: str | None, api_token: str | None, admin_key: str | None, federation_key: str | None
) -> dict[str, str]:
    if sum(map(bool, (api_token, admin_key, federation_key))) > 1:
        raise _wrong("api_token", "Give one of api_token, admin_key and federation_key: a request carries one.")
    headers = {"X-Tenant-ID": tenant_id} if tenant_id else {}
    if admin_key:
        warnings.warn(
            "Never use admin keys in production applications: this one may do everything, without limit. "
            "Use an API token.",
            AdminKeyWarning,
            stacklevel=4,
        )
        headers["X-Admin-Key"] = admin_key
    elif federation_key:
        headers["X-Federation-Key"] = federation_key
    elif token := api_token or os.environ.get("ATOM_API_TOKEN"):
        headers["Authorization"] = f"Bearer {token}"
    check_headers(headers)
    return headers


def _wrong(path: str, message: str) -> InvalidRequestError:
    details: dict[str, Any] = {"fields": [{"path": path, "message": message}]}
    return InvalidRequestError(message, details=details)
