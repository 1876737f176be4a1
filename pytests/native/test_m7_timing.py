"""Cycles of the Cortex-M7: pairs, latencies, blocks and branches, from published measurements.

[J] jnk0le, "pipeline cycle test", cortex_m7.md (STM32H743); [L] LLVM, ARMScheduleM7.td and ARMLatencyMutations.cpp;
[Q] quinapalus.com, cm7cycles.html (STM32H730). A row is the body of a straight run; its cycles are those of one body
among many, so that what comes before the first and after the last does not count.
"""

from __future__ import annotations

import pytest
from cpu_machine import CONFIG_M7
from m7_programs import Program, assembled

from digitrig.errors import CoreError
from digitrig.native import core as native
from digitrig.native.core import Core
from digitrig.timing import CORTEX_M7

MORE, FEWER = 12, 4

# (what, source, body, cycles of one body)
ROWS = [
    ("eight independent additions", "L", "\n".join(f"add.w r{k}, r12, #{k}" for k in range(8)), 4),
    ("addition and one that needs it, two chains", "J", "add.w r0, r2, #1\nadd.w r1, r0, #1", 1),
    ("a chain of additions", "J", "add.w r0, r0, #1\nadd.w r0, r0, #1", 2),
    ("a chain of logical operations", "J", "eor.w r0, r0, r1\neor.w r0, r0, r2", 2),
    ("constants in two halves", "J", "movw r0, #1\nmovt r0, #2", 1),
    ("two shifted operands", "J", "add.w r0, r1, r2, ror #24\nadd.w r3, r4, r5, ror #24", 2),
    ("two rotated constants", "J", "eor.w r0, r1, #0x1fc0\neor.w r2, r3, #0x1fc0", 2),
    ("two constants of a pattern", "J", "eor.w r0, r1, #0x1b1b1b1b\neor.w r2, r3, #0x1b1b1b1b", 1),
    ("two shifts by constants", "J", "lsr.w r0, r1, #3\nlsl.w r2, r3, #3", 1),
    ("shifted operand behind a late result", "J", "eor.w r0, r1, r2\nadd.w r3, r4, r0, lsl #3\nnop.w", 3),
    ("chain of SMLAD", "J", "smlad r0, r1, r2, r0", 1),
    ("chain of MLA with additions", "J", "mla r0, r1, r2, r0\nadd.w r3, r4, #1", 1),
    ("SXTB16 and SMLAD", "L", "sxtb16 r0, r1\nsmlad r2, r3, r4, r2", 1),
    ("two SXTB16", "J", "sxtb16 r0, r1\nsxtb16 r2, r3", 2),
    ("addition and two DSP operations", "J", "add.w r0, r1, #1\nuxtb.w r2, r3\nuxtb.w r4, r3", 2),
    ("two multiplications", "J", "mul r0, r1, r2\nmul r3, r4, r5", 2),
    ("multiplication and store", "J", "mul r0, r1, r2\nstr.w r3, [r8]", 2),
    ("product and its use", "J", "mul r0, r1, r2\neor.w r3, r0, r4\nnop.w\nnop.w", 3),
    ("two loads, different banks", "J", "ldr.w r0, [r8]\nldr.w r1, [r8, #4]", 1),
    ("two loads, the same bank", "J", "ldr.w r0, [r8]\nldr.w r1, [r8, #8]", 2),
    ("load and store", "J", "ldr.w r0, [r8]\nstr.w r1, [r8, #4]", 1),
    ("load and store of the word loaded", "J", "ldr.w r0, [r8]\nstr.w r0, [r8, #4]", 1),
    ("two stores", "J", "str.w r0, [r8]\nstr.w r1, [r8, #4]", 2),
    ("LDRD", "J", "ldrd r0, r1, [r8]", 1),
    *((f"LDM of {n}", "J", f"ldmia.w r8, {{r0-r{n - 1}}}", (n + 1) // 2) for n in range(2, 8)),
    *((f"STM of {n}", "J", f"stmia.w r8, {{r0-r{n - 1}}}", (n + 1) // 2) for n in range(2, 8)),
    ("STM of 4 at 4 modulo 8", "J", "stmia.w r10, {r0-r3}", 3),
    ("STM of 3 at 4 modulo 8", "J", "stmia.w r10, {r0-r2}", 2),
    ("unaligned load", "J", "ldr.w r0, [r8, #2]", 1 + 3),
    ("unaligned load of a halfword", "J", "ldrh.w r0, [r8, #1]", 1 + 3),
    ("IT takes a slot", "J", "it eq\naddeq.w r0, r1, #1", 1),
    ("SDIV", "L", "sdiv r0, r1, r2", 7),
    ("two VADD.F32", "J", "vadd.f32 s0, s1, s2\nvadd.f32 s3, s4, s5", 2),
    ("VADD.F32 and an addition", "J", "vadd.f32 s0, s1, s2\nadd.w r0, r1, #1", 1),
    ("chain of VADD.F32", "J", "vadd.f32 s0, s0, s1", 3),
    ("chain of VMUL.F32", "J", "vmul.f32 s0, s0, s1", 3),
    ("VFMA.F32 to one accumulator", "J", "vfma.f32 s0, s1, s2", 3),
    ("VFMA.F32 to three accumulators", "J", "\n".join(f"vfma.f32 s{k}, s8, s9" for k in range(3)), 3),
    ("chain of VDIV.F32", "J", "vdiv.f32 s0, s0, s1", 16),
    ("chain of VSQRT.F32", "J", "vsqrt.f32 s0, s0", 14),
]

# (what, source, producer, consumer, cycles from issue to issue): the consumer hands its result back to the producer
# through an operand that is never late, so that only one latency is in the loop.
LATENCIES = [
    ("load to late ALU", "J", "ldr.w r0, [r8]", "eor.w r1, r0, r2", 1),
    ("load to SMLAD", "J", "ldr.w r0, [r8]", "smlad r1, r0, r2, r1", 2),
    ("signed byte to late ALU", "J", "ldrsb.w r0, [r8]", "eor.w r1, r0, r2", 2),
    ("signed byte to the addend of MLA", "J", "ldrsb.w r0, [r8]", "mla r1, r2, r3, r0", 1),
    ("addition to address", "J", "add.w r0, r8, #4", "ldr.w r1, [r0]", 1),
    ("logical operation to address", "J", "eor.w r0, r8, r6", "ldr.w r1, [r0]", 2),
    ("load to base of an address", "L", "ldr.w r0, [r8]", "ldr.w r1, [r0]", 2),
    ("load to index of an address", "L, Q", "ldr.w r0, [r8, #64]", "ldr.w r1, [r8, r0]", 3),
    ("signed byte to base of an address", "L", "ldrsb.w r0, [r8, #64]", "ldr.w r1, [r0, r8]", 3),
    ("product to base of an address", "L", "mul r0, r8, r11", "ldr.w r1, [r0]", 4),
    ("shift to address", "J", "lsl.w r0, r11, #1", "ldr.w r1, [r0]", 1),
    ("DSP operation to address", "J", "uxtah r0, r8, r6", "ldr.w r1, [r0]", 2),
    ("product to ALU", "J", "mul r0, r1, r2", "eor.w r3, r0, r4", 2),
    ("FP register to core register", "J", "vmov r0, s0", "eor.w r1, r0, r2", 1),
    ("core register to FP register", "J", "vmov s0, r0", "vadd.f32 s1, s0, s2", 3),
    ("FP load to FP arithmetic", "J", "vldr.32 s0, [r8]", "vadd.f32 s1, s0, s2", 1),
    ("FP load to the accumulator of VFMA", "J", "vldr.32 s0, [r8]", "vfma.f32 s0, s1, s2", 3),
]


def repeated(name: str, body: str) -> str:
    """The body MORE and FEWER times, between barriers, each ended by a label of its own."""
    parts = [
        f".balign 512\n{name}_{n}:\ndsb\n" + f"{body}\n" * n + f"dsb\n{name}_{n}_end: nop\n" for n in (MORE, FEWER)
    ]
    return "".join(parts)


def latency_body(producer: str, consumer: str) -> str:
    """Barriers around the pair: no other instruction is issued in between."""
    return f"dsb\n{producer}\n{consumer}"


PROGRAM = (
    ".syntax unified\n.thumb\n.global _start\n_start:\n"
    + "".join(repeated(f"row_{k}", row[2]) for k, row in enumerate(ROWS))
    + "".join(repeated(f"latency_{k}", latency_body(*row[2:4])) for k, row in enumerate(LATENCIES))
    + repeated("chase", "ldr.w r8, [r8]")
    + repeated("unaligned_stores", "\n".join(["str.w r0, [r8, #2]"] * 4))
    + repeated("chase_index", "ldr.w r11, [r9, r11]")
    + repeated("younger_add", "dsb\neor.w r5, r6, r7\nadd.w r0, r8, #0\nldr.w r1, [r0]")
    + repeated("younger_shift", "dsb\neor.w r5, r6, r7\nlsl.w r0, r11, #1\nldr.w r1, [r0]")
    + """
.balign 1024
counted: movs r0, #100
1: subs r0, #1
bne 1b
counted_end: nop
.balign 1024
macs: movs r0, #100
1: smlad r2, r3, r4, r2
smlad r5, r3, r4, r5
ldr.w r6, [r8]
ldr.w r7, [r8, #4]
subs r0, #1
bne 1b
macs_end: nop
.balign 1024
either: movs r0, #100
1: lsrs r1, r1, #1
bcc 2f
eor.w r1, r1, r2
2: it cs
addcs r3, #1
subs r0, #1
bne 1b
either_end: nop
.balign 1024
itself: b itself
.balign 1024
hand_over: nop
bx r9
"""
)


RAM = 0x2000_0000


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The assembled program and its labels."""
    return assembled(PROGRAM, tmp_path_factory.mktemp("timing"), 0x400)


def machine(program: Program) -> Core:
    """A Cortex-M7 with its tables and the program; r8 points to words that hold the address of the first,
    r9 to zeros, r10 is 4 modulo 8, r11 is 0."""
    core = Core(CONFIG_M7)
    core.add_region("flash", 0, 0x40000, native.READ | native.EXECUTE)
    core.add_region("ram", RAM, 0x4000, native.READ | native.WRITE | native.EXECUTE)
    CORTEX_M7.apply(core)
    core.write(0, (RAM + 0x4000).to_bytes(4, "little") + (0x401).to_bytes(4, "little"))
    core.write(0x400, program[0])
    core.start(0)
    core.write(RAM, RAM.to_bytes(4, "little") * 16)
    core.set_cpu("r8", RAM)
    core.set_cpu("r9", RAM + 64)
    core.set_cpu("r10", RAM + 68)
    core.set_cpu("r11", 0)
    enable_fpu(core)
    return core


def enable_fpu(core: Core) -> None:
    """CPACR = full access (DDI 0403E B3.2.20), written by two instructions in RAM."""
    core.write(RAM + 0x100, bytes.fromhex("01607047"))  # str r1, [r0]; bx lr
    core.set_cpu("r0", 0xE000ED88)
    core.set_cpu("r1", 0xF << 20)
    core.set_cpu("pc", RAM + 0x100)
    assert core.run(10**12, 1).instructions == 1


def cycles(core: Core, start: int, end: int) -> int:
    """Core cycles from one address to another."""
    core.set_breakpoint(end, True)
    core.set_cpu("pc", start)
    before = core.cycles
    assert core.run(10**12, 100_000).reason == native.STOP_BREAKPOINT
    core.set_breakpoint(end, False)
    return core.cycles - before


def one_body(program: Program, name: str) -> float:
    """Cycles of one body among many."""
    core, labels = machine(program), program[1]
    more, fewer = (cycles(core, labels[f"{name}_{n}"], labels[f"{name}_{n}_end"]) for n in (MORE, FEWER))
    return (more - fewer) / (MORE - FEWER)


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[row[0] for row in ROWS])
def test_cycles_of_a_straight_run(number: int, program: Program) -> None:
    assert one_body(program, f"row_{number}") == ROWS[number][3]


@pytest.mark.parametrize("number", range(len(LATENCIES)), ids=[row[0] for row in LATENCIES])
def test_cycles_from_a_result_to_its_use(number: int, program: Program) -> None:
    barrier, last = CORTEX_M7.cycles["barrier"], 1
    assert one_body(program, f"latency_{number}") - barrier - last == LATENCIES[number][4]


def test_a_pointer_chase_by_the_base_is_two_cycles_a_load_and_by_the_index_three(program: Program) -> None:
    """LLVM lets a loaded word bypass to the base register (ARMScheduleM7.td: operand needed one stage early) but not to
    the index (ARMLatencyMutations.cpp); three is what [Q] measured."""
    assert one_body(program, "chase") == 2
    assert one_body(program, "chase_index") == 3


def test_the_early_alu_takes_additions_in_the_older_slot_only(program: Program) -> None:
    """The younger addition's result comes a cycle later to an address, a younger shift's does not [J]."""
    assert one_body(program, "younger_add") == one_body(program, "younger_shift") + 1


def test_unaligned_stores_are_four_cycles_each_once_the_store_buffer_is_full(program: Program) -> None:
    assert one_body(program, "unaligned_stores") == 4 * 4  # [J]: throughput, four stores in a body


def test_a_counted_loop_is_a_cycle_a_turn_and_two_wrong_predictions(program: Program) -> None:
    """SUBS and BNE pair; the counter says not taken at first and taken at the end; eight cycles each [J]."""
    core, labels = machine(program), program[1]
    assert cycles(core, labels["counted"], labels["counted_end"]) == 1 + 100 + 8 + 8
    assert cycles(core, labels["counted"], labels["counted_end"]) == 1 + 100 + 8, "learnt"


def test_no_kernel_is_below_half_a_cycle_for_each_product(program: Program) -> None:
    """One multiplier, two products of 16 bits in each SMLAD."""
    core, labels = machine(program), program[1]
    assert cycles(core, labels["macs"], labels["macs_end"]) >= 100 * 4 * 0.5


def run_in(core: Core, program: Program, slices: str) -> tuple[int, ...]:
    """900 instructions of a loop with unpredictable branches and an IT block: at once, in steps, in slices of time."""
    core.set_cpu("pc", program[1]["either"])
    core.set_cpu("r1", 0xB7E15163)
    core.set_cpu("r2", 0x9E3779B9)
    begin = core.instructions
    while core.instructions < begin + 500:
        left = begin + 500 - core.instructions
        core.run(
            17_000 if slices == "time" else 10**12, {"one": left, "steps": 1, "fives": min(5, left)}.get(slices, left)
        )
    return (core.cycles, core.instructions, core.get_cpu("pc"), *(core.get_cpu(f"r{k}") for k in range(4)))


@pytest.mark.parametrize("slices", ["steps", "fives", "time"])
def test_slices_of_a_run_change_nothing(slices: str, program: Program) -> None:
    assert run_in(machine(program), program, slices) == run_in(machine(program), program, "one")


def test_snapshots_hold_what_the_predictor_has_learnt(program: Program) -> None:
    core = machine(program)
    run_in(core, program, "one")
    snapshot = core.take_snapshot()
    other = machine(program)
    other.restore_snapshot(snapshot)
    assert run_in(other, program, "one") == run_in(core, program, "one")


def test_costs_do_not_depend_on_what_was_decoded_first(program: Program) -> None:
    """A run that enters the page in the middle before, and one after a host has written to it, count the same."""
    labels = program[1]
    start, end = labels["macs"], labels["macs_end"]
    expected = cycles(machine(program), start, end)
    core = machine(program)
    core.set_cpu("pc", start + 6)
    core.run(10**12, 1)
    assert cycles(core, start, end) in (expected, expected - 8), "but for what the predictor has learnt"
    fresh = machine(program)
    fresh.write(start, fresh.read(start, 2))
    assert cycles(fresh, start, end) == expected


def test_costs_follow_what_the_program_writes_behind_a_breakpoint(program: Program) -> None:
    """A breakpoint drops decoded code but not what is known of its costs; a store into the page does both."""
    core, start = machine(program), RAM + 0x800
    core.write(start, bytes.fromhex("02f10102 03f10103 04f10104 05f10105 00bf"))  # four additions, nop
    assert cycles(core, start, start + 16) == 2
    assert cycles(core, start, start + 16) == 2
    core.set_cpu("r0", start)
    core.set_cpu("r1", 0xF202FB00)  # mul r2, r0, r2
    core.set_cpu("pc", RAM + 0x100)  # str r1, [r0]
    core.run(10**12, 1)
    core.set_cpu("r0", start + 4)
    core.set_cpu("r1", 0xF303FB00)
    core.set_cpu("pc", RAM + 0x100)
    core.run(10**12, 1)
    assert cycles(core, start, start + 16) == 3, "two multiplications do not pair"


@pytest.mark.parametrize("name", ["itself", "hand_over"])
def test_a_loop_of_nothing_but_branches_takes_time(name: str, program: Program) -> None:
    """The younger slot costs nothing, but time goes on: a run to a time limit ends."""
    core, labels = machine(program), program[1]
    core.set_cpu("r9", (labels["hand_over"] + 2) | 1)
    core.set_cpu("pc", labels[name])
    stop = core.run(10**9)
    assert stop.reason == native.STOP_TIME
    assert stop.instructions <= 4 * stop.cycles + 4


def test_rules_out_of_range_are_refused() -> None:
    assert CORTEX_M7.issue is not None
    core = Core(CONFIG_M7)
    with pytest.raises(CoreError, match="at most 255"):
        core.set_timing(**{**vars(CORTEX_M7.issue), "mispredict": 256})
