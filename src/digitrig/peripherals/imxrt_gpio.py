"""GPIO of i.MX RT: data, direction, pad status, pin interrupts.

Source: i.MX RT1060 reference manual, chapter "General Purpose Input/Output". DR of an input pin gives the pad's level.
DR and PSR are kept in step with outputs, directions and inputs, so that firmware that polls a pin does not call the
model; the data last written to input pins waits in a hidden register until they become outputs.
A pin that nothing outside drives reads 1, as if pulled up. GPIO1 to GPIO4 share their pads with the fast ports GPIO6 to
GPIO9; IOMUXC_GPR GPR26 to GPR29 choose, bit by bit. Not modelled: the pin multiplexer (every pin counts as a GPIO) and
the separate interrupts of GPIO1 pins 0 to 7.
"""

from __future__ import annotations

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.imxrt_system import IOMUXCGPR
from digitrig.peripherals.registers import Access, Register, State, hidden
from digitrig.platform.model import Connection

M = State.MODELLED
LOW, HIGH, RISING, FALLING = 0, 1, 2, 3
# Ports that share pads: (slow, fast) -> the register whose bits choose the fast one.
SHARED = {(f"gpio{n}", f"gpio{n + 5}"): f"GPR{25 + n}" for n in (1, 2, 3, 4)}


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
        Register("DR / Data", 0x00, state=M, hook_write=True),
        Register("GDIR / Direction", 0x04, state=M, hook_write=True),
        Register("PSR / Pad status", 0x08, access=Access.RO, state=M),
        Register("ICR1 / Interrupt configuration 1", 0x0C, state=M, hook_write=True),
        Register("ICR2 / Interrupt configuration 2", 0x10, state=M, hook_write=True),
        Register("IMR / Interrupt mask", 0x14, state=M, hook_write=True),
        Register("ISR / Interrupt status", 0x18, access=Access.W1C, state=M, hook_write=True),
        Register("EDGE_SEL / Edge select", 0x1C, state=M, hook_write=True),
        Register("DR_SET / Data set", 0x84, access=Access.WO, state=M, hook_write=True),
        Register("DR_CLEAR / Data clear", 0x88, access=Access.WO, state=M, hook_write=True),
        Register("DR_TOGGLE / Data toggle", 0x8C, access=Access.WO, state=M, hook_write=True),
        hidden("INPUT / Levels from outside", 0xFFFFFFFF),
        hidden("DATA / Output data, also of pins that are inputs now"),
    )
    source = "i.MX RT1060 RM, chapter GPIO"

    def lines_of(self, connection: Connection, ordinal: int, total: int) -> tuple[int, ...]:
        """Line 0: pins 0-15, line 1: pins 16-31."""
        return (0, 1) if total == 1 else (ordinal,)

    # ---------------------------------------------------------------- pins
    def set_input(self, pin: int, level: bool) -> None:
        """The level that the world outside drives on a pin."""
        mask = 1 << pin
        for port in {self, *self._sharing()}:
            port.set("INPUT", port.get("INPUT") | mask if level else port.get("INPUT") & ~mask)
            port._update()

    def _sharing(self) -> list[IMXRTPort]:
        """The slow and the fast port of this one's pads; empty where nothing is shared."""
        for names in SHARED:
            if self.name in names:
                ports = [self.machine.peripherals().get(name) for name in names]
                return [port for port in ports if isinstance(port, IMXRTPort)]
        return []

    def _owner(self, pin: int) -> IMXRTPort:
        """The port that the pad is switched to."""
        ports, choice = self._sharing(), self.peer(IOMUXCGPR)
        if len(ports) < 2 or choice is None:
            return self
        return ports[choice.get(SHARED[ports[0].name, ports[1].name]) >> pin & 1]

    def drives(self, pin: int) -> bool:
        return bool(self._owner(pin).get("GDIR") >> pin & 1)

    def pad_levels(self) -> int:
        direction = self.get("GDIR")
        return self.get("DATA") & direction | self.get("INPUT") & ~direction

    def pin_level(self, pin: int) -> bool:
        return bool(self._owner(pin).pad_levels() >> pin & 1)

    # ---------------------------------------------------------------- calls
    def on_reset(self) -> None:
        self._show(self.pad_levels())
        self._drive()

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        data = self.get("DATA")
        if register == "DR":  # a byte or halfword leaves the data of the other lanes
            self.set("DATA", value if written == value else data & ~(value ^ old) | written)
        elif register in ("DR_SET", "DR_CLEAR", "DR_TOGGLE"):
            results = {"DR_SET": data | written, "DR_CLEAR": data & ~written, "DR_TOGGLE": data ^ written}
            self.set("DATA", results[register])
            self.set(register, 0)
        self._update()
        return None

    def _drive(self) -> None:
        for pin in self.wires:
            self.drive(pin, self.pin_level(pin))

    def _show(self, levels: int) -> None:
        self.set("DR", levels)
        self.set("PSR", levels)

    def _update(self) -> None:
        """Edges since the last look, level interrupts, and both interrupt lines."""
        now, before = self.pad_levels(), self.get("PSR")
        self._show(now)
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
        self._drive()
