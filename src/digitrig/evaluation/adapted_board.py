"""A board with firmware that we did not write, made to answer like ours by its adapter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from digitrig.board import Board, BoardSnapshot, crc16_ccitt
from digitrig.console_log import Line
from digitrig.digits.arrays import GreyImage
from digitrig.errors import CheckFailed, FirmwareFault, TimeLimitReached, UnknownNameError, UsageError
from digitrig.evaluation.adapter import TYPES, Adapter, Reading, Value
from digitrig.evaluation.metrics import CLASSES
from digitrig.evaluation.results import Scores
from digitrig.evaluation.runner import BoardJob
from digitrig.evaluation.touching import draw
from digitrig.protocols import PS_PER_MS, PS_PER_US, Machine, Stop, StopReason

GOES_ON = (StopReason.BREAKPOINT, StopReason.CONSOLE)


@dataclass(frozen=True)
class AdaptedAnswer:
    """What foreign firmware answered. scores: None where it tells none.  cycles, instructions: of the function that the
    adapter measures, else None.  board_us: virtual time from injection to answer.  lines: the console since then."""

    digit: int
    scores: Scores | None
    cycles: int | None
    instructions: int | None
    board_us: int
    lines: tuple[str, ...]


class AdaptedBoard:
    """Boots the firmware of a job that has an adapter. `emulated` is the board itself, for those who look inside."""

    def __init__(self, job: BoardJob) -> None:
        if job.adapter is None or job.elf is None:
            raise UsageError(f"{job.board}: no adapter given for its firmware")
        self.adapter: Adapter = job.adapter
        self.emulated = Board(job.board, elf=job.elf, model=job.model, engine=job.engine)
        if "interpreter_layer_done" in self.emulated.image.symbols:  # our own interpreter, given as a file
            self.emulated.app = "interpreter"
        self._measured = self.adapter.measure.replace("{model}", job.model)
        self._counts: tuple[int | None, int] | None = None
        self._begun: Stop | None = None
        self._watched: dict[int, str] = {}

    @property
    def machine(self) -> Machine:
        """The emulated machine, whose clock tells how long an answer takes."""
        return self.emulated.machine

    def start(self) -> AdaptedBoard:
        """Run to where the application takes images. Raises UsageError for symbols that the firmware does not have."""
        self._check_symbols()
        start, board = self.adapter.start, self.emulated
        board.limit_ms = self.adapter.timeout_ms
        if start.line is not None:
            self._await_line(start.line, "the start of the application")
        elif start.function:
            self._run_to(self._code(start.function), f"function '{start.function}'")
        elif start.after_ms:
            board.run_for(start.after_ms)
        return self

    def _check_symbols(self) -> None:
        adapter = self.adapter
        image, answer = adapter.image, adapter.answer
        values = [image.request.value if image.request else None, answer.digit.value, answer.scores.value]
        names = [image.symbol, adapter.start.function, answer.function, *(v.symbol for v in values if v)]
        for name in filter(None, names):
            if name not in self.emulated.image.symbols:
                known = [s for s in self.emulated.image.symbols if not s.startswith("$")]
                error = UnknownNameError("symbol", name, known)
                raise UsageError(f"{adapter.path}: {self.emulated.firmware_file} does not have what it names: {error}")

    def _code(self, function: str) -> int:
        return self.emulated.symbol(function)[0] & ~1

    def predict(self, image: GreyImage, inject: Any = "adapter") -> AdaptedAnswer:
        """Give the application an image and read its answer.

        image: (28, 28) uint8.  inject: the adapter says how. Raises CheckFailed for an answer that is not as the
        adapter says, TimeLimitReached without one, FirmwareFault, UsageError where the board has no such input.
        """
        board = self.emulated
        first, begun_ps = len(board.lines()), board.machine.clock.now_ps
        self._counts = self._begun = None
        if self._measured in board.image.symbols:
            self._watch(self._code(self._measured), "measured")
        self._inject(image)
        answer = self.adapter.answer
        if answer.function:
            self._run_to(self._code(answer.function), f"function '{answer.function}', where the answer is complete")
        elif answer.last is not None:
            self._await_line(answer.last, "the answer")
        lines = tuple(text for _, text in board.lines()[first:])
        digit = self._digit(lines)
        cycles, instructions = self._counts or (None, None)
        spent = (board.machine.clock.now_ps - begun_ps) // PS_PER_US
        return AdaptedAnswer(digit, self._scores(lines), cycles, instructions, spent, lines)

    # ------------------------------------------------------------------ the image
    def _inject(self, image: GreyImage) -> None:
        way, board = self.adapter.image, self.emulated
        if way.how == "none":
            return
        if way.how == "touch":
            draw(board, image, way.area, way.button)
        elif way.how == "memory":
            board.write_symbol(way.symbol, way.numbers(image).tobytes())
            if way.request is not None:
                kind = np.dtype(TYPES[way.request.value.type])
                board.write_symbol(way.request.value.symbol, np.array([way.request.number], kind).tobytes())
        else:
            self._send(image)

    def _send(self, image: GreyImage) -> None:
        way, board = self.adapter.image, self.emulated
        if way.command:
            board.send(way.command, gap_bits=way.gap_bits)
        if way.wait_for:
            self._await_line(re.compile(way.wait_for), "leave to send the image")
        if way.how == "uart_text":
            data = way.text(image).encode("ascii")
        else:
            data = way.numbers(image).tobytes()
            if way.checksum == "crc16-ccitt":
                data += crc16_ccitt(data).to_bytes(2, "big")
            data += way.terminator.encode("ascii")
        board.send(data, gap_bits=way.gap_bits)

    # ------------------------------------------------------------------ waiting
    def _await_line(self, pattern: re.Pattern[str], what: str) -> Line:
        """Run to a console line; a measured function is timed on the way."""
        board = self.emulated
        end = board.machine.clock.now_ps + round(self.adapter.timeout_ms * PS_PER_MS)
        seen = len(board.lines())
        while self._watched and self._counts is None and board.machine.clock.now_ps < end:
            stop = self._step(end)
            arrived = [text for _, text in board.lines()[seen:]]
            if any(pattern.search(text) for text in arrived) or stop.reason not in GOES_ON:
                break
        left = max(0.0, (end - board.machine.clock.now_ps) / PS_PER_MS)
        try:
            return board.run_until_line(pattern.pattern, left, regex=True)
        except TimeLimitReached as error:
            text = f"{what} did not come within {self.adapter.timeout_ms:g} ms: "
            raise TimeLimitReached(f"{board.name}: {text}{str(error).partition(': ')[2]}") from None

    def _run_to(self, address: int, what: str) -> None:
        board = self.emulated
        self._watch(address, "goal")
        end = board.machine.clock.now_ps + round(self.adapter.timeout_ms * PS_PER_MS)
        try:
            while board.machine.clock.now_ps < end:
                stop = self._step(end)
                if stop.reason is StopReason.BREAKPOINT and stop.pc == address:
                    return
                if stop.reason not in GOES_ON:
                    break
        finally:
            self._forget(address)
        kind = FirmwareFault if board.faults() else TimeLimitReached
        raise kind(
            f"{board.name}: {what} was not reached within {self.adapter.timeout_ms:g} ms\n{board.fault_report()}"
        )

    def _step(self, end_ps: int) -> Stop:
        """Run to the next breakpoint or console line; keeps the counts of the measured function."""
        machine = self.emulated.machine
        machine.console.stop_on(0x0A)
        machine.stop_on_fault(True)
        stop = machine.run(max(0, end_ps - machine.clock.now_ps))
        self.emulated.run_for(0)  # takes what was printed
        role = self._watched.get(stop.pc) if stop.reason is StopReason.BREAKPOINT else None
        if role == "measured":
            self._begun = stop
            self._forget(stop.pc)
            self._watch(stop.lr & ~1, "return")
        elif role == "return" and self._begun is not None:
            begun = self._begun
            cycles = None if stop.cycles is None or begun.cycles is None else stop.cycles - begun.cycles
            self._counts = (cycles, stop.instructions - begun.instructions)
            self._forget(stop.pc)
        return stop

    def _watch(self, address: int, role: str) -> None:
        self._watched[address] = role
        self.emulated.machine.set_breakpoint(address)

    def _forget(self, address: int) -> None:
        if self._watched.pop(address, None):
            self.emulated.machine.set_breakpoint(address, False)

    # ------------------------------------------------------------------ the answer
    def _digit(self, lines: tuple[str, ...]) -> int:
        numbers = self._numbers(self.adapter.answer.digit, lines, 1, "digit")
        digit = int(numbers[0])
        if digit != numbers[0] or not 0 <= digit < CLASSES:
            raise CheckFailed(f"{self.emulated.name}: the answer's digit is {numbers[0]}, expected 0 to 9")
        return digit

    def _scores(self, lines: tuple[str, ...]) -> Scores | None:
        way = self.adapter.answer.scores
        if way.pattern is None and way.value is None:
            return None
        return self._numbers(way, lines, CLASSES, "scores")

    def _numbers(self, way: Reading, lines: tuple[str, ...], count: int, what: str) -> Scores:
        if way.value is not None:
            return self._variable(way.value)
        if way.pattern is None:
            return ()
        texts = [match.group(1) for line in lines for match in way.pattern.finditer(line)]
        if len(texts) < count:
            raise CheckFailed(
                f"{self.emulated.name}: {len(texts)} of {count} {what} found by '{way.pattern.pattern}' in the answer: "
                + (" | ".join(lines) or "nothing")
            )
        try:
            return tuple(
                float(text) if "." in text or "e" in text.lower() else int(text, 10) for text in texts[-count:]
            )
        except ValueError:
            raise CheckFailed(
                f"{self.emulated.name}: '{way.pattern.pattern}' found '{texts[-count]}' for {what}, expected a number"
            ) from None

    def _variable(self, value: Value) -> Scores:
        data = self.emulated.read_symbol(value.symbol)
        kind = np.dtype(TYPES[value.type])
        if len(data) < kind.itemsize * value.count:
            raise UsageError(
                f"{self.adapter.path}: symbol '{value.symbol}' has {len(data)} bytes, "
                f"expected {value.count} x {value.type}"
            )
        return tuple(np.frombuffer(data, kind, value.count).tolist())

    # ------------------------------------------------------------------ state
    def snapshot(self) -> BoardSnapshot:
        """The whole state."""
        return self.emulated.snapshot()

    def restore(self, snapshot: Any) -> None:
        """Go back to a snapshot; breakpoints of an image before are gone."""
        for address in list(self._watched):
            self._forget(address)
        self.emulated.restore(snapshot)

    def close(self) -> None:
        """Free the board."""
        self.emulated.close()
