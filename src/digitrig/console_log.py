"""A board's console as lines with the virtual time at which each one ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from digitrig.protocols import PS_PER_MS


@dataclass(frozen=True)
class Line:
    """One finished console line, without its line end. at_ps: when its last byte had left the board."""

    at_ps: int
    text: str


class ConsoleLog:
    """Collects bytes, gives lines. CR is dropped, LF ends a line; bytes that are no ASCII print as \\xNN."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._partial = bytearray()
        self._raw = bytearray()

    def add(self, received: Iterable[tuple[int, int]]) -> None:
        """received: (at_ps, byte) in order."""
        for at_ps, byte in received:
            self._raw.append(byte)
            if byte == 0x0A:
                self.lines.append(Line(at_ps, self._partial.decode("ascii", errors="backslashreplace")))
                self._partial.clear()
            elif byte != 0x0D:
                self._partial.append(byte)

    @property
    def partial(self) -> str:
        """The line that has not ended yet."""
        return self._partial.decode("ascii", errors="backslashreplace")

    @property
    def raw(self) -> bytes:
        """Every byte received."""
        return bytes(self._raw)

    def text(self) -> str:
        """Everything received, lines joined with LF."""
        parts = [line.text for line in self.lines]
        return "\n".join([*parts, self.partial] if self.partial else parts)

    def tail(self, count: int = 10) -> list[str]:
        """The last lines, each stamped with its virtual time in ms."""
        lines = [f"[{line.at_ps / PS_PER_MS:12.6f} ms] {line.text}" for line in self.lines[-count:]]
        return [*lines, f"[ unfinished line ] {self.partial}"] if self.partial else lines

    def mark(self) -> tuple[int, bytes, int]:
        """Where the log stands, for `back_to`."""
        return len(self.lines), bytes(self._partial), len(self._raw)

    def back_to(self, mark: tuple[int, bytes, int]) -> None:
        """Forget everything after a mark."""
        count, partial, raw = mark
        del self.lines[count:]
        self._partial = bytearray(partial)
        del self._raw[raw:]
