"""Worker processes for one board: chunks go out in order, outcomes come back in any, and a death loses nothing.

Processes are started with `subprocess`, not forked, so that it does not matter what threads the caller runs.
"""

from __future__ import annotations

import os
import pickle
import selectors
import signal
import subprocess
import sys
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

import digitrig.errors
from digitrig.digits.arrays import GreyImages
from digitrig.errors import DigitrigError, EngineError, UsageError
from digitrig.evaluation.results import Outcome
from digitrig.evaluation.runner import BoardFactory, BoardJob
from digitrig.evaluation.worker import LENGTH, pack

LARGEST_CHUNK = 64
TRIES = 2
"""How many workers an image may end before it is given up; a worker that somebody killed costs no image."""
WORKER_DIED = "WorkerDied"
WORKER_PROGRAM = "from digitrig.evaluation.worker import main; raise SystemExit(main())"
Report = Callable[[Outcome], object]


@dataclass(eq=False)
class _Worker:
    """A worker process as its owner sees it. assigned: image indexes it has not answered yet, in their order."""

    process: subprocess.Popen[bytes]
    errors: IO[bytes]
    ready: bool = False
    idle: bool = False
    answered: int = 0
    refusal: DigitrigError | None = None
    assigned: deque[int] = field(default_factory=deque)
    received: bytearray = field(default_factory=bytearray)

    def messages(self) -> Iterator[Any]:
        """Take the complete messages out of what was received."""
        while len(self.received) >= LENGTH.size:
            end = LENGTH.size + LENGTH.unpack_from(self.received)[0]
            if len(self.received) < end:
                return
            yield pickle.loads(self.received[LENGTH.size : end])
            del self.received[:end]

    def last_words(self) -> str:
        """How it ended, with the end of what it wrote to standard error."""
        status = self.process.wait()
        ended = f"by {signal.Signals(-status).name}" if status < 0 else f"with exit code {status}"
        self.errors.seek(0)
        lines = self.errors.read()[-2000:].decode("utf-8", "replace").strip().splitlines()
        return f"worker process ended {ended}" + (f": {' | '.join(lines[-3:])}" if lines else "")

    @property
    def was_killed(self) -> bool:
        """True when a signal ended it."""
        return self.process.wait() < 0


class Pool:
    """Runs images on `workers` processes of one board.

    images: (N, 28, 28).  pending: which of them to run.  report: called with each outcome as it comes.
    incidents: after `run`, what went wrong and cost nothing, one sentence each.
    """

    def __init__(
        self,
        job: BoardJob,
        factory: BoardFactory,
        images: GreyImages,
        pending: Sequence[int],
        workers: int,
        report: Report,
    ) -> None:
        self._images, self._report = images, report
        self._start_message = start_message(job, factory)
        self._left = len(pending)
        self._chunks = chunks(pending, workers)
        self._selector = selectors.DefaultSelector()
        self._outcomes: dict[int, Outcome] = {}
        self._workers: list[_Worker] = []
        self._count = workers
        self._refusal = ""
        self._deaths: Counter[int] = Counter()
        self._boot_deaths = 0
        self.incidents: list[str] = []

    def run(self) -> dict[int, Outcome]:
        """Return the outcomes by image.

        Raises the error of the board where no worker can boot it. A worker that dies is replaced and its image is run
        again; an image at which a second worker dies is reported as failed.
        """
        try:
            for _ in range(self._count):
                self._spawn()
            while self._workers and len(self._outcomes) < self._left:
                for key, _ in self._selector.select():
                    self._listen(key.data)
            self._give_up_rest()
            return self._outcomes
        finally:
            self.close()

    def close(self) -> None:
        """End all workers; those that are busy are killed."""
        for worker in self._workers:
            if len(self._outcomes) < self._left:
                worker.process.kill()
            self._dismiss(worker)
        self._workers.clear()
        self._selector.close()

    def _spawn(self) -> None:
        errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the worker
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER_PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
        )
        worker = _Worker(process, errors)
        self._workers.append(worker)
        self._selector.register(_pipe(process.stdout), selectors.EVENT_READ, worker)
        _send(worker, self._start_message)

    def _listen(self, worker: _Worker) -> None:
        data = os.read(_pipe(worker.process.stdout).fileno(), 1 << 16)
        if not data:
            self._lost(worker)
            return
        worker.received += data
        for message in worker.messages():
            if message[0] == "image":
                worker.assigned.popleft()
                worker.answered += 1
                self._keep(message[1])
            elif message[0] == "boot_failed":
                worker.refusal = rebuilt_error(*message[1:])
            else:
                worker.ready = worker.idle = True
        if worker.idle and self._chunks:
            self._assign(worker)

    def _assign(self, worker: _Worker) -> None:
        chunk = self._chunks.popleft()
        worker.assigned.extend(chunk)
        worker.idle = False
        _send(worker, pack([(index, self._images[index]) for index in chunk]))

    def _lost(self, worker: _Worker) -> None:
        """A worker's answers ended: give its work to others, and replace it if it had booted."""
        _pipe(worker.process.stdin).close()
        words = worker.last_words()
        self._share_out(list(worker.assigned), words)
        self._workers.remove(worker)
        self._dismiss(worker)
        if worker.ready:
            if self._chunks:
                self._spawn()
        elif worker.was_killed and worker.refusal is None and self._boot_deaths < TRIES:
            self._boot_deaths += 1
            self.incidents.append(f"{words}, before its board was ready; another was started")
            self._spawn()
        elif not self._outcomes and not any(other.ready for other in self._workers):
            raise worker.refusal or EngineError(f"{words}, before its board was ready")
        else:
            self._refusal = str(worker.refusal or words)
        for other in self._workers:
            if other.idle and self._chunks:
                self._assign(other)

    def _share_out(self, rest: list[int], words: str) -> None:
        """What a dead worker has not answered: its image goes to another one alone, what came after it as a chunk."""
        if not rest:
            return
        first = rest[0]
        self._deaths[first] += 1
        if rest[1:]:
            self._chunks.appendleft(rest[1:])
        text = f"{words}, while it ran image {first}"
        if self._deaths[first] < TRIES:
            self._chunks.appendleft([first])
            self.incidents.append(f"{text}; the image was run again")
        else:
            self._keep(Outcome(first, error=WORKER_DIED, text=f"{text}, for the second time"))

    def _give_up_rest(self) -> None:
        """Report what is left when no worker is."""
        for chunk in self._chunks:
            for index in chunk:
                self._keep(
                    Outcome(index, error=WORKER_DIED, text=f"no worker could boot the board again: {self._refusal}")
                )

    def _keep(self, outcome: Outcome) -> None:
        self._outcomes[outcome.image] = outcome
        self._report(outcome)

    def _dismiss(self, worker: _Worker) -> None:
        self._selector.unregister(_pipe(worker.process.stdout))
        _pipe(worker.process.stdin).close()
        worker.process.wait()
        _pipe(worker.process.stdout).close()
        worker.errors.close()


def start_message(job: BoardJob, factory: BoardFactory) -> bytes:
    """The message that starts a worker; UsageError for a factory that cannot travel."""
    try:
        return pack((job, factory))
    except (pickle.PicklingError, AttributeError, TypeError):
        raise UsageError(
            f"board factory {factory!r} cannot be sent to a worker; expected a function of a module, or workers=0"
        ) from None


def chunks(pending: Sequence[int], workers: int) -> deque[Sequence[int]]:
    """Cut image indexes into chunks in their order, small enough that the workers end at about the same time."""
    size = max(1, min(LARGEST_CHUNK, -(-len(pending) // (max(1, workers) * 8))))
    return deque(pending[start : start + size] for start in range(0, len(pending), size))


def rebuilt_error(name: str, text: str, facts: Mapping[str, Any]) -> DigitrigError:
    """Return an error like the one that a worker met: of its class where it is one of ours, with text and fields."""
    kind = getattr(digitrig.errors, name, None)
    if isinstance(kind, type) and issubclass(kind, DigitrigError):
        error = kind.__new__(kind)
        Exception.__init__(error, text)
        vars(error).update(facts)
        return error
    return EngineError(f"{name}: {text}")


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise EngineError("worker process has no pipe")
    return stream


def _send(worker: _Worker, message: bytes) -> None:
    """Send to a worker; that it is gone shows when its answers end."""
    stream = _pipe(worker.process.stdin)
    try:
        stream.write(message)
        stream.flush()
    except (BrokenPipeError, ConnectionResetError):
        return
