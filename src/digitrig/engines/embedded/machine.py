"""`EmbeddedMachine`: one board of the embedded engine, behind `protocols.Machine`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from digitrig.engines.embedded.assembly import assemble
from digitrig.engines.embedded.boot import run_dcd
from digitrig.engines.embedded.panel import EmbeddedDisplay, EmbeddedTouch
from digitrig.engines.embedded.pins import BoardPins
from digitrig.engines.embedded.services import Services
from digitrig.engines.image import MemoryRange, Target, function_at, load_image
from digitrig.errors import EngineError
from digitrig.native import core as native
from digitrig.native.core import BUS_RESULTS, CPU_REGISTERS, LOG_KINDS, Core, RawStop, Snapshot
from digitrig.native.semihosting import SemihostingFiles
from digitrig.peripherals.imxrt_semc import SEMC
from digitrig.platform import BoardSpec
from digitrig.protocols import PS_PER_S, Image, LogEntry, Stop, StopReason

REASONS = {
    native.STOP_TIME: StopReason.TIME,
    native.STOP_INSTRUCTIONS: StopReason.INSTRUCTIONS,
    native.STOP_BREAKPOINT: StopReason.BREAKPOINT,
    native.STOP_BYTE: StopReason.CONSOLE,
    native.STOP_ASLEEP: StopReason.ASLEEP,
    native.STOP_LOCKUP: StopReason.LOCKUP,
    native.STOP_UNDEFINED: StopReason.UNDEFINED,
    native.STOP_HOST: StopReason.HOST,
    native.STOP_EXIT: StopReason.EXIT,
    native.STOP_RESET: StopReason.RESET,
    native.STOP_FAULT: StopReason.FAULT,
}
EXCEPTIONS = {2: "NMI", 3: "HardFault", 4: "MemManage", 5: "BusFault", 6: "UsageFault"}
SYSRESETREQ = "SYSRESETREQ written by the firmware"


class EmbeddedMemory:
    """Guest memory of the core."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def read(self, address: int, length: int) -> bytes:
        return self._core.read(address, length)

    def write(self, address: int, data: bytes) -> None:
        self._core.write(address, data)


class EmbeddedConsole:
    """The board's console: its UART, and what firmware prints by semihosting or to ITM port 0."""

    def __init__(self, core: Core, device: int) -> None:
        self._core, self._device = core, device

    def send(self, data: bytes, baud: int | None = None, gap_bits: int = 0) -> None:
        bit_ps = 0 if baud is None else (PS_PER_S + baud // 2) // baud
        self._core.uart_send(self._device, data, bit_ps, gap_bits)

    def take(self) -> list[tuple[int, int]]:
        """What came by the UART, by semihosting and from ITM port 0, in the order of time."""
        debug = [self._core.console_receive_timed(stream) for stream in (native.STREAM_CONSOLE, native.STREAM_ITM)]
        received = self._core.uart_receive(self._device)
        return sorted(received + debug[0] + debug[1], key=lambda item: item[0]) if any(debug) else received

    def pending(self) -> int:
        return self._core.uart_pending(self._device)

    def stop_on(self, byte: int | None) -> None:
        self._core.uart_stop_on(self._device, byte)
        self._core.console_stop_on(byte)


class EmbeddedClock:
    """Virtual time and counters of the core."""

    def __init__(self, core: Core) -> None:
        self._core = core

    @property
    def now_ps(self) -> int:
        return self._core.now_ps

    @property
    def cycles(self) -> int | None:
        return self._core.cycles

    @property
    def instructions(self) -> int:
        return self._core.instructions

    @property
    def core_hz(self) -> int:
        return self._core.clock_hz


class EmbeddedMachine:
    """One emulated board. Several may live in one process, each used by one thread at a time."""

    def __init__(self, spec: BoardSpec) -> None:
        """Build the board from its files. Raises PlatformError for what they hold."""
        self.spec = spec
        self.services: Services = assemble(spec)
        self.core = self.services.core
        self.memory = EmbeddedMemory(self.core)
        self.console = EmbeddedConsole(self.core, self.services.indices[spec.console])
        self.clock = EmbeddedClock(self.core)
        self.pins = BoardPins(spec, self.services)
        self.display = EmbeddedDisplay(spec, spec.display, self.services) if spec.display else None
        self.touch = EmbeddedTouch(spec, spec.touch, self.services) if spec.touch else None
        self.image: Image | None = None
        for words in spec.rom.values():
            for address, data in words.items():
                self.core.write(address, data)
        self._resets: list[LogEntry] = []
        self._files: SemihostingFiles | None = None

    # ------------------------------------------------------------------ firmware and reset
    def load_file(self, path: Path, address: int | None = None) -> Image:
        image = load_image(path, target_of(self.spec), address)
        for base, data in image.segments:
            self.core.write(base, data)
        self.image = image
        self._reset()
        return image

    def reset(self) -> None:
        self._note_reset("reset by the host")
        self._reset("reset by the host")

    def _reset(self, cause: str = "") -> None:
        """cause: why a running board was reset, for the reset status registers; "" at power-on."""
        if self.image is None or self.image.vector_table is None:
            raise EngineError(f"{self.spec.name}: no firmware loaded")
        self.services.reset_cause = None
        models = self.services.models
        outside = [(model, name, model.get(name)) for model in models.values() for name in model.outside]
        self.core.reset()
        for model, name, value in outside:  # a button that is held stays pressed
            model.set(name, value)
        for boot in self.spec.boot_registers:
            models[boot.device].set(boot.register, boot.value)
        for model in models.values():
            model.on_reset()
        for model in models.values():
            if cause:
                model.after_reset(cause)
        self._boot(self.image)
        self.core.start(self.image.vector_table)

    def _boot(self, image: Image) -> None:
        """What happens to memory controllers before the application: the boot ROM's DCD, or a debugger's script."""
        if self.spec.ivt is not None:
            run_dcd(self.core, self.spec.ivt)
        for model in self.services.models.values():
            if isinstance(model, SEMC) and not model.answers() and _loaded_into(image, model):
                model.set_up()

    def _note_reset(self, cause: str) -> None:
        pc, lr = self.core.get_cpu("pc"), self.core.get_cpu("lr")
        self._resets.append(LogEntry("reset", self.core.now_ps, pc, lr, 0, "", "", False, 0, cause))

    # ------------------------------------------------------------------ running
    def run(self, for_ps: int, max_instructions: int | None = None) -> Stop:
        """Run for a virtual time; a reset that firmware or a watchdog asks for is carried out, and the run goes on."""
        end = self.core.now_ps + for_ps
        limit = None if max_instructions is None else self.core.instructions + max_instructions
        while True:
            left = native.NEVER if limit is None else max(0, limit - self.core.instructions)
            raw = self.core.run(max(0, end - self.core.now_ps), left)
            cause = self.services.reset_cause or (SYSRESETREQ if raw.reason == native.STOP_RESET else None)
            if cause is None:
                return self._stop(raw)
            self._note_reset(cause)
            self._reset(cause)

    def pass_time(self, for_ps: int) -> None:
        """After a run that ended with ASLEEP: time goes on, until something from outside comes. Else CoreError."""
        self.core.pass_time(for_ps)

    def _stop(self, raw: RawStop) -> Stop:
        reason = REASONS[raw.reason]
        return Stop(reason, raw.pc, raw.lr, raw.detail, raw.at_ps, raw.instructions, raw.cycles)

    def registers(self) -> Mapping[str, int]:
        wanted = [n for n in CPU_REGISTERS if self.spec.core != "cortex-m0+" or not n.startswith("s") or n == "sp"]
        return {name: self.core.get_cpu(name) for name in wanted if name != "fpscr" or self.spec.cpu.fpu != "none"}

    def function_at(self, address: int) -> str:
        return function_at(self.image, address)

    # ------------------------------------------------------------------ log
    def log(self) -> list[LogEntry]:
        """Everything noticed so far, in the order of virtual time."""
        entries = [self._entry(record) for record in self.core.log()]
        return sorted([*entries, *self._resets], key=lambda entry: entry.at_ps)

    def _entry(self, record: object) -> LogEntry:
        r: native.binding.LogRecord = record  # type: ignore[name-defined]
        kind = LOG_KINDS[r.kind]
        names = self.services.names
        device = names[r.device] if r.device < len(names) else ""
        register = ""
        if device:
            owner, block = self.services.owner(r.device)
            if owner is not None and r.register_index < len(owner.blocks[block].registers):
                register = owner.blocks[block].registers[r.register_index].short
        return LogEntry(
            kind,
            r.at_ps,
            r.pc,
            r.lr,
            r.address,
            device,
            register,
            bool(r.write),
            r.value,
            _detail(kind, r.detail, r.value),
            r.count,
        )

    # ------------------------------------------------------------------ debugging
    def stop_on_fault(self, on: bool) -> None:
        self.core.stop_on_fault(on)

    def serve_files(self, folder: Path) -> None:
        """Let the firmware read and write files of this folder by semihosting; without, file calls are refused."""
        self._files = SemihostingFiles(self.core, folder)

    def set_breakpoint(self, address: int, on: bool = True) -> None:
        self.core.set_breakpoint(address, on)

    def watch_stack(self, low: int, high: int) -> None:
        self.core.watch_stack(low, high)

    def stack_low(self) -> int | None:
        return self.core.stack_low()

    def snapshot(self) -> object:
        return self.core.take_snapshot()

    def restore(self, snapshot: object) -> None:
        if not isinstance(snapshot, Snapshot):
            raise EngineError(f"{snapshot!r} is no snapshot of the embedded engine")
        self.core.restore_snapshot(snapshot)
        for model in self.services.restoring:
            model.on_restore()

    def close(self) -> None:
        if self._files is not None:
            self._files.close()
        self.core.close()


def _loaded_into(image: Image, memory: SEMC) -> bool:
    """A program that lies in SDRAM was put there by a debugger, which had to bring it up."""
    return any(memory.base() <= address < memory.base() + memory.size() for address, _ in image.segments)


def target_of(spec: BoardSpec) -> Target:
    """What firmware files for a board must fit."""
    areas = (spec.flash, *spec.ram)
    memory = tuple(MemoryRange(area.name, area.base, area.size) for area in areas)
    return Target(spec.name, spec.core, memory, spec.vector_table, spec.ivt)


def _detail(kind: str, detail: int, value: int) -> str:
    if kind == "bus_fault":
        return BUS_RESULTS[detail] if detail < len(BUS_RESULTS) else str(detail)
    if kind == "exception":
        return EXCEPTIONS.get(detail, f"exception {detail}")
    if kind == "reserved":
        return f"reserved bits 0x{detail:08x} written"
    if kind == "undefined":
        return f"undefined instruction 0x{value:08x}"
    return {"tagged": "known register, not modelled", "absent": "no register there", "lockup": "lock-up"}.get(kind, "")
