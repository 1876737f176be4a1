"""What every model of a peripheral has in common, and what it may ask of the machine around it.

Register values live in the C core. A model keeps no state of its own: what is not a register of the manual is a hidden
register. So a snapshot is a copy made in C, and after a restore there is nothing to do here.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import ClassVar, Protocol, TypeVar

from digitrig.errors import EngineError, UnknownNameError
from digitrig.peripherals.registers import Block, Register
from digitrig.platform.check import ClassInfo
from digitrig.platform.model import Connection, Value

PS_PER_S = 1_000_000_000_000


class MachineServices(Protocol):
    """What the machine does for its peripherals. `device` is the full name of a block: `lpuart0`, `portB.gpio`.

    Accesses of the core reach a model as `on_read(register, stored)` and `on_write(register, value, old, written)`:
    value is what the core has stored after its write and write-1-to-clear masks, old what was there before, written the
    bits of the access at their place in the register, 0 in byte lanes that were not accessed.
    """

    def get(self, device: str, index: int) -> int:
        """Stored value of a register, without side effects."""
        ...

    def set(self, device: str, index: int, value: int) -> None: ...

    def schedule(self, device: str, event: int, delay_ps: int, priority: int) -> None:
        """Call on_event(event) after delay_ps; replaces an event with that number.

        While an event is delivered, delays count from its nominal time, so that periods do not drift.
        """
        ...

    def cancel(self, device: str, event: int) -> None: ...

    def set_line(self, device: str, line: int, level: bool) -> None:
        """Set an interrupt output; lines are numbered by their place in `Peripheral.lines`."""
        ...

    def set_core_clock(self, hz: int) -> None: ...

    def set_device_clock(self, device: str, hz: int) -> None:
        """Functional clock of another block; 0 = stopped."""
        ...

    def set_enabled(self, device: str, enabled: bool) -> None:
        """False: the clock of the block's registers is gated, an access is a bus error."""
        ...

    def set_memory_waits(self, name: str, read: int, fetch: int, branch: int) -> None:
        """Extra core cycles of a memory from now on: for each data read, fetched halfword and taken branch into it."""
        ...

    def set_memory_enabled(self, address: int, enabled: bool) -> None:
        """False: the memory that begins there does not answer yet, an access is a bus error. None there: nothing."""
        ...

    def master_reaches(self, device: str, address: int, length: int) -> bool:
        """Can a bus master read that range of plain memory? If not, that is logged as a bus fault."""
        ...

    def master_read(self, device: str, address: int, length: int) -> bytes | None:
        """What a bus master reads from plain memory; None where it is refused, which is logged as a bus fault."""
        ...

    def master_write(self, device: str, address: int, data: bytes) -> bool:
        """A bus master writes to plain memory; False where it is refused, which is logged as a bus fault."""
        ...

    def request_reset(self, cause: str) -> None:
        """Reset the board after the current instruction; cause is for the log, e.g. `wdog timeout`."""
        ...

    def now_ps(self) -> int:
        """Virtual time of the access, or the nominal time of the event that is being delivered."""
        ...

    def slept_ps(self, deep: bool) -> int:
        """How long the core has been in sleep since reset, or in deep sleep: the parts' wait and stop modes."""
        ...

    def peripherals(self) -> Mapping[str, Peripheral]:
        """All models of the machine by the name of their entry."""
        ...


T = TypeVar("T", bound="Peripheral")


class Peripheral:
    """One block or a few blocks that belong together.

    A subclass gives `TABLE` and `SIZE`, or overrides `tables`.  `lines`: interrupt outputs by their names in `.repl`.
    `attributes`: constructor parameters in `.repl` and their types.  `inputs`: number of input pins.
    `source`: the manual that the table was read from.  `outside`: hidden registers that the world outside the part
    sets, such as input levels; an engine carries them over a reset of a running board.
    """

    TABLE: ClassVar[tuple[Register, ...]] = ()
    SIZE: ClassVar[int] = 0x1000
    WIDTHS: ClassVar[tuple[int, ...]] = (1, 2, 4)
    lines: ClassVar[tuple[str, ...]] = ()
    attributes: ClassVar[Mapping[str, type]] = {}
    inputs: ClassVar[int] = 0
    numbered_outputs: ClassVar[bool] = False
    source: ClassVar[str] = ""
    outside: ClassVar[tuple[str, ...]] = ()
    type_name: ClassVar[str] = ""
    _blocks: ClassVar[tuple[Block, ...]]

    def __init__(self, name: str, attributes: Mapping[str, Value], machine: MachineServices) -> None:
        self.name = name
        self.machine = machine
        self.parameters = dict(attributes)
        self.blocks = self.tables(attributes)
        self.wires: dict[int, list[tuple[Peripheral, int]]] = {}  # numbered output -> inputs of other models
        self._places: dict[str, tuple[str, int, Register]] = {}
        for block in self.blocks:
            for index, register in enumerate(block.registers):
                self._places[register.short] = (self.device(block), index, register)

    # ---------------------------------------------------------------- description
    @classmethod
    def tables(cls, attributes: Mapping[str, Value]) -> tuple[Block, ...]:
        """The blocks of an instance with these attributes; the first one owns interrupt lines and events."""
        if "_blocks" not in cls.__dict__:
            cls._blocks = (Block("", cls.SIZE, cls.TABLE, cls.WIDTHS),)
        return cls._blocks

    @classmethod
    def class_info(cls) -> ClassInfo:
        """What `check_platform` needs to know."""
        blocks = cls.tables({})
        regions = tuple(block.name for block in blocks if block.name)
        outputs = (*cls.lines, *(("#",) if cls.numbered_outputs else ()))
        return ClassInfo(cls.attributes, (), outputs, cls.inputs, blocks[0].size, regions)

    def native_model(self) -> tuple[str, tuple[int, ...]] | None:
        """Name and parameters of the C model that does the work, None = this class."""
        return None

    def lines_of(self, connection: Connection, ordinal: int, total: int) -> tuple[int, ...]:
        """Interrupt lines behind a connection; ordinal: which of the `total` connections with the same source it is."""
        return (0,) if connection.source is None else (self.lines.index(str(connection.source)),)

    # ---------------------------------------------------------------- registers
    def device(self, block: Block) -> str:
        """Full name of a block."""
        return f"{self.name}.{block.name}" if block.name else self.name

    @property
    def main(self) -> str:
        """Full name of the block that owns lines and events."""
        return self.device(self.blocks[0])

    def register(self, short: str) -> Register:
        return self._place(short)[2]

    def _place(self, short: str) -> tuple[str, int, Register]:
        try:
            return self._places[short]
        except KeyError:
            near = difflib.get_close_matches(short, self._places, n=3)
            raise EngineError(f"{self.name} ({self.type_name}) has no register '{short}'; near: {near}") from None

    def get(self, short: str) -> int:
        device, index, _ = self._place(short)
        return self.machine.get(device, index)

    def set(self, short: str, value: int) -> None:
        device, index, register = self._place(short)
        self.machine.set(device, index, value & register.all_bits)

    def bits(self, short: str, field: str) -> int:
        """Value of one field."""
        return self.register(short).field(field).of(self.get(short))

    def set_bits(self, short: str, field: str, value: int) -> None:
        where = self.register(short).field(field)
        self.set(short, self.get(short) & ~where.mask | value << where.lsb & where.mask)

    def get64(self, short: str) -> int:
        """A 64-bit value in two hidden registers, SHORT_LOW and SHORT_HIGH."""
        return self.get(f"{short}_LOW") | self.get(f"{short}_HIGH") << 32

    def set64(self, short: str, value: int) -> None:
        self.set(f"{short}_LOW", value & 0xFFFFFFFF)
        self.set(f"{short}_HIGH", value >> 32 & 0xFFFFFFFF)

    # ---------------------------------------------------------------- calls from the engine
    def hook_read(self, block: int, index: int, stored: int) -> int:
        return self.on_read(self.blocks[block].registers[index].short, stored)

    def hook_write(self, block: int, index: int, value: int, old: int, written: int) -> None:
        register = self.blocks[block].registers[index]
        result = self.on_write(register.short, value, old, written)
        if result is not None:
            self.set(register.short, result)

    # ---------------------------------------------------------------- behaviour, for subclasses
    def on_read(self, register: str, stored: int) -> int:
        """What a read gives; only for registers with hook_read."""
        return stored

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        """After a write to a register with hook_write; a number returned replaces the stored value."""
        return None

    def on_event(self, number: int) -> None:
        """A scheduled event is due."""

    def on_bus(self, operation: int, value: int) -> int:
        """The serial bus behind a native model; see digitrig_core.h, dr_bus_operation."""
        return 0

    def attach(self, address: int, child: Peripheral) -> bool:
        """Something is registered here, at an address of this model's own bus; False: this model has no such bus."""
        return False

    def set_input(self, pin: int, level: bool) -> None:
        """The level of an input that something is connected to."""

    def on_reset(self) -> None:
        """All registers have their reset values; put outputs (clocks, gates, events) in accord with them."""

    def reset_registers(self) -> None:
        """A reset of this block alone, which some parts have; what the world outside drives stays."""
        for name, (_, _, row) in self._places.items():
            if name not in self.outside:
                self.set(name, row.reset)
        self.on_reset()

    def clocks_changed(self) -> None:
        """The clock tree changed."""

    def on_restore(self) -> None:
        """A snapshot was restored: registers, events and clocks are back; put in accord what the core does not keep."""

    def after_reset(self, cause: str) -> None:
        """After on_reset of all models when a running board was reset.

        cause: what a model gave to request_reset, `SYSRESETREQ ...`, `lock-up ...` or `reset by the host`.
        """

    # ---------------------------------------------------------------- helpers
    def clock(self, name: str) -> int:
        """Frequency of a named clock in Hz; 0 if it is stopped or nothing in the machine provides it."""
        for peripheral in self.machine.peripherals().values():
            hz = peripheral.clock_hz(name)
            if hz is not None:
                return hz
        return 0

    def clock_hz(self, name: str) -> int | None:
        """Frequency of a clock that this model makes, from register contents; None: not made here."""
        return None

    def peer(self, cls: type[T]) -> T | None:
        """The machine's only model of another class, None if it has none."""
        for peripheral in self.machine.peripherals().values():
            if isinstance(peripheral, cls):
                return peripheral
        return None

    def pin_controls_at_reset(self, port: str) -> Mapping[int, int]:
        """Pin control registers of a port that this part resets to other values than 0; the part's SIM says."""
        return {}

    def announce_clocks(self) -> None:
        """Tell all other models that clocks changed."""
        for peripheral in self.machine.peripherals().values():
            if peripheral is not self:
                peripheral.clocks_changed()

    def drive(self, pin: int, level: bool) -> None:
        """Put a level on everything that is connected to a numbered output."""
        for model, number in self.wires.get(pin, ()):
            model.set_input(number, level)

    def integer(self, attribute: str, default: int) -> int:
        value = self.parameters.get(attribute, default)
        return value if isinstance(value, int) else default


def cycles_ps(cycles: int, hz: int) -> int:
    """Duration of clock cycles in picoseconds, rounded up, so that an event never comes before its edge."""
    return -(-cycles * PS_PER_S // hz)


def elapsed_cycles(ps: int, hz: int) -> int:
    """Whole clock cycles in a duration."""
    return ps * hz // PS_PER_S


P = TypeVar("P", bound=type[Peripheral])
_CLASSES: dict[str, type[Peripheral]] = {}


def register(type_name: str) -> Callable[[P], P]:
    """Class decorator: this model stands behind that class name of `.repl` files. A name can be taken once."""

    def add(cls: P) -> P:
        if type_name in _CLASSES:
            raise EngineError(f"class '{type_name}' has two models: {_CLASSES[type_name].__name__} and {cls.__name__}")
        cls.type_name = type_name
        _CLASSES[type_name] = cls
        return cls

    return add


def registered() -> Mapping[str, type[Peripheral]]:
    """All models that have been imported, by class name."""
    return _CLASSES


def lookup(type_name: str) -> type[Peripheral]:
    """The model behind a class name. Raises UnknownNameError."""
    try:
        return _CLASSES[type_name]
    except KeyError:
        raise UnknownNameError("peripheral class", type_name, _CLASSES) from None
