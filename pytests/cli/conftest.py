"""The command line as the tests call it: in this process, stdout and stderr apart."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from digitrig.cli.app import app


@dataclass(frozen=True)
class Outcome:
    """What a command printed and returned."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on stdout; fails if there is anything else."""
        found: dict[str, Any] = json.loads(self.out)
        return found


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Outcome]:
    """Calls `digitrig ARGUMENTS`, without what the machine's environment would choose; runs land in a folder of the
    test."""
    monkeypatch.delenv("DIGITRIG_ENGINE", raising=False)
    monkeypatch.setenv("DIGITRIG_RESULTS", str(tmp_path / "results"))

    def call(*arguments: object) -> Outcome:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            app([str(argument) for argument in arguments])
        return Outcome(int(ended.value.code or 0), out.getvalue(), err.getvalue())

    return call


@pytest.fixture
def firmware_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes bytes to a file of the given name and returns its path."""

    def write(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write
