"""One board of the C core, as a Python object. No policy: every method is one call of `digitrig_core.h`."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digitrig.errors import CoreError, EngineError, UsageError
from digitrig.native import binding

STATUS = {1: "argument", 2: "memory", 3: "address", 4: "state", 5: "overlap"}
CORES = {"cortex-m0+": 0, "cortex-m7": 1}
READ, WRITE, EXECUTE = 1, 2, 4
STOP_TIME, STOP_INSTRUCTIONS, STOP_BREAKPOINT, STOP_BYTE, STOP_ASLEEP, STOP_LOCKUP = range(6)
STOP_UNDEFINED, STOP_HOST, STOP_EXIT, STOP_RESET, STOP_FAULT = range(6, 11)
HOOK_READ, HOOK_WRITE, HOOK_EVENT, HOOK_RESET, HOOK_SYSTEM_RESET, HOOK_LOG, HOOK_SEMIHOSTING, HOOK_BUS = range(8)
SEMIHOSTING_OFF, SEMIHOSTING_ON, SEMIHOSTING_FILES = 0, 1, 3
STREAM_CONSOLE, STREAM_ITM = 0, 1
LOG_KINDS = ("tagged", "absent", "reserved", "bus_fault", "exception", "lockup", "reset", "undefined")
BUS_RESULTS = (
    "ok",
    "nothing at that address",
    "access width not supported by the block",
    "the block's clock is off",
    "read-only memory",
    "no register there",
    "not executable",
    "memory that is not set up yet",
)
UNMAPPED, DISABLED = 1, 7
REG_STORED, REG_MODELLED, REG_TAGGED = 0, 1, 2
REG_HOOK_READ, REG_HOOK_WRITE, REG_HIDDEN, REG_ALIAS_SET, REG_FAULT = 4, 8, 16, 32, 64
MODEL_REGISTERS, MODEL_LPUART, MODEL_KINETIS_UART, MODEL_LPC_USART, MODEL_LPI2C = range(5)
# Rows and columns of the tables of dual issue, in the core's order (DR_SLOT_*, DR_RESULT_*, DR_USE_*).
SLOTS = (
    "alu",
    "shifted",
    "dsp",
    "multiply",
    "load",
    "store",
    "branch",
    "fp",
    "fp_mac",
    "fp_load",
    "fp_store",
    "hint",
    "alone",
)
RESULTS = (
    "early",
    "alu",
    "dsp",
    "saturate",
    "load",
    "load_narrow",
    "multiply",
    "fp",
    "fp_mac",
    "fp_load",
    "fp_move",
    "fp_to_core",
)
USES = (
    "alu",
    "early",
    "address",
    "index",
    "shift",
    "multiplicand",
    "accumulator",
    "store",
    "fp",
    "fp_accumulator",
    "fp_store",
)
CPU_REGISTERS = {
    **{f"r{i}": i for i in range(13)},
    "sp": 13,
    "lr": 14,
    "pc": 15,
    "xpsr": 16,
    "msp": 17,
    "psp": 18,
    "primask": 19,
    "basepri": 20,
    "faultmask": 21,
    "control": 22,
    "fpscr": 23,
    **{f"s{i}": 32 + i for i in range(32)},
}
NEVER = 2**64 - 1


@dataclass(frozen=True)
class RawStop:
    """End of a run, as the core tells it: reason is one of STOP_*, times in ps."""

    reason: int
    pc: int
    lr: int
    detail: int
    at_ps: int
    cycles: int
    instructions: int


class Snapshot:
    """State of one board at one instant; freed with the object."""

    def __init__(self, lib: Any, handle: ctypes.c_void_p) -> None:
        self._lib, self.handle = lib, handle

    @property
    def bytes(self) -> int:
        """Size in host memory."""
        return int(self._lib.dr_snapshot_bytes(self.handle))

    def __del__(self) -> None:
        self._lib.dr_free_snapshot(self.handle)


HookFunction = Callable[[int, int, int, int, int, int, int], int]


class Core:
    """A board: core, memory, devices, time. One thread at a time; several boards are independent."""

    def __init__(self, config: Mapping[str, int | Sequence[int]], library: Any = None) -> None:
        """config: the fields of dr_config by name. Raises CoreError if a value is out of range."""
        self.lib = library or binding.library()
        fields: dict[str, Any] = dict(config)
        fields["ccsidr"] = (ctypes.c_uint32 * 2)(*fields.get("ccsidr", (0, 0)))
        record = binding.Config(**fields)
        handle = ctypes.c_void_p()
        status = self.lib.dr_create(ctypes.byref(record), ctypes.byref(handle))
        if status:
            raise CoreError(f"the core refused its configuration ({STATUS[status]}): {config}")
        self._handle: ctypes.c_void_p | None = handle
        self._hook: Any = None
        self._hook_error: BaseException | None = None
        self._files: Callable[[int, int], int] | None = None
        self._stop = binding.StopRecord()

    @property
    def handle(self) -> ctypes.c_void_p:
        """The C handle; raises EngineError after close."""
        if self._handle is None:
            raise EngineError("the board is closed")
        return self._handle

    def close(self) -> None:
        """Free the board; a second call does nothing."""
        if self._handle is not None:
            self.lib.dr_destroy(self._handle)
            self._handle = None

    def __del__(self) -> None:
        if getattr(self, "_handle", None) is not None:
            self.close()

    def _check(self, status: int) -> None:
        if status:
            text = self.lib.dr_error(self.handle).decode(errors="replace")
            raise CoreError(text or f"the core refused the call ({STATUS.get(status, status)})")

    # ------------------------------------------------------------------ building
    def add_region(
        self, name: str, base: int, size: int, flags: int, read_wait: int = 0, fetch_wait: int = 0, branch_wait: int = 0
    ) -> int:
        """Plain memory; base and size in bytes, multiples of 1024; waits in core cycles. Returns its index."""
        record = binding.RegionConfig(base, size, flags, read_wait, fetch_wait, branch_wait)
        index = ctypes.c_uint32()
        self._check(self.lib.dr_add_region(self.handle, name.encode(), ctypes.byref(record), ctypes.byref(index)))
        return index.value

    def set_region_bus(self, region: int, *, line: int, next_line: int = 0, buffered: int = 0, word: int) -> None:
        """The memory is behind the bus and not tightly coupled. line, next_line, buffered, word: core cycles of a cache
        line, of the next in sequence where the controller reads ahead (0: it does not), of what it has read ahead, and
        of an access that passes the caches by."""
        timing = binding.BusTiming(line, next_line, buffered, word)
        self._check(self.lib.dr_set_region_bus(self.handle, region, ctypes.byref(timing)))

    @property
    def cache_fills(self) -> tuple[int, int]:
        """Lines filled so far: (data cache, instruction cache)."""
        return self.lib.dr_cache_fills(self.handle, 0), self.lib.dr_cache_fills(self.handle, 1)

    def set_region_waits(self, region: int, read_wait: int, fetch_wait: int, branch_wait: int) -> None:
        """Change a region's wait cycles, for instance when firmware changes the flash divider."""
        self._check(self.lib.dr_set_region_waits(self.handle, region, read_wait, fetch_wait, branch_wait))

    def set_region_enabled(self, region: int, enabled: bool) -> None:
        """False: accesses of the core to the region are bus errors; the host still reads and writes it."""
        self._check(self.lib.dr_set_region_enabled(self.handle, region, int(enabled)))

    def region_enabled(self, region: int) -> bool:
        """What set_region_enabled, or a restored snapshot, left."""
        return bool(self.lib.dr_region_enabled(self.handle, region))

    def access(self, address: int, width: int, value: int | None = None) -> int | None:
        """A bus access with its side effects that is not the core's: a write of value, or a read; None if refused."""
        word = ctypes.c_uint32(value or 0)
        write = value is not None
        status = self.lib.dr_access(self.handle, address, width, int(write), ctypes.byref(word))
        return None if status else word.value

    def add_device(
        self,
        name: str,
        base: int,
        size: int,
        registers: Sequence[Sequence[int]],
        *,
        widths: int = 7,
        absent_faults: bool = False,
        model: int = MODEL_REGISTERS,
        parameters: Sequence[int] = (),
    ) -> int:
        """A register file. registers: rows in the order of dr_register. Returns its index."""
        rows = (binding.Register * max(1, len(registers)))(*[binding.Register(*row) for row in registers])
        record = binding.DeviceConfig(
            base=base, size=size, widths=widths, absent_faults=int(absent_faults), model=model, registers=rows
        )
        record.register_count = len(registers)
        record.parameters = (ctypes.c_uint32 * 8)(*parameters)
        index = ctypes.c_uint32()
        self._check(self.lib.dr_add_device(self.handle, name.encode(), ctypes.byref(record), ctypes.byref(index)))
        return index.value

    def add_mirror(self, device: int, base: int) -> None:
        """The same block at a second address."""
        self._check(self.lib.dr_add_mirror(self.handle, device, base))

    def connect(self, device: int, line: int, irq: int) -> None:
        """Output line of a device to an external interrupt; several lines to one interrupt are ORed."""
        self._check(self.lib.dr_connect(self.handle, device, line, irq))

    def set_cost(self, name: str, cycles: int) -> None:
        """Cycles of one cost class; names as in the core's table."""
        known = self.cost_names()
        if name not in known:
            raise UsageError(f"cost class '{name}' unknown; known: {', '.join(known)}")
        self._check(self.lib.dr_set_cost(self.handle, known.index(name), cycles))

    def set_timing(
        self,
        pairs: Mapping[str, Sequence[str]],
        latencies: Mapping[str, Mapping[str, int]],
        *,
        words_per_cycle: int,
        mispredict: int,
        mispredict_settled: int,
        settled_flags: int,
        unaligned_load: int,
        unaligned_store: int,
        split_multiple: int,
        store_buffer: int,
    ) -> None:
        """Issue two instructions a cycle. pairs: slot of the older -> slots of the younger; latencies: result -> use ->
        cycles; both by the names in SLOTS, RESULTS and USES, with a number for every result and use."""
        flags = [int(younger in pairs.get(older, ())) for older in SLOTS for younger in SLOTS]
        cycles = [latencies[result][use] for result in RESULTS for use in USES]
        branches = (mispredict, mispredict_settled, settled_flags)
        numbers = (words_per_cycle, *branches, unaligned_load, unaligned_store, split_multiple, store_buffer)
        record = binding.TimingRecord(1, *numbers, (ctypes.c_uint8 * len(flags))(*flags))
        record.latency = (ctypes.c_uint8 * len(cycles))(*cycles)
        self._check(self.lib.dr_set_timing(self.handle, ctypes.byref(record)))

    def cost_names(self) -> list[str]:
        """All cost classes of the core, in its order."""
        return [self.lib.dr_cost_name(i).decode() for i in range(self.lib.dr_cost_count())]

    def set_hook(self, hook: HookFunction) -> None:
        """hook(kind, device, arg, value, old, written, width) -> value; an exception in it ends the run."""

        def call(_user: Any, pointer: Any) -> int:
            c = pointer.contents
            try:
                if c.kind == HOOK_SEMIHOSTING and self._files is not None:
                    return self._files(c.arg, c.value) & 0xFFFFFFFF
                return hook(c.kind, c.device, c.arg, c.value, c.old, c.written, c.width) & 0xFFFFFFFF
            except BaseException as error:  # carried through C and raised again by run()
                if self._hook_error is None:
                    self._hook_error = error
                self.lib.dr_request_stop(self.handle, 0)
                return int(c.value)

        self._hook = binding.Hook(call)  # kept referenced as long as C may call it
        self._check(self.lib.dr_set_hook(self.handle, self._hook, None))

    def _raise_hook_error(self) -> None:
        if self._hook_error is not None:
            error, self._hook_error = self._hook_error, None
            raise error

    # ------------------------------------------------------------------ memory and registers
    def read(self, address: int, length: int) -> bytes:
        """Guest memory, or stored register values, without side effects."""
        buffer = ctypes.create_string_buffer(max(1, length))
        self._check(self.lib.dr_read(self.handle, address, buffer, length))
        return buffer.raw[:length]

    def write(self, address: int, data: bytes) -> None:
        """Guest memory, read-only regions too."""
        self._check(self.lib.dr_write(self.handle, address, data, len(data)))

    def get_register(self, device: int, index: int) -> int:
        """Stored value of a device register, hidden ones too."""
        value = ctypes.c_uint32()
        self._check(self.lib.dr_get_register(self.handle, device, index, ctypes.byref(value)))
        return value.value

    def set_register(self, device: int, index: int, value: int) -> None:
        """Set the stored value, without hooks or masks."""
        self._check(self.lib.dr_set_register(self.handle, device, index, value & 0xFFFFFFFF))

    def get_cpu(self, name: str) -> int:
        """A core register by its name in CPU_REGISTERS."""
        value = ctypes.c_uint32()
        self._check(self.lib.dr_get_cpu(self.handle, CPU_REGISTERS[name], ctypes.byref(value)))
        return value.value

    def set_cpu(self, name: str, value: int) -> None:
        """Set a core register by its name in CPU_REGISTERS."""
        self._check(self.lib.dr_set_cpu(self.handle, CPU_REGISTERS[name], value & 0xFFFFFFFF))

    def decodes(self, first: int, second: int = 0) -> tuple[bool, int]:
        """(is an instruction, its length in bytes) of two halfwords."""
        length = ctypes.c_uint32()
        ok = self.lib.dr_decodes(self.handle, first, second, ctypes.byref(length))
        return bool(ok), length.value

    # ------------------------------------------------------------------ devices
    def set_enabled(self, device: int, enabled: bool) -> None:
        """Clock gate: accesses to a disabled block are bus errors."""
        self._check(self.lib.dr_set_enabled(self.handle, device, int(enabled)))

    def set_device_clock(self, device: int, hz: int) -> None:
        """Functional clock of a device, 0 = stopped."""
        self._check(self.lib.dr_set_device_clock(self.handle, device, hz))

    def set_line(self, device: int, line: int, level: bool) -> None:
        """Level of a device's output line."""
        self._check(self.lib.dr_set_line(self.handle, device, line, int(level)))

    def schedule(self, device: int, event: int, delay_ps: int, priority: int) -> None:
        """Deliver an event after a delay; scheduling the same event again moves it."""
        self._check(self.lib.dr_schedule(self.handle, device, event, delay_ps, priority))

    def cancel(self, device: int, event: int) -> None:
        """Take an event off the queue, if it is there."""
        self._check(self.lib.dr_cancel(self.handle, device, event))

    def log(self) -> list[Any]:
        """Everything logged since the last clear_log, as LogRecord structures."""
        records = []
        for index in range(self.lib.dr_log_count(self.handle)):
            record = binding.LogRecord()
            self._check(self.lib.dr_get_log(self.handle, index, ctypes.byref(record)))
            records.append(record)
        return records

    def log_master(self, device: int, address: int, write: bool, detail: int) -> None:
        """Log a bus fault of another master than the core. detail: index into BUS_RESULTS."""
        self._check(self.lib.dr_log_master(self.handle, device, address, int(write), detail))

    def clear_log(self) -> None:
        """Forget the log."""
        self.lib.dr_clear_log(self.handle)

    def uart_send(self, device: int, data: bytes, bit_ps: int = 0, gap_bits: int = 0) -> None:
        """Queue bytes on the line into a UART; bit_ps 0 = the receiver's own rate."""
        self._check(self.lib.dr_uart_send(self.handle, device, data, len(data), bit_ps, gap_bits))

    def uart_pending(self, device: int) -> int:
        """Bytes still on their way into a UART."""
        return int(self.lib.dr_uart_pending(self.handle, device))

    def uart_receive(self, device: int) -> list[tuple[int, int]]:
        """Everything a UART has sent since the last call: (end of stop bit in ps, byte)."""
        count = self.lib.dr_uart_available(self.handle, device)
        if not count:
            return []
        data, times = (ctypes.c_uint8 * count)(), (ctypes.c_uint64 * count)()
        count = self.lib.dr_uart_receive(self.handle, device, data, times, count)
        return list(zip(times[:count], data[:count], strict=True))

    def uart_stop_on(self, device: int, byte: int | None) -> None:
        """End runs when a UART has sent this byte."""
        self._check(self.lib.dr_uart_stop_on(self.handle, device, -1 if byte is None else byte))

    # ------------------------------------------------------------------ semihosting and ITM
    def set_semihosting(self, flags: int, files: Callable[[int, int], int] | None = None) -> None:
        """SEMIHOSTING_OFF, _ON or _FILES; files(operation, r1) -> r0 does what the guest asks about files."""
        self._files = files
        if files is not None and self._hook is None:
            self.set_hook(lambda kind, device, arg, value, *rest: value)
        self._check(self.lib.dr_set_semihosting(self.handle, flags))

    def console_receive(self, stream: int = STREAM_CONSOLE) -> bytes:
        """Everything the guest has written by semihosting, or to ITM port 0, since the last call."""
        return bytes(byte for _, byte in self.console_receive_timed(stream))

    def console_receive_timed(self, stream: int = STREAM_CONSOLE) -> list[tuple[int, int]]:
        """The same as (time of writing in ps, byte)."""
        count = self.lib.dr_console_available(self.handle, stream)
        if not count:
            return []
        data, times = (ctypes.c_uint8 * count)(), (ctypes.c_uint64 * count)()
        count = self.lib.dr_console_receive(self.handle, stream, data, times, count)
        return list(zip(times[:count], data[:count], strict=True))

    def console_stop_on(self, byte: int | None) -> None:
        """End runs when the guest writes this byte by semihosting or to ITM port 0."""
        self.lib.dr_console_stop_on(self.handle, -1 if byte is None else byte)

    def console_send(self, data: bytes) -> None:
        """Keyboard input for semihosting; when it is used up, the guest reads end of file."""
        self._check(self.lib.dr_console_send(self.handle, data, len(data)))

    # ------------------------------------------------------------------ running
    def reset(self) -> None:
        """Core and devices to reset values; memory and time stay."""
        self._check(self.lib.dr_reset(self.handle))
        self._raise_hook_error()

    def start(self, vector_table: int) -> None:
        """SP and PC from the vector table."""
        self._check(self.lib.dr_set_vector_table(self.handle, vector_table))
        self._check(self.lib.dr_start(self.handle))

    def run(self, for_ps: int, max_instructions: int = NEVER) -> RawStop:
        """Run for a virtual time. Exceptions of the hook come out here."""
        s = self._stop
        self._check(self.lib.dr_run(self.handle, for_ps, max_instructions, ctypes.byref(s)))
        self._raise_hook_error()
        return RawStop(s.reason, s.pc, s.lr, s.detail, s.at_ps, s.cycles, s.instructions)

    def pass_time(self, for_ps: int) -> None:
        """Let time pass while the core is asleep for ever; CoreError if it is not."""
        self._check(self.lib.dr_pass_time(self.handle, for_ps))

    def request_stop(self) -> None:
        """End the run that is under way; may come from another thread."""
        self.lib.dr_request_stop(self.handle, 0)

    def stop_on_fault(self, on: bool) -> None:
        """End runs when a fault exception is taken."""
        self._check(self.lib.dr_stop_on_fault(self.handle, int(on)))

    def set_breakpoint(self, address: int, on: bool) -> None:
        """End runs before the instruction at this address."""
        self._check(self.lib.dr_set_breakpoint(self.handle, address, int(on)))

    def watch_stack(self, low: int, high: int) -> None:
        """Start to follow the lowest stack pointer in [low, high]."""
        self._check(self.lib.dr_watch_stack(self.handle, low, high))

    def stack_low(self) -> int | None:
        """Lowest stack pointer seen since watch_stack."""
        value = int(self.lib.dr_stack_low(self.handle))
        return None if value == 0xFFFFFFFF else value

    def set_irq_pending(self, irq: int) -> None:
        """Pend an external interrupt, as a write to NVIC_ISPR does."""
        self._check(self.lib.dr_set_irq_pending(self.handle, irq))

    def set_clock(self, hz: int) -> None:
        """Core clock from now on."""
        self._check(self.lib.dr_set_clock(self.handle, hz))

    @property
    def clock_hz(self) -> int:
        """Core clock now."""
        return int(self.lib.dr_clock(self.handle))

    @property
    def now_ps(self) -> int:
        """Virtual time."""
        return int(self.lib.dr_now_ps(self.handle))

    def slept_ps(self, deep: bool) -> int:
        """Time since reset spent in sleep, or in deep sleep (SCR.SLEEPDEEP)."""
        return int(self.lib.dr_slept_ps(self.handle, deep))

    @property
    def cycles(self) -> int:
        """Core clock cycles since the board was made, sleep included."""
        return int(self.lib.dr_cycles(self.handle))

    @property
    def instructions(self) -> int:
        """Retired instructions since the board was made."""
        return int(self.lib.dr_instructions(self.handle))

    def take_snapshot(self) -> Snapshot:
        """Copy the whole state."""
        handle = ctypes.c_void_p()
        self._check(self.lib.dr_take_snapshot(self.handle, ctypes.byref(handle)))
        return Snapshot(self.lib, handle)

    def restore_snapshot(self, snapshot: Snapshot) -> None:
        """Go back to a snapshot of this board, or of one built alike."""
        self._check(self.lib.dr_restore_snapshot(self.handle, snapshot.handle))
