"""What a lowered model consists of: calls of kernels, each with a parameter struct and constant arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitrig.codegen.graph import Graph, Operator, Tensor
from digitrig.errors import UnsupportedModelError


def unsupported(graph: Graph, operator: Operator, found: str, supported: str) -> UnsupportedModelError:
    """The error for something in a model that no kernel does, with the place in the graph."""
    where = f"operator {operator.number} {operator.kind}"
    if operator.outputs:
        where += f" (output '{operator.outputs[0].name}')"
    expected = f"{supported}; nothing else is supported there"
    return UnsupportedModelError(graph.path, operator.kind, f"{where}: {found}", expected)


@dataclass(frozen=True, eq=False)
class Constant:
    """An array in the generated source.

    suffix: what follows the layer in its name.  ctype: int8_t or int32_t.  note: how it is laid out.
    simd: the values where KERNELS_DSP is 1, if they are others there.
    """

    suffix: str
    ctype: str
    values: NDArray[Any]
    note: str = ""
    simd: NDArray[Any] | None = None

    @property
    def bytes(self) -> int:
        return int(self.values.size) * {"int8_t": 1, "int32_t": 4}[self.ctype]


@dataclass(frozen=True, eq=False)
class Step:
    """One operator as a call of a kernel.  kernel: '' for an operator that only renames its input.

    fields: members of the parameter struct in order; a str value is C text, in which `{layer}` is the prefix of the
    constants' names.  scratch_bytes: what the kernel needs beside input and output.  macs: multiplications.
    absorbed: operators before this one whose work the same call does; their outputs exist nowhere.
    struct: the parameter struct, by default that of the kernel's name.  others: computed inputs beside the first.
    arguments: of the call, in words that `call_arguments` replaces.
    code: C text that stands before the parameter struct.  in_place: the output may lie where the input does.
    """

    operator: Operator
    source: Tensor
    target: Tensor
    kernel: str = ""
    fields: dict[str, int | str] = field(default_factory=dict)
    constants: tuple[Constant, ...] = ()
    scratch_bytes: int = 0
    macs: int = 0
    absorbed: tuple[Operator, ...] = ()
    struct: str = ""
    others: tuple[Tensor, ...] = ()
    arguments: str = "{parameters}, {input}, {output}, {scratch}"
    code: str = ""
    in_place: bool = False

    @property
    def struct_name(self) -> str:
        return self.struct or self.kernel

    def call_arguments(self, words: dict[str, str]) -> list[str]:
        """What the kernel is called with.

        words: text for `parameters`, `input`, `output`, for `other` if there is one and `scratch` if it needs some, and
        for the suffix of each constant.
        """
        parts = [part.strip() for part in self.arguments.split(",")]
        if not self.scratch_bytes:
            parts = [part for part in parts if part != "{scratch}"]
        return [words[part.strip("{}")] if part.startswith("{") else part for part in parts]


def weight_blocks(rows: NDArray[np.int8]) -> NDArray[np.int8]:
    """Weights in the blocks of `firmware/kernels/dot_u8s8.h`.

    rows: (output channels, kernel rows, taps of a row) int8.  Returns a flat int8 array in the order pair of channels,
    kernel row, block of four taps; channels are filled up to an even number and taps to a multiple of four, with zeros.
    """
    channels, lines, taps = rows.shape
    full = np.zeros((channels + channels % 2, lines, -(-taps // 4) * 4), np.int8)
    full[:channels, :, :taps] = rows
    blocks = full.reshape(full.shape[0] // 2, 2, lines, -1, 4)  # pair, channel of it, line, block, tap
    order = blocks[..., [0, 2, 1, 3]].transpose(0, 2, 3, 4, 1)  # taps 0 2 1 3, the two channels of a tap side by side
    return np.ascontiguousarray(order).reshape(-1)


def folded_bias(bias: NDArray[np.int32], rows: NDArray[np.int8], input_zero_point: int) -> NDArray[np.int32]:
    """Bias that also takes care of the input's zero point, for inputs in the form value + 128.

    The kernel adds products w * (x + 128) where the model means w * (x - zero_point). Modulo 2^32, one entry more than
    channels if these are odd."""
    sums = rows.reshape(rows.shape[0], -1).astype(np.int64).sum(axis=1)
    wide = bias.astype(np.int64) - (input_zero_point + 128) * sums
    wide = np.concatenate([wide, np.zeros(len(wide) % 2, np.int64)])
    return wide.astype(np.uint32).view(np.int32)
