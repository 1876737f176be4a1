"""What an image is here: (28, 28) uint8, row-major, 0 = background, 255 = ink; and the checks that make arrays such."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitrig.errors import ShapeError, UsageError

SIDE = 28
PIXELS = SIDE * SIDE

GreyImage = NDArray[np.uint8]
"""(28, 28) uint8."""
GreyImages = NDArray[np.uint8]
"""(N, 28, 28) uint8."""
Labels = NDArray[np.int64]
"""(N,) int64, each 0..9."""


def as_images(array: ArrayLike, where: str) -> GreyImages:
    """Return any usual array of digits as (N, 28, 28) uint8.

    array: (28, 28), (784,), (N, 784), (N, 28, 28) or (N, 28, 28, 1). Integers are taken as grey values 0..255, booleans
    as 0 and 255, floats as 0..1 where none is above 1 and as whole grey values otherwise.  where: named in errors.
    Raises ShapeError with the shape found, UsageError with the value that does not fit.
    """
    data = np.asarray(array)
    if data.ndim == 4 and data.shape[1:] == (SIDE, SIDE, 1):
        data = data[..., 0]
    if data.shape in ((SIDE, SIDE), (PIXELS,)):
        data = data.reshape(1, SIDE, SIDE)
    elif data.ndim == 2 and data.shape[1] == PIXELS:
        data = data.reshape(-1, SIDE, SIDE)
    if data.ndim != 3 or data.shape[1:] != (SIDE, SIDE):
        raise ShapeError(f"{where}: array of shape {data.shape}; expected (28, 28), (N, 28, 28), (784,) or (N, 784)")
    if len(data) == 0:
        raise ShapeError(f"{where}: no images in an array of shape {data.shape}; expected at least one")
    return _as_grey(data, where)


def _as_grey(data: NDArray[np.generic], where: str) -> GreyImages:
    if data.dtype == np.uint8:
        return np.ascontiguousarray(data, dtype=np.uint8)
    if data.dtype == np.bool_:
        return np.where(data, 255, 0).astype(np.uint8)
    if not (np.issubdtype(data.dtype, np.integer) or np.issubdtype(data.dtype, np.floating)):
        raise ShapeError(f"{where}: array of {data.dtype}; expected grey values as integers or floats")
    values = data.astype(np.float64)
    low, high = float(values.min()), float(values.max())
    if not (low >= 0 and high <= 255):
        raise UsageError(f"{where}: grey values from {low:g} to {high:g}; expected 0..255 or 0.0..1.0")
    if np.issubdtype(data.dtype, np.floating) and high <= 1:
        values = values * 255
    elif not np.array_equal(values, np.floor(values)):
        raise UsageError(f"{where}: grey values with fractions above 1; expected whole 0..255 or 0.0..1.0")
    return np.floor(values + 0.5).astype(np.uint8)


def as_labels(array: ArrayLike, count: int, where: str) -> Labels:
    """Return labels as (count,) int64; ShapeError for another number of them, UsageError for one outside 0..9."""
    data = np.asarray(array)
    if data.shape not in ((count,), (count, 1)):
        raise ShapeError(f"{where}: labels of shape {data.shape} for {count} images; expected ({count},)")
    if not np.issubdtype(data.dtype, np.integer):
        raise ShapeError(f"{where}: labels of {data.dtype}; expected integers 0..9")
    labels = data.reshape(-1).astype(np.int64)
    wrong = np.flatnonzero((labels < 0) | (labels > 9))
    if wrong.size:
        first = int(wrong[0])
        raise UsageError(f"{where}: label {int(labels[first])} of image {first}; expected 0..9")
    return labels


def centre_by_mass(image: GreyImage) -> GreyImage:
    """Shift an image by whole pixels so that its centre of mass is pixel 14, 14, as MNIST's are to half a pixel.

    image: (28, 28) uint8.  The shift is cut where it would push ink over the border, so that none is lost.
    """
    weights = image.astype(np.int64)
    total = int(weights.sum())
    if total == 0:
        return image
    positions = np.arange(SIDE)
    shifts = []
    for axis in (1, 0):
        profile = weights.sum(axis=axis)
        used = np.flatnonzero(profile)
        shift = (28 * total - 2 * int((profile * positions).sum()) + total) // (2 * total)
        shifts.append(max(-int(used[0]), min(SIDE - 1 - int(used[-1]), shift)))
    return np.roll(image, shifts, (0, 1))
