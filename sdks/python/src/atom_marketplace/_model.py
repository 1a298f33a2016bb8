"""The base of every object that an answer holds.

A model is a read-only view of the JSON it came from: `x.id` and `x["id"]` are the same, fields that this version does
not know are kept, and `to_dict` gives the JSON back as it was. It is neither a dict nor a Mapping, so that a field may
be called `items` or `keys`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeAlias, TypeVar

if TYPE_CHECKING:
    from ._response import RawResponse

Decoder: TypeAlias = Callable[[Any], Any]
M = TypeVar("M", bound="Model")

_SECRETS = frozenset({"token", "secret", "key"})
_SHOWN = 6
_WIDTH = 40


class Model:
    """An object of an answer. See the module."""

    __slots__ = ("_decoded", "_json", "_response")

    _decoders: ClassVar[Mapping[str, Decoder]] = {}
    """How to make more than JSON of a field."""
    _absent: ClassVar[Mapping[str, Any]] = {}
    """What a field that an answer may leave out is then."""

    _decoded: dict[str, Any]
    _json: dict[str, Any]
    _response: RawResponse | None

    def __init__(self, json: Mapping[str, Any], /, *, response: RawResponse | None = None) -> None:
        _set(self, "_json", dict(json))
        _set(self, "_decoded", {})
        _set(self, "_response", response)

    def to_dict(self) -> dict[str, Any]:
        """The JSON it came from: a copy, unknown fields included, times as text."""
        return copy.deepcopy(self._json)

    @property
    def raw_response(self) -> RawResponse | None:
        """The answer as it was received, with its headers; None for an object inside another one."""
        return self._response

    def __getitem__(self, name: str) -> Any:
        decoded = self._decoded
        if name not in decoded:
            decoded[name] = self._decode(name)
        return decoded[name]

    def _decode(self, name: str) -> Any:
        if name not in self._json:
            return copy.copy(self._absent[name])
        value = self._json[name]
        decoder = self._decoders.get(name)
        return value if value is None or decoder is None else decoder(value)

    if not TYPE_CHECKING:
        # Hidden from type checkers, which would take every misspelt field for a field.
        def __getattr__(self, name: str) -> Any:
            if name in self:
                return self[name]
            if name.removesuffix("_") in self:
                # A word of Python's own: the field `from` is `from_`.
                return self[name.removesuffix("_")]
            raise AttributeError(f"{type(self).__name__!r} has no field {name!r}", name=name, obj=self)

    def __contains__(self, name: object) -> bool:
        return name in self._json or name in self._absent

    __iter__: ClassVar[None] = None
    """A model cannot be iterated over; `to_dict` gives something that can."""

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__!r} is read-only", name=name, obj=self)

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__!r} is read-only", name=name, obj=self)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other) or not isinstance(other, Model):
            return NotImplemented
        return self._json == other._json

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._json,)

    def __copy__(self: M) -> M:
        return self

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._json, *self._absent})

    def __repr__(self) -> str:
        scalars = [(name, value) for name, value in self._json.items() if isinstance(value, str | int | float | bool)]
        shown = [f"{name}={_short(name, value)}" for name, value in scalars[:_SHOWN]]
        if len(self._json) > len(shown):
            shown.append("…")
        return f"{type(self).__name__}({', '.join(shown)})"


# Past `Model.__setattr__`, which refuses everyone.
_set = object.__setattr__


def _short(name: str, value: object) -> str:
    if name in _SECRETS:
        return "'***'"
    if isinstance(value, str) and len(value) > _WIDTH:
        return f"{value[: _WIDTH - 1]!r}…"
    return repr(value)


def each(decoder: Decoder) -> Decoder:
    """Decodes the elements of a list."""
    return lambda values: [decoder(value) for value in values]


def values(decoder: Decoder) -> Decoder:
    """Decodes the values of an object, whose keys are free."""
    return lambda entries: {name: decoder(value) for name, value in entries.items()}


def tagged(tag: str, models: Mapping[str, type[Model]], other: type[Model]) -> Decoder:
    """Decodes an object to the model that its field `tag` names; to `other` where it names none of them."""

    def decode(json: Mapping[str, Any]) -> Model:
        name = json.get(tag)
        return (models.get(name, other) if isinstance(name, str) else other)(json)

    return decode


def timestamp(text: str) -> datetime | str:
    """An RFC 3339 time as an aware `datetime`; what is none stays as it is."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text
