"""`Board`: an emulated board with firmware on it, for Python, Robot and the command line alike."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from digitrig.console_log import ConsoleLog, Line
from digitrig.errors import CheckFailed, FirmwareFault, ShapeError, TimeLimitReached, UnknownNameError, UsageError
from digitrig.glass import Strokes, check_strokes, write_png
from digitrig.platform import BoardSpec, board_names, load_board
from digitrig.protocols import PS_PER_MS, Display, LogEntry, Machine, Stop, StopReason, Touch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

IMAGE_BYTES = 784
READY = "ready"
LAST_PLACE_MS = 12.0  # how long a finger stays at the last place of a stroke: one scan of the panel sees it there
LAST_RESULT_LINE = "Inference time"
FAULT_GRACE_PS = 100 * PS_PER_MS  # what a fault handler gets to print its report before a wait ends
SILENCE_MS = 25.0  # the console app listens again 20 ms after an error, counted in whole ms of its own
ENDS_WAIT = {StopReason.ASLEEP, StopReason.LOCKUP, StopReason.UNDEFINED, StopReason.EXIT}
_SCORE = re.compile(r"^class = (\d+)$|^Confidence = (-?\d+)$")


@dataclass(frozen=True)
class Prediction:
    """One result of the firmware.

    scores: ten int8, one per digit.  cycles, instructions: of the inference itself, by the engine; None where the
    engine or the firmware gives none.  inference_us: by the board's own timer.  lines: the console lines of it.
    """

    digit: int
    scores: tuple[int, ...]
    cycles: int | None
    instructions: int | None
    inference_us: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class BoardSnapshot:
    """A board at one instant: the machine's state and where the console log stood."""

    machine: object
    console: tuple[int, bytes, int]
    cursor: int


def crc16_ccitt(data: bytes) -> int:
    """CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF, not reflected; 0x29B1 for b"123456789"."""
    return binascii.crc_hqx(data, 0xFFFF)


def image_bytes(image: np.ndarray | bytes) -> bytes:
    """The 784 bytes, row by row, of a (28, 28) or (784,) uint8 array or of bytes. Raises ShapeError."""
    if isinstance(image, (bytes, bytearray)):
        if len(image) != IMAGE_BYTES:
            raise ShapeError(f"an image of {len(image)} bytes given; expected {IMAGE_BYTES} (28 x 28, row-major)")
        return bytes(image)
    if str(image.dtype) != "uint8" or image.shape not in ((28, 28), (IMAGE_BYTES,)):
        raise ShapeError(f"an image of shape {image.shape} and type {image.dtype} given; expected (28, 28) uint8")
    return image.tobytes()


class Board:
    """One emulated board. Use it as a context manager, or call close().

    name: a board of `digitrig boards`.  firmware: a firmware file (ELF, Intel HEX, raw binary with `address`) or None
    for our own `app` with `model` and `weights`.  runtime: "bundle" (default) or "interpreter": how the model runs; the
    interpreter has it in flash and can be given others with load_model.  engine: "embedded" (default) or "renode".
    limit_ms: how long waits last in virtual time unless told otherwise.  semihosting_folder: where the firmware may
    open files; without it such calls are refused.
    """

    def __init__(
        self,
        name: str,
        firmware: str | Path | None = None,
        *,
        app: str = "console",
        model: str = "an13438",
        weights: str = "flash",
        runtime: str = "bundle",
        engine: str | None = None,
        elf: str | Path | None = None,
        address: int | None = None,
        limit_ms: float = 10_000.0,
        semihosting_folder: str | Path | None = None,
    ) -> None:
        from digitrig.engines import open_machine
        from digitrig.engines.choice import choose_engine

        self.spec: BoardSpec = load_board(name)
        self.name, self.model, self.weights, self.limit_ms = name, model, weights, limit_ms
        self.load_address = address
        self.own_firmware = elf is None and (firmware is None or str(firmware) in self.spec.apps)
        self.app = self._app(runtime, str(firmware) if self.own_firmware and firmware is not None else app)
        self.firmware_file = self._firmware_file(elf if elf is not None else firmware)
        self.engine = choose_engine(engine)
        self.machine: Machine = open_machine(self.spec, self.engine)
        self._console = ConsoleLog()
        self._cursor = 0
        self._probe: tuple[int, int] | None = None
        self._during_inference: Callable[[Stop], None] | None = None
        try:
            self.image = self.machine.load_file(self.firmware_file, address)
            if semihosting_folder is not None:
                self.machine.serve_files(Path(semihosting_folder))
        except BaseException:
            self.machine.close()
            raise
        self._watch_stack()

    def _app(self, runtime: str, app: str) -> str:
        """The app that runs models that way."""
        from digitrig.firmware_files import RUNTIMES, runtime_app

        possible = RUNTIMES if "interpreter" in self.spec.apps else RUNTIMES[:1]
        if runtime not in possible:
            raise UnknownNameError(f"runtime of {self.name}", runtime, possible)
        return runtime_app(runtime, app, self.weights)

    @property
    def runtime(self) -> str:
        """How the model of our own firmware runs: "bundle" or "interpreter"."""
        return "interpreter" if self.app == "interpreter" else "bundle"

    def _firmware_file(self, file: str | Path | None) -> Path:
        if not self.own_firmware:
            return Path(str(file))
        from digitrig.firmware_files import app_variants, firmware_path

        if self.app not in self.spec.apps:
            raise UnknownNameError(f"app of {self.name}", self.app, self.spec.apps)
        if self.model not in self.spec.models:
            raise UnknownNameError(f"model of {self.name}", self.model, self.spec.models)
        of_app = dict.fromkeys(model for model, _ in app_variants(self.app, self.spec.models))
        if self.model not in of_app:
            raise UnknownNameError(f"model of the app {self.app} on {self.name}", self.model, of_app)
        return firmware_path(self.name, self.app, self.model, self.weights)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the machine; a second call does nothing."""
        self.machine.close()

    # ------------------------------------------------------------------ running and waiting
    def start(self) -> Self:
        """Run our own firmware to its `ready`; other firmware is not run yet."""
        if self.own_firmware:
            self.run_until_line(READY, exact=True)
        return self

    def run_for(self, ms: float) -> Stop:
        """Run for a virtual time. Returns early, without an error, if nothing can happen any more."""
        self.machine.console.stop_on(None)
        until = self.machine.clock.now_ps + round(ms * PS_PER_MS)
        while True:
            stop = self._run(until - self.machine.clock.now_ps)
            if stop.reason not in (StopReason.BREAKPOINT, StopReason.CONSOLE, StopReason.FAULT):
                return stop

    def _run(self, for_ps: int) -> Stop:
        stop = self.machine.run(max(0, for_ps))
        self._console.add(self.machine.console.take())
        return stop

    def run_until_line(
        self, pattern: str, timeout_ms: float | None = None, *, regex: bool = False, exact: bool = False
    ) -> Line:
        """Run until a console line holds `pattern`, and use up all lines to there.

        pattern: text that the line contains; with regex a regular expression to search; with exact the whole line.
        Raises FirmwareFault when the firmware faults, locks up or falls asleep for ever first, TimeLimitReached at the
        limit (virtual time); both tell pc, lr and the last lines.
        """
        limit = self.limit_ms if timeout_ms is None else timeout_ms
        match = re.compile(pattern if regex else re.escape(pattern))
        found = match.fullmatch if exact else match.search
        start = self.machine.clock.now_ps
        end = start + round(limit * PS_PER_MS)
        self.machine.console.stop_on(0x0A)
        self.machine.stop_on_fault(True)
        while True:
            while self._cursor < len(self._console.lines):
                line = self._console.lines[self._cursor]
                self._cursor += 1
                if found(line.text):
                    return line
            now = self.machine.clock.now_ps
            if now >= end:
                self._fail(f"no line with '{pattern}' within {limit:g} ms", None)
            stop = self._run(end - now)
            if stop.reason is StopReason.FAULT:
                end = min(end, stop.at_ps + FAULT_GRACE_PS)
                self.machine.stop_on_fault(False)
            elif stop.reason in ENDS_WAIT and self._cursor == len(self._console.lines):
                self._fail(f"no line with '{pattern}': the board has stopped for good", stop)

    def _fail(self, what: str, stop: Stop | None) -> None:
        report = f"{self.name}: {what}\n{self.fault_report(stop)}"
        if self.faults() or (stop and stop.reason in (StopReason.LOCKUP, StopReason.UNDEFINED)):
            raise FirmwareFault(report)
        raise TimeLimitReached(report)

    def faults(self) -> list[LogEntry]:
        """Fault exceptions and lock-ups since the board was made."""
        return [e for e in self.machine.log() if e.kind in ("exception", "lockup")]

    def fault_report(self, stop: Stop | None = None) -> str:
        """What is known of where the firmware is: time, pc, lr with functions, faults, the last console lines."""
        registers = self.machine.registers()
        where = ", ".join(f"{name} {self._place(registers[name])}" for name in ("pc", "lr"))
        reason = f"; {stop.reason.value}" if stop else ""
        lines = [f"at {self.machine.clock.now_ps / PS_PER_MS:.6f} ms: {where}, sp 0x{registers['sp']:08x}{reason}"]
        for entry in self.machine.log():
            if entry.kind in ("exception", "lockup", "bus_fault", "undefined"):
                lines.append(self.describe(entry))
        tail = self._console.tail()
        return "\n".join([*lines, "last console lines:" if tail else "nothing was printed on the console", *tail])

    def describe(self, entry: LogEntry) -> str:
        """One log entry as a sentence: `0.412 ms bus_fault: read of 0x40000000 (nothing at that address), pc ...`."""
        is_access = entry.kind in ("bus_fault", "tagged", "absent", "reserved")
        access = f"{'write to' if entry.write else 'read of'} 0x{entry.address:08x} " if is_access else ""
        block = " ".join(part for part in (entry.device, entry.register) if part)
        count = f", {entry.count} times" if entry.count > 1 else ""
        return (
            f"{entry.at_ps / PS_PER_MS:.6f} ms {entry.kind}: {access}{block + ' ' if block else ''}({entry.detail}), "
            f"pc {self._place(entry.pc)}, lr {self._place(entry.lr)}{count}"
        )

    def _place(self, address: int) -> str:
        function = self.machine.function_at(address & ~1)
        return f"0x{address:08x}" + (f" ({function})" if function else "")

    # ------------------------------------------------------------------ console
    def send(self, data: bytes | str, baud: int | None = None, gap_bits: int = 0) -> None:
        """Queue bytes towards the board; str is sent as ASCII. baud: of the sender, default the board's own."""
        self.machine.console.send(data.encode("ascii") if isinstance(data, str) else data, baud, gap_bits)

    def console_text(self) -> str:
        """Everything the board has printed, lines joined with LF."""
        return self._console.text()

    def console_partial(self) -> str:
        """The line that has not ended yet."""
        return self._console.partial

    def console_bytes(self) -> bytes:
        """Every byte the board has sent."""
        return self._console.raw

    def lines(self) -> list[tuple[int, str]]:
        """Finished console lines: (at_ps, text)."""
        return [(line.at_ps, line.text) for line in self._console.lines]

    def console_tail(self, count: int = 10) -> list[str]:
        """The last console lines with their virtual times."""
        return self._console.tail(count)

    # ------------------------------------------------------------------ predictions
    def predict(self, image: np.ndarray | bytes, inject: str = "uart") -> Prediction:
        """Give our console app an image and read its answer.

        image: (28, 28) or (784,) uint8, 0 background.  inject: "uart" sends it as the protocol says (CRC included),
        "memory" writes it into the firmware's buffer as a debugger would.
        Raises ShapeError, UsageError for another `inject`, and what run_until_line raises.
        """
        data = image_bytes(image)
        if inject not in ("uart", "memory"):
            raise UnknownNameError("injection", inject, ("uart", "memory"))
        first = len(self._console.lines)
        self._cursor = first
        if inject == "uart":
            self.settle()
            self.send(b"image\n")
            self._expect("ready for")
            self.send(data + crc16_ccitt(data).to_bytes(2, "big"))
        else:
            self.write_symbol("digitrig_image", data)
            self.write_symbol("digitrig_request", (1).to_bytes(4, "little"))
        return self.await_prediction(first)

    def settle(self) -> None:
        """After an error line the console app drops what comes within its time of silence; wait for that to end."""
        last = self._console.lines[-1] if self._console.lines else None
        if last and last.text.startswith("error:"):
            self.run_for(max(0.0, last.at_ps / PS_PER_MS + SILENCE_MS - self.machine.clock.now_ps / PS_PER_MS))

    def _expect(self, start: str) -> None:
        line = self.run_until_line(rf"^({re.escape(start)}|error:)", regex=True)
        if line.text.startswith("error:"):
            raise CheckFailed(f"{self.name}: the firmware answered '{line.text}' where '{start}...' was expected")

    def await_prediction(self, first: int | None = None) -> Prediction:
        """Wait for the result lines of an inference that has been asked for."""
        first = len(self._console.lines) if first is None else first
        probe = self._arm_probe()
        counts = self._measure(probe) if probe else (None, None)
        self._expect(LAST_RESULT_LINE)
        lines = tuple(line.text for line in self._console.lines[first : self._cursor])
        return parse_prediction(lines, *counts)

    def _arm_probe(self) -> tuple[int, int] | None:
        """Breakpoints at the model's run function and where it returns to, once the latter is known."""
        name = "interpreter_run" if self.runtime == "interpreter" else f"{self.model}_run"
        symbol = self.image.symbols.get(name) if self.own_firmware else None
        if symbol is None:
            return None
        if self._probe is None:
            self.machine.set_breakpoint(symbol[0])
            self._probe = (symbol[0], 0)
        return self._probe

    def _measure(self, probe: tuple[int, int]) -> tuple[int | None, int | None]:
        entry, back = probe
        self.machine.console.stop_on(None)
        self.machine.stop_on_fault(True)
        end = self.machine.clock.now_ps + round(self.limit_ms * PS_PER_MS)
        begun: Stop | None = None
        while self.machine.clock.now_ps < end:
            stop = self._run(end - self.machine.clock.now_ps)
            if stop.reason is not StopReason.BREAKPOINT:
                break
            if self._during_inference:
                self._during_inference(stop)
            if stop.pc == entry:
                begun = stop
                if back != stop.lr & ~1:
                    back = stop.lr & ~1
                    self.machine.set_breakpoint(back)
                    self._probe = (entry, back)
            elif begun and stop.pc == back:
                cycles = None if stop.cycles is None or begun.cycles is None else stop.cycles - begun.cycles
                return cycles, stop.instructions - begun.instructions
        return None, None

    def load_model(
        self,
        path: str | Path,
        progress: Callable[[int, int], None] | None = None,
        *,
        inject: str = "uart",
        name: str | None = None,
        preprocess: str = "",
    ) -> None:
        """Give the interpreter a model, which it uses until the next reset; nothing is flashed.

        path: a `.tflite` file.  progress: gets bytes done and bytes in all.  inject: "uart" sends it frame by frame as
        the protocol says, "memory" writes it as a debugger would.  name: for the banner; default the file's.
        preprocess: how a picture becomes the input (scale, halve, binarise, resize96); "" for what suits its size.
        Raises UsageError for firmware that takes no models and for a file that is too large, MissingFileError,
        CheckFailed with the board's own words when it refuses the model.
        """
        from digitrig.model_upload import read_model, send_model

        if "digitrig_model_area" not in self.image.symbols:
            raise UsageError(f"{self.firmware_file.name} takes no models; open the board with runtime 'interpreter'")
        data = read_model(path, self.symbol("digitrig_model_area")[1])
        self._cursor = len(self._console.lines)
        title = re.sub(r"[^!-~]", "_", Path(path).stem if name is None else name)
        send_model(self, data, title, preprocess, inject, progress)

    def on_inference_stop(self, call: Callable[[Stop], None] | None) -> None:
        """Have a function called at every breakpoint that a prediction comes to, before it goes on; None: no more.

        The model's run function and the place that it returns to are among them.
        """
        self._during_inference = call

    # ------------------------------------------------------------------ memory
    def symbol(self, name: str) -> tuple[int, int]:
        """(address, size in bytes) of a symbol of the firmware. Raises UnknownNameError."""
        if name not in self.image.symbols:
            raise UnknownNameError("symbol", name, [s for s in self.image.symbols if not s.startswith("$")])
        return self.image.symbols[name]

    def read_symbol(self, name: str) -> bytes:
        """The bytes of a variable."""
        return self.machine.memory.read(*self.symbol(name))

    def write_symbol(self, name: str, data: bytes) -> None:
        """Overwrite a variable from its start. Raises UsageError if the data is longer than it."""
        address, size = self.symbol(name)
        if len(data) > size:
            raise UsageError(f"{len(data)} bytes do not fit symbol '{name}' of {size} bytes")
        self.machine.memory.write(address, data)

    def read_memory(self, address: int, length: int) -> bytes:
        """Guest memory without side effects."""
        return self.machine.memory.read(address, length)

    def write_memory(self, address: int, data: bytes) -> None:
        """Write guest memory, flash too."""
        self.machine.memory.write(address, data)

    # ------------------------------------------------------------------ pins
    def led(self, name: str) -> bool:
        """True while the LED is lit."""
        if name not in self.spec.leds:
            raise UnknownNameError(f"LED of {self.name}", name, self.spec.leds)
        return self.machine.pins.led(name)

    def press(self, name: str) -> None:
        """Hold a button down."""
        self._button(name, True)

    def release(self, name: str) -> None:
        """Let a button go."""
        self._button(name, False)

    def _button(self, name: str, pressed: bool) -> None:
        if name not in self.spec.buttons:
            raise UnknownNameError(f"button of {self.name}", name, self.spec.buttons)
        self.machine.pins.press(name, pressed)

    # ------------------------------------------------------------------ glass
    @property
    def touch(self) -> Touch:
        """The touch panel, in pixels of the screen. Raises UsageError on a board without one."""
        if self.machine.touch is None:
            raise self._no_glass("touch panel", "touch")
        return self.machine.touch

    @property
    def display(self) -> Display:
        """The LCD. Raises UsageError on a board without one."""
        if self.machine.display is None:
            raise self._no_glass("LCD", "display")
        return self.machine.display

    def _no_glass(self, what: str, kind: str) -> UsageError:
        if getattr(self.spec, kind) is not None:
            return UsageError(f"the {self.engine} engine has no {what} for {self.name}; use --engine embedded")
        having = [name for name in board_names() if getattr(load_board(name), kind) is not None]
        return UsageError(f"{self.name} has no {what}; boards with one: {', '.join(having)}")

    def touch_strokes(self, strokes: Strokes, point: int = 0) -> Stop:
        """Draw with a finger while the board runs: it comes down at the first place of each stroke, lifts at the last.

        strokes: of (x, y, t): pixels of the screen and ms from now, which never fall.  Raises UsageError before the
        first touch for a place off the glass or a time that falls; returns why the board stopped after the last lift.
        """
        check_strokes(strokes, self.touch.size)
        start = self.machine.clock.now_ps
        stop = self.run_for(0)
        for stroke in strokes:
            for place in stroke:
                stop = self._run_to(start + round(place[2] * PS_PER_MS))
                self.touch.touch(round(place[0]), round(place[1]), point)
            stop = self._run_to(self.machine.clock.now_ps + round(LAST_PLACE_MS * PS_PER_MS))
            self.touch.release(point)
        return stop

    def _run_to(self, at_ps: int) -> Stop:
        """Run until then; a board that sleeps until somebody touches it sleeps on."""
        stop = self.run_for(max(0, at_ps - self.machine.clock.now_ps) / PS_PER_MS)
        left = at_ps - self.machine.clock.now_ps
        if stop.reason is StopReason.ASLEEP and left > 0:
            self.machine.pass_time(left)
        return stop

    def tap(self, x: int, y: int, hold_ms: float = 60.0) -> Stop:
        """Touch one place for a while. Returns why the board stopped."""
        return self.touch_strokes([[(x, y, 0.0), (x, y, hold_ms)]])

    def screenshot(self, path: str | Path | None = None) -> NDArray[np.uint8]:
        """The picture on the LCD, (height, width, 3) uint8, RGB; with path also written there as PNG."""
        frame = self.display.frame()
        if path is not None:
            write_png(Path(path), frame)
        return frame

    # ------------------------------------------------------------------ state
    def registers(self) -> Mapping[str, int]:
        """Core registers by name."""
        return self.machine.registers()

    def log(self) -> list[LogEntry]:
        """Unmodelled accesses, faults, resets: what the engine noticed."""
        return self.machine.log()

    def reset(self) -> None:
        """Reset the board as its reset button does; memory keeps its contents, time goes on."""
        self.machine.reset()
        self._cursor = len(self._console.lines)

    def snapshot(self) -> BoardSnapshot:
        """The whole state, to come back to."""
        self._console.add(self.machine.console.take())
        return BoardSnapshot(self.machine.snapshot(), self._console.mark(), self._cursor)

    def restore(self, snapshot: BoardSnapshot) -> None:
        """Go back to a snapshot of this board; the console log goes back with it."""
        self.machine.restore(snapshot.machine)
        self._console.back_to(snapshot.console)
        self._cursor = snapshot.cursor

    def _watch_stack(self) -> None:
        stack = self.machine.registers()["sp"]
        area = next((a for a in self.spec.ram if a.base < stack <= a.base + a.size), None)
        self._stack_top = stack
        if area is not None:
            self.machine.watch_stack(area.base, stack)

    def stack_used(self) -> int:
        """Bytes between the initial stack pointer and the lowest one seen, exact to the instruction."""
        low = self.machine.stack_low()
        return 0 if low is None else self._stack_top - low

    def _repr_fields(self) -> dict[str, Any]:
        return {"name": self.name, "firmware": str(self.firmware_file), "engine": self.engine}

    def __repr__(self) -> str:
        return f"Board({', '.join(f'{k}={v!r}' for k, v in self._repr_fields().items())})"


def parse_prediction(lines: tuple[str, ...], cycles: int | None, instructions: int | None) -> Prediction:
    """Read the result lines of the console app. Raises CheckFailed if one is missing or out of order."""
    scores: list[int] = []
    digit = inference_us = None
    expected = 0
    for text in lines:
        match = _SCORE.match(text)
        if match and match.group(1) is not None:
            expected = int(match.group(1))
        elif match and expected == len(scores):
            scores.append(int(match.group(2)))
        elif text.startswith("Top1 class = "):
            digit = int(text.split("=")[1])
        elif text.startswith("Inference time = "):
            inference_us = int(text.split("=")[1].split()[0])
    if len(scores) != 10 or digit is None or inference_us is None:
        raise CheckFailed(
            f"result lines incomplete: {len(scores)} of 10 scores, Top1 class {digit}, time {inference_us}; got: "
            + " | ".join(lines)
        )
    return Prediction(digit, tuple(scores), cycles, instructions, inference_us, lines)
