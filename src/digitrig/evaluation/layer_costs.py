"""Cycles and instructions of each layer of one inference, taken at layer boundaries; the firmware is unchanged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from digitrig.errors import CheckFailed
from digitrig.evaluation.layers import layer_entries
from digitrig.protocols import Stop

if TYPE_CHECKING:
    import numpy as np

    from digitrig.board import Board, Prediction

GLUE = "glue"


@dataclass(frozen=True)
class LayerCost:
    """One layer's part of an inference, calls out of it and interrupts during it included.

    layer: number in the model; of layers that are one function, all of them with `+` between.  op: likewise.
    cycles: None on an engine without a cycle model.  macs: multiplications that the layer has to make.
    """

    layer: str
    op: str
    symbol: str
    macs: int
    cycles: int | None
    instructions: int


@dataclass(frozen=True)
class InferenceCost:
    """An inference taken apart: layers in the order in which they ran, and glue, which is all between them.

    cycles, instructions: of the whole inference; they are the sums of layers and glue.
    """

    prediction: Prediction
    layers: tuple[LayerCost, ...]
    glue: LayerCost
    cycles: int | None
    instructions: int


def layer_costs(board: Board, image: np.ndarray, inject: str = "memory") -> InferenceCost:
    """Run one image and measure every layer of it.

    image: (28, 28) uint8.  The board must run our console app and be started; its state afterwards is that after a
    prediction. Raises UsageError for other firmware, CheckFailed if a layer was not reached, and what predict raises.
    """
    if board.runtime == "interpreter":
        from digitrig.evaluation.interpreter_layers import interpreted_costs

        return interpreted_costs(board, image, inject)
    entries = layer_entries(board)
    with _recording(board, list(entries)) as stops:
        prediction = board.predict(image, inject)
    layers = [
        LayerCost(
            "+".join(str(layer["number"]) for layer in members),
            members[-1]["op"],  # of all that its code does
            members[-1]["symbol"],
            sum(layer["macs"] for layer in members),
            *difference(*stops[entry]),
        )
        for entry, members in entries.items()
        if entry in stops
    ]
    if len(layers) != len(entries) or prediction.instructions is None:
        missed = [members[-1]["symbol"] for entry, members in entries.items() if entry not in stops]
        raise CheckFailed(f"{board.name}: the inference went past {', '.join(missed) or f'{board.model}_run'}")
    layers.sort(key=lambda cost: stops[board.symbol(cost.symbol)[0] & ~1][0].instructions)
    counted = [cost.cycles for cost in layers if cost.cycles is not None]
    glue_cycles = None if prediction.cycles is None else prediction.cycles - sum(counted)
    glue_instructions = prediction.instructions - sum(cost.instructions for cost in layers)
    glue = LayerCost("", GLUE, f"{board.model}_run", 0, glue_cycles, glue_instructions)
    return InferenceCost(prediction, tuple(layers), glue, prediction.cycles, prediction.instructions)


@contextmanager
def _recording(board: Board, entries: Sequence[int]) -> Iterator[dict[int, tuple[Stop, Stop]]]:
    """Stop at the layers while the block runs; yields entry -> (stop there, stop at its return).

    entries: in the order in which they run.  One breakpoint is set at a time, because cores have few of them."""
    found: dict[int, tuple[Stop, Stop]] = {}
    waiting = list(entries)
    begun: list[Stop] = []
    armed: list[int] = []

    def arm(address: int | None) -> None:
        while armed:
            board.machine.set_breakpoint(armed.pop(), False)
        if address is not None:
            board.machine.set_breakpoint(address)
            armed.append(address)

    def note(stop: Stop) -> None:
        if stop.pc not in armed:
            return
        if begun:
            start = begun.pop()
            found[start.pc] = (start, stop)
            arm(waiting[0] if waiting else None)
        else:
            begun.append(stop)
            waiting.pop(0)
            arm(stop.lr & ~1)

    arm(waiting[0] if waiting else None)
    board.on_inference_stop(note)
    try:
        yield found
    finally:
        board.on_inference_stop(None)
        arm(None)


def difference(begun: Stop, ended: Stop) -> tuple[int | None, int]:
    """Cycles and instructions between two stops."""
    cycles = None if begun.cycles is None or ended.cycles is None else ended.cycles - begun.cycles
    return cycles, ended.instructions - begun.instructions


def layers_json(cost: InferenceCost) -> list[dict[str, Any]]:
    """Layers and glue as plain data, each with its share of the cycles (of the instructions where there are none)."""
    return [{**asdict(part), "share": round(share(cost, part), 4)} for part in (*cost.layers, cost.glue)]


def share(cost: InferenceCost, part: LayerCost) -> float:
    """Which part of the inference a layer is, 0..1."""
    if cost.cycles is None or part.cycles is None:
        return part.instructions / cost.instructions
    return part.cycles / cost.cycles
