"""The kernel of the rtos app on the emulated parts: programs/kernel.c plays each scenario and says what came of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from digitrig.board import Board
from digitrig.firmware_build import build_program

PROGRAM = Path(__file__).parent / "programs" / "kernel.c"
MISUSE = PROGRAM.with_name("misuse.c")
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


@pytest.mark.parametrize(
    ("name", "letter", "expected"),
    [
        (name, letter, expected)
        for name, udf, bus in (
            ("frdm_k32l2b", "hard fault", "hard fault"),
            ("mimxrt1060_evk", "undefined instruction", "bus error"),
        )
        for letter, expected in (
            ("m", "a mutex was given back by a thread that does not hold it"),
            ("t", "too many threads"),
            ("u", udf),
            ("b", bus),
        )
    ],
)
def test_a_fault_in_a_thread_is_told_with_its_place(name: str, letter: str, expected: str) -> None:
    """Nothing answers at 0x30000000; a read is precise (Armv7-M ARM B3.2.15)."""
    with Board(name, elf=build_program(MISUSE, name)) as board:
        board.run_for(50)
        board.send(letter)
        board.run_for(50)
        (line,) = [text for _, text in board.lines()]
        place = int(line.rpartition(" pc=")[2].split()[0], 16)
        if letter in "ub":
            assert board.machine.function_at(place).split("+")[0] in ("run", "misuse"), "one may be part of the other"
    assert line.startswith(f"fault: {expected} pc=0x")
