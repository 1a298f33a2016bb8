"""Writes `_generated/sync/` and `_generated/asyncio/`: a method for every operation, grouped by what it is about."""

from __future__ import annotations

import re
from typing import NamedTuple

from schema import KINDS, Api, Json, Operation, name_of, nullable, python_name
from text import HEADER, docstring
from types_writer import DRY_RUNS, PAGE, TypesWriter, described

ALIASES = {"get_usage": "get_usage_stats"}
"""Other names that the integration guide uses."""

WHOLE_BODIES = {"install_lock": "lock"}
"""Operations whose body is one argument."""

BODY_ORDER = {
    "InstallRequest": [
        "source_tenant_id",
        "target_tenant_id",
        "version",
        "install_config",
        "auto_install_dependencies",
    ],
    "BulkInstallRequest": [
        "ids",
        "source_tenant_id",
        "target_tenant_id",
        "install_config",
        "auto_install_dependencies",
    ],
}
"""In which order fields go into a body, where the alphabet's is not the guide's."""

TEST_SCHEME = "test_secret"
"""What the test environment's own operations want in place of a credential."""

OPTIONS = "options: RequestOptions | None = None"


class Argument(NamedTuple):
    """One argument of a method."""

    name: str
    wire: str
    place: str
    kind: str
    required: bool
    description: str


class OperationsWriter:
    """Writes the methods of one flavour, blocking or asyncio."""

    def __init__(self, api: Api, types: TypesWriter, *, asynchronous: bool) -> None:
        self.api = api
        self.types = types
        self.asynchronous = asynchronous
        self.core = "AsyncCore" if asynchronous else "SyncCore"
        self.page = "AsyncPage" if asynchronous else "Page"

    def files(self) -> dict[str, str]:
        """The text of every file, by name."""
        groups: dict[str, list[Operation]] = {}
        for operation in self.api.operations:
            groups.setdefault(operation.group, []).append(operation)
        files = {f"{group}.py": self._file(group, operations) for group, operations in sorted(groups.items())}
        files["__init__.py"] = self._package(sorted(groups))
        return files

    def _package(self, groups: list[str]) -> str:
        classes = [self._class(group) for group in groups]
        flavour = "asyncio" if self.asynchronous else "blocking"
        return "\n".join(
            [
                HEADER.format(f"Every operation of the API, for the {flavour} client."),
                "from __future__ import annotations",
                "",
                *[f"from .{group} import {name}" for group, name in zip(groups, classes, strict=True)],
                "",
                "",
                "class Operations(",
                *[f"    {name}," for name in classes],
                "):",
                '    """Every operation of the API."""',
                "",
            ]
        )

    def _class(self, group: str) -> str:
        return "".join(part.capitalize() for part in group.split("_")) + "Operations"

    def _file(self, group: str, operations: list[Operation]) -> str:
        module = "_async" if self.asynchronous else "_sync"
        body: list[str] = []
        for operation in operations:
            body += ["", *self._method(operation)]
        text = "\n".join(body)
        page = [f"from ..._page import {self.page}"] if f"{self.page}[" in text else []
        words = set(re.findall(r"(?<![\w.])\w+", re.sub(r'""".*?"""', "", text, flags=re.DOTALL)))
        typing = [name for name in ("Any", "Literal", "overload") if name in words]
        abstract = [name for name in ("Mapping", "Sequence") if name in words]
        generated = [name for name in ("models", "params") if f"{name}." in text]
        return "\n".join(
            [
                HEADER.format(f"The operations on {group}, from openapi.json."),
                "from __future__ import annotations",
                "",
                *([f"from collections.abc import {', '.join(abstract)}"] if abstract else []),
                *(["from datetime import datetime"] if "datetime" in words else []),
                *([f"from typing import {', '.join(typing)}"] if typing else []),
                "",
                "from ..._call import Call" + (", refuses_ellipsis" if "@refuses_ellipsis" in text else ""),
                *page,
                *(["from ..._response import RawResponse"] if "RawResponse" in words else []),
                f"from ...{module} import {self.core}",
                "from ..._types import " + ("NotGiven, " if "NotGiven" in text else "") + "RequestOptions",
                *([f"from .. import {', '.join(generated)}"] if generated else []),
                "",
                "",
                f"class {self._class(group)}({self.core}):",
                f'    """The operations on {group}."""',
                *body,
                "",
            ]
        )

    def described(self, operation: Operation) -> tuple[list[Argument], list[Argument], str]:
        """The arguments that may be given by position, those that have to be named, and the type of the result."""
        arguments = self._arguments(operation)
        return *self._ordered(operation, arguments), self._result(operation)[0]

    def _method(self, operation: Operation) -> list[str]:
        arguments = self._arguments(operation)
        positional, named = self._ordered(operation, arguments)
        required = [argument.name for argument in arguments if argument.required]
        result, call_result = self._result(operation)
        dry_run = next((argument for argument in named if argument.wire == "dry_run"), None)
        plan = DRY_RUNS.get(operation.id.split("_")[0]) if dry_run else None
        lines: list[str] = []
        if dry_run and plan:
            for kind, answer in (("Literal[False] | NotGiven = ...", result), ("Literal[True]", f"models.{plan}")):
                lines += ["    @overload"]
                lines += self._signature(operation.id, positional, named, answer, {"dry_run": kind})
                lines[-1] += " ..."
                lines += [""]
            result = f"{result} | models.{plan}"
        if len(required) > 1:
            lines += [f"    @refuses_ellipsis({', '.join(repr(name).replace(chr(39), chr(34)) for name in required)})"]
        lines += self._signature(operation.id, positional, named, result, {})
        lines += self._docstring(operation, positional + named, required)
        lines += self._call(operation, arguments)
        wait = "await " if self.asynchronous else ""
        if plan:
            lines += [
                "        if dry_run is True:",
                f"            return {wait}self._one(call, models.{plan}, options)",
            ]
        lines += [f"        return {wait}{call_result}"]
        alias = ALIASES.get(operation.id)
        if alias:
            lines += ["", *self._alias(operation, alias, positional, named, result)]
        return lines

    def _alias(
        self, operation: Operation, alias: str, positional: list[Argument], named: list[Argument], result: str
    ) -> list[str]:
        lines = self._signature(alias, positional, named, result, {})
        lines += docstring(f"The same as `{operation.id}`.", 8)
        values = [*(f"{argument.name}={argument.name}" for argument in positional + named), "options=options"]
        wait = "await " if self.asynchronous else ""
        return [*lines, f"        return {wait}self.{operation.id}({', '.join(values)})"]

    def _arguments(self, operation: Operation) -> list[Argument]:
        arguments: list[Argument] = []
        body = self._body_fields(operation)
        sent = {wire for wire, _, _ in body}
        for parameter in operation.parameters:
            wire, place, schema = parameter["name"], parameter["in"], parameter["schema"]
            if wire == "If-None-Match" or (place == "query" and wire in sent):
                continue
            name = operation.path_name(wire) if place == "path" else python_name(wire)
            kind = self.types.argument_type(schema)
            if place == "query" and schema.get("type") == "array":
                kind = f"{self.types.argument_type(schema['items'])} | {kind}"
            if place != "path" and not parameter.get("required") and not kind.endswith("None"):
                kind += " | None"
            text = described(parameter) or name
            arguments.append(Argument(name, wire, place, kind, bool(parameter.get("required")), text))
        if operation.schemes == {TEST_SCHEME}:
            text = "What `X-Test-Secret` has to say, such as `test-secret-key`."
            arguments.append(Argument("test_secret", "X-Test-Secret", "header", "str", True, text))
        for wire, schema, required in body:
            name = f"{operation.kind}_ids" if wire == "ids" and operation.kind else python_name(wire)
            kind = self.types.argument_type(schema)
            if wire == "ids":
                kind, required = "Sequence[str]", True  # noqa: PLW2901
            arguments.append(Argument(name, wire, "body", kind, required, described(schema) or name))
        if operation.id in WHOLE_BODIES and operation.body:
            name = WHOLE_BODIES[operation.id]
            kind = self.types.argument_type(operation.body)
            arguments.append(Argument(name, name, "whole", kind, True, described(self.api.resolve(operation.body))))
        return arguments

    def _body_fields(self, operation: Operation) -> list[tuple[str, Json, bool]]:
        if operation.body is None or operation.id in WHOLE_BODIES:
            return []
        properties, required = self.api.properties(self.api.resolve(operation.body))
        order = BODY_ORDER.get(name_of(operation.body) if "$ref" in operation.body else "")
        if order:
            other = [f"{kind}_ids" for kind in KINDS]
            unknown = set(properties) - set(order) - set(other)
            order = [*order, *sorted(unknown)]
        else:
            order = [*required, *(name for name in properties if name not in required)]
        return [(name, properties[name], name in required) for name in order if name in properties]

    def _ordered(self, operation: Operation, arguments: list[Argument]) -> tuple[list[Argument], list[Argument]]:
        """The arguments that may be given by position, in the guide's order, and those that have to be named."""
        by_name = {argument.name: argument for argument in arguments}
        names = [argument.name for argument in arguments if argument.place == "path"]
        names += [argument.name for argument in arguments if argument.required and argument.name not in names]
        verb = operation.id.split("_")[0]
        if operation.kind and operation.id == f"list_{KINDS[operation.kind]}":
            names += ["marketplace_type", "capability", "min_rating"]
        elif operation.kind and verb in ("install", "uninstall", "bulk"):
            names += ["target_tenant_id"]
        elif operation.id == "create_webhook":
            names += ["secret"]
        positional = [by_name[name] for name in names]
        return positional, [argument for argument in arguments if argument.name not in names]

    def _signature(
        self,
        name: str,
        positional: list[Argument],
        named: list[Argument],
        result: str,
        replaced: dict[str, str],
    ) -> list[str]:
        define = "async def" if self.asynchronous else "def"
        lines = [f"    {define} {name}(", "        self,"]
        for argument in positional:
            lines += [f"        {declared(argument)},"]
        lines += ["        *,"]
        for argument in named:
            kind = replaced.get(argument.name)
            lines += [f"        {argument.name}: {kind}," if kind else f"        {declared(argument)},"]
        return [*lines, f"        {OPTIONS},", f"    ) -> {result}:"]

    def _docstring(self, operation: Operation, arguments: list[Argument], required: list[str]) -> list[str]:
        summary = operation.described.get("summary", operation.id).rstrip(".") + "."
        text = summary + "\n\n" + operation.described.get("description", "")
        entries = [(argument.name, argument.description) for argument in arguments]
        entries.append(("options", "How this call is made: timeout, retries, idempotency key, headers, tenant."))
        refusals = [(f"HTTP {status}", reason) for status, reason in operation.refusals]
        sections = [("Args", entries)]
        raised = "; ".join(f"{status}, {reason.strip().rstrip('.')}" for status, reason in refusals)
        if raised or required:
            sections.append(("Raises", [("MarketplaceError", (raised or "The server refused it") + ".")]))
        return docstring(text, 8, sections)

    def _call(self, operation: Operation, arguments: list[Argument]) -> list[str]:
        lines = ["        call = Call(", f'            "{operation.method}",', f'            "{operation.template}",']
        for place, keyword in (("path", "path"), ("query", "query"), ("body", "body"), ("header", "headers")):
            chosen = [argument for argument in arguments if argument.place == place]
            if not chosen and not (place == "body" and operation.body and operation.id not in WHOLE_BODIES):
                continue
            lines += [f"            {keyword}={{"]
            for argument in chosen:
                key = argument.name if place == "path" else argument.wire
                lines += [f'                "{key}": {argument.name},']
            lines += ["            },"]
        if operation.id in WHOLE_BODIES:
            lines += [f"            body={WHOLE_BODIES[operation.id]},"]
        if operation.schemes == {TEST_SCHEME}:
            lines += ["            anonymous=True,"]
        needed = [argument for argument in arguments if argument.required and argument.place != "path"]
        if needed:
            entries = ", ".join(f'"{argument.name}": {argument.name}' for argument in needed)
            lines += [f"            required={{{entries}}},"]
        return [*lines, "        )"]

    def _result(self, operation: Operation) -> tuple[str, str]:
        """The method's return type, and the expression that makes the call."""
        content = operation.answer
        if content is None:
            return "None", "self._none(call, options)"
        if "application/json" not in content:
            return "RawResponse", "self._raw(call, options)"
        schema, _ = nullable(content["application/json"].get("schema", {}))
        if "$ref" in schema:
            name = name_of(schema)
            if name.startswith(PAGE):
                item = f"models.{name.removeprefix(PAGE)}"
                return f"{self.page}[{item}]", f"self._page(call, {item}, options)"
            return f"models.{name}", f"self._one(call, models.{name}, options)"
        items = schema.get("items", {})
        if schema.get("type") == "array" and "$ref" in items:
            name = name_of(items)
            return f"list[models.{name}]", f"self._many(call, models.{name}, options)"
        return "Any", "self._json(call, options)"


def declared(argument: Argument) -> str:
    """An argument in a signature."""
    if argument.required:
        return f"{argument.name}: {argument.kind}"
    kind = argument.kind.removesuffix(" | None")
    none = " | None" if kind != argument.kind else ""
    return f"{argument.name}: {kind} | NotGiven{none} = ..."
