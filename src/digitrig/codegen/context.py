"""One operator on its way to a kernel call: what all lowerings check, and the table of lowerings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitrig.codegen.graph import Graph, Operator, Tensor
from digitrig.codegen.scaling import activation_range
from digitrig.codegen.steps import Step, unsupported
from digitrig.errors import UnsupportedModelError

ACTIVATIONS = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")
LARGEST = 32767  # sizes are int16 in the kernels' parameters

Lowering = Callable[["Context"], Step]
LOWERINGS: dict[str, Lowering] = {}


def lowers(kind: str) -> Callable[[Lowering], Lowering]:
    """Register the function that lowers an operator of this name."""

    def register(function: Lowering) -> Lowering:
        if kind in LOWERINGS:
            raise ValueError(f"two functions lower {kind}")
        LOWERINGS[kind] = function
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

    def constant(self, position: int, dtype: str, what: str) -> NDArray[Any]:
        """The values of a constant input that is no weight, such as the axes of a mean."""
        tensor = self.operator.inputs[position] if position < len(self.operator.inputs) else None
        if tensor is None or tensor.data is None or tensor.dtype != dtype:
            found = "missing" if tensor is None else f"a computed {tensor.dtype} tensor '{tensor.name}'"
            if tensor is not None and tensor.data is not None:
                found = f"{tensor.dtype} '{tensor.name}'"
            raise self.refuse(f"{what} (input {position}) are {found}", f"constant {dtype} values")
        return tensor.data

    def output(self) -> Tensor:
        if len(self.operator.outputs) != 1:
            raise self.refuse(f"{len(self.operator.outputs)} outputs", "one output")
        return self.checked(self.operator.outputs[0])

    def checked(self, tensor: Tensor) -> Tensor:
        """An activation: int8, one scale, batch 1, no dimension beyond int16."""
        what = f"tensor '{tensor.name}'"
        if tensor.dtype != "INT8":
            hint = "INT8 (convert the model with full integer quantisation, input and output included)"
            raise self.refuse(f"{what} is {tensor.dtype}", hint)
        if len(tensor.scales) != 1 or len(tensor.zero_points) != 1 or not tensor.scale > 0:
            raise self.refuse(f"{what} has {len(tensor.scales)} scales", "one scale above 0 for an activation")
        if not tensor.shape or tensor.shape[0] != 1:
            raise self.refuse(f"{what} has shape {tensor.shape}", "a batch of 1 as first dimension")
        if any(n < 0 for n in tensor.signature[1:]):
            found = f"{what} has the dynamic shape {tensor.signature}"
            raise self.refuse(found, "dimensions that are known when the code is made; only the batch may be open (-1)")
        if max(tensor.shape) > LARGEST or min(tensor.shape) < 1:
            raise self.refuse(f"{what} has shape {tensor.shape}", f"dimensions of 1 to {LARGEST}")
        return tensor

    def image(self, tensor: Tensor) -> tuple[int, int, int]:
        """Height, width and channels of an NHWC tensor."""
        if len(tensor.shape) != 4:
            raise self.refuse(f"tensor '{tensor.name}' has shape {tensor.shape}", "four dimensions (NHWC)")
        return tensor.shape[1], tensor.shape[2], tensor.shape[3]

    def weights(self, dimensions: int, axis: int = 0) -> Tensor:
        """The constant int8 weights, symmetric, with one scale or one per output channel along dimension `axis`."""
        tensor = self.operator.inputs[1] if len(self.operator.inputs) > 1 else None
        if tensor is None or tensor.data is None:
            raise self.refuse("the weights are not constant", "constant weights")
        what = f"weights '{tensor.name}'"
        if tensor.dtype != "INT8" or len(tensor.shape) != dimensions:
            raise self.refuse(f"{what} are {tensor.dtype} of shape {tensor.shape}", f"INT8 in {dimensions} dimensions")
        if np.any(tensor.zero_points != 0):
            raise self.refuse(f"{what} have zero point {tensor.zero_points[0]}", "zero point 0 for weights")
        channels = tensor.shape[axis]
        if len(tensor.scales) not in (1, channels) or (len(tensor.scales) > 1 and tensor.quantised_dimension != axis):
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

    def same_quantisation(self, source: Tensor, target: Tensor) -> None:
        if source.scale != target.scale or source.zero_point != target.zero_point:
            found = f"input and output are quantised differently ({source.scale}, {target.scale})"
            raise self.refuse(found, "one scale and zero point for both")

    def same_shape(self, target: Tensor, shape: tuple[int, ...]) -> None:
        if target.shape != shape:
            raise self.refuse(f"output has shape {target.shape}", f"shape {shape}, which follows from the input")
