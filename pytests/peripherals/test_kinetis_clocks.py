"""Clock generators and gates of KE02, K32 L2B and KV11.

Expected values: KE02 (ICS), K32 L2B (MCG_Lite, SIM) and KV11 (MCG, SIM) reference manuals; the register sequences are
those of NXP's clock_config.c for the three boards.
"""

from __future__ import annotations

import pytest
from fake_machine import BusError, FakeMachine

SIM_KE02, OSC, ICS = 0x40048000, 0x40065000, 0x40064000
MCG, CLKDIV1 = 0x40064000, 0x40048044


@pytest.fixture
def ke02() -> FakeMachine:
    return FakeMachine.of_board("frdm_ke02z40m")


@pytest.fixture
def k32() -> FakeMachine:
    return FakeMachine.of_board("frdm_k32l2b")


@pytest.fixture
def kv11() -> FakeMachine:
    return FakeMachine.of_board("frdm_kv11z")


@pytest.mark.parametrize(
    ("board", "hz"), [("frdm_ke02z40m", 16_777_216), ("frdm_k32l2b", 8_000_000), ("frdm_kv11z", 20_971_520)]
)
def test_the_core_starts_with_the_internal_reference(board, hz):
    assert FakeMachine.of_board(board).core_clock == hz


# ---------------------------------------------------------------- KE02
def _fee(machine: FakeMachine) -> None:
    machine.poke(SIM_KE02 + 0x18, 1)
    machine.poke(OSC, 0x94, 1)
    machine.poke(ICS, 0x18, 1)
    machine.poke(ICS + 1, 0x00, 1)


def test_ke02_multiplies_its_crystal_by_1024_over_256(ke02):
    _fee(ke02)
    assert ke02.peek(OSC, 1) & 1, "OSCINIT"
    assert ke02.peek(ICS + 4, 1) == 1 << 6, "locked, FLL, external reference"
    assert ke02.core_clock == 40_000_000
    ke02.poke(SIM_KE02 + 0x0C, 0x3000 | 1 << 21)
    assert ke02.clocks["uart1"] == 20_000_000


def test_ke02_keeps_the_internal_reference_while_the_crystal_is_off(ke02):
    ke02.poke(ICS, 0x18, 1)
    assert ke02.peek(ICS + 4, 1) & 1 << 4
    assert ke02.core_clock == 16_777_216
    ke02.poke(OSC, 0x94, 1)
    assert not ke02.peek(ICS + 4, 1) & 1 << 4


def test_ke02_bypasses_the_fll(ke02):
    ke02.poke(OSC, 0x94, 1)
    ke02.poke(ICS, 0x80 | 3 << 3, 1)
    assert ke02.peek(ICS + 4, 1) >> 2 & 3 == 2
    assert ke02.core_clock == 5_000_000, "10 MHz crystal, BDIV 1 after reset"


def test_ke02_gates_are_bus_errors(ke02):
    with pytest.raises(BusError):
        ke02.peek(0x4006B004, 1)
    ke02.poke(SIM_KE02 + 0x0C, 0x3000 | 1 << 21)
    assert ke02.peek(0x4006B004, 1) == 0xC0
    ke02.poke(SIM_KE02 + 0x0C, 0x3000)
    assert ke02.clocks["uart1"] == 0


def test_ke02_ftm_counts_the_bus_clock_and_its_flag_is_bit_7(ke02):
    _fee(ke02)
    ke02.poke(SIM_KE02 + 0x0C, 0x3000 | 1 << 5)
    ftm = 0x40038000
    ke02.poke(ftm + 8, 1999)
    ke02.poke(ftm, 1 << 6 | 1 << 3)
    ke02.run_for(99_000_000)
    assert not ke02.peek(ftm) & 1 << 7
    ke02.run_for(2_000_000)
    assert ke02.peek(ftm) & 1 << 7, "2000 counts of 20 MHz are 100 us"
    assert ke02.lines["ftm0", 0]
    ke02.poke(ftm, 1 << 6 | 1 << 3)
    assert not ke02.lines["ftm0", 0]


def test_ke02_pit_has_a_line_for_each_channel(ke02):
    ke02.poke(SIM_KE02 + 0x0C, 0x3000 | 1 << 1)
    pit = 0x40037000
    ke02.poke(pit, 0)
    ke02.poke(pit + 0x110, 99)
    ke02.poke(pit + 0x118, 3)
    ke02.run_for(7_000_000)
    assert (ke02.lines["pit", 0], ke02.lines["pit", 1]) == (False, True)
    ke02.poke(pit + 0x11C, 1)
    assert not ke02.lines["pit", 1]


# ---------------------------------------------------------------- K32 L2B
def test_k32_runs_from_hirc_and_its_dividers(k32):
    k32.poke(CLKDIV1, 0x10030000)
    assert k32.core_clock == 4_000_000
    k32.poke(MCG + 0x18, 0x80, 1)
    k32.poke(MCG, 0x02, 1)
    assert k32.peek(MCG + 6, 1) == 0
    k32.poke(CLKDIV1, 0x00010000)
    assert k32.core_clock == 48_000_000
    assert k32.models["sim"].clock("bus") == 24_000_000


def test_k32_lpuart_has_the_clock_of_sopt2(k32):
    k32.poke(0x40048038, 0x182 | 1 << 20)
    assert k32.clocks["lpuart0"] == 0
    k32.poke(0x40048004, 3 << 26)
    assert k32.clocks["lpuart0"] == 8_000_000, "MCGIRCLK is LIRC"
    k32.poke(MCG + 0x18, 0x80, 1)
    k32.poke(0x40048004, 1 << 26)
    assert k32.clocks["lpuart0"] == 48_000_000


def test_k32_needs_its_crystal_for_ext(k32):
    k32.poke(MCG, 0x80, 1)
    assert k32.peek(MCG + 6, 1) >> 2 == 1
    k32.poke(MCG + 1, 1 | 1 << 2, 1)
    assert k32.peek(MCG + 6, 1) == 2 << 2 | 2
    assert k32.core_clock == 32_768


def test_k32_pin_controls_reset_to_their_debug_functions(k32):
    k32.poke(0x40048038, 0x182 | 1 << 9)
    assert [k32.peek(0x40049000 + 4 * pin) for pin in (0, 1, 2, 3)] == [0x706, 5, 5, 0x703]


def test_k32_tpm_flags_are_cleared_by_ones(k32):
    k32.poke(0x4004803C, 1 | 1 << 24)
    k32.poke(MCG + 0x18, 0x80, 1)
    k32.poke(0x40048004, 1 << 24)
    tpm = 0x40038000
    k32.poke(tpm + 8, 4799)
    k32.poke(tpm, 1 << 6 | 1 << 3)
    k32.run_for(101_000_000)
    assert k32.peek(tpm + 0x50) == 1 << 8, "4800 counts of 48 MHz are 100 us"
    assert k32.lines["tpm0", 0]
    k32.poke(tpm + 0x50, 1 << 8)
    assert (k32.peek(tpm + 0x50), k32.lines["tpm0", 0]) == (0, False)
    k32.poke(tpm, 0)
    assert k32.peek(tpm) >> 3 & 3 == 0, "CMOD reads back"


# ---------------------------------------------------------------- KV11
def test_kv11_multiplies_its_crystal_by_1920_over_256(kv11):
    kv11.poke(CLKDIV1, 0x00030000)
    kv11.poke(MCG + 1, 0x24, 1)
    assert kv11.peek(MCG + 6, 1) & 2, "OSCINIT0"
    kv11.poke(MCG, 0x18, 1)
    assert not kv11.peek(MCG + 6, 1) & 1 << 4
    kv11.poke(MCG + 3, 0x40, 1)
    assert kv11.peek(MCG + 3, 1) == 0x40
    kv11.poke(CLKDIV1, 0x00020000)
    assert kv11.core_clock == 75_000_000
    kv11.poke(0x40048034, 0xF0000030 | 3 << 10)
    assert (kv11.clocks["uart0"], kv11.clocks["uart1"]) == (75_000_000, 25_000_000)


def test_kv11_status_follows_irefs_clks_and_ircs(kv11):
    kv11.poke(MCG + 1, 0x25, 1)
    kv11.poke(MCG, 1 << 6 | 1 << 2, 1)
    assert kv11.peek(MCG + 6, 1) == 1 << 4 | 1 << 2 | 1 << 1 | 1
    assert kv11.core_clock == 2_000_000, "fast reference 4 MHz, FCRDIV 1 after reset"
    kv11.poke(MCG + 8, 1 << 7, 1)
    assert not kv11.peek(MCG + 8, 1) & 1 << 7, "ATME clears itself"
