"""Cycles and instructions of each layer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from digitrig.board import Board
from digitrig.codegen import generate, load_model
from digitrig.digits import load_source
from digitrig.errors import UsageError
from digitrig.evaluation.layer_costs import layer_costs, layers_json
from digitrig.firmware_build import build_program, buildable_boards

PROGRAMS = Path(__file__).parents[1] / "firmware" / "programs"
IMAGE = load_source("ink:5")[0][0]


@pytest.mark.parametrize("inject", ["memory", "uart"])
@pytest.mark.parametrize("name", buildable_boards())
def test_layers_and_glue_add_up_to_the_inference_that_nobody_watches(name: str, inject: str) -> None:
    with Board(name).start() as board:
        ready = board.snapshot()
        unwatched = board.predict(IMAGE, inject)
        board.restore(ready)
        cost = layer_costs(board, IMAGE, inject)
        board.restore(ready)
        afterwards = board.predict(IMAGE, inject)
    assert cost.prediction == unwatched == afterwards
    parts = (*cost.layers, cost.glue)
    assert sum(part.cycles or 0 for part in parts) == unwatched.cycles
    assert sum(part.instructions for part in parts) == unwatched.instructions
    assert all(part.instructions > 0 for part in parts)
    assert all(part.cycles is not None and 2 * part.cycles >= part.instructions for part in parts), (
        "at most two a cycle"
    )


def test_every_layer_with_code_is_there_in_order(tmp_path) -> None:
    sidecar = json.loads(generate(load_model("an13438").path, tmp_path, name="an13438").sidecar.read_text())
    symbols = list(dict.fromkeys(layer["symbol"] for layer in sidecar["layers"] if layer["symbol"]))
    with Board("frdm_ke16z").start() as board:
        cost = layer_costs(board, IMAGE)
    assert [layer.symbol for layer in cost.layers] == symbols
    assert sum(layer.macs for layer in cost.layers) == sidecar["macs"]
    numbers = [int(number) for layer in cost.layers for number in layer.layer.split("+")]
    assert numbers == [layer["number"] for layer in sidecar["layers"] if layer["op"] != "RESHAPE"]


def test_work_is_done_in_layers_not_between_them() -> None:
    with Board("frdm_ke16z").start() as board:
        cost = layer_costs(board, IMAGE)
    shares = [part["share"] for part in layers_json(cost)]
    assert sum(shares) == pytest.approx(1, abs=0.001)
    assert shares[-1] < 0.01, "the glue is a row of calls"
    convolutions = [layer for layer in cost.layers if "CONV_2D" in layer.op]
    assert sum(layer.cycles or 0 for layer in convolutions) > (cost.cycles or 0) / 2


def test_other_firmware_is_refused() -> None:
    program = build_program(PROGRAMS / "mute.c", "frdm_ke16z")
    with Board("frdm_ke16z", elf=program) as board, pytest.raises(UsageError, match="not firmware of this rig"):
        layer_costs(board, IMAGE)
