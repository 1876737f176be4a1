"""The kernel of the rtos app on the emulated parts: programs/kernel.c plays each scenario and says what came of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from digitrig.board import Board
from digitrig.firmware_build import build_program

PROGRAM = Path(__file__).parent / "programs" / "kernel.c"
SCENARIOS = 15
WITHOUT_GCC = pytest.mark.skipif(
    shutil.which("arm-none-eabi-gcc") is None,
    reason="arm-none-eabi-gcc is not installed (apt install gcc-arm-none-eabi)",
)
TOOLCHAINS = ["zig", pytest.param("gcc", marks=[WITHOUT_GCC, pytest.mark.long])]


@pytest.mark.parametrize("toolchain", TOOLCHAINS)
@pytest.mark.parametrize("name", ["frdm_k32l2b", "mimxrt1060_evk"])
def test_every_scenario_ends_as_it_should(name: str, toolchain: str) -> None:
    with Board(name, elf=build_program(PROGRAM, name, toolchain=toolchain)) as board:
        board.run_until_line("done", exact=True, timeout_ms=3000)
        found = [text for _, text in board.lines()][:-1]
    assert len(found) == SCENARIOS
    assert [text for text in found if not text.endswith(": ok")] == []
