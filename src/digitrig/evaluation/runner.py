"""One board, many images: booted once to `ready`, restored from that snapshot before each image."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from digitrig.digits.arrays import GreyImage
from digitrig.errors import EngineError
from digitrig.evaluation.hashes import file_sha256
from digitrig.evaluation.results import Outcome, Scores
from digitrig.protocols import PS_PER_US

if TYPE_CHECKING:
    from digitrig.evaluation.adapter import Adapter
    from digitrig.reference import Reference


class Answer(Protocol):
    """What a prediction has to say here; `digitrig.board.Prediction` does."""

    @property
    def digit(self) -> int: ...

    @property
    def scores(self) -> Scores | None: ...

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
    """Which board to boot with what.

    engine: "embedded" or "renode".  inject: "uart", "memory", "touch", or "adapter" where an adapter says how.
    elf: firmware that is not this rig's, with the adapter that says how to talk to it.  firmware: the file that runs,
    firmware_sha256: what it has to hold, "" for any; board_sha256: of the board's description.  reference: the
    `.tflite` file to compare with, None for none; preprocess: how a picture becomes its input.
    """

    board: str
    model: str
    engine: str
    weights: str
    inject: str
    app: str = "console"
    runtime: str = "bundle"
    elf: Path | None = None
    adapter: Adapter | None = None
    firmware: Path | None = None
    firmware_sha256: str = ""
    board_sha256: str = ""
    reference: Path | None = None
    preprocess: str = "scale"

    def open_reference(self) -> Reference:
        """The host reference of `reference` and `preprocess`."""
        from digitrig.reference import Reference

        if self.reference is None:
            raise EngineError(f"{self.board}: no model is known to compare with")
        return Reference(self.reference, self.preprocess)


BoardFactory = Callable[[BoardJob], EvaluatedBoard]


def open_board(job: BoardJob) -> EvaluatedBoard:
    """Make the emulated board of a job with its firmware; the board is not started yet.

    Raises EngineError where the firmware on this machine is not the one that was asked for, as can be on a cluster.
    """
    from digitrig.board import Board

    if job.firmware is not None and job.firmware_sha256:
        found = file_sha256(job.firmware)
        if found != job.firmware_sha256:
            raise EngineError(
                f"{job.firmware} has sha256 {found[:16]}..., expected {job.firmware_sha256[:16]}...: this machine has "
                "other firmware than the one that started the evaluation, or it was built again meanwhile"
            )
    if job.adapter is not None:
        from digitrig.evaluation.adapted_board import AdaptedBoard

        return AdaptedBoard(job)
    if job.inject == "touch":
        from digitrig.evaluation.touching import TouchBoard

        return TouchBoard(job.board, app=job.app, model=job.model, engine=job.engine, weights=job.weights)
    board: EvaluatedBoard = Board(job.board, app=job.app, model=job.model, engine=job.engine, weights=job.weights)
    return board


class Runner:
    """Boots a board when it is first needed and keeps it from image to image.

    After an error the board is given up and the next image boots a new one, so that nothing of the error remains.
    """

    def __init__(self, job: BoardJob, factory: BoardFactory) -> None:
        self._job, self._factory = job, factory
        self._board: EvaluatedBoard | None = None
        self._ready: Any = None
        self._reference: Reference | None = None

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
        """Predict one image, by the board and by the reference; an exception becomes an outcome that tells of it."""
        try:
            board = self.boot()
            cpu_ns = time.thread_time_ns()
            board.restore(self._ready)
            clock = getattr(getattr(board, "machine", None), "clock", None)
            before = clock.now_ps if clock is not None else 0
            answer = board.predict(image, self._job.inject)
            board_us = (clock.now_ps - before) // PS_PER_US if clock is not None else None
            scores = None if answer.scores is None else tuple(_number(score) for score in answer.scores)
            cpu_us = (time.thread_time_ns() - cpu_ns) / 1000
            expected = self._expected(getattr(answer, "seen", image))
            return Outcome(index, int(answer.digit), scores, answer.cycles, board_us, expected, cpu_us=cpu_us)
        except Exception as error:
            self.close()
            return Outcome(index, error=type(error).__name__, text=str(error))

    def _expected(self, image: GreyImage) -> tuple[int, ...] | None:
        if self._job.reference is None:
            return None
        if self._reference is None:
            self._reference = self._job.open_reference()
        return tuple(int(score) for score in self._reference.scores(image))

    def close(self) -> None:
        """Give the board up."""
        if self._board is not None:
            self._discard(self._board)
        self._board = self._ready = None

    @staticmethod
    def _discard(board: EvaluatedBoard) -> None:
        with contextlib.suppress(Exception):
            board.close()


def _number(score: float) -> int | float:
    return int(score) if int(score) == score else float(score)
