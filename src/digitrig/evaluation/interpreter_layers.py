"""What every layer leaves in memory and takes of the time when a model is interpreted.

The interpreter says when a layer is done; the firmware is unchanged.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digitrig.errors import CheckFailed
from digitrig.evaluation.layers import run_to
from digitrig.protocols import Stop
from digitrig.reference import Layer

if TYPE_CHECKING:
    from digitrig.board import Board
    from digitrig.codegen.graph import Operator
    from digitrig.evaluation.layer_costs import InferenceCost

# The start of struct interpreter_tensor (firmware/interpreter/interpreter.h): data, index, bytes, elements, shape, rank
TENSOR = struct.Struct("<IIII6iB")


def trace_interpreted(board: Board, image: NDArray[np.uint8]) -> list[Layer]:
    """Run one image by memory injection and return the output of each operator, in the order in which they ran.

    image: (28, 28) uint8.  The board must run the interpreter app and be started.
    Raises CheckFailed if the end is not reached.
    """
    done, end = (board.symbol(name)[0] & ~1 for name in ("interpreter_layer_done", "interpreter_output"))
    for address in (done, end):
        board.machine.set_breakpoint(address)
    try:
        board.write_symbol("digitrig_image", image.tobytes())
        board.write_symbol("digitrig_request", (1).to_bytes(4, "little"))
        found = []
        while run_to(board, {done, end}) == done:
            found.append(_output(board, board.registers()["r1"]))
    finally:
        for address in (done, end):
            board.machine.set_breakpoint(address, False)
    board.await_prediction()
    return found


def interpreted_costs(board: Board, image: NDArray[np.uint8], inject: str) -> InferenceCost:
    """Run one image through the model in flash and measure every operator of it; as `layer_costs` does it for bundles.

    A layer is what happens from the end of the one before it to its own. Raises CheckFailed if one is not reached.
    """
    from digitrig.codegen import load_model
    from digitrig.codegen.flatbuffer import read_graph
    from digitrig.evaluation.layer_costs import GLUE, InferenceCost, LayerCost, difference

    operators = read_graph(load_model(board.model).path).operators
    entry, done = (board.symbol(name)[0] & ~1 for name in ("interpreter_run", "interpreter_layer_done"))
    stops: list[Stop] = []
    board.machine.set_breakpoint(done)
    board.on_inference_stop(lambda stop: stops.append(stop) if stop.pc in (entry, done) else None)
    try:
        prediction = board.predict(image, inject)
    finally:
        board.on_inference_stop(None)
        board.machine.set_breakpoint(done, False)
    if len(stops) != len(operators) + 1 or prediction.instructions is None:
        raise CheckFailed(f"{board.name}: {len(stops) - 1} of {len(operators)} layers of '{board.model}' were reached")
    parts = [
        LayerCost(str(op.number), op.kind, "interpreter_run", _multiplications(op), *difference(before, after))
        for op, before, after in zip(operators, stops[:-1], stops[1:], strict=True)
    ]
    cycles = None if prediction.cycles is None else prediction.cycles - sum(part.cycles or 0 for part in parts)
    rest = prediction.instructions - sum(part.instructions for part in parts)
    glue = LayerCost("", GLUE, "interpreter_run", 0, cycles, rest)
    return InferenceCost(prediction, tuple(parts), glue, prediction.cycles, prediction.instructions)


def _multiplications(op: Operator) -> int:
    """That an operator has to make: those of weights."""
    if op.kind not in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED") or op.inputs[1] is None:
        return 0
    shape = op.inputs[1].shape
    taps = shape[1] * shape[2] if op.kind == "DEPTHWISE_CONV_2D" else int(np.prod(shape[1:]))
    return op.outputs[0].elements * taps


def _output(board: Board, tensor: int) -> Layer:
    """The tensor at this address."""
    data, index, count, _elements, *shape, rank = TENSOR.unpack(board.read_memory(tensor, TENSOR.size))
    values = np.frombuffer(board.read_memory(data, count), np.int8)
    dimensions = tuple(shape[:rank])
    return Layer(f"tensor {index}", index, dimensions, values.reshape(dimensions).copy())
