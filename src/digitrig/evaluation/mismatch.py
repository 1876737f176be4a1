"""What a mismatch came from: the first layer and element that differ, and a folder with all that shows it again."""

from __future__ import annotations

import contextlib
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from digitrig.digits.arrays import GreyImage
from digitrig.digits.datasets import Dataset
from digitrig.errors import DigitrigError
from digitrig.evaluation.hashes import file_sha256
from digitrig.evaluation.results import BoardResult, Mismatch
from digitrig.evaluation.runner import BoardFactory, BoardJob

if TYPE_CHECKING:
    from digitrig.reference import Layer

NOT_TRACED = "layers are not known of this firmware"
SAME_LAYERS = "all layers equal the reference: the difference is in how the image arrives or the answer is printed"


def explain(
    job: BoardJob, result: BoardResult, data: Dataset, factory: BoardFactory, folder: Path
) -> dict[int, dict[str, Any]]:
    """Trace the first mismatches of a board and write `BOARD/mismatch-INDEX/` for each; older ones are removed.

    Returns facts by image: `layer`, `layer_element`, `layer_expected`, `layer_found` (None where layers cannot be read
    or none differs), `why`, `folder`.
    """
    facts = {}
    for old in (folder / job.board).glob("mismatch-*"):
        shutil.rmtree(old)
    for mismatch in result.first_mismatches:
        place = folder / job.board / f"mismatch-{mismatch.image}"
        place.mkdir(parents=True)
        image = data.images[mismatch.image]
        found = _traced(job, factory, image, place)
        facts[mismatch.image] = {**found, "folder": str(place)}
        _write(job, result, mismatch, image, found, place)
    return facts


def _traced(job: BoardJob, factory: BoardFactory, image: GreyImage, place: Path) -> dict[str, Any]:
    """Run the image once more and stop after each layer; writes the layers of both sides."""
    nothing = {"layer": None, "layer_element": None, "layer_expected": None, "layer_found": None}
    board = factory(job)
    try:
        from digitrig.board import Board

        emulated = board if isinstance(board, Board) else getattr(board, "emulated", None)
        if emulated is None or job.reference is None:
            return {**nothing, "why": NOT_TRACED}
        board.start()
        from digitrig.evaluation.layers import expected_layers, trace_layers
        from digitrig.reference import first_difference

        found = trace_layers(emulated, image)
        expected = expected_layers(job.open_reference(), image, found)
        _save(place / "expected.npz", expected)
        _save(place / "found.npz", found)
        difference = first_difference(expected, found)
    except (DigitrigError, OSError) as error:
        return {**nothing, "why": f"{NOT_TRACED}: {str(error).splitlines()[0]}"}
    finally:
        with contextlib.suppress(Exception):
            board.close()
    if difference is None:
        return {**nothing, "why": SAME_LAYERS}
    return {
        "layer": difference.layer,
        "layer_element": list(difference.coordinates),
        "layer_expected": difference.expected,
        "layer_found": difference.found,
        "why": str(difference),
    }


def _save(path: Path, layers: Sequence[Layer]) -> None:
    arrays = {f"{number:02d} {layer.name}".replace("/", "_"): layer.data for number, layer in enumerate(layers)}
    np.savez(path, **arrays)  # type: ignore[arg-type]


def _write(
    job: BoardJob, result: BoardResult, mismatch: Mismatch, image: GreyImage, found: dict[str, Any], place: Path
) -> None:
    np.save(place / "image.npy", image)
    index = mismatch.image
    np.savez(
        place / "scores.npz",
        expected=np.zeros(0) if result.expected is None else result.expected[index],
        found=np.zeros(0) if result.scores is None else result.scores[index],
    )
    copied = _copies(job, place)
    command = reproduction(job, copied)
    rows = "\n".join(f"| `{name}` | {file_sha256(place / name)} |" for name in copied.values())
    (place / "README.md").write_text(
        f"""# Image {index} on {job.board} differs from the reference

Model `{job.model}`, weights in {job.weights}, app `{job.app}`, runtime {job.runtime}, engine {job.engine}, image by
{result.inject}.
Reference: {result.reference}. Data set: {result.dataset}, class {mismatch.label}.

Score or answer `{mismatch.element}`: expected {mismatch.expected}, found {mismatch.found}.

First layer that differs: {found["why"]}

In this folder, to see it again:

    {command}

`image.npy` is the image, `scores.npz` both sides' scores, `expected.npz` and `found.npz` the outputs of every layer in
the order in which they ran.

| file | sha256 |
|---|---|
{rows}
""",
        encoding="utf-8",
    )


def _copies(job: BoardJob, place: Path) -> dict[str, str]:
    """Copy what the command needs; returns role -> file name."""
    from digitrig.evaluation.adapter import builtin_adapter
    from digitrig.evaluation.layers import sidecar_of

    copied = {}
    sources = {"firmware": (job.firmware, "firmware.elf"), "model": (job.reference, f"{job.model}.tflite")}
    if job.firmware is not None:
        adapter = job.adapter.path if job.adapter is not None else builtin_adapter("console")
        sources["adapter"] = (adapter, "adapter.yaml")
        sources["layers"] = (sidecar_of(job.firmware, job.model), "layers.json")
    for role, (source, name) in sources.items():
        if source is not None:
            shutil.copyfile(source, place / name)
            copied[role] = name
    return copied


def reproduction(job: BoardJob, copied: dict[str, str]) -> str:
    """The one command that shows the mismatch again, in its folder."""
    words = ["digitrig", "run", job.board]
    for option, role in (("--elf", "firmware"), ("--adapter", "adapter"), ("--model", "model")):
        if role in copied:
            words += [option, copied[role]]
    words += ["--image", "image.npy", "--engine", job.engine]
    if "layers" in copied:
        words.append("--trace")
    return shlex.join(words)
