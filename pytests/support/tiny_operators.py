"""`.tflite` files of a single int8 operator: those that `tiny_models` has not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from tiny_models import VERSIONS, ModelBuilder, Quantised, activation, padding

VERSIONS.update({"DEPTHWISE_CONV_2D": 3, "AVERAGE_POOL_2D": 2, "MEAN": 2, "ADD": 2, "PAD": 2, "QUANTIZE": 2})


def output_size(size: int, window: int, stride: int, pad: str) -> int:
    """How often a window fits."""
    return -(-size // stride) if pad == "SAME" else (size - window) // stride + 1


def depthwise_conv2d(
    path: Path,
    *,
    image: tuple[int, int, int],
    weights: np.ndarray,
    bias: np.ndarray | None,
    source: Quantised,
    kernel_scales: np.ndarray,
    target: Quantised,
    stride: int = 1,
    pad: str = "SAME",
    act: str = "NONE",
) -> Path:
    """image: (height, width, channels).  weights: (1, kernel height, kernel width, channels * multiplier) int8."""
    build = ModelBuilder()
    _, kernel_h, kernel_w, out = weights.shape
    sizes = [output_size(n, k, stride, pad) for n, k in zip(image[:2], (kernel_h, kernel_w), strict=True)]
    ends = [build.tensor("in", (1, *image), source)]
    ends.append(build.tensor("weights", weights.shape, Quantised(kernel_scales, axis=3), weights))
    if bias is not None:
        ends.append(build.tensor("bias", bias.shape, Quantised(kernel_scales * np.float32(source.scale)), bias))
    result = build.tensor("out", (1, *sizes, out), target)
    options = schema.DepthwiseConv2DOptionsT()
    options.padding, options.strideH, options.strideW = padding(pad), stride, stride
    options.depthMultiplier, options.fusedActivationFunction = out // image[2], activation(act)
    build.operator("DEPTHWISE_CONV_2D", ends, [result], options)
    return build.write(path, [ends[0]], [result])


def average_pool(
    path: Path,
    *,
    image: tuple[int, int, int],
    window: tuple[int, int],
    stride: tuple[int, int],
    pad: str = "VALID",
    act: str = "NONE",
    quantised: Quantised,
) -> Path:
    """image: (height, width, channels)."""
    build = ModelBuilder()
    sizes = [output_size(n, w, s, pad) for n, w, s in zip(image[:2], window, stride, strict=True)]
    first = build.tensor("in", (1, *image), quantised)
    last = build.tensor("out", (1, *sizes, image[2]), quantised)
    options = schema.Pool2DOptionsT()
    options.padding, options.fusedActivationFunction = padding(pad), activation(act)
    options.filterHeight, options.filterWidth = window
    options.strideH, options.strideW = stride
    build.operator("AVERAGE_POOL_2D", [first], [last], options)
    return build.write(path, [first], [last])


def mean(
    path: Path, *, shape: tuple[int, ...], axes: list[int], keep: bool, source: Quantised, target: Quantised
) -> Path:
    """Mean over `axes` of a tensor."""
    build = ModelBuilder()
    first = build.tensor("in", shape, source)
    axis = build.tensor("axes", (len(axes),), None, np.array(axes, np.int32))
    reduced = {a % len(shape) for a in axes}
    kept = tuple(1 if i in reduced else n for i, n in enumerate(shape) if keep or i not in reduced)
    last = build.tensor("out", kept, target)
    options = schema.ReducerOptionsT()
    options.keepDims = keep
    build.operator("MEAN", [first, axis], [last], options)
    return build.write(path, [first], [last])


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


def quantize(path: Path, *, shape: tuple[int, ...], source: Quantised, target: Quantised) -> Path:
    """From one quantisation to another."""
    build = ModelBuilder()
    first, last = build.tensor("in", shape, source), build.tensor("out", shape, target)
    build.operator("QUANTIZE", [first], [last], schema.QuantizeOptionsT())
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
