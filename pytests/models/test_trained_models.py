"""The committed models: that they are what the manifest and their cards say, and keep what they promise."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import numpy as np
import pytest

from digitrig.codegen import generate, load_model, model_names
from digitrig.codegen.flatbuffer import read_graph
from digitrig.codegen.scaling import output_multiplier
from digitrig.digits import load_dataset, load_source
from digitrig.digits.preprocess import preprocess, rule
from digitrig.platform import board_names
from digitrig.resources import models_dir

MOST_PARAMETERS = {"an13438": 1662, "tinylock": 2140, "lenet": 1_256_080}
LEAST_ACCURACY = {"an13438": 0.97, "rtthread": 0.988, "tinylock": 0.97, "lenet": 0.992, "mobilenet96": 0.985}
HAVE_MNIST = "DIGITRIG_MNIST" in os.environ
NAMES = model_names()

needs_mnist = pytest.mark.skipif(not HAVE_MNIST, reason="needs MNIST: digitrig data fetch, or DIGITRIG_MNIST")


def manifest(name: str) -> dict[str, object]:
    rows = json.loads((models_dir() / "manifest.json").read_text(encoding="utf-8"))["models"]
    return next(row for row in rows if row["name"] == name)


@pytest.mark.parametrize("name", NAMES)
def test_the_manifest_describes_the_file(name: str) -> None:
    info, row = load_model(name), manifest(name)
    graph = read_graph(info.path)
    assert info.sha256 == graph.sha256
    assert info.parameters == graph.parameters
    assert tuple(row["input_shape"]) == graph.inputs[0].shape
    assert (info.input_scale, info.input_zero_point) == (float(graph.inputs[0].scale), graph.inputs[0].zero_point)
    assert set(info.boards) <= set(board_names())
    assert (graph.outputs[0].shape, float(graph.outputs[0].scale), graph.outputs[0].zero_point) == (
        (1, 10),
        1 / 256,
        -128,
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_preprocessing_rule_makes_what_the_input_tensor_holds(name: str) -> None:
    chosen, tensor = rule(str(manifest(name)["preprocess"])), read_graph(load_model(name).path).inputs[0]
    assert tensor.shape == (1, chosen.side, chosen.side, 1)
    assert math.isclose(tensor.scale, chosen.scale, rel_tol=1e-6)
    assert tensor.zero_point == chosen.zero_point


@pytest.mark.parametrize("name", NAMES)
def test_the_card_gives_the_figures_of_the_manifest(name: str) -> None:
    info = load_model(name)
    card = info.card.read_text(encoding="utf-8")
    assert f"| sha256 | `{info.sha256}` |" in card
    assert f"**{100 * info.accuracy:.2f} %**" in card
    assert f"| file | `{info.path.name}`, {info.path.stat().st_size} bytes |" in card
    for picture in ("confusion.png", "curves.png"):
        assert f"]({picture})" in card
        assert (info.card.parent / picture).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", NAMES)
def test_accuracy_and_size_keep_their_limits(name: str) -> None:
    info = load_model(name)
    assert info.accuracy >= LEAST_ACCURACY[name]
    assert info.parameters <= MOST_PARAMETERS.get(name, 10**9)
    card = json.loads((info.card.parent / "card.json").read_text(encoding="utf-8"))
    confusion = np.array(card["confusion"])
    assert confusion.sum() == 10_000
    assert np.trace(confusion) / 10_000 == pytest.approx(info.accuracy)


@pytest.mark.parametrize("name", NAMES)
def test_clear_digits_are_recognised(name: str) -> None:
    """Nine of the ten drawn digits at least: they are not from MNIST, and one model may take one for another."""
    reference = load_model(name).reference()
    images = [load_source(f"ink:{digit}")[0][0] for digit in range(10)]
    assert sum(int(np.argmax(reference.scores(image))) == digit for digit, image in enumerate(images)) >= 9


@needs_mnist
@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_a_tenth_of_the_test_images_has_about_the_accuracy_of_the_card(name: str) -> None:
    """Every tenth image; one percent is three standard deviations of a thousand draws at 99 %."""
    info = load_model(name)
    data = load_dataset("mnist")
    scores = info.reference().scores_many(data.images[::10])
    share = float(np.mean(np.argmax(scores, axis=1) == np.asarray(data.labels)[::10]))
    assert abs(share - info.accuracy) < 0.015


def test_every_scale_of_rtthread_is_a_power_of_two_and_rescaling_is_a_shift() -> None:
    graph = read_graph(load_model("rtthread").path)
    kinds = [operator.kind for operator in graph.operators]
    assert kinds.count("CONV_2D") == 2 and kinds.count("FULLY_CONNECTED") == 1
    for tensor in graph.tensors:
        assert len(tensor.scales) == (0 if tensor.name == "shape" else 1), tensor.name
        assert all(math.frexp(float(scale))[0] == 0.5 for scale in tensor.scales), tensor.name
        if tensor is not graph.outputs[0]:  # the softmax, whose zero point the format fixes
            assert all(zero == 0 for zero in tensor.zero_points), tensor.name
    for operator in graph.operators:
        if operator.kind in ("CONV_2D", "FULLY_CONNECTED"):
            source, weights = operator.inputs[:2]
            assert source is not None and weights is not None
            multiplier, shift = output_multiplier(source.scale, weights.scale, operator.outputs[0].scale)
            assert multiplier == 2**30 and shift <= 0


def test_tinylock_sees_only_where_there_is_ink() -> None:
    info = load_model("tinylock")
    assert info.preprocess == "binarise"
    grey = load_source("ink:3")[0][:1]
    ink = np.where(grey > 0, 255, 0).astype(np.uint8)
    faint = np.where(grey > 0, 1, 0).astype(np.uint8)
    assert np.array_equal(preprocess(grey, "binarise"), preprocess(ink, "binarise"))
    assert np.array_equal(info.reference().scores(grey[0]), info.reference().scores(faint[0]))


def test_mobilenet96_keeps_to_its_memory(tmp_path: Path) -> None:
    info = load_model("mobilenet96")
    assert info.path.stat().st_size <= 150 * 1024
    kinds = {operator.kind for operator in read_graph(info.path).operators}
    assert {"DEPTHWISE_CONV_2D", "CONV_2D", "ADD", "AVERAGE_POOL_2D", "SOFTMAX"} <= kinds
    bundle = generate(info.path, tmp_path, "mobilenet96")
    assert bundle.arena_bytes <= 225 * 1024
    assert bundle.macs <= 5_000_000
