"""JSON that can be read in one way alone, and the one way to write it (RFC 8785).

Integers of up to 64 bits are written with all their digits, as the marketplace does.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn

from ._narrow import as_list, as_object

SMALLEST, LARGEST = -(2**63), 2**64 - 1


class DuplicateKeyError(ValueError):
    """A key stands twice in one object."""


def parse(text: bytes, *, depth: int, containers: int) -> Any:
    """Reads one JSON document.

    Args:
        text: UTF-8.
        depth: Objects and arrays inside each other.
        containers: Objects and arrays in all.

    Raises:
        DuplicateKeyError: A key stands twice in one object.
        ValueError: It is no JSON, deeper or larger, or holds a number or a text that cannot be held exactly.
    """
    try:
        value = json.loads(
            text.decode(),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_double,
            parse_constant=_constant,
        )
    except RecursionError:
        raise ValueError("it is too deep") from None
    _check_size(value, depth, containers)
    return value


def canonical(value: Any) -> bytes:
    """The canonical bytes of a value that `parse` gave. A text that is no Unicode is a ValueError."""
    parts: list[str] = []
    _write(value, parts)
    return "".join(parts).encode()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise DuplicateKeyError("a key stands twice in one object")
    return value


def _integer(text: str) -> int | float:
    if len(text) <= 20 and SMALLEST <= (value := int(text)) <= LARGEST:
        return value
    double = float(text)
    if double in (float("inf"), float("-inf")) or number(double) != text:
        raise ValueError("a number cannot be held exactly")
    return double


def _double(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("a number cannot be held exactly")
    return value


def _constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


def _check_size(value: Any, depth: int, containers: int) -> None:
    waiting = [(value, 1)]
    while waiting:
        item, level = waiting.pop()
        children = as_list(item)
        if children is None:
            entries = as_object(item)
            if entries is None:
                continue
            children = list(entries.values())
        containers -= 1
        if level > depth or containers < 0:
            raise ValueError("it has too many objects and arrays, or too many inside each other")
        waiting += [(child, level + 1) for child in children]


def _write(value: Any, parts: list[str]) -> None:
    if (entries := as_object(value)) is not None:
        parts.append("{")
        for at, key in enumerate(sorted(entries, key=lambda text: text.encode("utf-16-be", "surrogatepass"))):
            parts.append(("," if at else "") + json.dumps(key, ensure_ascii=False) + ":")
            _write(entries[key], parts)
        parts.append("}")
    elif (items := as_list(value)) is not None:
        parts.append("[")
        for at, item in enumerate(items):
            parts.append("," if at else "")
            _write(item, parts)
        parts.append("]")
    elif isinstance(value, float):
        parts.append(number(value))
    else:
        parts.append(json.dumps(value, ensure_ascii=False))


def number(value: float) -> str:
    """A finite double as ECMAScript writes it."""
    if value == 0:
        return "0"
    sign, figures, exponent = Decimal(repr(value)).as_tuple()
    text = "".join(map(str, figures))
    digits = text.rstrip("0")
    # Where the decimal point is: behind so many of the digits.
    point = len(text) + int(exponent)
    count = len(digits)
    if count <= point <= 21:
        written = digits + "0" * (point - count)
    elif 0 < point <= 21:
        written = f"{digits[:point]}.{digits[point:]}"
    elif -6 < point <= 0:
        written = "0." + "0" * -point + digits
    else:
        mantissa = digits if count == 1 else f"{digits[0]}.{digits[1:]}"
        written = f"{mantissa}e{point - 1:+d}"
    return f"-{written}" if sign else written
