"""The state behind the keywords: which boards are open, since when, and what each has last answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from digitrig.errors import UnknownNameError, UsageError
from digitrig.robot.reader import LineReader

if TYPE_CHECKING:
    import numpy as np

    from digitrig.board import Board, BoardSnapshot, Prediction
    from digitrig.reference import Reference
    from digitrig.session import Recorder

DEFAULT_TIMEOUT = timedelta(seconds=2)


def make_board(name: str, **options: Any) -> Board:
    """The one place where this face makes boards."""
    from digitrig.board import Board

    return Board(name, **options)


@dataclass
class OpenBoard:
    """A board, how it was opened, and what it last answered.

    in_test: opened inside a test, so closed with it.  options: arguments of Board, kept for Load Firmware.
    image: the last image sent, (28, 28) uint8.  snapshots: by name, with the reader's position and the model.
    guards: by symbol, what lay around it: address -> byte.
    sent_model: the reference of the model that Load Model has sent; None: the one that is in the firmware.
    """

    alias: str
    name: str
    board: Board
    options: dict[str, Any]
    in_test: bool
    reader: LineReader
    image: np.ndarray | None = None
    prediction: Prediction | None = None
    snapshots: dict[str, tuple[BoardSnapshot, int, Reference | None]] = field(default_factory=dict)
    guards: dict[str, dict[int, int]] = field(default_factory=dict)
    sent_model: Reference | None = None
    recorder: Recorder | None = None

    def record(self) -> None:
        """Write down from now on what is done to the board; only before it has run."""
        from digitrig.session import Recorder

        self.recorder = Recorder(self.board)

    def recorded(self) -> Recorder:
        """What writes the session down; UsageError if the board was not opened for that."""
        if self.recorder is None:
            raise UsageError(f"{self.alias} is not recorded; open it with: Open Board    {self.name}    record=True")
        return self.recorder

    def last_prediction(self) -> Prediction:
        """What the board last predicted; UsageError before the first time."""
        if self.prediction is None:
            raise UsageError(
                f"{self.alias} has predicted nothing yet; use Send Digit Image or Inject Digit Image first"
            )
        return self.prediction

    def last_image(self) -> np.ndarray:
        """The image that was last sent; UsageError before the first time."""
        if self.image is None:
            raise UsageError(f"{self.alias} got no image yet; use Send Digit Image or Inject Digit Image first")
        return self.image


class Rig:
    """The open boards of one suite. Boards opened in a test end with it, others with the suite."""

    def __init__(self, engine: str | None, timeout: timedelta) -> None:
        self.engine, self.timeout = engine, timeout
        self.in_test = False
        self._testers: list[tuple[LineReader, timedelta | None]] = []
        self._open: dict[str, OpenBoard] = {}
        self._current: str | None = None
        self._references: dict[str, Reference] = {}

    @property
    def current(self) -> OpenBoard:
        """The board that keywords work on: the one opened or chosen last."""
        if self._current is None:
            raise UsageError("no board is open; use: Open Board    frdm_ke16z")
        return self._open[self._current]

    @property
    def has_board(self) -> bool:
        """True while a board is open."""
        return self._current is not None

    def open(self, name: str, alias: str, options: dict[str, Any]) -> OpenBoard:
        """Make a board. The alias must be free. The caller starts it."""
        if alias in self._open:
            raise UsageError(f"board '{alias}' is open already; close it, or open this one with another alias=")
        board = make_board(name, engine=self.engine, **options)
        self._open[alias] = OpenBoard(alias, name, board, options, self.in_test, LineReader(board))
        self._current = alias
        return self._open[alias]

    def find(self, alias: str) -> OpenBoard:
        """The open board with this alias."""
        if alias not in self._open:
            raise UnknownNameError("open board", alias, self._open)
        return self._open[alias]

    def choose(self, alias: str) -> str | None:
        """Make another open board the current one; returns the alias of the one before."""
        before, self._current = self._current, self.find(alias).alias
        return before

    def close(self, alias: str | None = None) -> OpenBoard:
        """Close one board (default: the current one); the board opened before it becomes the current one."""
        opened = self.find(alias) if alias is not None else self.current
        del self._open[opened.alias]
        self._current = next(reversed(self._open), None)
        opened.board.close()
        return opened

    def close_all(self, only_of_test: bool = False) -> None:
        """Close every board, or those that were opened inside the test that ends."""
        for alias in [a for a, opened in self._open.items() if opened.in_test or not only_of_test]:
            self.close(alias)

    def add_tester(self, reader: LineReader, timeout: timedelta | None) -> int:
        """Keep a reader of its own; returns its number."""
        self._testers.append((reader, timeout))
        return len(self._testers) - 1

    def tester(self, number: int | None) -> tuple[LineReader, timedelta | None]:
        """A reader by its number (None: the current board's own) and its timeout, if it has one."""
        if number is None:
            return self.current.reader, None
        if not 0 <= number < len(self._testers):
            raise UsageError(f"terminal tester {number} unknown; {len(self._testers)} made so far, numbered from 0")
        return self._testers[number]

    def reference(self, model: str) -> Reference:
        """The host reference of a model, made once."""
        if model not in self._references:
            from digitrig.codegen.models import load_model

            self._references[model] = load_model(model).reference()
        return self._references[model]
