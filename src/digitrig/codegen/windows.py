"""Convolutions that the kernel `conv2d_windows_s8` can do, fused with the max-pooling that follows where there is one.

Everything that the kernel takes for granted is proven here for the weights at hand; what cannot be keeps `conv2d_s8`.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from digitrig.codegen.graph import Graph
from digitrig.codegen.steps import Constant, Step, folded_bias

CHANNELS = 4  # output channels that the kernel does at a time
GROUP = 3  # taps whose packed sum is taken apart at once
GROUP_OF_THREE_BY_THREE = 2  # the same where a kernel is 3x3 on one channel
LEAST, GREATEST = -128, 127  # of an input
NEIGHBOURS = 4  # multipliers tried on either side
QUICK_BITS, QUICK_HALF = 18, 14  # of accumulators and half multipliers, see fixed_point.h


def _ranges(weights: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Least and greatest sum of weight * input along the last axis, for any int8 inputs."""
    up, down = np.maximum(weights, 0).sum(axis=-1), np.minimum(weights, 0).sum(axis=-1)
    return up * LEAST + down * GREATEST, up * GREATEST + down * LEAST


def packed_sums_fit(rows: NDArray[np.int8]) -> bool:
    """Whether every group of taps has, in every channel, a sum of 16 bits with its sign, whatever the inputs.

    rows: (output channels, kernel rows, taps of a row)."""
    channels, lines, taps = rows.shape
    if (lines, taps) == (3, 3):
        group = GROUP_OF_THREE_BY_THREE
    elif taps % GROUP == 0:
        group = GROUP
    else:
        return False
    flat = rows.reshape(channels, -1).astype(np.int64)
    filled = np.pad(flat, ((0, 0), (0, -flat.shape[1] % group)))
    least, greatest = _ranges(filled.reshape(channels, -1, group))
    return bool(least.min() >= -(2**15) and greatest.max() < 2**15)


def _accumulators_fit(rows: NDArray[np.int8], bias: NDArray[np.int32], input_zero_point: int) -> bool:
    """Whether neither a sum nor a sum with its folded bias can leave 32 bits."""
    flat = rows.reshape(rows.shape[0], -1).astype(np.int64)
    least, greatest = _ranges(flat)
    folded = bias.astype(np.int64) - input_zero_point * flat.sum(axis=1)
    return bool(
        np.abs(folded).max() < 2**31 and (least + folded).min() > -(2**31) and (greatest + folded).max() < 2**31
    )


def _reference_scaled(accumulators: NDArray[np.int64], multiplier: int, shift: int) -> NDArray[np.int64]:
    """MultiplyByQuantizedMultiplier of the reference for accumulators above 0 and shift <= 0: rounded twice."""
    product = (accumulators * multiplier + (1 << 30)) >> 31
    return (product + ((1 << -shift) >> 1)) >> -shift


def _quick_pair(pair: tuple[int, int], steps: int, shift: int) -> tuple[int, int] | None:
    """Multiplier and rounding for one channel, right for all accumulators of 1 to 2^18 - 1; else None."""
    multiplier, right = pair
    accumulators = np.arange(1, 1 << QUICK_BITS, dtype=np.int64)
    expected = np.minimum(_reference_scaled(accumulators, multiplier, right), steps)
    if expected[-1] != steps:
        return None
    nearest = multiplier >> max(0, 31 - QUICK_HALF - right - shift)
    below = expected < steps
    for candidate in sorted(range(nearest - NEIGHBOURS, nearest + NEIGHBOURS + 1), key=lambda m: abs(m - nearest)):
        product = (accumulators * candidate) >> QUICK_HALF
        least = int(((expected << shift) - product).max())
        greatest = int((((expected + 1) << shift) - product).min(where=below, initial=2**31)) - 1
        greatest = min(greatest, 2**32 - 1 - int(product[-1]))
        if 0 < candidate < 1 << (2 * QUICK_HALF) and 0 <= least <= greatest:
            return candidate, (least + greatest) // 2
    return None


def quick_scaling(pairs: list[tuple[int, int]], steps: int) -> tuple[list[tuple[int, int]], int] | None:
    """What `requantise_quick_s8` of firmware/kernels/fixed_point.h takes: (multiplier, rounding) by channel, shift.

    pairs: multiplier and shift of the reference, per channel.  steps: from the least to the greatest output.
    None where no numbers give equal outputs for every accumulator.
    """
    shift = QUICK_HALF - max(right for _, right in pairs)
    if not 1 <= shift <= 31:
        return None
    found = [_quick_pair(pair, steps, shift) for pair in pairs]
    proven = [pair for pair in found if pair is not None]
    return (proven, shift) if len(proven) == len(found) else None


def _pools(step: Step) -> bool:
    """Whether a step is a plain 2x2 max-pooling of whole windows."""
    f = step.fields
    return step.kernel == "max_pool_s8" and (
        (f["window_h"], f["window_w"], f["stride_h"], f["stride_w"], f["pad_top"], f["pad_left"]) == (2, 2, 2, 2, 0, 0)
        and 2 * int(f["output_h"]) <= int(f["input_h"])
        and 2 * int(f["output_w"]) <= int(f["input_w"])
        and (f["minimum"], f["maximum"]) == (LEAST, GREATEST)
    )


def _convolution(step: Step, pool: Step | None) -> Step | None:
    """A convolution, and a pooling if there is one, by windows; None if that cannot be proven exact."""
    f = step.fields
    weights, biases = step.operator.inputs[1], step.operator.inputs[2] if len(step.operator.inputs) > 2 else None
    assert weights is not None and weights.data is not None
    channels, lines, columns, depth = weights.shape
    rows = weights.data.reshape(channels, lines, columns * depth)
    bias = np.zeros(channels, np.int32) if biases is None or biases.data is None else biases.data.reshape(-1)
    shifts = next(c.values for c in step.constants if c.suffix == "shift")
    if (
        (f["stride_h"], f["stride_w"]) != (1, 1)
        or channels % CHANNELS
        or shifts.max() > 0  # a left shift may lose bits, and with them the order
        or not packed_sums_fit(rows)
        or not _accumulators_fit(rows, bias, step.source.zero_point)
    ):
        return None
    window, last = (1, step) if pool is None else (2, pool)
    out_h, out_w = int(last.fields["output_h"]), int(last.fields["output_w"])
    fields: dict[str, int | str] = {
        **{k: f[k] for k in ("input_h", "input_w", "input_c", "kernel_h", "kernel_w", "pad_top", "pad_left")},
        "output_h": out_h,
        "output_w": out_w,
        "output_c": channels,
        "window": window,
        "zero": step.source.zero_point,
        "quick": 0,
        **{k: f[k] for k in ("weights", "bias", "out")},
    }
    scaling = [c for c in step.constants if c.suffix in ("multiplier", "shift")]
    quick = _quick(step, fields, scaling)
    if quick is not None:
        scaling = [quick]
    folded = Constant(
        "bias",
        "int32_t",
        folded_bias(bias, rows, step.source.zero_point - 128),
        "with the input's zero point folded in",
    )
    padded = (out_h * window + lines - 1) * (out_w * window + columns - 1) * depth
    return replace(
        last,
        source=step.source,
        kernel="conv2d_windows_s8",
        fields=fields,
        constants=(*(c for c in step.constants if c.suffix == "weights"), folded, *scaling),
        scratch_bytes=lines * columns * depth * 8 + padded + 3,
        macs=out_h * out_w * window * window * channels * lines * columns * depth,
        absorbed=() if pool is None else (step.operator,),
    )


def _quick(step: Step, fields: dict[str, int | str], scaling: list[Constant]) -> Constant | None:
    """Multipliers for the quick scaling, if it can be proven; sets `quick` and `out` among the fields."""
    limits = {
        name: int(value) for name, value in re.findall(r"\.(zero_point|minimum|maximum) = (-?\d+)", str(fields["out"]))
    }
    if limits["minimum"] != limits["zero_point"] or len(scaling) != 2:  # or powers of two, which need only shifts
        return None
    multipliers, shifts = (constant.values.tolist() for constant in scaling)
    found = quick_scaling(list(zip(multipliers, shifts, strict=True)), limits["maximum"] - limits["minimum"])
    if found is None:
        return None
    fields["quick"] = found[1]
    fields["out"] = str(fields["out"]).replace("{layer}_shift", "0")
    note = "per output channel, for short products, each with its rounding"
    return Constant("multiplier", "int32_t", np.array(found[0], np.int32).reshape(-1), note)


def with_windows(graph: Graph, steps: list[Step]) -> list[Step]:
    """Steps with every convolution done by windows that can be, and poolings fused into them."""
    result: list[Step] = []
    for step in steps:
        before = result[-1] if result else None
        if before is not None and before.kernel == "conv2d_s8":
            alone = sum(step.source is tensor for s in steps for tensor in (s.source, *s.others)) == 1
            hidden = before.target is step.source and alone and before.target not in graph.outputs
            fused = _convolution(before, step if hidden and _pools(step) else None)
            result[-1:] = [] if fused is not None and fused.absorbed else [fused or before]
            if fused is not None and fused.absorbed:
                result.append(fused)
                continue
        result.append(step)
    if result and result[-1].kernel == "conv2d_s8":
        result[-1] = _convolution(result[-1], None) or result[-1]
    return result
