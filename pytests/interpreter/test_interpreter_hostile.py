"""Files that nobody vouches for: each gives one line of text, under sanitizers, and nothing else happens."""

from __future__ import annotations

import shutil
import struct
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import pytest
import tiny_models as tiny
import tiny_operators as more
from ai_edge_litert import schema_py_generated as schema
from hostile_models import damaged, wrong_numbers
from interpreter_host import answers, hostile_program
from tiny_models import ModelBuilder, Quantised

from digitrig.codegen import load_model

SEEDS = 500  # of each kind of damage; the long test takes twenty times as many


@pytest.fixture(scope="module", params=["undefined", "address"])
def program(request: pytest.FixtureRequest) -> Path:
    """The interpreter under a sanitizer."""
    if request.param == "address" and shutil.which("gcc") is None:
        pytest.skip("the address sanitizer needs gcc, whose runtime pip does not have: apt install gcc")
    return hostile_program(request.param)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Small models that have every operator."""
    folder, random = tmp_path_factory.mktemp("models"), np.random.default_rng(1)
    source, target = Quantised(np.float32(0.02), 3), Quantised(np.float32(0.05), -5)
    weights = random.integers(-127, 128, (4, 3, 3, 2)).astype(np.int8)
    dense = random.integers(-127, 128, (5, 12)).astype(np.int8)
    scales = np.full(4, 0.01, np.float32)
    image = {"image": (6, 5, 2), "source": source, "target": target, "kernel_scales": scales}
    bias = np.zeros(4, np.int32)
    shape = (1, 4, 5, 3)
    both = {"source": source, "target": target}
    pool = {"image": (6, 6, 3), "window": (2, 2), "stride": (2, 2), "quantised": source}
    files = [
        tiny.conv2d(folder / "0", weights=weights, bias=bias, **image),
        tiny.depthwise(folder / "1", weights=weights[:1, ..., [0, 1, 0, 1]], bias=bias, **image),
        tiny.fully_connected(folder / "2", weights=dense, bias=bias[[0, 1, 2, 3, 0]], kernel_scales=scales[:1], **both),
        tiny.pool(folder / "3", **pool),
        tiny.pool(folder / "4", kind="AVERAGE_POOL_2D", **pool),
        tiny.mean(folder / "5", shape=shape, axes=[1, 2], keep=True, **both),
        more.add(folder / "6", shape=shape, other=np.ones((1, 1, 1, 3), np.int8), second=source, **both),
        more.pad(folder / "7", shape=shape, amounts=[(0, 0), (1, 1), (2, 0), (0, 1)], quantised=source),
        tiny.quantize(folder / "8", shape=shape, **both),
        more.softmax_rows(folder / "9", rows=2, count=10, source=source),
        more.reshape_chain(folder / "10", shape=shape, times=3, quantised=source),
    ]
    return [*(file.read_bytes() for file in files), load_model("an13438").path.read_bytes()]


def _damage(models: list[bytes], first: int, count: int) -> list[bytes]:
    found = []
    for seed in range(first, first + count):
        random = np.random.default_rng([77, seed])
        data = models[seed % len(models)]
        found.append(damaged(random, data))
        if len(data) < 4000:
            changed = wrong_numbers(random, data)
            found += [changed] if changed is not None else []
    return found


def _check_damage(program: Path, models: list[bytes], first: int, count: int) -> Counter[str]:
    found = answers(program, _damage(models, first, count))
    assert all(line == "ok" or line.startswith("error: ") for line in found)
    return Counter(found)


def test_undamaged_models_open_and_run(program: Path, models: list[bytes]) -> None:
    assert answers(program, models) == ["ok"] * len(models)


def test_damaged_models_give_a_line_of_text(program: Path, models: list[bytes]) -> None:
    found = _check_damage(program, models, 0, SEEDS)
    refused = {line for line in found if line != "ok"}
    assert found["ok"] > 30 and len(refused) > 80  # it is not always the same check that refuses


@pytest.mark.long
def test_many_damaged_models_give_a_line_of_text(program: Path, models: list[bytes]) -> None:
    for first in range(SEEDS, 21 * SEEDS, SEEDS):
        _check_damage(program, models, first, SEEDS)


def test_every_truncation_is_refused(program: Path, models: list[bytes]) -> None:
    data = models[6]
    assert "ok" not in answers(program, [data[:n] for n in range(0, len(data) - 4, 3)])


# ------------------------------------------------------------------ damage on purpose


def _packed(model: schema.ModelT) -> bytes:
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _changed(data: bytes, change: Callable[[Any], None]) -> bytes:
    model = schema.ModelT.InitFromPackedBuf(data)
    change(model)
    return _packed(model)


def _tensor(index: int, **values: Any) -> Callable[[Any], None]:
    def change(model: Any) -> None:
        for name, value in values.items():
            setattr(model.subgraphs[0].tensors[index], name, value)

    return change


def _operator(**values: Any) -> Callable[[Any], None]:
    def change(model: Any) -> None:
        for name, value in values.items():
            setattr(model.subgraphs[0].operators[0], name, value)

    return change


def _option(**values: Any) -> Callable[[Any], None]:
    def change(model: Any) -> None:
        for name, value in values.items():
            setattr(model.subgraphs[0].operators[0].builtinOptions, name, value)

    return change


def _quantised(index: int, **values: Any) -> Callable[[Any], None]:
    def change(model: Any) -> None:
        for name, value in values.items():
            setattr(model.subgraphs[0].tensors[index].quantization, name, value)

    return change


def _more(name: str) -> Callable[[Any], None]:
    def change(model: Any) -> None:
        rows = getattr(model, name) if name == "subgraphs" else getattr(model.subgraphs[0], name)
        rows.extend(list(rows) * 1100 if name == "tensors" else list(rows) * 300)

    return change


def _other_operator(code: int) -> Callable[[Any], None]:
    def change(model: Any) -> None:
        model.operatorCodes[0].builtinCode, model.operatorCodes[0].deprecatedBuiltinCode = code, min(code, 127)

    return change


def _floats(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


CONV, DENSE, MEAN, ADD, PAD, SOFTMAX = 0, 2, 5, 6, 7, 9

# model, what is changed in it, the text
CASES: list[tuple[int, Callable[[Any], None], str]] = [
    (CONV, _tensor(0, shape=[1, 6, 5, 0]), "error: tensor 0: a dimension below 1"),
    (CONV, _tensor(0, shape=[1, -6, 5, 2]), "error: tensor 0: a dimension below 1"),
    (CONV, _tensor(0, shape=[1] * 7), "error: tensor 0: more than 6 dimensions"),
    (CONV, _tensor(0, shape=[65536, 65536, 65536, 65536]), "error: tensor 0: more than 268435456 elements"),
    (CONV, _tensor(0, shape=[1, 40000, 5, 2]), "error: operator 0 CONV_2D: the input (tensor 0) must be at most 32767"),
    (CONV, _tensor(1, shape=[4, 3, 3, 3]), "error: tensor 1: its buffer has another size than its shape and type"),
    (CONV, _tensor(1, buffer=99), "error: tensor 1: its buffer does not exist"),
    (CONV, _tensor(1, type=schema.TensorType.INT4), "error: tensor 1: its buffer has another size than its shape"),
    (CONV, _tensor(0, type=schema.TensorType.FLOAT32), "error: tensor 0: inputs and outputs of a model are int8"),
    (CONV, _tensor(0, isVariable=True), "error: tensor 0: variables and sparse tensors are not supported"),
    (CONV, _tensor(3, shape=[1, 6, 5, 5]), "error: operator 0 CONV_2D: the weights (tensor 1) must be quantised with"),
    (CONV, _tensor(3, shape=[1, 7, 5, 4]), "error: operator 0 CONV_2D: the output's shape is not what input, window"),
    (CONV, _tensor(3, shape=[6, 5, 4]), "error: operator 0 CONV_2D: the output (tensor 3) must be of shape 1 x height"),
    (
        CONV,
        _quantised(0, scale=_floats(0)),
        "error: operator 0 CONV_2D: the input (tensor 0) must be quantised with one",
    ),
    (CONV, _quantised(0, scale=_floats(np.nan)), "error: operator 0 CONV_2D: the input (tensor 0) must be quantised"),
    (CONV, _quantised(0, scale=_floats(np.inf)), "error: operator 0 CONV_2D: the input (tensor 0) must be quantised"),
    (CONV, _quantised(3, scale=_floats(1e-38)), "error: operator 0 CONV_2D: scales whose ratio is 2^30 or more"),
    (CONV, _quantised(0, zeroPoint=[128]), "error: tensor 0: a zero point outside of int8"),
    (CONV, _quantised(0, zeroPoint=[0, 0]), "error: tensor 0: not as many zero points as scales"),
    (
        CONV,
        _quantised(1, zeroPoint=[0, 0, 1, 0]),
        "error: operator 0 CONV_2D: the weights (tensor 1) must be quantised",
    ),
    (CONV, _quantised(1, scale=_floats(1, 1, -1, 1)), "error: operator 0 CONV_2D: the weights (tensor 1) must be"),
    (CONV, _option(strideH=0), "error: operator 0 CONV_2D: stride in height is 0, expected 1 to 32767"),
    (CONV, _option(strideW=-1), "error: operator 0 CONV_2D: stride in width is -1, expected 1 to 32767"),
    (CONV, _option(dilationWFactor=32767), "error: operator 0 CONV_2D: window is 65535, expected one that fits"),
    (CONV, _option(padding=7), "error: operator 0 CONV_2D: padding is 7, expected SAME or VALID"),
    (CONV, _option(fusedActivationFunction=4), "error: operator 0 CONV_2D: fused activation is 4, expected NONE, RELU"),
    (CONV, _operator(builtinOptionsType=5), "error: operator 0 CONV_2D: kind of options is 5, expected those of the"),
    (CONV, _operator(opcodeIndex=3), "error: operator 0: operator code number is 3, expected one that exists"),
    (CONV, _operator(inputs=[0, 1, 9]), "error: operator 0 CONV_2D: input tensor is 9, expected one that exists"),
    (CONV, _operator(inputs=[0, -1, 2]), "error: operator 0 CONV_2D: input tensor is -1, expected one that exists"),
    (
        CONV,
        _operator(inputs=[3, 1, 2]),
        "error: operator 0 CONV_2D: input tensor is 3, expected one that something has",
    ),
    (CONV, _operator(inputs=[0]), "error: operator 0 CONV_2D: number of inputs is 1, expected as the operator has"),
    (CONV, _operator(outputs=[0]), "error: operator 0 CONV_2D: output tensor is 0, expected one that nothing else"),
    (CONV, _operator(outputs=[1]), "error: operator 0 CONV_2D: output tensor is 1, expected one that nothing else"),
    (CONV, _operator(outputs=[]), "error: operator 0 CONV_2D: number of outputs is 0, expected 1"),
    (CONV, _other_operator(75), "error: operator 0: operator code is 75, expected a supported one"),
    (CONV, _other_operator(32), "error: operator 0: operator code is 32, expected a supported one"),
    (CONV, _more("operators"), "error: operators: 301 in the model, 256 possible"),
    (CONV, _more("tensors"), "error: tensors: 4404 in the model, 1024 possible"),
    (CONV, _more("subgraphs"), "error: subgraphs: 301 in the model, 1 expected"),
    (DENSE, _tensor(1, shape=[5, 3, 4]), "error: operator 0 FULLY_CONNECTED: the weights (tensor 1) must be constant"),
    (DENSE, _tensor(0, shape=[1, 11]), "error: operator 0 FULLY_CONNECTED: input and output are not as long as the"),
    (
        DENSE,
        _tensor(2, shape=[1, 5], type=schema.TensorType.FLOAT32),
        "error: operator 0 FULLY_CONNECTED: the bias must",
    ),
    (DENSE, _quantised(3, scale=_floats(1e-30)), "error: operator 0 FULLY_CONNECTED: weights, bias and scales whose"),
    (MEAN, _tensor(1, type=schema.TensorType.FLOAT32), "error: operator 0 MEAN: the axes must be 2 constant int32"),
    (MEAN, _tensor(2, shape=[1, 1, 2, 3]), "error: operator 0 MEAN: the output's shape is not that of the mean"),
    (ADD, _tensor(2, shape=[1, 4, 5, 4]), "error: operator 0 ADD: the output's shape is not that of the sum"),
    (ADD, _quantised(2, scale=_floats(1e-9)), "error: operator 0 ADD: inputs with scales that are 2^19 times"),
    (PAD, _tensor(2, shape=[1, 6, 7, 5]), "error: operator 0 PAD: the output's shape is not that of input and padding"),
    (
        SOFTMAX,
        _quantised(1, scale=_floats(1)),
        "error: operator 0 SOFTMAX: the output must be as long as the input, with",
    ),
    (PAD, _tensor(2, shape=[4, 6, 11]), "error: operator 0 PAD: input and output must have as many dimensions"),
    (SOFTMAX, _option(beta=0.0), "error: operator 0 SOFTMAX: beta * input scale must be above 2^-26"),
]


def test_a_wrong_number_is_named(program: Path, models: list[bytes]) -> None:
    found = answers(program, [_changed(models[model], change) for model, change, _text in CASES])
    pairs = zip(found, (text for _model, _change, text in CASES), strict=True)
    assert [(line, text) for line, text in pairs if not line.startswith(text)] == []


def _patched(data: bytes, at: int, value: int) -> bytes:
    return data[:at] + struct.pack("<I", value & 0xFFFFFFFF) + data[at + 4 :]


def test_offsets_that_lead_elsewhere_are_refused(program: Path, models: list[bytes]) -> None:
    data = models[CONV]
    root = struct.unpack_from("<I", data)[0]
    cases = {
        _patched(data, 0, 0): "error: damaged model: a reference that leaves the file or leads to itself, at byte 0",
        _patched(data, 0, len(data)): "error: damaged model: a number outside the file",
        _patched(data, 0, 0xFFFFFFFF): "error: damaged model: a reference that leaves the file",
        _patched(data, root, -0x7FFFFFFF): "error: damaged model: a vtable outside the file",
        _patched(data, root, 0x7FFFFFFF): "error: damaged model: a vtable outside the file",
        _patched(data, root, 0): "error: ",
        data[:4] + b"TFL2" + data[8:]: "error: not a .tflite model: the identifier TFL3 is missing",
        b"": "error: not a .tflite model: the identifier TFL3 is missing",
        b"\xff" * 4 + b"TFL3" + b"\xff" * 100: "error: damaged model: a reference that leaves the file",
        bytes(4) + b"TFL3" + bytes(100): "error: damaged model: a reference that leaves the file or leads to itself",
    }
    for found, (patched, text) in zip(answers(program, list(cases)), cases.items(), strict=True):
        assert found.startswith(text), patched[:40].hex()


def test_a_table_that_contains_itself_is_refused(program: Path) -> None:
    """Every reference of the only table leads to a vector with one reference, which leads back: nothing recurses."""
    vtable = struct.pack("<HH5H", 14, 24, 4, 8, 12, 16, 20)
    head = struct.pack("<I4s", 24, b"TFL3") + b"\0\0" + vtable  # vtable at 10, table at 24
    table = struct.pack("<iIIIII", 14, 3, 16, 12, 8, 4)  # codes, subgraphs, description and buffers: a vector at 48
    vector = struct.pack("<II", 1, 0xFFFFFFFF - 27)  # one element, 28 bytes before itself: the table
    (found,) = answers(program, [head + table + vector])
    assert found == "error: damaged model: a reference that leaves the file or leads to itself, at byte 52 of 56"


def test_a_graph_with_a_cycle_is_refused(program: Path, tmp_path: Path) -> None:
    """Two operators that feed each other: whichever stands first reads what nothing has written yet."""
    build, quantised = ModelBuilder(), Quantised(np.float32(0.1))
    first, a, b = (build.tensor(name, (1, 4), quantised) for name in ("in", "a", "b"))
    build.operator("ADD", [first, b], [a], schema.AddOptionsT())
    build.operator("ADD", [first, a], [b], schema.AddOptionsT())
    path = build.write(tmp_path / "cycle.tflite", [first], [b])
    (found,) = answers(program, [path.read_bytes()])
    assert found == "error: operator 0 ADD: input tensor is 2, expected one that something has written before"


def test_an_arena_that_is_too_small_is_named_with_both_sizes(program: Path, models: list[bytes]) -> None:
    needed = "error: the model needs "
    for arena_bytes in (0, 64, 1000, 3000):
        (found,) = answers(program, [models[-1]], arena_bytes)
        assert found.startswith(needed) and found.endswith(f"there are {max(0, arena_bytes)}"), found


def test_a_model_that_would_run_for_hours_is_refused(program: Path, tmp_path: Path) -> None:
    path = tiny.conv2d(
        tmp_path / "slow.tflite",
        image=(3000, 3000, 1),
        weights=np.zeros((2, 31, 31, 1), np.int8),
        bias=np.zeros(2, np.int32),
        source=Quantised(np.float32(1)),
        kernel_scales=_floats(1),
        target=Quantised(np.float32(1)),
    )
    (found,) = answers(program, [path.read_bytes()], 1 << 20)
    assert found == "error: operator 0 CONV_2D: more than 2000000000 steps of work in one run"
