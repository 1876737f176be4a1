"""What an evaluation found on a board, and its JSON."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitrig.digits.arrays import Labels
from digitrig.evaluation.metrics import NO_ANSWER, accuracy, accuracy_by_class, confusion_matrix

SCHEMA_VERSION = 1
MISMATCHES_SHOWN = 10
NO_REFERENCE = "no reference"
"""Name of the reference where no model is known that the firmware should agree with."""
TOP1 = "top1"
"""Element of a mismatch in which the scores are right, or not known, and the digit is not that of the reference."""
TIMING_FIELDS = ("images_per_second", "images_per_second_per_core", "real_time_ratio", "seconds", "workers")
"""What of a result depends on the machine, its load and the number of workers; all else repeats from run to run."""
Scores = tuple[int | float, ...]


@dataclass(frozen=True)
class Mismatch:
    """An image whose scores are not the reference's; the first element that differs.

    image: index in the data set.  label: its true class, None where unknown.  element: 0..9, or "top1".
    """

    image: int
    label: int | None
    element: int | str
    expected: int
    found: int | float


@dataclass(frozen=True)
class Failure:
    """An image without a prediction. error: class of the exception, or "WorkerDied".  text: what it said."""

    image: int
    label: int | None
    error: str
    text: str


@dataclass(frozen=True)
class Outcome:
    """What one image brought.

    scores: ten, None where the firmware tells only a digit, and after a failure.  cycles: None where the engine has
    none.  board_us: virtual time from injection to answer.  expected: the reference's scores, None without one.
    error: "" for an image that was answered.  cpu_us: what the emulation of it took of this machine's processor.
    """

    image: int
    digit: int = NO_ANSWER
    scores: Scores | None = None
    cycles: int | None = None
    board_us: int | None = None
    expected: tuple[int, ...] | None = None
    error: str = ""
    text: str = ""
    cpu_us: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class Spread:
    """Smallest, middle (the lower of two) and largest of some counts."""

    minimum: int
    median: int
    maximum: int


@dataclass(frozen=True)
class BoardResult:
    """One board's evaluation. Everything but TIMING_FIELDS and `incidents` repeats from run to run.

    accuracy: part of all images that were recognised, None without labels.
    mismatches: images whose scores or digit differ from the reference, None without one; `first_mismatches` has some.
    failures: images that brought no prediction.  incidents: what went wrong on the way and cost nothing.
    board_us: virtual time that an image takes on the board.  hashes: sha256 of what took part, by name.
    digits: (N,) int64, -1 where there is none.  scores: (N, 10), zeros where there are none; None if no image has any.
    expected: (N, 10) int8, the reference's, None without one.  traces: by image, what a mismatch came from.
    """

    board: str
    model: str
    engine: str
    app: str
    runtime: str
    weights: str
    inject: str
    adapter: str | None
    dataset: str
    images: int
    accuracy: float | None
    mismatches: int | None
    first_mismatches: tuple[Mismatch, ...]
    failures: tuple[Failure, ...]
    cycles: Spread | None
    board_us: Spread | None
    board_us_total: int
    images_per_second: float
    images_per_second_per_core: float | None
    seconds: float
    workers: int
    reference: str
    hashes: Mapping[str, str]
    labels: Labels | None = field(repr=False)
    digits: NDArray[np.int64] = field(repr=False)
    scores: NDArray[Any] | None = field(repr=False)
    expected: NDArray[np.int8] | None = field(repr=False)
    image_cycles: tuple[int | None, ...] = field(repr=False)
    warnings: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()
    traces: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """True when every image brought a prediction and none differs from the reference in any byte."""
        return not self.mismatches and not self.failures

    @property
    def real_time_ratio(self) -> float | None:
        """How much faster one core emulates than the board itself would be; None where its time is not known."""
        answered = self.images - len(self.failures)
        if not answered or not self.board_us_total or self.images_per_second_per_core is None:
            return None
        return self.images_per_second_per_core * self.board_us_total / answered / 1e6


def find_mismatches(outcomes: Sequence[Outcome], labels: Labels | None) -> tuple[int | None, tuple[Mismatch, ...]]:
    """Compare all that answered with the reference's scores in them.

    Returns the number of images that differ, None if there is no reference, and the first difference of each of the
    first ten.
    """
    if not any(outcome.expected for outcome in outcomes):
        return None, ()
    found = [pair for pair in ((outcome, _first_difference(outcome)) for outcome in outcomes) if pair[1]]
    shown = []
    for outcome, difference in found[:MISMATCHES_SHOWN]:
        label = None if labels is None else int(labels[outcome.image])
        shown.append(Mismatch(outcome.image, label, *(difference or (TOP1, 0, 0))))
    return len(found), tuple(shown)


def _first_difference(outcome: Outcome) -> tuple[int | str, int, int | float] | None:
    """(element, expected, found) of the first difference, None where there is none or nothing to compare."""
    expected = outcome.expected
    if expected is None or outcome.error:
        return None
    if outcome.scores is not None and outcome.scores != expected:
        pairs = enumerate(zip(expected, outcome.scores, strict=False))
        return next(((index, want, have) for index, (want, have) in pairs if want != have), (TOP1, 0, 0))
    top1 = expected.index(max(expected))
    return None if outcome.digit == top1 else (TOP1, top1, outcome.digit)


def spread(counts: Sequence[int | None]) -> Spread | None:
    """Return the spread of the counts that are there, None where there are none."""
    known = [count for count in counts if count is not None]
    return Spread(min(known), statistics.median_low(known), max(known)) if known else None


def results_json(results: Sequence[BoardResult]) -> dict[str, Any]:
    """Return the object that `digitrig eval --json` prints: plain dicts, lists, numbers and texts."""
    return {"schema_version": SCHEMA_VERSION, "boards": [_board_json(result) for result in results]}


def _board_json(result: BoardResult) -> dict[str, Any]:
    ratio, per_core = result.real_time_ratio, result.images_per_second_per_core
    return {
        "board": result.board,
        "model": result.model,
        "engine": result.engine,
        "app": result.app,
        "runtime": result.runtime,
        "weights": result.weights,
        "inject": result.inject,
        "adapter": result.adapter,
        "dataset": result.dataset,
        "images": result.images,
        "accuracy": result.accuracy,
        "mismatches": result.mismatches,
        "first_mismatches": [_mismatch_json(result, mismatch) for mismatch in result.first_mismatches],
        "failures": [
            {"image": failure.image, "class": failure.label, "error": failure.error, "text": failure.text}
            for failure in result.failures
        ],
        "incidents": list(result.incidents),
        "cycles": _spread_json(result.cycles),
        "board_us": _spread_json(result.board_us),
        "images_per_second": round(result.images_per_second, 2),
        "images_per_second_per_core": None if per_core is None else round(per_core, 2),
        "real_time_ratio": None if ratio is None else round(ratio, 3),
        "seconds": round(result.seconds, 3),
        "workers": result.workers,
        "reference": result.reference,
        "hashes": dict(result.hashes),
        "warnings": list(result.warnings),
        **_class_json(result),
    }


def _spread_json(spread: Spread | None) -> dict[str, int] | None:
    if spread is None:
        return None
    return {"min": spread.minimum, "median": spread.median, "max": spread.maximum}


def _mismatch_json(result: BoardResult, mismatch: Mismatch) -> dict[str, Any]:
    return {
        "image": mismatch.image,
        "class": mismatch.label,
        "element": mismatch.element,
        "expected": mismatch.expected,
        "found": mismatch.found,
        **result.traces.get(mismatch.image, {}),
    }


def _class_json(result: BoardResult) -> dict[str, Any]:
    if result.labels is None:
        return {"accuracy_by_class": None, "confusion": None}
    return {
        "accuracy_by_class": accuracy_by_class(result.labels, result.digits),
        "confusion": confusion_matrix(result.labels, result.digits).tolist(),
    }


def total_accuracy(labels: Labels | None, digits: NDArray[np.int64]) -> float | None:
    """Return the accuracy, None where the true classes are unknown."""
    return None if labels is None else accuracy(labels, digits)
