"""The speed of the cores on work of CoreMark's kind, beside QEMU: a bare program, the same file for both."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from digitrig.cli import qemu
from digitrig.errors import EngineError

RUNS = 2000
BEST_OF = 3
CODE_SIZE, RAM, RAM_SIZE = 256 * 1024, 0x20000000, 16 * 1024  # as in bench_support/qemu.ld
LIMIT_PS = 10**15
BOARD_OF_CORE = {"cortex-m0+": "frdm_k32l2b", "cortex-m7": "mimxrt1060_evk"}  # whose core and costs are taken


def measure_workload(core: str, with_qemu: bool) -> dict[str, Any]:
    """One core's figures: mips, qemu_mips and qemu_ratio (None without QEMU), instructions of a round."""
    with tempfile.TemporaryDirectory(prefix="digitrig-bench-") as name:
        folder, twin = Path(name), qemu.TWINS[core]
        elves = [folder / f"work-{runs}.elf" for runs in (RUNS, 2 * RUNS)]
        for elf, runs in zip(elves, (RUNS, 2 * RUNS), strict=True):
            qemu.link(twin, elf, runs, ["workload.c", "classic.c"], [])
        measured = [run_on_core(core, elves[1]) for _ in range(BEST_OF)]
        mips = max(executed / spent / 1e6 for executed, spent in measured)
        executed = measured[0][0] - run_on_core(core, elves[0])[0]
        qemu_mips = None
        if with_qemu and qemu.available():
            qemu_mips = executed / qemu.difference(twin, *elves) / 1e6
    return {
        "core": core,
        "mips": mips,
        "qemu_mips": qemu_mips,
        "qemu_ratio": None if qemu_mips is None else mips / qemu_mips,
        "qemu_machine": None if qemu_mips is None else twin.machine,
        "instructions": executed // RUNS,
    }


def run_on_core(core: str, elf: Path) -> tuple[int, float]:
    """(instructions, CPU seconds of the host) of a bare program on a core with exact cycles.

    Raises EngineError if it does not end by itself with status 0.
    """
    from digitrig.engines.embedded.assembly import cost_table, make_core
    from digitrig.engines.image import MemoryRange, Target, load_image
    from digitrig.native import core as native
    from digitrig.platform import load_board

    spec = load_board(BOARD_OF_CORE[core])
    bare = make_core(spec)
    bare.add_region("code", 0, CODE_SIZE, native.READ | native.EXECUTE)
    bare.add_region("ram", RAM, RAM_SIZE, native.READ | native.WRITE | native.EXECUTE)
    cost_table(spec).apply(bare)
    memory = (MemoryRange("code", 0, CODE_SIZE), MemoryRange("ram", RAM, RAM_SIZE))
    for base, data in load_image(elf, Target("bench", core, memory, 0, None)).segments:
        bare.write(base, data)
    bare.start(0)
    begun = time.process_time()
    stop = bare.run(LIMIT_PS)
    spent = time.process_time() - begun
    if (stop.reason, stop.detail) != (native.STOP_EXIT, 0):
        raise EngineError(f"the workload did not end well on {core}: reason {stop.reason}, status {stop.detail}")
    executed = stop.instructions
    bare.close()
    return executed, spent
