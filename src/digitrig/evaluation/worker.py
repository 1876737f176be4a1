"""A worker process: takes chunks of images on its standard input, gives one message per image on its output.

Started by `pool.py` as a Python of its own that calls `main`, so that nothing of the caller's state or threads comes
along. Messages are pickles with a length before each; both ends are this package.
"""

from __future__ import annotations

import faulthandler
import os
import pickle
import signal
import struct
import sys
from typing import Any, BinaryIO

from digitrig.evaluation.runner import BoardFactory, BoardJob, Runner

LENGTH = struct.Struct("<I")


def pack(message: object) -> bytes:
    """Return a message as its length and its pickle."""
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(body)) + body


def read_message(stream: BinaryIO) -> Any:
    """Return the next message, None at the end of the stream."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    return pickle.loads(stream.read(LENGTH.unpack(head)[0]))


def serve(requests: BinaryIO, answers: int) -> None:
    """Boot the board that the first message names, then run chunks until the requests end.

    Requests: (job, factory), then lists of (index, image).  Answers: ("ready",) or ("boot_failed", class, text,
    fields), then an ("image", outcome) for each image and ("idle",) after each chunk.
    """
    try:
        job, factory = read_message(requests)
        runner = _boot(job, factory)
    except Exception as error:
        os.write(answers, pack(("boot_failed", *facts_of(error))))
        return
    os.write(answers, pack(("ready",)))
    while (chunk := read_message(requests)) is not None:
        for index, image in chunk:
            os.write(answers, pack(("image", runner.run(index, image))))
        os.write(answers, pack(("idle",)))
    runner.close()


def facts_of(error: Exception) -> tuple[str, str, dict[str, Any]]:
    """(class, text, fields) of an error: what travels of it, as exceptions with their own arguments do not."""
    kept = (str, int, float, list, tuple)
    return (
        type(error).__name__,
        str(error),
        {name: value for name, value in vars(error).items() if isinstance(value, kept)},
    )


def _boot(job: BoardJob, factory: BoardFactory) -> Runner:
    runner = Runner(job, factory)
    runner.boot()
    return runner


def main() -> int:
    """Serve on standard input and output; what the package prints goes to standard error."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    answers = os.dup(1)
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers)
    return 0
