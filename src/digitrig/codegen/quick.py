"""The short scaling of `firmware/kernels/quick_s8.h`: two products of 32 bits, proven for every accumulator."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from digitrig.codegen.convolutions import HALF
from digitrig.codegen.steps import Constant, Step

NEIGHBOURS = 4  # multipliers tried on either side
QUICK_BITS, QUICK_HALF = 18, 14  # of accumulators and half multipliers, see quick_s8.h
SCALE_BYTES = 8  # of one channel
FAR = 2**30  # no accumulator that matters is larger

Integers = NDArray[np.int64]
Rounding = Callable[[Integers, int, int], Integers]


def rounded_twice(accumulators: Integers, multiplier: int, shift: int) -> Integers:
    """MultiplyByQuantizedMultiplier of the reference for shift <= 0: product and shift are rounded each."""
    product = (accumulators * multiplier + (1 << 30)) >> 31
    if shift == 0:
        return product
    twice = (product - (product < 0)) >> (-shift - 1)
    return twice - (twice >> 1)


def rounded_once(accumulators: Integers, multiplier: int, shift: int) -> Integers:
    """What stands for the reference's double in dense layers, see `scaling.single_rounding_multiplier`."""
    return (accumulators * multiplier + (1 << (30 - shift))) >> (31 - shift)


@dataclass(frozen=True)
class Limits:
    """Of a layer's output: zero point, and the range that its activation leaves."""

    zero_point: int
    minimum: int
    maximum: int

    @classmethod
    def of(cls, out: str) -> Limits:
        """From the C text of a `struct requantise_s8`."""
        found = dict(re.findall(r"\.(zero_point|minimum|maximum) = (-?\d+)", out))
        return cls(*(int(found[name]) for name in ("zero_point", "minimum", "maximum")))


@dataclass(frozen=True)
class Quick:
    """Numbers by channel.  offsets: what the bias is shifted by.  pairs: multiplier and rounding."""

    offsets: tuple[int, ...]
    pairs: tuple[tuple[int, int], ...]
    shift: int


def _greatest_at_minimum(outputs: Callable[[Integers], Integers], minimum: int) -> int | None:
    """The greatest accumulator that gives the minimum, None if there is none; outputs grow with accumulators."""

    def is_minimum(accumulator: int) -> bool:
        return int(outputs(np.array([accumulator], np.int64))[0]) == minimum

    low, high = -FAR, FAR
    if not is_minimum(low) or is_minimum(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if is_minimum(middle) else (low, middle)
    return low


def _pair(steps: Integers, nearest: int, shift: int) -> tuple[int, int] | None:
    """Multiplier and rounding that give these steps above the minimum for accumulators 0, 1, ...; else None."""
    accumulators = np.arange(len(steps), dtype=np.int64)
    below = steps < steps[-1]
    for candidate in sorted(range(nearest - NEIGHBOURS, nearest + NEIGHBOURS + 1), key=lambda m: abs(m - nearest)):
        product = (accumulators * candidate) >> QUICK_HALF
        least = int(((steps << shift) - product).max())
        greatest = int((((steps + 1) << shift) - product).min(where=below, initial=2**31)) - 1
        greatest = min(greatest, 2**32 - 1 - int(product[-1]))
        if 0 < candidate < 1 << (2 * QUICK_HALF) and 0 <= least <= greatest:
            return candidate, (least + greatest) // 2
    return None


def quick_scaling(pairs: list[tuple[int, int]], limits: Limits, rounding: Rounding) -> Quick | None:
    """What `quick_s8` takes, or None where no numbers give equal outputs for every accumulator.

    pairs: multiplier and shift of the reference, per channel; no left shift.
    """
    return _quick_scaling(tuple(pairs), limits, rounding)


@lru_cache(maxsize=256)
def _quick_scaling(pairs: tuple[tuple[int, int], ...], limits: Limits, rounding: Rounding) -> Quick | None:
    shift = QUICK_HALF - max(right for _, right in pairs)
    if not 1 <= shift <= 31 or max(right for _, right in pairs) > 0:
        return None
    offsets, found = [], []
    for multiplier, right in pairs:

        def outputs(accumulators: Integers, multiplier: int = multiplier, right: int = right) -> Integers:
            scaled = rounding(accumulators, multiplier, right) + limits.zero_point
            return np.clip(scaled, limits.minimum, limits.maximum)

        last = _greatest_at_minimum(outputs, limits.minimum)
        if last is None:
            return None
        steps = outputs(np.arange(1 << QUICK_BITS, dtype=np.int64) + last) - limits.minimum
        pair = _pair(steps, multiplier >> max(0, 31 - QUICK_HALF - right - shift), shift)
        if steps[-1] != limits.maximum - limits.minimum or pair is None:
            return None
        offsets.append(-last)
        found.append(pair)
    return Quick(tuple(offsets), tuple(found), shift)


def quick_output(step: Step, bias: NDArray[np.int32], rounding: Rounding) -> tuple[str, list[Constant]] | None:
    """C text of a `struct quick_s8` and its arrays for a layer, None if it cannot be proven.

    bias: folded, as the kernel adds it to its sums; it may wrap."""
    scaling = {c.suffix: c.values.tolist() for c in step.constants if c.suffix in ("multiplier", "shift")}
    limits = Limits.of(str(step.fields["out"]))
    multipliers = scaling.get("multiplier", [HALF] * len(scaling["shift"]))
    quick = quick_scaling(list(zip(multipliers, scaling["shift"], strict=True)), limits, rounding)
    if quick is None:
        return None
    odd = len(quick.offsets) % 2
    offsets = np.array([*quick.offsets, *[0] * odd], np.int64)
    shifted = (bias.astype(np.int64) + offsets).astype(np.uint32).view(np.int32)
    half = 1 << QUICK_HALF
    shared = len(set(quick.pairs)) == 1
    pairs = quick.pairs[:1] if shared else quick.pairs
    words = [word for multiplier, add in pairs for word in (multiplier // half << 16 | multiplier % half, add)]
    words += [0, 0] * (odd and not shared)
    text = (
        "{.bias = {layer}_bias, .scale = {layer}_scale, "
        f".shift = {quick.shift}, .step = {0 if shared else SCALE_BYTES}, "
        f".minimum = {limits.minimum}, .maximum = {limits.maximum}}}"
    )
    return text, [
        Constant("bias", "int32_t", shifted, "with the input's zero point and the output's minimum folded in"),
        Constant("scale", "int32_t", np.array(words, np.uint32).view(np.int32), "halves of a multiplier, and rounding"),
    ]


def quick_dense(step: Step) -> Step:
    """A dense layer with the short scaling, where that can be proven; powers of two keep their shifts."""
    if all(constant.suffix != "multiplier" for constant in step.constants):
        return step
    bias = next(c.values for c in step.constants if c.suffix == "bias")
    quick = quick_output(step, bias, rounded_once)
    if quick is None:
        return step
    fields = {name: step.fields[name] for name in ("inputs", "outputs", "weights")}
    constants = (*(c for c in step.constants if c.suffix == "weights"), *quick[1])
    return replace(step, kernel="fully_connected_quick_s8", fields={**fields, "out": quick[0]}, constants=constants)
