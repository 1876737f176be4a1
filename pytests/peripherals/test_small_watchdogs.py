"""Watchdogs of KE02 (8-bit registers), KV11 (16-bit), K32 L2B (COP) and LPC84x (WWDT).

Expected values: the chapters WDOG, SIM (COP) and WWDT of the reference manuals; the sequences are those of NXP's
system_MKE02Z4.c, system_MKV11Z7.c and system_K32L2B31A.c.
"""

from __future__ import annotations

import pytest
from fake_machine import FakeMachine

WDOG, COP = 0x40052000, 0x40048100
MS = 10**9


@pytest.fixture
def ke02() -> FakeMachine:
    return FakeMachine.of_board("frdm_ke02z40m")


@pytest.fixture
def kv11() -> FakeMachine:
    return FakeMachine.of_board("frdm_kv11z")


@pytest.fixture
def k32() -> FakeMachine:
    return FakeMachine.of_board("frdm_k32l2b")


def _late(machine: FakeMachine) -> FakeMachine:
    """After the window that a reset leaves open: 256 bus clocks at 10 MHz and more."""
    machine.run_for(50_000_000)
    return machine


# ---------------------------------------------------------------- KE02
def _word(machine: FakeMachine, word: int) -> None:
    """As a core stores it: CNTH, the lower address, holds the upper byte."""
    for address, byte in ((WDOG + 2, word >> 8), (WDOG + 3, word & 0xFF)):
        machine.poke(address, byte, 1)


def test_ke02_bites_after_four_milliseconds(ke02):
    ke02.run_for(3 * MS)
    assert ke02.resets == []
    ke02.run_for(2 * MS)
    assert ke02.resets == ["wdog timeout"], "TOVAL 4 of the 1 kHz oscillator"


def test_ke02_is_switched_off_by_nxps_sequence(ke02):
    _late(ke02)
    _word(ke02, 0xC520)
    _word(ke02, 0xD928)
    ke02.poke(WDOG + 4, 0xFF, 1)
    ke02.poke(WDOG + 5, 0xFF, 1)
    ke02.poke(WDOG, 0x20, 1)
    ke02.run_for(100 * MS)
    assert (ke02.resets, ke02.peek(WDOG, 1)) == ([], 0x20)


def test_ke02_ignores_writes_while_locked(ke02):
    _late(ke02)
    ke02.poke(WDOG, 0x20, 1)
    assert ke02.peek(WDOG, 1) == 0x80


def test_ke02_is_refreshed_by_two_words_and_bitten_by_others(ke02):
    for _ in range(4):
        ke02.run_for(3 * MS)
        _word(ke02, 0xA602)
        _word(ke02, 0xB480)
    assert ke02.resets == []
    _word(ke02, 0x1234)
    assert ke02.resets == ["wdog illegal word 0x1234 in CNT"]


def test_ke02_can_interrupt_before_it_resets(ke02):
    ke02.poke(WDOG, 0x80 | 0x40 | 0x20, 1)
    ke02.run_for(4 * MS + 1_000_000)
    assert ke02.lines["wdog", 0]
    ke02.run_for(MS)
    assert ke02.resets == ["wdog timeout"]


# ---------------------------------------------------------------- KV11
def test_kv11_is_switched_off_by_nxps_sequence(kv11):
    _late(kv11)
    kv11.poke(WDOG + 0xE, 0xC520, 2)
    kv11.poke(WDOG + 0xE, 0xD928, 2)
    kv11.poke(WDOG, 0x01D2, 2)
    kv11.run_for(5000 * MS)
    assert (kv11.resets, kv11.peek(WDOG, 2)) == ([], 0x01D2)


def test_kv11_bites_after_its_reset_timeout(kv11):
    bus_hz = 20_971_520 // 2  # OUTDIV4 is 1 after reset
    ms = 0x4C4B4C * 5 * 1000 // bus_hz
    kv11.run_for((ms - 5) * MS)
    assert kv11.resets == []
    kv11.run_for(10 * MS)
    assert kv11.resets == ["wdog timeout"]


def test_kv11_takes_no_late_second_word(kv11):
    kv11.poke(WDOG + 0xC, 0xA602, 2)
    kv11.run_for(10_000_000)
    kv11.poke(WDOG + 0xC, 0xB480, 2)
    assert kv11.resets == ["wdog illegal word 0xB480 in REFRESH"], "20 bus clocks are 2 us"


def test_kv11_locks_after_256_bus_clocks(kv11):
    _late(kv11)
    kv11.poke(WDOG, 0x01D2, 2)
    assert kv11.peek(WDOG, 2) == 0x01D3


# ---------------------------------------------------------------- K32 L2B
def test_cop_bites_after_1024_ms(k32):
    k32.run_for(1023 * MS)
    assert k32.resets == []
    k32.run_for(2 * MS)
    assert k32.resets == ["cop timeout"]


def test_copc_takes_one_write(k32):
    k32.poke(COP, 0)
    k32.poke(COP, 0xC)
    assert k32.peek(COP) == 0
    k32.run_for(5000 * MS)
    assert k32.resets == []


def test_cop_is_serviced_by_55_and_aa(k32):
    for _ in range(3):
        k32.run_for(1000 * MS)
        k32.poke(COP + 4, 0x55)
        k32.poke(COP + 4, 0xAA)
    assert k32.resets == []
    k32.poke(COP + 4, 0x33)
    assert k32.resets == ["cop illegal word 0x33 in SRVCOP"]


# ---------------------------------------------------------------- LPC84x
def test_wwdt_is_off_until_it_is_fed():
    lpc = FakeMachine.of_board("lpc845_brk")
    lpc.poke(0x40048238, 0xEDF8 & ~(1 << 6))
    lpc.poke(0x40048024, 1 << 5)  # 600 kHz / 2, a quarter of it counts: 75 kHz
    lpc.poke(0x40000004, 7500)
    lpc.poke(0x40000000, 3)
    lpc.run_for(1000 * MS)
    assert lpc.resets == []
    for _ in range(3):
        lpc.poke(0x40000008, 0xAA)
        lpc.poke(0x40000008, 0x55)
        lpc.run_for(99 * MS)
    assert lpc.peek(0x4000000C) == 75, "99 of 100 ms are gone"
    lpc.run_for(2 * MS)
    assert lpc.resets == ["wwdt timeout"]


# ---------------------------------------------------------------- sleep
def _ke02_setting(machine: FakeMachine, cs1: int) -> None:
    _late(machine)
    _word(machine, 0xC520)
    _word(machine, 0xD928)
    machine.poke(WDOG, cs1, 1)


def _kv11_setting(machine: FakeMachine, stctrlh: int) -> None:
    """TOVAL 4 of the 1 kHz oscillator, prescaler 1."""
    _late(machine)
    machine.poke(WDOG + 0xE, 0xC520, 2)
    machine.poke(WDOG + 0xE, 0xD928, 2)
    for offset, value in ((0x04, 0), (0x06, 4), (0x16, 0), (0x00, stctrlh)):
        machine.poke(WDOG + offset, value, 2)


@pytest.mark.parametrize(
    ("board", "setting", "deep", "stands"),
    [
        ("ke02", 0xA0, False, True),  # EN | UPDATE: WAIT = 0
        ("ke02", 0xA2, False, False),  # WAIT
        ("ke02", 0xA2, True, True),  # STOP = 0
        ("ke02", 0xA1, True, False),
        ("kv11", 0x0111, False, True),  # WDOGEN, ALLOWUPDATE: WAITEN = 0
        ("kv11", 0x0191, False, False),  # WAITEN
        ("kv11", 0x0191, True, True),  # STOPEN = 0
        ("kv11", 0x0151, True, False),
    ],
)
def test_the_count_stands_in_sleep_unless_told_otherwise(request, board, setting, deep, stands):
    """KE02 RM, WDOG_CS1 WAIT and STOP; KV11 RM, WDOG_STCTRLH WAITEN and STOPEN."""
    machine: FakeMachine = request.getfixturevalue(board)
    (_ke02_setting if board == "ke02" else _kv11_setting)(machine, setting)
    machine.run_for(2 * MS)
    machine.slept[deep] = 3 * MS  # three of the next four milliseconds
    machine.run_for(4 * MS)
    assert bool(machine.resets) == (not stands)
    machine.run_for(3 * MS)
    assert machine.resets == ["wdog timeout"]
