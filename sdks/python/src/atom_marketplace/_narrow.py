"""From any value to JSON's two containers, for type checkers as for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast


def as_object(value: object) -> dict[str, Any] | None:
    """The value if it is a JSON object."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def as_list(value: object) -> list[Any] | None:
    """The value if it is a JSON array."""
    return [*cast("Iterable[Any]", value)] if isinstance(value, list) else None
