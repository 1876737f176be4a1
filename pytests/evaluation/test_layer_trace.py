"""Outputs of each layer, read from a board's memory."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from digitrig.board import Board
from digitrig.codegen import generate, load_model
from digitrig.digits import load_source
from digitrig.errors import UsageError
from digitrig.evaluation.budget import built_weights
from digitrig.evaluation.layers import first_layer_difference, trace_layers
from digitrig.firmware_build import build_program, buildable_boards
from digitrig.firmware_files import firmware_path
from digitrig.reference import Reference
from digitrig.resources import build_dir

PROGRAMS = Path(__file__).parents[1] / "firmware" / "programs"
IMAGE = load_source("ink:5")[0][0]


@pytest.fixture(scope="module")
def reference() -> Reference:
    return Reference(load_model("an13438").path)


@pytest.fixture(scope="module")
def with_output(reference, tmp_path_factory) -> int:
    """How many layers leave an output: all but the reshape, which moves nothing, and those fused into the next one."""
    bundle = generate(load_model("an13438").path, tmp_path_factory.mktemp("bundle"), name="an13438")
    fused = [layer for layer in json.loads(bundle.sidecar.read_text())["layers"] if layer["fused_into"] is not None]
    return len(reference.layers(IMAGE)) - 1 - len(fused)


@pytest.mark.parametrize(("name", "weights"), [(b, w) for b in buildable_boards() for w in built_weights(b)])
def test_every_layer_equals_the_reference(name, weights, reference, with_output):
    with Board(name, weights=weights).start() as board:
        difference, count = first_layer_difference(board, reference, IMAGE)
    assert difference is None
    assert count == with_output


def test_tracing_leaves_the_answers_and_the_board_as_they_are(reference):
    with Board("frdm_ke16z").start() as board:
        before = board.predict(IMAGE, inject="memory")
        layers = trace_layers(board, IMAGE)
        after = board.predict(IMAGE, inject="memory")
    assert (before.scores, before.instructions) == (after.scores, after.instructions)
    assert tuple(layers[-1].data.reshape(-1)) == before.scores


def test_first_difference_names_layer_and_element(reference):
    """One bias of the last convolution changed in flash: what comes before it stays right."""
    with Board("frdm_ke16z").start() as board:
        bias = np.frombuffer(board.read_symbol("layer5_bias"), np.int32).copy()
        bias[2] += 1000
        board.write_symbol("layer5_bias", bias.tobytes())
        difference, _count = first_layer_difference(board, reference, IMAGE)
    assert difference is not None
    assert difference.layer.startswith("conv2d_9_1")
    assert difference.coordinates[-1] == 2  # the channel of that bias
    assert difference.expected != difference.found


def test_a_map_of_layers_that_is_not_of_this_firmware_is_refused(tmp_path):
    """As after a change of the generator without a build: addresses would be those of other layers."""
    firmware = tmp_path / "firmware.elf"
    firmware.write_bytes(firmware_path("frdm_ke16z").read_bytes())
    sidecar = json.loads((build_dir() / "generated" / "an13438" / "an13438.json").read_text())
    sidecar["arena"]["bytes"] += 4
    (tmp_path / "layers.json").write_text(json.dumps(sidecar))
    with Board("frdm_ke16z", elf=firmware) as board, pytest.raises(UsageError, match="not made together") as caught:
        trace_layers(board, IMAGE)
    assert "run: digitrig build frdm_ke16z" in str(caught.value)


def test_other_firmware_is_refused():
    program = build_program(PROGRAMS / "mute.c", "frdm_ke16z")
    with Board("frdm_ke16z", elf=program) as board, pytest.raises(UsageError, match="not firmware of this rig"):
        trace_layers(board, IMAGE)
