"""WDOG32 on KE16Z (128 kHz) and RT1060 (32.768 kHz): unlock, refresh, window, timeout, each just before and just after.

Source: KE1xZ64 reference manual, chapter "Watchdog timer"; i.MX RT1060 reference manual, chapter "RTWDOG". The sequence
of SystemInit (0xD928C520 to CNT, 0xFFFF to TOVAL, 0x2920 to CS) is that of NXP's MCUXpresso SDK.
"""

from __future__ import annotations

import struct

import pytest
from fake_machine import FakeMachine

from digitrig.board import Board
from digitrig.platform import load_board

BASE = 0x40052000
CS, CNT, TOVAL, WIN = BASE, BASE + 4, BASE + 8, BASE + 12
UNLOCK, REFRESH = 0xD928C520, 0xB480A602
ULK, RCS, FLG = 1 << 11, 1 << 10, 1 << 14
LPO_TICK_PS = 10**12 // 128_000  # 7 812 500
BUS_PS = 10**12 / 24_000_000
TIMEOUT_PS = 0x400 * LPO_TICK_PS  # 8 ms


@pytest.fixture
def machine() -> FakeMachine:
    return FakeMachine.of_board("frdm_ke16z")


def configure(machine: FakeMachine, control: int, timeout: int = 0x400, window: int = 0) -> None:
    machine.poke(CNT, UNLOCK)
    machine.poke(WIN, window)
    machine.poke(TOVAL, timeout)
    machine.poke(CS, control)


def test_reset_values(machine):
    assert [machine.peek(address) for address in (CS, CNT, TOVAL, WIN)] == [0x2980, 0, 0x400, 0]


def test_untouched_it_resets_the_board_after_8_ms(machine):
    machine.run_to(TIMEOUT_PS - 1)
    assert machine.resets == []
    machine.run_to(TIMEOUT_PS)
    assert machine.resets == ["wdog timeout"]


def test_the_rt1060_one_takes_1024_periods_of_32768_hz():
    machine = FakeMachine.of_board("mimxrt1060_evk")
    due_ps = 31_250_000_000  # 0x400 / 32768 Hz
    machine.run_to(due_ps - 1)
    assert machine.resets == []
    machine.run_to(due_ps)
    assert machine.resets == ["rtwdog timeout"]


def test_the_vendor_start_up_switches_it_off(machine):
    machine.poke(CNT, UNLOCK)
    machine.poke(TOVAL, 0xFFFF)
    machine.poke(CS, 0x2920)
    assert machine.peek(CS) == 0x2520, "CMD32EN, RCS, CLK = LPO, UPDATE; ULK is read only"
    machine.run_to(10**12)
    assert machine.resets == []


def test_two_16_bit_words_unlock_within_16_bus_clocks(machine):
    machine.run_to(10**9)
    assert not machine.peek(CS) & ULK
    machine.poke(CNT, 0xC520, 2)
    machine.run_for(int(15 * BUS_PS))
    machine.poke(CNT, 0xD928, 2)
    assert machine.peek(CS) & ULK


def test_a_second_word_after_16_bus_clocks_resets(machine):
    machine.poke(CNT, 0xC520, 2)
    machine.run_for(int(17 * BUS_PS))
    machine.poke(CNT, 0xD928, 2)
    assert machine.resets == ["wdog illegal word 0xD928 in CNT"]


def test_it_is_unlocked_for_128_bus_clocks_after_reset(machine):
    machine.run_to(int(127 * BUS_PS))
    assert machine.peek(CS) & ULK
    machine.run_to(int(129 * BUS_PS))
    assert not machine.peek(CS) & ULK


def test_unlocking_opens_a_window_of_128_bus_clocks(machine):
    machine.run_to(10**9)
    machine.poke(CNT, UNLOCK)
    machine.run_for(int(127 * BUS_PS))
    machine.poke(TOVAL, 0x1234)
    assert machine.peek(TOVAL) == 0x1234
    machine.run_for(int(2 * BUS_PS))
    machine.poke(TOVAL, 0x5678)
    assert machine.peek(TOVAL) == 0x1234


def test_writing_cs_ends_the_window_with_success(machine):
    configure(machine, 0x29A0)
    assert machine.peek(CS) & (ULK | RCS) == RCS
    machine.poke(TOVAL, 7)
    assert machine.peek(TOVAL) == 0x400


def test_success_is_cleared_by_the_next_unlock(machine):
    configure(machine, 0x2920)
    machine.poke(CNT, UNLOCK)
    assert machine.peek(CS) & (ULK | RCS) == ULK


def test_without_update_it_stays_locked_for_good(machine):
    configure(machine, 0x2900)
    machine.poke(CNT, UNLOCK)
    assert not machine.peek(CS) & ULK


@pytest.mark.parametrize("words", [[REFRESH], [0xA602, 0xB480]])
def test_refresh_starts_the_count_anew(machine, words):
    machine.run_to(TIMEOUT_PS - 1)
    for word in words:
        machine.poke(CNT, word)
    machine.run_for(TIMEOUT_PS - 1)
    assert machine.resets == []
    machine.run_for(1)
    assert machine.resets == ["wdog timeout"]


@pytest.mark.parametrize("word", [0x0, 0xB480, 0xD928, 0x12345678])
def test_any_other_word_resets(machine, word):
    machine.poke(CNT, word)
    assert machine.resets == [f"wdog illegal word 0x{word:04X} in CNT"]


def test_a_word_while_switched_off_does_nothing(machine):
    configure(machine, 0x2920)
    machine.poke(CNT, 0x12345678)
    assert machine.resets == []


def test_without_cmd32en_the_long_words_are_illegal(machine):
    configure(machine, 0x09A0)
    machine.poke(CNT, REFRESH)
    assert len(machine.resets) == 1


def test_the_counter_shows_whole_counts(machine):
    machine.run_to(10 * LPO_TICK_PS - 1)
    assert machine.peek(CNT) == 9
    machine.run_to(10 * LPO_TICK_PS)
    assert machine.peek(CNT) == 10


def test_prescaler_makes_it_256_times_slower(machine):
    configure(machine, 0x29A0 | 1 << 12, 4)
    machine.run_to(4 * 256 * LPO_TICK_PS - 1)
    assert machine.resets == []
    machine.run_to(4 * 256 * LPO_TICK_PS)
    assert machine.resets == ["wdog timeout"]


def test_it_can_run_from_the_bus_clock(machine):
    configure(machine, 0x28A0, 2400)
    machine.run_to(99_900_000)
    assert machine.resets == []
    machine.run_to(100_000_000)
    assert machine.resets == ["wdog timeout"]


def test_in_window_mode_an_early_refresh_resets(machine):
    configure(machine, 0xA9A0, 0x400, 0x200)
    machine.run_to(0x200 * LPO_TICK_PS)
    machine.poke(CNT, REFRESH)
    assert machine.resets == []
    machine.run_for(0x200 * LPO_TICK_PS - 1)
    machine.poke(CNT, REFRESH)
    assert machine.resets == ["wdog refreshed before the window opened"]


def test_interrupt_comes_first_and_reset_128_bus_clocks_later(machine):
    configure(machine, 0x29E0, 100)
    machine.run_to(100 * LPO_TICK_PS - 1)
    assert not machine.lines.get(("wdog", 0))
    machine.run_to(100 * LPO_TICK_PS)
    assert machine.lines["wdog", 0]
    assert machine.peek(CS) & FLG
    assert machine.resets == []
    machine.run_for(int(127 * BUS_PS))
    assert machine.resets == []
    machine.run_for(int(2 * BUS_PS))
    assert machine.resets == ["wdog timeout"]


def test_the_flag_is_cleared_by_writing_1_even_when_locked(machine):
    configure(machine, 0x29E0, 100)
    machine.run_to(100 * LPO_TICK_PS)
    machine.poke(CS, FLG)
    assert not machine.peek(CS) & FLG
    assert not machine.lines["wdog", 0]
    assert machine.peek(CS) & 0x80, "other bits stay"


def test_reset_status_names_the_watchdog():
    machine = FakeMachine.of_board("frdm_ke16z")
    assert machine.peek(0x4007F008) == 0x82
    machine.models["rcm"].after_reset("wdog timeout")
    assert machine.peek(0x4007F008) == 0x20
    assert machine.peek(0x4007F018) == 0xA2


def test_after_the_boot_rom_the_rt1060_one_is_off_and_can_be_unlocked():
    """The ROM's register values are those of the board's YAML, with their source."""
    machine = FakeMachine.of_board("mimxrt1060_evk")
    for boot in load_board("mimxrt1060_evk").boot_registers:
        machine.models[boot.device].set(boot.register, boot.value)
    for model in machine.models.values():
        model.on_reset()
    machine.run_to(10**12)
    assert machine.resets == []
    machine.poke(0x400BC004, UNLOCK)
    assert machine.peek(0x400BC000) & ULK


@pytest.mark.parametrize(("program", "resets"), [((0xE7FE,), True), ((0xBF30, 0xE7FD), False)])
def test_on_a_board_the_watchdog_of_a_sleeping_core_does_not_bite(tmp_path, program, resets):
    """`b .` is reset after 8 ms (TOVAL 0x400 at 128 kHz), `wfi; b .-2` is not: CS.WAIT = 0 after reset."""
    code, sp, entry = 0x1000, 0x20000000, 0x1001  # after the flash configuration field
    image = struct.pack("<2I", sp, entry).ljust(code, b"\xff") + struct.pack(f"<{len(program)}H", *program)
    (tmp_path / "idle.bin").write_bytes(image)
    with Board("frdm_ke16z", tmp_path / "idle.bin", address=0) as board:
        board.run_for(30)
        assert any("wdog timeout" in entry.detail for entry in board.log()) == resets
