"""Worker processes for one board: chunks go out in order, outcomes come back in any, and a death loses one image.

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
from collections import deque
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
WORKER_DIED = "WorkerDied"
WORKER_PROGRAM = "from digitrig.evaluation.worker import main; raise SystemExit(main())"


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


class Pool:
    """Runs images on `workers` processes of one board.

    images: (N, 28, 28).  report: called with each outcome as it comes.
    """

    def __init__(
        self,
        job: BoardJob,
        factory: BoardFactory,
        images: GreyImages,
        workers: int,
        report: Callable[[Outcome], object],
    ) -> None:
        self._images, self._report = images, report
        try:
            self._start_message = pack((job, factory))
        except (pickle.PicklingError, AttributeError, TypeError):
            raise UsageError(
                f"board factory {factory!r} cannot be sent to a worker; expected a function of a module, or workers=0"
            ) from None
        self._chunks = chunks(len(images), workers)
        self._selector = selectors.DefaultSelector()
        self._outcomes: dict[int, Outcome] = {}
        self._workers: list[_Worker] = []
        self._count = workers
        self._refusal = ""

    def run(self) -> list[Outcome]:
        """Return the outcomes in the order of the images.

        Raises the error of the board where no worker can boot it. A worker that dies is replaced; its image is reported
        as failed and the rest of its chunk is run by others.
        """
        try:
            for _ in range(self._count):
                self._spawn()
            while self._workers and len(self._outcomes) < len(self._images):
                for key, _ in self._selector.select():
                    self._listen(key.data)
            self._give_up_rest()
            return [self._outcomes[index] for index in range(len(self._images))]
        finally:
            self.close()

    def close(self) -> None:
        """End all workers; those that are busy are killed."""
        for worker in self._workers:
            if len(self._outcomes) < len(self._images):
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
        rest = list(worker.assigned)
        if rest:
            text = f"{words}, while it ran image {rest[0]}"
            self._keep(Outcome(rest[0], error=WORKER_DIED, text=text))
            if rest[1:]:
                self._chunks.appendleft(rest[1:])
        self._workers.remove(worker)
        self._dismiss(worker)
        if worker.ready:
            if self._chunks:
                self._spawn()
        elif not self._outcomes and not any(other.ready for other in self._workers):
            raise worker.refusal or EngineError(f"{words}, before its board was ready")
        else:
            self._refusal = str(worker.refusal or words)
        for other in self._workers:
            if other.idle and self._chunks:
                self._assign(other)

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


def chunks(images: int, workers: int) -> deque[Sequence[int]]:
    """Cut image indexes into consecutive chunks, small enough that the workers end at about the same time."""
    size = max(1, min(LARGEST_CHUNK, -(-images // (workers * 8))))
    return deque(range(start, min(images, start + size)) for start in range(0, images, size))


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
