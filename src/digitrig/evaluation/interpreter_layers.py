"""What every layer leaves in memory when the interpreter runs a model, read where it says that a layer is done."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digitrig.evaluation.layers import run_to
from digitrig.reference import Layer

if TYPE_CHECKING:
    from digitrig.board import Board

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


def _output(board: Board, tensor: int) -> Layer:
    """The tensor at this address."""
    data, index, count, _elements, *shape, rank = TENSOR.unpack(board.read_memory(tensor, TENSOR.size))
    values = np.frombuffer(board.read_memory(data, count), np.int8)
    dimensions = tuple(shape[:rank])
    return Layer(f"tensor {index}", index, dimensions, values.reshape(dimensions).copy())
