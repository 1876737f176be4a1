"""The tracing programs in slices, with a snapshot after each: what they print is what one run prints.

Slices end at any instruction: in IT blocks, before a pending interrupt, while FP registers wait to be stored, inside of
handlers. After each one the core runs ahead and is put back.
"""

from __future__ import annotations

import random

import pytest
from bare_metal import Program
from trace_images import MACHINES, trace_image

from digitrig.native.core import STOP_EXIT, STOP_INSTRUCTIONS

LONG = 10**13  # ps: more than any of the programs takes


@pytest.mark.parametrize("name", MACHINES)
def test_slices_with_snapshots_print_what_one_run_prints(name: str) -> None:
    elf, config = trace_image(name), MACHINES[name].config
    whole = Program.load(elf, config)
    end = whole.run()
    assert end.reason == STOP_EXIT
    sliced, text = Program.load(elf, config), ""
    lengths = random.Random(7)
    while True:
        stop = sliced.core.run(LONG, lengths.choice((1, 2, 3, 50, 700, 5000)))
        text += sliced.console()
        if stop.reason != STOP_INSTRUCTIONS:
            break
        snapshot = sliced.core.take_snapshot()
        sliced.core.run(LONG, lengths.choice((1, 5, 300)))
        sliced.console()  # printed by the run that is undone
        sliced.core.restore_snapshot(snapshot)
    assert text == whole.console()
    assert (stop.reason, stop.pc, stop.cycles, stop.instructions) == (end.reason, end.pc, end.cycles, end.instructions)


@pytest.mark.parametrize("name", MACHINES)
def test_another_core_goes_on_from_a_snapshot(name: str) -> None:
    elf, config = trace_image(name), MACHINES[name].config
    first, second = Program.load(elf, config), Program.load(elf, config)
    first.core.run(LONG, 100_003)
    first.console()
    second.core.restore_snapshot(first.core.take_snapshot())
    ends = first.run(), second.run()
    assert ends[0] == ends[1]
    assert ends[0].reason == STOP_EXIT
    assert first.console() == second.console()
