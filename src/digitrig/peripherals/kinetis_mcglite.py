"""MCG-Lite of K32 L2B: 48 MHz and 2 or 8 MHz internal oscillators, or the crystal.

Source: K32 L2B reference manual, chapter "Multipurpose clock generator lite (MCG_Lite)"; K32L2B31A.h. Assumed: all
oscillators are stable at once; CLKS = 2 without a crystal (EREFS0) waits, and S shows the old source.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.kinetis_mcg import OSC0
from digitrig.peripherals.registers import Access, Field, Register, State

M = State.MODELLED
RO = Access.RO
IRCLKEN, IRCS, EREFS0, HIRCEN = 1 << 1, 1 << 0, 1 << 2, 1 << 7
HIRC_HZ, LPO_HZ = 48_000_000, 1_000
LIRC_HZ = (2_000_000, 8_000_000)


@register("Miscellaneous.Kinetis_MCGLite")
class MCGLite(Peripheral):
    """`oscillatorFrequency`: the crystal on the board."""

    attributes: ClassVar[Mapping[str, type]] = {"oscillatorFrequency": int}
    TABLE = (
        Register(
            "C1 / Control 1",
            0x00,
            1,
            reset=0x40,
            fields=(
                Field("IREFSTEN / LIRC in stop mode", 0),
                Field("IRCLKEN / LIRC enable", 1),
                Field("CLKS / Clock source", 6, 2),
            ),
            state=M,
            hook_write=True,
        ),
        Register(
            "C2 / Control 2",
            0x01,
            1,
            reset=0x01,
            fields=(
                Field("IRCS / LIRC at 8 MHz", 0),
                Field("EREFS0 / Crystal", 2),
                Field("HGO0 / High gain", 3),
                Field("RANGE0 / Frequency range", 4, 2),
            ),
            state=M,
            hook_write=True,
        ),
        Register(
            "S / Status",
            0x06,
            1,
            reset=0x04,
            fields=(Field("OSCINIT0 / Oscillator stable", 1, 1, RO), Field("CLKST / Clock source", 2, 2, RO)),
            state=M,
        ),
        Register(
            "SC / Status and control",
            0x08,
            1,
            fields=(Field("FCRDIV / LIRC divider 1", 1, 3),),
            state=M,
            hook_write=True,
        ),
        Register(
            "MC / Miscellaneous control",
            0x18,
            1,
            fields=(Field("LIRC_DIV2 / LIRC divider 2", 0, 3), Field("HIRCEN / HIRC enable", 7)),
            rest=State.STORED,
            state=M,
            hook_write=True,
        ),
    )
    source = "K32 L2B RM, chapter MCG_Lite"

    def on_reset(self) -> None:
        self._settle()

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        self._settle()
        self.announce_clocks()
        return None

    def _settle(self) -> None:
        wanted, crystal = self.get("C1") >> 6, bool(self.get("C2") & EREFS0)
        source = self.get("S") >> 2 & 3
        if wanted != 3 and (wanted != 2 or crystal):
            source = wanted
        self.set("S", source << 2 | crystal << 1)

    def _lirc_hz(self) -> int:
        return LIRC_HZ[self.get("C2") & IRCS] >> (self.get("SC") >> 1 & 7)

    def _crystal_hz(self) -> int:
        return self.integer("oscillatorFrequency", 32_768) if self.get("C2") & EREFS0 else 0

    def clock_hz(self, name: str) -> int | None:
        """mcgout, irc48m, irclk (MCGIRCLK), oscer, erclk32k, lpo1k."""
        source = self.get("S") >> 2 & 3
        if name == "mcgout":
            return (HIRC_HZ, self._lirc_hz(), self._crystal_hz(), 0)[source]
        if name == "irc48m":
            return HIRC_HZ if source == 0 or self.get("MC") & HIRCEN else 0
        if name == "irclk":
            running = source == 1 or self.get("C1") & IRCLKEN
            return self._lirc_hz() >> (self.get("MC") & 7) if running else 0
        if name in ("oscer", "erclk32k"):
            osc = self.peer(OSC0)
            return self._crystal_hz() if osc is not None and osc.enabled() else 0
        return LPO_HZ if name == "lpo1k" else None
