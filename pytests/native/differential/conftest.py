"""Prints what the differential tests have counted, whichever worker ran them."""

from __future__ import annotations

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = [
        str(text)
        for report in terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", [])
        for name, text in getattr(report, "user_properties", [])
        if name == "summary" and report.when == "call"
    ]
    if lines:
        terminalreporter.section("core against Unicorn")
        for line in lines:
            terminalreporter.write_line(line)
