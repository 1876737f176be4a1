"""MCG and OSC of KV11: FLL, internal references, the clock before the SIM's dividers.

Source: KV11 reference manual, chapters "Multipurpose clock generator (MCG)" and "Oscillator (OSC)"; MKV11Z7.h. Assumed:
the oscillator is stable and the FLL locked at once; a change to the external reference waits until C2 enables the
crystal (EREFS), and S shows the old one; C4 resets without factory trim. Not modelled: trimming, clock monitor;
auto-trim ends at once without a result.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.registers import Access, Field, Register, State

M = State.MODELLED
RO = Access.RO
IRCLKEN, IREFS, EREFS, IRCS = 1 << 1, 1 << 2, 1 << 2, 1 << 0
ATME, ATMF = 1 << 7, 1 << 5
SLOW_HZ, FAST_HZ, LPO_HZ = 32_768, 4_000_000, 1_000
# DRST_DRS -> FLL factor with DMX32 = 0 and 1
FACTORS = ((640, 732), (1280, 1464), (1920, 2197), (2560, 2929))


def _trim(name: str, offset: int) -> Register:
    return Register(name, offset, 1)


@register("Miscellaneous.Kinetis_MCG")
class MCG(Peripheral):
    """`oscillatorFrequency`: the crystal on the board."""

    lines = ("IRQ",)
    attributes: ClassVar[Mapping[str, type]] = {"oscillatorFrequency": int}
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
                Field("FRDIV / FLL reference divider", 3, 3),
                Field("CLKS / Clock source", 6, 2),
            ),
            state=M,
            hook_write=True,
        ),
        Register(
            "C2 / Control 2",
            0x1,
            1,
            reset=0x80,
            fields=(
                Field("IRCS / Fast internal reference", 0),
                Field("LP / FLL off when bypassed", 1),
                Field("EREFS / Crystal", 2),
                Field("HGO / High gain", 3),
                Field("RANGE / Frequency range", 4, 2),
                Field("FCFTRIM / Fast fine trim", 6),
                Field("LOCRE0 / Reset by loss of clock", 7),
            ),
            state=M,
            hook_write=True,
        ),
        _trim("C3 / Slow trim", 0x2),
        Register(
            "C4 / Control 4",
            0x3,
            1,
            fields=(
                Field("SCFTRIM / Slow fine trim", 0),
                Field("FCTRIM / Fast trim", 1, 4),
                Field("DRST_DRS / DCO range", 5, 2),
                Field("DMX32 / Maximum with 32.768 kHz", 7),
            ),
            state=M,
            hook_write=True,
        ),
        Register("C6 / Control 6", 0x5, 1, fields=(Field("CME / Clock monitor enable", 5),)),
        Register(
            "S / Status",
            0x6,
            1,
            reset=0x10,
            fields=(
                Field("IRCST / Fast internal reference", 0, 1, RO),
                Field("OSCINIT0 / Oscillator stable", 1, 1, RO),
                Field("CLKST / Clock source", 2, 2, RO),
                Field("IREFST / Internal reference", 4, 1, RO),
            ),
            state=M,
        ),
        Register(
            "SC / Status and control",
            0x8,
            1,
            reset=0x02,
            fields=(
                Field("LOCS0 / Loss of clock", 0, 1, Access.W1C),
                Field("FCRDIV / Fast reference divider", 1, 3),
                Field("FLTPRSRV / Filter preserve", 4),
                Field("ATMF / Auto-trim failed", 5, 1, RO),
                Field("ATMS / Auto-trim select", 6),
                Field("ATME / Auto-trim enable", 7),
            ),
            state=M,
            hook_write=True,
        ),
        _trim("ATCVH / Auto-trim value high", 0xA),
        _trim("ATCVL / Auto-trim value low", 0xB),
    )
    source = "KV11 RM, chapter MCG"

    def on_reset(self) -> None:
        self._settle()

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register == "SC":
            self.set("SC", value & ~ATME)
        self._settle()
        self.announce_clocks()
        return None

    def _settle(self) -> None:
        """Let S follow C1 and C2, as far as the crystal runs."""
        control, second, status = self.get("C1"), self.get("C2"), self.get("S")
        crystal = bool(second & EREFS)
        reference, source = status >> 4 & 1, status >> 2 & 3
        if control & IREFS or crystal:
            reference = control >> 2 & 1
        if control >> 6 != 3 and (control >> 6 != 2 or crystal):
            source = control >> 6
        self.set("S", second & IRCS | crystal << 1 | source << 2 | reference << 4)

    def external_hz(self) -> int:
        return self.integer("oscillatorFrequency", 10_000_000) if self.get("C2") & EREFS else 0

    def _internal_hz(self) -> int:
        return FAST_HZ >> (self.get("SC") >> 1 & 7) if self.get("C2") & IRCS else SLOW_HZ

    def _fll_hz(self) -> int:
        factor = FACTORS[self.get("C4") >> 5 & 3][self.get("C4") >> 7]
        if self.get("S") >> 4 & 1:
            return SLOW_HZ * factor
        return self.external_hz() * factor // self._divider()

    def _divider(self) -> int:
        """FRDIV: powers of 2, times 32 in the high ranges; the last two codes differ there."""
        code, high = self.get("C1") >> 3 & 7, self.get("C2") >> 4 & 3
        return (1280, 1536)[code - 6] if high and code >= 6 else (32 if high else 1) << code

    def clock_hz(self, name: str) -> int | None:
        """mcgout, irclk (MCGIRCLK), ffclk, oscer, lpo1k."""
        if name == "mcgout":
            return (self._fll_hz(), self._internal_hz(), self.external_hz(), 0)[self.get("S") >> 2 & 3]
        if name == "irclk":
            return self._internal_hz() if self.get("C1") & IRCLKEN else 0
        if name == "ffclk":
            return (SLOW_HZ if self.get("S") >> 4 & 1 else self.external_hz() // self._divider()) // 2
        if name == "oscer":
            osc = self.peer(OSC0)
            return self.external_hz() if osc is not None and osc.enabled() else 0
        return LPO_HZ if name == "lpo1k" else None


@register("Miscellaneous.Kinetis_OSC")
class OSC0(Peripheral):
    """Load capacitors and the way of the oscillator's clock to other blocks; the MCG switches it on."""

    TABLE = (
        Register(
            "CR / Control",
            0x0,
            1,
            fields=(
                Field("SC16P / 16 pF", 0),
                Field("SC8P / 8 pF", 1),
                Field("SC4P / 4 pF", 2),
                Field("SC2P / 2 pF", 3),
                Field("EREFSTEN / On in stop mode", 5),
                Field("ERCLKEN / OSCERCLK enable", 7),
            ),
            state=M,
            hook_write=True,
        ),
        Register("DIV / Divider of OSCERCLK", 0x2, 1, fields=(Field("ERPS / Power of 2", 6, 2),)),
    )
    source = "KV11 RM, chapter OSC"

    def enabled(self) -> bool:
        return bool(self.get("CR") >> 7)

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        self.announce_clocks()
        return None
