"""What the log gets when a keyword fails: the board's time, registers, console tail and the engine's own notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.api import logger

from digitrig.protocols import PS_PER_MS
from digitrig.robot.rig import OpenBoard, Rig

if TYPE_CHECKING:
    from digitrig.board import Board

CONSOLE_TAIL = 25
NOTES_TAIL = 10


class Attachments:
    """Adds a board's state to Robot's log, once per test and moment, and never while it is adding already."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._busy = False
        self._done: set[tuple[str, int]] = set()

    def new_test(self) -> None:
        """Forget what earlier tests attached."""
        self._done.clear()

    def add(self, opened: OpenBoard | None = None) -> None:
        """Attach the state of a board (default: the current one) unless this moment of its life is in the log."""
        if self._busy or (opened is None and not self._rig.has_board):
            return
        opened = opened or self._rig.current
        self._busy = True
        try:
            moment = (opened.alias, opened.board.machine.clock.now_ps)
            if moment not in self._done:
                self._done.add(moment)
                logger.info(describe(opened.alias, opened.board))
                self._add_screen(opened)
        except Exception as error:  # the failure of the keyword matters, not this one
            logger.info(f"the state of {opened.alias} could not be read: {error}")
        finally:
            self._busy = False

    @staticmethod
    def _add_screen(opened: OpenBoard) -> None:
        """The picture on the LCD, where there is one."""
        from digitrig.robot.keywords.glass import picture_html

        display = opened.board.machine.display
        if display is not None and display.on:
            logger.info(picture_html(display.frame(), f"LCD of {opened.alias}"), html=True)


def describe(alias: str, board: Board) -> str:
    """Virtual time, registers, the end of the console and what the engine noticed, as text."""
    clock = board.machine.clock
    registers = board.registers()
    parts = [
        f"{alias} at {clock.now_ps / PS_PER_MS:.6f} ms, {clock.instructions:,} instructions",
        "registers: " + "  ".join(f"{name} 0x{value:08x}" for name, value in registers.items()),
        f"last {CONSOLE_TAIL} console lines:",
        *board.console_tail(CONSOLE_TAIL),
    ]
    notes = board.log()[-NOTES_TAIL:]
    if notes:
        parts += ["the engine noticed:", *(board.describe(note) for note in notes)]
    return "\n".join(parts)
