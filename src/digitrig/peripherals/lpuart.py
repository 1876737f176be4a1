"""LPUART: register table; the behaviour is the C core's model DR_MODEL_LPUART.

Source: KE1xZ64 reference manual and i.MX RT1060 reference manual, chapter LPUART; both have the long map with VERID,
PARAM, GLOBAL and PINCFG in front. `hasGlobalRegisters: false` gives the short map of older parts (no FIFO).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import ClassVar

from digitrig.errors import UsageError
from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.registers import Access, Block, Field, Register, State
from digitrig.platform.model import Value

RO, W1C = Access.RO, Access.W1C
M = State.MODELLED

BAUD_FIELDS = (
    Field("SBR / Modulo divisor", 0, 13),
    Field("SBNS / Two stop bits", 13),
    Field("RXEDGIE / Active edge interrupt enable", 14),
    Field("LBKDIE / Break detect interrupt enable", 15),
    Field("RESYNCDIS / Resynchronisation disable", 16),
    Field("BOTHEDGE / Both edge sampling", 17),
    Field("MATCFG / Match configuration", 18, 2),
    Field("RIDMAE / Receiver idle DMA enable", 20),
    Field("RDMAE / Receiver full DMA enable", 21),
    Field("TDMAE / Transmitter DMA enable", 23),
    Field("OSR / Oversampling ratio", 24, 5),
    Field("M10 / 10-bit mode", 29),
    Field("MAEN2 / Match address 2 enable", 30),
    Field("MAEN1 / Match address 1 enable", 31),
)
STAT_FIELDS = (
    Field("MA2F / Match 2 flag", 14, 1, W1C),
    Field("MA1F / Match 1 flag", 15, 1, W1C),
    Field("PF / Parity error flag", 16, 1, W1C),
    Field("FE / Framing error flag", 17, 1, W1C),
    Field("NF / Noise flag", 18, 1, W1C),
    Field("OR / Receiver overrun flag", 19, 1, W1C),
    Field("IDLE / Idle line flag", 20, 1, W1C),
    Field("RDRF / Receive data register full", 21, 1, RO),
    Field("TC / Transmission complete", 22, 1, RO),
    Field("TDRE / Transmit data register empty", 23, 1, RO),
    Field("RAF / Receiver active flag", 24, 1, RO),
    Field("LBKDE / Break detection enable", 25),
    Field("BRK13 / Break length", 26),
    Field("RWUID / Receive wake-up idle detect", 27),
    Field("RXINV / Receive data inversion", 28),
    Field("MSBF / Most significant bit first", 29),
    Field("RXEDGIF / Active edge interrupt flag", 30, 1, W1C),
    Field("LBKDIF / Break detect interrupt flag", 31, 1, W1C),
)
CTRL_FIELDS = (
    Field("PT / Parity type", 0),
    Field("PE / Parity enable", 1),
    Field("ILT / Idle line type", 2),
    Field("WAKE / Wake-up method", 3),
    Field("M / 9-bit mode", 4),
    Field("RSRC / Receiver source", 5),
    Field("DOZEEN / Doze enable", 6),
    Field("LOOPS / Loop mode", 7),
    Field("IDLECFG / Idle configuration", 8, 3),
    Field("M7 / 7-bit mode", 11),
    Field("MA2IE / Match 2 interrupt enable", 14),
    Field("MA1IE / Match 1 interrupt enable", 15),
    Field("SBK / Send break", 16),
    Field("RWU / Receiver wake-up control", 17),
    Field("RE / Receiver enable", 18),
    Field("TE / Transmitter enable", 19),
    Field("ILIE / Idle line interrupt enable", 20),
    Field("RIE / Receiver interrupt enable", 21),
    Field("TCIE / Transmission complete interrupt enable", 22),
    Field("TIE / Transmit interrupt enable", 23),
    Field("PEIE / Parity error interrupt enable", 24),
    Field("FEIE / Framing error interrupt enable", 25),
    Field("NEIE / Noise error interrupt enable", 26),
    Field("ORIE / Overrun interrupt enable", 27),
    Field("TXINV / Transmit data inversion", 28),
    Field("TXDIR / TXD pin direction in single-wire mode", 29),
    Field("R9T8 / Receive bit 9, transmit bit 8", 30),
    Field("R8T9 / Receive bit 8, transmit bit 9", 31),
)
DATA_FIELDS = (
    Field("DATA / Received or to be sent", 0, 10),
    Field("IDLINE / Line was idle before", 11, 1, RO),
    Field("RXEMPT / Receive buffer empty", 12, 1, RO),
    Field("FRETSC / Frame error, or transmit special character", 13),
    Field("PARITYE / Parity error in this word", 14, 1, RO),
    Field("NOISY / Noise in this word", 15, 1, RO),
)
MATCH_FIELDS = (Field("MA1 / Match address 1", 0, 10), Field("MA2 / Match address 2", 16, 10))
MODIR_FIELDS = (
    Field("TXCTSE / Transmitter CTS enable", 0),
    Field("TXRTSE / Transmitter RTS enable", 1),
    Field("TXRTSPOL / Transmitter RTS polarity", 2),
    Field("RXRTSE / Receiver RTS enable", 3),
    Field("TXCTSC / Transmit CTS configuration", 4),
    Field("TXCTSSRC / Transmit CTS source", 5),
    Field("RTSWATER / Receive RTS configuration", 8, 2),
    Field("TNP / Transmitter narrow pulse", 16, 2),
    Field("IREN / Infrared enable", 18),
)
FIFO_FIELDS = (
    Field("RXFIFOSIZE / Receive FIFO depth code", 0, 3, RO),
    Field("RXFE / Receive FIFO enable", 3),
    Field("TXFIFOSIZE / Transmit FIFO depth code", 4, 3, RO),
    Field("TXFE / Transmit FIFO enable", 7),
    Field("RXUFE / Receive underflow interrupt enable", 8),
    Field("TXOFE / Transmit overflow interrupt enable", 9),
    Field("RXIDEN / Receiver idle empty enable", 10, 3),
    Field("RXFLUSH / Receive FIFO flush", 14),
    Field("TXFLUSH / Transmit FIFO flush", 15),
    Field("RXUF / Receive underflow flag", 16, 1, W1C),
    Field("TXOF / Transmit overflow flag", 17, 1, W1C),
    Field("RXEMPT / Receive FIFO empty", 22, 1, RO),
    Field("TXEMPT / Transmit FIFO empty", 23, 1, RO),
)
WATER_FIELDS = (
    Field("TXWATER / Transmit watermark", 0, 2),
    Field("TXCOUNT / Words in the transmit FIFO", 8, 3, RO),
    Field("RXWATER / Receive watermark", 16, 2),
    Field("RXCOUNT / Words in the receive FIFO", 24, 3, RO),
)

# Code of RXFIFOSIZE and TXFIFOSIZE by depth in words.
_DEPTH_CODE = {1: 0, 4: 1, 8: 2, 16: 3, 32: 4, 64: 5, 128: 6, 256: 7}


def _core(base: int) -> tuple[Register, ...]:
    return (
        Register("BAUD / Baud rate", base, reset=0x0F000004, fields=BAUD_FIELDS, state=M),
        Register("STAT / Status", base + 4, reset=0x00C00000, fields=STAT_FIELDS, state=M),
        Register("CTRL / Control", base + 8, fields=CTRL_FIELDS, state=M),
        Register("DATA / Data", base + 12, reset=0x1000, fields=DATA_FIELDS, state=M),
        Register("MATCH / Match address", base + 16, fields=MATCH_FIELDS),
    )


def _long_map(depth: int) -> tuple[Register, ...]:
    code, log2 = _DEPTH_CODE[depth], depth.bit_length() - 1
    return (
        Register("VERID / Version", 0x00, reset=0x04010003, access=RO),
        Register("PARAM / Parameters", 0x04, reset=log2 << 8 | log2, access=RO),
        Register("GLOBAL / Global", 0x08, fields=(Field("RST / Software reset", 1),), state=M),
        Register("PINCFG / Pin configuration", 0x0C, fields=(Field("TRGSEL / Trigger select", 0, 2),)),
        *_core(0x10),
        Register("MODIR / Modem and infrared", 0x24, fields=MODIR_FIELDS),
        Register("FIFO / FIFO", 0x28, reset=0x00C00000 | code << 4 | code, fields=FIFO_FIELDS, state=M),
        Register("WATER / Watermark", 0x2C, fields=WATER_FIELDS, state=M),
    )


@cache
def _blocks(long_map: bool, depth: int) -> tuple[Block, ...]:
    if long_map and depth not in _DEPTH_CODE:
        raise UsageError(f"UART.NXP_LPUART with fifoSize {depth}; supported: {', '.join(map(str, _DEPTH_CODE))}")
    return (Block("", 0x1000, _long_map(depth)) if long_map else Block("", 0x20, _core(0)),)


@register("UART.NXP_LPUART")
class LPUART(Peripheral):
    """Renode's class name and parameters. `fifoSize`: depth in words; `frequency` is for Renode only."""

    lines = ("IRQ",)
    attributes: ClassVar[Mapping[str, type]] = {
        "frequency": int,
        "fifoSize": int,
        "hasGlobalRegisters": bool,
        "hasFifoRegisters": bool,
    }
    source = "KE1xZ64 RM and i.MX RT1060 RM, chapter LPUART"

    @classmethod
    def tables(cls, attributes: Mapping[str, Value]) -> tuple[Block, ...]:
        depth = attributes.get("fifoSize", 4)
        if attributes.get("hasGlobalRegisters", True) != attributes.get("hasFifoRegisters", True):
            raise UsageError(
                "UART.NXP_LPUART with only one of hasGlobalRegisters and hasFifoRegisters; supported: both alike"
            )
        return _blocks(bool(attributes.get("hasGlobalRegisters", True)), depth if isinstance(depth, int) else 4)

    def native_model(self) -> tuple[str, tuple[int, ...]]:
        """("lpuart", (register map: 0 long, 1 short; FIFO depth in words))."""
        long_map = self.parameters.get("hasGlobalRegisters", True)
        return "lpuart", (0 if long_map else 1, self.integer("fifoSize", 4) if long_map else 1)
