"""`.tflite` files of forms of operators that the generator does not take and `tiny_models` has not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from tiny_models import ModelBuilder, Quantised, activation


def add(
    path: Path,
    *,
    shape: tuple[int, ...],
    other: np.ndarray | None,
    source: Quantised,
    second: Quantised,
    target: Quantised,
    act: str = "NONE",
) -> Path:
    """The input and a constant; with `other` None the input and itself."""
    build = ModelBuilder()
    first = build.tensor("in", shape, source)
    addend = first if other is None else build.tensor("other", other.shape, second, other)
    result = shape if other is None else np.broadcast_shapes(shape, other.shape)
    last = build.tensor("out", result, target)
    options = schema.AddOptionsT()
    options.fusedActivationFunction = activation(act)
    build.operator("ADD", [first, addend], [last], options)
    return build.write(path, [first], [last])


def pad(path: Path, *, shape: tuple[int, ...], amounts: list[tuple[int, int]], quantised: Quantised) -> Path:
    """amounts: before and after each dimension."""
    build = ModelBuilder()
    first = build.tensor("in", shape, quantised)
    paddings = build.tensor("paddings", (len(shape), 2), None, np.array(amounts, np.int32))
    result = tuple(n + before + after for n, (before, after) in zip(shape, amounts, strict=True))
    last = build.tensor("out", result, quantised)
    build.operator("PAD", [first, paddings], [last], schema.PadOptionsT())
    return build.write(path, [first], [last])


def softmax_rows(path: Path, *, rows: int, count: int, source: Quantised) -> Path:
    """Softmax of several rows."""
    build = ModelBuilder()
    first = build.tensor("in", (rows, count), source)
    last = build.tensor("out", (rows, count), Quantised(1 / 256, -128))
    options = schema.SoftmaxOptionsT()
    options.beta = 1.0
    build.operator("SOFTMAX", [first], [last], options)
    return build.write(path, [first], [last])


def reshape_chain(path: Path, *, shape: tuple[int, ...], times: int, quantised: Quantised) -> Path:
    """Reshape and quantize in turns: each step is one tensor under two shapes."""
    build = ModelBuilder()
    flat = (1, int(np.prod(shape)))
    tensor = first = build.tensor("in", shape, quantised)
    for n in range(times):
        flattened = build.tensor(f"flat{n}", flat, quantised)
        options = schema.ReshapeOptionsT()
        options.newShape = list(flat)
        build.operator("RESHAPE", [tensor], [flattened], options)
        following = Quantised(np.float32(quantised.scale * (1.1 + 0.1 * n)), n)
        quantised, tensor = following, build.tensor(f"next{n}", flat, following)
        build.operator("QUANTIZE", [flattened], [tensor], schema.QuantizeOptionsT())
    return build.write(path, [first], [tensor])
