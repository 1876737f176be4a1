"""What every group of keywords has: the rig it works on, and the boards of that rig."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from digitrig.robot.rig import OpenBoard, Rig

if TYPE_CHECKING:
    from digitrig.board import Board


class Component:
    """A group of keywords; methods marked with `@keyword` become keywords of the library."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig

    @property
    def current(self) -> OpenBoard:
        """The open board that keywords work on."""
        return self.rig.current

    @property
    def board(self) -> Board:
        """Its `digitrig.board.Board`."""
        return self.rig.current.board


def milliseconds(time: timedelta) -> float:
    """A Robot time in milliseconds of virtual time."""
    return time / timedelta(milliseconds=1)
