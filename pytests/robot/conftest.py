"""Small Robot suites, written and run by a test."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import robot
from robot.api import ExecutionResult

SETTINGS = """*** Settings ***
Library    digitrig.robot.DigitRig{arguments}
{more}
"""


@dataclass(frozen=True)
class Run:
    """Results of a suite: test name -> (status, message), and all that was logged."""

    tests: dict[str, tuple[str, str]]
    log: str

    @property
    def only(self) -> tuple[str, str]:
        """Status and message of the one test."""
        ((status, message),) = self.tests.values()
        return status, message


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Runs the text of a suite without its settings table and returns what came of it."""
    monkeypatch.delenv("DIGITRIG_ENGINE", raising=False)

    def run(body: str, *, arguments: str = "", settings: str = "", **options: Any) -> Run:
        if "***" not in body:
            body = f"*** Test Cases ***\nThe Test\n{body}"
        source = tmp_path / "suite.robot"
        source.write_text(SETTINGS.format(arguments=arguments, more=settings) + body, encoding="utf-8")
        output = tmp_path / "output.xml"
        quiet = {"stdout": io.StringIO(), "stderr": io.StringIO()}
        robot.run(str(source), output=str(output), log="NONE", report="NONE", loglevel="TRACE", **quiet, **options)
        result = ExecutionResult(str(output))
        tests = {test.name: (test.status, test.message) for test in result.suite.all_tests}
        return Run(tests, output.read_text(encoding="utf-8"))

    return run
