"""The USART of LPC8xx: bit times, flags, interrupts. Expected behaviour: UM11029, chapter USART."""

from __future__ import annotations

import pytest
from guest import Guest

from digitrig.native import core as native
from digitrig.native.core import CoreError
from digitrig.peripherals import peripheral_class

BASE, IRQ = 0x40064000, 3
CFG, CTL, STAT, INTENSET, INTENCLR, RXDAT, RXDATSTAT, TXDAT, BRG, INTSTAT, OSR = (
    BASE + offset for offset in range(0, 0x2C, 4)
)
RXRDY, RXIDLE, TXRDY, TXIDLE, TXDISSTAT = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 6
OVERRUN, START, FRAMERR, PARITYERR = 1 << 8, 1 << 12, 1 << 13, 1 << 14
ENABLE, EIGHT_BITS, EVEN, LOOP = 1 << 0, 1 << 2, 2 << 4, 1 << 15
CLOCK = 30_000_000
BIT_PS = 13 * 20 * 10**12 // CLOCK  # OSR 12, BRG 19: 115385 Bd


def _rows() -> list[tuple[int, ...]]:
    (block,) = peripheral_class("UART.LPC8xx_USART").tables({})
    return [(r.offset, r.width, r.flags, r.reset, r.write, r.w1c, r.read, r.reserved) for r in block.rows()]


class Usart(Guest):
    """A guest with one USART, clocked by 30 MHz and set to 115385 Bd."""

    def __init__(self, configuration: int = ENABLE | EIGHT_BITS) -> None:
        super().__init__()
        self.device = self.core.add_device("usart0", BASE, 0x4000, _rows(), model=native.MODEL_LPC_USART)
        self.core.connect(self.device, 0, IRQ)
        self.core.set_device_clock(self.device, CLOCK)
        self.store(OSR, 12)
        self.store(BRG, 19)
        self.store(CFG, configuration)

    def flags(self) -> int:
        return self.load(STAT)

    def wait_bits(self, bits: float) -> None:
        self.sleep(round(bits * BIT_PS))

    def hear(self, data: bytes, bit_ps: int = 0) -> None:
        self.core.uart_send(self.device, data, bit_ps)

    def interrupt(self) -> bool:
        return bool(self.load(0xE000E200) >> IRQ & 1)

    def acknowledge(self) -> None:
        self.store(0xE000E280, 1 << IRQ)

    def sent(self) -> bytes:
        return bytes(byte for _, byte in self.core.uart_receive(self.device))


def test_reset_values_say_ready_and_idle() -> None:
    assert Usart().flags() == RXIDLE | TXRDY | TXIDLE


def test_a_byte_takes_ten_bit_times_of_osr_and_brg() -> None:
    usart = Usart()
    start = usart.core.now_ps
    usart.store(TXDAT, 0x41)
    assert usart.flags() & (TXRDY | TXIDLE) == TXRDY
    usart.wait_bits(9.9)
    assert not usart.flags() & TXIDLE
    usart.wait_bits(0.2)
    assert usart.flags() & TXIDLE
    ((at_ps, byte),) = usart.core.uart_receive(usart.device)
    assert byte == 0x41
    assert abs(at_ps - start - 10 * BIT_PS) < 4 * 10**12 // 48_000_000


def test_one_word_waits_behind_the_one_being_shifted() -> None:
    usart = Usart()
    usart.store(TXDAT, ord("a"))
    usart.store(TXDAT, ord("b"))
    assert not usart.flags() & TXRDY
    usart.wait_bits(10.2)
    assert usart.flags() & (TXRDY | TXIDLE) == TXRDY
    usart.wait_bits(10)
    assert usart.sent() == b"ab"


def test_reading_rxdat_clears_rxrdy() -> None:
    usart = Usart()
    usart.store(INTENSET, RXRDY)
    usart.hear(b"A")
    usart.wait_bits(9.4)
    assert usart.flags() & (RXRDY | RXIDLE) == 0
    usart.wait_bits(0.2)
    assert usart.flags() & RXRDY
    assert usart.load(INTSTAT) == RXRDY
    assert usart.interrupt()
    assert usart.load(RXDAT) == ord("A")
    assert usart.flags() & (RXRDY | RXIDLE) == RXIDLE
    usart.acknowledge()
    assert not usart.interrupt()


def test_overrun_loses_the_new_word_and_is_cleared_by_writing_one() -> None:
    usart = Usart()
    usart.hear(b"12")
    usart.wait_bits(19.8)
    assert usart.flags() & OVERRUN
    assert usart.load(RXDAT) == ord("1")
    usart.store(STAT, OVERRUN)
    assert not usart.flags() & (OVERRUN | RXRDY)
    usart.hear(b"3")
    usart.wait_bits(10)
    assert usart.load(RXDAT) == ord("3")


def test_interrupt_enables_are_set_and_cleared_by_ones() -> None:
    usart = Usart()
    usart.store(INTENSET, RXRDY | TXRDY)
    usart.store(INTENSET, TXIDLE)
    assert usart.load(INTENSET) == RXRDY | TXRDY | TXIDLE
    assert usart.interrupt()
    usart.store(INTENCLR, TXRDY | TXIDLE)
    assert usart.load(INTENSET) == RXRDY
    usart.acknowledge()
    assert not usart.interrupt()


def test_a_framing_error_stands_in_stat_and_with_its_word() -> None:
    """A 0 at two thirds of the rate: where the receiver expects the stop bit, 9.5 bits on, the sender is at bit 6.3."""
    usart = Usart()
    usart.hear(b"\x00", BIT_PS * 3 // 2)
    usart.wait_bits(12)
    assert usart.flags() & FRAMERR
    assert usart.load(RXDATSTAT) == FRAMERR
    usart.store(STAT, FRAMERR)
    assert not usart.flags() & FRAMERR


def test_seven_bits_and_parity() -> None:
    usart = Usart(ENABLE | EVEN)  # DATALEN 0 = 7 bits; the parity is not one of them
    start = usart.core.now_ps
    usart.store(TXDAT, 0x07)
    usart.wait_bits(10.1)
    ((at_ps, byte),) = usart.core.uart_receive(usart.device)
    assert (byte, round((at_ps - start) / BIT_PS)) == (0x07, 10)
    usart.hear(b"\x07")
    usart.wait_bits(12)
    assert usart.flags() & PARITYERR == 0
    assert usart.load(RXDAT) == 0x07


def test_the_transmitter_stops_after_the_word_under_way_and_says_so() -> None:
    usart = Usart()
    usart.store(TXDAT, ord("a"))
    usart.store(TXDAT, ord("b"))
    usart.store(CTL, 1 << 6)
    usart.wait_bits(15)
    assert usart.sent() == b"a"
    assert usart.flags() & TXDISSTAT
    usart.store(CTL, 0)
    usart.wait_bits(11)
    assert usart.sent() == b"b"


def test_disabling_resets_the_state_and_forgets_what_was_received() -> None:
    usart = Usart()
    usart.hear(b"A")
    usart.wait_bits(11)
    usart.store(CFG, EIGHT_BITS)
    assert usart.flags() == RXIDLE | TXRDY | TXIDLE


def test_the_line_waits_until_the_usart_is_enabled() -> None:
    usart = Usart(EIGHT_BITS)
    usart.hear(b"hi")
    usart.wait_bits(100)
    assert usart.core.uart_pending(usart.device) == 2
    usart.store(CFG, ENABLE | EIGHT_BITS)
    usart.wait_bits(10)
    assert usart.load(RXDAT) == ord("h")


def test_loop_mode_receives_what_is_sent_and_nothing_leaves() -> None:
    usart = Usart(ENABLE | EIGHT_BITS | LOOP)
    usart.store(TXDAT, 0x5A)
    usart.wait_bits(11)
    assert usart.load(RXDAT) == 0x5A
    assert usart.sent() == b""


def test_a_start_bit_is_noticed() -> None:
    usart = Usart()
    usart.hear(b"A")
    usart.wait_bits(1)
    assert usart.flags() & START, "when it begins, not when the word is there"
    usart.store(STAT, START)
    assert not usart.flags() & START


def test_nothing_moves_without_a_clock_and_goes_on_when_it_comes() -> None:
    usart = Usart()
    usart.core.set_device_clock(usart.device, 0)
    usart.store(TXDAT, 0x33)
    usart.wait_bits(100)
    assert usart.sent() == b""
    usart.core.set_device_clock(usart.device, CLOCK)
    usart.wait_bits(10.1)
    assert usart.sent() == b"\x33"


def test_a_snapshot_in_the_middle_of_two_transfers_continues_bit_for_bit() -> None:
    usart = Usart()
    usart.hear(b"i")
    for byte in b"ou":
        usart.store(TXDAT, byte)
    usart.wait_bits(5.3)
    snapshot = usart.core.take_snapshot()
    ends = []
    for _ in range(2):
        usart.wait_bits(40)
        ends.append((usart.core.uart_receive(usart.device), usart.load(RXDAT), usart.core.cycles))
        usart.core.restore_snapshot(snapshot)
    assert ends[0] == ends[1]
    assert (bytes(byte for _, byte in ends[0][0]), ends[0][1]) == (b"ou", ord("i"))


def test_a_table_that_lacks_a_register_is_refused() -> None:
    with pytest.raises(CoreError, match="register table lacks offset 0x28"):
        Guest().core.add_device(
            "usart0", BASE, 0x4000, [row for row in _rows() if row[0] != 0x28], model=native.MODEL_LPC_USART
        )
