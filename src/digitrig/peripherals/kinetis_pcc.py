"""PCC of KE1xZ: one word per peripheral, with the gate of its bus interface and the source of its functional clock.

Source: KE1xZ64 reference manual, chapter "Peripheral Clock Controller"; slots also in MKE16Z4.h. The word of the
peripheral at 0x40000000 + n * 0x1000 is at offset 4 * n. An access to a gated peripheral is a bus error. PCS can only
be changed while CGC is 0; PR reads 1 in every slot that exists.
"""

from __future__ import annotations

from dataclasses import dataclass

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.kinetis_scg import SCG, SOURCES
from digitrig.peripherals.registers import Access, Field, Register, State

PR, CGC, PCS_LSB, PCS = 1 << 31, 1 << 30, 24, 7 << 24


@dataclass(frozen=True)
class Slot:
    """name: in the manual.  device: the block that is gated, by its name in `.repl`.  functional: it has PCS."""

    name: str
    offset: int
    device: str
    functional: bool = False
    on: bool = False


SLOTS = (
    Slot("FLASH", 0x080, "ftfa", on=True),
    Slot("MSCAN0", 0x090, "mscan0"),
    Slot("LPSPI0", 0x0B0, "lpspi0", True),
    Slot("CRC", 0x0C8, "crc"),
    Slot("PDB0", 0x0D8, "pdb0"),
    Slot("LPIT0", 0x0DC, "lpit0", True),
    Slot("FTM0", 0x0E0, "ftm0"),
    Slot("FTM1", 0x0E4, "ftm1"),
    Slot("ADC0", 0x0EC, "adc0", True, on=True),
    Slot("RTC", 0x0F4, "rtc"),
    Slot("LPTMR0", 0x100, "lptmr0", True),
    Slot("TSI", 0x114, "tsi"),
    Slot("ATX", 0x118, "atx"),
    Slot("PORTA", 0x124, "portA.port"),
    Slot("PORTB", 0x128, "portB.port"),
    Slot("PORTC", 0x12C, "portC.port"),
    Slot("PORTD", 0x130, "portD.port"),
    Slot("PORTE", 0x134, "portE.port"),
    Slot("PWT", 0x158, "pwt"),
    Slot("EWM", 0x184, "ewm"),
    Slot("LPI2C0", 0x198, "lpi2c0", True),
    Slot("LPUART0", 0x1A8, "lpuart0", True),
    Slot("LPUART1", 0x1AC, "lpuart1", True),
    Slot("LPUART2", 0x1B0, "lpuart2", True),
    Slot("CMP0", 0x1CC, "cmp0"),
)


def _register(slot: Slot) -> Register:
    source = (Field("PCS / Peripheral clock source", PCS_LSB, 3),) if slot.functional else ()
    fields = (*source, Field("CGC / Clock gate control", 30), Field("PR / Present", 31, 1, Access.RO))
    reset = PR | (CGC if slot.on else 0)
    name = f"{slot.name} / Clock of {slot.name}"
    return Register(name, slot.offset, reset=reset, fields=fields, state=State.MODELLED, hook_write=True)


@register("Miscellaneous.KE1xZ_PCC")
class PCC(Peripheral):
    TABLE = tuple(_register(slot) for slot in SLOTS)
    source = "KE1xZ64 RM, chapter PCC"

    def on_reset(self) -> None:
        for slot in SLOTS:
            self._apply(slot)

    def clocks_changed(self) -> None:
        for slot in SLOTS:
            if slot.functional:
                self._apply(slot)

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        slot = next(slot for slot in SLOTS if slot.name == register)
        if old & CGC:
            value = value & ~PCS | old & PCS
            self.set(register, value)
        self._apply(slot)
        if slot.device in self.machine.peripherals():
            self.machine.peripherals()[slot.device].clocks_changed()
        return None

    def _apply(self, slot: Slot) -> None:
        if slot.device.split(".")[0] not in self.machine.peripherals():
            return
        self.machine.set_enabled(slot.device, bool(self.get(slot.name) & CGC))
        if slot.functional:
            self.machine.set_device_clock(slot.device, self.functional_hz(slot))

    def functional_hz(self, slot: Slot) -> int:
        """Functional clock behind a slot; 0 while it is gated, has no source, or its source is off."""
        value = self.get(slot.name)
        name = SOURCES.get((value & PCS) >> PCS_LSB)
        scg = self.peer(SCG)
        if not value & CGC or name is None or scg is None:
            return 0
        return scg.divided_hz(name)

    def clock_hz(self, name: str) -> int | None:
        """The functional clock of a device, by its name in `.repl`."""
        for slot in SLOTS:
            if slot.functional and slot.device == name:
                return self.functional_hz(slot)
        return None
