"""Small system blocks of KE1xZ: SIM, SMC, PMC, RCM, MCM, FTFA and the MMDVSQ.

Source: KE1xZ64 reference manual, the chapters of those names; reset values also in NXP's SVD of MKE16Z4. FTFA FSTAT
reads CCIF = 1 on a running part although the SVD gives 0. Flash commands are not modelled: FSTAT and FCCOB are tagged.
"""

from __future__ import annotations

from math import isqrt

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.kinetis_scg import SCG
from digitrig.peripherals.registers import Access, Field, Register, State

RO, W1C, WO = Access.RO, Access.W1C, Access.WO
M, TAGGED = State.MODELLED, State.TAGGED


@register("Miscellaneous.KE1xZ_SIM")
class SIM(Peripheral):
    TABLE = (
        Register(
            "CHIPCTL / Chip control",
            0x04,
            fields=(
                Field("CLKOUTDIV / CLKOUT divide", 4, 2),
                Field("CLKOUTSEL / CLKOUT select", 6, 2),
                Field("PWTCLKSEL / PWT clock source", 16, 2),
                Field("RTC32KCLKSEL / 32 kHz clock source", 18, 2),
            ),
            rest=State.STORED,
        ),
        Register("FTMOPT0 / FTM options 0", 0x0C),
        Register("ADCOPT / ADC options", 0x18),
        Register("FTMOPT1 / FTM options 1", 0x1C),
        Register("SDID / System device identification", 0x24, reset=0x100, access=RO),
        Register("FCFG1 / Flash configuration 1", 0x4C),
        Register("FCFG2 / Flash configuration 2", 0x50, reset=0x7F800000, access=RO),
        Register("UIDH / Unique identification high", 0x54, access=RO),
        Register("UIDMH / Unique identification mid-high", 0x58, access=RO),
        Register("UIDML / Unique identification mid-low", 0x5C, access=RO),
        Register("UIDL / Unique identification low", 0x60, access=RO),
        Register(
            "MISCTRL / Miscellaneous control", 0x6C, fields=(Field("SW_TRG / Software trigger", 0),), state=TAGGED
        ),
    )
    source = "KE1xZ64 RM, chapter SIM"


@register("Miscellaneous.KE1xZ_SMC")
class SMC(Peripheral):
    """Run modes: RUN and VLPR. Stop modes are entered by WFI and are not told apart from wait."""

    TABLE = (
        Register("VERID / Version", 0x00, reset=0x01000000, access=RO),
        Register("PARAM / Parameters", 0x04, access=RO),
        Register("PMPROT / Power mode protection", 0x08, fields=(Field("AVLP / Allow very low power modes", 5),)),
        Register(
            "PMCTRL / Power mode control",
            0x0C,
            fields=(
                Field("STOPM / Stop mode control", 0, 3),
                Field("STOPA / Stop aborted", 3, 1, RO),
                Field("RUNM / Run mode control", 5, 2),
            ),
            state=M,
            hook_write=True,
        ),
        Register(
            "STOPCTRL / Stop control", 0x10, reset=3, fields=(Field("PSTOPO / Partial stop", 6, 2),), rest=State.STORED
        ),
        Register("PMSTAT / Power mode status", 0x14, reset=1, fields=(Field("PMSTAT / Mode", 0, 8, RO),), state=M),
    )
    source = "KE1xZ64 RM, chapter SMC"

    def very_low_power(self) -> bool:
        return self.get("PMSTAT") == 4

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        """RUNM = 2 goes to VLPR (PMSTAT 4) if PMPROT allows it, 0 back to RUN (PMSTAT 1)."""
        wanted = value >> 5 & 3
        if wanted == 2 and not self.bits("PMPROT", "AVLP"):
            return value & ~(3 << 5) | old & 3 << 5
        self.set("PMSTAT", 4 if wanted == 2 else 1)
        scg = self.peer(SCG)
        if scg is not None:
            scg.run_mode_changed()
        return None


@register("Miscellaneous.KE1xZ_PMC")
class PMC(Peripheral):
    """The supply is always good: LVDF and LVWF stay 0."""

    lines = ("IRQ",)
    TABLE = (
        Register(
            "LVDSC1 / Low voltage detect status and control 1",
            0x00,
            1,
            fields=(
                Field("LVDRE / Reset enable", 4),
                Field("LVDIE / Interrupt enable", 5),
                Field("LVDACK / Acknowledge", 6, 1, WO),
                Field("LVDF / Flag", 7, 1, RO),
            ),
        ),
        Register(
            "LVDSC2 / Low voltage detect status and control 2",
            0x01,
            1,
            fields=(
                Field("LVWIE / Warning interrupt enable", 5),
                Field("LVWACK / Warning acknowledge", 6, 1, WO),
                Field("LVWF / Warning flag", 7, 1, RO),
            ),
        ),
        Register(
            "REGSC / Regulator status and control",
            0x02,
            1,
            reset=0x04,
            fields=(
                Field("BIASEN / Bias enable", 0),
                Field("CLKBIASDIS / Clock bias disable", 1),
                Field("REGFPM / Full performance", 2, 1, RO),
                Field("LPOSTAT / LPO status", 6, 1, RO),
                Field("LPODIS / LPO disable", 7),
            ),
        ),
        Register("LPOTRIM / LPO trim", 0x04, 1, fields=(Field("LPOTRIM / Trim", 0, 5),)),
    )
    source = "KE1xZ64 RM, chapter PMC"


_RESET_BITS = {
    "LVD": 1,
    "LOC": 2,
    "LOL": 3,
    "WDOG": 5,
    "PIN": 6,
    "POR": 7,
    "LOCKUP": 9,
    "SW": 10,
    "MDM_AP": 11,
    "SACKERR": 13,
}
_CAUSES = {"wdog": "WDOG", "lock-up": "LOCKUP", "SYSRESETREQ": "SW", "reset by the host": "PIN"}


@register("Miscellaneous.KE1xZ_RCM")
class RCM(Peripheral):
    lines = ("IRQ",)
    TABLE = (
        Register("VERID / Version", 0x00, reset=0x03000003, access=RO),
        Register(
            "SRS / System reset status",
            0x08,
            reset=0x82,
            fields=tuple(Field(f"{name} / Last reset", bit, 1, RO) for name, bit in _RESET_BITS.items()),
            state=M,
        ),
        Register("RPC / Reset pin control", 0x0C),
        Register("MR / Mode", 0x10, fields=(Field("BOOTROM / Boot from ROM", 1, 2, W1C),)),
        Register("FM / Force mode", 0x14, fields=(Field("FORCEROM / Force boot from ROM", 1, 2),), state=TAGGED),
        Register(
            "SSRS / Sticky system reset status",
            0x18,
            reset=0x82,
            fields=tuple(Field(f"S{name} / Sticky", bit, 1, W1C) for name, bit in _RESET_BITS.items()),
            state=M,
        ),
        Register("SRIE / System reset interrupt enable", 0x1C, state=TAGGED),
    )
    source = "KE1xZ64 RM, chapter RCM"

    def after_reset(self, cause: str) -> None:
        """SRS names the cause: a watchdog, a lock-up, SYSRESETREQ, or the reset pin for a reset by the host."""
        for word, name in _CAUSES.items():
            if cause.startswith(word):
                self.set("SRS", 1 << _RESET_BITS[name])
                self.set("SSRS", self.get("SSRS") | 1 << _RESET_BITS[name])


@register("Miscellaneous.KE1xZ_MCM")
class MCM(Peripheral):
    TABLE = (
        Register("PLASC / Crossbar slave configuration", 0x08, 2, reset=0x07, access=RO),
        Register("PLAMC / Crossbar master configuration", 0x0A, 2, reset=0x05, access=RO),
        Register(
            "PLACR / Platform control",
            0x0C,
            reset=0x250,
            fields=(
                Field("ARB / Arbitration", 9),
                Field("CFCC / Clear flash cache", 10, 1, WO),
                Field("DFCDA / Disable data caching", 11),
                Field("DFCIC / Disable instruction caching", 12),
                Field("DFCC / Disable flash cache", 13),
                Field("EFDS / Enable data speculation", 14),
                Field("DFCS / Disable flash speculation", 15),
                Field("ESFC / Enable stalling flash controller", 16),
            ),
        ),
        Register(
            "CPO / Compute operation control",
            0x40,
            fields=(
                Field("CPOREQ / Request", 0),
                Field("CPOACK / Acknowledge", 1, 1, RO),
                Field("CPOWOI / Wake-up on interrupt", 2),
            ),
            state=TAGGED,
        ),
    )
    source = "KE1xZ64 RM, chapter MCM"


def _ccob(index: int, offset: int) -> Register:
    return Register(f"FCCOB{index:X} / Command object {index:X}", offset, 1, state=TAGGED)


@register("Miscellaneous.Kinetis_FTFA")
class FTFA(Peripheral):
    """Idle flash controller: CCIF is 1, commands are not carried out."""

    lines = ("IRQ",)
    TABLE = (
        Register(
            "FSTAT / Flash status",
            0x00,
            1,
            reset=0x80,
            fields=(
                Field("MGSTAT0 / Command completion status", 0, 1, RO),
                Field("FPVIOL / Protection violation", 4, 1, W1C),
                Field("ACCERR / Access error", 5, 1, W1C),
                Field("RDCOLERR / Read collision error", 6, 1, W1C),
                Field("CCIF / Command complete", 7, 1, RO),
            ),
            state=TAGGED,
        ),
        Register(
            "FCNFG / Flash configuration",
            0x01,
            1,
            fields=(
                Field("ERSSUSP / Erase suspend", 4),
                Field("ERSAREQ / Erase all request", 5, 1, RO),
                Field("RDCOLLIE / Read collision interrupt enable", 6),
                Field("CCIE / Command complete interrupt enable", 7),
            ),
        ),
        Register("FSEC / Flash security", 0x02, 1, reset=0xFE, access=RO),
        Register("FOPT / Flash options", 0x03, 1, reset=0xFF, access=RO),
        *(_ccob(index, offset) for offset, index in enumerate((3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8), start=4)),
        *(Register(f"FPROT{3 - i} / Program flash protection {3 - i}", 0x10 + i, 1, reset=0xFF) for i in range(4)),
    )
    source = "KE1xZ64 RM, chapter FTFA; FSEC, FOPT and FPROT as an image without flash configuration leaves them"


USGN, REM, DZE, DZ, DFS, SQRT, DIV = 1 << 1, 1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 29, 1 << 30


@register("Miscellaneous.Kinetis_MMDVSQ")
class MMDVSQ(Peripheral):
    """Divide and square root, done at once: BUSY never shows (the manual: 11 to 17 cycles)."""

    WIDTHS = (4,)
    TABLE = (
        Register("DEND / Dividend", 0x00, state=M),
        Register("DSOR / Divisor", 0x04, state=M, hook_write=True),
        Register(
            "CSR / Control and status",
            0x08,
            fields=(
                Field("SRT / Start", 0, 1, WO),
                Field("USGN / Unsigned", 1),
                Field("REM / Remainder", 2),
                Field("DZE / Divide by zero gives a bus error", 3),
                Field("DZ / Divided by zero", 4, 1, RO),
                Field("DFS / Disable fast start", 5),
                Field("SQRT / Last operation was a square root", 29, 1, RO),
                Field("DIV / Last operation was a divide", 30, 1, RO),
                Field("BUSY / Busy", 31, 1, RO),
            ),
            state=M,
            hook_write=True,
        ),
        Register("RES / Result", 0x0C, state=M),
        Register("RCND / Radicand", 0x10, access=WO, state=M, hook_write=True),
    )
    source = "KE1xZ64 RM, chapter MMDVSQ"

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register == "RCND":
            self.set("RES", isqrt(value))
            self.set("CSR", self.get("CSR") & ~DIV | SQRT)
        elif register == "DSOR" and not self.get("CSR") & DFS:
            self._divide()
        elif register == "CSR":
            self.set("CSR", value & ~1)
            if value & 1:
                self._divide()
        return None

    def _divide(self) -> None:
        control, dividend, divisor = self.get("CSR"), self.get("DEND"), self.get("DSOR")
        zero = DZ if divisor == 0 else 0
        self.set("CSR", control & ~(DZ | SQRT) | DIV | zero)
        if divisor == 0:
            self.set("RES", 0)
            return
        if not control & USGN:
            dividend, divisor = _signed(dividend), _signed(divisor)
        quotient = abs(dividend) // abs(divisor) * (-1 if (dividend < 0) != (divisor < 0) else 1)
        self.set("RES", (dividend - quotient * divisor if control & REM else quotient) & 0xFFFFFFFF)


def _signed(value: int) -> int:
    return value - (1 << 32) if value & 1 << 31 else value
