"""FTM and LPTMR of KE16Z: periods, flags and how they are cleared.

Source: KE1xZ64 reference manual, chapters FTM and LPTMR. FTM counts the 48 MHz core clock after reset, LPTMR the 1 kHz
that the 128 kHz LPO is divided to.
"""

from __future__ import annotations

import pytest
from fake_machine import FakeMachine

FTM0, LPTMR0 = 0x40038000, 0x40040000
SC, CNT, MOD, C0SC, C0V, C1SC, C1V, CNTIN, STATUS = 0, 4, 8, 0xC, 0x10, 0x14, 0x18, 0x4C, 0x50
CLOCK, CPWMS, TOIE, TOF = 1 << 3, 1 << 5, 1 << 8, 1 << 9
MSA, CHIE, CHF = 1 << 4, 1 << 6, 1 << 7
US, MS = 10**6, 10**9


@pytest.fixture
def machine() -> FakeMachine:
    """FTM0 and LPTMR0 with open gates."""
    machine = FakeMachine.of_board("frdm_ke16z")
    machine.poke(0x400650E0, 1 << 30)
    machine.poke(0x40065100, 1 << 30)
    return machine


def ftm(machine: FakeMachine, offset: int) -> int:
    return machine.peek(FTM0 + offset)


def test_ftm_stands_without_a_clock_source(machine):
    machine.poke(FTM0 + MOD, 47)
    machine.run_to(MS)
    assert ftm(machine, CNT) == 0
    assert not ftm(machine, SC) & TOF


def test_ftm_overflows_every_mod_plus_1_counts(machine):
    machine.poke(FTM0 + MOD, 47)
    machine.poke(FTM0 + SC, CLOCK | TOIE)
    machine.run_to(US - 1)
    assert ftm(machine, CNT) == 47
    assert not machine.lines["ftm0", 0]
    machine.run_to(US)
    assert machine.lines["ftm0", 0]
    assert ftm(machine, CNT) == 0
    assert ftm(machine, SC) & TOF


def test_ftm_flag_is_cleared_by_reading_it_and_writing_0(machine):
    machine.poke(FTM0 + MOD, 47)
    machine.poke(FTM0 + SC, CLOCK | TOIE)
    machine.run_to(US)
    machine.poke(FTM0 + SC, CLOCK | TOIE)
    assert machine.lines["ftm0", 0], "not read before"
    value = ftm(machine, SC)
    machine.poke(FTM0 + SC, value)
    assert machine.lines["ftm0", 0], "written 1"
    machine.poke(FTM0 + SC, value & ~TOF)
    assert not machine.lines["ftm0", 0]


def test_ftm_overflow_between_read_and_write_is_not_lost(machine):
    machine.poke(FTM0 + MOD, 47)
    machine.poke(FTM0 + SC, CLOCK)
    machine.run_to(US)
    value = ftm(machine, SC)
    machine.run_to(2 * US)
    machine.poke(FTM0 + SC, value & ~TOF)
    assert ftm(machine, SC) & TOF


def test_ftm_interrupts_do_not_drift(machine):
    machine.poke(FTM0 + MOD, 47_999)
    machine.poke(FTM0 + SC, CLOCK | TOIE)
    for period in range(1, 6):
        machine.run_to(period * MS - 1)
        assert not machine.lines["ftm0", 0]
        machine.run_to(period * MS)
        assert machine.lines["ftm0", 0]
        machine.run_for(7_001)
        machine.poke(FTM0 + SC, ftm(machine, SC) & ~TOF)


def test_ftm_counts_from_its_initial_value(machine):
    machine.poke(FTM0 + CNTIN, 100)
    machine.poke(FTM0 + MOD, 147)
    machine.poke(FTM0 + CNT, 1)
    machine.poke(FTM0 + SC, CLOCK)
    assert ftm(machine, CNT) == 100
    machine.run_to(US - 1)
    assert ftm(machine, CNT) == 147
    machine.run_to(US)
    assert ftm(machine, CNT) == 100


@pytest.mark.parametrize("prescale", [1, 4, 7])
def test_ftm_prescaler_is_a_power_of_two(machine, prescale):
    machine.poke(FTM0 + MOD, 0xFFFF)
    machine.poke(FTM0 + SC, CLOCK | prescale)
    machine.run_to(128 * US)
    assert ftm(machine, CNT) == 48 * 128 >> prescale


def test_ftm_counts_up_and_down(machine):
    machine.poke(FTM0 + MOD, 48)
    machine.poke(FTM0 + SC, CLOCK | CPWMS | TOIE)
    machine.run_to(US)
    assert ftm(machine, CNT) == 48
    assert not machine.lines["ftm0", 0], "the flag comes when it counts from MOD to MOD - 1"
    machine.run_to(US + 20_834)
    assert machine.lines["ftm0", 0]
    assert ftm(machine, CNT) == 47
    machine.run_to(2 * US)
    assert ftm(machine, CNT) == 0


def test_ftm_channel_compares(machine):
    machine.poke(FTM0 + MOD, 47_999)
    machine.poke(FTM0 + C1V, 4_800)
    machine.poke(FTM0 + C1SC, MSA | CHIE)
    machine.poke(FTM0 + SC, CLOCK)
    machine.run_to(100 * US - 1)
    assert not ftm(machine, STATUS)
    machine.run_to(100 * US)
    assert machine.lines["ftm0", 0]
    assert ftm(machine, STATUS) == 2
    assert ftm(machine, C1SC) & CHF
    machine.poke(FTM0 + C1SC, ftm(machine, C1SC) & ~CHF)
    assert not machine.lines["ftm0", 0]
    machine.run_to(MS + 100 * US)
    assert machine.lines["ftm0", 0]
    ftm(machine, STATUS)
    machine.poke(FTM0 + STATUS, 0)
    assert not machine.lines["ftm0", 0]


def test_ftm_channel_without_mode_does_nothing(machine):
    machine.poke(FTM0 + MOD, 47)
    machine.poke(FTM0 + C0V, 10)
    machine.poke(FTM0 + SC, CLOCK)
    machine.run_to(US)
    assert ftm(machine, STATUS) == 0


def test_ftm_polled_flags_need_no_events(machine):
    machine.poke(FTM0 + MOD, 1)
    machine.poke(FTM0 + C0SC, MSA)
    machine.poke(FTM0 + SC, CLOCK)
    assert not [key for key in machine.events if key[0] == "ftm0"]
    machine.run_to(MS)
    assert ftm(machine, SC) & TOF
    assert ftm(machine, C0SC) & CHF


def test_ftm_follows_the_core_clock(machine):
    machine.poke(FTM0 + MOD, 0xFFFF)
    machine.poke(FTM0 + SC, CLOCK)
    machine.run_to(US)
    machine.poke(0x40064014, 0x03010001)
    machine.run_to(2 * US)
    assert ftm(machine, CNT) == 48 + 24


CSR, PSR, CMR, CNR = LPTMR0, LPTMR0 + 4, LPTMR0 + 8, LPTMR0 + 12
TEN, TFC, TIE, TCF = 1, 4, 1 << 6, 1 << 7


def start(machine: FakeMachine, compare: int, control: int, prescale: int = 5) -> None:
    """prescale 5: the LPO's 1 kHz, prescaler bypassed."""
    machine.poke(PSR, prescale)
    machine.poke(CMR, compare)
    machine.poke(CSR, control)
    machine.poke(CSR, control | TEN)


def test_lptmr_period_is_compare_plus_1(machine):
    start(machine, 9, TIE)
    for period in (1, 2):
        machine.run_to(period * 10 * MS - 1)
        assert not machine.lines["lptmr0", 0]
        machine.run_to(period * 10 * MS)
        assert machine.lines["lptmr0", 0]
        machine.poke(CSR, machine.peek(CSR))
        assert not machine.lines["lptmr0", 0]


def test_lptmr_count_is_latched_by_a_write(machine):
    start(machine, 99, 0)
    machine.run_to(7 * MS)
    assert machine.peek(CNR) == 0
    machine.poke(CNR, 0)
    machine.run_to(9 * MS)
    assert machine.peek(CNR) == 7


def test_lptmr_free_running_goes_past_the_compare(machine):
    start(machine, 9, TFC)
    machine.run_to(15 * MS)
    assert machine.peek(CSR) & TCF
    machine.poke(CNR, 0)
    assert machine.peek(CNR) == 15


def test_lptmr_prescaler_divides_by_two_to_the_power_n_plus_1(machine):
    start(machine, 0, 0, prescale=1 | 1 << 3)
    machine.run_to(4 * MS - 1)
    assert not machine.peek(CSR) & TCF
    machine.run_to(4 * MS)
    assert machine.peek(CSR) & TCF


def test_lptmr_off_clears_its_flag(machine):
    start(machine, 0, TIE)
    machine.run_to(MS)
    assert machine.lines["lptmr0", 0]
    machine.poke(CSR, TIE)
    assert machine.peek(CSR) == TIE
    assert not machine.lines["lptmr0", 0]
