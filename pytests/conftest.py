"""Settings that every test shares, and the figures that some of them report."""

from __future__ import annotations

import pytest
from hypothesis import settings

# Two runs of the suite give the same result: no random seed, no data base of earlier examples, no wall time.
settings.register_profile("digitrig", derandomize=True, deadline=None, database=None)
settings.load_profile("digitrig")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have recorded with `record_property("summary", text)`, whichever worker ran them."""
    reports = terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", [])
    lines = [
        str(text)
        for report in reports
        for name, text in getattr(report, "user_properties", [])
        if name == "summary" and report.when == "call"
    ]
    if lines:
        terminalreporter.section("figures")
        for line in sorted(lines):
            terminalreporter.write_line(line)
