"""Writes src/atom_marketplace/_generated/ and REFERENCE.md from openapi.json; --check says whether they are fresh.

Needs Python alone. `python sdks/python/scripts/generate.py [--check]`
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from operations_writer import OperationsWriter
from reference_writer import ReferenceWriter
from schema import load
from types_writer import TypesWriter

PACKAGE = Path(__file__).resolve().parents[1]
GENERATED = "src/atom_marketplace/_generated"


def files() -> dict[str, str]:
    """The text of every generated file, by its path from here."""
    api = load()
    types = TypesWriter(api)
    written = {
        "REFERENCE.md": ReferenceWriter(api, types).text(),
        f"{GENERATED}/__init__.py": '"""What scripts/generate.py makes from openapi.json."""\n',
        f"{GENERATED}/models.py": types.models(),
        f"{GENERATED}/params.py": types.params(),
    }
    for folder, asynchronous in (("sync", False), ("asyncio", True)):
        for name, text in OperationsWriter(api, types, asynchronous=asynchronous).files().items():
            written[f"{GENERATED}/{folder}/{name}"] = text
    return written


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print(__doc__)
        return 2
    wanted = files()
    there = [*(PACKAGE / GENERATED).rglob("*.py"), *PACKAGE.glob("REFERENCE.md")]
    found = {path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8") for path in there}
    stale = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if arguments == ["--check"]:
        for name in stale:
            print(f"sdks/python/{name} is out of date: run sdks/python/scripts/generate.py")
        return 1 if stale else 0
    for name in stale:
        path = PACKAGE / name
        if name in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[name], encoding="utf-8")
        else:
            path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
