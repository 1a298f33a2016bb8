"""Types that every call shares."""

from __future__ import annotations

from collections.abc import Mapping
from types import EllipsisType
from typing import TYPE_CHECKING, TypeAlias, TypedDict

if TYPE_CHECKING:
    import httpx2

NotGiven: TypeAlias = EllipsisType
"""The type of `...`, which stands for "not given": the server's own default applies."""

Timeout: TypeAlias = "float | httpx2.Timeout | None"
"""Seconds for one attempt as a whole, httpx2's finer timeouts, or None for no limit."""


class RequestOptions(TypedDict, total=False):
    """How one call is made, in place of what the client was made with."""

    timeout: Timeout
    """For each attempt."""
    max_retries: int
    """How often a failed attempt is repeated; 0 for never."""
    idempotency_key: str
    """For a POST or PATCH: a second call with the same key within 24 h changes nothing. Left out: a new key."""
    headers: Mapping[str, str]
    """Headers to add or replace."""
    tenant_id: str
    """The tenant to act for; with an admin key, any."""
