"""`.tflite` files of a single int8 operator, built with the flatbuffers schema."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

TYPES = {np.dtype("int8"): schema.TensorType.INT8, np.dtype("int32"): schema.TensorType.INT32}
VERSIONS = {  # the first ones for int8, per channel
    "CONV_2D": 3,
    "DEPTHWISE_CONV_2D": 3,
    "FULLY_CONNECTED": 4,
    "MAX_POOL_2D": 2,
    "AVERAGE_POOL_2D": 2,
    "SOFTMAX": 2,
    "MEAN": 2,
    "ADD": 2,
    "PAD": 2,
    "QUANTIZE": 2,
}


@dataclass
class Quantised:
    """Scale and zero point of a tensor; `axis` where there is a scale for each slice."""

    scale: Any
    zero_point: int = 0
    axis: int = 0


class ModelBuilder:
    """Collects tensors and operators of a model with one subgraph."""

    def __init__(self) -> None:
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.description = b"test"
        self.model.operatorCodes = []
        self.model.buffers = [schema.BufferT()]
        self.graph = schema.SubGraphT()
        self.graph.tensors, self.graph.operators = [], []
        self.model.subgraphs = [self.graph]

    def tensor(
        self,
        name: str,
        shape: tuple[int, ...],
        quantised: Quantised | None,
        data: np.ndarray | None = None,
        kind: int = schema.TensorType.INT8,
    ) -> int:
        """Add a tensor; returns its number.  data: the values of a constant."""
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type = name.encode(), list(shape), kind
        if data is not None:
            tensor.type = TYPES[data.dtype]
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(data.tobytes(), np.uint8)
            self.model.buffers.append(buffer)
            tensor.buffer = len(self.model.buffers) - 1
        if quantised is not None:
            scales = np.atleast_1d(np.asarray(quantised.scale, np.float32))
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale = scales
            tensor.quantization.zeroPoint = np.full(len(scales), quantised.zero_point, np.int64)
            tensor.quantization.quantizedDimension = quantised.axis
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def operator(
        self, kind: str, inputs: list[int], outputs: list[int], options: Any = None, custom: str | None = None
    ) -> None:
        """Add an operator.  options: the schema's options object, whose class gives the union's tag."""
        code = schema.OperatorCodeT()
        code.builtinCode = getattr(schema.BuiltinOperator, kind)
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)
        code.version = VERSIONS.get(kind, 1)
        if custom:
            code.customCode = custom.encode()
        self.model.operatorCodes.append(code)
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self.model.operatorCodes) - 1
        operator.inputs, operator.outputs = inputs, outputs
        if options is not None:
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, type(options).__name__.removesuffix("T"))
            operator.builtinOptions = options
        self.graph.operators.append(operator)

    def write(self, path: Path, inputs: list[int], outputs: list[int]) -> Path:
        """Write the file."""
        self.graph.inputs, self.graph.outputs = inputs, outputs
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        path.write_bytes(bytes(builder.Output()))
        return path


def _options(kind: str, **values: Any) -> Any:
    options = getattr(schema, f"{kind}T")()
    for name, value in values.items():
        setattr(options, name, value)
    return options


def padding(name: str) -> int:
    return int(getattr(schema.Padding, name))


def activation(name: str) -> int:
    return int(getattr(schema.ActivationFunctionType, name))


def conv2d(
    path: Path,
    *,
    image: tuple[int, int, int],
    weights: np.ndarray,
    bias: np.ndarray | None,
    source: Quantised,
    kernel_scales: np.ndarray,
    target: Quantised,
    stride: tuple[int, int] = (1, 1),
    pad: str = "SAME",
    act: str = "NONE",
    dilation: int = 1,
) -> Path:
    """image: (height, width, channels).  weights: (out, kernel height, kernel width, channels) int8."""
    build = ModelBuilder()
    out, kernel_h, kernel_w, _ = weights.shape
    span_h, span_w = (kernel_h - 1) * dilation + 1, (kernel_w - 1) * dilation + 1
    sizes = [
        -(-size // step) if pad == "SAME" else (size - span) // step + 1
        for size, span, step in zip(image[:2], (span_h, span_w), stride, strict=True)
    ]
    ends = [build.tensor("in", (1, *image), source)]
    ends.append(build.tensor("weights", weights.shape, Quantised(kernel_scales), weights))
    if bias is not None:
        ends.append(build.tensor("bias", bias.shape, Quantised(kernel_scales * np.float32(source.scale)), bias))
    result = build.tensor("out", (1, sizes[0], sizes[1], out), target)
    options = _options(
        "Conv2DOptions",
        padding=padding(pad),
        strideH=stride[0],
        strideW=stride[1],
        fusedActivationFunction=activation(act),
        dilationHFactor=dilation,
        dilationWFactor=dilation,
    )
    build.operator("CONV_2D", ends, [result], options)
    return build.write(path, [ends[0]], [result])


def fully_connected(
    path: Path,
    *,
    weights: np.ndarray,
    bias: np.ndarray | None,
    source: Quantised,
    kernel_scales: np.ndarray,
    target: Quantised,
    act: str = "NONE",
) -> Path:
    """weights: (outputs, inputs) int8."""
    build = ModelBuilder()
    ends = [build.tensor("in", (1, weights.shape[1]), source)]
    ends.append(build.tensor("weights", weights.shape, Quantised(kernel_scales), weights))
    if bias is not None:
        ends.append(build.tensor("bias", bias.shape, Quantised(kernel_scales * np.float32(source.scale)), bias))
    result = build.tensor("out", (1, weights.shape[0]), target)
    options = _options("FullyConnectedOptions", fusedActivationFunction=activation(act))
    build.operator("FULLY_CONNECTED", ends, [result], options)
    return build.write(path, [ends[0]], [result])


def depthwise(
    path: Path,
    *,
    image: tuple[int, int, int],
    weights: np.ndarray,
    bias: np.ndarray | None,
    source: Quantised,
    kernel_scales: np.ndarray,
    target: Quantised,
    stride: tuple[int, int] = (1, 1),
    pad: str = "SAME",
    act: str = "NONE",
    depth_multiplier: int | None = None,
) -> Path:
    """image: (height, width, channels).  weights: (1, kernel height, kernel width, channels * multiplier) int8."""
    build = ModelBuilder()
    _, kernel_h, kernel_w, out = weights.shape
    ends = [build.tensor("in", (1, *image), source)]
    ends.append(build.tensor("weights", weights.shape, Quantised(kernel_scales, axis=3), weights))
    if bias is not None:
        ends.append(build.tensor("bias", bias.shape, Quantised(kernel_scales * np.float32(source.scale)), bias))
    result = build.tensor("out", (1, *_sizes(image, (kernel_h, kernel_w), stride, pad), out), target)
    options = _options(
        "DepthwiseConv2DOptions",
        padding=padding(pad),
        strideH=stride[0],
        strideW=stride[1],
        depthMultiplier=out // image[2] if depth_multiplier is None else depth_multiplier,
        fusedActivationFunction=activation(act),
        dilationHFactor=1,
        dilationWFactor=1,
    )
    build.operator("DEPTHWISE_CONV_2D", ends, [result], options)
    return build.write(path, [ends[0]], [result])


def _sizes(image: tuple[int, int, int], window: tuple[int, int], stride: tuple[int, int], pad: str) -> list[int]:
    """Height and width of what a window makes of an image."""
    return [
        -(-size // step) if pad == "SAME" else (size - span) // step + 1
        for size, span, step in zip(image[:2], window, stride, strict=True)
    ]


def mean(
    path: Path, *, shape: tuple[int, ...], axes: list[int], keep: bool, source: Quantised, target: Quantised
) -> Path:
    """shape: of the input, batch first."""
    build = ModelBuilder()
    first = build.tensor("in", shape, source)
    axis = build.tensor("axes", (len(axes),), None, np.array(axes, np.int32))
    reduced = {a % len(shape) for a in axes}
    left = [1 if n in reduced else size for n, size in enumerate(shape) if keep or n not in reduced]
    last = build.tensor("out", tuple(left), target)
    build.operator("MEAN", [first, axis], [last], _options("ReducerOptions", keepDims=keep))
    return build.write(path, [first], [last])


def add(
    path: Path,
    *,
    shape: tuple[int, ...],
    sources: tuple[Quantised, Quantised],
    target: Quantised,
    act: str = "NONE",
    constant: np.ndarray | None = None,
) -> Path:
    """Sum of two inputs, or of an input and a constant, int8."""
    build = ModelBuilder()
    ends = [build.tensor("in", shape, sources[0])]
    if constant is None:
        ends.append(build.tensor("more", shape, sources[1]))
    else:
        ends.append(build.tensor("addend", constant.shape, sources[1], constant))
    last = build.tensor("out", shape, target)
    build.operator("ADD", ends, [last], _options("AddOptions", fusedActivationFunction=activation(act)))
    return build.write(path, ends if constant is None else ends[:1], [last])


def pad(path: Path, *, image: tuple[int, int, int], border: tuple[int, int, int, int], quantised: Quantised) -> Path:
    """border: above, below, left, right."""
    build = ModelBuilder()
    above, below, left, right = border
    first = build.tensor("in", (1, *image), quantised)
    sizes = build.tensor("sizes", (4, 2), None, np.array([[0, 0], [above, below], [left, right], [0, 0]], np.int32))
    shape = (1, image[0] + above + below, image[1] + left + right, image[2])
    last = build.tensor("out", shape, quantised)
    build.operator("PAD", [first, sizes], [last], _options("PadOptions"))
    return build.write(path, [first], [last])


def quantize(path: Path, *, shape: tuple[int, ...], source: Quantised, target: Quantised) -> Path:
    """From one quantisation to another."""
    build = ModelBuilder()
    ends = [build.tensor("in", shape, source), build.tensor("out", shape, target)]
    build.operator("QUANTIZE", ends[:1], ends[1:], _options("QuantizeOptions"))
    return build.write(path, ends[:1], ends[1:])


def pool(
    path: Path,
    *,
    image: tuple[int, int, int],
    window: tuple[int, int],
    stride: tuple[int, int],
    pad: str = "VALID",
    act: str = "NONE",
    quantised: Quantised,
    kind: str = "MAX_POOL_2D",
) -> Path:
    """image: (height, width, channels).  kind: MAX_POOL_2D or AVERAGE_POOL_2D."""
    build = ModelBuilder()
    sizes = [
        -(-size // step) if pad == "SAME" else (size - span) // step + 1
        for size, span, step in zip(image[:2], window, stride, strict=True)
    ]
    first = build.tensor("in", (1, *image), quantised)
    last = build.tensor("out", (1, sizes[0], sizes[1], image[2]), quantised)
    options = _options(
        "Pool2DOptions",
        padding=padding(pad),
        filterHeight=window[0],
        filterWidth=window[1],
        strideH=stride[0],
        strideW=stride[1],
        fusedActivationFunction=activation(act),
    )
    build.operator(kind, [first], [last], options)
    return build.write(path, [first], [last])


def softmax(path: Path, *, count: int, source: Quantised, beta: float = 1.0) -> Path:
    """One row of `count` values."""
    build = ModelBuilder()
    first = build.tensor("in", (1, count), source)
    last = build.tensor("out", (1, count), Quantised(1 / 256, -128))
    build.operator("SOFTMAX", [first], [last], _options("SoftmaxOptions", beta=beta))
    return build.write(path, [first], [last])


def network(path: Path, *, side: int = 28, channels: int = 1, seed: int = 1, power_of_two: bool = False) -> Path:
    """A small image classifier with every operator: padding, strided convolution, depthwise and pointwise convolution
    with a sum around them, both poolings, a requantisation, a mean, a dense layer, a softmax; weights at random."""
    random = np.random.default_rng(seed)
    build = ModelBuilder()

    def scale(value: float) -> np.float32:
        return np.float32(2.0 ** round(np.log2(value)) if power_of_two else value)

    def weights(name: str, shape: tuple[int, ...], axis: int, at: np.float32) -> list[int]:
        count = shape[axis]
        scales = np.array([scale(v) for v in random.uniform(0.004, 0.02, count)], np.float32)
        values = build.tensor(name, shape, Quantised(scales, axis=axis), random.integers(-127, 128, shape).astype("i1"))
        biases = random.integers(-900, 900, count).astype(np.int32)
        return [values, build.tensor(f"{name}_bias", (count,), Quantised(scales * at), biases)]

    def convolution(
        kind: str, source: int, shape: tuple[int, ...], size: int, stride: int, pads: str, act: str, to: Quantised
    ) -> int:
        axis, options = (3, "DepthwiseConv2DOptions") if kind == "DEPTHWISE_CONV_2D" else (0, "Conv2DOptions")
        name = f"layer{len(build.graph.operators)}"
        at = np.float32(build.graph.tensors[source].quantization.scale[0])
        inputs = [source, *weights(f"{name}_weights", shape, axis, at)]
        target = build.tensor(name, (1, size, size, shape[axis]), to)
        settings = {"padding": padding(pads), "strideH": stride, "strideW": stride, "dilationHFactor": 1}
        settings |= {"dilationWFactor": 1, "fusedActivationFunction": activation(act)}
        settings |= {"depthMultiplier": 1} if axis == 3 else {}
        build.operator(kind, inputs, [target], _options(options, **settings))
        return target

    def plain(kind: str, source: int, shape: tuple[int, ...], to: Quantised, options: Any, more: Any = None) -> int:
        target = build.tensor(f"layer{len(build.graph.operators)}", shape, to)
        extra = (
            [] if more is None else [more if isinstance(more, int) else build.tensor("sizes", more.shape, None, more)]
        )
        build.operator(kind, [source, *extra], [target], options)
        return target

    def pooling(kind: str, source: int, shape: tuple[int, ...], to: Quantised) -> int:
        sizes = dict.fromkeys(("filterHeight", "filterWidth", "strideH", "strideW"), 2)
        return plain(kind, source, shape, to, _options("Pool2DOptions", padding=padding("VALID"), **sizes))

    one = Quantised(scale(1 / 255), -128)
    low, mid, high = Quantised(scale(0.03), -128), Quantised(scale(0.05), 0), Quantised(scale(0.04), -7)
    image = build.tensor("in", (1, side, side, channels), one)
    border = np.array([[0, 0], [0, 1], [0, 1], [0, 0]], np.int32)
    x = plain("PAD", image, (1, side + 1, side + 1, channels), one, _options("PadOptions"), border)
    half, quarter = side // 2, side // 4
    x = convolution("CONV_2D", x, (8, 3, 3, channels), half, 2, "VALID", "RELU", low)
    before = x
    x = convolution("DEPTHWISE_CONV_2D", x, (1, 3, 3, 8), half, 1, "SAME", "RELU6", low)
    x = convolution("CONV_2D", x, (8, 1, 1, 8), half, 1, "SAME", "NONE", mid)
    x = plain("ADD", x, (1, half, half, 8), high, _options("AddOptions"), before)
    x = pooling("MAX_POOL_2D", x, (1, quarter, quarter, 8), high)
    x = plain("QUANTIZE", x, (1, quarter, quarter, 8), mid, _options("QuantizeOptions"))
    x = pooling("AVERAGE_POOL_2D", x, (1, quarter // 2, quarter // 2, 8), mid)
    last = plain("MEAN", x, (1, 8), Quantised(scale(0.02), -3), _options("ReducerOptions"), np.array([1, 2], np.int32))
    at = np.float32(build.graph.tensors[last].quantization.scale[0])
    dense = build.tensor("dense", (1, 10), Quantised(scale(0.04), 0))
    build.operator(
        "FULLY_CONNECTED", [last, *weights("dense_weights", (10, 8), 0, at)], [dense], _options("FullyConnectedOptions")
    )
    row = np.array([1, 10], np.int32)
    shaped = plain("RESHAPE", dense, (1, 10), Quantised(scale(0.04), 0), _options("ReshapeOptions", newShape=row), row)
    scores = plain("SOFTMAX", shaped, (1, 10), Quantised(1 / 256, -128), _options("SoftmaxOptions", beta=1.0))
    return build.write(path, [image], [scores])
