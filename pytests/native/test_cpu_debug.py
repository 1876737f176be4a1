"""Debug events without a debugger: DWT, breakpoint unit, DebugMonitor (DDI 0403E B1.5, C1.4, C1.6, C1.8, C1.11)."""

from __future__ import annotations

import pytest
from cpu_machine import DEMCR, DWT_CTRL, DWT_CYCCNT, HFSR, MAIN, NOP, RAM, SHCSR, SHPR3, STACK_TOP, Machine, handler

DFSR, FP_CTRL, FP_COMP0 = 0xE000ED30, 0xE0002000, 0xE0002008
MON_EN, MON_PEND, MON_STEP, TRCENA = 1 << 16, 1 << 17, 1 << 18, 1 << 24
HALTED, BKPT_EVENT, DWTTRAP = 1, 2, 4
MATCHED, CYCMATCH, DATAVMATCH, LNK1ENA = 1 << 24, 1 << 7, 1 << 8, 1 << 9
PC_MATCH, READ, WRITE, ACCESS, READ_FOR_ETM = 4, 5, 6, 7, 9
HARD_FAULT, MONITOR = 3, 12
LDR, STR, LDRB, STRB, LDRH, STRH = 0x6801, 0x6001, 0x7801, 0x7001, 0x8801, 0x8001  # r1, [r0]
BKPT = 0xBE00
PLACE = RAM + 0x100


def comp(number: int) -> int:
    """Address of DWT_COMPn; MASKn and FUNCTIONn follow it."""
    return 0xE0001020 + 16 * number


def watch(m: Machine, number: int, address: int, function: int, mask: int = 0) -> None:
    """Program a comparator."""
    m.poke(comp(number), address)
    m.poke(comp(number) + 4, mask)
    m.poke(comp(number) + 8, function)


def monitored(*code: int, demcr: int = MON_EN | TRCENA) -> Machine:
    """A Cortex-M7 with this code at MAIN, DebugMonitor enabled, the address of a variable in r0."""
    m = Machine(True)
    m.code(MAIN, *code, *[NOP] * 8)
    m.poke(DEMCR, demcr)
    m["r0"], m["r1"], m["pc"] = PLACE, 0x12345678, MAIN
    return m


def stacked_pc(m: Machine) -> int:
    """Return address in the frame of an exception taken from thread mode."""
    return m.word(STACK_TOP - 0x20 + 24)


def run_to_monitor(m: Machine, limit: int = 20) -> int:
    """Instructions executed until DebugMonitor is entered, its first one included; 0 if it never is."""
    for count in range(1, limit):
        m.step(1)
        if m.exception == MONITOR:
            return count
    return 0


# ---------------------------------------------------------------------- data
@pytest.mark.parametrize(
    ("function", "code", "hit"),
    [
        (READ, LDR, True),
        (READ, STR, False),
        (WRITE, STR, True),
        (WRITE, LDR, False),
        (ACCESS, LDR, True),
        (ACCESS, STR, True),
        (0, STR, False),
    ],
)
def test_a_watchpoint_is_taken_after_the_access(function: int, code: int, hit: bool) -> None:
    m = monitored(NOP, code, NOP)
    watch(m, 2, PLACE, function)
    assert (run_to_monitor(m) > 0) == hit
    assert bool(m.peek(comp(2) + 8) & MATCHED) == hit
    assert m.peek(DFSR) == (DWTTRAP if hit else 0)
    if hit:
        assert stacked_pc(m) == MAIN + 4, "the access is complete"
        if code == STR:
            assert m.word(PLACE) == 0x12345678


def test_reading_function_clears_matched() -> None:
    m = monitored(LDR)
    watch(m, 0, PLACE, READ)
    run_to_monitor(m)
    assert m.peek(comp(0) + 8) == READ | MATCHED
    assert m.peek(comp(0) + 8) == READ


@pytest.mark.parametrize(("offset", "hit"), [(-1, False), (0, True), (15, True), (16, False)])
def test_the_mask_ignores_low_bits(offset: int, hit: bool) -> None:
    m = monitored(LDRB)
    watch(m, 3, PLACE, ACCESS, mask=4)
    m["r0"] = PLACE + offset
    assert (run_to_monitor(m) > 0) == hit


@pytest.mark.parametrize("code", [LDR, LDRH])
def test_a_wide_access_that_covers_the_byte_matches(code: int) -> None:
    m = monitored(code)
    watch(m, 0, PLACE + 1, READ)
    assert run_to_monitor(m)


@pytest.mark.parametrize("code", [0xC80E, 0xC00E])  # ldm, stm r0!, {r1-r3}
def test_load_and_store_multiple_are_watched_word_by_word(code: int) -> None:
    m = monitored(code, NOP)
    watch(m, 1, PLACE + 8, ACCESS)
    assert run_to_monitor(m)
    assert m["r0"] == PLACE + 12, "complete, with write back"
    assert stacked_pc(m) == MAIN + 2


def test_pushes_are_watched_but_not_the_frame_of_an_exception() -> None:
    m = monitored(0xB402, NOP)  # push {r1}
    watch(m, 0, STACK_TOP - 4, WRITE)
    assert run_to_monitor(m)
    m = monitored(NOP, NOP)
    watch(m, 0, STACK_TOP - 4, WRITE)
    m.enable(3)
    m.pend(3)
    assert not run_to_monitor(m)
    assert not m.peek(comp(0) + 8) & MATCHED


def test_functions_for_the_etm_only_set_matched() -> None:
    m = monitored(LDR, NOP)
    watch(m, 0, PLACE, READ_FOR_ETM)
    assert not run_to_monitor(m)
    assert m.peek(comp(0) + 8) & MATCHED


def test_without_trcena_nothing_matches() -> None:
    m = monitored(LDR, NOP, demcr=MON_EN)
    watch(m, 0, PLACE, READ)
    assert not run_to_monitor(m)
    assert not m.peek(comp(0) + 8) & MATCHED


def test_a_watchpoint_that_cannot_be_taken_is_ignored() -> None:
    m = monitored(LDR, NOP, demcr=TRCENA)
    watch(m, 0, PLACE, READ)
    assert not run_to_monitor(m)
    assert m.exception == 0 and m.peek(DFSR) == 0 and m.peek(comp(0) + 8) & MATCHED
    m = monitored(LDR, NOP)
    watch(m, 0, PLACE, READ)
    m["primask"] = 1
    m.priority(MONITOR, 0x80)
    assert not run_to_monitor(m)
    m["primask"] = 0
    assert not run_to_monitor(m), "not kept for later"


@pytest.mark.parametrize(("value", "hit"), [(0x78, True), (0x79, False)])
def test_a_data_value_at_a_linked_address(value: int, hit: bool) -> None:
    m = monitored(STRB, NOP)
    watch(m, 0, PLACE, 0)
    watch(m, 1, value * 0x01010101, DATAVMATCH | WRITE | 0 << 10 | 0 << 12 | 0 << 16)
    assert m.peek(comp(1) + 8) & LNK1ENA
    assert (run_to_monitor(m) > 0) == hit


def test_a_data_value_elsewhere_or_of_another_size_does_not_match() -> None:
    for code, place in ((STRB, PLACE + 1), (STRH, PLACE)):
        m = monitored(code, NOP)
        m["r0"] = place
        watch(m, 0, PLACE, 0)
        watch(m, 1, 0x78787878, DATAVMATCH | WRITE)
        assert not run_to_monitor(m)


def test_a_data_value_linked_to_itself_matches_anywhere() -> None:
    m = monitored(STR, NOP)
    m["r0"] = RAM + 0x2000
    watch(m, 1, 0x12345678, DATAVMATCH | WRITE | 2 << 10 | 1 << 12 | 1 << 16)
    assert run_to_monitor(m)


def test_only_comparators_that_have_it_take_cycmatch_and_datavmatch() -> None:
    m = Machine(True)
    for number, bits in enumerate((0xAF, 0xFFF2F, 0x2F, 0x2F)):
        m.poke(comp(number) + 8, 0xFFFFFFFF)
        assert m.peek(comp(number) + 8) == bits
        m.poke(comp(number) + 4, 0xFFFFFFFF)
        assert m.peek(comp(number) + 4) == 31


# ---------------------------------------------------------------------- instructions and cycles
def test_a_pc_match_comes_after_the_instruction() -> None:
    m = monitored(NOP, 0x2105, 0x2206)  # movs r1, #5; movs r2, #6
    watch(m, 0, MAIN + 2, PC_MATCH)
    assert run_to_monitor(m)
    assert stacked_pc(m) == MAIN + 4 and m["r1"] == 5 and m.peek(DFSR) == DWTTRAP
    for _ in range(3):
        m.step(1)
    assert m.exception == 0 and m["r2"] == 6, "the handler returns behind it"


def test_a_pc_match_takes_the_mask() -> None:
    m = monitored(*[NOP] * 8)
    watch(m, 0, MAIN + 4, PC_MATCH, mask=2)
    assert run_to_monitor(m)
    assert stacked_pc(m) == MAIN + 6
    assert run_to_monitor(m)
    assert stacked_pc(m) == MAIN + 8
    m.step(2)
    assert not run_to_monitor(m, 4)


def test_comparator_0_matches_a_cycle_count() -> None:
    m = monitored(*[NOP] * 30)
    watch(m, 0, 1000, CYCMATCH | PC_MATCH)
    m.poke(DWT_CTRL, 1)
    m["pc"] = MAIN
    m.poke(DWT_CYCCNT, 990)
    for _ in range(9):  # the store that sets the counter takes a cycle, then nine of the program
        m.step(1)
        assert m.exception == 0
    m.step(1)
    assert m.exception == MONITOR and stacked_pc(m) == MAIN + 18
    assert m.peek(DFSR) == DWTTRAP and m.peek(comp(0) + 8) & MATCHED


def test_a_cycle_match_wakes_the_core() -> None:
    m = monitored(0xBF30, NOP)  # wfi
    watch(m, 0, 5000, CYCMATCH | PC_MATCH)
    m.poke(DWT_CTRL, 1)
    m["pc"] = MAIN
    assert run_to_monitor(m, 3)
    assert stacked_pc(m) == MAIN + 2


# ---------------------------------------------------------------------- breakpoints and steps
def test_bkpt_with_the_monitor_enabled() -> None:
    m = monitored(NOP, BKPT, NOP)
    assert run_to_monitor(m)
    assert m.peek(DFSR) == BKPT_EVENT and stacked_pc(m) == MAIN + 2, "the instruction itself"
    m.poke(DFSR, BKPT_EVENT)
    assert m.peek(DFSR) == 0


def test_bkpt_below_the_monitors_priority_is_a_hard_fault() -> None:
    m = monitored(BKPT)
    m["primask"] = 1
    m.step(1)
    assert m.exception == HARD_FAULT and m.peek(HFSR) == 1 << 31


def test_the_breakpoint_unit_stops_before_an_instruction() -> None:
    m = monitored(NOP, 0x2105)
    assert m.peek(FP_CTRL) == 0x10000080, "eight comparators of version 2"
    m.poke(FP_COMP0 + 28, (MAIN + 2) | 1)
    assert not run_to_monitor(m, 3), "off"
    m["pc"] = MAIN
    m.poke(FP_CTRL, 1)
    assert m.peek(FP_CTRL) == 0x10000080, "a write without KEY does nothing"
    m.poke(FP_CTRL, 3)
    m["r1"] = 0
    assert run_to_monitor(m)
    assert stacked_pc(m) == MAIN + 2 and m["r1"] == 0 and m.peek(DFSR) == BKPT_EVENT
    m.poke(FP_COMP0 + 28, 0)
    for _ in range(4):
        m.step(1)
    assert m.exception == 0 and m["r1"] == 5


def test_the_monitor_steps_from_instruction_to_instruction() -> None:
    m = monitored(0x2101, 0x2102, 0x2103)
    m.poke(DEMCR, MON_EN | MON_STEP | MON_PEND)
    m["pc"] = MAIN
    for number in range(4):
        assert run_to_monitor(m, 4), "after one instruction of the program"
        assert stacked_pc(m) == MAIN + 2 * number
        assert number == 0 or m["r1"] == number
        assert m.peek(DFSR) == (HALTED if number else 0)
        m.step(1)


def test_mon_pend_is_the_pending_state_and_needs_no_mon_en() -> None:
    m = Machine(True)
    m["primask"] = 1
    m.poke(DEMCR, MON_PEND)
    assert m.peek(DEMCR) == MON_PEND
    m.poke(DEMCR, 0)
    assert m.peek(DEMCR) == 0
    m.poke(DEMCR, MON_PEND)
    m["primask"] = 0
    m.step(1)
    assert m.exception == MONITOR and m.peek(SHCSR) & 1 << 8
    assert m.peek(DEMCR) == 0


def test_the_monitors_priority_is_in_shpr3() -> None:
    m = Machine(True)
    m.poke(SHPR3, 0x50)
    assert m.peek(SHPR3) == 0x50
    m["basepri"] = 0x50
    m.poke(DEMCR, MON_PEND)
    m.step(2)
    assert m.exception == 0
    m["basepri"] = 0x60
    m.step(1)
    assert m.exception == MONITOR


def test_armed_comparators_change_no_cycle_counts() -> None:
    counts = []
    for arm in (False, True):
        m = monitored(0xB500, 0xF000, 0xF801, 0xBD00, LDR, STR, 0x4770)  # push {lr}; bl +2; pop {pc}; ldr; str; bx lr
        m["lr"] = handler(20) | 1
        m.code(handler(20), *[NOP] * 8)
        if arm:
            watch(m, 0, RAM + 0x3000, ACCESS, mask=2)
            watch(m, 2, handler(30), PC_MATCH)
        m["pc"] = MAIN
        start = m.step(0).cycles
        counts.append((m.step(12).cycles - start, m["pc"], m["sp"]))
    assert counts[0] == counts[1]


def test_a_restored_snapshot_has_its_comparators() -> None:
    m = monitored(NOP, LDR, NOP)
    plain = m.core.take_snapshot()
    watch(m, 0, PLACE, READ)
    m["pc"] = MAIN
    armed = m.core.take_snapshot()
    m.core.restore_snapshot(plain)
    assert not run_to_monitor(m, 6)
    m.core.restore_snapshot(armed)
    assert run_to_monitor(m, 6)
    m.core.reset()
    m.core.start(0)
    m["pc"], m["r0"] = MAIN, PLACE
    assert not run_to_monitor(m, 6), "reset disarms"
