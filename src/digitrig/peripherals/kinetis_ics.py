"""ICS and OSC of KE02: the crystal oscillator, the FLL and the core's clock.

Source: KE02 reference manual, chapters "Internal clock source (ICS)" and "Oscillator (OSC)"; MKE02Z4.h. The FLL
multiplies its reference by 1024. Assumed: the oscillator is stable and the FLL locked at once; a change to a source
that does not run waits until it does, and S shows the old one. Not modelled: trimming, clock monitor, loss of lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.registers import Access, Field, Register, State

M = State.MODELLED
RO = Access.RO
OSCINIT, OSCEN, RANGE = 1 << 0, 1 << 7, 1 << 2
IREFS, IRCLKEN, LP = 1 << 2, 1 << 1, 1 << 4
IREFST, LOCK = 1 << 4, 1 << 6
CLKST = 3 << 2
INTERNAL_HZ, FLL_FACTOR, LPO_HZ = 32_768, 1024, 1_000


@register("Miscellaneous.KE0x_OSC")
class OSC(Peripheral):
    """`oscillatorFrequency`: the crystal on the board."""

    attributes: ClassVar[Mapping[str, type]] = {"oscillatorFrequency": int}
    TABLE = (
        Register(
            "CR / Control",
            0x0,
            1,
            fields=(
                Field("OSCINIT / Stable", 0, 1, RO),
                Field("HGO / High gain", 1),
                Field("RANGE / High frequency range", 2),
                Field("OSCOS / Crystal", 4),
                Field("OSCSTEN / On in stop mode", 5),
                Field("OSCEN / Enable", 7),
            ),
            state=M,
            hook_write=True,
        ),
    )
    source = "KE02 RM, chapter OSC"

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        self.set("CR", value | OSCINIT if value & OSCEN else value & ~OSCINIT)
        self.announce_clocks()
        return None

    def high_range(self) -> bool:
        return bool(self.get("CR") & RANGE)

    def clock_hz(self, name: str) -> int | None:
        if name != "oscer":
            return None
        return self.integer("oscillatorFrequency", 10_000_000) if self.get("CR") & OSCEN else 0


@register("Miscellaneous.KE0x_ICS")
class ICS(Peripheral):
    lines = ("IRQ",)
    TABLE = (
        Register(
            "C1 / Control 1",
            0x0,
            1,
            reset=0x04,
            fields=(
                Field("IREFSTEN / Internal reference in stop mode", 0),
                Field("IRCLKEN / Internal reference to others", 1),
                Field("IREFS / Internal reference", 2),
                Field("RDIV / Reference divider", 3, 3),
                Field("CLKS / Clock source", 6, 2),
            ),
            state=M,
            hook_write=True,
        ),
        Register(
            "C2 / Control 2",
            0x1,
            1,
            reset=0x20,
            fields=(Field("LP / FLL off when bypassed", 4), Field("BDIV / Divider", 5, 3)),
            state=M,
            hook_write=True,
        ),
        Register("C3 / Trim", 0x2, 1),
        Register(
            "C4 / Control 4",
            0x3,
            1,
            fields=(
                Field("SCFTRIM / Fine trim", 0),
                Field("CME / Clock monitor enable", 5),
                Field("LOLIE / Loss of lock interrupt enable", 7),
            ),
        ),
        Register(
            "S / Status",
            0x4,
            1,
            reset=0x10,
            fields=(
                Field("CLKST / Clock source", 2, 2, RO),
                Field("IREFST / Internal reference", 4, 1, RO),
                Field("LOCK / FLL locked", 6, 1, RO),
                Field("LOLS / Lock was lost", 7, 1, Access.W1C),
            ),
            state=M,
        ),
    )
    source = "KE02 RM, chapter ICS"

    def on_reset(self) -> None:
        self._settle()

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        self._settle()
        self.announce_clocks()
        return None

    def clocks_changed(self) -> None:
        """The oscillator came or went."""
        self._settle()

    def _settle(self) -> None:
        """Let S follow C1, as far as the sources run."""
        control, status = self.get("C1"), self.get("S")
        crystal = bool(self.clock("oscer"))
        if control & IREFS or crystal:
            status = status & ~IREFST | (IREFST if control & IREFS else 0)
        source = control >> 6 & 3
        if source != 3 and (source != 2 or crystal):
            status = status & ~CLKST | source << 2
        locked = status & CLKST == 0 or not self.get("C2") & LP
        self.set("S", status | LOCK if locked else status & ~LOCK)

    def _reference(self) -> int:
        """Reference of the FLL in Hz, times 1."""
        if self.get("S") & IREFST:
            return INTERNAL_HZ
        return self.clock("oscer") // self._divider()

    def _divider(self) -> int:
        osc, code = self.peer(OSC), self.get("C1") >> 3 & 7
        return (32 if osc is not None and osc.high_range() else 1) << code

    def output_hz(self) -> int:
        """ICSOUTCLK."""
        source = self.get("S") >> 2 & 3
        if source == 0 and not self.get("S") & IREFST:
            hz = self.clock("oscer") * FLL_FACTOR // self._divider()
        else:
            hz = (INTERNAL_HZ * FLL_FACTOR, INTERNAL_HZ, self.clock("oscer"), 0)[source]
        return hz >> (self.get("C2") >> 5 & 7)

    def clock_hz(self, name: str) -> int | None:
        """core, irclk (ICSIRCLK), ffclk (the FLL's reference, halved), lpo1k."""
        if name == "core":
            return self.output_hz()
        if name == "irclk":
            return INTERNAL_HZ if self.get("C1") & IRCLKEN else 0
        if name == "ffclk":
            return self._reference() // 2
        return LPO_HZ if name == "lpo1k" else None
