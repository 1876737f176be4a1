"""Metrics, against counts by hand."""

from __future__ import annotations

import numpy as np
import pytest

from digitrig.errors import ShapeError
from digitrig.evaluation.metrics import accuracy, accuracy_by_class, confusion_matrix

LABELS = [0, 0, 1, 7, 7, 7]
DIGITS = [0, 6, 1, 7, 1, -1]


def test_rows_are_true_classes_and_columns_predictions() -> None:
    matrix = confusion_matrix(LABELS, DIGITS)
    assert matrix.shape == (10, 10)
    assert {(int(row), int(column)): int(matrix[row, column]) for row, column in np.argwhere(matrix)} == {
        (0, 0): 1,
        (0, 6): 1,
        (1, 1): 1,
        (7, 7): 1,
        (7, 1): 1,
    }


def test_no_answer_counts_as_wrong() -> None:
    assert accuracy(LABELS, DIGITS) == 3 / 6
    assert accuracy_by_class(LABELS, DIGITS) == [0.5, 1.0, *[None] * 5, 1 / 3, None, None]


@pytest.mark.parametrize(
    ("labels", "digits", "text"),
    [
        ([1, 2], [1], r"labels of shape \(2,\) and digits of shape \(1,\); expected \(N,\) for both"),
        ([10], [1], r"labels or digits outside 0\.\.9"),
        ([-1], [1], r"labels or digits outside 0\.\.9"),
        ([1], [-2], r"labels or digits outside 0\.\.9"),
        ([], [], "no predictions; the accuracy of nothing is not defined"),
    ],
)
def test_what_does_not_pair(labels: list[int], digits: list[int], text: str) -> None:
    with pytest.raises(ShapeError, match=text):
        accuracy(labels, digits)
