"""`digitrig table`: flash, RAM, latency and accuracy of every board beside the published figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from digitrig.board import Board
from digitrig.digits.arrays import GreyImage
from digitrig.digits.datasets import Dataset
from digitrig.errors import BuildError
from digitrig.evaluation.budget import WEIGHTS, stack_use
from digitrig.evaluation.evaluate import evaluate
from digitrig.firmware_build import build_image
from digitrig.platform import BoardSpec, load_board
from digitrig.platform.board import Published

STACK_IMAGES = 5
Progress = Callable[[int, int, float], None]


@dataclass(frozen=True)
class PublishedFigures:
    """What somebody published for this board and place of the weights; None where nothing was."""

    flash_bytes: int | None
    ram_bytes: int | None
    inference_ms: float | None
    source: str


@dataclass(frozen=True)
class TableRow:
    """One board with the weights in one place.

    flash_bytes: all that is loaded.  ram_bytes: variables, code copied to RAM, and the highest stack use that the
    engine saw.  cycles: median of the data set, each image as the first one after a start, an estimate within
    error_band_percent either way.  warm_cycles: of the first image when it is predicted again.
    accuracy: part of the labelled images recognised.  mismatches: images that differ from the reference in any byte.
    does_not_fit: why there is no image, in the linker's words; all figures are None then.
    not_modelled: what the timing model leaves out, and the error band is for.
    """

    board: str
    weights: str
    flash_bytes: int | None
    ram_bytes: int | None
    cycles: int | None
    inference_ms: float | None
    error_band_percent: float
    accuracy: float | None
    mismatches: int | None
    images: int
    stack_bytes: int | None
    does_not_fit: str | None
    published: PublishedFigures
    not_modelled: tuple[str, ...] = ()
    warm_cycles: int | None = None

    def better(self) -> bool | None:
        """True when flash, RAM and time are all below what was published; None without figures to compare."""
        pairs = [
            (self.flash_bytes, self.published.flash_bytes),
            (self.ram_bytes, self.published.ram_bytes),
            (self.inference_ms, self.published.inference_ms),
        ]
        known = [(ours, theirs) for ours, theirs in pairs if ours is not None and theirs is not None]
        return all(ours < theirs for ours, theirs in known) if known else None


def table(
    boards: Sequence[str], *, model: str, data: Dataset, workers: int | None = None, progress: Progress | None = None
) -> list[TableRow]:
    """Two rows a board, weights in flash and in RAM. Builds what is not built. Raises what `evaluate` raises."""
    return [_row(load_board(board), model, weights, data, workers, progress) for board in boards for weights in WEIGHTS]


def table_json(rows: Sequence[TableRow]) -> dict[str, Any]:
    """The rows as plain data: `{"rows": [...]}`."""
    return {"rows": [{**asdict(row), "better_than_published": row.better()} for row in rows]}


def _row(
    spec: BoardSpec, model: str, weights: str, data: Dataset, workers: int | None, progress: Progress | None
) -> TableRow:
    published = _published(spec.published, model, weights)
    band = spec.timing.error_band_percent
    try:
        built = build_image(spec.name, "console", model, weights)
    except BuildError as error:
        if published.ram_bytes is not None or published.inference_ms is not None:
            raise
        return TableRow(
            spec.name, weights, None, None, None, None, band, None, None, 0, None, _last_words(error), published
        )
    (result,) = evaluate([spec.name], model=model, dataset=data, weights=weights, workers=workers, progress=progress)
    stack, reserved = stack_use(spec.name, model, weights, list(data.images[:STACK_IMAGES]))
    cycles = result.cycles.median if result.cycles else None
    return TableRow(
        board=spec.name,
        weights=weights,
        flash_bytes=built.flash_bytes,
        ram_bytes=built.ram_bytes - reserved + stack,
        cycles=cycles,
        inference_ms=None if cycles is None else round(cycles / spec.clock_hz * 1000, 4),
        error_band_percent=band,
        accuracy=result.accuracy,
        mismatches=result.mismatches,
        images=result.images,
        stack_bytes=stack,
        does_not_fit=None,
        published=published,
        not_modelled=tuple(spec.timing.not_modelled),
        warm_cycles=_warm_cycles(spec.name, model, weights, data.images[0]),
    )


def _warm_cycles(board: str, model: str, weights: str, image: GreyImage) -> int | None:
    """Of an image that the board has just predicted once."""
    with Board(board, model=model, weights=weights) as opened:
        opened.start()
        opened.predict(image, "memory")
        return opened.predict(image, "memory").cycles


def _published(figures: Sequence[Published], model: str, weights: str) -> PublishedFigures:
    for row in figures:
        if (row.model, row.weights) == (model, weights):
            return PublishedFigures(row.flash_bytes, row.ram_bytes, row.inference_ms, row.source)
    return PublishedFigures(None, None, None, "not published")


def _last_words(error: BuildError) -> str:
    """The linker's own sentence out of a build log: the last line that says what does not fit."""
    lines = [line.strip() for line in str(error).splitlines() if "fit" in line]
    return lines[-1].rpartition("error: ")[2] if lines else str(error).splitlines()[0]
