"""Reading a console line by line from a position of one's own, in virtual time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from digitrig.errors import CheckFailed, FirmwareFault, TimeLimitReached
from digitrig.protocols import StopReason

if TYPE_CHECKING:
    from digitrig.board import Board

UNFINISHED_STEP_MS = 0.1
ENDS = (StopReason.ASLEEP, StopReason.LOCKUP, StopReason.UNDEFINED, StopReason.EXIT)


@dataclass(frozen=True)
class Match:
    """A line that was waited for. The fields have Renode's names; Timestamp is virtual time in ms."""

    Line: str
    Timestamp: float
    Groups: tuple[str, ...] = ()


class LineReader:
    """Lines of one board's console in order, each delivered once; an unfinished one on request."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.position = 0

    def skip(self) -> Self:
        """Begin with what the board prints from now on."""
        self.position = len(self.board.lines())
        return self

    def wait_for(
        self, pattern: re.Pattern[str], shown: str, timeout_ms: float, unfinished: bool = False, next_only: bool = False
    ) -> Match:
        """Let the board run until a line matches; that line and those before it count as read.

        shown: how an error calls what was waited for.  unfinished: a line without its end may match too.
        next_only: the very next line has to match, else CheckFailed.  Raises TimeLimitReached at the limit.
        """
        deadline = self._now_ms() + timeout_ms
        while True:
            match = self._take(pattern, shown, next_only) or (self._unfinished(pattern) if unfinished else None)
            if match is not None:
                return match
            self._run_on(deadline, shown, timeout_ms, unfinished)

    def never(self, pattern: re.Pattern[str], shown: str, timeout_ms: float, unfinished: bool = False) -> None:
        """Let the board run for the whole time; CheckFailed as soon as a line matches."""
        try:
            match = self.wait_for(pattern, shown, timeout_ms, unfinished)
        except TimeLimitReached:
            return
        raise CheckFailed(
            f"'{match.Line}' is on the console at {match.Timestamp:.3f} ms; nothing with '{shown}' expected"
        )

    def _take(self, pattern: re.Pattern[str], shown: str, next_only: bool) -> Match | None:
        lines = self.board.lines()
        while self.position < len(lines):
            at_ps, text = lines[self.position]
            self.position += 1
            found = pattern.search(text)
            if found:
                return Match(text, at_ps / 1e9, found.groups())
            if next_only:
                raise CheckFailed(f"the next line on the console is '{text}', expected {shown}")
        return None

    def _unfinished(self, pattern: re.Pattern[str]) -> Match | None:
        for text in filter(None, self.board.console_text().split("\n")[len(self.board.lines()) :]):
            found = pattern.search(text)
            if found:
                return Match(text, self._now_ms(), found.groups())
        return None

    def _run_on(self, deadline_ms: float, shown: str, timeout_ms: float, unfinished: bool) -> None:
        """Run to the next line end, or a little if an unfinished line is of interest; raise at the deadline."""
        left = deadline_ms - self._now_ms()
        try:
            if unfinished and left > 0:
                stop = self.board.run_for(min(left, UNFINISHED_STEP_MS))
                if stop.reason not in ENDS:
                    return
                left = 0.0
            self.board.run_until_line("", max(left, 0.0))
        except TimeLimitReached:
            spent = timeout_ms - max(0.0, deadline_ms - self._now_ms())
            report = self.board.fault_report()
            raise TimeLimitReached(f"{shown} not seen in {spent:g} of {timeout_ms:g} ms\n{report}") from None
        except FirmwareFault as error:
            raise FirmwareFault(f"{shown} not seen: {error}") from None

    def _now_ms(self) -> float:
        return self.board.machine.clock.now_ps / 1e9
