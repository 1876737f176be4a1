"""A program named renode that is the stand-in."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from digitrig.engines.renode.locate import RenodeInstallation
from digitrig.engines.renode.process import RenodeProcess

Start = Callable[..., RenodeProcess]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    file = tmp_path / "bin" / "renode"
    file.parent.mkdir()
    file.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__).parent / "fake_renode.py"}" "$@"\n')
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


@pytest.fixture
def start(program: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """start(trouble..., start_limit_s=...) -> RenodeProcess; all are ended."""
    started: list[RenodeProcess] = []

    def begin(start_limit_s: float = 30.0, **trouble: object) -> RenodeProcess:
        monkeypatch.setenv("FAKE_RENODE", json.dumps(trouble))
        started.append(RenodeProcess(RenodeInstallation(program, "test"), start_limit_s))
        return started[-1]

    yield begin
    for process in started:
        process.close()
