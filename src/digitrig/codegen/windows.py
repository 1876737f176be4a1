"""Kernels that do more than one operator takes for granted: what each needs is proven here for the model at hand.

Convolutions that `conv2d_windows_s8` can do, fused with the max-pooling that follows where there is one; dense layers
with short scaling; poolings of pairs. What cannot be proven keeps the kernel that it has.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from digitrig.codegen import pixels
from digitrig.codegen.graph import Graph, Tensor
from digitrig.codegen.quick import quick_dense, quick_output, rounded_twice
from digitrig.codegen.steps import Constant, Step, folded_bias

CHANNELS = 4  # output channels that the kernel does at a time
GROUP = 3  # taps whose packed sum is taken apart at once
WORD = 4  # of which the inputs' channels are a multiple
BLOCK = 4  # taps that SIMD takes at once
LEAST, GREATEST = -128, 127  # of an input
FOLDED_LIMIT = 2**30  # of a folded bias, so that the offset of the short scaling cannot take it out of 32 bits


def _ranges(weights: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Least and greatest sum of weight * input along the last axis, for any int8 inputs."""
    up, down = np.maximum(weights, 0).sum(axis=-1), np.minimum(weights, 0).sum(axis=-1)
    return up * LEAST + down * GREATEST, up * GREATEST + down * LEAST


def packed_sums_fit(rows: NDArray[np.int8]) -> bool:
    """Whether every group of three taps has, in every channel, a sum of 16 bits with its sign, whatever the inputs.

    rows: (output channels, kernel rows, taps of a row)."""
    channels, _, taps = rows.shape
    if taps % GROUP:
        return False
    least, greatest = _ranges(rows.astype(np.int64).reshape(channels, -1, GROUP))
    return bool(least.min() >= -(2**15) and greatest.max() < 2**15)


def _accumulators_fit(rows: NDArray[np.int8], bias: NDArray[np.int32], input_zero_point: int) -> bool:
    """Whether neither a sum nor a sum with its folded bias can leave 32 bits."""
    flat = rows.reshape(rows.shape[0], -1).astype(np.int64)
    least, greatest = _ranges(flat)
    folded = bias.astype(np.int64) - input_zero_point * flat.sum(axis=1)
    return bool(np.abs(folded).max() + max(-least.min(), greatest.max()) < FOLDED_LIMIT)


def _words(values: NDArray[np.int64]) -> NDArray[np.int32]:
    return values.reshape(-1).astype(np.uint32).view(np.int32)


def window_weights(rows: NDArray[np.int8], pitch: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Weights in the layouts of `firmware/kernels/window_s8.h`, without and with SIMD.

    rows: (output channels, kernel rows, taps of a row), channels in fours.  pitch: bytes from one row of inputs to the
    next."""
    _, lines, taps = rows.shape
    wide = rows.astype(np.int64).reshape(-1, CHANNELS, lines, taps)
    packed = (wide[:, 0::2] + (wide[:, 1::2] << 16)).transpose(0, 2, 3, 1)
    blocks = -(-taps // BLOCK)
    filled = np.pad(wide, ((0, 0), (0, 0), (0, 0), (0, -taps % BLOCK))).reshape(-1, CHANNELS, lines, blocks, BLOCK)
    halves = [(filled[..., i] & 0xFFFF) + (filled[..., i + 2] << 16) for i in range(2)]
    pairs = np.stack(halves, axis=-1).transpose(0, 2, 3, 4, 1)  # group, row, block, half, channel
    steps = np.full((len(wide), lines, blocks, 1), BLOCK)
    steps[:, :, -1] = pitch - (blocks - 1) * BLOCK
    simd = np.concatenate([pairs.reshape(len(wide), lines, blocks, 2 * CHANNELS), steps], axis=-1)
    return _words(packed), _words(simd)


def _pools(step: Step) -> bool:
    """Whether a step is a plain 2x2 max-pooling of whole windows."""
    f = step.fields
    return step.kernel == "max_pool_s8" and (
        (f["window_h"], f["window_w"], f["stride_h"], f["stride_w"], f["pad_top"], f["pad_left"]) == (2, 2, 2, 2, 0, 0)
        and 2 * int(f["output_h"]) <= int(f["input_h"])
        and 2 * int(f["output_w"]) <= int(f["input_w"])
        and (f["minimum"], f["maximum"]) == (LEAST, GREATEST)
    )


def _overwrites_what_is_needed(f: dict[str, int | str]) -> bool:
    """Whether a row of outputs, where the input lies, would cover rows of it that have not been copied yet."""
    n = {name: int(value) for name, value in f.items() if isinstance(value, int)}
    rows = n["kernel_h"] + n["window"] - 1
    for y in range(n["output_h"]):
        copied = min(n["input_h"], y * n["window"] + rows - n["pad_top"])
        if (y + 1) * n["output_w"] * n["output_c"] > copied * n["input_w"] * n["input_c"] and copied < n["input_h"]:
            return True
    return False


def _convolution(step: Step, pool: Step | None) -> Step | None:
    """A convolution, and a pooling if there is one, by windows; None if that cannot be proven exact."""
    f = step.fields
    weights, biases = step.operator.inputs[1], step.operator.inputs[2] if len(step.operator.inputs) > 2 else None
    assert weights is not None and weights.data is not None
    channels, lines, columns, depth = weights.shape
    rows = weights.data.reshape(channels, lines, columns * depth)
    bias = np.zeros(channels, np.int32) if biases is None or biases.data is None else biases.data.reshape(-1)
    if (
        (f["stride_h"], f["stride_w"]) != (1, 1)
        or channels % CHANNELS
        or not _accumulators_fit(rows, bias, step.source.zero_point)
    ):
        return None
    window, last = (1, step) if pool is None else (2, pool)
    out_h, out_w = int(last.fields["output_h"]), int(last.fields["output_w"])
    width = out_w * window + columns - 1
    in_code = (
        (lines, columns, depth, window) == (pixels.SIDE, pixels.SIDE, 1, 2)
        and channels <= pixels.MOST_CHANNELS
        and width <= pixels.MOST_COLUMNS
    )
    quick = quick_output(step, folded_bias(bias, rows, step.source.zero_point - 128), rounded_twice)
    if quick is None or not (in_code or (depth % WORD == 0 and packed_sums_fit(rows))):
        return None
    fields: dict[str, int | str] = {
        **{k: f[k] for k in ("input_h", "input_w", "input_c", "kernel_h", "kernel_w", "pad_top", "pad_left")},
        "output_h": out_h,
        "output_w": out_w,
        "output_c": channels,
        "window": window,
        "zero": step.source.zero_point,
        "weights": 0 if in_code else "{layer}_weights",
        "pixels": "{layer}_pixels" if in_code else 0,
        "out": quick[0],
    }
    columns_in_code = -(-width // pixels.COLUMNS) * pixels.COLUMNS
    pitch = columns_in_code * 4 if in_code else -(-width * depth // 8) * 8
    packed, simd = window_weights(rows, pitch)
    words = Constant("weights", "int32_t", packed, "for four channels at a time, see window_s8.h", simd)
    return replace(
        last,
        source=step.source,
        kernel="conv2d_windows_s8",
        fields=fields,
        constants=(*([] if in_code else [words]), *quick[1]),
        scratch_bytes=(lines + window - 1) * pitch + 4,
        macs=out_h * out_w * window * window * channels * lines * columns * depth,
        absorbed=() if pool is None else (step.operator,),
        code=pixels.code(rows.reshape(channels, -1), columns_in_code) if in_code else "",
        in_place=not _overwrites_what_is_needed(fields),
    )


def _pairs(step: Step) -> bool:
    """Whether a pooling is one of pairs: 2x2, side by side, on one channel."""
    return _pools(step) and step.fields["channels"] == 1


def _other_kernel(step: Step) -> Step:
    if step.kernel == "fully_connected_s8":
        return quick_dense(step)
    if step.kernel == "max_pool_s8" and _pairs(step):
        fields = {name: step.fields[name] for name in ("input_w", "output_h", "output_w")}
        return replace(step, kernel="max_pool_pairs_s8", fields=fields)
    return step


def _used_once(graph: Graph, steps: list[Step], tensor: Tensor) -> bool:
    """Whether one step reads a tensor, under whatever shape, and nobody else."""
    renamed = next((step.source for step in steps if step.target is tensor and not step.kernel), None)
    return (
        sum(tensor is read for step in steps for read in (step.source, *step.others)) == 1
        and tensor not in (*graph.inputs, *graph.outputs)
        and (renamed is None or _used_once(graph, steps, renamed))
    )


def with_windows(graph: Graph, steps: list[Step]) -> list[Step]:
    """Steps with every convolution done by windows that can be, poolings fused into them, and other kernels chosen."""
    result: list[Step] = []
    for step in steps:
        before = result[-1] if result else None
        if before is not None and before.kernel == "conv2d_s8":
            hidden = before.target is step.source and _used_once(graph, steps, before.target)
            fused = _convolution(before, step if hidden and _pools(step) else None)
            result[-1:] = [] if fused is not None and fused.absorbed else [fused or before]
            if fused is not None and fused.absorbed:
                result.append(fused)
                continue
        result.append(step)
    if result and result[-1].kernel == "conv2d_s8":
        result[-1] = _convolution(result[-1], None) or result[-1]
    alone = [replace(s, in_place=s.in_place and _used_once(graph, result, s.source)) for s in result]
    return [_other_kernel(step) for step in alone]
