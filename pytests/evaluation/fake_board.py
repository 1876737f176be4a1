"""A small board with real memory, for tests of the evaluation: stands where `digitrig.board.Board` does.

Its firmware sums the ink of ten bands of 78 bytes of the image memory and scores each by that. It keeps a counter that
spoils the scores of a second prediction, so that a missing restore shows. Byte 783 of an image is a switch with
which a test makes this image, on the boards so named, go wrong.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass

import numpy as np

from digitrig.digits.arrays import GreyImage, GreyImages
from digitrig.errors import EngineError, FirmwareFault, UnknownNameError
from digitrig.evaluation.runner import BoardJob

SWITCH = 783
TROUBLE = 13
"""Value of the switch at which a board of trouble does what its name says."""
BOOTS_FILE = "DIGITRIG_TEST_BOOTS"
"""Variable with the path of a file that gets a byte for each boot."""


@dataclass(frozen=True)
class Prediction:
    """As the real one."""

    digit: int
    scores: tuple[int, ...]
    cycles: int | None


class FakeBoard:
    """Boots, keeps an image, predicts it; what else it does depends on its name."""

    def __init__(self, job: BoardJob) -> None:
        if job.board == "unknown":
            raise UnknownNameError("board", job.board, ["good"])
        self.job = job
        self.memory = bytearray(784)
        self.predictions = 0
        self.booted = self.closed = False

    def start(self) -> None:
        boots = os.environ.get(BOOTS_FILE)
        if boots:
            with open(boots, "ab") as stream:
                stream.write(b"b")
            if self.job.board == "boots_once" and os.path.getsize(boots) > 1:
                raise EngineError("the board booted once and never again")
        if self.job.board == "dies_at_boot":
            os.write(2, b"smoke\n")
            os._exit(9)
        if self.job.board == "odd_error":
            raise ZeroDivisionError("a fault in the engine's own code")
        self.booted = True

    def snapshot(self) -> tuple[bytes, int]:
        assert self.booted
        return bytes(self.memory), self.predictions

    def restore(self, snapshot: tuple[bytes, int]) -> None:
        assert not self.closed
        self.memory[:], self.predictions = snapshot

    def predict(self, image: GreyImage, inject: str = "uart") -> Prediction:
        assert inject == self.job.inject
        self.memory[:] = image.tobytes()
        trouble = self.memory[SWITCH] == TROUBLE
        if trouble:
            self._trouble()
        sums = [sum(self.memory[78 * band : 78 * band + 78]) for band in range(10)]
        scores = [min(127, total // 78 - 128 + self.predictions) for total in sums]
        self.predictions += 1
        digit = scores.index(max(scores))
        if trouble and self.job.board == "wrong_byte":
            scores[3] += 1
        if trouble and self.job.board == "wrong_top1":
            digit = (digit + 1) % 10
        cycles = None if self.job.board == "no_cycles" else 1000 + self.memory[0]
        return Prediction(digit, tuple(scores), cycles)

    def _trouble(self) -> None:
        if self.job.board in ("faults", "boots_once"):
            raise FirmwareFault("HardFault: read of 0x40000000, pc 0x00000412")
        if self.job.board == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.job.board == "exits":
            os.write(2, b"first line\nlast words\n")
            os._exit(7)
        if self.job.board == "killed_once" and not os.path.exists(os.environ[BOOTS_FILE] + ".killed"):
            with open(os.environ[BOOTS_FILE] + ".killed", "wb"):
                os.kill(os.getpid(), signal.SIGKILL)
        if self.job.board == "interrupts":
            os.kill(os.getpid(), signal.SIGINT)
        if self.job.board == "prints":
            print("a line that must not get between the messages", flush=True)

    def close(self) -> None:
        self.closed = True


def open_fake(job: BoardJob) -> FakeBoard:
    """The board factory."""
    return FakeBoard(job)


class FakeReference:
    """The same scores, worked out another way."""

    name = "bands 1.0"

    def scores_many(self, images: GreyImages) -> np.ndarray:
        bands = images.reshape(len(images), -1)[:, :780].reshape(len(images), 10, 78).astype(np.int64)
        return np.minimum(127, bands.sum(axis=2) // 78 - 128).astype(np.int8)
