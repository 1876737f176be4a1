"""Reading of `.tflite` files; only here the flatbuffers schema is known, which `ai-edge-litert` brings along."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitrig.codegen.graph import Graph, Operator, Tensor
from digitrig.errors import FileFormatError, MissingFileError, MissingToolError

EXPECTED = "a .tflite model (flatbuffers file with identifier TFL3)"
_NUMPY = {"INT8": "i1", "UINT8": "u1", "INT16": "<i2", "INT32": "<i4", "INT64": "<i8", "FLOAT32": "<f4", "BOOL": "?"}
_ENUMERATIONS = {"padding": "Padding", "fusedActivationFunction": "ActivationFunctionType"}


def _schema() -> Any:
    try:
        from ai_edge_litert import schema_py_generated
    except ImportError as error:
        raise MissingToolError(
            "reading a .tflite file needs the schema that ai-edge-litert brings: pip install ai-edge-litert"
        ) from error
    return schema_py_generated


def _names(schema: Any, enumeration: str) -> dict[int, str]:
    return {v: k for k, v in vars(getattr(schema, enumeration)).items() if not k.startswith("_")}


def _array(value: Any, dtype: str) -> NDArray[Any]:
    return np.array([] if value is None or isinstance(value, int) else value, dtype=dtype)


def _tensor(path: Path, index: int, raw: Any, types: dict[int, str], buffers: list[Any]) -> Tensor:
    name = (raw.name or b"").decode("utf-8", "replace")
    dtype = types.get(raw.type, f"type {raw.type}")
    shape = tuple(int(n) for n in _array(raw.shape, "i8"))
    content = buffers[raw.buffer].data
    data = None
    if content is not None and len(content) and dtype in _NUMPY:
        values = np.frombuffer(np.asarray(content, "u1").tobytes(), _NUMPY[dtype])
        if values.size != int(np.prod(shape)):
            raise FileFormatError(path, f"tensor '{name}' of shape {shape} has {values.size} values", EXPECTED)
        data = values.reshape(shape)
    quantisation = raw.quantization
    return Tensor(
        index,
        name,
        shape,
        dtype,
        _array(quantisation.scale if quantisation else None, "f4"),
        _array(quantisation.zeroPoint if quantisation else None, "i8"),
        int(quantisation.quantizedDimension) if quantisation else 0,
        data,
        tuple(int(n) for n in _array(raw.shapeSignature, "i8")),
    )


def _option_values(schema: Any, raw: Any) -> dict[str, Any]:
    """Options with enumerations as words; those that are unset or tables of their own are left out."""
    values: dict[str, Any] = {}
    for name, value in vars(raw).items() if raw is not None else ():
        if name in _ENUMERATIONS:
            values[name] = _names(schema, _ENUMERATIONS[name]).get(value, str(value))
        elif isinstance(value, (bool, int, float)):
            values[name] = value
    return values


def _operator(schema: Any, model: Any, number: int, raw: Any, tensors: tuple[Tensor, ...]) -> Operator:
    code = model.operatorCodes[raw.opcodeIndex]
    kind = max(code.builtinCode, code.deprecatedBuiltinCode)  # files older than schema 3a fill only the second
    name = _names(schema, "BuiltinOperator").get(kind, f"operator code {kind}")
    if name == "CUSTOM":
        name = f"CUSTOM {(code.customCode or b'').decode('utf-8', 'replace')}"
    inputs = tuple(tensors[i] if i >= 0 else None for i in (int(n) for n in _array(raw.inputs, "i8")))
    outputs = tuple(tensors[int(i)] for i in _array(raw.outputs, "i8"))
    return Operator(number, name, inputs, outputs, _option_values(schema, raw.builtinOptions))


def rewritten(path: Path, scales: dict[int, NDArray[np.float32]], values: dict[int, NDArray[Any]]) -> bytes:
    """The file with other numbers in it.

    scales: by tensor number; such a tensor gets zero point 0.  values: by tensor number, of the tensor's type.
    """
    import flatbuffers

    schema = _schema()
    model = schema.ModelT.InitFromPackedBuf(path.read_bytes())
    tensors = model.subgraphs[0].tensors
    for index, scale in scales.items():
        quantisation = tensors[index].quantization
        quantisation.scale, quantisation.min, quantisation.max = scale, None, None
        quantisation.zeroPoint = np.zeros(len(scale), np.int64)
    for index, data in values.items():
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(np.ascontiguousarray(data).tobytes(), np.uint8)
        tensors[index].buffer = len(model.buffers)  # a buffer of its own: tensors may share one
        model.buffers.append(buffer)
    used = {tensor.buffer for graph in model.subgraphs for tensor in graph.tensors}
    used |= {entry.buffer for entry in model.metadata or ()}
    for number, buffer in enumerate(model.buffers):
        if number not in used:
            buffer.data = None
    builder = flatbuffers.Builder(1 << 16)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def read_graph(path: Path) -> Graph:
    """Read a `.tflite` file with one subgraph.  Raises MissingFileError, FileFormatError, MissingToolError."""
    if not path.is_file():
        raise MissingFileError(path, "model file", "models that come with digitrig: digitrig boards")
    content = path.read_bytes()
    if content[4:8] != b"TFL3":
        raise FileFormatError(path, f"bytes 4 to 7 are {content[4:8]!r} in a file of {len(content)} bytes", EXPECTED)
    schema = _schema()
    try:
        model = schema.ModelT.InitFromPackedBuf(content)
        if len(model.subgraphs) != 1:
            raise FileFormatError(path, f"{len(model.subgraphs)} subgraphs", "one subgraph")
        main = model.subgraphs[0]
        types = _names(schema, "TensorType")
        tensors = tuple(_tensor(path, i, raw, types, model.buffers) for i, raw in enumerate(main.tensors))
        operators = tuple(_operator(schema, model, n, raw, tensors) for n, raw in enumerate(main.operators))
        inputs = tuple(tensors[int(i)] for i in main.inputs)
        outputs = tuple(tensors[int(i)] for i in main.outputs)
    except (struct.error, IndexError, TypeError, ValueError, AttributeError, MemoryError) as error:
        raise FileFormatError(path, f"damaged at some point of its {len(content)} bytes ({error})", EXPECTED) from error
    return Graph(path, hashlib.sha256(content).hexdigest(), tensors, operators, inputs, outputs)
