"""How long modules take to import, each in fresh interpreters: milliseconds over a bare start, the median of many.

`python import_time.py atom_marketplace:MarketplaceClient openai:OpenAI stripe:StripeClient`
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 15


def start(code: str) -> float:
    """Seconds for an interpreter that runs this."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-I", "-c", code], check=True)
    return time.perf_counter() - began


def main(wanted: list[str]) -> int:
    if not wanted:
        print(__doc__)
        return 2
    statements = {}
    for name in wanted:
        module, _, attribute = name.partition(":")
        statements[name] = f"from {module} import {attribute}"
    times: dict[str, list[float]] = {name: [] for name in statements}
    bare: list[float] = []
    # In turns, so that whatever else the machine does concerns all of them.
    for _ in range(RUNS):
        bare.append(start("pass"))
        for name, statement in statements.items():
            times[name].append(start(statement))
    for name, taken in times.items():
        print(f"{name.partition(':')[0]}: {(statistics.median(taken) - statistics.median(bare)) * 1000:.0f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
