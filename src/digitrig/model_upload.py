"""Sending a `.tflite` model to the interpreter app, over the UART or by a debugger's writes (docs/interpreter.md).

The board counts what it has received. After a frame that was lost or damaged, and after a host that went away, the same
command goes on from there.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from digitrig.errors import CheckFailed, MissingFileError, TimeLimitReached, UnknownNameError, UsageError

FRAME_BYTES = 512
ATTEMPTS = 8  # in a row without progress
ANSWER_MS = 500.0  # a frame takes 45 ms, its answer 3 ms
CHECK_MS = 60_000.0  # checks of the whole model; limits a bad build, not a slow one
PROGRESS = re.compile(r"^(?:ready for the model from|received) (\d+) of (\d+)$")

Progress = Callable[[int, int], None]


class UploadBoard(Protocol):
    """What this needs of a board; `digitrig.board.Board` has it."""

    name: str

    def send(self, data: bytes | str) -> None: ...

    def run_until_line(self, pattern: str, timeout_ms: float | None = None, *, regex: bool = False) -> Any: ...

    def settle(self) -> None: ...

    def symbol(self, name: str) -> tuple[int, int]: ...

    def write_symbol(self, name: str, data: bytes) -> None: ...


def frame(number: int, content: bytes) -> bytes:
    """One frame: number, content, CRC-16/CCITT-FALSE of both; numbers high byte first."""
    body = number.to_bytes(2, "big") + content
    return body + binascii.crc_hqx(body, 0xFFFF).to_bytes(2, "big")


def read_model(path: Path | str, area: int) -> bytes:
    """The bytes of a model file. Raises MissingFileError, UsageError if it is empty or larger than the board's area."""
    file = Path(path)
    if not file.is_file():
        raise MissingFileError(file, "model file", "models that come with digitrig: digitrig boards")
    data = file.read_bytes()
    if not 1 <= len(data) <= area:
        raise UsageError(f"{file} has {len(data)} bytes; the board takes models of 1 to {area} bytes")
    return data


def send_model(
    board: UploadBoard, data: bytes, name: str, rule: str, inject: str, progress: Progress | None = None
) -> None:
    """Have a board use a model from now on until its next reset.

    name: for the banner.  rule: how a picture becomes the input, or "" for what suits the input's size.
    Raises CheckFailed with the board's own words if it refuses the model, UnknownNameError for another `inject`.
    """
    if inject == "memory":
        board.write_symbol("digitrig_model_area", data)
        board.write_symbol("digitrig_model_name", _text(name, board.symbol("digitrig_model_name")[1]))
        board.write_symbol("digitrig_model_rule", _text(rule, board.symbol("digitrig_model_rule")[1]))
        board.write_symbol("digitrig_model_bytes", len(data).to_bytes(4, "little"))
        _accepted(board)
    elif inject == "uart":
        _Sender(board, data, f"{name} {rule}".strip(), progress or (lambda done, whole: None)).send()
    else:
        raise UnknownNameError("injection", inject, ("uart", "memory"))
    if progress is not None:
        progress(len(data), len(data))


def _text(text: str, room: int) -> bytes:
    return text.encode("ascii", "replace")[: room - 1].ljust(room, b"\0")


def _accepted(board: UploadBoard) -> None:
    line = board.run_until_line(r"^(ready$|error:)", CHECK_MS, regex=True).text
    if line.startswith("error:"):
        raise CheckFailed(f"{board.name} refuses the model: {line}")


class _Sender:
    """Frame by frame, each after the answer to the last."""

    def __init__(self, board: UploadBoard, data: bytes, words: str, progress: Progress) -> None:
        self.board, self.data, self.progress = board, data, progress
        self.command = f"model {len(data)} {binascii.crc32(data):08x} {words}".rstrip() + "\n"

    def send(self) -> None:
        """Send all of it. ATTEMPTS tries in a row that bring the board no further end it."""
        done, attempts = 0, 0
        while done < len(self.data):
            begin, said = self._begin()
            reached = done if begin is None else self._frames(begin)
            attempts = 0 if reached > done else attempts + 1
            done = max(done, reached)
            if attempts >= ATTEMPTS:
                raise CheckFailed(
                    f"{self.board.name}: {attempts} tries brought the model no further than {done} of "
                    f"{len(self.data)} bytes; the board's answer to '{self.command.strip()}' is '{said}'"
                )
        _accepted(self.board)

    def _begin(self) -> tuple[int | None, str]:
        """Ask where to go on; None if the board does not say."""
        self.board.settle()
        self.board.send(self.command)
        return self._answer()

    def _answer(self) -> tuple[int | None, str]:
        """How many bytes the board has, by its next answer, and that answer."""
        try:
            line = self.board.run_until_line(r"^(ready for the model|received |error:)", ANSWER_MS, regex=True).text
        except TimeLimitReached:
            return None, "nothing"
        match = PROGRESS.match(line)
        return (int(match.group(1)) if match else None), line

    def _frames(self, begin: int) -> int:
        """Send frames from there on until one is not taken; returns how many bytes the board has."""
        received: int | None = begin
        done = begin
        while received is not None and received < len(self.data):
            done = received
            self.board.send(frame(done // FRAME_BYTES, self.data[done : done + FRAME_BYTES]))
            received, _said = self._answer()
            self.progress(done if received is None else received, len(self.data))
        return done if received is None else received
