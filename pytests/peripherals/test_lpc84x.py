"""Clocks, pins, timer and flash access time of LPC84x. Expected values: UM11029 and LPC845.h."""

from __future__ import annotations

import pytest
from fake_machine import BusError, FakeMachine

SYSCON, GPIO, PINT, MRT = 0x40048000, 0xA0000000, 0xA0004000, 0x40004000
GATES, RESETS = SYSCON + 0x80, SYSCON + 0x88
K3 = 4


@pytest.fixture
def lpc() -> FakeMachine:
    machine = FakeMachine.of_board("lpc845_brk")
    machine.poke(GATES, 0x17 | 1 << 6 | 1 << 10 | 1 << 14 | 1 << 20 | 1 << 28)
    return machine


# ---------------------------------------------------------------- clocks
def test_the_core_starts_at_half_of_24_mhz(lpc):
    assert lpc.core_clock == 12_000_000


@pytest.mark.parametrize(("choice", "hz"), [(0, 18_000_000), (1, 24_000_000), (2, 30_000_000)])
def test_fro_direct_takes_effect_with_its_update_register(lpc, choice, hz):
    lpc.poke(SYSCON + 0x28, 1 << 17 | choice)
    assert lpc.core_clock == hz // 2
    lpc.poke(SYSCON + 0x30, 0)
    lpc.poke(SYSCON + 0x30, 1)
    assert lpc.peek(SYSCON + 0x30) == 1
    assert lpc.core_clock == hz
    lpc.poke(SYSCON + 0x58, 2)
    assert lpc.core_clock == hz // 2


def test_usart_clock_is_what_fclksel_chooses(lpc):
    assert lpc.clocks["usart0"] == 0, "7 is none"
    lpc.poke(SYSCON + 0x90, 1)
    assert lpc.clocks["usart0"] == 12_000_000
    lpc.poke(SYSCON + 0xD8, 1)
    lpc.poke(SYSCON + 0xD0, 0xFF)
    lpc.poke(SYSCON + 0xD4, 0x80)
    lpc.poke(SYSCON + 0x90, 2)
    assert lpc.clocks["usart0"] == 8_000_000, "12 MHz / (1 + 128 / 256)"


def test_the_pll_locks_and_multiplies(lpc):
    lpc.poke(SYSCON + 0x08, 1)
    lpc.poke(SYSCON + 0x238, 0xEDF8 & ~(1 << 7))
    assert lpc.peek(SYSCON + 0x0C) == 1
    lpc.poke(SYSCON + 0x48, 1)
    lpc.poke(SYSCON + 0x4C, 1)
    assert lpc.core_clock == 24_000_000


def test_gated_blocks_are_bus_errors_and_a_reset_pulse_gives_reset_values(lpc):
    with pytest.raises(BusError):
        lpc.peek(0x40068000)
    lpc.poke(0x40064020, 19)
    lpc.poke(RESETS, 0xFBFDFFF0 & ~(1 << 14))
    lpc.poke(RESETS, 0xFBFDFFF0)
    assert lpc.peek(0x40064020) == 0


def test_flash_reads_take_as_many_clocks_as_flashcfg_says(lpc):
    assert lpc.memory_waits["flash"] == (2, 2, 2)
    lpc.poke(0x40040010, 1)
    assert lpc.memory_waits["flash"] == (1, 1, 1)


# ---------------------------------------------------------------- pins
def test_pins_show_in_byte_word_and_port_registers(lpc):
    gpio = lpc.models["gpio"]
    assert (lpc.peek(GPIO + K3, 1), lpc.peek(GPIO + 0x1000 + 4 * K3)) == (1, 0xFFFFFFFF)
    gpio.set_input(K3, False)
    assert (lpc.peek(GPIO + K3, 1), lpc.peek(GPIO + 0x1000 + 4 * K3)) == (0, 0)
    assert lpc.peek(GPIO + 0x2100) == 0xFFFFFFFF & ~(1 << K3)
    assert lpc.peek(GPIO + 32, 1) == 1


def test_outputs_by_all_ways(lpc):
    gpio = lpc.models["gpio"]
    lpc.poke(GPIO + 0x2384, 0b111)
    assert [gpio.pin_level(pin) for pin in (32, 33, 34)] == [False] * 3
    lpc.poke(GPIO + 0x2204, 0b001)
    lpc.poke(GPIO + 33, 1, 1)
    lpc.poke(GPIO + 0x1000 + 4 * 34, 5)
    assert [gpio.pin_level(pin) for pin in (32, 33, 34)] == [True] * 3
    assert lpc.peek(GPIO + 0x2204) == 0b111
    assert lpc.peek(GPIO + 0x1000 + 4 * 34) == 0xFFFFFFFF
    lpc.poke(GPIO + 0x2284, 0b010)
    lpc.poke(GPIO + 0x2304, 0b101)
    assert [gpio.pin_level(pin) for pin in (32, 33, 34)] == [False] * 3
    lpc.poke(GPIO + 0x2404, 0b001)
    assert not gpio.drives(32)
    assert lpc.peek(GPIO + 32, 1) == 1, "an input again, pulled up"


def test_pin_interrupt_on_an_edge(lpc):
    gpio = lpc.models["gpio"]
    lpc.poke(SYSCON + 0x178, K3)
    lpc.poke(PINT + 0x14, 1)
    gpio.set_input(K3, False)
    assert lpc.lines["pint", 0]
    assert (lpc.peek(PINT + 0x24), lpc.peek(PINT + 0x20)) == (1, 1)
    lpc.poke(PINT + 0x24, 1)
    assert not lpc.lines["pint", 0]
    gpio.set_input(K3, True)
    assert not lpc.lines["pint", 0], "only the falling edge is enabled"


def test_pin_interrupt_on_a_level(lpc):
    gpio = lpc.models["gpio"]
    lpc.poke(SYSCON + 0x178, K3)
    lpc.poke(PINT, 1)
    lpc.poke(PINT + 0x08, 1)  # enable; active level low as IENF is 0
    assert not lpc.lines["pint", 0]
    gpio.set_input(K3, False)
    assert lpc.lines["pint", 0]
    gpio.set_input(K3, True)
    assert not lpc.lines["pint", 0]


# ---------------------------------------------------------------- MRT
def test_mrt_repeats_and_stops(lpc):
    lpc.poke(MRT + 8, 1)
    lpc.poke(MRT, 12_000)  # 1 ms at 12 MHz
    assert lpc.peek(MRT + 0xC) == 2, "RUN"
    lpc.run_for(10**9 + 1000)
    assert lpc.lines["mrt0", 0]
    assert lpc.peek(MRT + 0xF8) == 1
    lpc.poke(MRT + 0xC, 1)
    assert not lpc.lines["mrt0", 0]
    lpc.run_for(10**9)
    assert lpc.peek(MRT + 0xC) == 3
    lpc.poke(MRT, 0x80000000)
    assert lpc.peek(MRT + 0xC) == 1
    assert lpc.peek(MRT + 0xF4) >> 4 == 1, "channel 0 still has its flag"


def test_mrt_one_shot(lpc):
    lpc.poke(MRT + 0x18, 1 << 1 | 1)
    lpc.poke(MRT + 0x10, 120)
    lpc.run_for(11_000_000)
    assert lpc.peek(MRT + 0x1C) == 1
    lpc.poke(MRT + 0xF8, 2)
    lpc.run_for(100_000_000)
    assert lpc.peek(MRT + 0x1C) == 0
