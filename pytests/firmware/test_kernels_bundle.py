"""The generated bundle of every model, run on the host in every form, against the reference: scores and all layers."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from kernel_host import FORMS, HostBundle

from digitrig.codegen import generate, load_model, model_names
from digitrig.digits import load_dataset
from digitrig.reference import Reference, compare_scores, first_difference

IMAGES = 600  # of each set, for the smallest model
LAYERED = 60  # of these, those whose layers are compared one by one
EFFORT = 10_000_000  # multiplications of all images of a set; larger models see fewer


SETS = ["noise", "sparse", "plain", "ink", *(["mnist"] if os.environ.get("DIGITRIG_MNIST") else [])]


@cache
def _images(name: str) -> np.ndarray:
    """Pictures of digits (MNIST where this machine has it), or images that no camera would give."""
    random = np.random.default_rng(13438)
    if name == "noise":
        return random.integers(0, 256, (IMAGES, 28, 28)).astype(np.uint8)
    if name == "sparse":
        return np.where(random.random((100, 28, 28)) < 0.05, 255, 0).astype(np.uint8)
    if name == "plain":
        return np.stack([np.full((28, 28), level, np.uint8) for level in (0, 1, 127, 128, 254, 255)])
    return load_dataset(name, limit=IMAGES).images


def _pairs() -> list[object]:
    """Every model in every form; the larger models in the long run."""
    pairs = [(model, form) for model in model_names() for form in sorted(FORMS)]
    quick = ("an13438", "tinylock")
    return [pair if pair[0] in quick else pytest.param(pair, marks=pytest.mark.long) for pair in pairs]


@pytest.fixture(scope="module", params=_pairs(), ids=str)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Reference, HostBundle]:
    """The reference and the compiled bundle of one model in one form."""
    model, form = request.param
    info = load_model(model)
    bundle = generate(info.path, tmp_path_factory.mktemp(model), model, info.preprocess)
    return info.reference(), HostBundle(bundle, form)


def _for(bundle: HostBundle, images: np.ndarray, most: int) -> np.ndarray:
    """As many of the images as the size of the model allows."""
    return images[: min(most, max(3, EFFORT // bundle.sidecar["macs"]))]


@pytest.mark.parametrize("name", SETS)
def test_scores_equal_the_reference(pair: tuple[Reference, HostBundle], name: str) -> None:
    reference, bundle = pair
    images = _for(bundle, _images(name), IMAGES)
    found = np.stack([bundle.scores(image) for image in images])
    assert compare_scores(reference.scores_many(images), found) == []


@pytest.mark.parametrize("name", SETS)
def test_layers_equal_the_reference(pair: tuple[Reference, HostBundle], name: str) -> None:
    reference, bundle = pair
    for image in _for(bundle, _images(name), LAYERED):
        found = bundle.layers(image)
        there = {layer.index for layer in found}
        assert first_difference([layer for layer in reference.layers(image) if layer.index in there], found) is None


def test_bundle_says_what_it_is(pair: tuple[Reference, HostBundle]) -> None:
    reference, host = pair
    info = load_model(host.sidecar["name"])
    assert host.bundle.name.decode() == info.name
    assert host.bundle.hash8.decode() == info.sha256[:8]
    assert host.bundle.input_bytes == int(np.prod(reference.input_shape))
    assert host.bundle.output_bytes == 10
    assert host.bundle.arena_bytes == host.sidecar["arena"]["bytes"]


def test_same_image_gives_the_same_scores_again(pair: tuple[Reference, HostBundle]) -> None:
    """Nothing of one run is left over for the next."""
    _, bundle = pair
    first, second = _images("noise")[:2]
    before = bundle.scores(first)
    bundle.scores(second)
    assert (bundle.scores(first) == before).all()


@pytest.mark.skipif("mnist" not in SETS, reason="needs MNIST: digitrig data fetch, or DIGITRIG_MNIST")
@pytest.mark.parametrize(
    "model", [n if n == "an13438" else pytest.param(n, marks=pytest.mark.long) for n in model_names()]
)
def test_mnist_test_set_equals_the_reference(tmp_path: Path, model: str) -> None:
    """All of it; of the models with more than a million multiplications the first 2,000 images."""
    info = load_model(model)
    bundle = HostBundle(generate(info.path, tmp_path), "dsp")
    images = load_dataset("mnist", limit=2000 if bundle.sidecar["macs"] > 1_000_000 else None).images
    found = np.stack([bundle.scores(image) for image in images])
    assert compare_scores(info.reference().scores_many(images), found) == []
