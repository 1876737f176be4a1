"""Parts of the firmware that need no hardware, compiled for this machine: baud rates, CRC, line writer, button."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitrig.resources import firmware_dir

UNITS = [
    "drivers/lpuart.c",
    "drivers/uart.c",
    "drivers/lpc_usart.c",
    "apps/console/crc16.c",
    "apps/console/button.c",
    "common/line.c",
]
# Called by the UART drivers, but not by what is tested here.
STUBS = """#include "common/serial.h"
void serial_received(struct serial *serial, uint8_t byte) { (void)serial, (void)byte; }
void serial_failed(struct serial *serial, uint32_t errors) { (void)serial, (void)errors; }
bool serial_next_to_send(struct serial *serial, uint8_t *byte) { (void)serial, (void)byte; return false; }
"""
CAPACITY = 112  # LINE_CAPACITY


class Line(ctypes.Structure):
    """struct line of common/line.h."""

    _fields_ = [("length", ctypes.c_size_t), ("text", ctypes.c_char * CAPACITY)]

    def value(self) -> bytes:
        return bytes(self.text_bytes()[: self.length])

    def text_bytes(self) -> bytes:
        return ctypes.string_at(ctypes.addressof(self) + Line.text.offset, CAPACITY)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    folder = tmp_path_factory.mktemp("host")
    (folder / "stubs.c").write_text(STUBS)
    result = folder / "firmware.so"
    units = [str(firmware_dir() / unit) for unit in UNITS]
    command = [sys.executable, "-m", "ziglang", "cc", "-shared", "-fPIC", "-O1", f"-I{firmware_dir()}"]
    subprocess.run([*command, *units, str(folder / "stubs.c"), "-o", str(result)], check=True)
    return ctypes.CDLL(str(result))


# ---------------------------------------------------------------- LPUART


def baud_register(library: ctypes.CDLL, clock_hz: int, baud: int) -> tuple[int, int]:
    value = ctypes.c_uint32(0)
    status = library.lpuart_baud_register(ctypes.c_uint32(clock_hz), ctypes.c_uint32(baud), ctypes.byref(value))
    return int(status), value.value


def rate(clock_hz: int, register: int) -> float:
    """Baud = clock / ((OSR + 1) * SBR); KE1xZ and i.MX RT1060 reference manuals, LPUART BAUD register."""
    return clock_hz / (((register >> 24 & 0x1F) + 1) * (register & 0x1FFF))


@pytest.mark.parametrize(
    ("clock_hz", "osr", "sbr", "both_edges"),
    [
        (8_000_000, 23, 3, False),  # KE16Z, SOSC: NXP's console code writes 0x16000003
        (80_000_000, 5, 139, True),  # RT1060, PLL3 / 6
        (4_000_000, 7, 5, True),  # RT1060 with PLL3 bypassed: 0x06020005
        (48_000_000, 32, 13, False),  # K32L2B, IRC48M
    ],
)
def test_baud_register_is_the_one_of_the_vendors_driver(
    library: ctypes.CDLL, clock_hz: int, osr: int, sbr: int, both_edges: bool
) -> None:
    expected = (osr - 1) << 24 | both_edges << 17 | sbr
    assert baud_register(library, clock_hz, 115200) == (0, expected)


@given(
    clock_hz=st.integers(1_000_000, 2**32 - 1),
    baud=st.sampled_from([1200, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600, 3_000_000]),
)
def test_baud_register_is_within_three_percent_or_refused(library: ctypes.CDLL, clock_hz: int, baud: int) -> None:
    status, register = baud_register(library, clock_hz, baud)
    best = (
        min(
            abs(clock_hz // (ratio * divider) - baud)
            for ratio in range(4, 33)
            for divider in (clock_hz // (baud * ratio), clock_hz // (baud * ratio) + 1)
            if 1 <= divider <= 8191
        )
        if clock_hz // (baud * 32) <= 8191
        else None
    )
    if status != 0:
        assert best is None or best > baud // 100 * 3
        return
    assert best is not None
    assert abs(int(rate(clock_hz, register)) - baud) == best
    assert bool(register >> 17 & 1) == ((register >> 24) + 1 < 8), "both edges are sampled below a ratio of 8"


def test_rate_that_the_clock_cannot_give_is_refused(library: ctypes.CDLL) -> None:
    assert baud_register(library, 1_000_000, 1_000_000)[0] != 0
    assert baud_register(library, 2**32 - 1, 300)[0] != 0


# ---------------------------------------------------------------- Kinetis UART and LPC USART

CLOCKS = st.integers(1_000_000, 2**31 - 1)
RATES = st.sampled_from([1200, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600, 3_000_000])


def divider(library: ctypes.CDLL, function: str, *arguments: ctypes.c_uint32 | ctypes.c_bool) -> tuple[int, int, int]:
    """(status, first register, second register): both drivers give two numbers."""
    values = (ctypes.c_uint32 * 2)()
    status = getattr(library, function)(*arguments, ctypes.byref(values))
    return int(status), values[0], values[1]


def uart_divider(library: ctypes.CDLL, clock_hz: int, baud: int, fraction: bool) -> tuple[int, int, int]:
    words = ctypes.c_uint32(clock_hz), ctypes.c_uint32(baud), ctypes.c_bool(fraction)
    return divider(library, "uart_divider_for", *words)


def lpc_divider(library: ctypes.CDLL, clock_hz: int, baud: int) -> tuple[int, int, int]:
    return divider(library, "lpc_usart_divider_for", ctypes.c_uint32(clock_hz), ctypes.c_uint32(baud))


def test_uart_dividers_are_those_of_the_vendors_driver(library: ctypes.CDLL) -> None:
    """What NXP's board code writes: SBR 11 on KE02 (20 MHz), SBR 40 and BRFA 22 on KV11 (75 MHz)."""
    assert uart_divider(library, 20_000_000, 115200, False) == (0, 11, 0)
    assert uart_divider(library, 75_000_000, 115200, True) == (0, 40, 22)


@given(clock_hz=CLOCKS, baud=RATES)
def test_uart_divider_without_fraction_is_the_nearest(library: ctypes.CDLL, clock_hz: int, baud: int) -> None:
    status, sbr, brfa = uart_divider(library, clock_hz, baud, False)
    if status == 0:
        assert brfa == 0 and 1 <= sbr <= 8191
        assert abs(clock_hz / (16 * baud) - sbr) <= 0.5 + 1 / 32
        assert abs(clock_hz / (16 * sbr) - baud) <= 0.03 * baud + 1
    else:
        assert not any(
            1 <= n <= 8191 and abs(clock_hz / (16 * n) - baud) < 0.029 * baud
            for n in (clock_hz // (16 * baud), clock_hz // (16 * baud) + 1)
        )


@given(clock_hz=CLOCKS, baud=RATES)
def test_uart_divider_with_fraction_is_rounded_down_to_32nds(library: ctypes.CDLL, clock_hz: int, baud: int) -> None:
    """Baud = clock / (16 * (SBR + BRFA / 32)); KV11 reference manual, UART, "Baud rate generation"."""
    status, sbr, brfa = uart_divider(library, clock_hz, baud, True)
    if 2 * baud <= clock_hz / 16 and clock_hz / (16 * baud) < 8191:
        assert status == 0
        assert sbr + brfa / 32 <= clock_hz / (16 * baud) < sbr + (brfa + 1) / 32
    elif clock_hz < 16 * baud or clock_hz / (16 * baud) >= 8192:
        assert status != 0


@pytest.mark.parametrize(
    ("clock_hz", "baud", "osr", "brg"),
    [
        (30_000_000, 115200, 0xC, 19),
        (24_000_000, 115200, 0xF, 12),
        (18_000_000, 9600, 0xE, 124),  # the vendor's board default
    ],
)
def test_lpc_dividers_are_those_of_the_vendors_search(
    library: ctypes.CDLL, clock_hz: int, baud: int, osr: int, brg: int
) -> None:
    assert lpc_divider(library, clock_hz, baud) == (0, osr, brg)


@given(clock_hz=st.integers(1_000_000, 2**32 - 1), baud=RATES)
def test_lpc_divider_is_the_nearest_of_all_or_refused(library: ctypes.CDLL, clock_hz: int, baud: int) -> None:
    """Baud = clock / ((OSR + 1) * (BRG + 1)); UM11029, USART."""
    status, osr, brg = lpc_divider(library, clock_hz, baud)
    errors = [
        abs(clock_hz // (samples * n) - baud)
        for samples in range(9, 17)
        for n in (clock_hz // (baud * samples), clock_hz // (baud * samples) + 1)
        if 1 <= n <= 65536
    ]
    if status == 0:
        assert 8 <= osr <= 15
        assert abs(clock_hz // ((osr + 1) * (brg + 1)) - baud) == min(errors)
    else:
        assert not errors or min(errors) > baud // 100 * 3


# ---------------------------------------------------------------- CRC


def crc(library: ctypes.CDLL, data: bytes) -> int:
    library.crc16_add.restype = ctypes.c_uint16
    value = 0xFFFF
    for byte in data:
        value = library.crc16_add(ctypes.c_uint16(value), ctypes.c_uint8(byte))
    return value


def test_crc_has_the_check_value_of_its_catalogue(library: ctypes.CDLL) -> None:
    assert crc(library, b"123456789") == 0x29B1
    assert crc(library, b"") == 0xFFFF


@given(st.binary(max_size=40))
def test_crc_equals_polynomial_division_bit_by_bit(library: ctypes.CDLL, data: bytes) -> None:
    register = 0xFFFF
    for bit in (byte >> (7 - i) & 1 for byte in data for i in range(8)):
        top = register >> 15 ^ bit
        register = (register << 1 & 0xFFFF) ^ (0x1021 if top else 0)
    assert crc(library, data) == register


# ---------------------------------------------------------------- lines


@pytest.fixture
def line(library: ctypes.CDLL) -> Line:
    made = Line()
    library.line_begin(ctypes.byref(made))
    return made


@pytest.mark.parametrize("value", [0, 9, 10, 4_294_967_295])
def test_unsigned_numbers_are_written_in_full(library: ctypes.CDLL, line: Line, value: int) -> None:
    library.line_unsigned(ctypes.byref(line), ctypes.c_uint32(value))
    assert line.value() == str(value).encode()


@pytest.mark.parametrize("value", [0, -1, -128, 127, 2_147_483_647, -2_147_483_648])
def test_signed_numbers_are_written_in_full(library: ctypes.CDLL, line: Line, value: int) -> None:
    library.line_signed(ctypes.byref(line), ctypes.c_int32(value))
    assert line.value() == str(value).encode()


@pytest.mark.parametrize(("value", "digits", "text"), [(0xAB, 4, b"0x00ab"), (0xFFFFFFFF, 8, b"0xffffffff")])
def test_hexadecimal_numbers_keep_their_zeros(
    library: ctypes.CDLL, line: Line, value: int, digits: int, text: bytes
) -> None:
    library.line_hex(ctypes.byref(line), ctypes.c_uint32(value), ctypes.c_uint(digits))
    assert line.value() == text


def test_line_that_is_too_long_is_cut_and_still_ends(library: ctypes.CDLL, line: Line) -> None:
    library.line_text(ctypes.byref(line), b"x" * 500)
    library.line_end(ctypes.byref(line))
    assert line.value() == b"x" * (CAPACITY - 2) + b"\r\n"


# ---------------------------------------------------------------- button


def test_button_counts_after_20_ms_and_once_per_press(library: ctypes.CDLL) -> None:
    library.button_pressed.restype = ctypes.c_bool
    levels = [False] * 5 + [True] * 19 + [False] * 3 + [True] * 50 + [False] * 50 + [True] * 20
    pressed_at = [ms for ms, down in enumerate(levels) if library.button_pressed(ctypes.c_bool(down))]
    assert pressed_at == [5 + 19 + 3 + 19, 5 + 19 + 3 + 50 + 50 + 19]
