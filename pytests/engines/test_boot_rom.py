"""The LPC845's ROM routines, run on the core; and the flash access time that a program sets while it runs from flash.

Expected values: fsl_clock.c of NXP's SDK decodes FROOSCCTRL bits 1 and 0 as 0 = 18, 1 = 24, 2 = 30 MHz; UM11029,
chapter "Flash controller".
"""

from __future__ import annotations

import struct

import pytest

from digitrig.engines.embedded.machine import EmbeddedMachine
from digitrig.errors import PlatformError
from digitrig.platform import load_board
from digitrig.platform.board import load_board_file
from digitrig.protocols import StopReason

RAM, FROOSCCTRL = 0x10000000, 0x40048028
SET_FRO, IAP = 0x0F0026F4, 0x0F001FF0
NOP, STR_R1_R0, MOVS_R0_1 = 0x46C0, 0x6001, 0x2001


@pytest.fixture
def machine():
    machine = EmbeddedMachine(load_board("lpc845_brk"))
    machine.core.write(0, struct.pack("<2I", RAM + 0x1000, RAM | 1))
    machine.core.start(0)
    yield machine
    machine.close()


def call(machine: EmbeddedMachine, address: int, r0: int, r1: int = 0) -> None:
    """Run from there until it returns to a breakpoint in RAM."""
    back = RAM + 0x800
    machine.set_breakpoint(back)
    for name, value in (("r0", r0), ("r1", r1), ("lr", back | 1), ("pc", address)):
        machine.core.set_cpu(name, value)
    assert machine.run(10**9).reason is StopReason.BREAKPOINT


@pytest.mark.parametrize(("khz", "choice"), [(18_000, 0), (24_000, 1), (30_000, 2)])
def test_the_fro_routine_leaves_its_choice_where_nxps_driver_reads_it(machine, khz, choice):
    syscon = machine.services.models["syscon"]
    syscon.set("FROOSCCTRL", 1 << 17 | 3)
    call(machine, SET_FRO, khz)
    assert syscon.get("FROOSCCTRL") == 1 << 17 | choice
    assert machine.core.get_cpu("r4") == 0, "registers that a call must keep are kept"


def test_in_application_programming_answers_invalid_command(machine):
    call(machine, IAP, RAM + 0x900, RAM + 0x940)
    assert struct.unpack("<I", machine.memory.read(RAM + 0x940, 4)) == (1,)


def test_a_program_in_flash_sets_its_own_access_time(machine):
    """NOPs take 3 cycles each with FLASHTIM = 2, then 1 with 0: a fetch of a halfword is all that they wait for."""
    nops = 20
    program = [NOP] * nops + [STR_R1_R0] + [NOP] * nops
    machine.core.write(0x100, struct.pack(f"<{len(program)}H", *program))
    for name, value in (("r0", 0x40040010), ("r1", 0), ("pc", 0x100)):
        machine.core.set_cpu(name, value)
    spans = []
    for count in (nops, 1, nops):
        before = machine.core.cycles
        machine.run(10**9, count)
        spans.append(machine.core.cycles - before)
    assert (spans[0], spans[2]) == (3 * nops, nops)


def test_access_time_comes_back_with_a_snapshot(machine):
    snapshot = machine.snapshot()
    flash = machine.services.models["flashctrl"]
    flash.set("FLASHCFG", 0)
    flash.on_write("FLASHCFG", 0, 2, 0)
    machine.restore(snapshot)
    machine.core.write(0x100, struct.pack("<4H", *[NOP] * 4))
    machine.core.set_cpu("pc", 0x100)
    before = machine.core.cycles
    machine.run(10**9, 4)
    assert machine.core.cycles - before == 12


@pytest.mark.parametrize(
    ("line", "found"),
    [("0x0F001FF1: [1]", "no even address"), ("0x0F004000: [1]", "no even address"), ("x: [1]", "no")],
)
def test_rom_code_outside_its_memory_is_refused(tmp_path, line, found):
    spec = load_board("lpc845_brk")
    text = spec.file.read_text().replace("0x0F001FF0: [0x2201, 0x600A, 0x4770]", line)
    (tmp_path / "lpc845_brk.yaml").write_text(text)
    repl = spec.repl.read_text().replace('"../cpus/', f'"{spec.repl.parent.parent}/cpus/')
    (tmp_path / "lpc845_brk.repl").write_text(repl)
    with pytest.raises(PlatformError, match=found):
        load_board_file(tmp_path / "lpc845_brk.yaml")
