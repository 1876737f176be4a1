"""Pen strokes to a grey MNIST image: box of 20x20, centre of mass in the middle of 28x28."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digitrig.digits.arrays import SIDE, GreyImage, centre_by_mass

BOX = 20
"""MNIST fits every digit into 20x20 pixels before it centres the digit in 28x28."""

FINE = 256
"""Sub-pixel steps in which the drawing is done, in integers."""


def draw_strokes(strokes: Sequence[Sequence[tuple[float, float]]], pen: float) -> GreyImage:
    """Draw lines with a round pen. strokes: points (x, y), any unit.  pen: line width as a part of the box.

    The drawing with its line width fills 20x20 on its longer side. A pixel's grey is how much of it the line covers,
    taken from the distance of its centre to the line. Returns (28, 28) uint8.
    """
    radius = max(FINE // 2, int(pen * BOX * FINE / 2 + 0.5))
    pieces = [piece for stroke in _fit(strokes, pen) for piece in zip(stroke, stroke[1:] or stroke, strict=False)]
    nearest = _distances(np.array(pieces, np.int64).reshape(-1, 4))
    coverage = np.clip(radius + FINE // 2 - np.floor(nearest).astype(np.int64), 0, FINE)
    grey = (coverage * 255 + FINE // 2) // FINE
    return centre_by_mass(grey.astype(np.uint8).reshape(SIDE, SIDE))


def _fit(strokes: Sequence[Sequence[tuple[float, float]]], pen: float) -> list[list[tuple[int, int]]]:
    """Scale to sub-pixels of the 28x28 image, pixel i covering i*FINE..(i+1)*FINE, the box in the middle."""
    xs = [x for stroke in strokes for x, _ in stroke]
    ys = [y for stroke in strokes for _, y in stroke]
    extent = max(max(xs) - min(xs), max(ys) - min(ys))
    scale = BOX * (1 - pen) * FINE / extent if extent > 0 else 0.0
    x_middle, y_middle = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    half = SIDE * FINE / 2
    return [
        [(int((x - x_middle) * scale + half + 0.5), int((y - y_middle) * scale + half + 0.5)) for x, y in stroke]
        for stroke in strokes
    ]


def _distances(pieces: NDArray[np.int64]) -> NDArray[np.float64]:
    """Distance of each pixel's centre to the nearest line piece, in sub-pixels. pieces: (M, 4) x0, y0, x1, y1."""
    centres = np.arange(SIDE) * FINE + FINE // 2
    nearest = np.full(SIDE * SIDE, float(SIDE * FINE * 2) ** 2)
    for block in np.array_split(pieces, len(pieces) // 64 + 1):
        x0, y0, x1, y1 = (column[:, None] for column in block.T)
        x, y = np.tile(centres, SIDE) - x0, np.repeat(centres, SIDE) - y0
        dx, dy = x1 - x0, y1 - y0
        length2 = dx * dx + dy * dy
        along = np.clip(x * dx + y * dy, 0, length2) / np.maximum(1, length2)
        away_x, away_y = x - along * dx, y - along * dy
        nearest = np.minimum(nearest, (away_x * away_x + away_y * away_y).min(axis=0))
    return np.asarray(np.sqrt(nearest))
