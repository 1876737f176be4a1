"""What one firmware image needs of its board: flash, RAM, stack, cycles and instructions, in all and by layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from digitrig.board import Board
from digitrig.digits import load_source
from digitrig.errors import MissingFileError, UsageError
from digitrig.evaluation.layer_costs import layer_costs
from digitrig.firmware_build import memory_use
from digitrig.firmware_files import firmware_path

if TYPE_CHECKING:
    import numpy as np

WEIGHTS = ("flash", "ram")
IMAGE = "ink:7"
STACK_IMAGES = ("ink:1", "ink:7", "ink:8")
APP = "console"
TOOLCHAIN = "zig"  # pinned, so that every machine gets the same bytes


@dataclass(frozen=True)
class Budget:
    """The figures of one image.

    flash_bytes: all that is loaded.  ram_bytes: variables, code copied to RAM, and the highest stack use seen.
    cycles, instructions: of one inference of `ink:7`, the first after start-up, injected into memory.
    layers: cycles by layer, named `number op`.
    """

    board: str
    model: str
    weights: str
    toolchain: str
    flash_bytes: int
    ram_bytes: int
    stack_bytes: int
    cycles: int
    instructions: int
    layers: dict[str, int] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What the figures belong to."""
        return self.board, self.model, self.weights, self.toolchain

    @property
    def title(self) -> str:
        """The same for people."""
        return f"{self.board}, {self.model}, weights in {self.weights} ({self.toolchain})"


def measure_budget(board: str, model: str = "an13438", weights: str = "flash") -> Budget:
    """Measure an image that is built, on a board of its own, so that nothing that happened before matters.

    Raises MissingFileError when it is not built, UsageError on an engine without cycles, and what its run raises.
    """
    elf = firmware_path(board, APP, model, weights)
    flash, ram = memory_use(elf)
    with Board(board, model=model, weights=weights) as opened:
        opened.start()
        cost = layer_costs(opened, load_source(IMAGE)[0][0])
    if cost.cycles is None:
        raise UsageError("this engine has no cycle model; use the embedded engine")
    stack, reserved = stack_use(board, model, weights, [load_source(name)[0][0] for name in STACK_IMAGES])
    layers = {f"{layer.layer} {layer.op}": layer.cycles or 0 for layer in cost.layers}
    return Budget(
        *(board, model, weights, TOOLCHAIN, flash, ram - reserved + stack, stack, cost.cycles, cost.instructions),
        layers=layers,
    )


def stack_use(board: str, model: str, weights: str, images: Sequence[np.ndarray]) -> tuple[int, int]:
    """(highest stack use in bytes over images by either injection, bytes that the image reserves for it)."""
    with Board(board, model=model, weights=weights) as opened:
        opened.start()
        for image in images:
            opened.predict(image, "memory")
            opened.predict(image, "uart")
        top, limit = opened.symbol("__StackTop")[0], opened.symbol("__StackLimit")[0]
        return opened.stack_used(), top - limit


def built_weights(board: str, model: str = "an13438") -> list[str]:
    """Where the weights can lie on a board: in flash, and in RAM if an image for that is built (not all parts have
    the room)."""
    try:
        firmware_path(board, APP, model, "ram")
    except MissingFileError:
        return ["flash"]
    return list(WEIGHTS)
