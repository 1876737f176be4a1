"""Bundles of a small network with every operator, on the host, against the reference: scores and all layers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tiny_models as tiny
from kernel_host import FORMS, HostBundle

from digitrig.codegen import generate
from digitrig.codegen.lowering import supported_operators
from digitrig.reference import Reference, first_difference

KINDS = {
    "plain": {},
    "power of two": {"power_of_two": True},
    "96x96": {"side": 96},
    "three channels": {"side": 96, "channels": 3},
}


def _images() -> list[np.ndarray]:
    random = np.random.default_rng(96)
    noise = [random.integers(0, 256, (28, 28)) for _ in range(4)]
    few = [np.where(random.random((28, 28)) < 0.1, 255, 0) for _ in range(4)]
    return [image.astype(np.uint8) for image in (*noise, *few, np.zeros((28, 28)), np.full((28, 28), 255))]


@pytest.mark.parametrize("form", sorted(FORMS))
@pytest.mark.parametrize(
    "kind", ["plain", "power of two", "96x96", pytest.param("three channels", marks=pytest.mark.long)]
)
def test_network_with_every_operator_equals_the_reference(tmp_path: Path, kind: str, form: str) -> None:
    path = tiny.network(tmp_path / "net.tflite", **KINDS[kind])
    rule = "resize96" if "side" in KINDS[kind] else "scale"
    reference, bundle = Reference(path, rule), HostBundle(generate(path, tmp_path / "out", preprocess=rule), form)
    assert {layer["op"] for layer in bundle.sidecar["layers"]} == set(supported_operators())
    seen = set()
    for image in _images():
        found = bundle.layers(image)
        there = {layer.index for layer in found}
        assert first_difference([layer for layer in reference.layers(image) if layer.index in there], found) is None
        assert (bundle.scores(image) == reference.scores(image)).all()
        seen |= {layer.data.tobytes() for layer in found[:-2]}
    assert len(seen) > 50  # the layers do not just saturate


@pytest.mark.parametrize("rule", ["binarise", "halve"])
def test_pictures_reach_the_network_by_its_rule(tmp_path: Path, rule: str) -> None:
    path = tiny.network(tmp_path / "net.tflite", power_of_two=rule == "halve")
    bundle = HostBundle(generate(path, tmp_path / "out", preprocess=rule), "portable")
    reference = Reference(path, rule)
    assert bundle.sidecar["input"]["preprocess"] == rule
    for image in _images():
        assert (bundle.scores(image) == reference.scores(image)).all()


def test_sums_keep_both_addends_alive(tmp_path: Path) -> None:
    """The skipped layer lies where nothing between writes to: no overlap in the memory map until the addition."""
    sidecar = json.loads(generate(tiny.network(tmp_path / "net.tflite"), tmp_path).sidecar.read_text())
    layers = {layer["number"]: layer for layer in sidecar["layers"]}
    kept = layers[1]["output"]
    first, past = kept["offset"], kept["offset"] + kept["bytes"]
    for number in (2, 3, 4):
        other = layers[number]["output"]
        assert other["offset"] >= past or other["offset"] + other["bytes"] <= first


def test_load_is_missing_where_the_input_is_no_picture(tmp_path: Path) -> None:
    path = tiny.softmax(tmp_path / "s.tflite", count=4, source=tiny.Quantised(0.1, 0))
    bundle = generate(path, tmp_path / "out")
    assert ".load = 0," in bundle.source.read_text()
    assert json.loads(bundle.sidecar.read_text())["input"]["preprocess"] is None
