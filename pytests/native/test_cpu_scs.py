"""SysTick, DWT, the system control block's registers, reset requests (DDI 0403E B3 and C1.8, DDI 0419 B3)."""

from __future__ import annotations

import pytest
from cpu_machine import (
    AIRCR,
    CCR,
    CPUID,
    DEMCR,
    DWT_CTRL,
    DWT_CYCCNT,
    MAIN,
    MPU_TYPE,
    NOP,
    RAM,
    SHPR2,
    SHPR3,
    SYST_CSR,
    SYST_CVR,
    SYST_RVR,
    WFI,
    Machine,
)

from digitrig.native import core as native

BOTH_CORES = pytest.mark.parametrize("m7", [False, True], ids=["m0plus", "m7"])
SYSTICK, HARD_FAULT = 15, 3
ENABLE, TICKINT, CORE_CLOCK, COUNTFLAG = 1, 2, 4, 1 << 16


def ticking(m7: bool, reload: int, control: int) -> tuple[Machine, int]:
    """A machine whose SysTick has just been enabled, and the cycle at which it was."""
    m = Machine(m7)
    m.code(MAIN, *[NOP] * 32)
    m.poke(SYST_RVR, reload)
    m.poke(SYST_CVR, 0)
    enabled_at = m.step(0).cycles
    m.poke(SYST_CSR, control)
    return m, enabled_at


@BOTH_CORES
def test_the_counter_reloads_on_the_first_tick_and_counts_down(m7: bool) -> None:
    m, start = ticking(m7, 100, ENABLE | CORE_CLOCK)
    read_at = m.step(0).cycles
    assert m.peek(SYST_CVR) == 100 + 1 - (read_at - start)
    m.step(10)
    read_at = m.step(0).cycles
    assert m.peek(SYST_CVR) == 101 - (read_at - start)


@BOTH_CORES
def test_a_round_has_reload_plus_one_cycles(m7: bool) -> None:
    m, start = ticking(m7, 99, ENABLE | TICKINT | CORE_CLOCK)
    m.code(MAIN, WFI, NOP, 0xE7FC)  # wfi; nop; b wfi
    times = []
    for _ in range(3):
        while m.exception == 0:
            m.step(1)
        times.append(m.step(0).cycles - 13)  # twelve of the entry, one of the first instruction
        while m.exception:
            m.step(1)
    assert times[0] - start == 100
    assert all((t - start) % 100 == 0 for t in times), "entered from sleep, with no instruction in the way"


@BOTH_CORES
def test_countflag_is_cleared_by_reading(m7: bool) -> None:
    m, _ = ticking(m7, 5, ENABLE | CORE_CLOCK)
    m.step(4)
    m.poke(SYST_RVR, 0)
    m.step(20)
    assert m.peek(SYST_CSR) & COUNTFLAG
    assert not m.peek(SYST_CSR) & COUNTFLAG


@BOTH_CORES
def test_disabling_keeps_the_count(m7: bool) -> None:
    m, _ = ticking(m7, 1000, ENABLE | CORE_CLOCK)
    m.poke(SYST_CSR, CORE_CLOCK)
    value = m.peek(SYST_CVR)
    m.step(10)
    assert m.peek(SYST_CVR) == value
    m.poke(SYST_CVR, 55)
    assert m.peek(SYST_CVR) == 0, "any write clears it"


def test_the_reference_clock_counts_in_virtual_time() -> None:
    m, start = ticking(False, 0xFFFFFF, ENABLE)  # 3 MHz against 48 MHz: sixteen cycles a tick
    m.core.write(MAIN, bytes.fromhex("fee7"))  # b .
    m.core.run(1_000_000_000, 2**63)  # 1 ms
    now = m.step(0).cycles
    ticks = now // 16 - start // 16
    assert m.peek(SYST_CVR) == 0x1000000 - ticks


def test_systick_without_reference_clock_runs_on_the_core_clock() -> None:
    m = Machine(True, systick_external_hz=0)
    m.poke(SYST_CSR, 0)
    assert m.peek(SYST_CSR) & CORE_CLOCK


def test_cyccnt_counts_only_with_trcena_and_its_enable() -> None:
    m = Machine(True)
    m.poke(DWT_CTRL, 1)
    m.step(5)
    assert m.peek(DWT_CYCCNT) == 0
    m.poke(DEMCR, 1 << 24)
    m.poke(DWT_CYCCNT, 1000)
    first_at = m.step(0).cycles
    first = m.peek(DWT_CYCCNT)
    m.step(20)
    second_at = m.step(0).cycles
    assert m.peek(DWT_CYCCNT) - first == second_at - first_at
    m.poke(DWT_CTRL, 0)
    stopped = m.peek(DWT_CYCCNT)
    m.step(5)
    assert m.peek(DWT_CYCCNT) == stopped


def test_dwt_reports_four_comparators() -> None:
    assert Machine(True).peek(DWT_CTRL) >> 28 == 4


@BOTH_CORES
def test_identification(m7: bool) -> None:
    m = Machine(m7)
    assert m.peek(CPUID) == (0x411FC271 if m7 else 0x410CC601)
    assert m.peek(MPU_TYPE) == (0x1000 if m7 else 0)
    assert m.peek(CCR) == (0x00040200 if m7 else 0x00000208)


def test_armv6m_takes_words_only_in_the_system_control_space() -> None:
    m = Machine(False)
    m.code(MAIN, 0x7001)  # strb r1, [r0]
    m["r0"] = SHPR3
    m.step()
    assert m.exception == HARD_FAULT


def test_armv7m_takes_bytes_of_priority_registers() -> None:
    m = Machine(True)
    m.poke(SHPR3 + 3, 0x45, width=1)
    m.poke(SHPR3 + 2, 0x80, width=1)
    assert m.peek(SHPR3) == 0x40800000, "four bits are implemented"
    assert m.peek(SHPR3 + 2, width=2) == 0x4080


def test_priority_fields_that_are_not_there_stay_zero() -> None:
    m = Machine(False)
    m.poke(SHPR2, 0xFFFFFFFF)
    m.poke(SHPR3, 0xFFFFFFFF)
    assert (m.peek(SHPR2), m.peek(SHPR3)) == (0xC0000000, 0xC0C00000)


@BOTH_CORES
def test_sysresetreq_needs_its_key_and_leaves_the_reset_to_the_host(m7: bool) -> None:
    m = Machine(m7)
    m.poke(AIRCR, 0x00000004)
    m.code(MAIN, 0x6001, NOP)
    m["r0"], m["r1"] = AIRCR, 0x05FA0004
    stop = m.step(10)
    assert (stop.reason, stop.pc) == (native.STOP_RESET, MAIN + 2)


def test_addresses_beside_the_system_control_space_are_bus_errors_on_armv6m() -> None:
    m = Machine(False)
    m.code(MAIN, 0x6801)
    m["r0"] = DWT_CTRL
    m.step()
    assert m.exception == HARD_FAULT


def test_an_itm_port_is_ready_and_takes_a_byte() -> None:
    m = Machine(True)
    assert m.peek(0xE0000000) == 1
    m.poke(0xE0000000, 0x41, width=1)
    assert m.exception == 0


def test_cache_registers_can_be_read() -> None:
    m = Machine(True, ccsidr=(0xF01FE019, 0xF01FE009))
    assert m.peek(0xE000ED78) == 0x09000003
    assert m.peek(0xE000ED80) == 0xF01FE019
    m.poke(0xE000ED84, 1)
    assert m.peek(0xE000ED80) == 0xF01FE009
    m.poke(0xE000EF50, 0)  # ICIALLU


# ------------------------------------------------------------------ exclusives (A3.4)
STREX_R2_R1_R0 = (0xE840, 0x1200)
LDREX_R1_R0 = (0xE850, 0x1F00)
CLREX = (0xF3BF, 0x8F2F)


def test_strex_succeeds_after_ldrex_once() -> None:
    m = Machine(True)
    m.code(MAIN, *LDREX_R1_R0, *STREX_R2_R1_R0, *STREX_R2_R1_R0)
    m["r0"] = RAM
    m.step(2)
    assert m["r2"] == 0
    m.step()
    assert m["r2"] == 1, "the monitor is open again"


def test_clrex_and_exceptions_open_the_monitor() -> None:
    for between in (CLREX, (0xDF00,)):
        m = Machine(True)
        m.code(MAIN, *LDREX_R1_R0, *between, *STREX_R2_R1_R0)
        m["r0"] = RAM
        m.step(2 if between == CLREX else 4)
        m.step()
        assert m["r2"] == 1


def test_exclusives_work_on_device_registers() -> None:
    m = Machine(True)
    m.core.add_device("d", 0x40000000, 0x100, [(0, 4, 0, 7, 0xFFFFFFFF, 0, 0xFFFFFFFF, 0)])
    m.code(MAIN, *LDREX_R1_R0, 0x3101, *STREX_R2_R1_R0)
    m["r0"] = 0x40000000
    m.step(3)
    assert (m["r2"], m.peek(0x40000000)) == (0, 8)


def test_the_reference_clock_does_not_follow_the_core_clock() -> None:
    m, _ = ticking(False, 0xFFFFFF, ENABLE)  # 3 MHz
    m.core.write(MAIN, bytes.fromhex("fee7"))  # b .
    m.core.run(1_000_000_000, 2**63)
    before, at = m.peek(SYST_CVR), m.step(0).at_ps
    m.core.set_clock(24_000_000)
    stop = m.core.run(1_000_000_000, 2**63)
    ticks = (stop.at_ps - at) * 3 // 1_000_000
    assert before - m.peek(SYST_CVR) in (ticks, ticks + 1)
