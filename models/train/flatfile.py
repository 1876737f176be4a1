"""Writing of a `.tflite` file operator by operator, for quantisations that TensorFlow's converter does not make.

Only what recipes need: a chain of operators, int8 activations and weights with one scale each, int32 biases.
"""

from __future__ import annotations

from typing import Any

import flatbuffers
import numpy as np
from tensorflow.lite.python import schema_py_generated as schema

# Version of each operator with int8 tensors, as TensorFlow's converter numbers them.
VERSIONS = {"CONV_2D": 3, "MAX_POOL_2D": 2, "RESHAPE": 1, "FULLY_CONNECTED": 4, "SOFTMAX": 2}
TYPES = {np.dtype(np.int8): schema.TensorType.INT8, np.dtype(np.int32): schema.TensorType.INT32}


class Chain:
    """A model whose operators follow each other, the first on one image, the last giving the scores."""

    def __init__(self, shape: tuple[int, ...], scale: float, zero_point: int) -> None:
        self.tensors: list[Any] = []
        self.buffers: list[Any] = [schema.BufferT()]
        self.operators: list[Any] = []
        self.codes: list[str] = []
        self.last = self._tensor("image", shape, np.dtype(np.int8), scale, zero_point)

    def _tensor(
        self,
        name: str,
        shape: tuple[int, ...],
        dtype: np.dtype,
        scale: float | None,
        zero_point: int = 0,
        buffer: int = 0,
    ) -> int:
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type, tensor.buffer = name, list(shape), TYPES[dtype], buffer
        if scale is not None:
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale, tensor.quantization.zeroPoint = [scale], [zero_point]
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def constant(self, name: str, values: np.ndarray, scale: float | None) -> int:
        """Add a constant; returns its number."""
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(np.ascontiguousarray(values).tobytes(), np.uint8)
        self.buffers.append(buffer)
        return self._tensor(name, values.shape, values.dtype, scale, buffer=len(self.buffers) - 1)

    def add(
        self,
        kind: str,
        shape: tuple[int, ...],
        scale: float,
        zero_point: int = 0,
        constants: tuple[int, ...] = (),
        **options: Any,
    ) -> None:
        """Append an operator on what the last one gave.  shape, scale, zero_point: of its output.

        options: by the schema's names, such as `strideH`.
        """
        output = self._tensor(f"{kind.lower()}_{len(self.operators)}", shape, np.dtype(np.int8), scale, zero_point)
        operator = schema.OperatorT()
        if kind not in self.codes:
            self.codes.append(kind)
        operator.opcodeIndex = self.codes.index(kind)
        operator.inputs, operator.outputs = [self.last, *constants], [output]
        table = {"CONV_2D": "Conv2DOptions", "MAX_POOL_2D": "Pool2DOptions", "FULLY_CONNECTED": "FullyConnectedOptions"}
        name = table.get(kind, f"{kind.capitalize()}Options")
        operator.builtinOptionsType = getattr(schema.BuiltinOptions, name)
        operator.builtinOptions = getattr(schema, f"{name}T")()
        for key, value in options.items():
            if not hasattr(operator.builtinOptions, key):
                raise SystemExit(f"{name} has no field {key}")
            setattr(operator.builtinOptions, key, value)
        self.operators.append(operator)
        self.last = output

    def content(self, description: str) -> bytes:
        """The finished file."""
        graph = schema.SubGraphT()
        graph.name, graph.tensors, graph.operators = "main", self.tensors, self.operators
        graph.inputs, graph.outputs = [0], [self.last]
        model = schema.ModelT()
        model.version, model.description = 3, description
        model.subgraphs, model.buffers = [graph], self.buffers
        model.operatorCodes = []
        for kind in self.codes:
            code = schema.OperatorCodeT()
            code.builtinCode = code.deprecatedBuiltinCode = getattr(schema.BuiltinOperator, kind)
            code.version = VERSIONS[kind]
            model.operatorCodes.append(code)
        builder = flatbuffers.Builder(65536)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())
