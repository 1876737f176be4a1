"""The serial console: Renode's keywords with Renode's arguments, and a few of our own."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from robot.api.deco import keyword

from digitrig.errors import UnknownNameError, UsageError
from digitrig.robot.component import Component, milliseconds
from digitrig.robot.reader import LineReader, Match


class ConsoleKeywords(Component):
    """Keywords about the console."""

    @keyword
    def set_default_uart_timeout(self, timeout: timedelta) -> timedelta:
        """Sets how long console keywords wait unless told otherwise. Returns the time that held before."""
        before, self.rig.timeout = self.rig.timeout, timeout
        return before

    @keyword
    def create_terminal_tester(self, uart: str, timeout: timedelta | None = None, machine: str | None = None) -> int:
        """Makes a reader of a board's console with a position of its own and returns its number (``testerId``).

        ``uart`` is the board's console as its description names it, with or without ``sysbus.`` in front;
        ``machine`` is the alias of the board (default: the current one). Boards have a reader without this too.
        """
        opened = self.rig.find(machine) if machine is not None else self.current
        console = opened.board.spec.console
        if uart.removeprefix("sysbus.") != console:
            raise UnknownNameError(f"console of {opened.alias}", uart, [console])
        return self.rig.add_tester(LineReader(opened.board), timeout)

    @keyword
    def wait_for_line_on_uart(
        self,
        content: str,
        timeout: timedelta | None = None,
        testerId: int | None = None,
        treatAsRegex: bool = False,
        includeUnfinishedLine: bool = False,
        pauseEmulation: bool | None = None,
        matchNextLine: bool = False,
    ) -> Match:
        """Lets the board run until a console line contains this text, and returns the line.

        Lines are read in order: one that a wait has passed does not match again. ``treatAsRegex`` searches for a
        regular expression; its groups are in ``Groups`` of the result, the text in ``Line``, the virtual time in ms in
        ``Timestamp``. ``includeUnfinishedLine`` also accepts a line that has not ended; ``matchNextLine`` fails if
        the very next line is another one. ``pauseEmulation`` is accepted as in Renode; here time stands still after
        every keyword.
        """
        reader, limit = self._reader(testerId, timeout)
        pattern = _compiled(content, treatAsRegex)
        shown = f"a line matching /{content}/" if treatAsRegex else f"a line with '{content}'"
        return reader.wait_for(pattern, shown, limit, includeUnfinishedLine, matchNextLine)

    @keyword
    def wait_for_next_line_on_uart(
        self, timeout: timedelta | None = None, testerId: int | None = None, pauseEmulation: bool | None = None
    ) -> Match:
        """Lets the board run until its console has one more line, and returns that line."""
        reader, limit = self._reader(testerId, timeout)
        return reader.wait_for(re.compile(""), "any line", limit)

    @keyword
    def should_not_be_on_uart(
        self,
        content: str,
        timeout: timedelta | None = None,
        testerId: int | None = None,
        treatAsRegex: bool = False,
        includeUnfinishedLine: bool = False,
    ) -> None:
        """Lets the board run for the timeout and fails if a console line contains this text."""
        reader, limit = self._reader(testerId, timeout)
        reader.never(_compiled(content, treatAsRegex), content, limit, includeUnfinishedLine)

    @keyword
    def get_console_lines(self) -> list[str]:
        """Returns every finished line that the board has printed since it was opened."""
        return [text for _, text in self.board.lines()]

    @keyword
    def write_to_uart(self, content: str, testerId: int | None = None) -> None:
        """Sends text to the board at the pace of its baud rate."""
        self._reader(testerId, None)[0].board.send(content)

    @keyword
    def write_line_to_uart(
        self,
        content: str = "",
        testerId: int | None = None,
        waitForEcho: bool | None = None,
        pauseEmulation: bool | None = None,
    ) -> None:
        """Sends text and a line end. With ``waitForEcho`` it also waits until the board has sent the text back.

        Our console app does not echo, so ``waitForEcho`` is off unless asked for.
        """
        reader, limit = self._reader(testerId, None)
        reader.board.send(content + "\n")
        if waitForEcho:
            reader.wait_for(re.compile(re.escape(content)), f"the echo of '{content}'", limit)

    @keyword
    def send_bytes_to_uart(self, data: Any, *, baud: int | None = None, gap_bits: int = 0) -> int:
        """Sends raw bytes: ``01 ff 7e`` in hexadecimal, or a Python bytes object. Returns how many.

        ``baud`` is the sender's own speed (default: what the board's receiver is set to), ``gap_bits`` the pause after
        each byte in bit times.
        """
        raw = _raw_bytes(data)
        self.board.send(raw, baud=baud, gap_bits=gap_bits)
        return len(raw)

    def _reader(self, tester: int | None, timeout: timedelta | None) -> tuple[LineReader, float]:
        reader, own = self.rig.tester(tester)
        return reader, milliseconds(timeout or own or self.rig.timeout)


def _compiled(content: str, regex: bool) -> re.Pattern[str]:
    try:
        return re.compile(content if regex else re.escape(content))
    except re.error as error:
        raise UsageError(f"'{content}' is no regular expression: {error}") from error


def _raw_bytes(data: Any) -> bytes:
    if isinstance(data, bytes | bytearray):
        return bytes(data)
    try:
        return bytes.fromhex(str(data).replace("0x", " ").replace(",", " "))
    except ValueError as error:
        raise UsageError(f"'{data}' is not a row of bytes in hexadecimal such as '01 ff 7e'") from error
