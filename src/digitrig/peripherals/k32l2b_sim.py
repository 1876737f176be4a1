"""SIM of K32 L2B: dividers, clock sources of LPUART and TPM, gates.

Source: K32 L2B reference manual, chapter SIM; K32L2B31A.h; reset values also in NXP's SVD of K32L2B21A. Two blocks on
the bus: `options` (SOPT1) and `control` (from SOPT2 on); COPC and SRVCOP are a third, `Timers.Kinetis_COP`.
"""

from __future__ import annotations

from collections.abc import Mapping

from digitrig.peripherals.base import register
from digitrig.peripherals.kinetis_sim import GatingSIM, gate_register, gates
from digitrig.peripherals.registers import Access, Block, Field, Register, State
from digitrig.platform.model import Value

M, RO = State.MODELLED, Access.RO

GATES = gates(
    SCGC4="6 I2C0 i2c0, 7 I2C1 i2c1, 12 UART2 uart2, 18 USBFS usb0, 19 CMP0 cmp0, 20 VREF vref, 22 SPI0 spi0,"
    "23 SPI1 spi1",
    SCGC5="0 LPTMR lptmr0, 9 PORTA portA.port, 10 PORTB portB.port, 11 PORTC portC.port, 12 PORTD portD.port,"
    "13 PORTE portE.port, 19 SLCD lcd, 20 LPUART0 lpuart0, 21 LPUART1 lpuart1, 31 FLEXIO flexio",
    SCGC6="0 FTF ftfa, 1 DMAMUX dmamux, 23 PIT pit, 24 TPM0 tpm0, 25 TPM1 tpm1, 26 TPM2 tpm2, 27 ADC0 adc0, 29 RTC rtc,"
    "31 DAC0 dac0",
    SCGC7="8 DMA dma",
)
# Codes of TPMSRC, LPUART0SRC and LPUART1SRC.
SOURCES = ("", "irc48m", "oscer", "irclk")
_OPTIONS = (
    Register(
        "SOPT1 / System options 1",
        0x0,
        reset=0x80000000,
        fields=(
            Field("OSC32KOUT / 32 kHz output", 16, 2),
            Field("OSC32KSEL / 32 kHz source", 18, 2),
            Field("USBVSTBY / USB regulator standby in VLP modes", 29),
            Field("USBSSTBY / USB regulator standby in stop modes", 30),
            Field("USBREGEN / USB regulator enable", 31),
        ),
    ),
    Register(
        "SOPT1CFG / SOPT1 configuration",
        0x4,
        fields=(Field("URWE / USBREGEN writable", 24), Field("UVSWE", 25), Field("USSWE", 26)),
    ),
)
_CONTROL = (
    Register(
        "SOPT2 / System options 2",
        0x04,
        fields=(
            Field("RTCCLKOUTSEL / RTC clock out", 4),
            Field("CLKOUTSEL / CLKOUT source", 5, 3),
            Field("USBSRC / USB clock source", 18),
            Field("FLEXIOSRC / FlexIO clock source", 22, 2),
            Field("TPMSRC / TPM clock source", 24, 2),
            Field("LPUART0SRC / LPUART0 clock source", 26, 2),
            Field("LPUART1SRC / LPUART1 clock source", 28, 2),
        ),
        state=M,
        hook_write=True,
    ),
    Register(
        "SOPT4 / System options 4",
        0x0C,
        fields=(
            Field("TPM1CH0SRC", 18, 2),
            Field("TPM2CH0SRC", 20),
            Field("TPM0CLKSEL", 24),
            Field("TPM1CLKSEL", 25),
            Field("TPM2CLKSEL", 26),
        ),
    ),
    Register(
        "SOPT5 / System options 5",
        0x10,
        fields=(
            Field("LPUART0TXSRC", 0, 2),
            Field("LPUART0RXSRC", 2),
            Field("LPUART1TXSRC", 4, 2),
            Field("LPUART1RXSRC", 6),
            Field("LPUART0ODE", 16),
            Field("LPUART1ODE", 17),
            Field("UART2ODE", 18),
        ),
    ),
    Register(
        "SOPT7 / System options 7",
        0x18,
        fields=(Field("ADC0TRGSEL", 0, 4), Field("ADC0PRETRGSEL", 4), Field("ADC0ALTTRGEN", 7)),
    ),
    Register("SDID / Device identification", 0x24, reset=0x00100D80, access=RO),
    gate_register(GATES, "SCGC4", 0x34, 0xF0000030),
    gate_register(GATES, "SCGC5", 0x38, 0x182),
    gate_register(GATES, "SCGC6", 0x3C, 1),
    gate_register(GATES, "SCGC7", 0x40, 0x100),
    Register(
        "CLKDIV1 / System clock divider",
        0x44,
        reset=0x00010000,
        fields=(Field("OUTDIV4 / Bus and flash - 1", 16, 3), Field("OUTDIV1 / Core - 1", 28, 4)),
        state=M,
        hook_write=True,
    ),
    Register(
        "FCFG1 / Flash configuration 1",
        0x4C,
        reset=0x0F000000,
        fields=(Field("FLASHDIS", 0), Field("FLASHDOZE", 1), Field("PFSIZE / Size", 24, 4, RO)),
    ),
    Register("FCFG2 / Flash configuration 2", 0x50, reset=0x7FFF0000, access=RO),
    Register("UIDMH / Unique identification mid-high", 0x58, access=RO),
    Register("UIDML / Unique identification mid-low", 0x5C, access=RO),
    Register("UIDL / Unique identification low", 0x60, access=RO),
)
BLOCKS = (Block("control", 0x100, _CONTROL), Block("options", 0x1000, _OPTIONS))
# Pin controls that do not reset to a pull-up on a disabled or analog pin: debug port and NMI; pins without pull-up.
_PINS = {"portA": {0: 0x706, 3: 0x703, 4: 0x707, 20: 0x17}}
_NO_PULL = {
    "portA": (14, 15, 16, 17),
    "portB": (10, 11, 16, 17),
    "portC": (3, 4, 5, 6, 7),
    "portD": (4, 5, 6, 7),
    "portE": (16, 17, 18, 19),
}


@register("Miscellaneous.K32L2B_SIM")
class K32L2BSIM(GatingSIM):
    """Access regions `control` and `options`."""

    GATES = GATES
    source = "K32 L2B RM, chapter SIM"

    @classmethod
    def tables(cls, attributes: Mapping[str, Value]) -> tuple[Block, ...]:
        return BLOCKS

    def _source_hz(self, field: str) -> int:
        name = SOURCES[self.bits("SOPT2", field)]
        return self.clock(name) if name else 0

    def functional_hz(self) -> Mapping[str, int]:
        return {"lpuart0": self._source_hz("LPUART0SRC"), "lpuart1": self._source_hz("LPUART1SRC")}

    def clock_hz(self, name: str) -> int | None:
        """core, bus, flash, tpm."""
        if name in ("core", "bus", "flash"):
            core = self.clock("mcgout") // (self.bits("CLKDIV1", "OUTDIV1") + 1)
            return core if name == "core" else core // (self.bits("CLKDIV1", "OUTDIV4") + 1)
        return self._source_hz("TPMSRC") if name == "tpm" else None

    def pin_controls_at_reset(self, port: str) -> Mapping[int, int]:
        special = _PINS.get(port, {})
        return {pin: special.get(pin, 1 if pin in _NO_PULL.get(port, ()) else 5) for pin in range(32)}
