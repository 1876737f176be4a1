"""PORT and GPIO of Kinetis: pin control, digital input and output, pin interrupts.

Source: KE1xZ64 reference manual, chapters "Port control and interrupts" and "General-purpose input/output". Two blocks
on the bus, `port` and `gpio`; the single-cycle alias is a second registration of `gpio`. A pin drives its level only
while its multiplexer is on GPIO (PCR MUX = 1). A pin that nothing outside drives reads 1, as if pulled up. PDIR is kept
in step with outputs, directions and inputs, so that firmware that polls a pin does not call the model. Digital filters
are stored without effect, DMA requests (IRQC 1 to 3) do nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.registers import Access, Block, Field, Register, State, hidden
from digitrig.platform.model import Value

M = State.MODELLED
ISF, IRQC_LSB, LK = 1 << 24, 16, 1 << 15
LOW, RISING, FALLING, BOTH, HIGH = 8, 9, 10, 11, 12

PCR_FIELDS = (
    Field("PS / Pull select", 0),
    Field("PE / Pull enable", 1),
    Field("SRE / Slew rate enable", 2),
    Field("PFE / Passive filter enable", 4),
    Field("DSE / Drive strength", 6),
    Field("MUX / Pin multiplexer", 8, 3),
    Field("LK / Lock", 15),
    Field("IRQC / Interrupt configuration", 16, 4),
    Field("ISF / Interrupt status flag", 24, 1, Access.W1C),
)
GLOBAL_FIELDS = (Field("GPWD / Data", 0, 16, Access.WO), Field("GPWE / Pins", 16, 16, Access.WO))


def _port_table() -> tuple[Register, ...]:
    pins = (
        Register(f"PCR{n} / Pin control {n}", 4 * n, fields=PCR_FIELDS, state=M, hook_write=True) for n in range(32)
    )
    return (
        *pins,
        Register("GPCLR / Global pin control low", 0x80, fields=GLOBAL_FIELDS, state=M, hook_write=True),
        Register("GPCHR / Global pin control high", 0x84, fields=GLOBAL_FIELDS, state=M, hook_write=True),
        Register("ISFR / Interrupt status flags", 0xA0, access=Access.W1C, state=M, hook_read=True, hook_write=True),
        Register("DFER / Digital filter enable", 0xC0),
        Register("DFCR / Digital filter clock", 0xC4, fields=(Field("CS / Clock source", 0),)),
        Register("DFWR / Digital filter width", 0xC8, fields=(Field("FILT / Length", 0, 5),)),
        hidden("INPUT / Levels from outside", 0xFFFFFFFF),
        hidden("GPIOS / Pins whose PCR MUX is 1"),
        hidden("WATCHED / Pins whose PCR IRQC is not 0"),
    )


GPIO_TABLE = (
    Register("PDOR / Port data output", 0x00, state=M, hook_write=True),
    Register("PSOR / Port set output", 0x04, access=Access.WO, state=M, hook_write=True),
    Register("PCOR / Port clear output", 0x08, access=Access.WO, state=M, hook_write=True),
    Register("PTOR / Port toggle output", 0x0C, access=Access.WO, state=M, hook_write=True),
    Register("PDIR / Port data input", 0x10, access=Access.RO, state=M),
    Register("PDDR / Port data direction", 0x14, state=M, hook_write=True),
)


BLOCKS = (Block("port", 0x1000, _port_table()), Block("gpio", 0x40, GPIO_TABLE))


@register("GPIOPort.NXPGPIOPort")
class KinetisPort(Peripheral):
    """Renode's class: access regions `port` and `gpio`, attribute `numberOfPins`."""

    lines = ("IRQ",)
    attributes: ClassVar[Mapping[str, type]] = {"numberOfPins": int}
    inputs = 32
    outside = ("INPUT",)
    numbered_outputs = True
    source = "KE1xZ64 RM, chapters PORT and GPIO"

    @classmethod
    def tables(cls, attributes: Mapping[str, Value]) -> tuple[Block, ...]:
        return BLOCKS

    # ---------------------------------------------------------------- pins
    def set_input(self, pin: int, level: bool) -> None:
        """The level that the world outside drives on a pin."""
        mask = 1 << pin
        self.set("INPUT", self.get("INPUT") | mask if level else self.get("INPUT") & ~mask)
        self._update()

    def drives(self, pin: int) -> bool:
        """Whether the part drives the pin as a GPIO."""
        return bool(self.get("PDDR") & self.get("GPIOS") & 1 << pin)

    def pad_levels(self) -> int:
        """Levels on the pins: the output where the part drives one, else what comes from outside."""
        driven = self.get("PDDR") & self.get("GPIOS")
        return self.get("PDOR") & driven | self.get("INPUT") & ~driven

    def pin_level(self, pin: int) -> bool:
        return bool(self.pad_levels() >> pin & 1)

    # ---------------------------------------------------------------- calls
    def on_reset(self) -> None:
        for model in self.machine.peripherals().values():
            for pin, control in model.pin_controls_at_reset(self.name).items():
                self.set(f"PCR{pin}", control)
                self._classify(pin)
        self.set("PDIR", self.pad_levels())

    def on_read(self, register: str, stored: int) -> int:
        return sum(1 << pin for pin in range(32) if self.get(f"PCR{pin}") & ISF)

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register.startswith("PCR") and register[3:].isdigit():
            if old & LK:  # the low half is locked until reset
                self.set(register, value & ~0xFFFF | old & 0xFFFF)
            self._classify(int(register[3:]))
        elif register in ("GPCLR", "GPCHR"):
            self._global(value, 0 if register == "GPCLR" else 16)
            self.set(register, 0)
        elif register == "ISFR":
            for pin in range(32):
                if written >> pin & 1:
                    self.set(f"PCR{pin}", self.get(f"PCR{pin}") & ~ISF)
            self.set(register, 0)
        elif register in ("PSOR", "PCOR", "PTOR"):
            output = self.get("PDOR")
            results = {"PSOR": output | written, "PCOR": output & ~written, "PTOR": output ^ written}
            self.set("PDOR", results[register])
            self.set(register, 0)
        self._update()
        return None

    def _global(self, value: int, first: int) -> None:
        for bit in range(16):
            name = f"PCR{first + bit}"
            control = self.get(name)
            if value >> (16 + bit) & 1 and not control & LK:
                mask = sum(field.mask for field in PCR_FIELDS) & 0xFFFF
                self.set(name, control & ~mask | value & mask)
                self._classify(first + bit)

    def _classify(self, pin: int) -> None:
        """Keep GPIOS and WATCHED in step with a pin's control register, so that a toggle need not look at all 32."""
        control, bit = self.get(f"PCR{pin}"), 1 << pin
        for name, on in (("GPIOS", control >> 8 & 7 == 1), ("WATCHED", control >> IRQC_LSB & 0xF)):
            self.set(name, self.get(name) | bit if on else self.get(name) & ~bit)

    def _update(self) -> None:
        """Edges since the last look, level interrupts, and the interrupt line."""
        now, before, watched = self.pad_levels(), self.get("PDIR"), self.get("WATCHED")
        self.set("PDIR", now)
        any_flag = False
        for pin in range(32):
            if not watched >> pin & 1:
                continue
            control = self.get(f"PCR{pin}")
            kind = control >> IRQC_LSB & 0xF
            level, was = now >> pin & 1, before >> pin & 1
            hit = (
                (kind == LOW and not level)
                or (kind == HIGH and level)
                or (kind in (RISING, BOTH) and level and not was)
                or (kind in (FALLING, BOTH) and was and not level)
            )
            if hit and not control & ISF:
                control |= ISF
                self.set(f"PCR{pin}", control)
            any_flag = any_flag or (bool(control & ISF) and kind >= LOW)
        self.machine.set_line(self.main, 0, any_flag)
