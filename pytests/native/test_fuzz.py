"""Hostile programs: whatever is in memory, a run ends by itself, with a reason, and twice the same.

Run on the ordinary build in `make test`, on the build with sanitizers in `make sanitize`; DIGITRIG_FUZZ_ROUNDS is how
many memories each core is fed.
"""

from __future__ import annotations

import os
import random
import struct

import pytest
from cpu_machine import CONFIG_M7
from guest import CONFIG_M0PLUS

from digitrig.native import core as native
from digitrig.native.core import CPU_REGISTERS, Core

ROUNDS = int(os.environ.get("DIGITRIG_FUZZ_ROUNDS", "300"))
RAM, RAM_SIZE, FLASH_SIZE = 0x20000000, 0x8000, 0x8000
LIMIT = 30_000
ENDS = {
    native.STOP_TIME,
    native.STOP_INSTRUCTIONS,
    native.STOP_ASLEEP,
    native.STOP_LOCKUP,
    native.STOP_RESET,
    native.STOP_EXIT,
}
# Halfwords that lead to interesting places more often than chance would.
SPICE = (0xDF00, 0xBE00, 0xBEAB, 0xDE00, 0xBF30, 0xBF20, 0xBF40, 0xB672, 0xB662, 0x4770, 0x4700, 0xE7FE, 0xF3EF, 0xE8BD)
SYSTEM = (0xE000E010, 0xE000E100, 0xE000E200, 0xE000E400, 0xE000ED04, 0xE000ED08, 0xE000ED0C, 0xE000ED14, 0xE000ED24)
MORE_SYSTEM = (0xE000ED88, 0xE000ED94, 0xE000ED98, 0xE000EDA0, 0xE000EF34, 0xE0001000, 0xE000EF00, 0xE000EDFC)
DEBUG = (0xE0001020, 0xE0001028, 0xE0001038, 0xE0001048, 0xE0002000, 0xE0002008)  # comparators and breakpoints


def machine(seed: int, v7: bool) -> Core:
    """A core with random code, random vectors, random registers, some of them pointing at system registers."""
    rng = random.Random(f"{seed} {v7}")
    core = Core(CONFIG_M7 if v7 else CONFIG_M0PLUS)
    core.add_region("flash", 0, FLASH_SIZE, native.READ | native.EXECUTE)
    core.add_region("ram", RAM, RAM_SIZE, native.READ | native.WRITE | native.EXECUTE)
    core.add_device("block", 0x40000000, 0x100, [(4 * i, 4, 0, 0, 0xFFFFFFFF, 0, 0xFFFFFFFF, 0) for i in range(32)])
    code = bytearray(rng.randbytes(FLASH_SIZE))
    for _ in range(FLASH_SIZE // 40):
        struct.pack_into("<H", code, 2 * rng.randrange(FLASH_SIZE // 2), rng.choice(SPICE))
    places = [rng.randrange(0x200, FLASH_SIZE) | 1 for _ in range(40)] + [RAM + rng.randrange(RAM_SIZE) | 1] * 8
    vectors = [RAM + 4 * rng.randrange(1, RAM_SIZE // 4)] + [
        rng.choice([*places, rng.getrandbits(32)]) for _ in range(79)
    ]
    vectors[1] = rng.randrange(0x200, FLASH_SIZE) | 1
    struct.pack_into("<80I", code, 0, *vectors)
    core.write(0, bytes(code))
    core.write(RAM, rng.randbytes(RAM_SIZE))
    core.start(0)
    for name in (f"r{i}" for i in range(13)):
        known = [RAM + 4 * rng.randrange(RAM_SIZE // 4), 0x40000000 + 4 * rng.randrange(64), rng.getrandbits(32)]
        core.set_cpu(name, rng.choice([*known, rng.choice(SYSTEM + MORE_SYSTEM + DEBUG)]))
    return core


def run(seed: int, v7: bool) -> tuple[object, ...]:
    rng = random.Random(seed)
    core = machine(seed, v7)
    trail = []
    for _ in range(8):
        stop = core.run(10**10, LIMIT // 8)
        assert stop.reason in ENDS, f"{stop} ({core.lib.dr_error(core.handle)!r})"
        trail.append(stop)
        for _ in range(rng.randrange(4)):
            core.set_irq_pending(rng.randrange(32))
        if stop.reason == native.STOP_RESET:
            core.reset()
            core.start(0)
        if rng.random() < 0.2:
            core.restore_snapshot(core.take_snapshot())
    registers = [core.get_cpu(name) for name in CPU_REGISTERS]
    log = [(r.kind, r.address, r.pc, r.count) for r in core.log()]
    state = (*trail, registers, core.read(RAM, RAM_SIZE), log)
    core.close()
    return state


@pytest.mark.parametrize("v7", [False, True], ids=["m0plus", "m7"])
def test_random_memory_ends_with_a_reason_and_always_the_same(v7: bool) -> None:
    for seed in range(ROUNDS):
        assert run(seed, v7) == run(seed, v7), f"seed {seed}"


@pytest.mark.parametrize("v7", [False, True], ids=["m0plus", "m7"])
@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("a jump into data", (0x4700,)),  # bx r0, r0 = RAM
        ("recursion without end", (0xB500, 0xF7FF, 0xFFFD)),  # push {lr}; bl .-2
        ("the stack in flash", (0x4685, 0xB5FF)),  # mov sp, r0; push {r0-r7, lr}
        ("code that overwrites itself", (0x467A, 0x8010, 0xE7FC)),  # mov r2, pc; strh r0, [r2]; b .-4
        ("a store over the vector table", (0x2100, 0x6008, 0xDF00)),  # movs r1, #0; str r0, [r1]; svc
        ("sleep that nothing ends", (0xB672, 0xBF30, 0xE7FC)),  # cpsid i; wfi; b .-4
    ],
)
def test_a_hostile_program_ends_in_a_named_way(v7: bool, what: str, code: tuple[int, ...]) -> None:
    for r0 in (RAM + 0x100, 0x300, 0xFFFFFFF1, 0xE000ED08, 0x20000001):
        core = machine(1, v7)
        core.write(RAM, struct.pack(f"<{len(code)}H", *code) + b"\xfe\xe7" * 4)
        core.set_cpu("r0", r0)
        core.set_cpu("pc", RAM)
        stop = core.run(10**10, LIMIT)
        assert stop.reason in ENDS, what
        core.close()
