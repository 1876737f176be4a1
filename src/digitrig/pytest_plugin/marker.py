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
