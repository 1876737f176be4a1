"""Exceptions: entry, return, priorities, faults and their status registers (DDI 0403E B1.5, DDI 0419 B1.5)."""

from __future__ import annotations

import pytest
from cpu_machine import (
    AIRCR,
    BFAR,
    BX_LR,
    CCR,
    CFSR,
    CPACR,
    CPSID_I,
    CPSIE_I,
    FPCAR,
    FPCCR,
    HFSR,
    IABR,
    ICPR,
    ICSR,
    ISPR,
    MAIN,
    MMFAR,
    MPU_CTRL,
    MPU_RASR,
    MPU_RBAR,
    MPU_RNR,
    NMIPENDSET,
    NOP,
    PENDSVSET,
    RAM,
    SCR,
    SEV,
    SHCSR,
    STACK_TOP,
    VTOR,
    WFE,
    WFI,
    Machine,
    handler,
)

from digitrig.native import core as native

BOTH_CORES = pytest.mark.parametrize("m7", [False, True], ids=["m0plus", "m7"])
HARD_FAULT, MEM_MANAGE, BUS_FAULT, USAGE_FAULT, SVCALL, PENDSV, SYSTICK, IRQ0 = 3, 4, 5, 6, 11, 14, 15, 16
SVC_7, UDF_0 = 0xDF07, 0xDE00
LDR_R1_R0, STR_R1_R0 = 0x6801, 0x6001


# ------------------------------------------------------------------ entry and return
@BOTH_CORES
def test_entry_stacks_eight_words_in_the_manuals_order(m7: bool) -> None:
    m = Machine(m7)
    for index, name in enumerate(("r0", "r1", "r2", "r3", "r12", "lr")):
        m[name] = 0x1000 + index
    m["xpsr"] = 0xA1000000
    m.poke(ICSR, PENDSVSET)
    m.step()
    assert m.exception == PENDSV
    assert m["pc"] == handler(PENDSV) + 2
    assert m["lr"] == 0xFFFFFFF9
    assert m["sp"] == STACK_TOP - 32
    assert m.words(STACK_TOP - 32, 8) == [0x1000, 0x1001, 0x1002, 0x1003, 0x1004, 0x1005, MAIN, 0xA1000000]


@BOTH_CORES
def test_return_brings_back_registers_flags_and_stack(m7: bool) -> None:
    m = Machine(m7)
    m["r0"], m["r12"], m["lr"], m["xpsr"] = 1, 2, 3, 0x61000000
    m.poke(ICSR, PENDSVSET)
    m.step()
    m["r0"] = m["r12"] = 99
    m.step()
    assert (m["r0"], m["r12"], m["lr"], m["sp"], m["pc"]) == (1, 2, 3, STACK_TOP, MAIN)
    assert m["xpsr"] == 0x61000000


@BOTH_CORES
def test_a_stack_off_by_four_is_aligned_and_bit_9_remembers_it(m7: bool) -> None:
    m = Machine(m7)
    m["sp"] = STACK_TOP - 4
    m.poke(ICSR, PENDSVSET)
    m.step()
    assert m["sp"] == STACK_TOP - 40
    assert m.word(STACK_TOP - 40 + 28) & 0x200
    m.step()
    assert m["sp"] == STACK_TOP - 4


@BOTH_CORES
def test_the_process_stack_gets_the_frame_and_the_handler_runs_on_the_main_stack(m7: bool) -> None:
    m = Machine(m7)
    m["psp"] = RAM + 0x800
    m["control"] = 2
    assert m["sp"] == RAM + 0x800
    m.poke(ICSR, PENDSVSET)
    m.step()
    assert (m["lr"], m["sp"], m["psp"]) == (0xFFFFFFFD, STACK_TOP, RAM + 0x7E0)
    assert m["control"] == 0
    m.step()
    assert (m["sp"], m["control"]) == (RAM + 0x800, 2)


@BOTH_CORES
def test_svc_returns_behind_itself(m7: bool) -> None:
    m = Machine(m7)
    m.code(MAIN, SVC_7, NOP)
    m.step(2)
    assert m.exception == SVCALL
    assert m.word(m["sp"] + 24) == MAIN + 2
    m.step()
    assert (m.exception, m["pc"]) == (0, MAIN + 2)


@BOTH_CORES
def test_entry_and_return_take_their_cycles(m7: bool) -> None:
    m = Machine(m7)
    m.poke(ICSR, PENDSVSET)
    before = m.step(0).cycles
    assert m.step(1).cycles - before == 12 + 1
    assert m.step(1).cycles - before == 12 + 1 + 1 + 10


@BOTH_CORES
def test_a_nested_interrupt_returns_into_the_handler(m7: bool) -> None:
    m = Machine(m7)
    for irq, priority in ((1, 0xC0), (2, 0x40)):
        m.priority(IRQ0 + irq, priority)
        m.enable(irq)
    m.pend(1)
    m.step()
    m.pend(2)
    m.step()
    assert m.exception == IRQ0 + 2
    assert m["lr"] == 0xFFFFFFF1
    m.step()
    assert (m.exception, m["pc"]) == (IRQ0 + 1, handler(IRQ0 + 1) + 2)


@BOTH_CORES
def test_equal_priority_does_not_preempt_and_is_tail_chained(m7: bool) -> None:
    m = Machine(m7)
    m.enable(1), m.enable(2)
    m.pend(2)
    m.step()
    m.pend(1)
    sp = m["sp"]
    start = m.step(0).cycles
    stop = m.step(2)
    assert m.exception == IRQ0 + 1, "bx lr, then the first instruction of the other handler"
    assert (m["sp"], m["lr"]) == (sp, 0xFFFFFFF9), "the frame stays"
    assert stop.cycles - start == 1 + 6 + 1


@BOTH_CORES
def test_of_two_pending_the_lower_number_goes_first(m7: bool) -> None:
    m = Machine(m7)
    m.enable(5), m.enable(3)
    m.poke(ISPR, 1 << 5 | 1 << 3)
    m.step()
    assert m.exception == IRQ0 + 3


def test_an_urgent_interrupt_that_arrives_during_stacking_goes_first() -> None:
    m = Machine(m7=True)
    m.priority(IRQ0 + 1, 0x80)
    m.priority(SYSTICK, 0x10)
    m.enable(1)
    for address, value in ((0xE000E014, 8), (0xE000E018, 0), (0xE000E010, 7)):
        m.poke(address, value)
    m.poke(0xE000E014, 0xFFFFFF)  # once is enough
    m.pend(1)  # the counter reaches zero within the twelve cycles of the entry
    m.step()
    assert m.exception == SYSTICK
    m.step(2)
    assert m.exception == IRQ0 + 1


# ------------------------------------------------------------------ masks and priorities
@BOTH_CORES
def test_primask_holds_back_and_cpsie_lets_in(m7: bool) -> None:
    m = Machine(m7)
    m.code(MAIN, CPSID_I, NOP, CPSIE_I, NOP)
    m.step()
    m.poke(ICSR, PENDSVSET)
    m.step(2)
    assert (m.exception, m["pc"]) == (0, MAIN + 6)
    m.step()
    assert m.exception == PENDSV
    assert m.word(m["sp"] + 24) == MAIN + 6


def test_basepri_masks_its_priority_and_lower_ones() -> None:
    m = Machine(m7=True)
    m.priority(IRQ0, 0x40), m.enable(0)
    m["basepri"] = 0x40
    m.pend(0)
    m.step()
    assert m.exception == 0
    m["basepri"] = 0x50
    m.step()
    assert m.exception == IRQ0


def test_msr_basepri_max_only_raises() -> None:
    m = Machine(m7=True)
    m.code(MAIN, 0xF380, 0x8812, 0xF381, 0x8812, 0xF382, 0x8812)  # msr basepri_max, r0 / r1 / r2
    m["r0"], m["r1"], m["r2"] = 0x60, 0x80, 0x20
    m.step()
    assert m["basepri"] == 0x60
    m.step()
    assert m["basepri"] == 0x60
    m.step()
    assert m["basepri"] == 0x20


def test_prigroup_makes_a_part_of_the_priority_not_preempt() -> None:
    m = Machine(m7=True)
    m.poke(AIRCR, 0x05FA0000 | 5 << 8)  # bits 7:6 group, 5:0 subpriority
    m.priority(IRQ0, 0x60), m.enable(0)
    m.priority(IRQ0 + 1, 0x40), m.enable(1)
    m.pend(0)
    m.step()
    m.pend(1)
    m.step(0)
    m.code(handler(IRQ0), NOP, NOP, BX_LR)
    m.step()
    assert m.exception == IRQ0, "same group"
    m.poke(ISPR, 1)
    m.step(2)
    assert m.exception == IRQ0 + 1, "but the subpriority decides what is taken next"


def test_faultmask_keeps_all_but_nmi_out() -> None:
    m = Machine(m7=True)
    m.code(MAIN, 0xB671, NOP, NOP)  # cpsid f
    m.step()
    assert m["faultmask"] == 1
    m.poke(ICSR, PENDSVSET)
    m.step()
    assert m.exception == 0
    m.poke(ICSR, NMIPENDSET)
    m.step()
    assert m.exception == 2
    m.step()
    assert m["faultmask"] == 1, "a return from NMI leaves it"


def test_armv6m_has_four_priorities() -> None:
    m = Machine(m7=False)
    m.priority(IRQ0, 0xFF)
    assert m.peek(0xE000E400) & 0xFF == 0xC0


def test_an_asserted_line_is_pending_again_after_its_handler() -> None:
    m = Machine(m7=True)
    device = m.core.add_device("d", 0x40000000, 0x100, [])
    m.core.connect(device, 0, 4)
    m.enable(4)
    m.core.set_line(device, 0, True)
    m.step()
    assert (m.exception, m.peek(IABR), m.peek(ISPR)) == (IRQ0 + 4, 1 << 4, 0)
    m.step(2)
    assert m.exception == IRQ0 + 4, "tail-chained into itself"
    m.core.set_line(device, 0, False)
    m.step()
    assert m.exception == 0


def test_clearing_the_pending_bit_of_an_asserted_line_does_nothing() -> None:
    m = Machine(m7=True)
    device = m.core.add_device("d", 0x40000000, 0x100, [])
    m.core.connect(device, 0, 4)
    m.core.set_line(device, 0, True)
    m.poke(ICPR, 1 << 4)
    assert m.peek(ISPR) == 1 << 4
    m.core.set_line(device, 0, False)
    m.poke(ICPR, 1 << 4)
    assert m.peek(ISPR) == 0


@BOTH_CORES
def test_the_vector_table_moves(m7: bool) -> None:
    m = Machine(m7)
    m.core.write(RAM + 0x100, b"".join((handler(20) | 1).to_bytes(4, "little") for _ in range(64)))
    m.poke(VTOR, RAM + 0x100)
    m.poke(ICSR, PENDSVSET)
    m.step()
    assert m["pc"] == handler(20) + 2


def test_icsr_tells_active_and_pending() -> None:
    m = Machine(m7=True)
    m.priority(IRQ0 + 9, 0x80), m.enable(9), m.enable(10)
    m.priority(IRQ0 + 10, 0x90)
    m.pend(9)
    m.step()
    m.pend(10)
    value = m.peek(ICSR)
    assert value & 0x1FF == IRQ0 + 9
    assert value >> 12 & 0x1FF == IRQ0 + 10
    assert value >> 22 & 1 == 1, "ISRPENDING"
    assert value >> 11 & 1 == 1, "RETTOBASE: no other active exception"


# ------------------------------------------------------------------ faults
def test_armv6m_turns_every_fault_into_hardfault() -> None:
    for code, register in ((UDF_0, 0), (LDR_R1_R0, RAM + 1), (LDR_R1_R0, 0x5000_0000), (0x4700, RAM)):
        m = Machine(m7=False)
        m.code(MAIN, code)
        m["r0"] = register
        m.step(2 if code == 0x4700 else 1)
        assert m.exception == HARD_FAULT
        expected = RAM if code == 0x4700 else MAIN  # a branch to an even address faults at its target
        assert m.word(m["sp"] + 24) == expected


def test_a_precise_bus_fault_names_its_address() -> None:
    m = Machine(m7=True)
    m.poke(SHCSR, 1 << 17)
    m.code(MAIN, 0xF850, 0x1F04)  # ldr r1, [r0, #4]!
    m["r0"] = 0x5000_0000
    m.step()
    assert m.exception == BUS_FAULT
    assert m["r0"] == 0x5000_0000, "the base register is unchanged"
    assert m.peek(CFSR) == 0x8200, "PRECISERR and BFARVALID"
    assert m.peek(BFAR) == 0x5000_0004
    assert m.word(m["sp"] + 24) == MAIN


def test_a_fault_that_is_not_enabled_is_forced_into_hardfault() -> None:
    m = Machine(m7=True)
    m.code(MAIN, UDF_0)
    m.step()
    assert m.exception == HARD_FAULT
    assert m.peek(CFSR) == 1 << 16
    assert m.peek(HFSR) == 1 << 30
    m.poke(CFSR, 1 << 16), m.poke(HFSR, 1 << 30)
    assert (m.peek(CFSR), m.peek(HFSR)) == (0, 0)


@pytest.mark.parametrize(
    ("setup", "code", "bit"),
    [
        ((), (UDF_0,), 16),
        ((), (0x4700,), 17),  # bx r0 with r0 even
        ((), (0xEE01, 0x0110), 19),  # mcr p1: no coprocessor
        ((), (0xED90, 0x0A00), 19),  # vldr s0, [r0] with the FPU off
        (((CCR, 1 << 3),), (0x6841,), 24),  # ldr r1, [r0, #4] with UNALIGN_TRP
        ((), (0xC802,), 24),  # ldmia r0!, {r1}: word aligned always
        ((), (0xE9D0, 0x1200), 24),  # ldrd
        ((), (0xE850, 0x1F00), 24),  # ldrex
        (((CCR, 1 << 4),), (0xFB90, 0xF1F2), 25),  # sdiv r1, r0, r2 with DIV_0_TRP
    ],
)
def test_usage_faults_name_their_cause(setup: tuple[tuple[int, int], ...], code: tuple[int, ...], bit: int) -> None:
    m = Machine(m7=True)
    m.poke(SHCSR, 1 << 18)
    for address, value in setup:
        m.poke(address, m.peek(address) | value)
    m.code(MAIN, *code)
    m["r0"] = RAM + 2
    m.step(2 if code == (0x4700,) else 1)  # a branch to an even address faults at its target
    assert m.exception == USAGE_FAULT
    assert m.peek(CFSR) == 1 << bit


def test_division_by_zero_gives_zero_without_the_trap() -> None:
    m = Machine(m7=True)
    m.code(MAIN, 0xFB90, 0xF1F2)
    m["r0"], m["r1"], m["r2"] = 5, 7, 0
    m.step()
    assert (m["r1"], m.exception) == (0, 0)


@pytest.mark.parametrize(("target", "exception", "bits"), [(0x4000_0000, 4, 1), (0x3000_0000, 5, 1 << 8)])
def test_fetching_where_nothing_can_be_executed(target: int, exception: int, bits: int) -> None:
    m = Machine(m7=True)
    m.poke(SHCSR, 7 << 16)
    m.code(MAIN, 0x4700)
    m["r0"] = target | 1
    m.step(2)
    assert m.exception == exception
    assert m.peek(CFSR) == bits
    assert m.word(m["sp"] + 24) == target


@BOTH_CORES
def test_a_fault_in_hardfault_locks_up(m7: bool) -> None:
    m = Machine(m7)
    m.code(MAIN, UDF_0)
    m.code(handler(HARD_FAULT), UDF_0)
    stop = m.step(5)
    assert stop.reason == native.STOP_LOCKUP
    assert stop.pc == handler(HARD_FAULT)


@BOTH_CORES
def test_svc_where_it_cannot_preempt_escalates(m7: bool) -> None:
    m = Machine(m7)
    m.code(MAIN, CPSID_I, SVC_7)
    m.step(2)
    assert m.exception == HARD_FAULT
    assert m.word(m["sp"] + 24) == MAIN + 2, "synchronous: the address of the SVC itself (B1.5.6, ReturnAddress)"
    assert not m7 or m.peek(HFSR) == 1 << 30


def test_a_stacking_error_is_a_bus_fault_of_its_own_kind() -> None:
    m = Machine(m7=True)
    m.poke(SHCSR, 1 << 17)
    m["psp"] = 0x5000_0000
    m["control"] = 2
    m.poke(ICSR, PENDSVSET)
    m.step()
    assert m.exception == BUS_FAULT, "more urgent than PendSV by its number"
    assert m.peek(CFSR) == 1 << 12
    m.step(1)
    m.step(1)
    assert m.exception == PENDSV


def test_an_invalid_exc_return_is_an_invpc_usage_fault() -> None:
    m = Machine(m7=True)
    m.poke(SHCSR, 1 << 18)
    m.poke(ICSR, PENDSVSET)
    m.step()
    m["lr"] = 0xFFFFFFF1  # to handler mode, with no other exception active
    m.step(2)
    assert m.exception == USAGE_FAULT
    assert m.peek(CFSR) == 1 << 18


@BOTH_CORES
def test_stop_on_fault_stops_before_the_handler(m7: bool) -> None:
    m = Machine(m7)
    m.core.stop_on_fault(True)
    m.code(MAIN, NOP, UDF_0)
    stop = m.step(10)
    assert (stop.reason, stop.detail) == (native.STOP_FAULT, HARD_FAULT)


def test_bkpt_without_a_debugger_is_a_hardfault() -> None:
    m = Machine(m7=True)
    m.code(MAIN, 0xBE00)
    m.step()
    assert (m.exception, m.peek(HFSR)) == (HARD_FAULT, 1 << 31)


@BOTH_CORES
def test_semihosting_exit_ends_the_run(m7: bool) -> None:
    m = Machine(m7)
    m.code(MAIN, 0xBEAB)
    m["r0"], m["r1"] = 0x18, 0x20026
    stop = m.step(10)
    assert (stop.reason, stop.detail) == (native.STOP_EXIT, 0)


# ------------------------------------------------------------------ privilege and MPU
def test_unprivileged_code_cannot_reach_the_system_control_space() -> None:
    m = Machine(m7=True)
    m.poke(SHCSR, 1 << 17)
    m.code(MAIN, LDR_R1_R0)
    m["r0"] = ICSR
    m["control"] = 1
    m.step()
    assert (m.exception, m.peek(CFSR)) == (BUS_FAULT, 0x8200)


def test_unprivileged_msr_and_cps_do_nothing() -> None:
    m = Machine(m7=True)
    m.code(MAIN, CPSID_I, 0xF380, 0x8811, 0xF380, 0x8814)  # msr basepri, r0; msr control, r0
    m["r0"] = 0xFF
    m["control"] = 1
    m.step(3)
    assert (m["primask"], m["basepri"], m["control"]) == (0, 0, 1)


def mpu_machine(attributes: int) -> Machine:
    """Region 0: everything; region 1: 256 bytes at RAM + 0x1000 with `attributes` (AP and XN)."""
    m = Machine(m7=True)
    m.poke(SHCSR, 1 << 16)
    for number, base, rasr in ((0, 0, 3 << 24 | 31 << 1 | 1), (1, RAM + 0x1000, attributes | 7 << 1 | 1)):
        m.poke(MPU_RNR, number), m.poke(MPU_RBAR, base), m.poke(MPU_RASR, rasr)
    m.poke(MPU_CTRL, 1)
    return m


@pytest.mark.parametrize(
    ("access_field", "privileged", "load", "store"),
    [
        (0, True, False, False),
        (1, True, True, True),
        (1, False, False, False),
        (2, True, True, True),
        (2, False, True, False),
        (3, False, True, True),
        (5, True, True, False),
        (5, False, False, False),
        (6, True, True, False),
        (6, False, True, False),
    ],
)
def test_mpu_permissions(access_field: int, privileged: bool, load: bool, store: bool) -> None:
    for code, allowed in ((LDR_R1_R0, load), (STR_R1_R0, store)):
        m = mpu_machine(access_field << 24)
        m.code(MAIN, code, NOP)
        m["r0"] = RAM + 0x1040
        m["control"] = 0 if privileged else 1
        m.step()
        assert (m.exception == 0) == allowed
        if not allowed:
            assert m.peek(CFSR) == 0x82, "DACCVIOL and MMARVALID"
            assert m.peek(MMFAR) == RAM + 0x1040


def test_the_mpu_leaves_the_neighbour_alone_and_a_disabled_subregion_too() -> None:
    m = mpu_machine(0)
    m.code(MAIN, STR_R1_R0, NOP)
    m["r0"] = RAM + 0x1100
    m.step()
    assert m.exception == 0
    m = mpu_machine(1 << (8 + 2))  # subregion 2: 32 bytes from offset 0x40
    m.code(MAIN, STR_R1_R0, STR_R1_R0)
    m["r0"] = RAM + 0x105C
    m.step()
    assert m.exception == 0
    m["r0"] = RAM + 0x1060
    m.step()
    assert m.exception == MEM_MANAGE


def test_execute_never() -> None:
    m = mpu_machine(3 << 24 | 1 << 28)
    m.code(RAM + 0x1000, NOP, NOP)
    m.code(RAM + 0x1100, NOP, NOP)
    m["pc"] = RAM + 0x1100
    m.step()
    assert m.exception == 0
    m["pc"] = RAM + 0x1000
    m.step()
    assert (m.exception, m.peek(CFSR)) == (MEM_MANAGE, 1)
    assert m.word(m["sp"] + 24) == RAM + 0x1000


def test_privileged_code_is_not_executed_without_privilege() -> None:
    m = mpu_machine(1 << 24)
    m.code(RAM + 0x1000, NOP, NOP)
    m["pc"] = RAM + 0x1000
    m.step()
    assert m.exception == 0
    m["control"] = 1
    m.step()
    assert m.exception == MEM_MANAGE


def test_without_a_region_only_privdefena_helps() -> None:
    m = Machine(m7=True)
    m.poke(SHCSR, 1 << 16)
    m.code(MAIN, LDR_R1_R0, LDR_R1_R0)
    m["r0"] = RAM
    m.poke(MPU_CTRL, 5)
    m.step()
    assert m.exception == 0
    m.poke(MPU_CTRL, 1)
    stop = m.step()
    assert stop.reason == native.STOP_LOCKUP or m.exception, "not even the next instruction may be fetched"


# ------------------------------------------------------------------ sleep
@BOTH_CORES
def test_wfi_sleeps_until_an_interrupt_even_a_masked_one(m7: bool) -> None:
    m = Machine(m7)
    m.code(MAIN, CPSID_I, WFI, NOP, NOP)
    m.step(2)
    assert m.step(1).reason == native.STOP_ASLEEP
    m.core.set_irq_pending(0)
    assert m.step(1).reason == native.STOP_ASLEEP, "an interrupt that is not enabled does not wake"
    device = m.core.add_device("d", 0x40000000, 0x100, [])
    m.core.connect(device, 0, 1)
    m = Machine(m7)
    m.code(MAIN, CPSID_I, WFI, NOP, NOP)
    m.enable(0)
    m.step(2)
    m.core.set_irq_pending(0)
    stop = m.step(1)
    assert (m.exception, stop.pc) == (0, MAIN + 6)


@BOTH_CORES
def test_wfe_takes_the_event_of_sev_and_sleeps_the_second_time(m7: bool) -> None:
    m = Machine(m7)
    m.code(MAIN, SEV, WFE, NOP, WFE, NOP)
    m.step(3)
    assert m["pc"] == MAIN + 6
    assert m.step(2).reason == native.STOP_ASLEEP


@BOTH_CORES
def test_sevonpend_wakes_wfe_by_an_interrupt_that_is_not_enabled(m7: bool) -> None:
    m = Machine(m7)
    m.poke(SCR, 1 << 4)
    m.code(MAIN, WFE, NOP, NOP)
    m.step()
    m.core.set_irq_pending(3)
    m.step()
    assert (m["pc"], m.exception) == (MAIN + 4, 0)


@BOTH_CORES
def test_sleep_on_exit_sleeps_when_thread_mode_is_reached(m7: bool) -> None:
    m = Machine(m7)
    m.poke(SCR, 1 << 1)
    m.poke(ICSR, PENDSVSET)
    stop = m.step(10)
    assert (stop.reason, stop.pc, m.exception) == (native.STOP_ASLEEP, MAIN, 0)


# ------------------------------------------------------------------ floating point context
def fpu_machine() -> Machine:
    m = Machine(m7=True)
    m.poke(CPACR, 0xF << 20)
    m.code(MAIN, 0xEEB0, 0x0A40, NOP, NOP)  # vmov.f32 s0, s0
    m.step()
    for k in range(32):
        m[f"s{k}"] = 0x4000_0000 + k
    m["fpscr"] = 0x3000_0000
    return m


def test_the_first_fp_instruction_sets_fpca() -> None:
    assert fpu_machine()["control"] & 4


def test_lazy_stacking_reserves_the_frame_and_fills_it_at_the_first_fp_instruction() -> None:
    m = fpu_machine()
    m.code(handler(PENDSV), NOP, 0xEEB7, 0x0A00, BX_LR)  # vmov.f32 s0, #1.0
    m.poke(ICSR, PENDSVSET)
    m.step()
    frame = STACK_TOP - 0x68
    assert (m["sp"], m["lr"], m["control"]) == (frame, 0xFFFFFFE9, 0)
    assert m.peek(FPCCR) & 1, "LSPACT"
    assert m.peek(FPCAR) == frame + 0x20
    assert m.words(frame + 0x20, 16) == [0] * 16, "nothing stored yet"
    m.step()
    assert m.words(frame + 0x20, 17) == [0x4000_0000 + k for k in range(16)] + [0x3000_0000]
    assert not m.peek(FPCCR) & 1
    assert m["s0"] == 0x3F80_0000
    m.step()
    assert (m["s0"], m["s15"], m["fpscr"], m["control"]) == (0x4000_0000, 0x4000_000F, 0x3000_0000, 4)
    assert m["sp"] == STACK_TOP


def test_a_handler_without_fp_never_stores() -> None:
    m = fpu_machine()
    m.poke(ICSR, PENDSVSET)
    m.step(2)
    assert m.words(STACK_TOP - 0x48, 16) == [0] * 16
    assert not m.peek(FPCCR) & 1
    assert (m["s3"], m["control"]) == (0x4000_0003, 4)


def test_without_lspen_the_registers_are_stored_at_once() -> None:
    m = fpu_machine()
    m.poke(FPCCR, 1 << 31)
    m.poke(ICSR, PENDSVSET)
    m.step()
    assert m.words(STACK_TOP - 0x48, 16) == [0x4000_0000 + k for k in range(16)]


@pytest.mark.parametrize("before", range(1, 6))
def test_an_it_block_goes_on_after_an_interrupt(before: int) -> None:
    m = Machine(m7=True)
    m.code(MAIN, 0xBF0D, 0x3001, 0x3101, 0x3001, 0x3101, NOP)  # iteet eq: adds r0, #1; adds r1, #1; twice
    m["xpsr"] = 0x4100_0000  # Z set: the first and the last are executed
    m.enable(0)
    m.step(before)
    m.core.set_irq_pending(0)
    m.step()
    assert m.exception == IRQ0
    stacked = m.word(m["sp"] + 28)
    itstate = stacked >> 25 & 3 | stacked >> 8 & 0xFC
    assert itstate == (0x0D, 0x1A, 0x14, 0x08, 0x00)[before - 1]
    m.step(1 + 5 - before)
    assert (m["pc"], m["r0"], m["r1"]) == (MAIN + 10, 1, 1)


def test_a_restored_snapshot_brings_its_memory_protection_back() -> None:
    m = mpu_machine(0)
    m.code(MAIN, LDR_R1_R0, NOP)
    m["r0"] = RAM + 0x1040
    protected = m.core.take_snapshot()
    m.poke(MPU_CTRL, 0)
    m.step()
    assert m.exception == 0
    m.core.restore_snapshot(protected)
    m.step()
    assert m.exception == MEM_MANAGE


def test_a_reset_switches_the_memory_protection_off() -> None:
    m = mpu_machine(0)
    m.core.reset()
    m.core.start(0)
    m.code(MAIN, LDR_R1_R0, NOP)
    m["r0"] = RAM + 0x1040
    m.step()
    assert (m.exception, m["pc"]) == (0, MAIN + 2)
