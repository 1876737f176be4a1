"""Another quantisation of a model: the schemas and bias precisions of Glow's tools, as a new `.tflite` file.

| schema | activations | weights |
|---|---|---|
| `asymmetric` | any scale, any zero point | any scale, zero point 0, as the int8 format of TFLite demands |
| `symmetric` | any scale, zero point 0 | the same |
| `symmetric_with_power2_scale` | a power of two, zero point 0 | a power of two for each channel |

A model that has the schema already stays as it is. Otherwise every tensor is quantised anew from the real numbers that
its int8 values stand for: symmetric, the largest of them becomes step 127 or -127; with power-of-two scales the least
power is taken with which weights stay within 127 steps and activations within 128 (of which the last one saturates).
The output of a softmax stays as the operator fixes it: scale 1/256, zero point -128.

Biases of `int8` or `int16` are those whose values, divided by one power of two for a layer, have that many bits; the
file keeps them as int32, which is all that TFLite knows, rounded to that precision.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitrig.codegen.flatbuffer import rewritten
from digitrig.codegen.graph import Graph, Operator, Tensor
from digitrig.errors import FileFormatError, UnknownNameError

SCHEMAS = ("asymmetric", "symmetric", "symmetric_with_power2_scale")
BIASES = {"int8": 127, "int16": 32767, "int32": 2**31 - 1}
SAME_ENDS = ("MAX_POOL_2D", "AVERAGE_POOL_2D", "RESHAPE", "PAD")  # whose output is quantised as their input
WITH_WEIGHTS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")


def check_words(schema: str, bias: str) -> None:
    """Raises UnknownNameError."""
    if schema not in SCHEMAS:
        raise UnknownNameError("quantization schema", schema, SCHEMAS)
    if bias not in BIASES:
        raise UnknownNameError("bias precision", bias, BIASES)


def _power(value: float) -> float:
    """The least power of two that is not less; a value just above one, as floats are, counts as that."""
    return 2.0 ** math.ceil(round(math.log2(value), 6))


def _is_power(scale: float) -> bool:
    return scale > 0 and math.frexp(scale)[0] == 0.5


def _quantised(values: NDArray[np.float64], scale: NDArray[np.float64] | float, limit: int) -> NDArray[np.int64]:
    return np.clip(np.rint(values / scale), -limit - (limit == 127), limit).astype(np.int64)


class Change:
    """New scales and values by tensor number; what is not in them stays."""

    def __init__(self, graph: Graph, schema: str) -> None:
        self.graph, self.schema = graph, schema
        self.scales: dict[int, NDArray[np.float32]] = {}
        self.values: dict[int, NDArray[Any]] = {}
        if schema != "asymmetric":
            self._activations()
            self._constants()

    # ------------------------------------------------------------ activations

    def _fixed(self) -> set[int]:
        """Tensors that an operator quantises in one way only."""
        return {o.outputs[0].index for o in self.graph.operators if o.kind == "SOFTMAX" and o.outputs}

    def _groups(self) -> list[list[Tensor]]:
        """Computed int8 tensors; those that an operator wants quantised alike are in one group."""
        leader: dict[int, int] = {}

        def find(index: int) -> int:
            while leader.setdefault(index, index) != index:
                index = leader[index]
            return index

        computed = {t.index: t for t in (*self.graph.inputs, *(t for o in self.graph.operators for t in o.outputs))}
        for operator in self.graph.operators:
            if operator.kind in SAME_ENDS and operator.inputs[0] is not None and operator.outputs:
                leader[find(operator.outputs[0].index)] = find(operator.inputs[0].index)
        groups: dict[int, list[Tensor]] = {}
        for index, tensor in computed.items():
            if len(tensor.scales) == 1 and tensor.dtype == "INT8":
                groups.setdefault(find(index), []).append(tensor)
        return list(groups.values())

    def _activations(self) -> None:
        fixed = self._fixed()
        for group in self._groups():
            if fixed & {tensor.index for tensor in group} or all(self._suits(tensor) for tensor in group):
                continue
            ends = [float(t.scale) * (end - t.zero_point) for t in group for end in (-128, 127)]
            scale = self._activation_scale(max(abs(end) for end in ends))
            for tensor in group:
                self.scales[tensor.index] = np.array([scale], np.float32)

    def _suits(self, tensor: Tensor) -> bool:
        if np.any(tensor.zero_points != 0):
            return False
        return self.schema == "symmetric" or all(_is_power(float(scale)) for scale in tensor.scales)

    def _activation_scale(self, greatest: float) -> float:
        return greatest / 127 if self.schema == "symmetric" else _power(greatest / 128)

    def scale_of(self, tensor: Tensor) -> NDArray[np.float64]:
        return np.asarray(self.scales.get(tensor.index, tensor.scales), np.float64)

    # ------------------------------------------------------------ constants

    def _constants(self) -> None:
        for operator in self.graph.operators:
            if operator.kind in WITH_WEIGHTS:
                self._weights(operator)
            elif operator.kind == "ADD":
                self._addends(operator)

    def _addends(self, operator: Operator) -> None:
        for tensor in operator.inputs:
            if tensor is None or tensor.data is None or len(tensor.scales) != 1 or self._suits(tensor):
                continue
            real = (tensor.data.astype(np.float64) - tensor.zero_point) * float(tensor.scale)
            scale = self._activation_scale(float(np.abs(real).max()) or float(tensor.scale))
            self.scales[tensor.index] = np.array([scale], np.float32)
            self.values[tensor.index] = _quantised(real, scale, 127).astype(np.int8)

    def _weights(self, operator: Operator) -> None:
        source, weights, bias = (*operator.inputs, None)[:3]
        if source is None or weights is None or weights.data is None or not len(weights.scales):
            return
        shape = [1] * len(weights.shape)
        shape[weights.quantised_dimension if len(weights.scales) > 1 else 0] = len(weights.scales)
        if not self._suits(weights):
            real = weights.data.astype(np.float64) * weights.scales.astype(np.float64).reshape(shape)
            axes = tuple(n for n, size in enumerate(shape) if size == 1) if len(weights.scales) > 1 else None
            greatest = np.abs(real).max(axis=axes).reshape(-1)
            scales = np.array([_power(g / 127) if g else 1.0 for g in greatest.tolist()], np.float32)
            self.scales[weights.index] = scales
            steps = np.clip(np.rint(real / scales.astype(np.float64).reshape(shape)), -127, 127)
            self.values[weights.index] = steps.astype(np.int8)
        if bias is not None and bias.data is not None and {source.index, weights.index} & self.scales.keys():
            before = source.scales.astype(np.float64) * weights.scales.astype(np.float64)
            after = self.scale_of(source) * self.scale_of(weights)
            self.scales[bias.index] = after.astype(np.float32)
            limit = BIASES["int32"]
            self.values[bias.index] = _quantised(bias.data * before, after, limit).astype(np.int32)

    # ------------------------------------------------------------ biases

    def biases(self) -> Iterator[tuple[Tensor, NDArray[np.int64]]]:
        for operator in self.graph.operators:
            bias = operator.inputs[2] if operator.kind in WITH_WEIGHTS and len(operator.inputs) > 2 else None
            if bias is not None and bias.data is not None:
                yield bias, self.values.get(bias.index, bias.data).astype(np.int64)

    def shorten_biases(self, precision: str) -> dict[int, int]:
        """Round biases to that many bits; returns for each tensor the power of two that its values are multiples of."""
        shifts = {}
        for bias, values in self.biases():
            shift = bias_shift(values, BIASES[precision])
            shifts[bias.index] = shift
            rounded = _shifted(values, shift) << shift
            if np.any(rounded != values):
                self.values[bias.index] = rounded.astype(np.int32)
        return shifts


def _shifted(values: NDArray[np.int64], shift: int) -> NDArray[np.int64]:
    """Divided by a power of two, to nearest, halves up."""
    return (values + ((1 << shift) >> 1)) >> shift


def bias_shift(values: NDArray[np.int64], limit: int) -> int:
    """The least power of two by which values have to be divided so that none is beyond +-limit."""
    shift = 0
    while values.size and int(np.abs(_shifted(values, shift)).max()) > limit:
        shift += 1
    return shift


def requantised(graph: Graph, schema: str, bias: str) -> tuple[bytes | None, dict[int, int]]:
    """A `.tflite` file of the same network under a schema and a bias precision, or None if it has both already.

    Also gives, for each bias tensor, the power of two that its values are multiples of.
    Raises UnknownNameError, and FileFormatError for a model whose scales are no positive numbers.
    """
    check_words(schema, bias)
    for tensor in graph.tensors:
        if not np.all(np.isfinite(tensor.scales)) or np.any(tensor.scales < 0):
            found = f"tensor '{tensor.name}' has scale {tensor.scales.min()}"
            raise FileFormatError(graph.path, found, "finite scales, none below 0")
    change = Change(graph, schema)
    shifts = change.shorten_biases(bias)
    if not change.scales and not change.values:
        return None, shifts
    return rewritten(graph.path, change.scales, change.values), shifts
