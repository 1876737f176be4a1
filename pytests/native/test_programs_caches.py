"""A program with all sorts of instructions on caches of a few lines: evicted all the time, it computes the same.

Code and data lie behind the bus. So few sets are far too few for the program, so that instructions are dropped and
decoded again, in IT blocks, across lines and under branches that run together with what is before them.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import check_values
import pytest
from bare_metal import CONFIG_M7, DATA, PROGRAMS, Program, build

from digitrig.native.core import STOP_EXIT, STOP_INSTRUCTIONS
from digitrig.timing import CORTEX_M7

OPERANDS, DATA_KIB, PAIRS = DATA + 0x20000, 128, 64
CCR, DC, IC, STKALIGN = 0xE000ED14, 1 << 16, 1 << 17, 1 << 9
OPTIONS = ("-target", "thumb-freestanding-eabihf", "-mcpu=cortex_m7+fp_armv8d16", "-O2", "-ffp-contract=off")
OPTIONS += ("-fno-math-errno", "-fno-stack-protector", "-Wno-infinite-recursion")

Trail = tuple[Any, ...]


@pytest.fixture(scope="module")
def elf() -> Path:
    """The checking program for the Cortex-M7, with double precision."""
    return build("caches-check", sorted((PROGRAMS / "check").glob("*.c")), "zig", OPTIONS, DATA_KIB)


def operands() -> bytes:
    """struct operand_block of check.h"""
    pairs, singles, doubles = check_values.operands(2026)
    block = b""
    for form, rows in (("<QQ", pairs), ("<QQ", doubles), ("<II", singles)):
        block += b"".join(struct.pack(form, *row) for row in rows).ljust(PAIRS * struct.calcsize(form), b"\0")
    return block + struct.pack("<3I", len(pairs), len(singles), len(doubles))


def ccsidr(sets: int, ways: int) -> int:
    return sets - 1 << 13 | ways - 1 << 3 | 1


def loaded(elf: Path, sets: int, ways: int) -> Program:
    """The program on a core with such caches, enabled; sets 0: without caches, everything tightly coupled."""
    caches = {"ccsidr": (ccsidr(sets, ways),) * 2} if sets else {}
    program = Program.load(elf, {**CONFIG_M7, **caches}, 2 * DATA_KIB)
    core = program.core
    CORTEX_M7.apply(core)
    core.write(OPERANDS, operands())
    if sets:
        core.set_region_bus(0, line=30, word=12, next_line=20, buffered=4)
        core.set_region_bus(1, line=24, word=12)
        start = core.get_cpu("pc")
        core.write(OPERANDS + 0x10000, bytes.fromhex("0160"))  # str r1, [r0]
        for name, value in (("r0", CCR), ("r1", DC | IC | STKALIGN), ("pc", OPERANDS + 0x10000)):
            core.set_cpu(name, value)
        assert core.run(10**12, 1).instructions
        core.set_cpu("pc", start)
    return program


def run(elf: Path, sets: int, ways: int, slices: int = 2**62) -> tuple[Trail, Trail]:
    """(what the program has computed, what it has cost) in runs of so many instructions."""
    program = loaded(elf, sets, ways)
    core, before = program.core, program.core.instructions
    while (stop := core.run(10**14, slices)).reason == STOP_INSTRUCTIONS:
        pass
    assert (stop.reason, stop.detail) == (STOP_EXIT, 0)
    count = struct.unpack("<I", program.read("result_count"))[0]
    results = program.read("results", 4 * count)
    return (results, program.console(), core.instructions - before), (core.cycles, core.cache_fills)


@pytest.mark.parametrize(("sets", "ways"), [(1, 1), (2, 2), (8, 2), (64, 4)])
def test_evictions_change_cycles_and_nothing_else(elf: Path, sets: int, ways: int) -> None:
    computed, cost = run(elf, sets, ways)
    alone, least = run(elf, 0, 0)
    assert computed == alone
    assert cost[0] > least[0] and min(cost[1]) > sets * ways, "lines have been evicted"


@pytest.mark.parametrize("slices", [pytest.param(1, marks=pytest.mark.long), 7])
def test_steps_and_slices_evict_the_same_lines(elf: Path, slices: int) -> None:
    assert run(elf, 2, 2, slices) == run(elf, 2, 2)
