"""A `.tflite` graph as plain data, and a listing of it for people."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Tensor:
    """One tensor of the graph.

    index: its number in the file.  dtype: in the file's words, such as INT8.  scales, zero_points: empty if not
    quantised, one element for the whole tensor, or one per slice along `quantised_dimension`.
    data: the constant's values in `shape`, or None for what is computed.  signature: the shape with -1 for dimensions
    that are open, or empty.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    dtype: str
    scales: NDArray[np.float32]
    zero_points: NDArray[np.int64]
    quantised_dimension: int
    data: NDArray[Any] | None
    signature: tuple[int, ...] = ()

    @property
    def elements(self) -> int:
        return math.prod(self.shape)

    @property
    def scale(self) -> np.float32:
        """The scale of a tensor that is quantised as a whole."""
        return np.float32(self.scales[0])

    @property
    def zero_point(self) -> int:
        return int(self.zero_points[0])


@dataclass(frozen=True, eq=False)
class Operator:
    """One operator.  inputs: tensors, None where an optional one is left out.  options: as the schema names them."""

    number: int
    kind: str
    inputs: tuple[Tensor | None, ...]
    outputs: tuple[Tensor, ...]
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Graph:
    """A model: operators in order of execution.  sha256: of the file."""

    path: Path
    sha256: str
    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]

    @property
    def parameters(self) -> int:
        """Trained values: elements of all constant tensors that are quantised."""
        return sum(t.elements for t in self.tensors if t.data is not None and len(t.scales))


def _shape(tensor: Tensor) -> str:
    return "x".join(str(n) for n in tensor.shape) or "scalar"


def _quantisation(tensor: Tensor) -> str:
    if not len(tensor.scales):
        return ""
    if len(tensor.scales) > 1:
        return f"{len(tensor.scales)} scales {tensor.scales.min():.6g}..{tensor.scales.max():.6g}"
    return f"scale {tensor.scale:.8g} zero {tensor.zero_point}"


def _options(operator: Operator) -> str:
    return " ".join(f"{name}={value}" for name, value in sorted(operator.options.items()))


def describe(model_path: Path | str) -> str:
    """List a `.tflite` graph: each operator with its constants, its output and how that is quantised.

    Works for models that the generator does not support.  Raises MissingFileError, FileFormatError, MissingToolError.
    """
    from digitrig.codegen.flatbuffer import read_graph

    graph = read_graph(Path(model_path))
    lines = [f"{graph.path.name}  sha256 {graph.sha256}  {graph.parameters} parameters"]
    for tensor in graph.inputs:
        lines.append(f"input   {tensor.dtype.lower()} {_shape(tensor)}  {_quantisation(tensor)}  '{tensor.name}'")
    for operator in graph.operators:
        constants = ", ".join(_shape(t) for t in operator.inputs if t is not None and t.data is not None)
        lines.append(f"{operator.number:>3}  {operator.kind}  {_options(operator)}".rstrip())
        if constants:
            lines.append(f"       constants {constants}")
        for tensor in operator.outputs:
            lines.append(f"       -> {tensor.dtype.lower()} {_shape(tensor)}  {_quantisation(tensor)}".rstrip())
    for tensor in graph.outputs:
        lines.append(f"output  {tensor.dtype.lower()} {_shape(tensor)}  {_quantisation(tensor)}  '{tensor.name}'")
    return "\n".join(lines)
