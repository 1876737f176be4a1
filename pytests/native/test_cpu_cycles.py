"""Each row of the instruction table of the Cortex-M0+ (DDI 0484C, table 3-1), measured as cycles of one instruction."""

from __future__ import annotations

import pytest
from cpu_machine import MAIN, NOP, RAM, Machine

from digitrig.native import core as native
from digitrig.timing.tables import CORTEX_M0PLUS

# (what, halfwords, cycles)
ROWS = [
    ("MOVS Rd, #imm", (0x2005,), 1),
    ("MOVS Rd, Rm", (0x0008,), 1),
    ("MOV Rd, Rm (high)", (0x4680,), 1),
    ("ADDS Rd, Rn, Rm", (0x1888,), 1),
    ("ADD Rd, PC, #imm", (0xA001,), 1),
    ("ADD SP, SP, #imm", (0xB001,), 1),
    ("SUBS Rd, #imm", (0x3801,), 1),
    ("RSBS", (0x4248,), 1),
    ("ADCS", (0x4148,), 1),
    ("MULS", (0x4348,), 1),
    ("CMP Rn, Rm", (0x4288,), 1),
    ("CMN", (0x42C8,), 1),
    ("ANDS", (0x4008,), 1),
    ("TST", (0x4208,), 1),
    ("LSLS by immediate", (0x0048,), 1),
    ("LSLS by register", (0x4088,), 1),
    ("RORS", (0x41C8,), 1),
    ("SXTH", (0xB208,), 1),
    ("REV", (0xBA08,), 1),
    ("NOP", (0xBF00,), 1),
    ("SEV", (0xBF40,), 1),
    ("CPSIE i", (0xB662,), 1),
    ("LDR Rd, [Rn, #imm]", (0x6821,), 2),
    ("LDRB Rd, [Rn, Rm]", (0x5C21,), 2),
    ("LDRSH Rd, [Rn, Rm]", (0x5E21,), 2),
    ("LDR Rd, [PC, #imm]", (0x4901,), 2),
    ("LDR Rd, [SP, #imm]", (0x9900,), 2),
    ("STR Rd, [Rn, #imm]", (0x6021,), 2),
    ("STRH Rd, [Rn, #imm]", (0x8021,), 2),
    ("STRB Rd, [Rn, #imm]", (0x7021,), 2),
    ("LDM of 1", (0xCC02,), 2),
    ("LDM of 4", (0xCC0F,), 5),
    ("STM of 3", (0xC40E,), 4),
    ("PUSH of 3 with LR", (0xB503,), 4),
    ("POP of 2", (0xBC03,), 3),
    ("POP of 2 and PC", (0xBD03,), 6),
    ("B taken", (0xE000,), 2),
    ("BEQ taken", (0xD000,), 2),
    ("BNE not taken", (0xD100,), 1),
    ("BL", (0xF000, 0xF802), 3),
    ("BX", (0x4728,), 2),
    ("BLX", (0x47A8,), 2),
    ("MOV PC, Rm", (0x46AF,), 2),
    ("ADD PC, Rm", (0x4487,), 2),
    ("MRS", (0xF3EF, 0x8010), 3),
    ("MSR", (0xF380, 0x8800), 3),
    ("DMB", (0xF3BF, 0x8F5F), 3),
    ("ISB", (0xF3BF, 0x8F6F), 3),
]


def prepared(code: tuple[int, ...]) -> Machine:
    """A Cortex-M0+ with its cost table, registers that suit every row, and the instruction at MAIN."""
    m = Machine(m7=False)
    for name, cycles in CORTEX_M0PLUS.cycles.items():
        m.core.set_cost(name, cycles)
    m.code(MAIN, *code)
    m["r4"], m["r5"], m["xpsr"], m["r2"] = RAM, MAIN + 0x41, 0x4100_0000, 0
    m["sp"] = RAM + 0x100
    m.core.write(RAM + 0x100, (MAIN + 0x41).to_bytes(4, "little") * 8)
    return m


@pytest.mark.parametrize(("code", "cycles"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_the_table(code: tuple[int, ...], cycles: int) -> None:
    assert prepared(code).step().cycles == cycles


def test_the_small_multiplier_takes_32() -> None:
    m = prepared((0x4348,))
    m.core.set_cost("mul", 32)
    assert m.step().cycles == 32


def wait_machine(read_wait: int, fetch_wait: int, branch_wait: int) -> Machine:
    m = prepared((NOP,))
    m.core.set_region_waits(0, read_wait, fetch_wait, branch_wait)
    return m


def test_a_fetch_wait_is_paid_for_every_halfword() -> None:
    m = wait_machine(0, 2, 0)
    m.code(MAIN, NOP, 0xF3BF, 0x8F5F)
    assert m.step().cycles == 3, "LPC845 at its reset divider: three cycles a NOP"
    assert m.step().cycles == 3 + 3 + 4


def test_a_read_wait_is_paid_for_data_in_that_memory_only() -> None:
    m = wait_machine(3, 0, 0)
    m.code(MAIN, 0x4901, 0x6821, NOP)  # a literal in flash, a word in RAM
    assert m.step().cycles == 2 + 3
    assert m.step().cycles == 5 + 2


def test_a_branch_wait_is_paid_where_a_taken_branch_lands() -> None:
    m = wait_machine(0, 0, 2)
    m.code(MAIN, 0xE000, NOP, 0xD1FE, 0x4728)  # b; bne not taken; bx r5
    assert m.step().cycles == 2 + 2
    assert m.step().cycles == 4 + 1
    assert m.step().cycles == 5 + 2 + 2


def run_in_slices(slices: str) -> tuple[int, ...]:
    """350 instructions of a counting loop, in one run, by single steps, or in slices of 37 ns."""
    m = prepared((0x2064, 0x3801, 0x6020, 0x6821, 0xD1FB, 0xBE00))
    stop = m.step(0)
    while stop.instructions < 350:
        left = 350 - stop.instructions
        stop = m.core.run(37_000 if slices == "time" else 10**12, 1 if slices == "steps" else left)
    return (stop.cycles, stop.instructions, m["r0"], m["r1"], m["pc"])


def test_slices_of_a_run_change_nothing() -> None:
    assert run_in_slices("one") == run_in_slices("steps") == run_in_slices("time")


def test_breakpoints_stop_before_and_go_on_after() -> None:
    m = prepared((0x2000, 0x3001, 0x3001, 0xE7FC))
    m.core.set_breakpoint(MAIN + 4, True)
    for count in (1, 3, 5):
        stop = m.step(100)
        assert (stop.reason, stop.pc, m["r0"]) == (native.STOP_BREAKPOINT, MAIN + 4, count)
    m.core.set_breakpoint(MAIN + 4, False)
    assert m.step(100).reason == native.STOP_INSTRUCTIONS


def test_the_lowest_stack_pointer_is_followed() -> None:
    m = prepared((0xB5F0, 0xB082, 0xB002, 0xBDF0))
    m["sp"] = RAM + 0x1000
    m.core.watch_stack(RAM, RAM + 0x1000)
    m.step(3)
    assert m.core.stack_low() == RAM + 0x1000 - 20 - 8


def test_code_that_overwrites_its_own_next_instruction() -> None:
    m = prepared((NOP,))
    m.code(RAM, 0x8001, NOP, NOP, NOP)  # strh r1, [r0]
    m["r0"], m["r1"], m["r3"], m["pc"] = RAM + 2, 0x2307, 0, RAM
    m.step(2)
    assert m["r3"] == 7, "movs r3, #7 has been executed in the same page"
    m["r1"], m["pc"] = 0x2309, RAM
    m.step(2)
    assert m["r3"] == 9
