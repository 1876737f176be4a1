"""Boards with our firmware on them. A test says `BOARDS` and runs on each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from digitrig.board import Board
from digitrig.platform import board_names


@pytest.fixture(scope="module", params=board_names())
def name(request: pytest.FixtureRequest) -> str:
    """Name of a board; a test module runs once on each."""
    return str(request.param)


@pytest.fixture(scope="module")
def started(name: str) -> Iterator[tuple[Board, object]]:
    """A board at `ready` and its snapshot there."""
    with Board(name) as board:
        board.start()
        yield board, board.snapshot()


@pytest.fixture
def board(started: tuple[Board, object]) -> Board:
    """A board at `ready`, brought back there for each test."""
    opened, snapshot = started
    opened.restore(snapshot)  # type: ignore[arg-type]
    return opened
