"""What tests of apps with a screen share."""

from __future__ import annotations

from collections.abc import Callable

from digitrig.board import Board
from digitrig.screen import area_of, middle_of

EVK = "mimxrt1060_evk"


class Screen:
    """A board with an app on its screen, and what a user does to it."""

    def __init__(self, board: Board, app: str) -> None:
        self.board, self.app = board, app

    def area(self, name: str) -> tuple[int, int, int, int]:
        """(x, y, width, height) in pixels of what the app calls so."""
        return area_of(self.app, name)

    def tap(self, name: str) -> None:
        """Push a button and let the screen follow."""
        self.board.tap(*middle_of(self.area(name)))
        self.board.run_for(60)

    def new_lines(self, act: Callable[..., object], *arguments: object) -> list[str]:
        """The console lines that something brings about."""
        before = len(self.board.lines())
        act(*arguments)
        return [text for _, text in self.board.lines()[before:]]
