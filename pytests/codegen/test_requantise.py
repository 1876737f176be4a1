"""Other quantisations: what the schemas and bias precisions mean, and bundles that equal the new file in every byte."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import tiny_models as tiny
from kernel_host import HostBundle
from tiny_models import Quantised

from digitrig.codegen import generate, load_model
from digitrig.codegen.flatbuffer import read_graph
from digitrig.codegen.graph import Graph, Tensor
from digitrig.codegen.requantise import BIASES, SCHEMAS, bias_shift
from digitrig.errors import FileFormatError, UnknownNameError, UnsupportedModelError, UsageError
from digitrig.reference import Reference, first_difference

AN13438 = load_model("an13438").path


def _network(folder: Path) -> Path:
    return tiny.network(folder / "net.tflite")


def _computed(graph: Graph) -> list[Tensor]:
    """All activations but the output of a softmax, which TFLite fixes."""
    fixed = {o.outputs[0].index for o in graph.operators if o.kind == "SOFTMAX"}
    tensors = [*graph.inputs, *(t for o in graph.operators for t in o.outputs)]
    return [t for t in tensors if t.index not in fixed]


def _real(tensor: Tensor) -> np.ndarray:
    """The real numbers that a constant stands for."""
    assert tensor.data is not None
    shape = [1] * len(tensor.shape)
    shape[tensor.quantised_dimension if len(tensor.scales) > 1 else 0] = len(tensor.scales)
    return tensor.data.astype(np.float64) * tensor.scales.astype(np.float64).reshape(shape)


def _weights(graph: Graph) -> list[tuple[Tensor, Tensor]]:
    """Weights and bias of each layer that has them."""
    return [(o.inputs[1], o.inputs[2]) for o in graph.operators if len(o.inputs) == 3]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("schema", "bias"),
    [
        ("asymmetric", "int8"),
        pytest.param("symmetric", "int32", marks=pytest.mark.long),
        pytest.param("symmetric", "int16", marks=pytest.mark.long),
        ("symmetric_with_power2_scale", "int8"),
    ],
)
@pytest.mark.parametrize("make", [lambda _: AN13438, _network], ids=["an13438", "every operator"])
def test_bundle_equals_the_reference_of_its_own_file(tmp_path: Path, make: object, schema: str, bias: str) -> None:
    bundle = generate(make(tmp_path), tmp_path / "out", "net", schema=schema, bias=bias)  # type: ignore[operator]
    host, reference = HostBundle(bundle, "dsp"), Reference(bundle.model)
    random = np.random.default_rng(5)
    for number in range(6):
        image = random.integers(0, 256, (28, 28)).astype(np.uint8) * (number % 2) + np.uint8(number * 40)
        found = host.layers(image)
        there = {layer.index for layer in found}
        assert first_difference([layer for layer in reference.layers(image) if layer.index in there], found) is None


@pytest.mark.parametrize("schema", ["symmetric", "symmetric_with_power2_scale"])
def test_symmetric_means_no_offsets(tmp_path: Path, schema: str) -> None:
    before, after = (read_graph(p) for p in (AN13438, generate(AN13438, tmp_path, schema=schema).model))
    assert {t.zero_point for t in _computed(before)} != {0}
    assert {t.zero_point for t in _computed(after)} == {0}
    assert after.outputs[0].zero_point == -128 and float(after.outputs[0].scale) == 1 / 256
    assert [t.name for t in after.tensors] == [t.name for t in before.tensors]


def test_symmetric_scale_keeps_the_largest_number_that_was_there(tmp_path: Path) -> None:
    """AN13438's input goes from 0 to 1 in 255 steps above offset -128; symmetric it is 127 steps of 1/127."""
    after = read_graph(generate(AN13438, tmp_path, schema="symmetric").model)
    assert float(after.inputs[0].scale) == pytest.approx(1 / 127, rel=1e-6)
    for old, new in zip(_computed(read_graph(AN13438)), _computed(after), strict=True):
        ends = [abs(float(old.scale) * (end - old.zero_point)) for end in (-128, 127)]
        assert float(new.scale) * 127 == pytest.approx(max(ends), rel=1e-6)


def test_power_of_two_scales_are_powers_of_two(tmp_path: Path) -> None:
    after = read_graph(generate(AN13438, tmp_path, schema="symmetric_with_power2_scale").model)
    quantised = [t for t in after.tensors if len(t.scales)]
    assert len(quantised) > 15
    assert all(math.frexp(float(scale))[0] == 0.5 for t in quantised for scale in t.scales)
    sidecar = json.loads((tmp_path / "an13438.json").read_text())
    kinds = {w["symbol"].split("_")[-1] for layer in sidecar["layers"] for w in layer["weights"]}
    assert "multiplier" not in kinds, "long products are not needed any more"
    dense = [layer for layer in sidecar["layers"] if layer["op"] == "FULLY_CONNECTED"]
    kinds = {w["symbol"].split("_")[-1] for layer in dense for w in layer["weights"]}
    assert kinds == {"weights", "bias", "shift"}, "shifts alone"


@pytest.mark.parametrize("schema", ["symmetric", "symmetric_with_power2_scale"])
def test_weights_and_biases_stand_for_the_same_numbers(tmp_path: Path, schema: str) -> None:
    """To half a step of the new scale."""
    before, after = (_weights(read_graph(p)) for p in (AN13438, generate(AN13438, tmp_path, schema=schema).model))
    for old, new in zip(before, after, strict=True):
        for a, b in zip(old, new, strict=True):
            step = np.broadcast_to(b.scales.astype(np.float64), (b.shape[0],)).reshape(-1, *[1] * (len(b.shape) - 1))
            assert (np.abs(_real(a) - _real(b)) <= step * 0.5001).all()
        weights, bias = new
        assert np.abs(weights.data).max() <= 127
        source = next(
            o.inputs[0]
            for o in read_graph(tmp_path / f"an13438_{schema}_int32.tflite").operators
            if o.inputs[1:2] and o.inputs[1] is not None and o.inputs[1].index == weights.index
        )
        expected = weights.scales.astype(np.float64) * float(source.scale)
        assert np.broadcast_to(bias.scales, expected.shape) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("bias", ["int8", "int16"])
def test_biases_have_that_many_bits_under_a_power_of_two(tmp_path: Path, bias: str) -> None:
    bundle = generate(AN13438, tmp_path, bias=bias)
    shifts = json.loads(bundle.sidecar.read_text())["quantisation"]["bias_shifts"]
    exact = {tensor.index: tensor.data for _, tensor in _weights(read_graph(AN13438))}
    for _, tensor in _weights(read_graph(bundle.model)):
        shift = shifts.get(str(tensor.index), 0)
        assert (tensor.data % (1 << shift) == 0).all()
        assert np.abs(tensor.data >> shift).max() <= BIASES[bias]
        assert np.abs(tensor.data - exact[tensor.index]).max() <= (1 << shift) / 2


@pytest.mark.parametrize(
    ("values", "limit", "shift"),
    [([127, -127], 127, 0), ([128], 127, 1), ([-130], 127, 1), ([255], 127, 2), ([], 127, 0)],
)
def test_least_power_of_two_is_taken(values: list[int], limit: int, shift: int) -> None:
    """255 / 2 is rounded up to 128, one too many."""
    assert bias_shift(np.array(values, np.int64), limit) == shift


def test_model_that_has_the_schema_stays_the_model(tmp_path: Path) -> None:
    bundle = generate(AN13438, tmp_path)
    assert bundle.model == AN13438
    assert not list(tmp_path.glob("*.tflite"))
    once = generate(AN13438, tmp_path / "a", "net", schema="symmetric_with_power2_scale").model
    for schema in SCHEMAS:
        again = generate(once, tmp_path / "b", "net", schema=schema)
        assert again.model == once, schema


def test_bundle_names_both_files(tmp_path: Path) -> None:
    bundle = generate(AN13438, tmp_path, schema="symmetric", bias="int16")
    assert bundle.model == tmp_path / "an13438_symmetric_int16.tflite"
    text, sidecar = bundle.source.read_text(), json.loads(bundle.sidecar.read_text())
    assert " * schema     symmetric, bias int16; quantised anew from\n" in text
    assert load_model("an13438").sha256 in text
    assert sidecar["model"]["file"] == bundle.model.name
    assert sidecar["quantisation"]["source"] == {"file": "an13438.tflite", "sha256": load_model("an13438").sha256}


def test_same_bytes_every_time(tmp_path: Path) -> None:
    files = [generate(AN13438, tmp_path / n, "net", schema="symmetric").model.read_bytes() for n in ("a", "b")]
    assert files[0] == files[1]


def test_constants_of_sums_follow(tmp_path: Path) -> None:
    addend = np.array([[-128, 127, 0]], np.int8)
    path = tiny.add(
        tmp_path / "a.tflite",
        shape=(1, 3),
        sources=(Quantised(0.1, 4), Quantised(0.02, 10)),
        target=Quantised(0.2, -5),
        constant=addend,
    )
    tensor = read_graph(generate(path, tmp_path, schema="symmetric").model).operators[0].inputs[1]
    assert tensor is not None and tensor.data is not None
    assert tensor.zero_point == 0
    assert _real(tensor).tolist()[0] == pytest.approx([-2.76, 2.34, -0.2], abs=float(tensor.scale) / 2)


def test_unknown_words_are_told(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"quantization schema 'symetric' unknown; .*did you mean 'symmetric'"):
        generate(AN13438, tmp_path, schema="symetric")
    with pytest.raises(UnknownNameError, match="bias precision 'int4' unknown; known: int16, int32, int8"):
        generate(AN13438, tmp_path, bias="int4")


def test_given_model_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "net_symmetric_int32.tflite"
    path.write_bytes(AN13438.read_bytes())
    with pytest.raises(UsageError, match="is the model that is to be quantised anew; choose another folder or name"):
        generate(path, tmp_path, "net", schema="symmetric")
    assert path.read_bytes() == AN13438.read_bytes()


def test_what_no_kernel_does_is_told_before_anything_is_written(tmp_path: Path) -> None:
    build = tiny.ModelBuilder()
    ends = [build.tensor(name, (1, 4), Quantised(0.1, 3)) for name in ("in", "out")]
    build.operator("LOGISTIC", ends[:1], ends[1:])
    path = build.write(tmp_path / "l.tflite", ends[:1], ends[1:])
    with pytest.raises(UnsupportedModelError, match="operator 0 LOGISTIC"):
        generate(path, tmp_path / "out", schema="symmetric")
    assert not (tmp_path / "out").exists()


def test_scales_that_are_no_numbers_are_told(tmp_path: Path) -> None:
    path = tiny.softmax(tmp_path / "s.tflite", count=4, source=Quantised(float("inf"), 3))
    with pytest.raises(FileFormatError, match="tensor 'in' has scale inf; expected finite scales, none below 0"):
        generate(path, tmp_path / "out", schema="symmetric")
