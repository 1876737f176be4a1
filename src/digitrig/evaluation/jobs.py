"""From what is asked for to what is run: one job per board, everything checked before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digitrig.digits.datasets import Dataset
from digitrig.errors import MissingFileError, UnknownNameError, UsageError
from digitrig.evaluation.hashes import board_files_sha256, core_sha256, dataset_sha256, file_sha256
from digitrig.evaluation.journal import Subject
from digitrig.evaluation.runner import BoardJob
from digitrig.firmware_files import RUNTIMES

if TYPE_CHECKING:
    from digitrig.evaluation.adapter import Adapter

INJECTIONS = ("uart", "memory", "touch")
WEIGHTS = ("flash", "ram")
BY_ADAPTER = "adapter"
NO_MODEL = "unknown"
"""Model of firmware that is not ours where nobody named one."""


@dataclass(frozen=True)
class Wish:
    """What to evaluate, the same for every board. Fields as in BoardJob.

    model: a name, or a `.tflite` file to compare foreign firmware with; None: `an13438` for our firmware, none for
    other.
    """

    model: str | None = None
    inject: str = "memory"
    weights: str = "flash"
    app: str = "console"
    runtime: str = "bundle"
    elf: Path | None = None
    adapter: Adapter | None = None


def check_words(wish: Wish) -> None:
    """Raise for a word that is in no list, and for options that do not go together."""
    for kind, word, known in (
        ("injection", wish.inject, INJECTIONS),
        ("place of the weights", wish.weights, WEIGHTS),
        ("runtime", wish.runtime, RUNTIMES),
    ):
        if word not in known:
            raise UnknownNameError(kind, word, known)
    if (wish.elf is None) != (wish.adapter is None):
        missing, given = ("--adapter FILE", "--elf") if wish.adapter is None else ("--elf FILE", "--adapter")
        raise UsageError(f"{given} given without {missing}: firmware and the adapter that talks to it go together")


def make_jobs(boards: Sequence[str], wish: Wish, engine: str) -> list[BoardJob]:
    """Jobs for real boards. Raises where a board or its model is unknown, or its firmware is not built."""
    from digitrig.platform import load_board

    specs = [load_board(board) for board in boards]
    if wish.elf is not None:
        return [foreign_job(board, wish, engine) for board in boards]
    model = wish.model or "an13438"
    for spec in specs:
        if wish.runtime == "interpreter" and "interpreter" not in spec.apps:
            raise UnknownNameError(f"runtime of {spec.name}", wish.runtime, RUNTIMES[:1])
        if wish.app not in spec.apps:
            raise UnknownNameError(f"app of {spec.name}", wish.app, spec.apps)
        if model not in spec.models:
            raise UnknownNameError(f"model of {spec.name}", model, spec.models)
    return [_own_job(spec, model, wish, engine) for spec in specs]


def _own_job(spec: Any, model: str, wish: Wish, engine: str) -> BoardJob:
    from digitrig.codegen.models import load_model
    from digitrig.firmware_files import firmware_path, runtime_app

    info = load_model(model)
    app = runtime_app(wish.runtime, wish.app, wish.weights)
    if wish.inject == "touch":
        from digitrig.evaluation.touching import check_touch

        check_touch(spec.name, model)
        app = "touch" if app == "console" else app
    firmware = firmware_path(spec.name, app, model, wish.weights)
    return BoardJob(
        spec.name,
        model,
        engine,
        wish.weights,
        wish.inject,
        app=app,
        runtime="interpreter" if app == "interpreter" else "bundle",
        firmware=firmware,
        firmware_sha256=file_sha256(firmware),
        board_sha256=board_files_sha256(spec),
        reference=info.path,
        preprocess=info.preprocess,
    )


def foreign_job(board: str, wish: Wish, engine: str, one_answer: bool = False) -> BoardJob:
    """The job of firmware that is not ours. one_answer: it need not take images. Raises UsageError."""
    from digitrig.platform import load_board

    adapter, elf = wish.adapter, wish.elf
    if adapter is None or elf is None:
        raise UsageError("firmware without an adapter")
    if adapter.image.how == "none" and not one_answer:
        raise UsageError(
            f"the adapter '{adapter.name}' says that the image is compiled in (image.how: none), so a data set cannot "
            "be run; give it one of uart_text, uart_bytes, memory, touch"
        )
    name, reference, preprocess = model_of(wish.model)
    return BoardJob(
        board,
        name,
        engine,
        "foreign",
        BY_ADAPTER,
        app=elf.name,
        runtime="foreign",
        elf=elf,
        adapter=adapter,
        firmware=elf,
        firmware_sha256=file_sha256(elf),
        board_sha256=board_files_sha256(load_board(board)),
        reference=reference,
        preprocess=preprocess,
    )


def model_of(model: str | None) -> tuple[str, Path | None, str]:
    """(name, file, preprocessing) of a model by name or by its `.tflite` file; no file where none is named.

    A file that is one of the models that come with digitrig, whatever its name, has that model's preprocessing.
    Raises UnknownNameError, MissingFileError.
    """
    from digitrig.codegen.models import load_model, model_names

    if model is None:
        return NO_MODEL, None, "scale"
    if not model.endswith(".tflite"):
        info = load_model(model)
        return model, info.path, info.preprocess
    path = Path(model)
    if not path.is_file():
        raise MissingFileError(path, "model file", "give a .tflite file, or a name of: digitrig boards")
    digest = file_sha256(path)
    known = next((info for info in map(load_model, model_names()) if info.sha256 == digest), None)
    return path.stem, path, known.preprocess if known else "scale"


def hashes_of(job: BoardJob, data_sha256: str) -> dict[str, str]:
    """sha256 of everything that an outcome depends on. Jobs of other factories have only the data set."""
    found = {"dataset": data_sha256}
    if job.reference is not None:
        found["model"] = file_sha256(job.reference)
    if job.firmware is not None:
        found["firmware"] = job.firmware_sha256
        found["board"] = job.board_sha256
        if job.engine == "embedded":
            found["core"] = core_sha256()
    if job.adapter is not None:
        found["adapter"] = job.adapter.sha256
    return found


def subject_of(jobs: Sequence[BoardJob], data: Dataset) -> Subject:
    """What a journal of these jobs is about."""
    digest = dataset_sha256(data)
    boards = []
    for job in jobs:
        facts = {"board": job.board, "engine": job.engine, "app": job.app, "model": job.model, "runtime": job.runtime}
        facts |= {"weights": job.weights, "inject": job.inject}
        hashes = hashes_of(job, digest)
        del hashes["dataset"]
        boards.append({**facts, **{f"{name} (sha256)": value for name, value in hashes.items()}})
    return Subject({"name": data.name, "images": len(data), "content (sha256)": digest}, boards)
