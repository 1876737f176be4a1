"""The same work on a dask cluster: one task per chunk, each dask worker thread keeps its own booted board."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any

from digitrig.digits.arrays import GreyImage, GreyImages
from digitrig.errors import MissingToolError, UsageError
from digitrig.evaluation.pool import WORKER_DIED, Report, chunks, rebuilt_error, start_message
from digitrig.evaluation.results import Outcome
from digitrig.evaluation.runner import BoardFactory, BoardJob, Runner
from digitrig.evaluation.worker import facts_of

CONNECT_S = 10
_boards = threading.local()
"""In a dask worker: the thread's own Runner and the job that it was made for."""


def need_dask() -> Any:
    """The `distributed` package. Raises MissingToolError with the command that installs it."""
    try:
        import distributed
    except ImportError as error:
        raise MissingToolError(
            "dask.distributed, which talks to the cluster, is not installed; run: pip install 'digitrig[dask]'"
        ) from error
    return distributed


class Cluster:
    """Runs images of one board after the other on the workers of a scheduler.

    address: of the scheduler, such as `tcp://10.0.0.1:8786`. The workers must have digitrig and the same firmware
    files; a worker whose firmware differs is refused. Raises MissingToolError, UsageError where nobody answers.
    """

    def __init__(self, address: str) -> None:
        distributed = need_dask()
        try:
            self._client = distributed.Client(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise UsageError(
                f"no dask scheduler answers at '{address}' within {CONNECT_S} s ({reason}); start one with: dask "
                "scheduler, and workers with: dask worker ADDRESS"
            ) from error
        self.incidents: list[str] = []
        self._distributed = distributed
        self._known = self._threads()
        if not self._known:
            self.close()
            raise UsageError(f"the dask scheduler at '{address}' has no workers; start some: dask worker {address}")

    def _threads(self) -> dict[str, int]:
        """Workers by address, with their number of threads."""
        return {address: int(count) for address, count in self._client.nthreads().items()}

    @property
    def workers(self) -> int:
        """Threads that run boards, over all workers."""
        return sum(self._known.values())

    def run(
        self, job: BoardJob, factory: BoardFactory, images: GreyImages, pending: Sequence[int], report: Report
    ) -> dict[int, Outcome]:
        """Return the outcomes by image; as `Pool.run`. dask runs the chunk of a lost worker again by itself; a chunk
        that ends several workers is cut into single images."""
        start_message(job, factory)
        self.incidents = []
        outcomes: dict[int, Outcome] = {}
        waiting = self._distributed.as_completed(loop=self._client.loop)
        chunk_of: dict[str, Sequence[int]] = {}

        def submit(chunk: Sequence[int]) -> None:
            work = [(index, images[index]) for index in chunk]
            future = self._client.submit(run_chunk, job, factory, work, pure=False)
            chunk_of[future.key] = chunk
            waiting.add(future)

        for chunk in chunks(pending, self.workers):
            submit(chunk)
        try:
            for future in waiting:
                for outcome in self._answers(future, chunk_of[future.key], submit):
                    outcomes[outcome.image] = outcome
                    report(outcome)
        finally:
            self._client.cancel([future for future in waiting.futures])
        self._note_losses()
        return outcomes

    def _answers(self, future: Any, chunk: Sequence[int], submit: Any) -> Iterable[Outcome]:
        """The outcomes of a chunk; none yet if it has to be run again in parts."""
        if future.status == "error":
            error = future.exception()
            if not isinstance(error, self._distributed.KilledWorker):
                raise rebuilt_error(*facts_of(error))
            if len(chunk) > 1:
                self.incidents.append(
                    f"dask workers died at images {chunk[0]} to {chunk[-1]}; they were run one by one"
                )
                for index in chunk:
                    submit([index])
                return []
            return [Outcome(chunk[0], error=WORKER_DIED, text=f"several dask workers died at image {chunk[0]}")]
        kind, *rest = future.result()
        if kind == "boot_failed":
            raise rebuilt_error(*rest)
        found: list[Outcome] = rest[0]
        return found

    def _note_losses(self) -> None:
        present = self._threads()
        for address in sorted(set(self._known) - set(present)):
            self.incidents.append(f"dask worker {address} was lost; its images were run by others")
        self._known = present or self._known

    def close(self) -> None:
        """Leave the cluster as it was."""
        self._client.close()


def run_chunk(job: BoardJob, factory: BoardFactory, work: Sequence[tuple[int, GreyImage]]) -> tuple[Any, ...]:
    """What a dask task does: ("done", outcomes), or ("boot_failed", class, text, fields)."""
    runner = getattr(_boards, "runner", None)
    if runner is None or _boards.made_for != (job, factory):
        if runner is not None:
            runner.close()
        runner = Runner(job, factory)
        try:
            runner.boot()
        except Exception as error:
            _boards.runner = None
            return ("boot_failed", *facts_of(error))
        _boards.runner, _boards.made_for = runner, (job, factory)
    return "done", [runner.run(index, image) for index, image in work]
