"""The integers that stand for scales."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitrig.codegen.scaling import (
    activation_range,
    output_multiplier,
    quantised_multiplier,
    single_rounding_multiplier,
    softmax_scaling,
)


def test_multipliers_of_simple_numbers() -> None:
    """By hand: 1/2 = 2^30 * 2^-31, 1 = 2^30 * 2^-30, 3/4 = 1.5 * 2^30 * 2^-31, 3 = 1.5 * 2^30 * 2^-29."""
    assert quantised_multiplier(0.5) == (2**30, 0)
    assert quantised_multiplier(1.0) == (2**30, 1)
    assert quantised_multiplier(0.75) == (3 * 2**29, 0)
    assert quantised_multiplier(3.0) == (3 * 2**29, 2)
    assert quantised_multiplier(0.0) == (0, 0)


def test_multiplier_that_rounds_up_to_two_to_the_31_moves_to_the_next_shift() -> None:
    assert quantised_multiplier(1.0 - 2.0**-40) == (2**30, 1)


def test_numbers_too_small_for_any_shift_become_zero() -> None:
    assert quantised_multiplier(2.0**-32)[0] == 2**30
    assert quantised_multiplier(2.0**-33) == (0, 0)


@given(st.floats(1e-9, 1e9))
def test_multiplier_is_within_half_a_step_of_the_number(real: float) -> None:
    multiplier, shift = quantised_multiplier(real)
    assert 2**30 <= multiplier < 2**31
    assert abs(Fraction(real) - multiplier * Fraction(2) ** (shift - 31)) <= Fraction(2) ** (shift - 32)


def test_output_multiplier_multiplies_the_scales_as_doubles() -> None:
    scales = [np.float32(x) for x in (0.0039215689, 0.0072, 0.013)]
    real = float(scales[0]) * float(scales[1]) / float(scales[2])
    assert output_multiplier(*scales) == quantised_multiplier(real)


@pytest.mark.parametrize(
    ("activation", "scale", "zero_point", "expected"),
    [
        ("NONE", 0.1, 5, (-128, 127)),
        ("RELU", 0.1, 5, (5, 127)),
        ("RELU", 0.1, -128, (-128, 127)),
        ("RELU6", 0.1, -100, (-100, -40)),  # 6 / 0.1 = 60 steps
        ("RELU6", 0.01, -100, (-100, 127)),
        ("RELU_N1_TO_1", 0.1, 0, (-10, 10)),
        ("RELU_N1_TO_1", 0.4, 0, (-3, 3)),  # 2.5 steps: halves away from zero
    ],
)
def test_activation_ranges(activation: str, scale: float, zero_point: int, expected: tuple[int, int]) -> None:
    assert activation_range(activation, np.float32(scale), zero_point) == expected


def _rounded(product: float) -> int:
    """Halves away from zero, as C's round()."""
    return int(np.sign(product) * np.floor(abs(product) + 0.5))


@pytest.mark.parametrize("real", [0.5, 0.25, 0.0123, 0.00377, 2.0**-7, 3 * 2.0**-9, 1 / 3, 0.999, 1.0, 1.7])
def test_single_rounding_equals_floating_point_for_every_accumulator(real: float) -> None:
    """Brute force over all accumulators whose result is not clamped, and some beyond."""
    multiplier, shift = single_rounding_multiplier(real, -255, 255, 2**31 - 1)
    limit = int(260 / real)
    for accumulator in range(-limit, limit + 1):
        fixed = (accumulator * multiplier + (1 << (30 - shift))) >> (31 - shift)
        clamp = (max(-255, min(255, fixed)), max(-255, min(255, _rounded(accumulator * real))))
        assert clamp[0] == clamp[1], accumulator


def test_single_rounding_says_when_no_multiplier_serves() -> None:
    """At a scale this small, accumulators near 2^31 would need more than 31 bits of multiplier."""
    reals = [2.0**-23 * (1 + k / 997) for k in range(40)]
    refused = 0
    for real in reals:
        try:
            single_rounding_multiplier(real, -255, 255, 2**31 - 1)
        except ValueError as error:
            refused += 1
            assert "rounds like" in str(error)
    assert refused > 0


def test_softmax_of_scale_one() -> None:
    """By hand: 2^26 = 2^30 * 2^-4, so shift 27; 31 * 2^26 / 2^27 = 15.5 steps below the greatest still count."""
    scaling = softmax_scaling(1.0, np.float32(1.0))
    assert (scaling.multiplier, scaling.shift, scaling.diff_min) == (2**30, 27, -15)


def test_softmax_of_a_scale_beyond_its_range() -> None:
    scaling = softmax_scaling(1.0, np.float32(64.0))
    assert (scaling.multiplier, scaling.shift, scaling.diff_min) == (2**31 - 1, 31, 0)
