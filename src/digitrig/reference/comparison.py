"""Comparison without tolerance: equal or not, and where it begins to differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from digitrig.errors import ShapeError
from digitrig.reference.interpreter import Layer


@dataclass(frozen=True)
class Difference:
    """One element that differs.

    layer: name of the tensor, or 'scores'.  layer_number: position in the order of execution (-1 for scores).
    element: flat index.  coordinates: the same as one number per dimension.
    """

    layer: str
    layer_number: int
    element: int
    coordinates: tuple[int, ...]
    expected: int
    found: int

    def __str__(self) -> str:
        where = ", ".join(str(n) for n in self.coordinates)
        return f"{self.layer}: element {self.element} [{where}]: expected {self.expected}, found {self.found}"


def _differences(
    name: str, number: int, expected: np.ndarray[Any, Any], found: np.ndarray[Any, Any]
) -> list[Difference]:
    if expected.shape != found.shape:
        raise ShapeError(f"{name}: reference has shape {expected.shape}, found shape {found.shape}")
    flat_expected, flat_found = expected.reshape(-1), found.reshape(-1)
    return [
        Difference(
            name,
            number,
            int(index),
            tuple(int(n) for n in np.unravel_index(index, expected.shape)),
            int(flat_expected[index]),
            int(flat_found[index]),
        )
        for index in np.flatnonzero(flat_expected != flat_found)
    ]


def compare_scores(expected: ArrayLike, found: ArrayLike) -> list[Difference]:
    """All score elements that differ; an empty list means equal.

    expected, found: integer arrays of one shape, (10,) for one image or (N, 10) for many.  Raises ShapeError.
    """
    return _differences("scores", -1, np.asarray(expected), np.asarray(found))


def first_difference(expected: Sequence[Layer], found: Sequence[Layer]) -> Difference | None:
    """The first differing element of the first differing layer, or None.

    expected, found: layers in order of execution, as `Reference.layers` gives them; paired by position.
    Raises ShapeError when their number or shapes differ.
    """
    if len(expected) != len(found):
        raise ShapeError(f"the reference has {len(expected)} layers, found {len(found)}")
    for number, (want, have) in enumerate(zip(expected, found, strict=True)):
        data = np.asarray(have.data)
        if data.size == want.data.size:  # a board's memory is flat; only the order of elements counts
            data = data.reshape(want.shape)
        differences = _differences(want.name, number, want.data, data)
        if differences:
            return differences[0]
    return None
