"""The numbers that TFLite computes from scales before it runs, digit for digit.

Source: LiteRT 2.x, `tflite/kernels/internal/quantization_util.cc` and `tflite/kernels/kernel_util.cc`; the formats of
the results are those of `firmware/kernels/fixed_point.h` and `softmax_s8.h`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

SOFTMAX_INTEGER_BITS = 5  # differences of inputs are Q5.26 in the kernel


def quantised_multiplier(real: float) -> tuple[int, int]:
    """Write a factor as multiplier * 2^(shift - 31).

    real: >= 0.  Returns multiplier (0, or 2^30 .. 2^31 - 1) and shift (-31 .. 30, left if positive).
    """
    if real == 0.0:
        return 0, 0
    fraction, shift = math.frexp(real)
    multiplier = math.floor(fraction * 2**31 + 0.5)
    if multiplier == 2**31:
        multiplier //= 2
        shift += 1
    if shift < -31:
        return 0, 0
    return multiplier, shift


def output_multiplier(input_scale: np.float32, weight_scale: np.float32, output_scale: np.float32) -> tuple[int, int]:
    """Multiplier and shift from accumulator steps to output steps; the scales are floats, their product a double."""
    return quantised_multiplier(float(input_scale) * float(weight_scale) / float(output_scale))


def _first_at_least(real: float, step: int) -> int:
    """Least accumulator whose product with a double, rounded halves away from zero, is `step` or more."""
    accumulator = math.floor((step - 0.5) / real) - 2
    while _rounded(accumulator * real) < step:
        accumulator += 1
    return accumulator


def single_rounding_multiplier(real: float, first: int, last: int, bound: int) -> tuple[int, int]:
    """Multiplier and shift that round once and equal a multiplication by a double, proven for all accumulators.

    real: > 0.  first, last: range of the clamped result, without its zero point.  bound: no accumulator is larger in
    magnitude.  The fixed-point result is (accumulator * multiplier + 2^(30 - shift)) >> (31 - shift); both functions
    grow with the accumulator, so they are equal when each result begins at the same one.
    Raises ValueError when no multiplier near the real one does it.
    """
    multiplier, shift = quantised_multiplier(real)
    half = 1 << (30 - shift)
    begins = [(step, _first_at_least(real, step)) for step in range(first + 1, last + 1)]
    begins = [(step, begin) for step, begin in begins if -bound < begin <= bound]
    for candidate in sorted(range(multiplier - 8, multiplier + 9), key=lambda m: (abs(m - multiplier), -m)):
        if not 2**30 <= candidate < 2**31:
            continue
        if all(-((half - (step << (31 - shift))) // candidate) == begin for step, begin in begins):
            return candidate, shift
    raise ValueError(f"no multiplier near {multiplier} * 2^{shift - 31} rounds like {real!r}")


def _rounded(value: float | np.float32) -> int:
    """To the nearest integer, halves away from zero."""
    return int(math.copysign(math.floor(abs(float(value)) + 0.5), float(value)))


def activation_range(activation: str, scale: np.float32, zero_point: int) -> tuple[int, int]:
    """Least and greatest int8 output under a fused activation.  Raises KeyError for one that TFLite cannot fuse."""
    low, high = {
        "NONE": (None, None),
        "RELU": (0.0, None),
        "RELU6": (0.0, 6.0),
        "RELU_N1_TO_1": (-1.0, 1.0),
    }[activation]
    minimum = -128 if low is None else max(-128, zero_point + _rounded(np.float32(low) / scale))
    maximum = 127 if high is None else min(127, zero_point + _rounded(np.float32(high) / scale))
    return minimum, maximum


@dataclass(frozen=True)
class SoftmaxScaling:
    """Parameters of the softmax kernel."""

    multiplier: int
    shift: int
    diff_min: int


def softmax_scaling(beta: float, input_scale: np.float32) -> SoftmaxScaling:
    """Parameters of softmax for an input scale and beta (both > 0)."""
    fraction_bits = 31 - SOFTMAX_INTEGER_BITS
    real = min(float(np.float32(beta)) * float(input_scale) * 2**fraction_bits, 2.0**31 - 1.0)
    multiplier, shift = quantised_multiplier(real)
    radius = (2**SOFTMAX_INTEGER_BITS - 1) * 2**fraction_bits / 2**shift
    return SoftmaxScaling(multiplier, shift, -math.floor(radius))


@dataclass(frozen=True)
class AddScaling:
    """Parameters of the addition kernel: multiplier and shift of both inputs and of the sum; no shift is above 0."""

    first: tuple[int, int]
    second: tuple[int, int]
    output: tuple[int, int]


ADD_LEFT_SHIFT = 20  # bits by which the reference shifts inputs left; `firmware/kernels/add_s8.h` has it too


def add_scaling(first: np.float32, second: np.float32, target: np.float32) -> AddScaling:
    """Parameters of an addition from its three scales.  Raises ValueError if the sum's factor is not below 1."""
    twice = float(np.float32(2) * max(first, second))
    factor = twice / (float(target) * 2**ADD_LEFT_SHIFT)
    scaling = AddScaling(
        quantised_multiplier(float(first) / twice),
        quantised_multiplier(float(second) / twice),
        quantised_multiplier(factor),
    )
    if factor >= 1 or scaling.output[1] > 0:
        raise ValueError(f"output scale {target:g} is too small for inputs of {first:g} and {second:g}")
    return scaling


def mean_scaling(source: np.float32, target: np.float32, count: int) -> tuple[int, int]:
    """Multiplier and shift from a sum of `count` input steps to output steps, which the reference makes of integers."""
    multiplier, shift = quantised_multiplier(float(source) / float(target))
    bits = min(count.bit_length() - 1, 32, 31 + shift)
    return (multiplier << bits) // count, shift - bits
