"""`.tflite` files of a single int8 operator, built with the flatbuffers schema."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

TYPES = {np.dtype("int8"): schema.TensorType.INT8, np.dtype("int32"): schema.TensorType.INT32}
VERSIONS = {"CONV_2D": 3, "FULLY_CONNECTED": 4, "MAX_POOL_2D": 2, "SOFTMAX": 2}  # the first ones for int8, per channel


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


def max_pool(
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
    build.operator("MAX_POOL_2D", [first], [last], options)
    return build.write(path, [first], [last])


def softmax(path: Path, *, count: int, source: Quantised, beta: float = 1.0) -> Path:
    """One row of `count` values."""
    build = ModelBuilder()
    first = build.tensor("in", (1, count), source)
    last = build.tensor("out", (1, count), Quantised(1 / 256, -128))
    build.operator("SOFTMAX", [first], [last], _options("SoftmaxOptions", beta=beta))
    return build.write(path, [first], [last])
