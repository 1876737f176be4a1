"""`evaluate`: a data set on boards, every score compared with the reference."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from digitrig.digits.arrays import GreyImages
from digitrig.digits.datasets import Dataset, default_dataset, load_dataset
from digitrig.errors import UsageError
from digitrig.evaluation.cluster import Cluster
from digitrig.evaluation.hashes import dataset_sha256
from digitrig.evaluation.jobs import INJECTIONS, Wish, check_words, hashes_of, make_jobs, subject_of
from digitrig.evaluation.journal import Journal
from digitrig.evaluation.metrics import CLASSES
from digitrig.evaluation.mismatch import explain
from digitrig.evaluation.pool import Pool, Report
from digitrig.evaluation.results import (
    NO_REFERENCE,
    BoardResult,
    Failure,
    Outcome,
    find_mismatches,
    spread,
    total_accuracy,
)
from digitrig.evaluation.runner import BoardFactory, BoardJob, Runner, open_board

if TYPE_CHECKING:
    from digitrig.evaluation.adapter import Adapter

__all__ = ["INJECTIONS", "Progress", "Scorer", "evaluate"]

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
    model: str | None = None,
    dataset: str | Dataset | None = None,
    limit: int | None = None,
    inject: str = "memory",
    workers: int | None = None,
    engine: str | None = None,
    weights: str = "flash",
    app: str = "console",
    runtime: str = "bundle",
    elf: Path | None = None,
    adapter: Adapter | None = None,
    dask: str | None = None,
    folder: Path | None = None,
    resume: bool = False,
    progress: Progress | None = None,
    factory: BoardFactory = open_board,
    reference: Scorer | None = None,
) -> list[BoardResult]:
    """Run a data set on each board and compare the ten scores of every image with the reference's.

    model: default `an13438`.  dataset: a name for `load_dataset`, or a Dataset; default MNIST, or `ink` where that is
    not there.  limit: the first so many images.  inject: "uart", "memory" or "touch".
    workers: processes, default one per processor; 0 runs in this process.  dask: address of a scheduler, whose workers
    are used instead.  elf, adapter: firmware that is not ours, and how to talk to it; its scores are compared only
    with a `model` that is named.
    folder: where to keep a journal and what mismatches came from; resume: go on with the journal that is there.
    factory, reference: other boards and another reference than the package's.
    The result does not depend on `workers` or `dask`. An image that fails is in `failures` and stops nothing; a board
    that does not boot raises its error. Raises UsageError or one of its kinds for wrong arguments.
    """
    if not board_names:
        raise UsageError("no board named; expected one or more, see: digitrig boards")
    wish = Wish(model, inject, weights, app, runtime, elf, adapter)
    check_words(wish)
    if workers is not None and workers < 0:
        raise UsageError(f"workers {workers} is negative; expected 1 or more, or 0 for none but this process")
    if workers is not None and dask is not None:
        raise UsageError("workers are processes of this machine and dask has its own; leave out one of the two")
    if resume and folder is None:
        raise UsageError("nothing to resume without a folder that holds a journal")
    data = _dataset(dataset, limit)
    from digitrig.engines.choice import choose_engine  # brings the platform parser, which only evaluations need

    jobs = _jobs(board_names, wish, choose_engine(engine), factory)
    expected = None if reference is None else reference.scores_many(data.images)
    with contextlib.ExitStack() as stack:
        journal = None
        if folder is not None:
            journal = Journal(folder, subject_of(jobs, data), resume)
            stack.callback(journal.close)
        hands = _Hands(factory, data, workers, dask)
        stack.callback(hands.close)
        meter = _Meter(len(data) * len(jobs), progress)
        return [
            _one_board(number, job, hands, journal, meter, expected, reference, folder)
            for number, job in enumerate(jobs)
        ]


def _jobs(boards: Sequence[str], wish: Wish, engine: str, factory: BoardFactory) -> list[BoardJob]:
    if factory is open_board:
        return make_jobs(boards, wish, engine)
    return [BoardJob(board, wish.model or "an13438", engine, wish.weights, wish.inject) for board in boards]


class _Hands:
    """Who does the work: this process, worker processes, or a cluster."""

    def __init__(self, factory: BoardFactory, data: Dataset, workers: int | None, dask: str | None) -> None:
        self.factory, self.data = factory, data
        self.cluster = Cluster(dask) if dask is not None else None
        if self.cluster is not None:
            self.workers = self.cluster.workers
        else:
            self.workers = min((os.cpu_count() or 1) if workers is None else workers, len(data))

    def run(self, job: BoardJob, pending: Sequence[int], report: Report) -> tuple[dict[int, Outcome], list[str]]:
        """(outcomes by image, incidents)."""
        images = self.data.images
        if self.cluster is not None:
            return self.cluster.run(job, self.factory, images, pending, report), self.cluster.incidents
        if self.workers:
            pool = Pool(job, self.factory, images, pending, self.workers, report)
            return pool.run(), pool.incidents
        runner = Runner(job, self.factory)
        runner.boot()
        outcomes = {}
        for index in pending:
            outcomes[index] = runner.run(index, images[index])
            report(outcomes[index])
        runner.close()
        return outcomes, []

    def close(self) -> None:
        if self.cluster is not None:
            self.cluster.close()


def _one_board(
    number: int,
    job: BoardJob,
    hands: _Hands,
    journal: Journal | None,
    meter: _Meter,
    expected: NDArray[np.int8] | None,
    reference: Scorer | None,
    folder: Path | None,
) -> BoardResult:
    data = hands.data
    done = dict(journal.done[number]) if journal is not None else {}
    broken = {
        index: Outcome(index, error="BrokenImage", text=text)
        for index, text in data.broken.items()
        if index < len(data)
    }
    pending = [index for index in range(len(data)) if index not in done and index not in broken]
    started = meter.start_board(len(data) - len(pending))

    def report(outcome: Outcome) -> None:
        if journal is not None:
            journal.add(number, outcome)
        meter.count()

    fresh, incidents = hands.run(job, pending, report) if pending else ({}, [])
    seconds = time.monotonic() - started
    meter.finish()
    outcomes = [{**done, **broken, **fresh}[index] for index in range(len(data))]
    if expected is not None:
        outcomes = [_with_expected(outcome, expected) for outcome in outcomes]
    notes = journal.notes if journal is not None and number == 0 else []
    result = _result(job, data, outcomes, _reference_name(job, reference), hands.workers, seconds, list(fresh.values()))
    result = replace(result, incidents=(*notes, *incidents))
    if folder is not None:
        result = replace(result, traces=explain(job, result, data, hands.factory, folder))
    return result


def _with_expected(outcome: Outcome, expected: NDArray[np.int8]) -> Outcome:
    return outcome if outcome.error else replace(outcome, expected=tuple(expected[outcome.image].tolist()))


class _Meter:
    """Tells the progress callback now and then; its clock is the host's and never reaches a result but as a rate."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total, self._progress = total, progress
        self._done = self._before = 0
        self._started = self._told = time.monotonic()

    def start_board(self, done: int) -> float:
        """done: images of this board that need no run."""
        self._done += done
        self._before, self._started = self._done, time.monotonic()
        return self._started

    def count(self) -> None:
        self._done += 1
        if time.monotonic() - self._told >= REPORT_EVERY_S:
            self.finish()

    def finish(self) -> None:
        self._told = time.monotonic()
        if self._progress:
            rate = (self._done - self._before) / max(1e-6, self._told - self._started)
            self._progress(self._done, self._total, rate)


def _reference_name(job: BoardJob, reference: Scorer | None) -> str:
    if reference is not None:
        return reference.name
    if job.reference is None:
        return NO_REFERENCE
    from digitrig.reference import runtime_name

    return runtime_name()


def _result(
    job: BoardJob,
    data: Dataset,
    outcomes: Sequence[Outcome],
    reference: str,
    workers: int,
    seconds: float,
    fresh: Sequence[Outcome],
) -> BoardResult:
    digits = np.array([outcome.digit for outcome in outcomes], np.int64)
    count, first = find_mismatches(outcomes, data.labels)
    cpu_us = sum(one.cpu_us for one in fresh)
    return BoardResult(
        board=job.board,
        model=job.model,
        engine=job.engine,
        app=job.app,
        runtime=job.runtime,
        weights=job.weights,
        inject=job.inject if job.adapter is None else job.adapter.image.how,
        adapter=None if job.adapter is None else job.adapter.name,
        dataset=data.name,
        images=len(outcomes),
        accuracy=total_accuracy(data.labels, digits),
        mismatches=count,
        first_mismatches=first,
        failures=tuple(
            Failure(outcome.image, _label(data, outcome.image), outcome.error, outcome.text)
            for outcome in outcomes
            if outcome.error
        ),
        cycles=spread([outcome.cycles for outcome in outcomes]),
        board_us=spread([outcome.board_us for outcome in outcomes]),
        board_us_total=sum(outcome.board_us or 0 for outcome in outcomes),
        images_per_second=len(fresh) / max(1e-6, seconds),
        images_per_second_per_core=1e6 * sum(not one.error for one in fresh) / cpu_us if cpu_us else None,
        seconds=seconds,
        workers=workers,
        reference=reference,
        hashes=hashes_of(job, dataset_sha256(data)),
        labels=data.labels,
        digits=digits,
        scores=_table([outcome.scores for outcome in outcomes]),
        expected=_table([outcome.expected for outcome in outcomes]),
        image_cycles=tuple(outcome.cycles for outcome in outcomes),
        warnings=data.warnings,
    )


def _table(rows: Sequence[tuple[Any, ...] | None]) -> NDArray[Any] | None:
    """The rows that are there as an array, zeros for the others; None if there is none."""
    if not any(rows):
        return None
    table = np.array([row or (0,) * CLASSES for row in rows])
    return table.astype(np.int8) if np.array_equal(table, table.astype(np.int8)) else table


def _label(data: Dataset, index: int) -> int | None:
    return None if data.labels is None else int(data.labels[index])


def _dataset(dataset: str | Dataset | None, limit: int | None) -> Dataset:
    if dataset is None:
        return default_dataset(limit=limit)
    if isinstance(dataset, str):
        return load_dataset(dataset, limit=limit)
    return replace(dataset).first(limit)
