"""Settings that every test shares, and the figures that some of them report."""

from __future__ import annotations

import pytest
from hypothesis import settings

# Two runs of the suite give the same result: no random seed, no data base of earlier examples, no wall time.
settings.register_profile("digitrig", derandomize=True, deadline=None, database=None)
settings.load_profile("digitrig")


# Of a test that is the same on every board, the quick run takes one board of each core, the long run all.
QUICK_BOARDS = {"frdm_ke16z", "mimxrt1060_evk"}
OTHER_BOARDS = {"frdm_ke02z40m", "frdm_k32l2b", "frdm_kv11z", "lpc845_brk"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark a test on one of the other boards `long` if it runs on both boards of the quick run too."""
    boards: dict[str, set[str]] = {}
    for item in items:
        boards.setdefault(_test_of(item), set()).update(_boards_of(item))
    for item in items:
        if _boards_of(item) & OTHER_BOARDS and boards[_test_of(item)] >= QUICK_BOARDS:
            item.add_marker(pytest.mark.long)


def _test_of(item: pytest.Item) -> str:
    return item.nodeid.split("[", 1)[0]


def _boards_of(item: pytest.Item) -> set[str]:
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    return {value for value in parameters.values() if isinstance(value, str)} & (QUICK_BOARDS | OTHER_BOARDS)


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
