"""What a set of predictions is worth: accuracy and confusion, from arrays of digits."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitrig.errors import ShapeError

CLASSES = 10
NO_ANSWER = -1
"""Stands for the digit of an image that brought no prediction."""


def _paired(labels: ArrayLike, digits: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    truth, found = np.asarray(labels, np.int64), np.asarray(digits, np.int64)
    if truth.ndim != 1 or truth.shape != found.shape:
        raise ShapeError(f"labels of shape {truth.shape} and digits of shape {found.shape}; expected (N,) for both")
    if ((truth < 0) | (truth >= CLASSES)).any() or ((found < NO_ANSWER) | (found >= CLASSES)).any():
        raise ShapeError("labels or digits outside 0..9; expected classes of digits, or -1 for a digit without answer")
    return truth, found


def confusion_matrix(labels: ArrayLike, digits: ArrayLike) -> NDArray[np.int64]:
    """Return (10, 10) counts: row = true class, column = predicted. labels, digits: (N,) 0..9; -1 is not counted.

    Raises ShapeError.
    """
    truth, found = _paired(labels, digits)
    answered = found != NO_ANSWER
    cells = truth[answered] * CLASSES + found[answered]
    return np.bincount(cells, minlength=CLASSES * CLASSES).reshape(CLASSES, CLASSES).astype(np.int64)


def accuracy(labels: ArrayLike, digits: ArrayLike) -> float:
    """Return the part of digits that are right, 0..1; an image without answer counts as wrong. Raises ShapeError."""
    truth, found = _paired(labels, digits)
    if truth.size == 0:
        raise ShapeError("no predictions; the accuracy of nothing is not defined")
    return int((truth == found).sum()) / int(truth.size)


def accuracy_by_class(labels: ArrayLike, digits: ArrayLike) -> list[float | None]:
    """Return the accuracy of each class 0..9, None for a class without images. Raises ShapeError."""
    truth, found = _paired(labels, digits)
    rates: list[float | None] = []
    for digit in range(CLASSES):
        of_class = truth == digit
        count = int(of_class.sum())
        rates.append(int((found[of_class] == digit).sum()) / count if count else None)
    return rates
