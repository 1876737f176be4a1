"""LPIT, PIT, GPT and WDOG1: periods and flags, just before and just after.

Source: KE1xZ64 reference manual, chapter LPIT; i.MX RT1060 reference manual, chapters PIT, GPT and WDOG. Clocks: 8 MHz
SOSC on KE16Z; PERCLK as after reset with the boot ROM's settings (396 MHz / 3 = 132 MHz IPG, divided by 1).
"""

from __future__ import annotations

import pytest
from fake_machine import FakeMachine

from digitrig.platform import load_board

LPIT = 0x40037000
US = 10**6
PERCLK = 132_000_000


@pytest.fixture
def lpit() -> FakeMachine:
    """KE16Z with 8 MHz on the LPIT, module enabled."""
    machine = FakeMachine.of_board("frdm_ke16z")
    machine.poke(0x40064104, 0x100)
    machine.poke(0x40064100, 1)
    machine.poke(0x400650DC, 0x41000000)
    machine.poke(LPIT + 8, 1)
    return machine


@pytest.fixture
def rt1060() -> FakeMachine:
    machine = FakeMachine.of_board("mimxrt1060_evk")
    for boot in load_board("mimxrt1060_evk").boot_registers:
        machine.models[boot.device].set(boot.register, boot.value)
    for model in machine.models.values():
        model.on_reset()
    machine.poke(0x400FC01C, 0x04900080)
    assert machine.models["ccm"].clock("perclk") == PERCLK
    return machine


def at_cycle(cycle: int, hz: int = PERCLK) -> int:
    return -(-cycle * 10**12 // hz)


def test_lpit_period_is_tval_plus_1(lpit):
    lpit.poke(LPIT + 0x20, 799)
    lpit.poke(LPIT + 0x10, 1)
    lpit.poke(LPIT + 0x28, 1)
    lpit.run_to(100 * US - 1)
    assert lpit.peek(LPIT + 0xC) == 0
    lpit.run_to(100 * US)
    assert lpit.peek(LPIT + 0xC) == 1
    assert lpit.lines["lpit0", 0]
    lpit.poke(LPIT + 0xC, 1)
    assert not lpit.lines["lpit0", 0]
    lpit.run_to(200 * US - 1)
    assert lpit.peek(LPIT + 0xC) == 0
    lpit.run_to(200 * US)
    assert lpit.peek(LPIT + 0xC) == 1


def test_lpit_counts_down_and_a_new_value_waits_for_the_reload(lpit):
    lpit.poke(LPIT + 0x20, 799)
    lpit.poke(LPIT + 0x28, 1)
    lpit.run_to(10 * US)
    assert lpit.peek(LPIT + 0x24) == 719
    lpit.poke(LPIT + 0x20, 7)
    lpit.run_to(100 * US)
    assert lpit.peek(LPIT + 0x24) == 7


def test_lpit_without_interrupt_enable_only_flags(lpit):
    lpit.poke(LPIT + 0x20, 0)
    lpit.poke(LPIT + 0x28, 1)
    lpit.run_to(US)
    assert lpit.peek(LPIT + 0xC) == 1
    assert not lpit.lines["lpit0", 0]


def test_lpit_stands_while_the_module_is_off_and_goes_on(lpit):
    lpit.poke(LPIT + 0x20, 799)
    lpit.poke(LPIT + 0x28, 1)
    lpit.run_to(50 * US)
    lpit.poke(LPIT + 8, 0)
    lpit.run_to(500 * US)
    lpit.poke(LPIT + 8, 1)
    lpit.run_for(49 * US)
    assert lpit.peek(LPIT + 0xC) == 0
    lpit.run_for(US)
    assert lpit.peek(LPIT + 0xC) == 1


def test_lpit_set_and_clear_enable(lpit):
    lpit.poke(LPIT + 0x34 - 4, 79)
    lpit.poke(LPIT + 0x14, 2)
    assert lpit.peek(LPIT + 0x38) == 1
    lpit.poke(LPIT + 0x18, 2)
    assert lpit.peek(LPIT + 0x38) == 0
    lpit.run_to(100 * US)
    assert lpit.peek(LPIT + 0xC) == 0


def test_lpit_software_reset_stops_everything(lpit):
    lpit.poke(LPIT + 0x20, 79)
    lpit.poke(LPIT + 0x28, 1)
    lpit.poke(LPIT + 8, 3)
    assert lpit.peek(LPIT + 0x28) == 0
    lpit.run_to(100 * US)
    assert lpit.peek(LPIT + 0xC) == 0


PIT = 0x40084000


def start_pit(machine: FakeMachine, channel: int, load: int, control: int) -> None:
    machine.poke(PIT + 0x100 + 0x10 * channel, load)
    machine.poke(PIT + 0x108 + 0x10 * channel, control)


def test_pit_stands_until_the_module_is_enabled(rt1060):
    start_pit(rt1060, 0, 131, 3)
    rt1060.run_to(at_cycle(1000))
    assert rt1060.peek(PIT + 0x10C) == 0
    rt1060.poke(PIT, 0)
    rt1060.run_for(at_cycle(132) - 1)
    assert rt1060.peek(PIT + 0x10C) == 0
    rt1060.run_for(1)
    assert rt1060.peek(PIT + 0x10C) == 1
    assert rt1060.lines["pit", 0]


def test_pit_period_is_ldval_plus_1_without_drift(rt1060):
    rt1060.poke(PIT, 0)
    start_pit(rt1060, 1, 131_999, 3)
    for period in range(1, 6):
        rt1060.run_to(period * 10**9 - 1)
        assert rt1060.peek(PIT + 0x11C) == 0
        rt1060.run_to(period * 10**9)
        assert rt1060.peek(PIT + 0x11C) == 1
        rt1060.poke(PIT + 0x11C, 1)


def test_a_chained_pit_channel_counts_expiries(rt1060):
    rt1060.poke(PIT, 0)
    start_pit(rt1060, 1, 2, 7)
    start_pit(rt1060, 0, 131, 1)
    rt1060.run_to(3 * US - 1)
    assert rt1060.peek(PIT + 0x114) == 0
    assert rt1060.peek(PIT + 0x11C) == 0
    rt1060.run_to(3 * US)
    assert rt1060.peek(PIT + 0x11C) == 1
    assert rt1060.peek(PIT + 0x114) == 2


def test_the_lifetime_timer_latches_its_low_half(rt1060):
    rt1060.poke(PIT, 0)
    start_pit(rt1060, 1, 0xFFFFFFFF, 5)
    start_pit(rt1060, 0, 0xFFFFFFFF, 1)
    rt1060.run_to(US)
    assert rt1060.peek(PIT + 0xE0) == 0xFFFFFFFF
    rt1060.run_to(2 * US)
    assert rt1060.peek(PIT + 0xE4) == 0xFFFFFFFF - 132


GPT = 0x401EC000
CR, PR, SR, IR, OCR1, CNT = GPT, GPT + 4, GPT + 8, GPT + 0xC, GPT + 0x10, GPT + 0x24
EN, ENMOD, PERIPH, FRR, SWR = 1, 2, 1 << 6, 1 << 9, 1 << 15


def test_gpt_software_reset_clears_itself(rt1060):
    rt1060.poke(PR, 5)
    rt1060.poke(CR, SWR)
    assert rt1060.peek(CR) == 0
    assert rt1060.peek(PR) == 0
    assert rt1060.peek(OCR1) == 0xFFFFFFFF


def test_gpt_restart_mode_has_a_period_of_ocr1_plus_1(rt1060):
    rt1060.poke(CR, SWR)
    rt1060.poke(CR, PERIPH | ENMOD)
    rt1060.poke(OCR1, 131)
    rt1060.poke(IR, 1)
    rt1060.poke(CR, PERIPH | ENMOD | EN)
    rt1060.run_to(at_cycle(131) - 1)
    assert rt1060.peek(SR) == 0
    rt1060.run_to(at_cycle(131))
    assert rt1060.peek(SR) == 1
    assert rt1060.lines["gpt1", 0]
    rt1060.poke(SR, 1)
    assert not rt1060.lines["gpt1", 0]
    rt1060.run_to(US)
    assert rt1060.peek(CNT) == 0
    rt1060.run_to(US + at_cycle(131))
    assert rt1060.peek(SR) == 1


def test_gpt_free_running_counts_past_the_compare(rt1060):
    rt1060.poke(CR, PERIPH | FRR)
    rt1060.poke(OCR1, 100)
    rt1060.poke(CR, PERIPH | FRR | EN)
    rt1060.run_to(at_cycle(150))
    assert rt1060.peek(SR) == 1
    assert rt1060.peek(CNT) == 150


def test_gpt_deadlines_set_between_counts_do_not_drift(rt1060):
    rt1060.poke(CR, PERIPH | FRR)
    rt1060.poke(OCR1, 132)
    rt1060.poke(CR, PERIPH | FRR | EN)
    for microsecond in range(1, 50):
        rt1060.run_to(microsecond * US - 1)
        assert not rt1060.peek(SR) & 1
        rt1060.run_to(microsecond * US)
        assert rt1060.peek(SR) & 1
        rt1060.run_for(5_003)
        rt1060.poke(SR, 1)
        rt1060.poke(OCR1, rt1060.peek(OCR1) + 132)


def test_gpt_prescaler_divides_by_its_value_plus_1(rt1060):
    rt1060.poke(PR, 131)
    rt1060.poke(CR, PERIPH | FRR | EN)
    rt1060.run_to(100 * US)
    assert rt1060.peek(CNT) == 100


def test_gpt_stopped_keeps_its_count_and_enmod_clears_it(rt1060):
    rt1060.poke(CR, PERIPH | FRR | EN)
    rt1060.run_to(US)
    rt1060.poke(CR, PERIPH | FRR)
    rt1060.run_to(9 * US)
    assert rt1060.peek(CNT) == 132
    rt1060.poke(CR, PERIPH | FRR | EN)
    rt1060.run_to(10 * US)
    assert rt1060.peek(CNT) == 264
    rt1060.poke(CR, PERIPH | FRR)
    rt1060.poke(CR, PERIPH | FRR | EN | ENMOD)
    assert rt1060.peek(CNT) == 0


def test_gpt_rolls_over(rt1060):
    rt1060.poke(IR, 1 << 5)
    rt1060.poke(CR, PERIPH | FRR | EN)
    rt1060.run_to(at_cycle(1 << 32) - 1)
    assert not rt1060.lines["gpt1", 0]
    rt1060.run_to(at_cycle(1 << 32))
    assert rt1060.peek(SR) & 1 << 5
    assert rt1060.lines["gpt1", 0]


WDOG1 = 0x400B8000
SECOND = 10**12


def test_wdog1_is_off_after_reset(rt1060):
    rt1060.poke(0x400BC004, 0xD928C520)
    rt1060.poke(0x400BC000, 0x2920)
    rt1060.run_to(200 * SECOND)
    assert rt1060.resets == []
    assert rt1060.peek(WDOG1, 2) == 0x30
    assert rt1060.peek(WDOG1 + 8, 2) == 0, "the boot ROM clears PDE"


@pytest.fixture
def quiet(rt1060) -> FakeMachine:
    """The other watchdog switched off."""
    rt1060.poke(0x400BC004, 0xD928C520)
    rt1060.poke(0x400BC000, 0x2920)
    return rt1060


def test_wdog1_bites_after_its_half_seconds(quiet):
    quiet.poke(WDOG1, 1 << 8 | 0x34, 2)
    quiet.run_to(SECOND - 1)
    assert quiet.resets == []
    quiet.run_to(SECOND)
    assert quiet.resets == ["wdog1 timeout"]


def test_wdog1_is_served_by_both_words_in_order(quiet):
    quiet.poke(WDOG1, 1 << 8 | 0x34, 2)
    quiet.run_to(SECOND - 1)
    quiet.poke(WDOG1 + 2, 0x5555, 2)
    quiet.poke(WDOG1 + 2, 0xAAAA, 2)
    quiet.run_for(SECOND - 1)
    assert quiet.resets == []
    quiet.poke(WDOG1 + 2, 0xAAAA, 2)
    quiet.run_for(1)
    assert quiet.resets == ["wdog1 timeout"]


def test_wdog1_cannot_be_switched_off_again(quiet):
    quiet.poke(WDOG1, 0x34, 2)
    quiet.poke(WDOG1, 0x30, 2)
    assert quiet.peek(WDOG1, 2) & 4


def test_wdog1_software_reset(quiet):
    quiet.poke(WDOG1, 0x20, 2)
    assert quiet.resets == ["wdog1 software reset"]


def test_wdog1_warns_before_it_bites(quiet):
    quiet.poke(WDOG1 + 6, 0x8001, 2)
    quiet.poke(WDOG1, 1 << 8 | 0x34, 2)
    quiet.run_to(SECOND // 2 - 1)
    assert not quiet.lines.get(("wdog1", 0))
    quiet.run_to(SECOND // 2)
    assert quiet.lines["wdog1", 0]
    quiet.poke(WDOG1 + 6, 0xC001, 2)
    assert not quiet.lines["wdog1", 0]


def test_rt_reset_status_tells_the_watchdogs_apart(quiet):
    src = quiet.models["src"]
    assert quiet.peek(0x400F8008) == 1
    src.after_reset("wdog1 timeout")
    assert quiet.peek(0x400F8008) == 1 << 4
    src.after_reset("rtwdog timeout")
    assert quiet.peek(0x400F8008) == 1 << 7
