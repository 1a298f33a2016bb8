"""The README's samples, in their order, as they stand but for the server's address."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import Server

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
SAMPLES = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


def test_the_samples_run(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(SAMPLES) == README.count("```python") > 7
    names: dict[str, Any] = {"__name__": "readme"}
    for number, sample in enumerate(SAMPLES):
        code = sample.replace("http://127.0.0.1:8080", server.root)
        exec(compile(code, f"<README sample {number + 1}>", "exec"), names)
    said = capsys.readouterr().out
    assert "installed 1.0.0" in said
    assert "there is no agent no-such-agent" in said
    assert "test-agent acme" in said
    assert "signed by ins_" in said
    assert len(names["ids"]) == names["page"].total


def test_the_samples_are_typed(tmp_path: Path) -> None:
    """As a user's own program: against the package as it is installed."""
    (tmp_path / "readme.py").write_text("\n".join(SAMPLES), encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "readme.py"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
