"""The pytest face: a `board` fixture, the marker `board`, and the end of the console in the report of a failed test."""

from digitrig.pytest_plugin.plugin import (
    board,
    pytest_addoption,
    pytest_configure,
    pytest_generate_tests,
    pytest_report_header,
    pytest_runtest_makereport,
)

__all__ = [
    "board",
    "pytest_addoption",
    "pytest_configure",
    "pytest_generate_tests",
    "pytest_report_header",
    "pytest_runtest_makereport",
]
