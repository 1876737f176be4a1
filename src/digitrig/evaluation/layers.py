"""What every layer of the model leaves in memory on a board, read at layer boundaries; the firmware is unchanged."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from digitrig.errors import CheckFailed, UsageError
from digitrig.protocols import PS_PER_MS, StopReason
from digitrig.reference import Difference, Layer, first_difference

if TYPE_CHECKING:
    from digitrig.board import Board
    from digitrig.reference import Reference


def layer_entries(board: Board) -> dict[int, list[dict[str, Any]]]:
    """Address of each function of the model -> what the sidecar says of the layers whose work it does, in order.

    The last one of them is the one whose output is in memory. Layers that need no code (a reshape) are not among them.
    Raises UsageError for firmware that is not this rig's.
    """
    layers = {layer["number"]: layer for layer in _sidecar(board)["layers"]}
    entries: dict[int, list[dict[str, Any]]] = {}
    for layer in layers.values():
        owner = layer
        while owner.get("fused_into") is not None:
            owner = layers[owner["fused_into"]]
        if owner["symbol"]:
            entries.setdefault(board.symbol(owner["symbol"])[0] & ~1, []).append(layer)
    return entries


def trace_layers(board: Board, image: NDArray[np.uint8]) -> list[Layer]:
    """Run one image by memory injection and return the output of each layer, in the order in which they ran.

    image: (28, 28) uint8.  Layers that need no code (a reshape) are among them only where the model is interpreted. The
    board must run our console app and be started. Raises UsageError for other firmware, CheckFailed if a layer is not
    reached.
    """
    if board.runtime == "interpreter":
        from digitrig.evaluation.interpreter_layers import trace_interpreted

        return trace_interpreted(board, image)
    sidecar = _sidecar(board)
    steps = {entry: layers[-1] for entry, layers in layer_entries(board).items()}
    arena = board.symbol(sidecar["arena"]["symbol"])[0]
    board.write_symbol("digitrig_image", image.tobytes())
    board.write_symbol("digitrig_request", (1).to_bytes(4, "little"))
    found = [_one_layer(board, entry, step, arena) for entry, step in steps.items()]
    board.await_prediction()
    return found


def first_layer_difference(
    board: Board, reference: Reference, image: NDArray[np.uint8]
) -> tuple[Difference | None, int]:
    """The first element of the first layer in which a board differs from the reference, and how many were compared.

    image: (28, 28) uint8.  Layers are paired by the number of the tensor that they write.
    """
    found = trace_layers(board, image)
    return first_difference(expected_layers(reference, image, found), found), len(found)


def expected_layers(reference: Reference, image: NDArray[np.uint8], found: Sequence[Layer]) -> list[Layer]:
    """The reference's outputs of the layers that were found, in their order."""
    by_tensor = {layer.index: layer for layer in reference.layers(image)}
    return [by_tensor[layer.index] for layer in found]


def _one_layer(board: Board, entry: int, step: dict[str, Any], arena: int) -> Layer:
    """Run to the entry of a layer, from there to its return, and read what it wrote."""
    _stop_at(board, entry)
    _stop_at(board, board.registers()["lr"] & ~1)
    output = step["output"]
    data = np.frombuffer(board.read_memory(arena + output["offset"], output["bytes"]), np.int8)
    shape = tuple(output["shape"])
    return Layer(step["name"], output["tensor"], shape, data.reshape(shape).copy())


def _stop_at(board: Board, address: int) -> None:
    """Run to an address, with no breakpoint left behind."""
    board.machine.set_breakpoint(address)
    try:
        run_to(board, {address})
    finally:
        board.machine.set_breakpoint(address, False)


def run_to(board: Board, addresses: set[int]) -> int:
    """Run until the core stands at one of these breakpoints; returns which."""
    board.machine.console.stop_on(None)
    end = board.machine.clock.now_ps + round(board.limit_ms * PS_PER_MS)
    while True:
        stop = board.machine.run(max(0, end - board.machine.clock.now_ps))
        if stop.reason is StopReason.BREAKPOINT and stop.pc in addresses:
            return stop.pc
        if stop.reason is not StopReason.BREAKPOINT:
            raise CheckFailed(f"{board.name}: the next layer was not reached\n{board.fault_report(stop)}")


def _sidecar(board: Board) -> dict[str, Any]:
    """The map of the model's layers and arena: the one that the firmware was built with, else a new one."""
    from digitrig.codegen import generate, load_model

    if not board.own_firmware and f"{board.model}_run" not in board.image.symbols:
        raise UsageError(f"{board.firmware_file} is not firmware of this rig: the places of its layers are not known")
    built = sidecar_of(board.firmware_file, board.model)
    if built is not None:
        return _of_this_firmware(_read(built), built, board)
    with tempfile.TemporaryDirectory() as folder:
        info = load_model(board.model)
        bundle = generate(info.path, Path(folder), board.model, info.preprocess)
        return _of_this_firmware(_read(bundle.sidecar), bundle.sidecar, board)


def _of_this_firmware(sidecar: dict[str, Any], path: Path, board: Board) -> dict[str, Any]:
    """The map, if the firmware has the arena that it tells of; UsageError if they were not made together."""
    arena = sidecar["arena"]
    size = board.symbol(arena["symbol"])[1]
    if size != arena["bytes"]:
        raise UsageError(
            f"{board.firmware_file} has an arena of {size} bytes, its map of layers {path} one of {arena['bytes']}: "
            f"they were not made together; run: digitrig build {board.name}"
        )
    return sidecar


def sidecar_of(firmware: Path, model: str) -> Path | None:
    """The file with the places of a firmware's layers: `layers.json` beside it, else the one of the build."""
    from digitrig.resources import build_dir

    places = (firmware.with_name("layers.json"), build_dir() / "generated" / model / f"{model}.json")
    return next((path for path in places if path.is_file()), None)


def _read(path: Path) -> dict[str, Any]:
    sidecar: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return sidecar
