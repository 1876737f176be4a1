"""The pytest face: the fixture `board`, the markers `board` and `budget`, and the console of a test that failed."""

from digitrig.pytest_plugin.plugin import (
    board,
    pytest_addoption,
    pytest_configure,
    pytest_generate_tests,
    pytest_pyfunc_call,
    pytest_report_header,
    pytest_runtest_makereport,
)

__all__ = [
    "board",
    "pytest_addoption",
    "pytest_configure",
    "pytest_generate_tests",
    "pytest_pyfunc_call",
    "pytest_report_header",
    "pytest_runtest_makereport",
]
