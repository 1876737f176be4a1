"""Boards with our apps on them, at `ready`; a test gets a board back in that state."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from digitrig.board import Board, BoardSnapshot
from digitrig.resources import firmware_dir

EVK = "mimxrt1060_evk"
Area = tuple[int, int, int, int]


def areas(app: str) -> dict[str, Area]:
    """(x, y, width, height) of what is on an app's screen, by name."""
    text = (firmware_dir() / "apps" / app / "screen.def").read_text()
    rows = re.findall(r"^AREA\((\w+), (\d+), (\d+), (\d+), (\d+)\)$", text, re.MULTILINE)
    return {name: (int(x), int(y), int(width), int(height)) for name, x, y, width, height in rows}


class Screen:
    """A board with a screen, and what a user does to it."""

    def __init__(self, board: Board, app: str) -> None:
        self.board, self.areas = board, areas(app)

    def tap(self, name: str) -> None:
        x, y, width, height = self.areas[name]
        self.board.tap(x + width // 2, y + height // 2)
        self.board.run_for(60)

    def new_lines(self, act: object, *arguments: object) -> list[str]:
        """The console lines that something brings about."""
        before = len(self.board.lines())
        act(*arguments)  # type: ignore[operator]
        return [text for _, text in self.board.lines()[before:]]


def start_screen(app: str) -> Iterator[tuple[Board, BoardSnapshot]]:
    """A board whose touch panel is awake."""
    with Board(EVK, app=app) as board:
        board.start()
        board.run_for(400)
        yield board, board.snapshot()


@pytest.fixture(scope="module")
def touch_started() -> Iterator[tuple[Board, BoardSnapshot]]:
    yield from start_screen("touch")


@pytest.fixture
def touch(touch_started: tuple[Board, BoardSnapshot]) -> Screen:
    """The touch app."""
    board, snapshot = touch_started
    board.restore(snapshot)
    return Screen(board, "touch")


@pytest.fixture(scope="module")
def lock_started() -> Iterator[tuple[Board, BoardSnapshot]]:
    yield from start_screen("lock")


@pytest.fixture
def lock(lock_started: tuple[Board, BoardSnapshot]) -> Screen:
    """The lock app on the screen, without a PIN."""
    board, snapshot = lock_started
    board.restore(snapshot)
    return Screen(board, "lock")
