"""Operators with weights: convolution, depthwise convolution, dense layer."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from digitrig.codegen.context import Context, lowers
from digitrig.codegen.graph import Tensor
from digitrig.codegen.scaling import output_multiplier, single_rounding_multiplier
from digitrig.codegen.steps import Constant, Step, folded_bias, weight_blocks

LARGE_SCRATCH = 16384  # bytes; convolutions that would copy more of their input than this copy patch by patch
HALF = 2**30  # the multiplier of a power of two


Pairs = list[tuple[int, int]]


def _scaling(minimum: int, maximum: int, zero_point: int, pairs: Pairs) -> tuple[str, list[Constant]]:
    """C text of a `struct requantise_s8` and its arrays; where all scales are powers of two only shifts remain."""
    shifts_only = all(multiplier == HALF for multiplier, _ in pairs)
    text = (
        f"{{.multiplier = {'0' if shifts_only else '{layer}_multiplier'}, .shift = {{layer}}_shift, "
        f".zero_point = {zero_point}, .minimum = {minimum}, .maximum = {maximum}}}"
    )
    note = (
        "per output channel, one more than the power of two" if shifts_only else "per output channel, left if positive"
    )
    shifts = Constant("shift", "int8_t", np.array([s for _, s in pairs], np.int8), note)
    if shifts_only:
        return text, [shifts]
    multipliers = np.array([m for m, _ in pairs], np.int32)
    return text, [Constant("multiplier", "int32_t", multipliers, "per output channel, Q0.31"), shifts]


def _rounded_twice(
    context: Context, source: Tensor, weights: Tensor, target: Tensor, channels: int
) -> tuple[str, list[Constant]]:
    """Scaling as the reference convolution does it."""
    minimum, maximum = context.range(target)
    scales = np.broadcast_to(weights.scales, (channels,))
    pairs = [output_multiplier(source.scale, scale, target.scale) for scale in scales]
    return _scaling(minimum, maximum, target.zero_point, pairs)


def _single_pair(context: Context, real: float, first: int, last: int, bound: int) -> tuple[int, int]:
    """Multiplier and shift of one output of a dense layer, for accumulators up to `bound`."""
    mantissa, exponent = math.frexp(real)
    if mantissa == 0.5 and exponent >= -30:
        multiplier, shift = HALF, exponent
    else:
        try:
            multiplier, shift = single_rounding_multiplier(real, first, last, bound)
        except ValueError as error:
            raise context.refuse(str(error), "scales for which an integer multiplier gives equal outputs") from error
    if shift > 0 and bound << shift >= 2**31:
        raise context.refuse(f"accumulators up to {bound} times {real:g}", "products below 2^31")
    return multiplier, shift


def _rounded_once(context: Context, source: Tensor, weights: Tensor, target: Tensor) -> tuple[str, list[Constant]]:
    """Scaling that equals the floating point of the reference's dense layer for every possible accumulator."""
    assert weights.data is not None
    minimum, maximum = context.range(target)
    first, last = minimum - target.zero_point, maximum - target.zero_point
    sums = np.abs(weights.data.astype(np.int64)).sum(axis=1) * 255
    bounds = (sums + np.abs(context.bias(weights.shape[0]).astype(np.int64))).tolist()
    scales = np.broadcast_to(weights.scales, (len(bounds),))
    reals = [float(source.scale) * float(scale) / float(target.scale) for scale in scales]
    pairs = [_single_pair(context, real, first, last, bound) for real, bound in zip(reals, bounds, strict=True)]
    if any(multiplier != HALF for multiplier, _ in pairs):
        # Multiplied powers of two round halves up, shifted ones away from zero: one kind for the whole layer.
        pairs = [
            pair if pair[0] != HALF else _multiplied(context, real, first, last, bound)
            for pair, real, bound in zip(pairs, reals, bounds, strict=True)
        ]
    return _scaling(minimum, maximum, target.zero_point, pairs)


def _multiplied(context: Context, real: float, first: int, last: int, bound: int) -> tuple[int, int]:
    try:
        return single_rounding_multiplier(real, first, last, bound)
    except ValueError as error:
        raise context.refuse(str(error), "scales for which an integer multiplier gives equal outputs") from error


def _parameters(context: Context, rows: NDArray[np.int8], source: Tensor) -> list[Constant]:
    bias = folded_bias(context.bias(rows.shape[0]), rows, source.zero_point)
    return [
        Constant("weights", "int8_t", weight_blocks(rows), "blocks of 4 taps x 2 output channels, see dot_u8s8.h"),
        Constant("bias", "int32_t", bias, "with the input's zero point folded in"),
    ]


@lowers("CONV_2D")
def _conv_2d(context: Context) -> Step:
    source, target, weights = context.input(), context.output(), context.weights(4)
    height, width, depth = context.image(source)
    channels, kernel_h, kernel_w, kernel_depth = weights.shape
    context.option("dilationHFactor", (1,))
    context.option("dilationWFactor", (1,))
    if kernel_depth != depth:
        found = f"weights '{weights.name}' are for {kernel_depth} channels, the input has {depth}"
        raise context.refuse(found, "as many (no grouped convolution)")
    stride_h, stride_w = context.size("strideH"), context.size("strideW")
    out_h, pad_top = context.padding(height, kernel_h, stride_h)
    out_w, pad_left = context.padding(width, kernel_w, stride_w)
    context.same_shape(target, (1, out_h, out_w, channels))
    assert weights.data is not None
    rows = weights.data.reshape(channels, kernel_h, kernel_w * depth)
    out, scaling = _rounded_twice(context, source, weights, target, channels)
    padded = ((out_h - 1) * stride_h + kernel_h) * ((out_w - 1) * stride_w + kernel_w) * depth
    fields: dict[str, int | str] = {
        "input_h": height,
        "input_w": width,
        "input_c": depth,
        "kernel_h": kernel_h,
        "kernel_w": kernel_w,
        "stride_h": stride_h,
        "stride_w": stride_w,
        "pad_top": pad_top,
        "pad_left": pad_left,
        "output_h": out_h,
        "output_w": out_w,
        "output_c": channels,
        "zero_byte": source.zero_point + 128,
        "weights": "{layer}_weights",
        "bias": "{layer}_bias",
        "out": out,
    }
    macs = out_h * out_w * channels * kernel_h * kernel_w * depth
    scratch = out_w * 8 + padded + 3
    if scratch > LARGE_SCRATCH:
        return _by_patches(context, Step(context.operator, source, target, "", fields, tuple(scaling), 0, macs), rows)
    constants = (*_parameters(context, rows, source), *scaling)
    return Step(context.operator, source, target, "conv2d_s8", fields, constants, scratch, macs)


def _plain_parameters(
    context: Context, rows: NDArray[np.int8], source: Tensor, order: NDArray[np.int8]
) -> list[Constant]:
    """Weights as they lie in the file, and a bias for signed inputs.  rows: the same weights by output channel."""
    bias = folded_bias(context.bias(rows.shape[0]), rows, source.zero_point - 128)[: rows.shape[0]]
    return [
        Constant("weights", "int8_t", order.reshape(-1), "in the order of the model file"),
        Constant("bias", "int32_t", bias, "with the input's zero point folded in"),
    ]


def _by_patches(context: Context, step: Step, rows: NDArray[np.int8]) -> Step:
    """A convolution that copies no more of its input than a patch.  rows: (output channels, kernel rows, taps)."""
    fields = {key: value for key, value in step.fields.items() if key != "zero_byte"}
    last = {key: fields.pop(key) for key in ("weights", "bias", "out")}
    fields |= {"dilation_h": 1, "dilation_w": 1, "zero_point": step.source.zero_point, **last}
    constants = (*_plain_parameters(context, rows, step.source, rows), *step.constants)
    return replace(step, kernel="conv2d_rows_s8", fields=fields, constants=constants, scratch_bytes=rows[0].size)


@lowers("DEPTHWISE_CONV_2D")
def _depthwise_conv_2d(context: Context) -> Step:
    source, target, weights = context.input(), context.output(), context.weights(4, axis=3)
    height, width, depth = context.image(source)
    one, kernel_h, kernel_w, channels = weights.shape
    context.option("dilationHFactor", (1,))
    context.option("dilationWFactor", (1,))
    multiplier = channels // depth
    if one != 1 or multiplier * depth != channels or context.options.get("depthMultiplier", multiplier) != multiplier:
        found = f"weights '{weights.name}' have shape {weights.shape} for an input of {depth} channels"
        found += f" and depthMultiplier {context.options.get('depthMultiplier', 0)}"
        raise context.refuse(found, f"shape (1, height, width, {depth} * depthMultiplier)")
    stride_h, stride_w = context.size("strideH"), context.size("strideW")
    out_h, pad_top = context.padding(height, kernel_h, stride_h)
    out_w, pad_left = context.padding(width, kernel_w, stride_w)
    context.same_shape(target, (1, out_h, out_w, channels))
    assert weights.data is not None
    out, scaling = _rounded_twice(context, source, weights, target, channels)
    fields: dict[str, int | str] = {
        "input_h": height,
        "input_w": width,
        "input_c": depth,
        "multiplier": multiplier,
        "kernel_h": kernel_h,
        "kernel_w": kernel_w,
        "stride_h": stride_h,
        "stride_w": stride_w,
        "pad_top": pad_top,
        "pad_left": pad_left,
        "output_h": out_h,
        "output_w": out_w,
        "zero_point": source.zero_point,
        "weights": "{layer}_weights",
        "bias": "{layer}_bias",
        "out": out,
    }
    rows = np.ascontiguousarray(weights.data.reshape(kernel_h * kernel_w, channels).T)
    constants = (*_plain_parameters(context, rows, source, weights.data), *scaling)
    scratch, macs = kernel_h * kernel_w * depth, out_h * out_w * channels * kernel_h * kernel_w
    return Step(context.operator, source, target, "depthwise_conv2d_s8", fields, constants, scratch, macs)


@lowers("FULLY_CONNECTED")
def _fully_connected(context: Context) -> Step:
    source, target, weights = context.input(), context.output(), context.weights(2)
    context.option("weightsFormat", (0,))
    outputs, inputs = weights.shape
    if source.elements != inputs or target.elements != outputs:
        found = f"weights {weights.shape} between {source.shape} and {target.shape}"
        raise context.refuse(found, "one row of inputs and one of outputs")
    assert weights.data is not None
    rows = weights.data.reshape(outputs, 1, inputs)
    out, scaling = _rounded_once(context, source, weights, target)
    fields: dict[str, int | str] = {
        "inputs": inputs,
        "outputs": outputs,
        "weights": "{layer}_weights",
        "bias": "{layer}_bias",
        "out": out,
    }
    constants = (*_parameters(context, rows, source), *scaling)
    return Step(context.operator, source, target, "fully_connected_s8", fields, constants, inputs + 3, inputs * outputs)
