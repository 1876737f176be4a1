"""From operators to kernel calls: one function per operator, and what each accepts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitrig.codegen.graph import Graph, Operator, Tensor
from digitrig.codegen.scaling import activation_range, output_multiplier, single_rounding_multiplier, softmax_scaling
from digitrig.codegen.steps import Constant, Step, folded_bias, unsupported, weight_blocks
from digitrig.codegen.windows import with_windows
from digitrig.errors import UnsupportedModelError

ACTIVATIONS = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")
LARGEST = 32767  # sizes are int16 in the kernels' parameters

Lowering = Callable[["Context"], Step]
_LOWERINGS: dict[str, Lowering] = {}


def lowers(kind: str) -> Callable[[Lowering], Lowering]:
    """Register the function that lowers an operator of this name."""

    def register(function: Lowering) -> Lowering:
        if kind in _LOWERINGS:
            raise ValueError(f"two functions lower {kind}")
        _LOWERINGS[kind] = function
        return function

    return register


class Context:
    """One operator and the checks that all of them share; every failed check raises UnsupportedModelError."""

    def __init__(self, graph: Graph, operator: Operator) -> None:
        self.graph, self.operator, self.options = graph, operator, operator.options

    def refuse(self, found: str, supported: str) -> UnsupportedModelError:
        return unsupported(self.graph, self.operator, found, supported)

    def input(self, position: int = 0) -> Tensor:
        """A computed int8 input."""
        found = self.operator.inputs[position] if position < len(self.operator.inputs) else None
        if found is None or found.data is not None:
            raise self.refuse(f"input {position} is missing or constant", "a computed input")
        return self.checked(found)

    def output(self) -> Tensor:
        if len(self.operator.outputs) != 1:
            raise self.refuse(f"{len(self.operator.outputs)} outputs", "one output")
        return self.checked(self.operator.outputs[0])

    def checked(self, tensor: Tensor) -> Tensor:
        """An activation: int8, one scale, batch 1, no dimension beyond int16."""
        what = f"tensor '{tensor.name}'"
        if tensor.dtype != "INT8":
            raise self.refuse(f"{what} is {tensor.dtype}", "INT8 (convert the model with full integer quantisation)")
        if len(tensor.scales) != 1 or len(tensor.zero_points) != 1 or not tensor.scale > 0:
            raise self.refuse(f"{what} has {len(tensor.scales)} scales", "one scale above 0 for an activation")
        if not tensor.shape or tensor.shape[0] != 1:
            raise self.refuse(f"{what} has shape {tensor.shape}", "a batch of 1 as first dimension")
        if max(tensor.shape) > LARGEST or min(tensor.shape) < 1:
            raise self.refuse(f"{what} has shape {tensor.shape}", f"dimensions of 1 to {LARGEST}")
        return tensor

    def image(self, tensor: Tensor) -> tuple[int, int, int]:
        """Height, width and channels of an NHWC tensor."""
        if len(tensor.shape) != 4:
            raise self.refuse(f"tensor '{tensor.name}' has shape {tensor.shape}", "four dimensions (NHWC)")
        return tensor.shape[1], tensor.shape[2], tensor.shape[3]

    def weights(self, dimensions: int) -> Tensor:
        """The constant int8 weights, symmetric, with one scale or one per output channel."""
        tensor = self.operator.inputs[1] if len(self.operator.inputs) > 1 else None
        if tensor is None or tensor.data is None:
            raise self.refuse("the weights are not constant", "constant weights")
        what = f"weights '{tensor.name}'"
        if tensor.dtype != "INT8" or len(tensor.shape) != dimensions:
            raise self.refuse(f"{what} are {tensor.dtype} of shape {tensor.shape}", f"INT8 in {dimensions} dimensions")
        if np.any(tensor.zero_points != 0):
            raise self.refuse(f"{what} have zero point {tensor.zero_points[0]}", "zero point 0 for weights")
        if len(tensor.scales) not in (1, tensor.shape[0]) or (len(tensor.scales) > 1 and tensor.quantised_dimension):
            raise self.refuse(f"{what} have {len(tensor.scales)} scales", "one scale, or one per output channel")
        return tensor

    def bias(self, channels: int) -> NDArray[np.int32]:
        """The bias, zeros if the operator has none."""
        tensor = self.operator.inputs[2] if len(self.operator.inputs) > 2 else None
        if tensor is None:
            return np.zeros(channels, np.int32)
        if tensor.data is None or tensor.dtype != "INT32" or tensor.elements != channels:
            found = f"bias '{tensor.name}' is {tensor.dtype} of shape {tensor.shape}"
            raise self.refuse(found, f"a constant INT32 bias of {channels} elements")
        data: NDArray[np.int32] = tensor.data.reshape(-1).astype(np.int32)
        return data

    def option(self, name: str, allowed: tuple[Any, ...]) -> Any:
        value = self.options.get(name, allowed[0])
        if value not in allowed:
            raise self.refuse(f"{name} is {value}", f"{name} " + " or ".join(str(a) for a in allowed))
        return value

    def size(self, name: str) -> int:
        """A stride or window size."""
        value = self.options.get(name, 0)
        if not isinstance(value, int) or not 1 <= value <= LARGEST:
            raise self.refuse(f"{name} is {value}", f"{name} of 1 to {LARGEST}")
        return value

    def range(self, target: Tensor) -> tuple[int, int]:
        activation = self.option("fusedActivationFunction", ACTIVATIONS)
        return activation_range(activation, target.scale, target.zero_point)

    def padding(self, size: int, window: int, stride: int) -> tuple[int, int]:
        """Output size of one dimension, and how far the first window hangs over."""
        if self.option("padding", ("SAME", "VALID")) == "VALID":
            return (size - window) // stride + 1, 0
        count = -(-size // stride)
        return count, max(0, (count - 1) * stride + window - size) // 2

    def same_shape(self, target: Tensor, shape: tuple[int, ...]) -> None:
        if target.shape != shape:
            raise self.refuse(f"output has shape {target.shape}", f"shape {shape}, which follows from the input")


def _scaling(minimum: int, maximum: int, zero_point: int, pairs: list[tuple[int, int]]) -> tuple[str, list[Constant]]:
    """C text of a `struct requantise_s8` and its two arrays."""
    text = (
        "{.multiplier = {layer}_multiplier, .shift = {layer}_shift, "
        f".zero_point = {zero_point}, .minimum = {minimum}, .maximum = {maximum}}}"
    )
    return text, [
        Constant("multiplier", "int32_t", np.array([m for m, _ in pairs], np.int32), "per output channel, Q0.31"),
        Constant("shift", "int8_t", np.array([s for _, s in pairs], np.int8), "per output channel, left if positive"),
    ]


def _rounded_twice(context: Context, source: Tensor, weights: Tensor, target: Tensor) -> tuple[str, list[Constant]]:
    """Scaling as the reference convolution does it."""
    minimum, maximum = context.range(target)
    scales = np.broadcast_to(weights.scales, (weights.shape[0],))
    pairs = [output_multiplier(source.scale, scale, target.scale) for scale in scales]
    return _scaling(minimum, maximum, target.zero_point, pairs)


def _rounded_once(context: Context, source: Tensor, weights: Tensor, target: Tensor) -> tuple[str, list[Constant]]:
    """Scaling that equals the floating point of the reference's dense layer for every possible accumulator."""
    assert weights.data is not None
    minimum, maximum = context.range(target)
    sums = np.abs(weights.data.astype(np.int64)).sum(axis=1) * 255
    bounds = sums + np.abs(context.bias(weights.shape[0]).astype(np.int64))
    pairs = []
    for scale, bound in zip(np.broadcast_to(weights.scales, bounds.shape), bounds.tolist(), strict=True):
        real = float(source.scale) * float(scale) / float(target.scale)
        try:
            multiplier, shift = single_rounding_multiplier(
                real, minimum - target.zero_point, maximum - target.zero_point, bound
            )
        except ValueError as error:
            raise context.refuse(str(error), "scales for which an integer multiplier gives equal outputs") from error
        if shift > 0 and bound << shift >= 2**31:
            raise context.refuse(f"accumulators up to {bound} times {real:g}", "products below 2^31")
        pairs.append((multiplier, shift))
    return _scaling(minimum, maximum, target.zero_point, pairs)


def _parameters(context: Context, rows: NDArray[np.int8], source: Tensor) -> list[Constant]:
    bias = folded_bias(context.bias(rows.shape[0]), rows, source.zero_point)
    return [
        Constant("weights", "int8_t", weight_blocks(rows), "blocks of 4 taps x 2 output channels, see dot_u8s8.h"),
        Constant("bias", "int32_t", bias, "with the input's zero point folded in"),
    ]


@lowers("CONV_2D")
def _conv_2d(context: Context) -> Step:
    source, target, weights = context.input(), context.output(), context.weights(4)
    height, width, depth = context.image(source)
    channels, kernel_h, kernel_w, kernel_depth = weights.shape
    context.option("dilationHFactor", (1,))
    context.option("dilationWFactor", (1,))
    if kernel_depth != depth:
        found = f"weights '{weights.name}' are for {kernel_depth} channels, the input has {depth}"
        raise context.refuse(found, "as many (no grouped convolution)")
    stride_h, stride_w = context.size("strideH"), context.size("strideW")
    out_h, pad_top = context.padding(height, kernel_h, stride_h)
    out_w, pad_left = context.padding(width, kernel_w, stride_w)
    context.same_shape(target, (1, out_h, out_w, channels))
    assert weights.data is not None
    rows = weights.data.reshape(channels, kernel_h, kernel_w * depth)
    out, scaling = _rounded_twice(context, source, weights, target)
    padded = ((out_h - 1) * stride_h + kernel_h) * ((out_w - 1) * stride_w + kernel_w) * depth
    fields: dict[str, int | str] = {
        "input_h": height,
        "input_w": width,
        "input_c": depth,
        "kernel_h": kernel_h,
        "kernel_w": kernel_w,
        "stride_h": stride_h,
        "stride_w": stride_w,
        "pad_top": pad_top,
        "pad_left": pad_left,
        "output_h": out_h,
        "output_w": out_w,
        "output_c": channels,
        "zero_byte": source.zero_point + 128,
        "weights": "{layer}_weights",
        "bias": "{layer}_bias",
        "out": out,
    }
    macs = out_h * out_w * channels * kernel_h * kernel_w * depth
    constants = (*_parameters(context, rows, source), *scaling)
    return Step(context.operator, source, target, "conv2d_s8", fields, constants, out_w * 8 + padded + 3, macs)


@lowers("FULLY_CONNECTED")
def _fully_connected(context: Context) -> Step:
    source, target, weights = context.input(), context.output(), context.weights(2)
    context.option("weightsFormat", (0,))
    outputs, inputs = weights.shape
    if source.elements != inputs or target.elements != outputs:
        found = f"weights {weights.shape} between {source.shape} and {target.shape}"
        raise context.refuse(found, "one row of inputs and one of outputs")
    assert weights.data is not None
    rows = weights.data.reshape(outputs, 1, inputs)
    out, scaling = _rounded_once(context, source, weights, target)
    fields: dict[str, int | str] = {
        "inputs": inputs,
        "outputs": outputs,
        "weights": "{layer}_weights",
        "bias": "{layer}_bias",
        "out": out,
    }
    constants = (*_parameters(context, rows, source), *scaling)
    return Step(context.operator, source, target, "fully_connected_s8", fields, constants, inputs + 3, inputs * outputs)


def _same_quantisation(context: Context, source: Tensor, target: Tensor) -> None:
    if source.scale != target.scale or source.zero_point != target.zero_point:
        found = f"input and output are quantised differently ({source.scale}, {target.scale})"
        raise context.refuse(found, "one scale and zero point for both")


@lowers("MAX_POOL_2D")
def _max_pool_2d(context: Context) -> Step:
    source, target = context.input(), context.output()
    _same_quantisation(context, source, target)
    height, width, channels = context.image(source)
    window_h, window_w = context.size("filterHeight"), context.size("filterWidth")
    stride_h, stride_w = context.size("strideH"), context.size("strideW")
    out_h, pad_top = context.padding(height, window_h, stride_h)
    out_w, pad_left = context.padding(width, window_w, stride_w)
    context.same_shape(target, (1, out_h, out_w, channels))
    minimum, maximum = context.range(target)
    fields: dict[str, int | str] = {
        "input_h": height,
        "input_w": width,
        "channels": channels,
        "window_h": window_h,
        "window_w": window_w,
        "stride_h": stride_h,
        "stride_w": stride_w,
        "pad_top": pad_top,
        "pad_left": pad_left,
        "output_h": out_h,
        "output_w": out_w,
        "minimum": minimum,
        "maximum": maximum,
    }
    return Step(context.operator, source, target, "max_pool_s8", fields)


@lowers("SOFTMAX")
def _softmax(context: Context) -> Step:
    source, target = context.input(), context.output()
    context.same_shape(target, source.shape)
    count = source.shape[-1]
    if source.elements != count:
        raise context.refuse(f"input has shape {source.shape}", "one row")
    if float(target.scale) != 1.0 / 256.0 or target.zero_point != -128:
        found = f"output has scale {target.scale} and zero point {target.zero_point}"
        raise context.refuse(found, "scale 1/256 and zero point -128")
    beta = float(context.options.get("beta", 0.0))
    if not beta > 0:
        raise context.refuse(f"beta is {beta}", "a beta above 0")
    scaling = softmax_scaling(beta, source.scale)
    if scaling.shift < 0:
        raise context.refuse(f"input has scale {source.scale}", "a product of beta and scale above 2^-26")
    fields: dict[str, int | str] = {
        "count": count,
        "multiplier": scaling.multiplier,
        "shift": scaling.shift,
        "diff_min": scaling.diff_min,
    }
    return Step(context.operator, source, target, "softmax_s8", fields)


@lowers("RESHAPE")
def _reshape(context: Context) -> Step:
    source, target = context.input(), context.output()
    _same_quantisation(context, source, target)
    if source.elements != target.elements:
        raise context.refuse(f"{source.shape} to {target.shape}", "as many elements after as before")
    return Step(context.operator, source, target)


def lower(graph: Graph) -> list[Step]:
    """Lower all operators, in order.  Raises UnsupportedModelError, which names operator and tensor."""
    steps = []
    for operator in graph.operators:
        lowering = _LOWERINGS.get(operator.kind)
        if lowering is None:
            raise unsupported(graph, operator, "no kernel does this operator", ", ".join(sorted(_LOWERINGS)))
        steps.append(lowering(Context(graph, operator)))
    return with_windows(graph, steps)
