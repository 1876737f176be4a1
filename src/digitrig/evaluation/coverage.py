"""What of a board's register map has a model, and whether firmware needs more than that."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from digitrig.board import Board
from digitrig.digits import load_source
from digitrig.errors import MissingFileError
from digitrig.firmware_files import firmware_path
from digitrig.peripherals.coverage import Coverage, coverage
from digitrig.platform import load_board
from digitrig.protocols import LogEntry

IMAGE = "ink:7"
PRESS_MS = 50.0
UNMODELLED = ("tagged", "absent", "reserved")
"""Kinds of log entries: a register without a model, no register at all, a reserved bit that was set."""


@dataclass(frozen=True)
class Touched:
    """What a run of one of our images accessed that has no model.

    firmware: `app-model-weights`.  accesses: the log entries, repeats counted in each.  sentences: the same as text.
    """

    firmware: str
    accesses: tuple[LogEntry, ...]
    sentences: tuple[str, ...]

    @property
    def count(self) -> int:
        """Accesses in all, repeats included."""
        return sum(entry.count for entry in self.accesses)


@dataclass(frozen=True)
class BoardCoverage:
    """Registers by block, and what each image that is built touched beyond them.

    not_built: why nothing was run, with the command that builds the firmware; "" when something was.
    """

    board: str
    map: Coverage
    runs: tuple[Touched, ...]
    not_built: str


def board_coverage(name: str) -> BoardCoverage:
    """The coverage of one board. Runs start-up, one image by UART, one by memory and every button, per image file.

    Raises UnknownNameError for a board that is not there, and what the firmware's run raises.
    """
    spec = load_board(name)
    runs, missing = [], ""
    for model in spec.models:
        for weights in ("flash", "ram"):
            try:
                firmware_path(name, "console", model, weights)
            except MissingFileError as error:
                missing = missing or str(error)
                continue
            with Board(name, model=model, weights=weights) as board:
                _exercise(board)
                runs.append(unmodelled_accesses(board))
    return BoardCoverage(name, coverage(spec.platform), tuple(runs), "" if runs else missing)


def unmodelled_accesses(board: Board) -> Touched:
    """What the firmware of a board has accessed so far that has no model."""
    found = tuple(entry for entry in board.log() if entry.kind in UNMODELLED)
    return Touched(board.firmware_file.stem, found, tuple(board.describe(entry) for entry in found))


def _exercise(board: Board) -> None:
    """Everything that our console app does on a board: start-up, images, buttons."""
    board.start()
    image = load_source(IMAGE)[0][0]
    board.predict(image, "uart")
    board.predict(image, "memory")
    for button in board.spec.buttons:
        board.press(button)
        board.run_for(PRESS_MS)
        board.release(button)
        board.run_for(PRESS_MS)


def coverage_json(found: BoardCoverage) -> dict[str, Any]:
    """The coverage as plain data."""
    return {
        "board": found.board,
        "blocks": [{**asdict(block), "registers": block.registers} for block in found.map.blocks],
        "tag_only": [{"name": name, "first": first, "last": last} for name, first, last in found.map.untabled],
        "totals": found.map.totals,
        "runs": [
            {"firmware": run.firmware, "unmodelled": run.count, "accesses": [asdict(entry) for entry in run.accesses]}
            for run in found.runs
        ],
        "not_built": found.not_built or None,
    }
