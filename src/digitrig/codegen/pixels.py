"""C of the functions of `firmware/kernels/pixels_s8.h`: a convolution whose weights are operands of its code."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SIDE = 3  # of a kernel
CHANNELS = 4  # in a function
MOST_CHANNELS = 8  # of a layer: a weight takes 6 bytes of code
COLUMNS = 4  # of which a row has a multiple
MOST_COLUMNS = 28  # of a row with its padding: offsets in the code of Armv6-M
SUMS = "abcd"


def _fits(weights: NDArray[np.int64]) -> bool:
    """Whether a sum of products with any int8 inputs has 16 bits with its sign."""
    up, down = int(weights[weights > 0].sum()), int(weights[weights < 0].sum())
    return up * 127 - down * 128 < 2**15 and up * 128 - down * 127 <= 2**15


def groups(weights: NDArray[np.int64]) -> list[list[int]]:
    """Taps of one channel in runs whose sums fit into 16 bits; taps with weight 0 are in none, unless all are."""
    found: list[list[int]] = []
    for tap in [int(tap) for tap in np.flatnonzero(weights)] or [0]:
        if found and _fits(weights[[*found[-1], tap]]):
            found[-1].append(tap)
        else:
            found.append([tap])
    return found


def _tap(tap: int, weights: NDArray[np.int64], runs: list[list[list[int]]]) -> str:
    """One line of code: what a tap adds to every channel."""
    words = [f"PIXELS_TAP({tap % SIDE})"]
    keeps = []
    for name, channel, channel_runs in zip(SUMS, weights, runs, strict=True):
        run = next((run for run in channel_runs if tap in run), None)
        if run is None:
            continue
        weight = int(channel[tap])
        what = ("SET" if run[0] == tap else "PLUS") if weight >= 0 else ("SET_MINUS" if run[0] == tap else "MINUS")
        words.append(f"PIXELS_{what}({name}, {abs(weight)})")
        if tap == run[-1] and run is not channel_runs[-1]:
            keeps.append(f"PIXELS_KEEP{'_FIRST' * (run is channel_runs[0])}({name})")
    return " ".join(words + keeps)


def _packed(name: str, weights: NDArray[np.int64], width: int) -> list[str]:
    """The function for machines without SIMD."""
    runs = [groups(channel) for channel in weights]
    lines = [f"PIXELS_BEGIN({name}, {width})"]
    for tap in range(SIDE * SIDE):
        if tap in (SIDE, 2 * SIDE):
            lines.append(f"PIXELS_NEXT_ROW({width})")
        lines.append(_tap(tap, weights, runs))
    last = [f"PIXELS_{'LAST' if len(run) > 1 else 'ONLY'}({name})" for name, run in zip(SUMS, runs, strict=True)]
    return [*lines, " ".join(reversed(last)), f"PIXELS_END({width})"]


def _simd(name: str, weights: NDArray[np.int64], width: int) -> list[str]:
    """The function for machines with it."""
    lines = [f"PIXELS_BEGIN({name}, {width})"]
    for number, channel in enumerate(weights.tolist()):
        lines.append(f"PIXELS_CHANNEL({number}, {', '.join(map(str, channel))})")
    return [*lines, "PIXELS_END"]


def code(weights: NDArray[np.int8], width: int) -> str:
    """The functions of a layer, and the array of them that its parameters name, `{layer}_pixels`.

    weights: (output channels, 9), channels in fours.  width: columns of a row of inputs with its padding.
    """
    fours = weights.astype(np.int64).reshape(-1, CHANNELS, SIDE * SIDE)
    names = [f"{{layer}}_channels{CHANNELS * number}" for number in range(len(fours))]
    lines = ["/* The weights, as operands of code. */", "#if KERNELS_DSP"]
    for name, four in zip(names, fours, strict=True):
        lines += _simd(name, four, width)
    lines.append("#else")
    for name, four in zip(names, fours, strict=True):
        lines += _packed(name, four, width)
    array = f"static pixels_s8 *const {{layer}}_pixels[{len(names)}] = {{{', '.join(names)}}};"
    return "\n".join([*lines, "#endif", "", array, ""])
