"""Caches of the Cortex-M7: what is filled, evicted, kept and charged (Arm DDI 0489F 5.9, DDI 0403E B2.2.7, B3.5.9)."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import pytest
from cpu_machine import CONFIG_M7
from m7_programs import Program, assembled

from digitrig.errors import CoreError
from digitrig.native import core as native
from digitrig.native.core import Core
from digitrig.timing import CORTEX_M7

FLASH, DTCM, OCRAM = 0x6000_0000, 0x2000_0000, 0x2020_0000
LINE, WORD = 40, 20  # cycles of a line and of an access that passes the caches by
DCACHE, ICACHE = 0xF01FE019, 0xF03FE009  # 32 KB each: 4 ways of 8 KB, 2 ways of 16 KB (i.MX RT1060)
CCR, CTRL, RBAR, RASR = 0xE000ED14, 0xE000ED94, 0xE000ED9C, 0xE000EDA0
ICIALLU, ICIMVAU, DCIMVAC, DCISW, DCCMVAC, DCCISW = (0xE000EF00 + k for k in (0x50, 0x58, 0x5C, 0x60, 0x68, 0x74))
DC, IC = 1 << 16, 1 << 17

SOURCE = """
.syntax unified
.thumb
.global _start
_start:
load: ldr r1, [r0]
load_end: nop
store: str r1, [r0]
store_end: nop
block: ldm r0, {r1-r6}
block_end: nop
stores: str r1, [r0]
str r1, [r0, #32]
str r1, [r0, #64]
str r1, [r0, #96]
str r1, [r0, #128]
str r1, [r0, #160]
stores_end: nop
wait: dsb
wait_end: nop
.balign 32
"""
STRAIGHT = ".balign 32\nstraight:\n" + "nop.w\n" * 64 + "straight_end: nop\n"
BLOCK = ".balign 32\nnop.w\nnop.w\nnop.w\nnop.w\nnop.w\nnop.w\nnop.w\nnop\nblocks: ittte eq\n" + (
    "addeq.w r2, r2, #1\naddeq.w r2, r2, #1\naddeq.w r2, r2, #1\naddne.w r3, r3, #1\nblocks_end: nop\n"
)
LOOP = (
    ".balign 32\nloop: movs r7, #200\n1: ldr r1, [r0]\nldr r2, [r0, #32]\nadds r0, #64\nlsls r3, r7, #30\n"
    "bne 2f\nnop.w\nnop.w\nnop.w\nnop.w\n2: ldr r1, [r0]\nit eq\nmoveq r4, r7\nsubs r7, #1\nbne 1b\nloop_end: nop\n"
)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The assembled program at 0 and its labels."""
    return assembled(SOURCE + STRAIGHT + BLOCK + LOOP, tmp_path_factory.mktemp("caches"), 0)


def machine(program: Program, ccr: int = DC | IC, next_line: int = 0) -> Core:
    """Code in flash and data in OCRAM behind the bus, the stack in tightly coupled memory; the default memory map."""
    core = Core({**CONFIG_M7, "ccsidr": (DCACHE, ICACHE)})
    flash = core.add_region("flash", FLASH, 0x40000, native.READ | native.EXECUTE)
    core.add_region("dtcm", DTCM, 0x4000, native.READ | native.WRITE | native.EXECUTE)
    ocram = core.add_region("ocram", OCRAM, 0x40000, native.READ | native.WRITE | native.EXECUTE)
    core.set_region_bus(flash, line=LINE, word=WORD, next_line=next_line, buffered=4)
    core.set_region_bus(ocram, line=LINE, word=WORD)
    CORTEX_M7.apply(core)
    core.write(DTCM, struct.pack("<2I", DTCM + 0x4000, FLASH | 1))
    core.write(DTCM + 0x100, bytes.fromhex("0160 0168".replace(" ", "")))  # str r1, [r0]; ldr r1, [r0]
    core.write(FLASH, program[0])
    core.start(DTCM)
    poke(core, CCR, core_word(core, CCR) | ccr)
    return core


def execute(core: Core, address: int, r0: int, r1: int) -> int:
    core.set_cpu("r0", r0)
    core.set_cpu("r1", r1)
    core.set_cpu("pc", address)
    assert core.run(10**12, 1).instructions
    return core.get_cpu("r1")


def poke(core: Core, address: int, value: int) -> None:
    """A store by the core, from code in tightly coupled memory."""
    execute(core, DTCM + 0x100, address, value)


def core_word(core: Core, address: int) -> int:
    """A load by the core, from code in tightly coupled memory."""
    return execute(core, DTCM + 0x102, address, 0)


def cycles(core: Core, program: Program, name: str, r0: int = OCRAM) -> int:
    """Core cycles of a stretch of the program, with r0."""
    labels = program[1]
    core.set_breakpoint(FLASH + labels[f"{name}_end"], True)
    core.set_cpu("pc", FLASH + labels[name])
    core.set_cpu("r0", r0)
    before = core.cycles
    assert core.run(10**12, 100_000).reason == native.STOP_BREAKPOINT
    core.set_breakpoint(FLASH + labels[f"{name}_end"], False)
    return core.cycles - before


def warm(core: Core, program: Program, name: str, r0: int = OCRAM) -> int:
    """The same with the code in the instruction cache, by an access to tightly coupled memory before."""
    cycles(core, program, name, DTCM + 0x800)
    return cycles(core, program, name, r0)


def attributes(core: Core, region: int, address: int, bits: int, tex_s_c_b: int) -> None:
    """An MPU region of 2^bits bytes with full access."""
    poke(core, RBAR, address | 0x10 | region)
    poke(core, RASR, 3 << 24 | tex_s_c_b << 16 | (bits - 1) << 1 | 1)


# ------------------------------------------------------------------ data
def test_a_load_waits_for_its_line_once(program: Program) -> None:
    core = machine(program)
    fast = warm(core, program, "load", DTCM + 0x800)
    fills = core.cache_fills[0]
    assert warm(core, program, "load") == fast + LINE
    assert [cycles(core, program, "load", OCRAM + offset) for offset in (0, 4, 28)] == [fast] * 3
    assert core.cache_fills[0] == fills + 1
    assert cycles(core, program, "load", OCRAM + 32) == fast + LINE


def test_tightly_coupled_memory_is_never_cached(program: Program) -> None:
    core = machine(program)
    fills = core.cache_fills[0]
    warm(core, program, "load", DTCM + 0x800)
    assert core.cache_fills[0] == fills


def test_with_the_cache_off_each_load_goes_to_its_memory(program: Program) -> None:
    core = machine(program, ccr=IC)
    fast = warm(core, program, "load", DTCM + 0x800)
    assert [cycles(core, program, "load") for _ in range(3)] == [fast + WORD] * 3
    assert core.cache_fills[0] == 0


def test_four_lines_of_one_set_stay_and_a_fifth_takes_the_place_of_one(program: Program) -> None:
    core = machine(program)
    fast = warm(core, program, "load", DTCM + 0x800)
    lines = [OCRAM + 0x2000 * way for way in range(5)]  # 8 KB apart: the same set
    assert [cycles(core, program, "load", line) for line in lines] == [fast + LINE] * 5
    again = [cycles(core, program, "load", line) for line in lines[1:]]
    assert again == [fast] * 4, "the first replacement takes way 0"
    assert cycles(core, program, "load", lines[0]) == fast + LINE


def test_load_multiple_across_lines_waits_for_both(program: Program) -> None:
    core = machine(program)
    fast = warm(core, program, "block", DTCM + 0x800)
    assert cycles(core, program, "block", OCRAM + 16) == fast + 2 * LINE
    assert cycles(core, program, "block", OCRAM + 16) == fast


@pytest.mark.parametrize(
    ("name", "tex_s_c_b", "cached"),
    [
        ("strongly ordered", 0b000_0_00, False),
        ("device", 0b000_0_01, False),
        ("write-through", 0b000_0_10, True),
        ("write-back", 0b000_0_11, True),
        ("not cacheable", 0b001_0_00, False),
        ("write-back, write-allocate", 0b001_0_11, True),
        ("inner not cacheable", 0b101_0_00, False),
        ("inner write-through", 0b101_0_10, True),
        ("write-back, shared", 0b000_1_11, False),
    ],
)
def test_the_mpu_says_what_is_cached(program: Program, name: str, tex_s_c_b: int, cached: bool) -> None:
    core = machine(program)
    attributes(core, 0, 0x0000_0000, 32, 0b000_0_11)
    attributes(core, 1, OCRAM, 18, tex_s_c_b)
    poke(core, CTRL, 1)
    fast = warm(core, program, "load", DTCM + 0x800)
    first, second = cycles(core, program, "load"), cycles(core, program, "load")
    assert (first - fast, second - fast) == ((LINE, 0) if cached else (WORD, WORD))


# ------------------------------------------------------------------ stores
def test_a_store_allocates_a_line_where_the_memory_says_so(program: Program) -> None:
    core = machine(program)
    fast = warm(core, program, "store", DTCM + 0x800)
    fills = core.cache_fills[0]
    assert cycles(core, program, "store") == fast, "the store buffer takes it"
    assert core.cache_fills[0] == fills + 1
    assert warm(core, program, "load") == fast


def test_the_store_buffer_has_four_entries(program: Program) -> None:
    """Six stores that each take WORD cycles: the fifth and the sixth wait for an entry."""
    core = machine(program, ccr=IC)
    fast = warm(core, program, "stores", DTCM + 0x800)
    assert cycles(core, program, "stores") - fast == pytest.approx(2 * WORD, abs=6)


def test_a_barrier_waits_until_the_store_buffer_is_empty(program: Program) -> None:
    core = machine(program, ccr=IC)
    fast = warm(core, program, "wait")
    warm(core, program, "store", DTCM + 0x800)
    cycles(core, program, "store", OCRAM)
    assert cycles(core, program, "wait") - fast in range(WORD - 8, WORD)


def test_stores_to_a_device_are_buffered_and_loads_wait_for_them(program: Program) -> None:
    """A store lets the core go on; a load behind it waits for that store and for itself (DDI 0489F 5.9.2)."""
    core = machine(program)
    core.set_cost("peripheral_access", 31)
    core.add_device("timer", 0x4000_0000, 0x100, [(0, 4, 0, 0, 0xFFFFFFFF, 0, 0xFFFFFFFF, 0)])
    fast = warm(core, program, "load", DTCM + 0x800)
    assert warm(core, program, "load", 0x4000_0000) == fast + 30
    warm(core, program, "store", DTCM + 0x800)
    assert cycles(core, program, "store", 0x4000_0000) == fast
    assert cycles(core, program, "load", 0x4000_0000) - fast in range(2 * 30 - 4, 2 * 30)


# ------------------------------------------------------------------ instructions
def test_straight_code_waits_for_each_line_once(program: Program) -> None:
    """64 instructions of four bytes lie in eight lines."""
    core = machine(program)
    cold = cycles(core, program, "straight")
    assert cold == cycles(core, program, "straight") + 8 * LINE + LINE, "and that of the breakpoint behind them"
    assert core.cache_fills[1] == 9


def test_without_the_instruction_cache_every_doubleword_is_fetched(program: Program) -> None:
    core = machine(program, ccr=DC)
    cached = machine(program)
    cycles(cached, program, "straight")
    fast = cycles(cached, program, "straight")
    assert [cycles(core, program, "straight") for _ in range(2)] == [fast + 32 * WORD] * 2


def test_lines_in_sequence_come_sooner_from_a_controller_that_reads_on(program: Program) -> None:
    """The next line takes 30 cycles from the end of the one before, less what the core does meanwhile: 4 cycles for
    eight instructions in pairs."""
    core = machine(program, next_line=30)
    cold = cycles(core, program, "straight")
    fast = cycles(core, program, "straight")
    assert cold - fast == LINE + 8 * (30 - 4)


def test_an_it_block_needs_all_its_lines(program: Program) -> None:
    """IT stands at the end of a line, its block in the next; a page of code forgets what an evicted line had."""
    core = machine(program)
    cold = cycles(core, program, "blocks")
    fast = cycles(core, program, "blocks")
    assert cold - fast == 2 * LINE
    for way in (1, 2, 3):  # 16 KB apart: the same set of the instruction cache
        core.write(FLASH + (program[1]["blocks"] & ~31) + 32 + 0x4000 * way, bytes.fromhex("00bf") * 8)
        core.set_cpu("pc", FLASH + (program[1]["blocks"] & ~31) + 32 + 0x4000 * way)
        core.run(10**12, 1)
    assert cycles(core, program, "blocks") == fast + LINE


# ------------------------------------------------------------------ maintenance
def set_and_way(address: int, way: int) -> int:
    return way << 30 | address & 0x1FE0


@pytest.mark.parametrize(
    ("name", "register", "value", "kept"),
    [
        ("DCIMVAC", DCIMVAC, OCRAM + 8, False),
        ("DCISW", DCISW, set_and_way(OCRAM, 0), False),
        ("DCISW of another way", DCISW, set_and_way(OCRAM, 1), True),
        ("DCCISW", DCCISW, set_and_way(OCRAM, 0), False),
        ("DCCMVAC", DCCMVAC, OCRAM, True),
        ("DCIMVAC of another line", DCIMVAC, OCRAM + 32, True),
        ("ICIALLU", ICIALLU, 0, True),
    ],
)
def test_data_cache_maintenance(program: Program, name: str, register: int, value: int, kept: bool) -> None:
    core = machine(program)
    fast = warm(core, program, "load", DTCM + 0x800)
    cycles(core, program, "load")
    poke(core, register, value)
    assert warm(core, program, "load") == fast + (0 if kept else LINE)


@pytest.mark.parametrize(("name", "register", "lines"), [("ICIALLU", ICIALLU, 9), ("ICIMVAU", ICIMVAU, 1)])
def test_instruction_cache_maintenance(program: Program, name: str, register: int, lines: int) -> None:
    core = machine(program)
    cycles(core, program, "straight")
    fast = cycles(core, program, "straight")
    poke(core, register, FLASH + program[1]["straight"] + 64)
    assert cycles(core, program, "straight") == fast + lines * LINE


def test_a_clean_line_is_written_back_no_second_time(program: Program) -> None:
    """DCCMVAC of a dirty line puts it into the store buffer; a barrier behind it then waits for it."""
    core = machine(program)
    fast = warm(core, program, "wait")
    for expected in (True, False):
        warm(core, program, "store" if expected else "load")
        cycles(core, program, "wait")
        poke(core, DCCMVAC, OCRAM)
        assert (cycles(core, program, "wait") > fast) is expected


def test_reset_leaves_nothing_in_the_caches(program: Program) -> None:
    """They come out of reset invalid and off (DDI 0489F 5.9)."""
    core = machine(program)
    fast = warm(core, program, "load", DTCM + 0x800)
    cycles(core, program, "load")
    core.reset()
    core.start(DTCM)
    assert not core_word(core, CCR) & (DC | IC)
    poke(core, CCR, core_word(core, CCR) | DC | IC)
    assert warm(core, program, "load") == fast + LINE


# ------------------------------------------------------------------ exactness
def trail(core: Core, program: Program, slices: Sequence[int]) -> tuple[int, ...]:
    """500 instructions of a loop with misses of both kinds, in runs of so many instructions in turn."""
    core.set_cpu("pc", FLASH + program[1]["loop"])
    core.set_cpu("r0", OCRAM)
    end, turn = core.instructions + 500, 0
    while core.instructions < end:
        core.run(10**12, min(slices[turn % len(slices)], end - core.instructions))
        turn += 1
    return (core.cycles, core.get_cpu("pc"), *core.cache_fills, *(core.get_cpu(f"r{k}") for k in range(8)))


@pytest.mark.parametrize("slices", [(1,), (3, 5), (7,)])
def test_slices_of_a_run_change_nothing(program: Program, slices: tuple[int, ...]) -> None:
    assert trail(machine(program), program, slices) == trail(machine(program), program, (500,))


def test_slices_of_time_change_nothing(program: Program) -> None:
    """A limit of time may fall into a fill: the run ends behind it, and the next goes on there."""
    whole, parts = machine(program), machine(program)
    for core in (whole, parts):
        core.set_cpu("pc", FLASH + program[1]["loop"])
        core.set_cpu("r0", OCRAM)
        core.set_breakpoint(FLASH + program[1]["loop_end"], True)
    whole.run(10**12)
    while parts.run(170_000).reason == native.STOP_TIME:
        pass
    assert (parts.cycles, parts.instructions, parts.cache_fills) == (
        whole.cycles,
        whole.instructions,
        whole.cache_fills,
    )


def test_snapshots_hold_the_tags(program: Program) -> None:
    core = machine(program)
    trail(core, program, (200,))
    snapshot = core.take_snapshot()
    expected = trail(core, program, (500,))
    core.restore_snapshot(snapshot)
    assert trail(core, program, (500,)) == expected
    other = machine(program)
    other.restore_snapshot(snapshot)
    assert trail(other, program, (500,)) == expected


# ------------------------------------------------------------------ what is refused
def test_a_cache_that_no_core_has_is_refused() -> None:
    with pytest.raises(CoreError):
        Core({**CONFIG_M7, "ccsidr": (0xF01FE01A, 0)})  # lines of 64 bytes


def test_a_bus_without_cycles_is_refused() -> None:
    core = Core(CONFIG_M7)
    region = core.add_region("ocram", OCRAM, 0x400, native.READ)
    with pytest.raises(CoreError, match="ocram behind the bus: 0 cycles a line, 20 a word; at least 1"):
        core.set_region_bus(region, line=0, word=20)
