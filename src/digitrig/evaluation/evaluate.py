"""`evaluate`: a data set on boards, every score compared with the reference."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from digitrig.digits.arrays import GreyImages
from digitrig.digits.datasets import Dataset, default_dataset, load_dataset
from digitrig.errors import UnknownNameError, UsageError
from digitrig.evaluation.metrics import CLASSES
from digitrig.evaluation.pool import Pool
from digitrig.evaluation.results import BoardResult, Failure, Outcome, find_mismatches, spread, total_accuracy
from digitrig.evaluation.runner import BoardFactory, BoardJob, Runner, open_board

INJECTIONS = ("uart", "memory")
WEIGHTS = ("flash", "ram")
REPORT_EVERY_S = 0.1
Progress = Callable[[int, int, float], None]
"""Called with images done, images in all (over all boards), and images per second on the present board."""


class Scorer(Protocol):
    """The reference; `digitrig.reference.Reference` is one."""

    @property
    def name(self) -> str: ...

    def scores_many(self, images: GreyImages) -> NDArray[np.int8]: ...


def evaluate(
    board_names: Sequence[str],
    *,
    model: str = "an13438",
    dataset: str | Dataset | None = None,
    limit: int | None = None,
    inject: str = "memory",
    workers: int | None = None,
    engine: str | None = None,
    weights: str = "flash",
    progress: Progress | None = None,
    factory: BoardFactory = open_board,
    reference: Scorer | None = None,
) -> list[BoardResult]:
    """Run a data set on each board and compare the ten scores of every image with the reference's.

    dataset: a name for `load_dataset`, or a Dataset; default MNIST, or `ink` where that is not there.
    limit: the first so many images.  inject: "uart" or "memory".
    workers: processes, default one per processor; 0 runs in this process.
    factory, reference: other boards and another reference than the package's.
    The result does not depend on `workers`. An image that fails is in `failures` and stops nothing; a board that does
    not boot raises its error. Raises UsageError or one of its kinds for wrong arguments.
    """
    if not board_names:
        raise UsageError("no board named; expected one or more, see: digitrig boards")
    _check_word("injection", inject, INJECTIONS)
    _check_word("place of the weights", weights, WEIGHTS)
    if workers is not None and workers < 0:
        raise UsageError(f"workers {workers} is negative; expected 1 or more, or 0 for none but this process")
    data = _dataset(dataset, limit)
    from digitrig.engines.choice import choose_engine  # brings the platform parser, which only evaluations need

    engine = choose_engine(engine)
    jobs = [BoardJob(board, model, engine, weights, inject) for board in board_names]
    if factory is open_board:
        check_jobs(jobs)
    workers = min((os.cpu_count() or 1) if workers is None else workers, len(data))
    scorer = reference or _reference(model)
    expected = scorer.scores_many(data.images)
    meter = _Meter(len(data) * len(jobs), progress)
    results: list[BoardResult] = []
    for job in jobs:
        started = meter.start_board()
        outcomes = _run(job, factory, data.images, workers, meter.count)
        seconds = time.monotonic() - started
        results.append(_result(job, data, outcomes, expected, scorer.name, workers, seconds))
    meter.finish()
    return results


def check_jobs(jobs: Sequence[BoardJob]) -> None:
    """Raise before anything runs where a board or its model is unknown, or its firmware is not built."""
    from digitrig.firmware_files import firmware_path
    from digitrig.platform import load_board

    for job in jobs:
        spec = load_board(job.board)
        _check_word(f"model of {job.board}", job.model, spec.models)
    for job in jobs:
        firmware_path(job.board, model=job.model, weights=job.weights)


def _run(
    job: BoardJob, factory: BoardFactory, images: GreyImages, workers: int, report: Callable[[Outcome], None]
) -> list[Outcome]:
    if workers:
        return Pool(job, factory, images, workers, report).run()
    runner = Runner(job, factory)
    runner.boot()
    outcomes = []
    for index, image in enumerate(images):
        outcomes.append(runner.run(index, image))
        report(outcomes[-1])
    runner.close()
    return outcomes


class _Meter:
    """Tells the progress callback now and then; its clock is the host's and never reaches a result but as a rate."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total, self._progress = total, progress
        self._done = self._before = 0
        self._started = self._told = time.monotonic()

    def start_board(self) -> float:
        self._before, self._started = self._done, time.monotonic()
        return self._started

    def count(self, _: Outcome) -> None:
        self._done += 1
        if time.monotonic() - self._told >= REPORT_EVERY_S:
            self.finish()

    def finish(self) -> None:
        self._told = time.monotonic()
        if self._progress:
            rate = (self._done - self._before) / max(1e-6, self._told - self._started)
            self._progress(self._done, self._total, rate)


def _result(
    job: BoardJob,
    data: Dataset,
    outcomes: Sequence[Outcome],
    expected: NDArray[np.int8],
    reference: str,
    workers: int,
    seconds: float,
) -> BoardResult:
    digits = np.array([outcome.digit for outcome in outcomes], np.int64)
    blank = (0,) * CLASSES
    count, first = find_mismatches(outcomes, expected, data.labels)
    return BoardResult(
        board=job.board,
        model=job.model,
        engine=job.engine,
        runtime="bundle",
        weights=job.weights,
        inject=job.inject,
        dataset=data.name,
        images=len(outcomes),
        accuracy=total_accuracy(data.labels, digits),
        mismatches=count,
        first_mismatches=first,
        failures=tuple(
            Failure(outcome.image, _label(data, outcome.image), outcome.error, outcome.text)
            for outcome in outcomes
            if outcome.scores is None
        ),
        cycles=spread([outcome.cycles for outcome in outcomes]),
        images_per_second=len(outcomes) / max(1e-6, seconds),
        seconds=seconds,
        workers=workers,
        reference=reference,
        labels=data.labels,
        digits=digits,
        scores=np.array([outcome.scores or blank for outcome in outcomes], np.int8),
        warnings=data.warnings,
    )


def _label(data: Dataset, index: int) -> int | None:
    return None if data.labels is None else int(data.labels[index])


def _dataset(dataset: str | Dataset | None, limit: int | None) -> Dataset:
    if dataset is None:
        return default_dataset(limit=limit)
    if isinstance(dataset, str):
        return load_dataset(dataset, limit=limit)
    return replace(dataset).first(limit)


def _reference(model: str) -> Scorer:
    from digitrig.codegen.models import load_model

    return load_model(model).reference()


def _check_word(kind: str, word: str, known: Sequence[str]) -> None:
    if word not in known:
        raise UnknownNameError(kind, word, known)
