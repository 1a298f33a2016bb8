"""Writes src/atom_marketplace/_generated/ from openapi.json, or with --check says whether it is up to date.

Needs Python alone. `python sdks/python/scripts/generate.py [--check]`
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from operations_writer import OperationsWriter
from schema import load
from types_writer import TypesWriter

TARGET = Path(__file__).resolve().parents[1] / "src" / "atom_marketplace" / "_generated"


def files() -> dict[str, str]:
    """The text of every generated file, by its path under the target."""
    api = load()
    types = TypesWriter(api)
    written = {
        "__init__.py": '"""What scripts/generate.py makes from openapi.json."""\n',
        "models.py": types.models(),
        "params.py": types.params(),
    }
    for folder, asynchronous in (("sync", False), ("asyncio", True)):
        for name, text in OperationsWriter(api, types, asynchronous=asynchronous).files().items():
            written[f"{folder}/{name}"] = text
    return written


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print(__doc__)
        return 2
    wanted = files()
    found = {path.relative_to(TARGET).as_posix(): path.read_text(encoding="utf-8") for path in TARGET.rglob("*.py")}
    stale = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if arguments == ["--check"]:
        for name in stale:
            print(f"{TARGET.name}/{name} is out of date: run sdks/python/scripts/generate.py")
        return 1 if stale else 0
    for name in stale:
        path = TARGET / name
        if name in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[name], encoding="utf-8")
        else:
            path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
