"""Writes `_generated/models.py` and `_generated/params.py`: what answers hold, and what arguments may."""

from __future__ import annotations

import json
import re
from graphlib import TopologicalSorter

from schema import Api, Json, is_enum, name_of, nullable, python_name
from text import HEADER, docstring

PAGE = "Page_"
DRY_RUNS = {"publish": "PublishCheck", "install": "InstallPlan"}
UNKNOWN_TEXT = {"$ref": "#/components/schemas/UnknownText", "description": "Which it is."}
UNKNOWN_TEXT_MODEL = '''\
UnknownText: TypeAlias = Literal[""]
"""A text that is none of those this version knows. To type checkers it equals none of them, so that comparing narrows;
what it holds is the text as it came.
"""'''
_SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}


class TypesWriter:
    """Knows the Python type of every schema."""

    def __init__(self, api: Api) -> None:
        self.api = api
        answers = [operation.answer for operation in api.operations if operation.answer]
        bodies = [operation.body for operation in api.operations if operation.body]
        dry_runs = [{"$ref": f"#/components/schemas/{name}"} for name in DRY_RUNS.values()]
        self.answered = api.reachable([*answers, *dry_runs])
        # A page's items are written out in its schema; their own schema has the name that the page's ends in.
        items = [name.removeprefix(PAGE) for name in self.answered if name.startswith(PAGE)]
        self.answered |= api.reachable([{"$ref": f"#/components/schemas/{name}"} for name in items])
        self.sent = api.reachable(bodies)
        self.bodies = {name_of(body) for body in bodies if "$ref" in body}
        parameters = [parameter["schema"] for operation in api.operations for parameter in operation.parameters]
        self.enums = {
            name for name in self.answered | self.sent | api.reachable(parameters) if is_enum(api.schemas[name])
        }
        self.unions = {name for name in self.answered if "discriminator" in api.schemas[name]}

    def answer_type(self, schema: Json) -> str:
        """The type of a value in an answer."""
        schema, optional = nullable(schema)
        return self._answer(schema) + (" | None" if optional else "")

    def _answer(self, schema: Json) -> str:
        if "$ref" in schema:
            return name_of(schema)
        if is_enum(schema):
            return literal(schema)
        match schema.get("type"):
            case "string" if schema.get("format") == "date-time":
                return "datetime"
            case "array":
                return f"list[{self.answer_type(schema.get('items', {}))}]"
            case "object":
                values = schema.get("additionalProperties")
                return f"dict[str, {self.answer_type(values) if isinstance(values, dict) else 'Any'}]"
            case str() as name if name in _SCALARS:
                return _SCALARS[name]
        return "Any"

    def argument_type(self, schema: Json, *, inside: str = "models.") -> str:
        """The type of a value that is sent; `inside` goes before the names of enums and models."""
        schema, optional = nullable(schema)
        return self._argument(schema, inside) + (" | None" if optional else "")

    def _argument(self, schema: Json, inside: str) -> str:
        if "$ref" in schema:
            name = name_of(schema)
            if name in self.enums:
                return inside + name
            parameter = ("params." if inside == "models." else "") + f"{name}Param"
            if inside == "models." and name in self.answered:
                return f"{parameter} | models.{name}"
            return parameter
        if is_enum(schema):
            return literal(schema)
        match schema.get("type"):
            case "string" if schema.get("format") == "date-time":
                return "datetime | str"
            case "array":
                return f"Sequence[{self.argument_type(schema.get('items', {}), inside=inside)}]"
            case "object":
                values = schema.get("additionalProperties")
                element = self.argument_type(values, inside=inside) if isinstance(values, dict) else "Any"
                return f"Mapping[str, {element}]"
            case str() as name if name in _SCALARS:
                return _SCALARS[name]
        return "Any"

    def _decoder(self, schema: Json) -> str | None:
        """The expression that makes more than JSON of a value, or None where JSON is enough."""
        schema, _ = nullable(schema)
        if "$ref" in schema:
            name = name_of(schema)
            plain = name in self.enums or schema is UNKNOWN_TEXT
            return union_decoder(name) if name in self.unions else None if plain else name
        if schema.get("type") == "string" and schema.get("format") == "date-time":
            return "timestamp"
        if schema.get("type") == "array" and (inner := self._decoder(schema.get("items", {}))):
            return f"each({inner})"
        values = schema.get("additionalProperties")
        if schema.get("type") == "object" and isinstance(values, dict) and (inner := self._decoder(values)):
            return f"values({inner})"
        return None

    def models(self) -> str:
        """The text of models.py."""
        names = {name for name in self.answered - self.enums if not name.startswith(PAGE)}
        # Sorted, so that the same description always makes the same file.
        graph = {name: sorted(self.api.reachable([self.api.schemas[name]]) & names - {name}) for name in sorted(names)}
        ordered = list(TopologicalSorter(graph).static_order())
        written = [self._union(name) if name in self.unions else self._model(name) for name in ordered]
        calls = {word for text in written for line in text for word in re.findall(r"\b(tagged|values)\(", line)}
        used = ["Model", "each", *(["tagged"] if "tagged" in calls else []), "timestamp"]
        texts = {"UnknownText"} if self.unions else set()
        used += ["values"] if "values" in calls else []
        lines = [
            HEADER.format("What answers hold, from openapi.json."),
            "from __future__ import annotations",
            "",
            "from datetime import datetime",
            "from typing import Any, Literal, TypeAlias",
            "",
            f"from .._model import {', '.join(used)}",
            "",
            "__all__ = [",
            *[f'    "{name}",' for name in sorted({*names, *self.enums, *map(unknown, self.unions), *texts})],
            "]",
        ]
        for name in sorted(self.enums):
            schema = self.api.schemas[name]
            lines += ["", f"{name}: TypeAlias = {literal(schema)}", *docstring(schema.get("description", ""), 0)]
        lines += ["", *UNKNOWN_TEXT_MODEL.split("\n")] if self.unions else []
        for text in written:
            lines += ["", "", *text]
        return "\n".join(lines) + "\n"

    def _shared(self, name: str) -> dict[str, Json]:
        """The fields that all objects of a union have; the schema of one that differs among them says nothing."""
        schema = self.api.schemas[name]
        members = [self.api.resolve(option)["properties"] for option in schema["oneOf"]]
        tag = {schema["discriminator"]["propertyName"]: {"type": "string", "description": "Which of them it is."}}
        shared = {field for field in members[0] if all(field in each for each in members)}
        same = {
            field: members[0][field] for field in shared if all(each[field] == members[0][field] for each in members)
        }
        return dict(sorted({**{field: {} for field in shared}, **same, **tag}.items()))

    def _union(self, name: str) -> list[str]:
        """Several objects told apart by one field, and what stands for one that this version does not know."""
        schema = self.api.schemas[name]
        tag = schema["discriminator"]["propertyName"]
        members = {name_of(option): self.api.resolve(option)["properties"] for option in schema["oneOf"]}
        other = unknown(name)
        lines = [f"class {other}(Model):", *docstring(f"`{name}` of a `{tag}` that this version does not know.", 4)]
        lines += self._fields({**self._shared(name), tag: UNKNOWN_TEXT}, list(self._shared(name)), [])
        options = [*members, other]
        lines += ["", "", f"{name}: TypeAlias = (", f"    {options[0]}", *[f"    | {one}" for one in options[1:]], ")"]
        lines += docstring(schema.get("description", ""), 0)
        entries = [f'        "{properties[tag]["enum"][0]}": {one},' for one, properties in members.items()]
        decoder = [
            f"{union_decoder(name)} = tagged(",
            f'    "{tag}",',
            "    {",
            *entries,
            "    },",
            f"    {other},",
            ")",
        ]
        return [*lines, "", *decoder]

    def _model(self, name: str) -> list[str]:
        schema = self.api.schemas[name]
        bases = self.api.bases(schema)
        properties, required = self.api.properties(schema)
        for base in self.unions & set(bases):
            # Whatever the union's object is, it has these.
            bases.remove(base)
            shared = self._shared(base)
            properties, required = {**shared, **properties}, [*shared, *required]
        lines = [f"class {name}({', '.join(bases) or 'Model'}):", *docstring(schema.get("description", name), 4)]
        return [*lines, *self._fields(properties, required, bases)]

    def _fields(self, properties: dict[str, Json], required: list[str], bases: list[str]) -> list[str]:
        """A class's body, below its docstring."""
        lines = ["", "    __slots__ = ()"]
        decoders = {field: decoder for field, value in properties.items() if (decoder := self._decoder(value))}
        absent = {field: absent_value(value) for field, value in properties.items() if field not in required}
        for attribute, entries in (("_decoders", decoders), ("_absent", absent)):
            if entries:
                inherited = [f"        **{base}.{attribute}," for base in bases]
                lines += [f"    {attribute} = {{", *inherited]
                lines += [f'        "{field}": {value},' for field, value in entries.items()]
                lines += ["    }"]
        lines += [""]
        for field, value in properties.items():
            kind = self.answer_type(value)
            if absent.get(field) == "None" and not kind.endswith("None"):
                kind += " | None"
            lines += [f"    {python_name(field)}: {kind}", *docstring(described(value), 4)]
        return lines

    def params(self) -> str:
        """The text of params.py."""
        names = sorted(self.sent - self.enums - (self.bodies - {"Lock"}))
        lines = [
            HEADER.format("What arguments may hold, from openapi.json: dictionaries with known keys."),
            "from __future__ import annotations",
            "",
            "from collections.abc import Mapping, Sequence",
            "from typing import Any, Required, TypedDict",
            "",
            "from . import models",
            "",
            "__all__ = [",
            *[f'    "{name}Param",' for name in names],
            "]",
        ]
        for name in names:
            schema = self.api.schemas[name]
            properties, required = self.api.properties(schema)
            lines += ["", "", f"class {name}Param(TypedDict, total=False):"]
            lines += [*docstring(schema.get("description", name), 4), ""]
            for field, value in properties.items():
                kind = self.argument_type(value, inside="models.")
                kind = kind.replace("params.", "")
                kind = f"Required[{kind}]" if field in required else kind
                lines += [f"    {field}: {kind}", *docstring(described(value), 4)]
        return "\n".join(lines) + "\n"


def unknown(union: str) -> str:
    """The model of what is in a union one day, and not known now."""
    return f"Unknown{union}"


def union_decoder(union: str) -> str:
    """The function that makes the right model of a union's JSON."""
    return "decode_" + re.sub(r"(?<!^)(?=[A-Z])", "_", union).lower()


def described(schema: Json) -> str:
    """What a field is for: its own words, or those beside a reference in it."""
    return str(schema.get("description") or nullable(schema)[0].get("description", ""))


def literal(schema: Json) -> str:
    """`Literal["a", "b"]`."""
    return f"Literal[{', '.join(json.dumps(value) for value in schema['enum'])}]"


def absent_value(schema: Json) -> str:
    """What a field that was left out is: its default, an empty list, or None."""
    if "default" in schema:
        return repr(schema["default"])
    return "[]" if schema.get("type") == "array" else "None"
