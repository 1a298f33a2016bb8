"""openapi.json as the generator sees it: schemas, operations, and what Python calls them."""

from __future__ import annotations

import json
import keyword
import re
from pathlib import Path
from typing import Any

Json = dict[str, Any]

METHODS = ("get", "post", "put", "patch", "delete")
ROOT = Path(__file__).resolve().parents[3]
KINDS = {"agent": "agents", "skill": "skills", "canvas": "canvases", "domain": "domains"}


class Api:
    """The whole description."""

    def __init__(self, document: Json) -> None:
        self.schemas: dict[str, Json] = document["components"]["schemas"]
        self.operations = [
            Operation(method, path, item[method])
            for path, item in document["paths"].items()
            for method in METHODS
            if method in item
        ]
        # An answer that never ends needs a method written by hand.
        self.operations = [
            operation for operation in self.operations if "text/event-stream" not in (operation.answer or ())
        ]

    def resolve(self, schema: Json) -> Json:
        """The schema that a reference names."""
        return self.schemas[name_of(schema)] if "$ref" in schema else schema

    def properties(self, schema: Json) -> tuple[dict[str, Json], list[str]]:
        """An object's own properties and which are required; those of what it extends are its base class's."""
        if "allOf" in schema:
            properties: dict[str, Json] = {}
            required: list[str] = []
            for part in schema["allOf"]:
                if "$ref" not in part:
                    properties |= part.get("properties", {})
                    required += part.get("required", [])
            return properties, required
        return schema.get("properties", {}), schema.get("required", [])

    def bases(self, schema: Json) -> list[str]:
        """The schemas that an object extends."""
        return [name_of(part) for part in schema.get("allOf", []) if "$ref" in part]

    def reachable(self, roots: list[Json]) -> set[str]:
        """The names of all schemas that these refer to, directly or not."""
        found: set[str] = set()
        waiting: list[Any] = list(roots)
        while waiting:
            node = waiting.pop()
            if isinstance(node, list):
                waiting += node
            elif isinstance(node, dict):
                if "$ref" in node and (name := name_of(node)) not in found:
                    found.add(name)
                    waiting.append(self.schemas[name])
                waiting += [value for key, value in node.items() if key not in ("example", "examples", "$ref")]
        return found


class Operation:
    """One operation, with its arguments under the names they have in Python."""

    def __init__(self, method: str, path: str, described: Json) -> None:
        self.method = method.upper()
        self.path = path
        self.described = described
        self.id: str = described["operationId"]
        # What all operations share is referred to, and is the client's to send.
        self.parameters: list[Json] = [p for p in described.get("parameters", []) if "$ref" not in p]
        content = described.get("requestBody", {}).get("content", {})
        self.body: Json | None = content.get("application/json", {}).get("schema")

    @property
    def kind(self) -> str | None:
        """The kind of component it is about, if its path names one."""
        found = re.match(r"/api/(\w+)-marketplace/", self.path)
        return found[1] if found else None

    @property
    def group(self) -> str:
        """The file it belongs in."""
        if self.kind:
            return KINDS[self.kind]
        segment = self.path.removeprefix("/api/").split("/")[0]
        return GROUPS.get(segment, segment.strip(".").replace("-", "_") or "root")

    @property
    def template(self) -> str:
        """The path under the base URL, with Python's names; `//…` is under the server's root."""
        path = re.sub(r"\{(\w+)\}", lambda found: "{" + self.path_name(found[1]) + "}", self.path)
        return path.removeprefix("/api") if path.startswith("/api/") else "/" + path

    def path_name(self, name: str) -> str:
        """What a value of the path is called in Python: `id` alone says too little."""
        if name not in ("id", "did"):
            return name
        if self.kind and name == "id":
            return f"{self.kind}_id"
        before = self.path.split("/{" + name + "}")[0].rsplit("/", 1)[-1]
        return f"{singular(before)}_id" if "}" not in before else "component_id"

    @property
    def answer(self) -> Json | None:
        """What it answers when all is well; None for nothing."""
        for status in ("201", "200", "202"):
            content = self.described["responses"].get(status, {}).get("content", {})
            if content:
                return content  # type: ignore[no-any-return]
        return None

    @property
    def schemes(self) -> set[str]:
        """The credentials that it takes."""
        return {name for scheme in self.described.get("security", []) for name in scheme}

    @property
    def refusals(self) -> list[tuple[str, str]]:
        """The statuses it may be refused with, and why."""
        responses: Json = self.described["responses"]
        own = [(status, response) for status, response in responses.items() if "$ref" not in response]
        return [(status, response["description"]) for status, response in own if status >= "400"]


GROUPS = {
    "search": "catalog",
    "tokens": "account",
    "usage": "account",
    "tenant": "account",
    "events": "webhooks",
    "test": "testing",
    ".well-known": "federation",
}


def load() -> Api:
    """Reads openapi.json."""
    return Api(json.loads((ROOT / "openapi.json").read_text(encoding="utf-8")))


def name_of(schema: Json) -> str:
    """The name in a reference."""
    return str(schema["$ref"].rsplit("/", 1)[-1])


def singular(word: str) -> str:
    """`deliveries` → `delivery`, `keys` → `key`, `canvases` → `canvas`."""
    kinds = {collection: kind for kind, collection in KINDS.items()}
    if word in kinds:
        return kinds[word]
    return re.sub(r"ies$", "y", word) if word.endswith("ies") else word.removesuffix("s")


def python_name(name: str) -> str:
    """A name that Python accepts: `If-Match` → `if_match`, `from` → `from_`."""
    name = name.replace("-", "_").lower()
    return f"{name}_" if keyword.iskeyword(name) else name


def is_enum(schema: Json) -> bool:
    """Whether it is one of some strings."""
    return "enum" in schema


def nullable(schema: Json) -> tuple[Json, bool]:
    """The schema without null, and whether null was allowed."""
    kinds = schema.get("type")
    if isinstance(kinds, list):
        rest = [kind for kind in kinds if kind != "null"]
        return {**schema, "type": rest[0] if len(rest) == 1 else rest}, "null" in kinds
    for combination in ("oneOf", "anyOf"):
        options = schema.get(combination, [])
        rest_options = [option for option in options if option.get("type") != "null"]
        if len(rest_options) == 1 and len(options) == 2:
            return {"description": schema.get("description", ""), **rest_options[0]}, True
    return schema, False
