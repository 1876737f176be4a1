"""Small system blocks of KE02: SIM, PMC, MCM, FTMRH, pin control, RTC.

Source: KE02 reference manual, the chapters of those names; MKE02Z4.h; reset values also in NXP's SVD of MKE02Z4. Flash
commands are not modelled: FSTAT, FCCOB and the divider are tagged.
"""

from __future__ import annotations

from collections.abc import Mapping

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.kinetis_sim import GatingSIM, gate_register, gates
from digitrig.peripherals.registers import Access, Field, Register, State, tagged

RO, W1C, WO = Access.RO, Access.W1C, Access.WO
M = State.MODELLED

GATES = gates(
    SCGC="0 RTC rtc, 1 PIT pit, 5 FTM0 ftm0, 6 FTM1 ftm1, 7 FTM2 ftm2, 10 CRC crc, 12 FLASH ftmrh, 13 SWD swd,"
    "17 I2C i2c0, 18 SPI0 spi0, 19 SPI1 spi1, 20 UART0 uart0, 21 UART1 uart1, 22 UART2 uart2, 24 KBI0 kbi0,"
    "25 KBI1 kbi1, 27 IRQ irq, 29 ADC adc0, 30 ACMP0 acmp0, 31 ACMP1 acmp1"
)
_RESETS = {"LVD": 1, "LOC": 2, "WDOG": 5, "PIN": 6, "POR": 7, "LOCKUP": 9, "SW": 10, "MDMAP": 11, "SACKERR": 13}
_CAUSES = {"wdog": "WDOG", "lock-up": "LOCKUP", "SYSRESETREQ": "SW", "reset by the host": "PIN"}


@register("Miscellaneous.KE0x_SIM")
class KE0xSIM(GatingSIM):
    GATES = GATES
    TABLE = (
        Register(
            "SRSID / System reset status and identification",
            0x00,
            reset=0x02000082,
            fields=(
                *(Field(f"{name} / Last reset", bit, 1, RO) for name, bit in _RESETS.items()),
                Field("PINID / Package", 16, 4, RO),
                Field("RevID / Revision", 20, 4, RO),
                Field("SUBFAMID / Subfamily", 24, 4, RO),
                Field("FAMID / Family", 28, 4, RO),
            ),
            state=M,
        ),
        Register(
            "SOPT / System options",
            0x04,
            reset=0x0E,
            fields=(
                Field("NMIE / NMI pin", 1),
                Field("RSTPE / Reset pin", 2),
                Field("SWDE / Debug pins", 3),
                Field("ADHWT / ADC trigger", 8, 2),
                Field("RTCC", 10),
                Field("ACIC", 11),
                Field("RXDCE", 12),
                Field("RXDFE", 13),
                Field("FTMSYNC", 14, 1, WO),
                Field("TXDME", 15),
                Field("BUSREF", 16, 3),
                Field("CLKOE", 19),
                Field("DLYACT", 23, 1, RO),
                Field("DELAY", 24, 8),
            ),
        ),
        Register("PINSEL / Pin selection", 0x08),
        gate_register(GATES, "SCGC", 0x0C, 0x3000),
        Register("UUIDL / Unique identification low", 0x10, access=RO),
        Register("UUIDH / Unique identification high", 0x14, access=RO),
        Register("BUSDIV / Bus clock divider", 0x18, fields=(Field("BUSDIV / By 2", 0),), state=M, hook_write=True),
    )
    source = "KE02 RM, chapter SIM; the reset status after power-on is POR and LVD"

    def functional_hz(self) -> Mapping[str, int]:
        return dict.fromkeys(("uart0", "uart1", "uart2"), self.clock("bus"))

    def clock_hz(self, name: str) -> int | None:
        """bus, flash."""
        return self.clock("core") >> self.get("BUSDIV") if name in ("bus", "flash") else None

    def after_reset(self, cause: str) -> None:
        for word, name in _CAUSES.items():
            if cause.startswith(word):
                self.set("SRSID", self.get("SRSID") & ~0xFFFF | 1 << _RESETS[name])


@register("Miscellaneous.KE0x_PMC")
class KE0xPMC(Peripheral):
    """The supply is always good."""

    lines = ("IRQ",)
    TABLE = (
        Register(
            "SPMSC1 / Status and control 1",
            0x0,
            1,
            reset=0x1C,
            fields=(
                Field("BGBE / Bandgap buffer enable", 0),
                Field("LVDE / Low voltage detect enable", 2),
                Field("LVDSE / In stop mode", 3),
                Field("LVDRE / Reset enable", 4),
                Field("LVWIE / Warning interrupt enable", 5),
                Field("LVWACK / Warning acknowledge", 6, 1, WO),
                Field("LVWF / Warning flag", 7, 1, RO),
            ),
        ),
        Register(
            "SPMSC2 / Status and control 2",
            0x1,
            1,
            fields=(Field("LVWV / Warning threshold", 4, 2), Field("LVDV / Detect threshold", 6)),
        ),
    )
    source = "KE02 RM, chapter PMC"


@register("Miscellaneous.KE0x_PORT")
class KE0xPORT(Peripheral):
    """Filters, pull-ups and drive strength, without effect: pins that nothing drives read 1."""

    SIZE = 0x1000
    TABLE = (
        Register("IOFLT / Port filter", 0x00, reset=0x00C00000),
        Register("PUEL / Pull-up enable, ports A to D", 0x04, reset=0x00100000),
        Register("PUEH / Pull-up enable, ports E to H", 0x08),
        Register("HDRVE / High drive enable", 0x0C, fields=(Field("PINS / PTB4 to PTH1", 0, 8),)),
    )
    source = "KE02 RM, chapter PORT"


def _byte(name: str, offset: int, reset: int = 0, access: Access = Access.RW) -> Register:
    return Register(name, offset, 1, reset=reset, access=access)


@register("Miscellaneous.Kinetis_FTMRH")
class FTMRH(Peripheral):
    """Idle flash controller: CCIF is 1, commands are not carried out."""

    lines = ("IRQ",)
    TABLE = (
        *tagged(_byte("FCLKDIV / Clock divider", 0x0)),
        _byte("FSEC / Security", 0x1, 0xFE, RO),
        *tagged(_byte("FCCOBIX / Command index", 0x2)),
        _byte("FCNFG / Configuration", 0x4),
        _byte("FERCNFG / Error configuration", 0x5),
        Register(
            "FSTAT / Status",
            0x6,
            1,
            reset=0x80,
            fields=(
                Field("MGSTAT / Command completion status", 0, 2, RO),
                Field("MGBUSY / Busy", 3, 1, RO),
                Field("FPVIOL / Protection violation", 4, 1, W1C),
                Field("ACCERR / Access error", 5, 1, W1C),
                Field("CCIF / Command complete", 7, 1, RO),
            ),
            state=State.TAGGED,
        ),
        _byte("FERSTAT / Error status", 0x7, 0, W1C),
        _byte("FPROT / Protection", 0x8, 0xFF),
        _byte("EEPROT / EEPROM protection", 0x9, 0xFF),
        *tagged(_byte("FCCOBHI / Command object high", 0xA), _byte("FCCOBLO / Command object low", 0xB)),
        _byte("FOPT / Options", 0xC, 0xFF, RO),
    )
    source = "KE02 RM, chapter FTMRH; FSEC and FOPT as an image without flash configuration leaves them"


@register("Miscellaneous.KE0x_MCM")
class KE0xMCM(Peripheral):
    """Flash cache and speculation are not modelled; the timing parameters of a board stand for them."""

    TABLE = (
        Register("PLASC / Crossbar slave configuration", 0x08, 2, reset=0x07, access=RO),
        Register("PLAMC / Crossbar master configuration", 0x0A, 2, reset=0x01, access=RO),
        Register(
            "PLACR / Platform control",
            0x0C,
            reset=0x800,
            fields=(
                Field("CFCC / Clear flash cache", 10, 1, WO),
                Field("DFCDA / Disable data caching", 11),
                Field("DFCIC / Disable instruction caching", 12),
                Field("DFCC / Disable flash cache", 13),
                Field("EFDS / Enable data speculation", 14),
                Field("DFCS / Disable speculation", 15),
                Field("ESFC / Stall on flash busy", 16),
            ),
        ),
    )
    source = "KE02 RM, chapter MCM"


@register("Timers.KE0x_RTC")
class KE0xRTC(Peripheral):
    lines = ("IRQ",)
    source = "KE02 RM, chapter RTC"
    TABLE = tagged(
        Register("SC / Status and control", 0x0),
        Register("MOD / Modulo", 0x4),
        Register("CNT / Counter", 0x8, access=RO),
    )
