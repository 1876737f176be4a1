"""The byte-register UART: bit times, FIFO, flags, interrupts.

Expected behaviour: KE02 and KV11 reference manuals, chapter UART. Register tables are those of the boards.
"""

from __future__ import annotations

import pytest
from guest import Guest

from digitrig.native import core as native
from digitrig.native.core import CoreError
from digitrig.peripherals import peripheral_class

BASE, IRQ = 0x4006A000, 12
BDH, BDL, C1, C2, S1, S2, C3, D = (BASE + offset for offset in range(8))
C4, PFIFO, CFIFO, SFIFO, TWFIFO, TCFIFO, RWFIFO, RCFIFO = (
    BASE + offset for offset in (0x0A, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16)
)
PF, FE, OR, IDLE, RDRF, TC, TDRE = 1 << 0, 1 << 1, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7
RE, TE, RIE, TCIE, TIE = 1 << 2, 1 << 3, 1 << 5, 1 << 6, 1 << 7
ORIE = 1 << 3
RXFE, TXFE, RXFLUSH, TXFLUSH = 1 << 3, 1 << 7, 1 << 6, 1 << 7
PLAIN_CLOCK, FIFO_CLOCK = 20_000_000, 75_000_000
PLAIN_BIT_PS = 16 * 11 * 10**12 // PLAIN_CLOCK  # SBR 11: 8.8 us
FIFO_BIT_PS = 8_680_000  # 16 (40 + 22 / 32) / 75 MHz: 651 cycles


class Uart(Guest):
    """One UART of KE02 (no FIFO, SBR 11) or of KV11 (FIFO of 8 words, SBR 40 22/32)."""

    def __init__(self, fifo: bool = False, control: int = TE | RE, enables: int = RXFE | TXFE) -> None:
        super().__init__()
        attributes = {"fifoSize": 8, "hasFifoRegisters": True} if fifo else {"hasFifoRegisters": False}
        (block,) = peripheral_class("UART.Kinetis_UART").tables(attributes)
        rows = [(r.offset, r.width, r.flags, r.reset, r.write, r.w1c, r.read, r.reserved) for r in block.rows()]
        self.device = self.core.add_device(
            "uart0",
            BASE,
            0x1000,
            rows,
            widths=1,
            absent_faults=True,
            model=native.MODEL_KINETIS_UART,
            parameters=[8, 1] if fifo else [1, 0],
        )
        for line in (0, 1):
            self.core.connect(self.device, line, IRQ)
        self.bit_ps = FIFO_BIT_PS if fifo else PLAIN_BIT_PS
        self.core.set_device_clock(self.device, FIFO_CLOCK if fifo else PLAIN_CLOCK)
        self.put(BDL, 40 if fifo else 11)
        if fifo:
            self.put(C4, 22)
            self.put(PFIFO, enables)
            self.put(CFIFO, RXFLUSH | TXFLUSH)
        self.put(C2, control)

    def put(self, address: int, value: int) -> None:
        self.store(address, value, 1)

    def get(self, address: int) -> int:
        return self.load(address, 1) & 0xFF

    def wait_bits(self, bits: float) -> None:
        self.sleep(round(bits * self.bit_ps))

    def hear(self, data: bytes, bit_ps: int = 0) -> None:
        self.core.uart_send(self.device, data, bit_ps)

    def interrupt(self) -> bool:
        return bool(self.load(0xE000E200) >> IRQ & 1)

    def acknowledge(self) -> None:
        self.store(0xE000E280, 1 << IRQ)

    def sent(self) -> bytes:
        return bytes(byte for _, byte in self.core.uart_receive(self.device))


def test_reset_values_say_empty_and_idle() -> None:
    uart = Uart()
    assert uart.get(S1) == TDRE | TC
    fifo = Uart(fifo=True)
    assert fifo.get(SFIFO) == 0xC0
    assert fifo.get(PFIFO) == 0x22 | RXFE | TXFE, "depth code 2 is eight words"
    assert (fifo.get(RCFIFO), fifo.get(TCFIFO), fifo.get(CFIFO)) == (0, 0, 0)


@pytest.mark.parametrize("fifo", [False, True])
def test_a_byte_takes_ten_bit_times_of_the_divisor_with_its_fraction(fifo: bool) -> None:
    uart = Uart(fifo)
    start = uart.core.now_ps
    uart.put(D, 0x41)
    uart.wait_bits(9.9)
    assert not uart.get(S1) & TC
    uart.wait_bits(0.2)
    assert uart.get(S1) & TC
    ((at_ps, byte),) = uart.core.uart_receive(uart.device)
    assert byte == 0x41
    assert abs(at_ps - start - 10 * uart.bit_ps) < 4 * 10**12 // 48_000_000


def test_without_fifo_one_word_waits_behind_the_one_being_shifted() -> None:
    uart = Uart()
    uart.put(D, ord("a"))
    assert uart.get(S1) & TDRE, "the shifter took it"
    uart.put(D, ord("b"))
    assert not uart.get(S1) & TDRE
    uart.wait_bits(10.2)
    assert uart.get(S1) & (TDRE | TC) == TDRE
    uart.wait_bits(10)
    assert uart.sent() == b"ab"
    assert uart.get(S1) & TC


def test_the_transmit_fifo_holds_eight_words_and_tdre_follows_its_watermark() -> None:
    uart = Uart(fifo=True)
    uart.put(TWFIFO, 2)
    for byte in b"123456789":
        uart.put(D, byte)
    assert uart.get(TCFIFO) == 8
    assert not uart.get(S1) & TDRE
    uart.put(D, ord("x"))
    assert uart.get(SFIFO) & 1 << 1, "TXOF: no room for the tenth"
    uart.put(SFIFO, 1 << 1)
    assert not uart.get(SFIFO) & 1 << 1
    uart.wait_bits(50.2)
    assert (uart.get(TCFIFO), uart.get(S1) & TDRE) == (3, 0)
    uart.wait_bits(10)
    assert (uart.get(TCFIFO), uart.get(S1) & TDRE) == (2, TDRE)
    uart.wait_bits(40)
    assert uart.sent() == b"123456789"


def test_rdrf_falls_when_the_word_is_read() -> None:
    uart = Uart(control=TE | RE | RIE)
    uart.hear(b"A")
    uart.wait_bits(9.4)
    assert not uart.get(S1) & RDRF
    uart.wait_bits(0.2)
    assert uart.get(S1) & RDRF
    assert uart.interrupt()
    assert uart.get(D) == ord("A")
    assert not uart.get(S1) & RDRF
    uart.acknowledge()
    assert not uart.interrupt()


def test_the_receive_fifo_counts_and_rdrf_follows_its_watermark() -> None:
    uart = Uart(fifo=True)
    uart.put(RWFIFO, 3)
    uart.hear(b"xyz")
    uart.wait_bits(20)
    assert (uart.get(RCFIFO), uart.get(S1) & RDRF) == (2, 0)
    uart.wait_bits(10)
    assert (uart.get(RCFIFO), uart.get(S1) & RDRF) == (3, RDRF)
    assert [uart.get(D) for _ in range(3)] == list(b"xyz")
    assert uart.get(SFIFO) & 0x41 == 1 << 6
    uart.get(D)
    assert uart.get(SFIFO) & 1, "RXUF: read from an empty FIFO"


def test_overrun_keeps_the_first_word_until_s1_and_then_d_are_read() -> None:
    uart = Uart()
    uart.put(C3, ORIE)
    uart.hear(b"12")
    uart.wait_bits(19.8)
    assert uart.interrupt(), "the error line shares the interrupt"
    assert uart.get(D) == ord("1"), "the word that was there stays, the new one is lost"
    uart.hear(b"3")
    uart.wait_bits(10)
    assert uart.get(S1) & (OR | RDRF) == OR | 0, "nothing is stored while OR is set"
    uart.get(D)
    assert not uart.get(S1) & OR
    uart.hear(b"4")
    uart.wait_bits(10)
    assert (uart.get(S1) & (OR | RDRF), uart.get(D)) == (RDRF, ord("4"))


def test_with_fifo_the_ninth_word_overruns() -> None:
    uart = Uart(fifo=True)
    uart.hear(b"123456789")
    uart.wait_bits(79.8)
    assert (uart.get(RCFIFO), uart.get(S1) & OR) == (8, 0)
    uart.wait_bits(10)
    assert uart.get(S1) & OR
    assert uart.get(SFIFO) & 1 << 2, "RXOF"
    assert [uart.get(D) for _ in range(8)] == list(b"12345678")


def test_flushing_empties_both_fifos() -> None:
    uart = Uart(fifo=True)
    uart.hear(b"ab")
    for byte in b"123":
        uart.put(D, byte)
    uart.wait_bits(25)
    uart.put(CFIFO, RXFLUSH | TXFLUSH)
    assert (uart.get(RCFIFO), uart.get(TCFIFO), uart.get(CFIFO)) == (0, 0, 0)
    assert not uart.get(S1) & RDRF


def test_a_fifo_that_is_not_enabled_holds_one_word() -> None:
    uart = Uart(fifo=True, enables=0)
    uart.hear(b"12")
    uart.wait_bits(25)
    assert uart.get(RCFIFO) == 1
    assert uart.get(S1) & OR


def _framing_error(uart: Uart) -> None:
    """A 0 at two thirds of the rate: where the receiver expects the stop bit, 9.5 bits on, the sender is at bit 6.3."""
    uart.hear(b"\x00", uart.bit_ps * 3 // 2)
    uart.wait_bits(17)


def test_a_framing_error_goes_by_reading_s1_and_then_d() -> None:
    uart = Uart()
    _framing_error(uart)
    uart.get(D)
    _framing_error(uart)
    assert uart.get(S1) & FE, "a read of D alone, before S1 showed the flag, does not clear it"
    uart.get(D)
    assert not uart.get(S1) & FE


def test_with_fifo_nothing_is_received_while_fe_is_set() -> None:
    uart = Uart(fifo=True)
    _framing_error(uart)
    assert (uart.get(S1) & FE, uart.get(RCFIFO)) == (FE, 1)
    uart.hear(b"A")
    uart.wait_bits(12)
    assert uart.get(RCFIFO) == 1
    uart.get(S1), uart.get(D)
    uart.hear(b"B")
    uart.wait_bits(12)
    assert (uart.get(S1) & FE, uart.get(D)) == (0, ord("B"))


def test_parity_is_sent_and_checked() -> None:
    even = 1 << 1 | 1 << 4  # PE and M: eight bits of data and the parity
    uart = Uart()
    uart.put(C1, even)
    uart.put(D, 0x07)
    uart.hear(b"\x07")
    uart.wait_bits(12)
    assert uart.sent() == b"\x07"
    assert (uart.get(S1) & PF, uart.get(D)) == (0, 0x07)


def test_idle_comes_one_character_after_the_last_stop_bit() -> None:
    uart = Uart()
    uart.hear(b"A")
    uart.wait_bits(19)
    assert not uart.get(S1) & IDLE
    uart.wait_bits(1)
    assert uart.get(S1) & IDLE
    uart.get(D)
    assert not uart.get(S1) & IDLE


def test_the_transmit_interrupts_are_levels() -> None:
    uart = Uart()
    assert not uart.interrupt()
    uart.put(C2, TE | RE | TIE)
    assert uart.interrupt()
    uart.put(C2, TE | RE)
    uart.acknowledge()
    assert not uart.interrupt()
    uart.put(C2, TE | RE | TCIE)
    assert uart.interrupt()


def test_two_stop_bits_make_a_frame_of_eleven() -> None:
    uart = Uart()
    uart.put(BDH, 1 << 5)
    uart.put(D, 0x55)
    uart.wait_bits(10.9)
    assert not uart.get(S1) & TC
    uart.wait_bits(0.3)
    assert uart.get(S1) & TC


def test_loop_mode_receives_what_is_sent_and_nothing_leaves() -> None:
    uart = Uart()
    uart.put(C1, 1 << 7)
    uart.put(D, 0x5A)
    uart.wait_bits(11)
    assert uart.get(D) == 0x5A
    assert uart.sent() == b""


def test_the_line_waits_until_the_receiver_is_enabled() -> None:
    uart = Uart(control=TE)
    uart.hear(b"hi")
    uart.wait_bits(100)
    assert uart.core.uart_pending(uart.device) == 2
    uart.put(C2, TE | RE)
    uart.wait_bits(10)
    assert uart.get(D) == ord("h")


def test_only_bytes_are_taken() -> None:
    uart = Uart()
    uart.load(BASE, 4)
    assert uart.faulted
    absent = Uart()
    absent.load(BASE + 8, 1)
    assert absent.faulted, "KE02 has no register there"


def test_a_snapshot_in_the_middle_of_two_transfers_continues_bit_for_bit() -> None:
    uart = Uart(fifo=True)
    uart.hear(b"in")
    for byte in b"out":
        uart.put(D, byte)
    uart.wait_bits(12.3)
    uart.sent()
    snapshot = uart.core.take_snapshot()
    ends = []
    for _ in range(2):
        uart.wait_bits(40)
        ends.append((uart.core.uart_receive(uart.device), [uart.get(D) for _ in range(2)], uart.core.cycles))
        uart.core.restore_snapshot(snapshot)
    assert ends[0] == ends[1]
    assert (bytes(byte for _, byte in ends[0][0]), ends[0][1]) == (b"ut", list(b"in"))


def test_parameters_out_of_range_are_refused() -> None:
    with pytest.raises(CoreError, match="FIFO depth 0"):
        Guest().core.add_device("uart0", BASE, 0x1000, [], model=native.MODEL_KINETIS_UART, parameters=[0, 1])
