"""Models that no kernel can run: the error names operator, tensor and what is supported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_models as tiny
from ai_edge_litert import schema_py_generated as schema
from tiny_models import ModelBuilder, Quantised

from digitrig.codegen import generate, load_model
from digitrig.errors import FileFormatError, UnsupportedModelError

ONE = Quantised(1 / 255, -128)


def _conv(path: Path, **changes: Any) -> Path:
    settings: dict[str, Any] = {
        "image": (6, 6, 2),
        "weights": np.ones((3, 3, 3, 2), np.int8),
        "bias": np.zeros(3, np.int32),
        "source": ONE,
        "kernel_scales": np.full(3, 0.01, np.float32),
        "target": Quantised(0.1, 0),
    }
    return tiny.conv2d(path, **{**settings, **changes})


def _dilated(path: Path) -> Path:
    return _conv(path, dilation=2)


def _grouped(path: Path) -> Path:
    return _conv(path, weights=np.ones((4, 3, 3, 1), np.int8), bias=np.zeros(4, np.int32), kernel_scales=np.ones(4))


def _unknown_activation(path: Path) -> Path:
    return _conv(path, act="TANH")


def _unknown_operator(path: Path) -> Path:
    build = ModelBuilder()
    ends = [build.tensor(name, (1, 4), ONE) for name in ("in", "out")]
    build.operator("LOGISTIC", ends[:1], ends[1:])
    return build.write(path, ends[:1], ends[1:])


def _floats(path: Path) -> Path:
    build = ModelBuilder()
    ends = [build.tensor(name, (1, 4), None, kind=schema.TensorType.FLOAT32) for name in ("in", "out")]
    build.operator("SOFTMAX", ends[:1], ends[1:], tiny._options("SoftmaxOptions", beta=1.0))
    return build.write(path, ends[:1], ends[1:])


def _batch_of_two(path: Path) -> Path:
    build = ModelBuilder()
    ends = [build.tensor("in", (2, 4), ONE), build.tensor("out", (2, 4), Quantised(1 / 256, -128))]
    build.operator("SOFTMAX", ends[:1], ends[1:], tiny._options("SoftmaxOptions", beta=1.0))
    return build.write(path, ends[:1], ends[1:])


def _softmax_scale(path: Path) -> Path:
    build = ModelBuilder()
    ends = [build.tensor("in", (1, 4), ONE), build.tensor("out", (1, 4), Quantised(1 / 128, -128))]
    build.operator("SOFTMAX", ends[:1], ends[1:], tiny._options("SoftmaxOptions", beta=1.0))
    return build.write(path, ends[:1], ends[1:])


def _computed_weights(path: Path) -> Path:
    build = ModelBuilder()
    ends = [
        build.tensor("in", (1, 4), ONE),
        build.tensor("w", (2, 4), Quantised(0.1)),
        build.tensor("out", (1, 2), ONE),
    ]
    build.operator("FULLY_CONNECTED", ends[:2], ends[2:], tiny._options("FullyConnectedOptions"))
    return build.write(path, ends[:1], ends[2:])


def _asymmetric_weights(path: Path) -> Path:
    build = ModelBuilder()
    weights = np.ones((2, 4), np.int8)
    ends = [build.tensor("in", (1, 4), ONE), build.tensor("w", (2, 4), Quantised(0.1, 3), weights)]
    last = build.tensor("out", (1, 2), ONE)
    build.operator("FULLY_CONNECTED", ends, [last], tiny._options("FullyConnectedOptions"))
    return build.write(path, ends[:1], [last])


def _no_stride(path: Path) -> Path:
    build = ModelBuilder()
    ends = [build.tensor("in", (1, 4, 4, 1), ONE), build.tensor("out", (1, 2, 2, 1), ONE)]
    options = tiny._options("Pool2DOptions", filterHeight=2, filterWidth=2, strideH=0, strideW=2)
    build.operator("MAX_POOL_2D", ends[:1], ends[1:], options)
    return build.write(path, ends[:1], ends[1:])


def _no_options(path: Path) -> Path:
    build = ModelBuilder()
    ends = [build.tensor("in", (1, 4, 4, 1), ONE), build.tensor("out", (1, 2, 2, 1), ONE)]
    build.operator("MAX_POOL_2D", ends[:1], ends[1:])
    return build.write(path, ends[:1], ends[1:])


def _negative_beta(path: Path) -> Path:
    return tiny.softmax(path, count=4, source=ONE, beta=-1.0)


def _depthwise(path: Path, **changes: Any) -> Path:
    settings: dict[str, Any] = {
        "image": (6, 6, 2),
        "weights": np.ones((1, 3, 3, 4), np.int8),
        "bias": None,
        "source": ONE,
        "kernel_scales": np.full(4, 0.01, np.float32),
        "target": Quantised(0.1, 0),
    }
    return tiny.depthwise(path, **{**settings, **changes})


def _wrong_depth_multiplier(path: Path) -> Path:
    return _depthwise(path, depth_multiplier=3)


def _dynamic_shape(path: Path) -> Path:
    build = ModelBuilder()
    ends = [build.tensor("in", (1, 4), ONE), build.tensor("out", (1, 4), Quantised(1 / 256, -128))]
    build.graph.tensors[ends[0]].shapeSignature = [-1, -1]
    build.operator("SOFTMAX", ends[:1], ends[1:], tiny._options("SoftmaxOptions", beta=1.0))
    return build.write(path, ends[:1], ends[1:])


def _mean_of_the_batch(path: Path) -> Path:
    return tiny.mean(path, shape=(1, 4, 4, 2), axes=[0, 1], keep=True, source=ONE, target=ONE)


def _mean_of_axes_apart(path: Path) -> Path:
    return tiny.mean(path, shape=(1, 4, 4, 2), axes=[1, 3], keep=True, source=ONE, target=ONE)


def _mean_of_computed_axes(path: Path) -> Path:
    build = ModelBuilder()
    ends = [build.tensor("in", (1, 4, 4, 2), ONE), build.tensor("axes", (2,), None, kind=schema.TensorType.INT32)]
    last = build.tensor("out", (1, 2), ONE)
    build.operator("MEAN", ends, [last], tiny._options("ReducerOptions"))
    return build.write(path, ends[:1], [last])


def _broadcast_sum(path: Path) -> Path:
    row = np.ones((1, 1, 1, 3), np.int8)
    return tiny.add(path, shape=(1, 2, 2, 3), sources=(ONE, ONE), target=ONE, constant=row)


def _sum_with_a_tiny_output_scale(path: Path) -> Path:
    one = np.ones((1,), np.int8)
    return tiny.add(path, shape=(1, 4), sources=(ONE, ONE), target=Quantised(1e-9, 0), constant=one)


def _padded_channels(path: Path) -> Path:
    build = ModelBuilder()
    first = build.tensor("in", (1, 4, 4, 2), ONE)
    sizes = build.tensor("sizes", (4, 2), None, np.array([[0, 0], [1, 1], [0, 0], [0, 1]], np.int32))
    last = build.tensor("out", (1, 6, 4, 3), ONE)
    build.operator("PAD", [first, sizes], [last], tiny._options("PadOptions"))
    return build.write(path, [first], [last])


def _requantised_pooling(path: Path) -> Path:
    build = ModelBuilder()
    ends = [build.tensor("in", (1, 4, 4, 1), ONE), build.tensor("out", (1, 2, 2, 1), Quantised(0.1, 0))]
    sizes = dict.fromkeys(("filterHeight", "filterWidth", "strideH", "strideW"), 2)
    build.operator("AVERAGE_POOL_2D", ends[:1], ends[1:], tiny._options("Pool2DOptions", **sizes))
    return build.write(path, ends[:1], ends[1:])


def _quantize_from_float(path: Path) -> Path:
    build = ModelBuilder()
    first = build.tensor("in", (1, 4), None, kind=schema.TensorType.FLOAT32)
    last = build.tensor("out", (1, 4), ONE)
    build.operator("QUANTIZE", [first], [last], tiny._options("QuantizeOptions"))
    return build.write(path, [first], [last])


def _custom(path: Path) -> Path:
    build = ModelBuilder()
    ends = [build.tensor(name, (1, 4), ONE) for name in ("in", "out")]
    build.operator("CUSTOM", ends[:1], ends[1:], custom="Frobnicate")
    return build.write(path, ends[:1], ends[1:])


CASES: dict[Callable[[Path], Path], str] = {
    _no_stride: r"operator 0 MAX_POOL_2D .*: strideH is 0; expected strideH of 1 to 32767",
    _no_options: r"operator 0 MAX_POOL_2D .*: filterHeight is 0; expected filterHeight of 1 to 32767",
    _negative_beta: r"operator 0 SOFTMAX .*: beta is -1\.0; expected a beta above 0",
    _dilated: r"operator 0 CONV_2D \(output 'out'\): dilationHFactor is 2; expected dilationHFactor 1; nothing else",
    _grouped: r"operator 0 CONV_2D .* weights 'weights' are for 1 channels, the input has 2; .*no grouped convolution",
    _unknown_activation: r"fusedActivationFunction is TANH; expected fusedActivationFunction NONE or RELU or RELU6",
    _unknown_operator: r"operator 0 LOGISTIC \(output 'out'\): no kernel does this operator; expected ADD, AVERAGE",
    _floats: r"operator 0 SOFTMAX .*: tensor 'in' is FLOAT32; expected INT8 \(convert the model with full integer",
    _batch_of_two: r"tensor 'in' has shape \(2, 4\); expected a batch of 1 as first dimension",
    _softmax_scale: r"output has scale 0\.0078125 and zero point -128; expected scale 1/256 and zero point -128",
    _computed_weights: r"operator 0 FULLY_CONNECTED .*: the weights are not constant; expected constant weights",
    _wrong_depth_multiplier: r"weights 'weights' have shape \(1, 3, 3, 4\) for an input of 2 channels and "
    r"depthMultiplier 3; expected shape \(1, height, width, 2 \* depthMultiplier\)",
    _dynamic_shape: r"tensor 'in' has the dynamic shape \(-1, -1\); expected dimensions that are known",
    _mean_of_the_batch: r"operator 0 MEAN .*: axes \[0, 1\] of a tensor of shape \(1, 4, 4, 2\); expected neighbouring",
    _mean_of_axes_apart: r"axes \[1, 3\] of a tensor of shape .*; expected neighbouring axes without the batch",
    _mean_of_computed_axes: r"the axes \(input 1\) are a computed INT32 tensor 'axes'; expected constant INT32 values",
    _broadcast_sum: r"operator 0 ADD .*: shapes \(1, 2, 2, 3\) and \(1, 1, 1, 3\) make .*; expected two tensors of",
    _sum_with_a_tiny_output_scale: r"output scale 1e-09 is too small for inputs of 0\.0039\d+ and 0\.0039\d+",
    _padded_channels: r"a border of \[\[0, 0\], \[1, 1\], \[0, 0\], \[0, 1\]\]; expected a border above, below",
    _requantised_pooling: r"operator 0 AVERAGE_POOL_2D .*: input and output are quantised differently .*; expected one",
    _quantize_from_float: r"operator 0 QUANTIZE .*: tensor 'in' is FLOAT32; expected INT8 \(convert the model",
    _custom: r"operator 0 CUSTOM Frobnicate \(output 'out'\): no kernel does this operator; expected ADD",
    _asymmetric_weights: r"weights 'w' have zero point 3; expected zero point 0 for weights",
}


@pytest.mark.parametrize("make", CASES, ids=lambda function: function.__name__.strip("_"))
def test_what_is_not_supported_is_told(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path / "model.tflite")
    with pytest.raises(UnsupportedModelError, match=CASES[make]) as error:
        generate(path, tmp_path / "out")
    assert error.value.exit_code == 2
    assert str(error.value).startswith(str(path))
    assert not (tmp_path / "out").exists()


def test_model_without_operators_is_told(tmp_path: Path) -> None:
    build = ModelBuilder()
    only = build.tensor("in", (1, 4), ONE)
    path = build.write(tmp_path / "empty.tflite", [only], [only])
    with pytest.raises(FileFormatError, match="no operators; expected at least one operator"):
        generate(path, tmp_path / "out")


def test_model_with_two_inputs_is_told(tmp_path: Path) -> None:
    build = ModelBuilder()
    ends = [build.tensor(name, (1, 4), ONE) for name in ("a", "b", "out")]
    build.operator("ADD", ends[:2], ends[2:])
    path = build.write(tmp_path / "two.tflite", ends[:2], ends[2:])
    with pytest.raises(FileFormatError, match="2 input tensors; expected one input tensor"):
        generate(path, tmp_path / "out")


def _damaged(content: bytes, random: np.random.Generator) -> bytes:
    """Some bytes changed at random, or the end cut off."""
    damaged = np.frombuffer(content, np.uint8).copy()
    damaged[random.integers(0, len(damaged), random.integers(1, 5))] = random.choice([0, 1, 127, 255])
    return damaged.tobytes()[: None if random.random() < 0.9 else random.integers(0, len(damaged))]


@pytest.mark.parametrize("schema", ["asymmetric", "symmetric_with_power2_scale"])
@pytest.mark.parametrize("count", [12, pytest.param(300, marks=pytest.mark.long)])
def test_damaged_models_never_end_in_another_error(tmp_path: Path, schema: str, count: int) -> None:
    """A bundle comes out, or an error that a user can read."""
    random = np.random.default_rng(99)
    models = [load_model("an13438").path.read_bytes(), tiny.network(tmp_path / "net.tflite").read_bytes()]
    path = tmp_path / "damaged.tflite"
    outcomes = set()
    for number in range(count):
        path.write_bytes(_damaged(models[number % 2], random))
        try:
            generate(path, tmp_path / "out", name="damaged", schema=schema)
            outcomes.add("bundle")
        except FileFormatError as error:
            outcomes.add(type(error).__name__)
    assert outcomes <= {"bundle", "FileFormatError", "UnsupportedModelError"}
    assert len(outcomes) >= 2
