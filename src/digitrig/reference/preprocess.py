"""From a 28x28 picture to a model's int8 input: a rule of `digitrig.digits.preprocess`, then the input's quantisation.

A rule gives int8 with a quantisation of its own. A model whose input has the same gets these bytes; for another one
each value becomes the nearest step of the same real number. `firmware/kernels/preprocess.c` does the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitrig.digits.preprocess import preprocess, rule_names
from digitrig.errors import ShapeError, UnknownNameError, UsageError

SIDE = 28  # of a picture
PIXELS = SIDE * SIDE
FRACTION_BITS = 20  # of the multiplier that the firmware uses
LARGEST_MULTIPLIER = 2**24 - 1
NATIVE = {"halve": (1.0 / 128.0, 0)}  # scale and zero point of what a rule makes
USUAL = (1.0 / 255.0, -128)  # of the rules that are not among them


def native_quantisation(rule: str) -> tuple[float, int]:
    """Scale and zero point of the int8 values that a rule makes."""
    return NATIVE.get(rule, USUAL)


def quantised_levels(rule: str, scale: float, zero_point: int) -> NDArray[np.int8]:
    """What the 256 levels of a rule become, its zero point first: nearest steps of the same real numbers, halves up."""
    native, _ = native_quantisation(rule)
    levels = np.floor(np.arange(256) * (native / scale) + 0.5) + zero_point
    steps: NDArray[np.int8] = np.clip(levels, -128, 127).astype(np.int8)
    return steps


def integer_multiplier(rule: str, scale: float, zero_point: int) -> int:
    """The multiplier m with which (level * m + 2^19) >> 20 gives the steps of `quantised_levels` above the zero point.

    It is compared for all 256 levels; 2^20 leaves them as they are. Raises ValueError where there is none below 2^24.
    """
    native, native_zero = native_quantisation(rule)
    count = 128 - native_zero
    expected = quantised_levels(rule, scale, zero_point)[:count]
    ratio = native / scale
    if abs(ratio - 1) < 1e-6:
        return 1 << FRACTION_BITS
    nearest = round((1 << FRACTION_BITS) * ratio)
    for multiplier in sorted(range(nearest - 2, nearest + 3), key=lambda m: abs(m - nearest)):
        levels = (np.arange(count, dtype=np.int64) * multiplier + (1 << (FRACTION_BITS - 1))) >> FRACTION_BITS
        equal = np.clip(levels + zero_point, -128, 127) == expected
        if 0 < multiplier <= LARGEST_MULTIPLIER and equal.all():
            return multiplier
    raise ValueError(f"no integer multiplier turns steps of {native:.8g} into steps of {scale:.8g}")


@dataclass(frozen=True)
class Preprocessing:
    """What happens to a picture on its way into one model.

    rule: of `digitrig.digits.preprocess`.  shape: of the model's input.  scale, zero_point: of the same.
    Raises UnknownNameError, and UsageError when the rule makes no input of this shape.
    """

    rule: str
    shape: tuple[int, ...]
    scale: float
    zero_point: int

    def __post_init__(self) -> None:
        if self.rule not in rule_names():
            raise UnknownNameError("preprocessing rule", self.rule, rule_names())
        made = preprocess(np.zeros((1, SIDE, SIDE), np.uint8), self.rule).shape
        count, channels = math.prod(made), self.shape[-1] if len(self.shape) == 4 else 1
        same = math.prod(self.shape) == count
        if not same and self.shape != (*made[:3], channels):
            raise UsageError(
                f"preprocessing rule '{self.rule}' makes inputs of shape {made}; the model's input has shape "
                f"{self.shape}; known rules: {', '.join(rule_names())}"
            )

    def apply(self, image: NDArray[np.uint8]) -> NDArray[np.int8]:
        """The model's input for a picture of 784 uint8 values, in the input's shape.  Raises ShapeError."""
        if not isinstance(image, np.ndarray) or image.size != PIXELS:
            found = image.shape if isinstance(image, np.ndarray) else type(image).__name__
            raise ShapeError(f"image has shape {found}; expected ({SIDE}, {SIDE})")
        if image.dtype != np.uint8:
            raise ShapeError(f"image has type {image.dtype}; expected uint8, 0 is background and 255 is ink")
        made = preprocess(image.reshape(1, SIDE, SIDE), self.rule)
        levels = made.astype(np.int16) - native_quantisation(self.rule)[1]
        steps = quantised_levels(self.rule, self.scale, self.zero_point)[levels]
        if steps.size == math.prod(self.shape):
            return steps.reshape(self.shape)
        return np.repeat(steps, self.shape[-1], axis=3)  # a picture for each channel
