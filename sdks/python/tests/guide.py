"""The Python samples of the integration guide, taken from its own text.

That text has lost its indentation, and the line break after each sample: what follows is glued to its last line. Only
these are put back. A `Sample` says where one is and how far its lines are indented, and never what they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

TEXT = Path(__file__).resolve().parents[3].parent / "shared" / "guide" / "integration-guide-v13.txt"


class Sample(NamedTuple):
    """One sample.

    Attributes:
        name: What the tests call it.
        heading: The end of the line before it.
        until: What the text goes on with, glued to the sample's last line.
        indents: How far each line is indented, a digit for each, in steps of four.
    """

    name: str
    heading: str
    until: str
    indents: str


SAMPLES = [
    Sample("tenant headers", "All marketplace operations require tenant context:", "// TypeScript", "00110"),
    Sample("federation headers", "For federation protocol, use federation key:", "// TypeScript", "00110"),
    Sample("admin headers", "For testing and administrative operations:", "**⚠️ SECURITY WARNING", "0010"),
    Sample("python client", "Python Client", "TypeScript Client", "00111000111000110"),
    Sample("publish an agent", "Publishing Agents", "// TypeScript", "000001111111110"),
    Sample("publish a skill", "Publishing Skills", "Publishing Canvases", "00111111110"),
    Sample("publish a canvas", "Publishing Canvases", "Publishing Domains", "0011111110"),
    Sample("publish a domain", "Publishing Domains", "Approval Workflow", "0011111110"),
    Sample("install an agent", "Installing Agents", "// TypeScript", "000001111232233210"),
    Sample("install a skill", "Installing Skills", "Installing Canvases", "001110"),
    Sample("install a canvas", "Installing Canvases", "Installation Validation", "001110"),
    Sample("create a webhook", "about marketplace events:", "// TypeScript", "000001110"),
    Sample("verify a webhook", "Verifying Webhook Signatures", "// TypeScript", "0000122211"),
    Sample("rate limits", "Handling Rate Limits", "// TypeScript", "0000001221233323"),
    Sample("pagination", "1. Use Pagination for Large Lists", "2. Cache Component Metadata", "00000122211121"),
    Sample("cache", "2. Cache Component Metadata", "3. Use Bulk Operations", "0000011"),
    Sample("bulk", "3. Use Bulk Operations", "4. Monitor Usage", "000100"),
    Sample("usage", "4. Monitor Usage", "---", "0000000"),
    Sample("errors", "Error Handling Examples", "// TypeScript", "000111000101010101"),
    Sample("initialization", "**Initialization:**", "**Key Methods:**", "001110"),
    Sample("tests", "Integration Tests", "// TypeScript", "00000122210111012211"),
]


class Restored(NamedTuple):
    """A sample as Python."""

    name: str
    printed: str
    code: str


def restore(text: str) -> list[Restored]:
    """All samples of the guide's text, in its order."""
    found = []
    position = 0
    for sample in SAMPLES:
        start = text.index(f"{sample.heading}\n", position) + len(sample.heading) + 1
        position = text.index(sample.until, start)
        printed = text[start:position].rstrip("\n")
        lines = printed.split("\n")
        if len(lines) != len(sample.indents):
            raise ValueError(f"{sample.name}: {len(lines)} lines, {len(sample.indents)} indents\n{printed}")
        code = "\n".join(" " * 4 * int(depth) + line for depth, line in zip(sample.indents, lines, strict=True))
        found.append(Restored(sample.name, printed, code + "\n"))
    return found


def squeezed(text: str) -> str:
    """The text without any white space."""
    return "".join(text.split())
