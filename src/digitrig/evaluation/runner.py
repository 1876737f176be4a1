"""One board, many images: booted once to `ready`, restored from that snapshot before each image."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from digitrig.digits.arrays import GreyImage
from digitrig.evaluation.results import Outcome


class Answer(Protocol):
    """What a prediction has to say here; `digitrig.board.Prediction` does."""

    @property
    def digit(self) -> int: ...

    @property
    def scores(self) -> tuple[int, ...]: ...

    @property
    def cycles(self) -> int | None: ...


class EvaluatedBoard(Protocol):
    """What a board has to do here; `digitrig.board.Board` does."""

    def start(self) -> Any: ...

    def snapshot(self) -> Any: ...

    def restore(self, snapshot: Any) -> None: ...

    def predict(self, image: GreyImage, inject: Any = ...) -> Answer: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class BoardJob:
    """Which board to boot with what. engine: "embedded" or "renode".  inject: "uart" or "memory"."""

    board: str
    model: str
    engine: str
    weights: str
    inject: str


BoardFactory = Callable[[BoardJob], EvaluatedBoard]


def open_board(job: BoardJob) -> EvaluatedBoard:
    """Make the emulated board of a job with its console firmware; the board is not started yet."""
    from digitrig.board import Board

    board: EvaluatedBoard = Board(job.board, model=job.model, engine=job.engine, weights=job.weights)
    return board


class Runner:
    """Boots a board when it is first needed and keeps it from image to image.

    After an error the board is given up and the next image boots a new one, so that nothing of the error remains.
    """

    def __init__(self, job: BoardJob, factory: BoardFactory) -> None:
        self._job, self._factory = job, factory
        self._board: EvaluatedBoard | None = None
        self._ready: Any = None

    def boot(self) -> EvaluatedBoard:
        """Bring the board to `ready` if it is not there; raises whatever the board raises."""
        if self._board is None:
            board = self._factory(self._job)
            try:
                board.start()
                self._ready = board.snapshot()
            except BaseException:
                self._discard(board)
                raise
            self._board = board
        return self._board

    def run(self, index: int, image: GreyImage) -> Outcome:
        """Predict one image; an exception becomes an outcome that tells of it."""
        try:
            board = self.boot()
            board.restore(self._ready)
            answer = board.predict(image, self._job.inject)
            scores = tuple(int(score) for score in answer.scores)
            return Outcome(index, int(answer.digit), scores, answer.cycles)
        except Exception as error:
            self.close()
            return Outcome(index, error=type(error).__name__, text=str(error))

    def close(self) -> None:
        """Give the board up."""
        if self._board is not None:
            self._discard(self._board)
        self._board = self._ready = None

    @staticmethod
    def _discard(board: EvaluatedBoard) -> None:
        with contextlib.suppress(Exception):
            board.close()
