"""What the generator proves before it takes the kernel that does two channels with one product."""

from __future__ import annotations

import numpy as np

from digitrig.codegen.windows import packed_sums_fit, quick_scaling


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


def test_three_by_three_on_one_channel_has_groups_of_two() -> None:
    assert packed_sums_fit(_rows([127] * 9, 3, 3))
    assert not packed_sums_fit(_rows([-128, -128], 3, 3))  # 256 * 128 = 32768
    assert packed_sums_fit(_rows([0, -128, -127], 3, 3))


def test_rows_that_are_no_multiple_of_three_are_left() -> None:
    assert not packed_sums_fit(_rows([1], 3, 4))


def _reference(accumulator: int, multiplier: int, shift: int) -> int:
    """Both roundings by hand: the product to 32 bits, then the shift, each halves up (the number is positive)."""
    product = (accumulator * multiplier + 2**30) // 2**31
    return (product + 2 ** (-shift - 1)) // 2**-shift


def test_short_products_scale_as_the_reference_does() -> None:
    pairs = [(1564555358, -8), (1533625180, -9)]
    found = quick_scaling(pairs, 255)
    assert found is not None
    scalings, shift = found
    for (multiplier, rounding), pair in zip(scalings, pairs, strict=True):
        for accumulator in (1, 2, 175, 176, 12345, 70000, 2**17, 2**18 - 1, *range(60000, 61000)):
            low = accumulator * (multiplier % 2**14) // 2**14
            quick = (accumulator * (multiplier // 2**14) + low + rounding) >> shift
            assert accumulator * (multiplier // 2**14) + low + rounding < 2**32
            assert min(quick, 255) == min(_reference(accumulator, *pair), 255)


def test_scales_that_do_not_reach_the_greatest_output_are_left() -> None:
    """With 2^-12 the greatest accumulator, 2^18 - 1, gives 64 of 255 steps: what lies beyond is not the maximum."""
    assert quick_scaling([(2**30, -11)], 255) is None
