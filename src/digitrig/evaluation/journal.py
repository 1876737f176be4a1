"""What an evaluation has done so far, kept image by image, so that one that was interrupted can go on.

A journal is a text file: its first line says what is evaluated, with the hashes of all that took part; each further
line is one image of one board. A line that was cut off in the middle is dropped and its image is run again.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from digitrig.errors import FileFormatError, UsageError
from digitrig.evaluation.results import Outcome

FILE = "journal.jsonl"
KIND = "digitrig evaluation"
ADVICE = "leave out --resume to begin anew, or choose another folder with --run"


@dataclass(frozen=True)
class Subject:
    """What is evaluated. dataset: name, sha256 and number of images.  boards: one mapping of facts each, in order."""

    dataset: Mapping[str, Any]
    boards: Sequence[Mapping[str, Any]]

    def as_json(self) -> dict[str, Any]:
        return {"kind": KIND, "version": 1, "dataset": dict(self.dataset), "boards": [dict(b) for b in self.boards]}


class Journal:
    """The journal of one run folder, locked while it is open.

    resume: go on with what is there, if it is of the same subject; else begin anew.  done: after opening, the outcomes
    that are there, by board number and image.  notes: what was found damaged.
    Raises UsageError where another process has the folder, or where something has changed since (it says what), and
    FileFormatError for a file that is no journal.
    """

    def __init__(self, folder: Path, subject: Subject, resume: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / FILE
        self.done: list[dict[int, Outcome]] = [{} for _ in subject.boards]
        self.notes: list[str] = []
        self._file: IO[bytes] = self.path.open("ab+")
        try:
            self._lock()
            kept = self._take_over(subject) if resume else 0
            self._file.truncate(kept)
            if not kept:
                self._line(subject.as_json())
        except BaseException:
            self._file.close()
            raise

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(
                f"another evaluation is writing to {self.path.parent}; wait for it, or choose another --run NAME"
            ) from None

    def _take_over(self, subject: Subject) -> int:
        """Read what is there; returns how many bytes of it are whole lines."""
        self._file.seek(0)
        data = self._file.read()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            self.notes.append(f"{self.path}: the last line is cut off; its image is run again")
        lines = whole.splitlines()
        if not lines:
            return 0
        self._check(lines[0], subject)
        for number, line in enumerate(lines[1:], 2):
            try:
                board, outcome = _parse(json.loads(line))
                self.done[board][outcome.image] = outcome
            except (ValueError, KeyError, TypeError, IndexError):
                self.notes.append(f"{self.path}:{number}: the line is damaged; its image is run again")
        return len(whole)

    def _check(self, first: bytes, subject: Subject) -> None:
        try:
            found = json.loads(first)
        except ValueError:
            found = None
        if not isinstance(found, dict) or found.get("kind") != KIND or found.get("version") != 1:
            raise FileFormatError(
                self.path, "line 1 is not that of a journal", f"one that digitrig eval wrote; {ADVICE}"
            )
        changed = list(_changes(found, subject.as_json()))
        if changed:
            raise UsageError(f"{self.path} cannot be gone on with: {'; '.join(changed)}; {ADVICE}")

    def add(self, board: int, outcome: Outcome) -> None:
        """Keep an image. One that failed is not kept: it is run again by whoever resumes."""
        if not outcome.error:
            record = {"b": board, "i": outcome.image, "d": outcome.digit, "s": outcome.scores, "c": outcome.cycles}
            record["t"] = outcome.board_us
            record["x"] = True if outcome.expected == outcome.scores else outcome.expected
            self._line(record)

    def _line(self, record: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(record, separators=(",", ":")).encode() + b"\n")
        self._file.flush()

    def close(self) -> None:
        """Let the folder go."""
        self._file.close()


def in_use(folder: Path) -> bool:
    """True while another evaluation writes to a run folder."""
    if not (folder / FILE).is_file():
        return False
    with (folder / FILE).open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _parse(record: Mapping[str, Any]) -> tuple[int, Outcome]:
    scores = None if record["s"] is None else tuple(record["s"])
    expected = scores if record["x"] is True else None if record["x"] is None else tuple(record["x"])
    outcome = Outcome(int(record["i"]), int(record["d"]), scores, record["c"], record["t"], expected)
    return int(record["b"]), outcome


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Any:
    """Sentences about what differs, for people."""
    if len(old["boards"]) != len(new["boards"]) or any(
        was["board"] != now["board"] for was, now in zip(old["boards"], new["boards"], strict=True)
    ):
        names = [", ".join(board["board"] for board in side["boards"]) for side in (old, new)]
        yield f"its boards are {names[0]}, asked for {names[1]}"
        return
    for was, now in [(old["dataset"], new["dataset"]), *zip(old["boards"], new["boards"], strict=True)]:
        where = f" of {now['board']}" if "board" in now else " of the data set"
        for name in dict.fromkeys([*was, *now]):
            if was.get(name) != now.get(name):
                yield f"{name}{where} was {_short(was.get(name))}, is {_short(now.get(name))}"


def _short(value: Any) -> str:
    return f"{value[:12]}..." if isinstance(value, str) and len(value) == 64 else str(value)
