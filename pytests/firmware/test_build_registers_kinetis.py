"""What start-up code writes to registers on the Kinetis boards without PCC, compared with NXP's own code.

Expected values are those of system_*.c, clock_config.c, pin_mux.c and the UART drivers of NXP's MCUXpresso SDK for
frdmke02z40m, frdmk32l2b and frdmkv11z, with field positions from MKE02Z4.h, K32L2B31A.h and MKV11Z7.h; reset values are
those of the reference manuals.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from firmware_registers import HANG, TOOLCHAINS, Live, Registers, arm, ones, run

from digitrig.firmware_build import build_program

VTOR = (0xE000ED08, 4, 0)
SIM, WDOG, MCG, OSC = 0x40048000, 0x40052000, 0x40064000, 0x40065000
UART0, UART1, LPUART0 = 0x4006A000, 0x4006B000, 0x40054000
PORTA, PORTB, PORTC, PORTD, PORTE = range(0x40049000, 0x4004E000, 0x1000)


def start(board: str, toolchain: str, ram: tuple[int, int], reset: dict[int, int], live: dict[int, Live]) -> Registers:
    elf = build_program(HANG, board, toolchain=toolchain)
    registers = Registers(reset, live)
    return run(elf, arm.UC_CPU_ARM_CORTEX_M0, [(0, 0x40000), ram], 0, registers)


def ics_status(stored: Mapping[int, int], _value: int) -> int:
    """S: CLKST follows CLKS, IREFST follows IREFS, the FLL has locked."""
    c1 = stored[MCG] & 0xFF
    return c1 >> 6 << 2 | (c1 >> 2 & 1) << 4 | 1 << 6


@pytest.fixture(scope="module", params=TOOLCHAINS)
def ke02(request: pytest.FixtureRequest) -> Registers:
    reset = {WDOG: 0x0180, WDOG + 4: 0x0400, MCG: 0x2004, SIM + 0xC: 0x3000}
    live = {
        MCG + 4: ics_status,
        OSC: lambda _stored, value: value | value >> 7 & 1,  # OSCINIT follows OSCEN
        UART1 + 4: ones(0xC0),
    }
    return start("frdm_ke02z40m", request.param, (0x1FFFF000, 0x3000), reset, live)


@pytest.fixture(scope="module", params=TOOLCHAINS)
def k32l2b(request: pytest.FixtureRequest) -> Registers:
    reset = {0x40048100: 0xC, MCG: 0x0140, 0x40048044: 0x10000, 0x40048038: 0x182, 0x40047000: 0x80000000}
    reset |= {PORTA + 4: 5, PORTA + 8: 5, 0x4007D000: 0x00080000}  # REGSC at 0x4007D002: ACKISO set
    live: dict[int, Live] = {
        MCG + 4: lambda stored, _value: (stored[MCG] >> 6 & 3) << 2 + 16,  # S: CLKST follows CLKS
        LPUART0 + 4: ones(3 << 22),
    }
    return start("frdm_k32l2b", request.param, (0x1FFFE000, 0x8000), reset, live)


def mcg_status(stored: Mapping[int, int], value: int) -> int:
    """S: IRCST follows IRCS, the oscillator is stable once EREFS chooses it, CLKST and IREFST follow CLKS and IREFS."""
    c1, c2 = stored[MCG] & 0xFF, stored[MCG] >> 8 & 0xFF
    status = c2 & 1 | (c2 >> 2 & 1) << 1 | (c1 >> 6) << 2 | (c1 >> 2 & 1) << 4
    return value & ~0xFF0000 | status << 16


@pytest.fixture(scope="module", params=TOOLCHAINS)
def kv11(request: pytest.FixtureRequest) -> Registers:
    reset = {WDOG: 0x000101D3, MCG: 0x00008004, 0x40048044: 0x11000, 0x40048034: 0xF0000030, 0x40048038: 0x40180}
    live: dict[int, Live] = {MCG + 4: mcg_status, UART0 + 4: ones(0xC0)}
    return start("frdm_kv11z", request.param, (0x1FFFF000, 0x4000), reset, live)


# ---------------------------------------------------------------- KE02


def test_ke02_watchdog_is_unlocked_by_swapped_half_words_and_switched_off_first(ke02: Registers) -> None:
    """SystemInit: CNT = 0x20C5, 0x28D9; TOVAL = 0xFFFF; CS1 = (CS1 & ~EN) | UPDATE; CS2 as it was."""
    assert ke02.writes[:6] == [
        VTOR,
        (WDOG + 2, 2, 0x20C5),
        (WDOG + 2, 2, 0x28D9),
        (WDOG + 4, 2, 0xFFFF),
        (WDOG, 1, 0x20),
        (WDOG + 1, 1, 1),
    ]


def test_ke02_clocks_go_through_the_steps_of_boot_clock_run(ke02: Registers) -> None:
    """Bus / 2, crystal with RANGE and OSCOS, FLL at crystal / 256, loss of lock cleared, internal reference on."""
    steps = [write for write in ke02.writes if MCG <= write[0] < OSC + 4 or write[0] == SIM + 0x18]
    assert steps == [
        (SIM + 0x18, 4, 1),
        (OSC, 1, 0x94),
        (MCG, 1, 0x18),
        (MCG + 1, 1, 0),
        (MCG + 4, 1, 0x80),
        (MCG, 1, 0x1A),
    ]


def test_ke02_console_is_set_up_as_the_vendors_driver_does(ke02: Registers) -> None:
    """20 MHz / (16 * 11) = 113,636 Bd."""
    assert all(width == 1 for address, width, _ in ke02.writes if UART1 <= address < UART1 + 8)
    assert ke02.written(UART1, UART1 + 3) == [(UART1, 0), (UART1 + 1, 11), (UART1 + 2, 0)]
    assert ke02.byte(UART1 + 3) & 0x0C == 0x0C, "transmitter and receiver on"
    assert ke02.stored[SIM + 0xC] == 0x3000 | 1 << 21, "UART1 is clocked"
    assert ke02.stored[0xE000E100] == 1 << 13


# ---------------------------------------------------------------- K32L2B


def test_k32l2b_releases_pins_and_stops_the_cop_and_what_the_boot_rom_left_on(k32l2b: Registers) -> None:
    """SystemInit: REGSC written back with ACKISO, COPC = 0 once; SystemInitHook: IRQ 30 and 8 off and not pending."""
    assert k32l2b.writes[:5] == [
        VTOR,
        (0x4007D002, 1, 0x08),
        (0x40048100, 4, 0),
        (0xE000E180, 4, 1 << 30 | 1 << 8),
        (0xE000E280, 4, 1 << 30 | 1 << 8),
    ]
    assert k32l2b.written(0x40048100, 0x40048108) == [(0x40048100, 0)], "COPC takes one write only"


def test_k32l2b_clocks_go_through_the_steps_of_boot_clock_run(k32l2b: Registers) -> None:
    steps = [write for write in k32l2b.writes if MCG <= write[0] < MCG + 0x20 or write[0] == 0x40048044]
    assert steps == [
        (0x40048044, 4, 0x10030000),  # core / 2, bus / 4
        (MCG + 8, 1, 0),
        (MCG + 0x18, 1, 0x80),  # HIRC on
        (MCG + 1, 1, 1),
        (MCG, 1, 2),  # core from HIRC
        (0x40048044, 4, 0x00010000),  # core / 1, bus / 2
    ]
    assert k32l2b.stored[0x40047000] == 0x80000000


def test_k32l2b_console_is_set_up_as_the_vendors_driver_does(k32l2b: Registers) -> None:
    """48 MHz / (32 * 13) = 115,385 Bd."""
    writes = k32l2b.written(LPUART0, LPUART0 + 0x14)
    assert writes[:2] == [(LPUART0 + 8, 0), (LPUART0, 0x1F00000D)]
    assert k32l2b.stored[LPUART0 + 8] & 3 << 18 == 3 << 18, "transmitter and receiver on"
    assert k32l2b.stored[0x40048004] == 0x04000000, "LPUART0 from the 48 MHz reference"
    assert k32l2b.stored[0x40048038] == 0x182 | 1 << 9 | 1 << 11 | 1 << 12 | 1 << 20
    assert [k32l2b.stored[PORTA + 4 * pin] >> 8 & 7 for pin in (1, 2)] == [2, 2], "PTA1, PTA2: alternative 2"
    assert k32l2b.stored[PORTC + 4 * 3] == 1 << 8 | 3, "PTC3: GPIO, pulled up"
    assert k32l2b.stored[PORTD + 4 * 5] == 1 << 8, "PTD5: GPIO"


# ---------------------------------------------------------------- KV11


def test_kv11_watchdog_is_unlocked_and_switched_off_first(kv11: Registers) -> None:
    """SystemInit: UNLOCK = 0xC520, 0xD928; STCTRLH = 0x01D2."""
    assert kv11.writes[:4] == [VTOR, (WDOG + 0xE, 2, 0xC520), (WDOG + 0xE, 2, 0xD928), (WDOG, 2, 0x01D2)]


def test_kv11_clocks_go_through_the_steps_of_boot_clock_run(kv11: Registers) -> None:
    steps = [write for write in kv11.writes if MCG <= write[0] < OSC + 4 or write[0] == 0x40048044]
    assert steps == [
        (0x40048044, 4, 0x00030000),  # bus / 4
        (OSC, 1, 0),
        (OSC, 1, 0x80),
        (MCG + 1, 1, 0x24),  # crystal of more than 8 MHz
        (MCG + 3, 1, 0x20),  # erratum e7993: another range while the reference changes
        (MCG, 1, 0x18),  # FLL from the crystal / 256
        (MCG + 3, 1, 0x00),
        (MCG + 3, 1, 0x40),  # * 1920
        (MCG + 1, 1, 0x24),
        (MCG, 1, 0x1A),
        (0x40048044, 4, 0x00020000),  # bus / 3
    ]
    assert kv11.stored[0x40047000] == 0x000C0000


def test_kv11_console_is_set_up_as_the_vendors_driver_does(kv11: Registers) -> None:
    """75 MHz / (16 * (40 + 22 / 32)) = 115,207 Bd; FIFOs on and flushed."""
    written = kv11.written(UART0, UART0 + 0x20)
    expected = [(0x00, 0), (0x01, 0x28), (0x02, 0), (0x0A, 0x16), (0x13, 0), (0x15, 1), (0x10, 0x88), (0x11, 0xC0)]
    assert [(address - UART0, value) for address, value in written][1:9] == expected
    assert kv11.byte(UART0 + 3) & 0x0C == 0x0C, "transmitter and receiver on"
    assert kv11.stored[0x40048034] == 0xF0000030 | 1 << 10, "UART0 is clocked"
    assert [kv11.stored[PORTB + 4 * pin] >> 8 & 7 for pin in (16, 17)] == [3, 3], "PTB16, PTB17: alternative 3"
    assert kv11.stored[PORTB] == 1 << 8 | 3, "PTB0: GPIO, pulled up"
    assert kv11.stored[PORTE + 4 * 29] == 1 << 8, "PTE29: GPIO"
