"""SIM of KV11: dividers and gates.

Source: KV11 reference manual, chapter SIM; MKV11Z7.h; reset values also in the SVD of MKV11Z7. Two blocks on the bus:
`options` (SOPT1) and `control` (from SOPT2 on). UART0 runs from the core clock, UART1 from the bus clock.
"""

from __future__ import annotations

from collections.abc import Mapping

from digitrig.peripherals.base import register
from digitrig.peripherals.kinetis_sim import GatingSIM, gate_register, gates
from digitrig.peripherals.registers import Access, Block, Field, Register, State
from digitrig.platform.model import Value

M, RO = State.MODELLED, Access.RO

GATES = gates(
    SCGC4="1 EWM ewm, 6 I2C0 i2c0, 10 UART0 uart0, 11 UART1 uart1, 19 CMP cmp0",
    SCGC5="0 LPTMR lptmr0, 9 PORTA portA.port, 10 PORTB portB.port, 11 PORTC portC.port, 12 PORTD portD.port,"
    "13 PORTE portE.port",
    SCGC6="0 FTF ftfa, 1 DMAMUX dmamux, 4 FLEXCAN0 can0, 6 FTM3 ftm3, 7 FTM4 ftm4, 8 FTM5 ftm5, 12 SPI0 spi0,"
    "17 PDB1 pdb1, 18 CRC crc, 22 PDB0 pdb0, 24 FTM0 ftm0, 25 FTM1 ftm1, 26 FTM2 ftm2, 27 ADC0 adc0, 28 ADC1 adc1,"
    "31 DAC0 dac0",
    SCGC7="8 DMA dma",
)
_CONTROL = (
    Register(
        "SOPT2 / System options 2",
        0x04,
        fields=(Field("CLKOUTSEL / CLKOUT source", 5, 3), Field("FTMFFCLKSEL / FTM fixed clock", 24, 2)),
    ),
    *(Register(f"SOPT{n} / System options {n}", 4 * n - 4) for n in (4, 5, 6, 7, 8, 9)),
    Register("SDID / Device identification", 0x24, reset=0x10000000, access=RO),
    gate_register(GATES, "SCGC4", 0x34, 0xF0000030),
    gate_register(GATES, "SCGC5", 0x38, 0x40180),
    gate_register(GATES, "SCGC6", 0x3C, 1),
    gate_register(GATES, "SCGC7", 0x40, 0x100),
    Register(
        "CLKDIV1 / System clock divider",
        0x44,
        reset=0x00011000,
        fields=(
            Field("OUTDIV5 / ADC - 1", 12, 3),
            Field("OUTDIV5EN / ADC divider on", 15),
            Field("OUTDIV4 / Bus and flash - 1", 16, 3),
            Field("OUTDIV1 / Core - 1", 28, 4),
        ),
        state=M,
        hook_write=True,
    ),
    Register(
        "FCFG1 / Flash configuration 1",
        0x4C,
        reset=0x07000000,
        fields=(Field("FLASHDIS", 0), Field("FLASHDOZE", 1), Field("PFSIZE / Size", 24, 4, RO)),
    ),
    Register("FCFG2 / Flash configuration 2", 0x50, reset=0x00800000, access=RO),
    Register("UIDMH / Unique identification mid-high", 0x58, access=RO),
    Register("UIDML / Unique identification mid-low", 0x5C, access=RO),
    Register("UIDL / Unique identification low", 0x60, access=RO),
    Register("WDOGC / Watchdog control", 0x100, fields=(Field("WDOGCLKS / Watchdog clock", 1),), state=State.TAGGED),
)
BLOCKS = (
    Block("control", 0x1000, _CONTROL),
    Block("options", 0x1000, (Register("SOPT1 / System options 1", 0, fields=(Field("OSC32KSEL", 18, 2),)),)),
)


@register("Miscellaneous.KV1x_SIM")
class KV1xSIM(GatingSIM):
    """Access regions `control` and `options`."""

    GATES = GATES
    source = "KV11 RM, chapter SIM; FCFG1 as for 128 KB"

    @classmethod
    def tables(cls, attributes: Mapping[str, Value]) -> tuple[Block, ...]:
        return BLOCKS

    def functional_hz(self) -> Mapping[str, int]:
        return {"uart0": self.clock("core"), "uart1": self.clock("bus")}

    def clock_hz(self, name: str) -> int | None:
        """core, bus, flash."""
        if name not in ("core", "bus", "flash"):
            return None
        core = self.clock("mcgout") // (self.bits("CLKDIV1", "OUTDIV1") + 1)
        return core if name == "core" else core // (self.bits("CLKDIV1", "OUTDIV4") + 1)

    def pin_controls_at_reset(self, port: str) -> Mapping[int, int]:
        """Debug port and NMI, as on K32 L2B; assumed, the SVD of this part was not at hand."""
        return {0: 0x706, 3: 0x703, 4: 0x707} if port == "portA" else {}
