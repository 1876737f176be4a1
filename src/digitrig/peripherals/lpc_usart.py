"""USART of LPC8xx: register table; the behaviour is the C core's model.

Source: LPC84x user manual UM11029, chapter USART; LPC845.h. Not modelled: synchronous mode, address match, break,
autobaud, hardware flow control, and noise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.registers import Access, Field, Register, State

RO, WO, W1C = Access.RO, Access.WO, Access.W1C
M = State.MODELLED

_EVENTS = {
    "OVERRUN": 8,
    "DELTARXBRK": 11,
    "START": 12,
    "FRAMERR": 13,
    "PARITYERR": 14,
    "RXNOISE": 15,
    "ABERR": 16,
}
_ENABLES = {"RXRDY": 0, "TXRDY": 2, "TXIDLE": 3, "DELTACTS": 5, "TXDIS": 6, **_EVENTS}


def _enable_fields(suffix: str, access: Access) -> tuple[Field, ...]:
    return tuple(Field(f"{name}{suffix}", bit, 1, access) for name, bit in _ENABLES.items())


@register("UART.LPC8xx_USART")
class LPCUSART(Peripheral):
    lines = ("IRQ",)
    SIZE = 0x4000
    attributes: ClassVar[Mapping[str, type]] = {"frequency": int}
    source = "UM11029, chapter USART"
    TABLE = (
        Register(
            "CFG / Configuration",
            0x00,
            fields=(
                Field("ENABLE / Enable", 0),
                Field("DATALEN / Data length - 7", 2, 2),
                Field("PARITYSEL / Parity", 4, 2),
                Field("STOPLEN / Two stop bits", 6),
                Field("CTSEN / CTS enable", 9),
                Field("SYNCEN / Synchronous mode", 11),
                Field("CLKPOL / Clock polarity", 12),
                Field("SYNCMST / Synchronous master", 14),
                Field("LOOP / Loopback", 15),
                Field("OETA / Output enable turnaround", 18),
                Field("AUTOADDR / Automatic address match", 19),
                Field("OESEL / Output enable", 20),
                Field("OEPOL / Output enable polarity", 21),
                Field("RXPOL / Receive polarity", 22),
                Field("TXPOL / Transmit polarity", 23),
            ),
            state=M,
        ),
        Register(
            "CTL / Control",
            0x04,
            fields=(
                Field("TXBRKEN / Send break", 1),
                Field("ADDRDET / Address detect", 2),
                Field("TXDIS / Transmitter off", 6),
                Field("CC / Continuous clock", 8),
                Field("CLRCCONRX / Clear CC after a character", 9),
                Field("AUTOBAUD / Autobaud", 16),
            ),
            state=M,
        ),
        Register(
            "STAT / Status",
            0x08,
            reset=0x0E,
            fields=(
                Field("RXRDY / A word was received", 0, 1, RO),
                Field("RXIDLE / Receiver idle", 1, 1, RO),
                Field("TXRDY / A word can be sent", 2, 1, RO),
                Field("TXIDLE / Transmitter idle", 3, 1, RO),
                Field("CTS / State of CTS", 4, 1, RO),
                Field("DELTACTS / CTS changed", 5, 1, W1C),
                Field("TXDISSTAT / Transmitter is off", 6, 1, RO),
                Field("RXBRK / Break on the line", 10, 1, RO),
                *(
                    Field(name if name.endswith(("BRK", "START", "ABERR")) else f"{name}INT", bit, 1, W1C)
                    for name, bit in _EVENTS.items()
                ),
            ),
            state=M,
        ),
        Register("INTENSET / Interrupt enables, set", 0x0C, fields=_enable_fields("EN", Access.RW), state=M),
        Register("INTENCLR / Interrupt enables, clear", 0x10, fields=_enable_fields("CLR", WO), state=M),
        Register("RXDAT / Received word", 0x14, fields=(Field("RXDAT / Word", 0, 9, RO),), state=M),
        Register(
            "RXDATSTAT / Received word with status",
            0x18,
            fields=(
                Field("RXDAT / Word", 0, 9, RO),
                Field("FRAMERR / Framing error", 13, 1, RO),
                Field("PARITYERR / Parity error", 14, 1, RO),
                Field("RXNOISE / Noise", 15, 1, RO),
            ),
            state=M,
        ),
        Register("TXDAT / Word to be sent", 0x1C, fields=(Field("TXDAT / Word", 0, 9),), state=M),
        Register("BRG / Divider - 1", 0x20, fields=(Field("BRGVAL / Divider - 1", 0, 16),), state=M),
        Register("INTSTAT / Interrupt status", 0x24, reset=0, fields=_enable_fields("", RO), state=M),
        Register("OSR / Samples per bit - 1", 0x28, reset=0xF, fields=(Field("OSRVAL / Value", 0, 4),), state=M),
        Register("ADDR / Own address", 0x2C, fields=(Field("ADDRESS / Address", 0, 8),)),
    )

    def native_model(self) -> tuple[str, tuple[int, ...]]:
        return "lpc-usart", ()
