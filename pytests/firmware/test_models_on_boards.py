"""Every model on the emulated boards that its manifest entry lists: scores and all layers equal the reference."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import tiny_models as tiny

from digitrig.board import Board
from digitrig.codegen import load_model, model_names
from digitrig.codegen.flatbuffer import read_graph
from digitrig.digits import load_source
from digitrig.evaluation.layers import first_layer_difference
from digitrig.firmware_build import build_image
from digitrig.resources import root

IMAGES = [load_source(source)[0][0] for source in ("ink:5", "ink:8", "ink:1")]
OCRAM = range(0x20200000, 0x202C0000)  # of the i.MX RT1062 (RM 2.3, memory map)


def _pairs() -> list[object]:
    """Each model on its first board of each core in every run, on the others in the long run."""
    pairs: list[object] = []
    for name in model_names():
        cores = set()
        for board in load_model(name).boards:
            core = board.startswith("mimxrt")
            pairs.append(pytest.param(name, board, marks=[pytest.mark.long] if core in cores else []))
            cores.add(core)
    return pairs


@pytest.mark.parametrize(("model", "board"), _pairs())
def test_model_equals_its_reference_in_every_layer(model: str, board: str) -> None:
    reference = load_model(model).reference()
    with Board(board, model=model).start() as opened:
        for image in IMAGES[:2]:
            assert tuple(reference.scores(image).tolist()) == opened.predict(image, inject="memory").scores
        difference, count = first_layer_difference(opened, reference, IMAGES[2])
    assert difference is None
    assert count >= 4, "fused layers have no output of their own"


@pytest.mark.long
@pytest.mark.parametrize("model", model_names())
def test_weights_in_ram_give_the_same(model: str) -> None:
    info = load_model(model)
    board = next((b for b in reversed(info.boards) if (b, "console", "ram") not in info.no_room), None)
    if board is None:
        pytest.skip(f"no part has room for the weights of {model} in RAM, as models/manifest.json says")
    with Board(board, model=model, weights="ram").start() as opened:
        found = opened.predict(IMAGES[0], inject="memory").scores
    assert found == tuple(info.reference().scores(IMAGES[0]).tolist())


def _root_with(folder: Path, model: Path, rule: str) -> None:
    """A root with one model of the user's own on one board."""
    for name in ("platforms", "firmware", "models"):
        shutil.copytree(root() / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "train", "*.tflite"))
    graph = read_graph(model)
    shutil.copy(model, folder / "models" / "mine.tflite")
    entry = {
        "name": "mine",
        "title": "a model of the user's own",
        "file": "mine.tflite",
        "sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "parameters": graph.parameters,
        "accuracy": 0.1,
        "preprocess": rule,
        "input_scale": float(graph.inputs[0].scale),
        "input_zero_point": graph.inputs[0].zero_point,
        "boards": ["mimxrt1060_evk", "frdm_k32l2b"],
    }
    (folder / "models" / "manifest.json").write_text(json.dumps({"schema_version": 1, "models": [entry]}))


@pytest.mark.parametrize(
    ("side", "channels", "board"),
    [(28, 1, "frdm_k32l2b"), pytest.param(96, 3, "mimxrt1060_evk", marks=pytest.mark.long)],
)
def test_model_of_the_users_own_needs_only_a_manifest_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, side: int, channels: int, board: str
) -> None:
    """Every operator, built and run on a board; layers are compared too."""
    path = tiny.network(tmp_path / "net.tflite", side=side, channels=channels)
    _root_with(tmp_path / "root", path, "scale" if side == 28 else "resize96")
    monkeypatch.setenv("DIGITRIG_ROOT", str(tmp_path / "root"))
    monkeypatch.setenv("DIGITRIG_BUILD", str(tmp_path / "build"))
    build_image(board, "console", "mine", "flash")
    reference = load_model("mine").reference()
    with Board(board, model="mine").start() as opened:
        for image in IMAGES:
            difference, count = first_layer_difference(opened, reference, image)
            assert difference is None
            assert count >= 9, "fused layers have no output of their own"
        assert opened.predict(IMAGES[0]).scores == tuple(reference.scores(IMAGES[0]).tolist())


@pytest.mark.long
def test_large_arena_of_the_rt1060_lies_in_ocram(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A 96x96 image with 12 channels is 110,592 bytes, more than stack and variables leave of DTCM's 128 KB."""
    path = tiny.network(tmp_path / "net.tflite", side=96, channels=12)
    _root_with(tmp_path / "root", path, "resize96")
    monkeypatch.setenv("DIGITRIG_ROOT", str(tmp_path / "root"))
    monkeypatch.setenv("DIGITRIG_BUILD", str(tmp_path / "build"))
    built = build_image("mimxrt1060_evk", "console", "mine", "flash")
    reference = load_model("mine").reference()
    with Board("mimxrt1060_evk", model="mine").start() as opened:
        address, size = opened.symbol("mine_arena")
        assert address in OCRAM and address + size - 1 in OCRAM
        assert size >= 110_592
        assert built.ram_bytes > size
        found = opened.predict(IMAGES[0], inject="memory").scores
    assert found == tuple(np.asarray(reference.scores(IMAGES[0])).tolist())
