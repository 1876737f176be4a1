"""`digitrig run BOARD --elf FILE --adapter ADAPTER`: one answer of firmware that is not ours, beside the reference."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from digitrig.cli import output
from digitrig.errors import UsageError

if TYPE_CHECKING:
    import numpy as np

    from digitrig.evaluation.adapted_board import AdaptedBoard
    from digitrig.evaluation.runner import BoardJob


def run_adapted(
    board: str,
    elf: Path,
    adapter: str,
    model: str | None,
    image: str | None,
    index: int | None,
    trace: bool,
    engine: str,
    as_json: bool,
) -> None:
    """Run one image; exit code 1 where the answer differs from a model that was named, or with `trace` a layer does."""
    from digitrig.cli.opening import existing_file, one_image
    from digitrig.evaluation.adapted_board import AdaptedBoard
    from digitrig.evaluation.adapter import load_adapter
    from digitrig.evaluation.jobs import Wish, foreign_job

    existing_file(elf, "firmware")
    job = foreign_job(board, Wish(model=model, elf=elf, adapter=load_adapter(adapter)), engine, one_answer=True)
    pixels, label = _image(job, image, index, one_image)
    if trace and job.reference is None:
        raise UsageError("--trace compares layers with the reference; say of which model: --model NAME or FILE.tflite")
    opened = AdaptedBoard(job)
    try:
        result = _answer(opened.start(), job, pixels, label, image)
        if trace:
            result |= _trace(opened, job, pixels)
    finally:
        opened.close()
    if as_json:
        output.emit(result)
    else:
        _show(result, None if job.adapter and job.adapter.image.how == "none" else pixels)
    if result["match"] is False or result.get("differs"):
        raise typer.Exit(1)


def _image(job: BoardJob, source: str | None, index: int | None, one_image: Any) -> tuple[np.ndarray, int | None]:
    import numpy as np

    if job.adapter is not None and job.adapter.image.how == "none":
        if source is not None:
            raise UsageError(f"the adapter '{job.adapter.name}' takes no image (image.how: none); leave out --image")
        return np.zeros((28, 28), np.uint8), None
    if source is None:
        raise UsageError(f"nothing to do: give --image SRC (for instance --image ink:7) to '{job.board}'")
    pixels, label = one_image(source, index)
    return pixels, label


def _answer(
    opened: AdaptedBoard, job: BoardJob, image: np.ndarray, label: int | None, source: str | None
) -> dict[str, Any]:
    from digitrig.evaluation.results import NO_REFERENCE

    found = opened.predict(image)
    scores = None if found.scores is None else list(found.scores)
    result: dict[str, Any] = {
        "board": job.board,
        "elf": str(job.elf),
        "adapter": opened.adapter.name,
        "model": job.model,
        "source": source,
        "label": label,
        "digit": found.digit,
        "scores": scores,
        "reference": NO_REFERENCE,
        "reference_digit": None,
        "reference_scores": None,
        "match": None,
        "cycles": found.cycles,
        "instructions": found.instructions,
        "board_us": found.board_us,
        "console": opened.emulated.console_text(),
    }
    if job.reference is not None and opened.adapter.image.how != "none":
        reference = job.open_reference()
        expected = [int(score) for score in reference.scores(image)]
        digit = expected.index(max(expected))
        match = found.digit == digit and scores in (None, expected)
        result |= {"reference": reference.name, "reference_digit": digit, "reference_scores": expected, "match": match}
    return result


def _trace(opened: AdaptedBoard, job: BoardJob, image: np.ndarray) -> dict[str, Any]:
    """Run once more and compare layer by layer."""
    from digitrig.evaluation.layers import first_layer_difference

    difference, count = first_layer_difference(opened.emulated, job.open_reference(), image)
    return {"layers_compared": count, "differs": None if difference is None else str(difference)}


def _show(result: dict[str, Any], image: np.ndarray | None) -> None:
    from digitrig.cli.run import drawing

    if image is not None:
        output.say(drawing(image))
    if result["scores"] is not None:
        expected = result["reference_scores"] or [None] * 10
        pairs = zip(result["scores"], expected, strict=True)
        rows = [(d, f, w, "" if w is None or f == w else "differs") for d, (f, w) in enumerate(pairs)]
        output.table(f"{result['board']}, {result['elf']}", [">class", ">board", ">reference", ""], rows)
    verdict = {True: "equal to the reference", False: "NOT equal to the reference", None: "not compared"}[
        result["match"]
    ]
    wanted = "" if result["reference_digit"] is None else f", reference {result['reference_digit']}"
    output.say(f"digit {result['digit']}{wanted}: {verdict} ({result['reference']})")
    if result["cycles"] is not None:
        output.say(f"{result['cycles']:,} cycles, {result['instructions']:,} instructions")
    if "differs" in result:
        output.say(f"{result['layers_compared']} layers compared: {result['differs'] or 'all equal'}")
