"""What the generator proves before it takes the kernel that does two channels with one product."""

from __future__ import annotations

import re

import numpy as np
import pytest

from digitrig.codegen.pixels import code, groups
from digitrig.codegen.quick import Limits, quick_scaling, rounded_once, rounded_twice
from digitrig.codegen.windows import packed_sums_fit, window_weights


def _rows(weights: list[int], lines: int, taps: int, channels: int = 4) -> np.ndarray:
    """The same weights in every channel, filled up with zeros."""
    filled = np.zeros(lines * taps, np.int8)
    filled[: len(weights)] = weights
    return np.tile(filled, (channels, 1)).reshape(channels, lines, taps)


def test_groups_of_three_taps_are_the_limit_of_16_bits() -> None:
    """Inputs are -128..127: weights of 85 give at least 3 * 85 * -128 = -32640; one step more is -32768, the last
    that fits; two negative weights turn the limit round, 127 * 128 + 129 * 127 = 32639 and so on."""
    assert packed_sums_fit(_rows([85, 85, 85], 1, 3))
    assert packed_sums_fit(_rows([86, 85, 85], 1, 3))  # 256 * -128 = -32768
    assert not packed_sums_fit(_rows([86, 86, 85], 1, 3))  # 257 * -128 = -32896
    assert not packed_sums_fit(_rows([-86, -85, -85], 1, 3))  # -256 * -128 = 32768
    assert packed_sums_fit(_rows([-85, -85, -85], 1, 3))


def test_groups_follow_the_order_of_the_kernel() -> None:
    assert packed_sums_fit(_rows([127, 1, 1, 127, 1, 1], 1, 6))
    assert not packed_sums_fit(_rows([127, 127, 127], 2, 6))


def test_rows_that_are_no_multiple_of_three_are_left() -> None:
    assert not packed_sums_fit(_rows([1], 3, 4))


def _reference(accumulator: int, multiplier: int, shift: int) -> int:
    """Both roundings by hand: the product to 32 bits, halves up, then the shift, halves away from zero."""
    product = (accumulator * multiplier + 2**30) // 2**31
    magnitude = (abs(product) + 2 ** (-shift - 1)) // 2**-shift
    return magnitude if product >= 0 else -magnitude


@pytest.mark.parametrize(("zero_point", "minimum", "maximum"), [(-128, -128, 127), (3, 3, 127), (0, 0, 90)])
def test_short_products_scale_as_the_reference_does(zero_point: int, minimum: int, maximum: int) -> None:
    pairs = [(1564555358, -8), (1533625180, -9)]
    found = quick_scaling(pairs, Limits(zero_point, minimum, maximum), rounded_twice)
    assert found is not None
    for offset, (multiplier, rounding), pair in zip(found.offsets, found.pairs, pairs, strict=True):
        for accumulator in (-70000, -1, 0, 1, 2, 175, 176, 12345, 70000, 2**17, *range(60000, 61000)):
            shifted = min(max(accumulator + offset, 0), 2**18 - 1)
            low = shifted * (multiplier % 2**14) // 2**14
            assert shifted * (multiplier // 2**14) + low + rounding < 2**32
            quick = minimum + ((shifted * (multiplier // 2**14) + low + rounding) >> found.shift)
            expected = min(max(_reference(accumulator, *pair) + zero_point, minimum), maximum)
            assert min(quick, maximum) == expected


def test_dense_layers_round_once() -> None:
    """Half of the multiplier's 1.0 is added before the shift: 2^-9 of 255 is 0 and of 256 is 1 (a half goes up)."""
    values = rounded_once(np.array([255, 256, 767, 768], np.int64), 2**30, -8)
    assert values.tolist() == [0, 1, 1, 2]


def test_scales_that_do_not_reach_the_greatest_output_are_left() -> None:
    """With 2^-12 the greatest accumulator, 2^18 - 1, gives 64 of 255 steps: what lies beyond is not the maximum."""
    assert quick_scaling([(2**30, -11)], Limits(-128, -128, 127), rounded_twice) is None


def test_two_roundings_of_both_signs_are_left() -> None:
    """Halves of negative products are rounded the other way: no one multiplier and rounding does both."""
    assert quick_scaling([(1564555358, -8)], Limits(3, -128, 127), rounded_twice) is None


def test_one_rounding_of_both_signs_is_done() -> None:
    found = quick_scaling([(1564555358, -8)], Limits(3, -128, 127), rounded_once)
    assert found is not None
    ((multiplier, rounding),), (offset,) = found.pairs, found.offsets
    for accumulator in (-45000, -44999, -20000, -1, 0, 1, 20000, 43000, 44000):
        shifted = accumulator + offset
        low = shifted * (multiplier % 2**14) // 2**14
        value = (accumulator * 1564555358 + 2**38) // 2**39 + 3
        if -128 < value < 127:
            assert -128 + ((shifted * (multiplier // 2**14) + low + rounding) >> found.shift) == value


def test_layers_that_always_give_one_output_are_left() -> None:
    assert quick_scaling([(1564555358, -8)], Limits(127, 127, 127), rounded_twice) is None


def test_taps_in_code_are_taken_apart_before_their_sum_leaves_16_bits() -> None:
    """256 * -128 = -32768 still fits; one more does not, and 256 * 128 = 32768 neither. Zeros need no product."""
    assert groups(np.array([128, 0, 128, 1])) == [[0, 2], [3]]
    assert groups(np.array([-128, -127, -1, 0])) == [[0, 1], [2]]
    assert groups(np.array([-128, 128, 1, 1])) == [[0, 1, 2], [3]]  # 128 * 128 + 128 * 127 + 127 = 32767
    assert groups(np.zeros(4, np.int64)) == [[0]]


def test_code_of_weights_names_every_tap_once() -> None:
    weights = np.arange(-18, 18).reshape(4, 9).astype(np.int8)
    packed = code(weights, 8).split("#else")[1]
    for value in range(-18, 18):
        sign, size = ("MINUS|SET_MINUS" if value < 0 else "PLUS|SET"), abs(value)
        assert len(re.findall(rf"PIXELS_(?:{sign})\(\w, {size}\)", packed)) == (value != 0)


def test_packed_weights_are_two_channels_in_a_word() -> None:
    """One row of one tap: -1 with 2 is 2 * 65536 - 1, 3 with -4 is -4 * 65536 + 3."""
    packed, simd = window_weights(np.array([-1, 2, 3, -4], np.int8).reshape(4, 1, 1), pitch=8)
    assert packed.tolist() == [0x1FFFF, -0x3FFFD]
    assert simd.tolist() == [0xFFFF, 2, 3, 0xFFFC, 0, 0, 0, 0, 8]
