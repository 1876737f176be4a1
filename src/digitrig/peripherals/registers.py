"""Register tables: what a block of a reference manual says, as data, and the rows that the C core takes.

Five states are kept apart, so that coverage is visible: MODELLED (behaviour behind it), STORED (keeps what is written),
TAGGED (known, not modelled: counted and logged when touched), RESERVED (bits that are not there) and absent (no
register at that offset).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, IntFlag
from functools import cached_property

from digitrig.errors import EngineError


class Access(Enum):
    """What software can do with a field."""

    RW = "read/write"
    RO = "read only"
    WO = "write only, reads 0"
    W1C = "write 1 to clear"


class State(Enum):
    """How much of a register or field is behind the name."""

    MODELLED = "modelled"
    STORED = "stored"
    TAGGED = "tagged"
    RESERVED = "reserved"


class Flags(IntFlag):
    """DR_REG_* of digitrig_core.h."""

    STORED = 0
    MODELLED = 1
    TAGGED = 2
    HOOK_READ = 4
    HOOK_WRITE = 8
    HIDDEN = 16
    ALIAS_SET = 32
    FAULT = 64


@dataclass(frozen=True)
class Field:
    """Bits lsb .. lsb + bits - 1 of a register. name: "SHORT / Long name"."""

    name: str
    lsb: int
    bits: int = 1
    access: Access = Access.RW

    @property
    def short(self) -> str:
        return self.name.split(" / ")[0]

    @property
    def mask(self) -> int:
        return ((1 << self.bits) - 1) << self.lsb

    def of(self, value: int) -> int:
        """The field's value in a register value."""
        return (value & self.mask) >> self.lsb


@dataclass(frozen=True)
class CRegister:
    """One dr_register row; masks in the register's own bits."""

    offset: int
    width: int
    flags: int
    reset: int
    write: int
    w1c: int
    read: int
    reserved: int


@dataclass(frozen=True)
class Register:
    """One register. name: "SHORT / Long name".

    width: bytes.  reset: value after reset.  fields: empty = one field of `access` over the whole width.  rest: what
    bits outside all fields are (RESERVED: not there; STORED: there, not described).  alias_set: SET, CLR and TOG
    registers at +4, +8 and +12.  hidden: state of the model, not on the bus.  hook_read, hook_write: the model is
    called.
    """

    name: str
    offset: int
    width: int = 4
    reset: int = 0
    fields: tuple[Field, ...] = ()
    state: State = State.STORED
    access: Access = Access.RW
    rest: State = State.RESERVED
    alias_set: bool = False
    hidden: bool = False
    hook_read: bool = False
    hook_write: bool = False

    @property
    def short(self) -> str:
        return self.name.split(" / ")[0]

    @property
    def all_bits(self) -> int:
        return (1 << (8 * self.width)) - 1

    def field(self, short: str) -> Field:
        for field in self.fields:
            if field.short == short:
                return field
        raise EngineError(f"register {self.short} has no field '{short}'; it has {[f.short for f in self.fields]}")

    def _mask(self, *kinds: Access) -> int:
        if not self.fields:
            return self.all_bits if self.access in kinds else 0
        mask = sum(field.mask for field in self.fields if field.access in kinds)
        if self.rest is State.STORED and self.access in kinds:
            mask |= self.all_bits & ~sum(field.mask for field in self.fields)
        return mask

    def row(self) -> CRegister:
        """The row for the C core."""
        flags = {State.MODELLED: Flags.MODELLED, State.TAGGED: Flags.TAGGED}.get(self.state, Flags.STORED)
        flags |= Flags.HOOK_READ if self.hook_read else Flags.STORED
        flags |= Flags.HOOK_WRITE if self.hook_write else Flags.STORED
        flags |= Flags.HIDDEN if self.hidden else Flags.STORED
        flags |= Flags.ALIAS_SET if self.alias_set else Flags.STORED
        described = self._mask(*Access)
        return CRegister(
            offset=self.offset,
            width=self.width,
            flags=int(flags),
            reset=self.reset,
            write=self._mask(Access.RW, Access.WO),
            w1c=self._mask(Access.W1C),
            read=self.all_bits & ~self._mask(Access.WO),
            reserved=self.all_bits & ~described,
        )

    def spans(self) -> Iterator[tuple[int, int]]:
        """(first, last) byte offsets that the register takes on the bus."""
        for copy in range(0 if self.hidden else 4 if self.alias_set else 1):
            first = self.offset + 4 * copy
            yield first, first + self.width - 1


@dataclass(frozen=True)
class Block:
    """Registers that lie together on the bus.

    name: "" or the access region of BusMultiRegistration.  size: bytes.  widths: access widths the block takes, others
    are bus errors.  absent_faults: an offset without register is a bus error instead of a logged zero. Raises
    EngineError when registers or fields overlap, leave their place or share a name.
    """

    name: str
    size: int
    registers: tuple[Register, ...]
    widths: tuple[int, ...] = (1, 2, 4)
    absent_faults: bool = False

    def __post_init__(self) -> None:
        names: set[str] = set()
        taken: dict[int, str] = {}
        for register in self.registers:
            where = f"register {register.short} at 0x{register.offset:X}"
            if register.short in names:
                raise EngineError(f"{where}: name used twice in one block")
            names.add(register.short)
            _check_fields(register, where)
            for first, last in register.spans():
                if first % register.width:
                    raise EngineError(f"{where}: not aligned to its width of {register.width}")
                if last >= self.size:
                    raise EngineError(f"{where}: outside the block of 0x{self.size:X} bytes")
                for byte in range(first, last + 1):
                    if byte in taken:
                        raise EngineError(f"{where}: overlaps {taken[byte]}")
                    taken[byte] = register.short

    def rows(self) -> list[CRegister]:
        """All registers as rows for the C core."""
        return list(self._rows)

    @cached_property
    def _rows(self) -> tuple[CRegister, ...]:
        return tuple(register.row() for register in self.registers)

    def index(self, short: str) -> int:
        for index, register in enumerate(self.registers):
            if register.short == short:
                return index
        raise EngineError(f"block '{self.name}' has no register '{short}'")


def _check_fields(register: Register, where: str) -> None:
    if register.width not in (1, 2, 4):
        raise EngineError(f"{where}: width {register.width}; must be 1, 2 or 4")
    if not 0 <= register.reset <= register.all_bits:
        raise EngineError(f"{where}: reset value 0x{register.reset:X} does not fit {register.width} bytes")
    used, names = 0, set()
    for field in register.fields:
        if field.bits < 1 or field.mask > register.all_bits:
            raise EngineError(f"{where}: field {field.short} lies outside the register")
        if field.mask & used:
            raise EngineError(f"{where}: field {field.short} overlaps another field")
        if field.short in names:
            raise EngineError(f"{where}: field {field.short} given twice")
        used |= field.mask
        names.add(field.short)


def hidden(name: str, reset: int = 0) -> Register:
    """A register that holds state of the model: part of snapshots, cleared by reset, not on the bus."""
    return Register(name, 0, reset=reset, state=State.MODELLED, hidden=True)


def tagged(*registers: Register) -> tuple[Register, ...]:
    """The same registers as TAGGED ones."""
    return tuple(
        Register(r.name, r.offset, r.width, r.reset, r.fields, State.TAGGED, r.access, r.rest, r.alias_set, r.hidden)
        for r in registers
    )
