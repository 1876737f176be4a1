"""Draw on the emulated boards and save what their LCDs show: `docs/screens/<name>.png`.

    python scripts/screens.py [FOLDER]

The pictures of README and docs are made by this, and a test compares them with what it gives. Needs the firmware
(`digitrig build mimxrt1060_evk`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from digitrig.board import Board
from digitrig.digits import ink, on_glass
from digitrig.resources import root
from digitrig.screen import area_of, middle_of

BOARD = "mimxrt1060_evk"
AWAKE_MS = 400  # the touch panel needs 300
DIGIT_MS = 900  # what the lock waits before it takes a digit, and a frame


def draw(board: Board, digit: int, style: str | int = 0) -> None:
    """A digit into the input area, the finger lifted."""
    board.touch_strokes(on_glass(ink(digit, style), area_of(board.app, "input")))
    board.run_for(60)


def tap(board: Board, button: str) -> None:
    """Push a button and let the LCD follow."""
    board.tap(*middle_of(area_of(board.app, button)))
    board.run_for(80)


def enter_pin(board: Board, pin: str) -> None:
    """Four digits and ENTER."""
    for digit in pin:
        draw(board, int(digit))
        board.run_for(DIGIT_MS)
    tap(board, "enter")


def touch_result(board: Board) -> None:
    """The digit demo with a result."""
    draw(board, 7, "crossed")
    tap(board, "predict")


def lock_new(board: Board) -> None:
    """The lock before there is a PIN, with a digit half drawn."""
    draw(board, 2)
    board.run_for(DIGIT_MS)
    draw(board, 5, 1)


def lock_open(board: Board) -> None:
    """The lock once its PIN is set."""
    enter_pin(board, "1234")


def lock_entry(board: Board) -> None:
    """The lock with two digits of its PIN."""
    lock_open(board)
    tap(board, "lock")
    for digit in (1, 2):
        draw(board, digit)
        board.run_for(DIGIT_MS)


def lock_out(board: Board) -> None:
    """The lock after three wrong PINs."""
    lock_open(board)
    tap(board, "lock")
    for _ in range(3):
        enter_pin(board, "9876")
    board.run_for(8000)


SCREENS: dict[str, tuple[str, Callable[[Board], None]]] = {
    "touch": ("touch", touch_result),
    "lock-new": ("lock", lock_new),
    "lock-open": ("lock", lock_open),
    "lock-entry": ("lock", lock_entry),
    "lock-out": ("lock", lock_out),
}


def take(name: str, path: Path) -> None:
    """Bring a screen about and save its picture."""
    app, act = SCREENS[name]
    with Board(BOARD, app=app) as board:
        board.start()
        board.run_for(AWAKE_MS)
        act(board)
        board.screenshot(path)


def main(folder: str | None = None) -> None:
    """Save every screen."""
    target = Path(folder) if folder is not None else root() / "docs" / "screens"
    target.mkdir(parents=True, exist_ok=True)
    for name in SCREENS:
        take(name, target / f"{name}.png")
        print(target / f"{name}.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
