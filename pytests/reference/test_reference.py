"""The host reference: what it computes, how it names itself, and what it says of files that it cannot use."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
import tiny_models as tiny
from ai_edge_litert import interpreter as litert
from ai_edge_litert import schema_py_generated as schema
from tiny_models import ModelBuilder, Quantised

from digitrig.codegen import load_model
from digitrig.errors import FileFormatError, MissingFileError, MissingToolError, ShapeError, UsageError
from digitrig.reference import Reference, runtime, runtime_name
from digitrig.reference.runtime import open_interpreter

MODEL = load_model("an13438").path


@pytest.fixture(scope="module")
def reference() -> Reference:
    return Reference(MODEL)


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (300, 28, 28)).astype(np.uint8)


def test_scores_are_ten_int8(reference: Reference, images: np.ndarray) -> None:
    scores = reference.scores(images[0])
    assert scores.shape == (10,)
    assert scores.dtype == np.int8


def test_scores_are_those_of_litert_with_reference_kernels(reference: Reference, images: np.ndarray) -> None:
    interpreter = litert.Interpreter(
        str(MODEL), experimental_op_resolver_type=litert.OpResolverType.BUILTIN_REF, num_threads=1
    )
    interpreter.allocate_tensors()
    interpreter.set_tensor(
        interpreter.get_input_details()[0]["index"],
        (images[0].astype(np.int16) - 128).astype(np.int8).reshape(1, 28, 28, 1),
    )
    interpreter.invoke()
    expected = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0]
    assert reference.scores(images[0]).tolist() == expected.tolist()


def test_optimised_kernels_differ_somewhere(reference: Reference, images: np.ndarray) -> None:
    """Dense layers of the optimised kernels round twice. If this ends, check which kernels `Reference` really runs."""
    optimised = open_interpreter(MODEL, keep_all=True, optimised=True)
    differing = 0
    for image in images:
        optimised.set_tensor(optimised.get_input_details()[0]["index"], reference.preprocessing.apply(image))
        optimised.invoke()
        differing += sum(
            int((layer.data != optimised.get_tensor(layer.index)).sum()) for layer in reference.layers(image)
        )
    assert differing > 0


def test_many_scores_are_single_scores_in_order(reference: Reference, images: np.ndarray) -> None:
    many = reference.scores_many(images[:5])
    assert many.shape == (5, 10)
    assert [row.tolist() for row in many] == [reference.scores(image).tolist() for image in images[:5]]


def test_no_images_give_no_scores(reference: Reference) -> None:
    assert reference.scores_many([]).shape == (0, 10)


def test_layers_come_in_order_of_execution(reference: Reference, images: np.ndarray) -> None:
    layers = reference.layers(images[0])
    assert [layer.shape for layer in layers] == [
        (1, 14, 14, 1),
        (1, 14, 14, 4),
        (1, 7, 7, 4),
        (1, 7, 7, 4),
        (1, 3, 3, 4),
        (1, 3, 3, 4),
        (1, 36),
        (1, 28),
        (1, 10),
        (1, 10),
    ]
    assert layers[-1].data[0].tolist() == reference.scores(images[0]).tolist()


def test_first_layer_is_the_greatest_of_each_2x2(reference: Reference, images: np.ndarray) -> None:
    pooled = images[0].reshape(14, 2, 14, 2).max(axis=(1, 3)).astype(np.int16) - 128
    assert (reference.layers(images[0])[0].data[0, :, :, 0] == pooled).all()


def test_name_says_runtime_version_and_kernels(reference: Reference) -> None:
    assert reference.name == f"ai-edge-litert {version('ai-edge-litert')} reference kernels"


@pytest.mark.parametrize("shape", [(28, 27), (10, 10), (2, 28, 28)])
def test_wrong_shape_is_told(reference: Reference, shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError) as error:
        reference.scores(np.zeros(shape, np.uint8))
    assert str(error.value) == f"image has shape {shape}; expected (28, 28)"


def test_wrong_type_is_told(reference: Reference) -> None:
    with pytest.raises(ShapeError, match="image has type float32; expected uint8, 0 is background and 255 is ink"):
        reference.scores(np.zeros((28, 28), np.float32))


def test_something_that_is_no_array_is_told(reference: Reference) -> None:
    with pytest.raises(ShapeError, match=r"image has shape list; expected \(28, 28\)"):
        reference.scores([[0] * 28] * 28)  # type: ignore[arg-type]


def test_missing_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"model file '.*none\.tflite' not found; .*digitrig boards"):
        Reference(tmp_path / "none.tflite")


@pytest.mark.parametrize("size", [0, 3, 100, 3000, 6000])
def test_damaged_model_is_told(tmp_path: Path, size: int) -> None:
    path = tmp_path / "cut.tflite"
    path.write_bytes(MODEL.read_bytes()[:size])
    with pytest.raises(
        FileFormatError, match=r"cut\.tflite: the TFLite runtime refuses it \(.+\); expected a \.tflite"
    ):
        Reference(path)


def test_custom_operator_is_told(tmp_path: Path) -> None:
    build = ModelBuilder()
    first = build.tensor("in", (1, 4), Quantised(1 / 255, -128))
    last = build.tensor("out", (1, 4), Quantised(1 / 255, -128))
    build.operator("CUSTOM", [first], [last], custom="Frobnicate")
    path = build.write(tmp_path / "custom.tflite", [first], [last])
    with pytest.raises(FileFormatError, match=r"refuses it \(.*Frobnicate.*expected a \.tflite file with built-in"):
        Reference(path)


def test_float_model_is_told(tmp_path: Path) -> None:
    build = ModelBuilder()
    first = build.tensor("in", (1, 4), None, kind=schema.TensorType.FLOAT32)
    last = build.tensor("out", (1, 4), None, kind=schema.TensorType.FLOAT32)
    build.operator("SOFTMAX", [first], [last], tiny._options("SoftmaxOptions", beta=1.0))
    path = build.write(tmp_path / "float.tflite", [first], [last])
    with pytest.raises(FileFormatError, match="input tensor 'in' is float32; expected int8"):
        Reference(path)


def test_input_that_is_no_picture_is_told(tmp_path: Path) -> None:
    path = tiny.softmax(tmp_path / "s.tflite", count=4, source=Quantised(0.5, 3))
    with pytest.raises(UsageError, match=r"rule 'scale' makes inputs of shape \(1, 28, 28, 1\); the model's input has"):
        Reference(path)


def test_input_without_a_scale_is_told(tmp_path: Path) -> None:
    build = ModelBuilder()
    ends = [build.tensor(name, (1, 784), None) for name in ("in", "out")]
    build.operator("RELU", ends[:1], ends[1:])
    path = build.write(tmp_path / "r.tflite", ends[:1], ends[1:])
    with pytest.raises(FileFormatError, match=r"input tensor 'in' has scale 0\.0; expected a scale above 0"):
        Reference(path)


def test_missing_runtime_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "RUNTIMES", {"ai-edge-litert": "no_such_module.interpreter"})
    with pytest.raises(MissingToolError, match="pip install ai-edge-litert"):
        Reference(MODEL)


def test_predecessor_serves_where_there_is_no_litert(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same code under the predecessor's name stands in for it: the name must say which runtime it was."""
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    monkeypatch.setitem(sys.modules, "tflite_runtime", sys)
    monkeypatch.setitem(sys.modules, "tflite_runtime.interpreter", litert)
    assert runtime_name() == "tflite-runtime of unknown version reference kernels"
    assert Reference(MODEL).scores(np.zeros((28, 28), np.uint8)).shape == (10,)
