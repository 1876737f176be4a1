"""Limits: cycles, time, stack, flash and RAM, against a number or against the board's own budget."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal

from robot.api import logger
from robot.api.deco import keyword

from digitrig.errors import CheckFailed, UsageError
from digitrig.robot.component import Component


class BudgetKeywords(Component):
    """Keywords that fail when the firmware needs too much. Each returns what it found."""

    @keyword
    def inference_cycles_should_be_below(self, limit: int | Literal["published"]) -> int:
        """Fails if the last inference took this many core clock cycles or more.

        ``published``: as many as the core clock makes in the time published for this board.
        """
        cycles = self.current.last_prediction().cycles
        if cycles is None:
            raise UsageError("this engine has no cycle model; use the embedded engine")
        published = isinstance(limit, str)
        bound = round(self._published_time().total_seconds() * self.board.spec.clock_hz) if published else int(limit)
        return self._below("inference cycles", int(cycles), bound)

    @keyword
    def inference_time_should_be_below(self, limit: timedelta | Literal["published"]) -> timedelta:
        """Fails if the last inference took this long or longer by the board's own timer.

        ``limit`` is a time such as ``50 ms``, or ``published``: the figure published for this board, model and place of
        the weights.
        """
        limit = self._published_time() if isinstance(limit, str) else limit
        found = timedelta(microseconds=float(self.current.last_prediction().inference_us))
        if found >= limit:
            raise CheckFailed(f"inference time of {self.current.alias}: {_ms(found)}, expected below {_ms(limit)}")
        return found

    @keyword
    def stack_use_should_be_below(self, limit: int | Literal["budget"] = "budget") -> int:
        """Fails if the stack has grown to this many bytes or more since the start; ``budget``: the board's own."""
        return self._below("stack use in bytes", self.board.stack_used(), limit, "stack_bytes")

    @keyword
    def flash_use_should_be_below(self, limit: int | Literal["budget"] = "budget") -> int:
        """Fails if the firmware takes this many bytes of flash or more; ``budget``: the size of the part's flash."""
        return self._below("flash use in bytes", self._sizes()[0], limit, "flash_bytes")

    @keyword
    def ram_use_should_be_below(self, limit: int | Literal["budget"] = "budget") -> int:
        """Fails if the firmware's data takes this many bytes of RAM or more; ``budget``: the size of the part's RAM."""
        return self._below("RAM use in bytes", self._sizes()[1], limit, "ram_bytes")

    @keyword
    def budgets_should_not_regress(self, *, tolerance: float | None = None, baseline: str | None = None) -> str:
        """Fails if flash, RAM, stack, cycles, instructions or a layer's cycles have grown since the baseline.

        The firmware of the current board is measured on a board of its own, which starts anew. ``baseline`` is a file
        that ``digitrig table --write-baseline`` wrote, by default ``budgets/baseline.json``. It says how much each
        figure may grow, 1 % unless told otherwise; ``tolerance``, in per cent, replaces that for all of them. A failure
        shows old and new in a table. Returns this table.
        """
        from digitrig.evaluation.baseline import check_budget

        if not self.board.own_firmware:
            raise UsageError(f"{self.board.firmware_file} is not firmware of this rig; there is no baseline for it")
        path = None if baseline is None else Path(baseline)
        board = self.board
        text = check_budget(board.name, board.model, board.weights, path=path, tolerance_percent=tolerance)
        logger.info(text)
        return text

    @keyword
    def places_of_weights(self, board: str, model: str = "an13438") -> list[str]:
        """Returns where the weights can lie on a board: ``flash``, and ``ram`` if the part has the room for it."""
        from digitrig.evaluation.budget import built_weights

        return built_weights(board, model)

    def _sizes(self) -> tuple[int, int]:
        """(flash bytes, RAM bytes) of the firmware file."""
        from digitrig.firmware_build import memory_use

        if self.board.firmware_file.read_bytes()[:4] != b"\x7fELF":
            raise UsageError(f"{self.board.firmware_file} is no ELF file, which alone tells flash from RAM")
        return memory_use(self.board.firmware_file)

    def _published_time(self) -> timedelta:
        options = self.current.options
        for figure in self.board.spec.published:
            wanted = (options["model"], options["weights"])
            if (figure.model, figure.weights) == wanted and figure.inference_ms is not None:
                logger.info(f"published: {figure.inference_ms} ms, {figure.source}")
                return timedelta(milliseconds=figure.inference_ms)
        raise UsageError(
            f"no inference time is published for {options['model']} with weights in {options['weights']} on "
            f"{self.current.name}; give a limit such as 50 ms"
        )

    def _below(self, what: str, found: int, limit: int | Literal["budget"], budget: str = "") -> int:
        if isinstance(limit, str):
            if limit != "budget":
                raise UsageError(f"limit '{limit}' is neither a number nor 'budget'")
            limit = int(getattr(self.board.spec, budget))
        logger.info(f"{what} of {self.current.alias}: {found:,} (limit {limit:,})")
        if found >= limit:
            raise CheckFailed(f"{what} of {self.current.alias}: {found:,}, expected below {limit:,}")
        return found


def _ms(time: timedelta) -> str:
    return f"{time / timedelta(milliseconds=1):.3f} ms"
