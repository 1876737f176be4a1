"""GPIO of KE02: four 8-bit ports in a word; and KBI, the pin interrupts.

Source: KE02 reference manual, chapters GPIO and KBI; MKE02Z4.h. GPIOA holds PTA to PTD, GPIOB PTE to PTH. A pin that
nothing outside drives reads 1, as if pulled up; a pin with its PIDR bit set reads 0. PIDR resets to ones, so that an
input must be enabled first. Not modelled: pin selection (every pin counts as a GPIO) and its pull-ups.

KBI: KBI0 watches PTA0 to PTA3 and PTB0 to PTB3, KBI1 watches PTD0 to PTD7.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.registers import Access, Field, Register, State, hidden

M, WO = State.MODELLED, Access.WO
KBMOD, KBIE, KBACK, KBF, RSTKBSP = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 4
# first KBI pin -> bits of GPIOA, pins 0 to 7 of each KBI
KBI_PINS = {"kbi0": (0, 1, 2, 3, 8, 9, 10, 11), "kbi1": tuple(range(24, 32))}


@register("GPIOPort.KE0x_GPIO")
class KE0xGPIO(Peripheral):
    SIZE = 0x40
    inputs = 32
    outside = ("INPUT",)
    numbered_outputs = True
    TABLE = (
        Register("PDOR / Port data output", 0x00, state=M, hook_write=True),
        Register("PSOR / Port set output", 0x04, access=WO, state=M, hook_write=True),
        Register("PCOR / Port clear output", 0x08, access=WO, state=M, hook_write=True),
        Register("PTOR / Port toggle output", 0x0C, access=WO, state=M, hook_write=True),
        Register("PDIR / Port data input", 0x10, access=Access.RO, state=M),
        Register("PDDR / Port data direction", 0x14, state=M, hook_write=True),
        Register("PIDR / Port input disable", 0x18, reset=0xFFFFFFFF, state=M, hook_write=True),
        hidden("INPUT / Levels from outside", 0xFFFFFFFF),
    )
    source = "KE02 RM, chapter GPIO"

    def set_input(self, pin: int, level: bool) -> None:
        """The level that the world outside drives on a pin."""
        mask = 1 << pin
        self.set("INPUT", self.get("INPUT") | mask if level else self.get("INPUT") & ~mask)
        self._update()

    def drives(self, pin: int) -> bool:
        return bool(self.get("PDDR") >> pin & 1)

    def pad_levels(self) -> int:
        driven = self.get("PDDR")
        return self.get("PDOR") & driven | self.get("INPUT") & ~driven

    def pin_level(self, pin: int) -> bool:
        return bool(self.pad_levels() >> pin & 1)

    def on_reset(self) -> None:
        self._update()

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register in ("PSOR", "PCOR", "PTOR"):
            output = self.get("PDOR")
            results = {"PSOR": output | written, "PCOR": output & ~written, "PTOR": output ^ written}
            self.set("PDOR", results[register])
            self.set(register, 0)
        self._update()
        return None

    def _update(self) -> None:
        self.set("PDIR", self.pad_levels() & ~self.get("PIDR"))
        for model in self.machine.peripherals().values():
            if isinstance(model, KBI) and self.name == "gpioA":
                model.pins_changed(self.pad_levels())


@register("GPIOPort.KE0x_KBI")
class KBI(Peripheral):
    """The entry must be called `kbi0` or `kbi1`: its pins follow from that."""

    lines = ("IRQ",)
    attributes: ClassVar[Mapping[str, type]] = {}
    TABLE = (
        Register(
            "SC / Status and control",
            0x0,
            1,
            fields=(
                Field("KBMOD / Levels too", 0),
                Field("KBIE / Interrupt enable", 1),
                Field("KBACK / Acknowledge", 2, 1, WO),
                Field("KBF / Flag", 3, 1, Access.RO),
            ),
            state=M,
            hook_write=True,
        ),
        Register("PE / Pin enable", 0x1, 1, state=M, hook_write=True),
        Register("ES / Edge select, 1 = rising", 0x2, 1, state=M, hook_write=True),
        hidden("SEEN / Active pins at the last look"),
        hidden("LEVELS / Pads", 0xFF),
    )
    source = "KE02 RM, chapter KBI; pins from the chapter Signal multiplexing"

    def pins_changed(self, pads: int) -> None:
        pins = KBI_PINS.get(self.name, ())
        self.set("LEVELS", sum((pads >> bit & 1) << pin for pin, bit in enumerate(pins)))
        self._look()

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register == "SC":
            self.set("SC", value & ~(KBACK | KBF) | (0 if written & KBACK else old & KBF))
        self._look()
        return None

    def _look(self) -> None:
        """A falling edge flags where ES is 0, a rising one where it is 1; with KBMOD the level does too."""
        edges = self.get("ES")
        active = ~(self.get("LEVELS") ^ edges) & self.get("PE") & 0xFF
        control = self.get("SC")
        if active & ~self.get("SEEN") or (control & KBMOD and active):
            control |= KBF
            self.set("SC", control)
        self.set("SEEN", active)
        self.machine.set_line(self.main, 0, bool(control & KBF and control & KBIE))
