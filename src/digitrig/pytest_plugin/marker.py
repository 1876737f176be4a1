"""The marker `board(name, ..., app=, model=, weights=, elf=, address=)` and the check of its arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from digitrig.errors import UnknownNameError

OPTIONS = ("app", "model", "weights", "elf", "address")
MARKER = (
    "board(name, ..., app='console', model='an13438', weights='flash', elf=None, address=None): "
    "run the test on this emulated board, or once on each of several; the fixture `board` is that board."
)
BUDGET_OPTIONS = ("tolerance", "baseline")
BUDGET_MARKER = (
    "budget(tolerance=None, baseline=None): after the test, flash, RAM, stack, cycles and instructions of its board's "
    "firmware must not have grown since the baseline; tolerance in per cent, default: that of the file."
)


@dataclass(frozen=True)
class Request:
    """What a test asks of its `board` fixture: the board's name and the arguments of `digitrig.board.Board`."""

    name: str
    options: dict[str, Any] = field(default_factory=dict)


def requests_of(marks: Sequence[pytest.Mark]) -> list[Request]:
    """The boards that a test is to run on; the marker nearest to the test decides.

    Raises pytest.UsageError with the allowed arguments when the marker has none, wrong or unknown ones.
    """
    if not marks:
        return []
    mark = marks[0]
    if not mark.args or not all(isinstance(name, str) for name in mark.args):
        raise pytest.UsageError(f"@pytest.mark.board takes board names as text, found {mark.args!r}; {MARKER}")
    for name in mark.kwargs:
        if name not in OPTIONS:
            raise pytest.UsageError(f"@pytest.mark.board: {UnknownNameError('argument', name, OPTIONS)}")
    return [Request(name, dict(mark.kwargs)) for name in mark.args]


def budget_options(mark: pytest.Mark) -> dict[str, Any]:
    """The arguments of a marker `budget`. Raises pytest.UsageError with the allowed ones."""
    if mark.args:
        raise pytest.UsageError(f"@pytest.mark.budget takes arguments by name, found {mark.args!r}; {BUDGET_MARKER}")
    for name in mark.kwargs:
        if name not in BUDGET_OPTIONS:
            raise pytest.UsageError(f"@pytest.mark.budget: {UnknownNameError('argument', name, BUDGET_OPTIONS)}")
    tolerance = mark.kwargs.get("tolerance")
    if tolerance is not None and not isinstance(tolerance, (int, float)):
        raise pytest.UsageError(f"@pytest.mark.budget: tolerance {tolerance!r} is no number of per cent")
    return dict(mark.kwargs)
