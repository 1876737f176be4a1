"""What an evaluation found on a board, and its JSON."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitrig.digits.arrays import Labels
from digitrig.evaluation.metrics import NO_ANSWER, accuracy, accuracy_by_class, confusion_matrix

SCHEMA_VERSION = 1
MISMATCHES_SHOWN = 10
TOP1 = "top1"
"""Element of a mismatch in which the ten scores are right and the digit that the firmware printed is not."""


@dataclass(frozen=True)
class Mismatch:
    """An image whose scores are not the reference's; the first element that differs.

    image: index in the data set.  label: its true class, None where unknown.  element: 0..9, or "top1".
    """

    image: int
    label: int | None
    element: int | str
    expected: int
    found: int


@dataclass(frozen=True)
class Failure:
    """An image without a prediction. error: class of the exception, or "WorkerDied".  text: what it said."""

    image: int
    label: int | None
    error: str
    text: str


@dataclass(frozen=True)
class Outcome:
    """What one image brought. scores: ten int8, None after a failure.  cycles: None where the engine has none."""

    image: int
    digit: int = NO_ANSWER
    scores: tuple[int, ...] | None = None
    cycles: int | None = None
    error: str = ""
    text: str = ""


@dataclass(frozen=True)
class Spread:
    """Smallest, middle (the lower of two) and largest of some counts."""

    minimum: int
    median: int
    maximum: int


@dataclass(frozen=True)
class BoardResult:
    """One board's evaluation. Everything but `seconds` and `images_per_second` repeats from run to run.

    accuracy: part of all images that were recognised, None without labels.
    mismatches: images whose ten scores or digit differ from the reference; `first_mismatches` has some.
    failures: images that brought no prediction.
    digits: (N,) int64, -1 where there is none.  scores: (N, 10) int8, zeros where there are none.
    """

    board: str
    model: str
    engine: str
    runtime: str
    weights: str
    inject: str
    dataset: str
    images: int
    accuracy: float | None
    mismatches: int
    first_mismatches: tuple[Mismatch, ...]
    failures: tuple[Failure, ...]
    cycles: Spread | None
    images_per_second: float
    seconds: float
    workers: int
    reference: str
    labels: Labels | None = field(repr=False)
    digits: NDArray[np.int64] = field(repr=False)
    scores: NDArray[np.int8] = field(repr=False)
    warnings: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """True when every image brought a prediction that equals the reference's in every byte."""
        return self.mismatches == 0 and not self.failures


def find_mismatches(
    outcomes: Sequence[Outcome], expected: NDArray[np.int8], labels: Labels | None
) -> tuple[int, tuple[Mismatch, ...]]:
    """Compare all that answered with the reference. expected: (N, 10) int8. Returns the number of images that differ,
    and the first difference of each of the first ten."""
    answered = [outcome for outcome in outcomes if outcome.scores is not None]
    if not answered:
        return 0, ()
    indexes = np.array([outcome.image for outcome in answered])
    found = np.array([outcome.scores for outcome in answered], np.int64)
    digits = np.array([outcome.digit for outcome in answered])
    wanted = expected[indexes].astype(np.int64)
    top1 = wanted.argmax(axis=1)
    wrong = (found != wanted).any(axis=1) | (digits != top1)
    shown = []
    for row in np.flatnonzero(wrong)[:MISMATCHES_SHOWN]:
        image = int(indexes[row])
        label = None if labels is None else int(labels[image])
        elements = np.flatnonzero(found[row] != wanted[row])
        if elements.size:
            element = int(elements[0])
            shown.append(Mismatch(image, label, element, int(wanted[row, element]), int(found[row, element])))
        else:
            shown.append(Mismatch(image, label, TOP1, int(top1[row]), int(digits[row])))
    return int(wrong.sum()), tuple(shown)


def spread(counts: Sequence[int | None]) -> Spread | None:
    """Return the spread of the counts that are there, None where there are none."""
    known = [count for count in counts if count is not None]
    return Spread(min(known), statistics.median_low(known), max(known)) if known else None


def results_json(results: Sequence[BoardResult]) -> dict[str, Any]:
    """Return the object that `digitrig eval --json` prints: plain dicts, lists, numbers and texts."""
    return {"schema_version": SCHEMA_VERSION, "boards": [_board_json(result) for result in results]}


def _board_json(result: BoardResult) -> dict[str, Any]:
    cycles = result.cycles
    return {
        "board": result.board,
        "model": result.model,
        "engine": result.engine,
        "runtime": result.runtime,
        "weights": result.weights,
        "inject": result.inject,
        "dataset": result.dataset,
        "images": result.images,
        "accuracy": result.accuracy,
        "mismatches": result.mismatches,
        "first_mismatches": [
            {
                "image": mismatch.image,
                "class": mismatch.label,
                "element": mismatch.element,
                "expected": mismatch.expected,
                "found": mismatch.found,
            }
            for mismatch in result.first_mismatches
        ],
        "failures": [
            {"image": failure.image, "class": failure.label, "error": failure.error, "text": failure.text}
            for failure in result.failures
        ],
        "cycles": cycles and {"min": cycles.minimum, "median": cycles.median, "max": cycles.maximum},
        "images_per_second": round(result.images_per_second, 2),
        "seconds": round(result.seconds, 3),
        "workers": result.workers,
        "reference": result.reference,
        "warnings": list(result.warnings),
        **_class_json(result),
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
