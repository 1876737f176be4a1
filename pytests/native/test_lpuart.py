"""LPUART: bit times, FIFOs, flags, interrupt. Expected behaviour: KE1xZ64 reference manual, chapter LPUART."""

from __future__ import annotations

import pytest
from guest import FULL, Guest

from digitrig.native import core as native
from digitrig.native.core import CoreError

BASE, IRQ = 0x4006A000, 12
BAUD, STAT, CTRL, DATA, FIFO, WATER = (BASE + o for o in (0x10, 0x14, 0x18, 0x1C, 0x28, 0x2C))
TDRE, TC, RDRF, IDLE, OR, FE, RAF = 1 << 23, 1 << 22, 1 << 21, 1 << 20, 1 << 19, 1 << 17, 1 << 24
TE, RE, TIE, TCIE, RIE, ORIE = 1 << 19, 1 << 18, 1 << 23, 1 << 22, 1 << 21, 1 << 27
RXFE, TXFE, RXFLUSH, TXFLUSH = 1 << 3, 1 << 7, 1 << 14, 1 << 15
FLAGS_W1C = 0xC01FC000
CLOCK = 8_000_000
DIVIDER = 0x16000003  # OSR 23, SBR 3: 8 MHz / 69 = 115942 Bd
BIT_PS = 69 * 10**12 // CLOCK
ROWS = [
    (0x00, 4, 1, 0x04010003, 0, 0, FULL, 0),
    (0x04, 4, 1, 0x0202, 0, 0, FULL, 0),
    (0x08, 4, 1, 0, 2, 0, FULL, 0),
    (0x0C, 4, 0, 0, 3, 0, FULL, 0),
    (0x10, 4, 1, 0x0F000004, FULL, 0, FULL, 0),
    (0x14, 4, 1, 0x00C00000, 0x3E000000, FLAGS_W1C, FULL, 0),
    (0x18, 4, 1, 0, FULL, 0, FULL, 0),
    (0x1C, 4, 1, 0x1000, FULL, 0, FULL, 0),
    (0x20, 4, 0, 0, FULL, 0, FULL, 0),
    (0x24, 4, 0, 0, FULL, 0, FULL, 0),
    (0x28, 4, 1, 0x00C00011, 0xFF88, 0x00030000, FULL, 0),
    (0x2C, 4, 1, 0, 0x00030003, 0, FULL, 0),
]


class Uart(Guest):
    """A guest with one LPUART, clocked and set to 115942 Bd."""

    def __init__(self, control: int = TE | RE, fifo: int = RXFE | TXFE) -> None:
        super().__init__()
        self.device = self.core.add_device("lpuart0", BASE, 0x1000, ROWS, model=native.MODEL_LPUART, parameters=[0, 4])
        self.core.connect(self.device, 0, IRQ)
        self.core.set_device_clock(self.device, CLOCK)
        self.store(BAUD, DIVIDER)
        self.store(FIFO, fifo | RXFLUSH | TXFLUSH)
        self.store(CTRL, control)

    def flags(self) -> int:
        return self.load(STAT)

    def wait_bits(self, bits: float) -> None:
        self.sleep(round(bits * BIT_PS))

    def interrupt(self) -> bool:
        return bool(self.load(0xE000E200) >> IRQ & 1)

    def take(self) -> bytes:
        return bytes(byte for _, byte in self.core.uart_receive(self.device))


def test_reset_values_say_empty_and_idle() -> None:
    uart = Uart()
    assert uart.flags() == TDRE | TC
    assert uart.load(FIFO) & 0x00C000FF == 0x00C00011 | RXFE | TXFE


def test_a_byte_takes_ten_bit_times_and_tc_stays_clear_until_the_last_bit_left() -> None:
    uart = Uart()
    start = uart.core.now_ps
    uart.store(DATA, 0x41)
    uart.wait_bits(9.9)
    assert not uart.flags() & TC
    assert uart.take() == b""
    uart.wait_bits(0.2)
    assert uart.flags() & TC
    ((at_ps, byte),) = uart.core.uart_receive(uart.device)
    assert byte == 0x41
    assert abs(at_ps - start - 10 * BIT_PS) < 10**12 // 48_000_000 * 4


def test_the_fifo_holds_four_words_beside_the_one_being_shifted_out() -> None:
    uart = Uart()
    for byte in b"abcde":
        uart.store(DATA, byte)
    assert uart.load(WATER) >> 8 & 7 == 4
    assert not uart.flags() & TDRE
    uart.store(DATA, ord("f"))
    assert uart.load(FIFO) & 1 << 17, "TXOF: the sixth word did not fit"
    uart.wait_bits(60)
    assert uart.take() == b"abcde"


def test_tdre_comes_when_the_fifo_falls_to_the_watermark() -> None:
    uart = Uart()
    uart.store(WATER, 2)
    for byte in b"abcd":
        uart.store(DATA, byte)
    assert not uart.flags() & TDRE, "three words waiting, watermark two"
    uart.wait_bits(10.1)
    assert uart.flags() & TDRE


def test_tdre_interrupt_is_a_level_that_follows_tie() -> None:
    uart = Uart()
    assert not uart.interrupt()
    uart.store(CTRL, TE | RE | TIE)
    assert uart.interrupt()
    uart.store(CTRL, TE | RE)
    uart.store(0xE000E280, 1 << IRQ)
    assert not uart.interrupt()


def test_rdrf_follows_the_watermark_and_a_read_takes_one_word() -> None:
    uart = Uart(TE | RE | RIE)
    uart.store(WATER, 1 << 16)
    uart.core.uart_send(uart.device, b"xyz")
    uart.wait_bits(10)
    assert uart.load(WATER) >> 24 & 7 == 1
    assert not uart.flags() & RDRF
    uart.wait_bits(10)
    assert uart.flags() & RDRF
    assert uart.interrupt()
    assert uart.load(DATA) & 0xFF == ord("x")
    assert not uart.flags() & RDRF
    uart.wait_bits(20)
    assert [uart.load(DATA) & 0xFF for _ in range(2)] == [ord("y"), ord("z")]
    assert uart.load(DATA) & 1 << 12, "RXEMPT"
    assert uart.load(FIFO) & 1 << 16, "RXUF: read from an empty FIFO"


def test_a_word_is_there_in_the_middle_of_its_stop_bit_not_before() -> None:
    uart = Uart()
    uart.core.uart_send(uart.device, b"A")
    uart.wait_bits(9.4)
    assert not uart.flags() & RDRF
    assert uart.flags() & RAF
    uart.wait_bits(0.2)
    assert uart.flags() & RDRF


def test_overrun_loses_the_fifth_word_and_all_after_it_until_the_flag_is_cleared() -> None:
    uart = Uart(TE | RE | ORIE)
    uart.core.uart_send(uart.device, b"123456")
    uart.wait_bits(49)
    assert not uart.flags() & OR
    uart.wait_bits(2)
    assert uart.flags() & OR
    assert uart.interrupt()
    assert uart.load(DATA) & 0xFF == ord("1")
    uart.wait_bits(20)
    assert uart.load(WATER) >> 24 & 7 == 3, "nothing is stored while OR is set, though there is room"
    uart.store(STAT, OR)
    uart.core.uart_send(uart.device, b"7")
    uart.wait_bits(12)
    assert [uart.load(DATA) & 0xFF for _ in range(4)] == list(b"2347")


def test_without_fifo_one_word_fits() -> None:
    uart = Uart(fifo=0)
    uart.core.uart_send(uart.device, b"12")
    uart.wait_bits(25)
    assert uart.flags() & OR
    assert uart.load(DATA) & 0xFF == ord("1")


def test_idle_comes_one_character_after_the_last_stop_bit() -> None:
    uart = Uart()
    uart.core.uart_send(uart.device, b"A")
    uart.wait_bits(19)
    assert not uart.flags() & IDLE
    uart.wait_bits(1)
    assert uart.flags() & IDLE
    uart.store(STAT, IDLE)
    assert not uart.flags() & IDLE


@pytest.mark.parametrize("baud", [None, 112_000, 115_200, 119_500])
def test_a_sender_within_three_percent_is_understood(baud: int | None) -> None:
    uart = Uart()
    text = b"U\x00\xff~Zh"
    uart.core.uart_send(uart.device, text, 0 if baud is None else 10**12 // baud)
    got = bytearray()
    for _ in range(8):
        uart.wait_bits(10.4)
        while uart.flags() & RDRF:
            got.append(uart.load(DATA) & 0xFF)
    assert bytes(got) == text
    assert not uart.flags() & FE


def test_a_sender_at_double_rate_gives_the_framing_error_a_wire_would() -> None:
    """0x00 at twice the rate: nine low bits are 4.5 receiver bits, sampled at 1.5, 2.5, 3.5, 4.5 ...: bits 0..2 read
    0, the rest 1, no error. At 1.5 times the rate, back to back, the sample of the stop bit at 9.5 bits is the sender's
    bit 14.25: the fourth data bit of the next byte, low.
    """
    uart = Uart()
    uart.core.uart_send(uart.device, b"\x00", BIT_PS // 2)
    uart.wait_bits(12)
    assert uart.load(DATA) & 0xFF == 0xF8
    assert not uart.flags() & FE
    uart.core.uart_send(uart.device, b"\x00\x00\x00", BIT_PS * 2 // 3)
    uart.wait_bits(12)
    assert uart.flags() & FE


def test_parity_is_sent_and_checked() -> None:
    uart = Uart(TE | RE | 1 << 4 | 1 << 1)  # M, PE: eight data bits and even parity
    uart.store(DATA, 0x07)
    uart.wait_bits(12)
    assert uart.take() == b"\x07"
    uart.core.uart_send(uart.device, b"\x07")
    uart.wait_bits(12)
    assert uart.load(DATA) & 0xC0FF == 0x07


def test_loop_mode_receives_what_is_sent_and_nothing_leaves() -> None:
    uart = Uart(TE | RE | 1 << 7)
    uart.store(DATA, 0x5A)
    uart.wait_bits(12)
    assert uart.load(DATA) & 0xFF == 0x5A
    assert uart.take() == b""


def test_rst_puts_the_block_to_reset_values_while_it_is_set() -> None:
    uart = Uart()
    uart.store(DATA, 1)
    uart.store(BASE + 8, 2)
    assert uart.load(CTRL) == 0
    assert uart.flags() == TDRE | TC
    uart.store(BASE + 8, 0)
    assert uart.load(BAUD) == 0x0F000004
    uart.wait_bits(20)
    assert uart.take() == b""


def test_nothing_moves_without_a_clock_and_goes_on_when_it_comes() -> None:
    uart = Uart()
    uart.core.set_device_clock(uart.device, 0)
    uart.store(DATA, 0x33)
    uart.wait_bits(100)
    assert uart.take() == b""
    uart.core.set_device_clock(uart.device, CLOCK)
    uart.wait_bits(10.1)
    assert uart.take() == b"\x33"


def test_the_line_waits_for_the_receiver_to_be_enabled() -> None:
    uart = Uart(TE)
    uart.core.uart_send(uart.device, b"hello")
    uart.wait_bits(100)
    assert uart.core.uart_pending(uart.device) == 5
    uart.store(CTRL, TE | RE)
    uart.wait_bits(10)
    assert uart.load(DATA) & 0xFF == ord("h")


def test_a_run_stops_right_when_the_asked_byte_has_left() -> None:
    uart = Uart()
    for byte in b"a\nb":
        uart.store(DATA, byte)
    uart.core.uart_stop_on(uart.device, 0x0A)
    stop = uart.sleep(10**10)
    assert stop.reason == native.STOP_BYTE
    assert uart.take() == b"a\n"
    assert uart.sleep(10**10).reason == native.STOP_ASLEEP, "nothing can wake the core any more"
    assert uart.take() == b"b"


def test_a_snapshot_in_the_middle_of_two_transfers_continues_bit_for_bit() -> None:
    uart = Uart()
    uart.core.uart_send(uart.device, b"in")
    for byte in b"out":
        uart.store(DATA, byte)
    uart.wait_bits(12.3)
    assert uart.take() == b"o"
    snapshot = uart.core.take_snapshot()
    ends = []
    for _ in range(2):
        uart.wait_bits(40)
        received = uart.core.uart_receive(uart.device)
        ends.append((received, [uart.load(DATA) for _ in range(3)], uart.core.cycles))
        uart.core.restore_snapshot(snapshot)
    assert ends[0] == ends[1]
    assert bytes(byte for _, byte in ends[0][0]) == b"ut"


def test_a_table_that_lacks_a_register_is_refused() -> None:
    with pytest.raises(CoreError, match="register table lacks offset 0x28"):
        Guest().core.add_device(
            "lpuart0", BASE, 0x1000, [r for r in ROWS if r[0] != 0x28], model=native.MODEL_LPUART, parameters=[0, 4]
        )
