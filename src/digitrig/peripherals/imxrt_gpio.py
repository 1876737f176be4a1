"""GPIO of i.MX RT: data, direction, pad status, pin interrupts.

Source: i.MX RT1060 reference manual, chapter "General Purpose Input/Output". DR of an input pin gives the pad's level.
A pin that nothing outside drives reads 1, as if pulled up. Not modelled: the pin multiplexer (every pin counts as a
GPIO), the separate interrupts of GPIO1 pins 0 to 7, and the switch between GPIO1-3 and their fast twins (GPR26 to
GPR29).
"""

from __future__ import annotations

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.registers import Access, Register, State, hidden
from digitrig.platform.model import Connection

M = State.MODELLED
LOW, HIGH, RISING, FALLING = 0, 1, 2, 3


@register("GPIOPort.IMXRT_GPIO")
class IMXRTPort(Peripheral):
    """Renode's class has one interrupt output; here the first target of `IRQ` gets pins 0-15, the second pins 16-31.

    With a single target it gets all pins.
    """

    SIZE = 0x4000
    lines = ("IRQ",)
    outside = ("INPUT",)
    inputs = 32
    numbered_outputs = True
    TABLE = (
        Register("DR / Data", 0x00, state=M, hook_read=True, hook_write=True),
        Register("GDIR / Direction", 0x04, state=M, hook_write=True),
        Register("PSR / Pad status", 0x08, access=Access.RO, state=M, hook_read=True),
        Register("ICR1 / Interrupt configuration 1", 0x0C, state=M, hook_write=True),
        Register("ICR2 / Interrupt configuration 2", 0x10, state=M, hook_write=True),
        Register("IMR / Interrupt mask", 0x14, state=M, hook_write=True),
        Register("ISR / Interrupt status", 0x18, access=Access.W1C, state=M, hook_write=True),
        Register("EDGE_SEL / Edge select", 0x1C, state=M, hook_write=True),
        Register("DR_SET / Data set", 0x84, access=Access.WO, state=M, hook_write=True),
        Register("DR_CLEAR / Data clear", 0x88, access=Access.WO, state=M, hook_write=True),
        Register("DR_TOGGLE / Data toggle", 0x8C, access=Access.WO, state=M, hook_write=True),
        hidden("INPUT / Levels from outside", 0xFFFFFFFF),
        hidden("SEEN / Pad levels at the last look", 0xFFFFFFFF),
    )
    source = "i.MX RT1060 RM, chapter GPIO"

    def lines_of(self, connection: Connection, ordinal: int, total: int) -> tuple[int, ...]:
        """Line 0: pins 0-15, line 1: pins 16-31."""
        return (0, 1) if total == 1 else (ordinal,)

    # ---------------------------------------------------------------- pins
    def set_input(self, pin: int, level: bool) -> None:
        """The level that the world outside drives on a pin."""
        mask = 1 << pin
        self.set("INPUT", self.get("INPUT") | mask if level else self.get("INPUT") & ~mask)
        self._update()

    def drives(self, pin: int) -> bool:
        return bool(self.get("GDIR") >> pin & 1)

    def pad_levels(self) -> int:
        direction = self.get("GDIR")
        return self.get("DR") & direction | self.get("INPUT") & ~direction

    def pin_level(self, pin: int) -> bool:
        return bool(self.pad_levels() >> pin & 1)

    # ---------------------------------------------------------------- calls
    def on_reset(self) -> None:
        self.set("SEEN", self.pad_levels())

    def on_read(self, register: str, stored: int) -> int:
        return self.pad_levels()

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register in ("DR_SET", "DR_CLEAR", "DR_TOGGLE"):
            data = self.get("DR")
            results = {"DR_SET": data | written, "DR_CLEAR": data & ~written, "DR_TOGGLE": data ^ written}
            self.set("DR", results[register])
            self.set(register, 0)
        self._update()
        return None

    def _update(self) -> None:
        """Edges since the last look, level interrupts, and both interrupt lines."""
        now, before = self.pad_levels(), self.get("SEEN")
        self.set("SEEN", now)
        rising, falling, either = now & ~before, before & ~now, now ^ before
        configuration = self.get("ICR1") | self.get("ICR2") << 32
        edge_select, mask, hits = self.get("EDGE_SEL"), self.get("IMR"), 0
        for pin in range(32):
            bit, kind = 1 << pin, configuration >> 2 * pin & 3
            if edge_select & bit:
                hits |= either & bit
            elif kind in (RISING, FALLING):
                hits |= (rising if kind == RISING else falling) & bit
            elif mask & bit:  # levels count while they are watched, or every idle pin would flag
                hits |= (now if kind == HIGH else ~now) & bit
        status = self.get("ISR") | hits
        self.set("ISR", status)
        pending = status & mask
        self.machine.set_line(self.main, 0, bool(pending & 0xFFFF))
        self.machine.set_line(self.main, 1, bool(pending >> 16))
