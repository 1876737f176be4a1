"""What start-up code writes to registers on the LPC845-BRK, compared with NXP's own code.

Expected values are those of clock_config.c (BOARD_BootClockFRO30M), pin_mux.c and fsl_usart.c of NXP's MCUXpresso SDK
for lpc845breakout, with field positions from LPC845.h; reset values are those of the user manual UM11029.
"""

from __future__ import annotations

import struct

import pytest
from firmware_registers import HANG, PERIPHERALS, TOOLCHAINS, Registers, arm, ones, run

from digitrig.firmware_build import build_program

SYSCON, USART0, SWM, FLASH_CTRL, GPIO = 0x40048000, 0x40064000, 0x4000C000, 0x40040000, 0xA0000000
ROM_ROUTINE, ROM_CALL = 0x0F0026F4, 0x40048FF0
# The routine in ROM: ldr r1, =ROM_CALL; str r0, [r1]; bx lr.
ROM = {ROM_ROUTINE: struct.pack("<4HI", 0x4901, 0x6008, 0x4770, 0x46C0, ROM_CALL)}


@pytest.fixture(scope="module", params=TOOLCHAINS)
def lpc845(request: pytest.FixtureRequest) -> Registers:
    elf = build_program(HANG, "lpc845_brk", toolchain=request.param)
    reset = {SYSCON + 0x80: 0x17, SYSCON + 0x88: 0xFBFDFFF0, SYSCON + 0x90: 7, SYSCON + 0x238: 0xEDF8}
    reset |= {SWM: 0xFFFFFFFF, FLASH_CTRL + 0x10: 2}
    memories = [(0, 0x10000), (0x0F000000, 0x4000), (0x10000000, 0x4000)]
    registers = Registers(reset, {USART0 + 8: ones(0x0C)})
    peripherals = (*PERIPHERALS, (GPIO, 0x10000))
    return run(elf, arm.UC_CPU_ARM_CORTEX_M0, memories, 0, registers, peripherals, ROM)


def test_lpc845_clocks_go_through_the_steps_of_boot_clock_fro30m(lpc845: Registers) -> None:
    """Each source register takes effect with its update register going from 0 to 1."""
    clocks = [w for w in lpc845.written(SYSCON, SYSCON + 0x1000) if w[0] - SYSCON not in (0x80, 0x88, 0x90)]
    assert [(address - SYSCON, value) for address, value in clocks] == [
        (0x238, 0xEDF8),  # FRO and its output powered
        (ROM_CALL - SYSCON, 30000),  # kHz, in R0
        (0x28, 1 << 17),  # FRO without divider
        *[(0x30, 0), (0x30, 1)],
        (0x238, 0xEDD8),  # system oscillator powered
        (0x74, 0),
        *[(0x50, 0), (0x54, 0), (0x54, 1)],
        *[(0x48, 0), (0x4C, 0), (0x4C, 1)],
        (0x58, 1),
    ]


def test_lpc845_flash_takes_two_clocks_per_read(lpc845: Registers) -> None:
    """FLASHTIM + 1 clocks (UM11029, FLASHCFG); NXP's clock driver chooses 2 above 24 MHz."""
    assert lpc845.written(FLASH_CTRL, FLASH_CTRL + 0x1000) == [(FLASH_CTRL + 0x10, 1)]


def test_lpc845_console_is_set_up_as_the_vendors_driver_does(lpc845: Registers) -> None:
    """30 MHz / (13 * 20) = 115,385 Bd."""
    written = [(a - USART0, v) for a, v in lpc845.written(USART0, USART0 + 0x30) if a - USART0 not in (0x0C, 0x10)]
    assert written[:3] == [(0x28, 0xC), (0x20, 19), (0x00, 5)]
    assert lpc845.stored[SYSCON + 0x90] == 1, "USART0 from the main clock"
    assert lpc845.stored[SWM] == 0xFFFF1819, "PIO0_25 sends, PIO0_24 receives"
    assert lpc845.stored[0xE000E100] == 1 << 3


def test_lpc845_blocks_in_use_are_clocked_and_were_reset_once(lpc845: Registers) -> None:
    assert lpc845.stored[SYSCON + 0x80] == 0x17 | 1 << 6 | 1 << 7 | 1 << 14 | 1 << 20
    assert lpc845.stored[SYSCON + 0x88] == 0xFBFDFFF0
    held = [0xFBFDFFF0 ^ value for _, value in lpc845.written(SYSCON + 0x88, SYSCON + 0x8C)]
    assert held == [1 << 6, 0, 1 << 20, 0, 1 << 14, 0]


def test_lpc845_led_is_an_output_and_dark_until_the_program_says_so(lpc845: Registers) -> None:
    assert lpc845.written(GPIO, GPIO + 0x10000)[:3] == [
        (GPIO + 0x2204, 1),  # PIO1_0 high: dark
        (GPIO + 0x2384, 1),  # output
        (GPIO + 0x2400, 1 << 4),  # PIO0_4, the button: input
    ]


def test_lpc845_watchdog_stays_off(lpc845: Registers) -> None:
    assert lpc845.written(0x40000000, 0x40004000) == []
