"""What the SIMs of Kinetis parts with gate registers have in common: gates and the clocks of blocks.

A SIM distributes clocks: the clock generator (MCG, MCG-Lite, ICS) provides them by name, the SIM divides and gates. An
access to a gated block is a bus error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from digitrig.peripherals.base import Peripheral
from digitrig.peripherals.registers import Access, Field, Register, State

M = State.MODELLED
# name of a gate register -> bit -> (name of the field, blocks behind it by their names in `.repl`)
Gates = Mapping[str, Mapping[int, tuple[str, tuple[str, ...]]]]


def gates(**registers: str) -> Gates:
    """From texts like "6 I2C0, 10 UART0 uart0": bit, field, blocks."""
    result: dict[str, dict[int, tuple[str, tuple[str, ...]]]] = {}
    for name, text in registers.items():
        rows = (row.split() for row in text.split(","))
        result[name] = {int(bit): (field, tuple(blocks)) for bit, field, *blocks in rows}
    return result


def gate_register(table: Gates, name: str, offset: int, reset: int) -> Register:
    """The register of one row. Bits that reset to 1 and have no name stay 1."""
    named = tuple(Field(f"{field} / Clock of {field}", bit) for bit, (field, _) in table[name].items())
    fixed = reset & ~sum(field.mask for field in named)
    constant = tuple(Field(f"ONE{bit} / Always 1", bit, 1, Access.RO) for bit in range(32) if fixed >> bit & 1)
    title = f"{name} / Clock gates"
    return Register(title, offset, reset=reset, fields=(*named, *constant), state=M, hook_write=True)


class GatingSIM(Peripheral):
    """`GATES`: the gate registers.  A subclass says where functional clocks come from in `functional_hz`."""

    GATES: ClassVar[Gates] = {}

    def functional_hz(self) -> Mapping[str, int]:
        """Functional clocks in Hz of blocks that the C core clocks, by name, as if no gate were closed."""
        return {}

    def on_reset(self) -> None:
        for name, bits in self.GATES.items():
            self._gate(name, sum(1 << bit for bit in bits))
        self.clocks_changed()

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register in self.GATES:
            self._gate(register, value ^ old)
            self._clock_blocks()
        else:
            self.clocks_changed()
            self.announce_clocks()
        return None

    def clocks_changed(self) -> None:
        self.machine.set_core_clock(self.clock("core"))
        self._clock_blocks()

    def _gate(self, name: str, changed: int) -> None:
        value = self.get(name)
        for bit, (_, blocks) in self.GATES[name].items():
            for block in blocks if changed >> bit & 1 else ():
                if block.split(".")[0] in self.machine.peripherals():
                    self.machine.set_enabled(block, bool(value >> bit & 1))

    def is_open(self, block: str) -> bool:
        """Whether a block's gate is open; blocks without gate are always clocked."""
        for name, bits in self.GATES.items():
            for bit, (_, blocks) in bits.items():
                if block in blocks:
                    return bool(self.get(name) >> bit & 1)
        return True

    def _clock_blocks(self) -> None:
        for block, hz in self.functional_hz().items():
            if block in self.machine.peripherals():
                self.machine.set_device_clock(block, hz if self.is_open(block) else 0)
