"""One call of the API: what is asked for, checked and written down, before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar, cast
from urllib.parse import quote, urlencode

from ._model import Model
from ._narrow import as_object
from .errors import InvalidRequestError

P = ParamSpec("P")
R = TypeVar("R")

RESERVED: Final = frozenset({".", "..", "search", "bulk-install", "categories"})
"""What no id may be: a path with one of these is another route."""


class Call:
    """One call. Arguments that are `...` were not given.

    Args:
        method: The HTTP method.
        template: The path under the base URL; `{name}` stands for a value of `path`. `//` begins one that is
            relative to the server's root.
        path: Values in the path.
        query: Parameters; None is left out too, a list is repeated.
        body: Fields of the JSON body, or the body itself; None for no body.
        headers: Headers; None is left out.
        anonymous: Whether it goes without the client's credential.
        required: Those of the arguments that the API cannot do without.

    Raises:
        InvalidRequestError: A required argument is missing, a value cannot stand in a path or be written as JSON.
    """

    __slots__ = ("anonymous", "body", "headers", "method", "path", "query")

    def __init__(
        self,
        method: str,
        template: str,
        *,
        path: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, Any] | None = None,
        anonymous: bool = False,
        required: Mapping[str, Any] | None = None,
    ) -> None:
        missing = [name for name, value in {**(path or {}), **(required or {})}.items() if value is ...]
        if missing:
            raise missing_arguments(missing)
        self.method = method
        self.anonymous = anonymous
        segments = {name: _segment(name, value) for name, value in (path or {}).items()}
        self.path = template.format_map(segments) if path else template
        self.query = [pair for name, value in (query or {}).items() for pair in _parameters(name, value)]
        self.headers = {name: str(value) for name, value in (headers or {}).items() if value not in (None, ...)}
        self.body = None if body is None else _encode(body)

    def with_query(self, changes: Mapping[str, Any]) -> Call:
        """The same call with some parameters replaced; None takes one away."""
        call: Call = object.__new__(Call)
        call.method, call.path, call.headers, call.body = self.method, self.path, self.headers, self.body
        call.anonymous = self.anonymous
        kept = [pair for pair in self.query if pair[0] not in changes]
        call.query = kept + [pair for name, value in changes.items() for pair in _parameters(name, value)]
        return call

    @property
    def target(self) -> str:
        """Path and query."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path


def missing_arguments(names: Sequence[str]) -> InvalidRequestError:
    """The error for required arguments that were not given."""
    fields = [{"path": name, "message": "It is required."} for name in names]
    return InvalidRequestError(f"Missing: {', '.join(names)}.", details={"fields": fields})


def refuses_ellipsis(*names: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Makes `method(...)` say which arguments are missing, where Python alone would raise a TypeError.

    A literal `...` stands for "not given", and so for all the arguments after it too.

    Args:
        names: The method's required arguments, in order.
    """

    def decorate(method: Callable[P, R]) -> Callable[P, R]:
        @wraps(method)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            if any(argument is ... for argument in args):
                given = {**dict(zip(names, args[1:], strict=False)), **kwargs}
                missing = [name for name in names if given.get(name, ...) is ...]
                if missing:
                    raise missing_arguments(missing)
            return method(*args, **kwargs)

        return checked

    return decorate


def _segment(name: str, value: Any) -> str:
    """A value as one segment of a path. What would lead to another path is refused, not mended."""
    text = str(value)
    harmful = not text or text in RESERVED or any(character in "/\\" or ord(character) < 32 for character in text)
    if harmful:
        message = f"{text!r} is no {name}."
        raise InvalidRequestError(message, details={"fields": [{"path": name, "message": message}]})
    return quote(text, safe="@")


def _parameters(name: str, value: Any) -> list[tuple[str, str]]:
    if value is None or value is ...:
        return []
    if isinstance(value, list | tuple | set | frozenset):
        elements = cast("Iterable[Any]", value)
        return [pair for element in elements for pair in _parameters(name, element)]
    if isinstance(value, bool):
        return [(name, "true" if value else "false")]
    return [(name, _time(value) if isinstance(value, datetime) else str(value))]


def _encode(body: Any) -> bytes:
    """JSON as JavaScript's `JSON.stringify` writes it, so that one request is the same bytes from every client."""
    fields = as_object(body)
    if fields is not None:
        body = {name: value for name, value in fields.items() if value is not ...}
    try:
        text = json.dumps(body, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain)
        return text.encode()
    except (TypeError, ValueError) as error:
        raise InvalidRequestError(f"The request cannot be written as JSON: {error}") from error


def _plain(value: object) -> Any:
    """JSON for what `json` does not know."""
    if isinstance(value, Model):
        return value.to_dict()
    if isinstance(value, datetime):
        return _time(value)
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, Any]", value))
    if isinstance(value, bytes | bytearray | memoryview):
        raise TypeError("bytes are no JSON: write them as text, or as base64 where the field has an encoding")
    if isinstance(value, Sequence | set | frozenset):
        return list(cast("Iterable[Any]", value))
    raise TypeError(f"{type(value).__name__} is no JSON")


def _time(value: datetime) -> str:
    """RFC 3339. A time without a zone is taken for a local one, as everywhere in Python."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
