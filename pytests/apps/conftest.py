"""Boards with an app on their screen, the touch panel awake; a test gets a board back in that state."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from app_screen import EVK, Screen

from digitrig.board import Board, BoardSnapshot


@pytest.fixture(scope="module")
def touch_started() -> Iterator[tuple[Board, BoardSnapshot]]:
    with Board(EVK, app="touch") as board:
        board.start()
        board.run_for(400)
        yield board, board.snapshot()


@pytest.fixture
def touch(touch_started: tuple[Board, BoardSnapshot]) -> Screen:
    """The touch app."""
    board, snapshot = touch_started
    board.restore(snapshot)
    return Screen(board, "touch")
