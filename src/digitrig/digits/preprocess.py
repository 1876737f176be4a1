"""What firmware does with a grey image before a model sees it: four named rules, all exact in integers.

A model's entry in `models/manifest.json` names its rule; firmware, reference and training recipes all follow it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitrig.digits.arrays import SIDE
from digitrig.errors import ShapeError, UnknownNameError

RESIZED = 96
"""Side of the picture that the rule 'resize96' makes."""

Pixels = NDArray[np.uint8]


def _scale(images: Pixels) -> NDArray[np.int8]:
    return (images ^ 0x80).view(np.int8)


def _halve(images: Pixels) -> NDArray[np.int8]:
    return (images >> 1).view(np.int8)


def _binarise(images: Pixels) -> NDArray[np.int8]:
    return np.where(images > 0, np.int8(127), np.int8(-128))


def _resize96(images: Pixels) -> NDArray[np.int8]:
    source = np.arange(RESIZED) * SIDE // RESIZED
    return _scale(images)[:, source][:, :, source]


@dataclass(frozen=True)
class Rule:
    """One rule.  apply: (N, 28, 28) uint8 to (N, side, side) int8.  side: of the picture that the model sees.

    scale, zero_point: quantisation of the model's input tensor, so that a value v means (v - zero_point) * scale.
    """

    apply: Callable[[Pixels], NDArray[np.int8]]
    scale: float
    zero_point: int
    side: int = SIDE


_RULES = {
    "scale": Rule(_scale, 1 / 255, -128),
    "halve": Rule(_halve, 1 / 128, 0),
    "binarise": Rule(_binarise, 1 / 255, -128),
    "resize96": Rule(_resize96, 1 / 255, -128, RESIZED),
}


def rule_names() -> list[str]:
    """Names of all rules, sorted."""
    return sorted(_RULES)


def rule(name: str) -> Rule:
    """A rule by its name.  Raises UnknownNameError."""
    if name not in _RULES:
        raise UnknownNameError("preprocessing rule", name, rule_names())
    return _RULES[name]


def preprocess(images: Pixels, name: str) -> NDArray[np.int8]:
    """Make model inputs from grey images.  images: (N, 28, 28) uint8, 0 is background and 255 is ink.

    name: `scale`, pixel - 128; `halve`, pixel >> 1; `binarise`, 127 where there is any ink and -128 elsewhere;
    `resize96`, as `scale`, and output row and column d take source row and column d * 28 // 96.
    Returns int8, (N, 28, 28, 1), or (N, 96, 96, 1) for `resize96`.  Raises ShapeError, UnknownNameError.
    """
    chosen = rule(name)
    if images.ndim != 3 or images.shape[1:] != (SIDE, SIDE) or images.dtype != np.uint8:
        found = f"images have shape {images.shape} and type {images.dtype}"
        raise ShapeError(f"{found}; expected (N, {SIDE}, {SIDE}) uint8, 0 is background and 255 is ink")
    return np.ascontiguousarray(chosen.apply(np.ascontiguousarray(images))[..., None])
