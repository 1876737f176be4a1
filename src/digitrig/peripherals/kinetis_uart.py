"""UART of older Kinetis parts, 8-bit registers: register table; the behaviour is the C core's model.

Source: KE02 reference manual and KV11 reference manual, chapter UART; MKE02Z4.h and MKV11Z7.h. The block takes byte
accesses only, and an access to an address without a register is a transfer error. `hasFifoRegisters: false` gives the
eight registers of KE02. Not modelled: 9-bit characters, address match, wake-up, break, hardware flow control, DMA.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import ClassVar

from digitrig.errors import UsageError
from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.registers import Access, Block, Field, Register, State
from digitrig.platform.model import Connection, Value

RO, W1C = Access.RO, Access.W1C
M = State.MODELLED


def _bits(*names: str, access: Access = Access.RW) -> tuple[Field, ...]:
    """Single bits from bit 0 on; "" leaves one out."""
    return tuple(Field(name, bit, 1, access) for bit, name in enumerate(names) if name)


_S2_FLAGS = (Field("RXEDGIF / Active edge flag", 6, 1, W1C), Field("LBKDIF / Break detect flag", 7, 1, W1C))
_S2_CONTROLS = (
    Field("RAF / Receiver active", 0, 1, RO),
    Field("LBKDE / Break detect enable", 1),
    Field("BRK13 / Break length", 2),
    Field("RWUID / Wake-up idle detect", 3),
    Field("RXINV / Receive inversion", 4),
)


_C1 = ("PT", "PE", "ILT", "WAKE", "M", "RSRC", "UARTSWAI", "LOOPS")
_C2 = ("SBK", "RWU", "RE", "TE", "ILIE", "RIE", "TCIE", "TIE")
_C3 = (*_bits("PEIE", "FEIE", "NEIE", "ORIE", "TXINV", "TXDIR", "T8"), Field("R8 / Received bit 8", 7, 1, RO))


def _common(fifo: bool) -> tuple[Register, ...]:
    order = (Field("MSBF / Most significant bit first", 5),) if fifo else ()
    return (
        Register(
            "BDH / Baud rate high",
            0x00,
            1,
            fields=(
                Field("SBR / Divisor 12 to 8", 0, 5),
                Field("SBNS / Two stop bits", 5),
                Field("RXEDGIE / Active edge interrupt enable", 6),
                Field("LBKDIE / Break detect interrupt enable", 7),
            ),
            state=M,
        ),
        Register("BDL / Baud rate low", 0x01, 1, reset=4, state=M),
        Register("C1 / Control 1", 0x02, 1, fields=_bits(*_C1), state=M),
        Register("C2 / Control 2", 0x03, 1, fields=_bits(*_C2), state=M),
        Register(
            "S1 / Status 1",
            0x04,
            1,
            reset=0xC0,
            fields=_bits(*["PF", "FE", "NF", "OR", "IDLE", "RDRF", "TC", "TDRE"], access=RO),
            state=M,
        ),
        Register("S2 / Status 2", 0x05, 1, fields=(*_S2_CONTROLS, *order, *_S2_FLAGS)),
        Register("C3 / Control 3", 0x06, 1, fields=_C3, state=M),
        Register("D / Data", 0x07, 1, state=M),
    )


# Code of RXFIFOSIZE and TXFIFOSIZE by depth in words.
_DEPTH_CODE = {1: 0, 4: 1, 8: 2, 16: 3}


def _fifo(depth: int) -> tuple[Register, ...]:
    code = _DEPTH_CODE[depth]
    return (
        Register("MA1 / Match address 1", 0x08, 1),
        Register("MA2 / Match address 2", 0x09, 1),
        Register(
            "C4 / Control 4",
            0x0A,
            1,
            fields=(Field("BRFA / Divisor fraction", 0, 5), *_bits("", "", "", "", "", "M10", "MAEN2", "MAEN1")),
            state=M,
        ),
        Register("C5 / Control 5", 0x0B, 1, fields=(Field("RDMAS / Receive DMA", 5), Field("TDMAS / Transmit DMA", 7))),
        Register("ED / Extended data", 0x0C, 1, fields=_bits(*[""] * 6, "PARITYE", "NOISY", access=RO)),
        Register("MODEM / Modem", 0x0D, 1, fields=_bits("TXCTSE", "TXRTSE", "TXRTSPOL", "RXRTSE")),
        Register(
            "PFIFO / FIFO parameters",
            0x10,
            1,
            reset=code << 4 | code,
            fields=(
                Field("RXFIFOSIZE / Receive depth code", 0, 3, RO),
                Field("RXFE / Receive FIFO enable", 3),
                Field("TXFIFOSIZE / Transmit depth code", 4, 3, RO),
                Field("TXFE / Transmit FIFO enable", 7),
            ),
            state=M,
        ),
        Register(
            "CFIFO / FIFO control",
            0x11,
            1,
            fields=_bits("RXUFE", "TXOFE", "RXOFE", "", "", "", "RXFLUSH", "TXFLUSH"),
            state=M,
        ),
        Register(
            "SFIFO / FIFO status",
            0x12,
            1,
            reset=0xC0,
            fields=(*_bits("RXUF", "TXOF", "RXOF", access=W1C), *_bits(*[""] * 6, "RXEMPT", "TXEMPT", access=RO)),
            state=M,
        ),
        Register("TWFIFO / Transmit watermark", 0x13, 1, state=M),
        Register("TCFIFO / Words in the transmit FIFO", 0x14, 1, access=RO, state=M),
        Register("RWFIFO / Receive watermark", 0x15, 1, reset=1, state=M),
        Register("RCFIFO / Words in the receive FIFO", 0x16, 1, access=RO, state=M),
    )


@cache
def _blocks(fifo: bool, depth: int) -> tuple[Block, ...]:
    if depth not in _DEPTH_CODE or (depth > 1 and not fifo):
        raise UsageError(
            f"UART.Kinetis_UART with fifoSize {depth}; supported: 1, 4, 8, 16, and 1 without FIFO registers"
        )
    table = (*_common(fifo), *(_fifo(depth) if fifo else ()))
    return (Block("", 0x1000, table, (1,), absent_faults=True),)


@register("UART.Kinetis_UART")
class KinetisUART(Peripheral):
    """`fifoSize`: depth in words, 1 = no FIFO; `hasFifoRegisters`: C4, the FIFO registers and the divisor fraction."""

    lines = ("IRQ",)
    attributes: ClassVar[Mapping[str, type]] = {"frequency": int, "fifoSize": int, "hasFifoRegisters": bool}
    source = "KE02 RM and KV11 RM, chapter UART"

    @classmethod
    def tables(cls, attributes: Mapping[str, Value]) -> tuple[Block, ...]:
        depth = attributes.get("fifoSize", 1)
        return _blocks(bool(attributes.get("hasFifoRegisters", True)), depth if isinstance(depth, int) else 1)

    def native_model(self) -> tuple[str, tuple[int, ...]]:
        """("kinetis-uart", (FIFO depth in words, 1 = C4 and FIFO registers))."""
        return "kinetis-uart", (self.integer("fifoSize", 1), int(bool(self.parameters.get("hasFifoRegisters", True))))

    def lines_of(self, connection: Connection, ordinal: int, total: int) -> tuple[int, ...]:
        """Transfer status (0) and errors (1) share the one interrupt of these parts."""
        return (0, 1)
