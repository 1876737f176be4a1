"""Interrupts at random instructions leave every register, flag and byte as without them; snapshots too.

Handlers clobber all that the procedure call standard lets them clobber (r0 to r3, r12, lr, flags, s0 to s15, FPSCR), so
what comes back is what the exception model has stacked, or FP lazy stacking has preserved (DDI 0403E B1.5, DDI 0419
B1.5).
"""

from __future__ import annotations

import random
import struct
from pathlib import Path
from typing import Any

import pytest
from cpu_machine import CONFIG_M7, CPACR, IPR, ISER
from guest import CONFIG_M0PLUS
from random_programs import assemble, program

from digitrig.native import core as native
from digitrig.native.core import CPU_REGISTERS, Core

BUFFER, STACK_TOP = 0x20000100, 0x20004000
PROGRAMS, STORMS = 6, 6
CASES = [(v7, seed) for v7 in (False, True) for seed in range(PROGRAMS)]


class Runner:
    """A core with one random program; `final` is everything that the program computed."""

    def __init__(self, seed: int, v7: bool, folder: Path) -> None:
        self.v7 = v7
        config: dict[str, Any] = CONFIG_M7 if v7 else CONFIG_M0PLUS
        self.core = Core(config)
        self.core.add_region("flash", 0, 0x8000, native.READ | native.EXECUTE)
        self.core.add_region("ram", 0x20000000, 0x4000, native.READ | native.WRITE)
        code, self.names = assemble(program(seed, v7, 150, 12), v7, folder)
        vectors = [STACK_TOP, self.names["start"] | 1] + [self.names["handler"] | 1] * 60
        self.core.write(0, struct.pack(f"<{len(vectors)}I", *vectors))
        self.core.write(0x400, code)
        rng = random.Random(seed)
        self.core.write(BUFFER, rng.randbytes(256))
        self.core.start(0)
        self._system_register(ISER, 0xFFFFFFFF)
        if v7:
            self._system_register(CPACR, 0x00F00000)
        for word in range(8):  # 32 interrupts at four priorities
            self._system_register(IPR + 4 * word, int.from_bytes(rng.choices((0x00, 0x40, 0x80, 0xC0), k=4), "little"))
        for name in (f"r{i}" for i in range(13)):
            self.core.set_cpu(name, rng.getrandbits(32))
        for name in [f"s{i}" for i in range(32)] if v7 else []:
            self.core.set_cpu(name, struct.unpack("<I", struct.pack("<f", rng.uniform(-9, 9)))[0])
        self.core.set_cpu("r4", BUFFER)
        self.core.set_cpu("pc", self.names["start"])
        self.core.set_breakpoint(self.names["done"], True)
        self.core.run(10**9, 1)  # the instruction that makes the FP registers part of the context
        self.begin = self.core.instructions
        self.start = self.core.take_snapshot()

    def _system_register(self, address: int, value: int) -> None:
        self.core.write(0x7000, struct.pack("<H", 0x6001))  # str r1, [r0]
        for name, content in (("r0", address), ("r1", value), ("pc", 0x7000)):
            self.core.set_cpu(name, content)
        self.core.run(10**9, 1)

    def finish(self) -> native.RawStop:
        stop = self.core.run(10**12, 10**6)
        assert stop.reason == native.STOP_BREAKPOINT, (stop, [r.kind for r in self.core.log()])
        return stop

    def final(self) -> tuple[object, ...]:
        names = [n for n in CPU_REGISTERS if self.v7 or not (n.startswith("s") and n != "sp")]
        skipped = ("basepri", "faultmask", "fpscr") if not self.v7 else ()
        return (
            {name: self.core.get_cpu(name) for name in names if name not in skipped},
            self.core.read(BUFFER, 256),
        )


@pytest.fixture(params=CASES, ids=lambda case: f"{'m7' if case[0] else 'm0plus'}-{case[1]}")
def runner(request: pytest.FixtureRequest, tmp_path: Path) -> Runner:
    v7, seed = request.param
    return Runner(seed, v7, tmp_path)


def test_a_storm_of_interrupts_changes_nothing_that_the_program_sees(runner: Runner) -> None:
    runner.finish()
    expected, length = runner.final(), runner.core.instructions - runner.begin
    assert length > 1000
    for storm in range(STORMS):
        rng = random.Random(storm)
        runner.core.restore_snapshot(runner.start)
        taken = 0
        while taken < 150:
            stop = runner.core.run(10**12, rng.randrange(1, 2 * length // 100))
            if stop.reason == native.STOP_BREAKPOINT:
                break
            for _ in range(rng.choice((1, 1, 1, 2, 5))):
                runner.core.set_irq_pending(rng.randrange(32))
            taken += 1
        if stop.reason != native.STOP_BREAKPOINT:
            runner.finish()
        assert taken > 20
        assert runner.final() == expected, f"storm {storm}, {taken} rounds"


def test_interrupts_after_every_instruction_change_nothing(runner: Runner) -> None:
    runner.finish()
    expected, length = runner.final(), runner.core.instructions - runner.begin
    rng = random.Random(7)
    for first in sorted(rng.sample(range(length), 20)):
        runner.core.restore_snapshot(runner.start)
        runner.core.run(10**12, first + 1)
        for _ in range(12):  # back to back: in handlers too, so tail-chaining and late arrival are in it
            runner.core.set_irq_pending(rng.randrange(32))
            runner.core.run(10**12, rng.randrange(1, 4))
        runner.finish()
        assert runner.final() == expected, f"from instruction {first}"


def test_a_snapshot_between_any_two_instructions_of_a_storm_continues_exactly(runner: Runner) -> None:
    rng = random.Random(3)
    for _ in range(10):
        runner.core.restore_snapshot(runner.start)
        runner.core.run(10**12, rng.randrange(1, 1500))
        for _ in range(3):
            runner.core.set_irq_pending(rng.randrange(32))
        runner.core.run(10**12, rng.randrange(1, 30))
        middle = runner.core.take_snapshot()
        ends = []
        for _ in range(2):
            stop = runner.finish()
            ends.append((stop, runner.final()))
            runner.core.restore_snapshot(middle)
        assert ends[0] == ends[1]
