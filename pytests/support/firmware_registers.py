"""Firmware in Unicorn, with registers as plain storage: what start-up code writes, in order.

Only the few status bits that the code waits for follow something; each test says which.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

unicorn = pytest.importorskip("unicorn", reason="unicorn is not installed (pip install -e .[test])")
arm = pytest.importorskip("unicorn.arm_const")

TOOLCHAINS = [
    "zig",
    pytest.param(
        "gcc",
        marks=pytest.mark.skipif(
            shutil.which("arm-none-eabi-gcc") is None,
            reason="arm-none-eabi-gcc is not installed (apt install gcc-arm-none-eabi)",
        ),
    ),
]
HANG = Path(__file__).parents[1] / "firmware" / "programs" / "hang.c"

# Given all that is stored, by word address, and the stored word: the word that is read.
Live = Callable[[Mapping[int, int], int], int]

PERIPHERALS = ((0x40000000, 0x400000), (0xE0000000, 0x100000))


class Registers:
    """Storage for peripherals, and everything that was written, in order: (address, width, value)."""

    def __init__(self, reset: Mapping[int, int], live: Mapping[int, Live]) -> None:
        self.stored = dict(reset)
        self.live = live
        self.writes: list[tuple[int, int, int]] = []

    def read(self, address: int, width: int) -> int:
        word = address & ~3
        value = self.stored.get(word, 0)
        if word in self.live:
            value = self.live[word](self.stored, value)
        return value >> 8 * (address & 3) & (1 << 8 * width) - 1

    def write(self, address: int, width: int, value: int) -> None:
        self.writes.append((address, width, value))
        word, shift = address & ~3, 8 * (address & 3)
        mask = (1 << 8 * width) - 1 << shift
        self.stored[word] = self.stored.get(word, 0) & ~mask | value << shift

    def byte(self, address: int) -> int:
        return self.stored.get(address & ~3, 0) >> 8 * (address & 3) & 0xFF

    def written(self, low: int, high: int) -> list[tuple[int, int]]:
        """(address, value) of the writes to that range, in order."""
        return [(address, value) for address, _, value in self.writes if low <= address < high]


def ones(bits: int) -> Live:
    """A register in which these bits always read 1."""
    return lambda _stored, value: value | bits


def run(
    elf: Path,
    model: int,
    memories: list[tuple[int, int]],
    vectors: int,
    registers: Registers,
    peripherals: tuple[tuple[int, int], ...] = PERIPHERALS,
    rom: Mapping[int, bytes] = {},
) -> Registers:
    """Run from reset until the program spins in main; at most 400,000 instructions.

    memories: (base, size).  vectors: address of the vector table.  peripherals: (base, size) of what `registers` holds.
    rom: bytes by address, inside `memories`.
    """
    machine = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS)
    machine.ctl_set_cpu_model(model)
    for base, size in memories:
        machine.mem_map(base, size)
    for address, data in rom.items():
        machine.mem_write(address, data)
    for base, size in peripherals:
        machine.mmio_map(
            base,
            size,
            lambda _uc, offset, width, base: registers.read(base + offset, width),
            base,
            lambda _uc, offset, width, value, base: registers.write(base + offset, width, value),
            base,
        )
    with elf.open("rb") as stream:
        for segment in ELFFile(stream).iter_segments("PT_LOAD"):
            if segment["p_filesz"]:
                machine.mem_write(segment["p_paddr"], segment.data())
    stack, entry = (int.from_bytes(machine.mem_read(vectors + at, 4), "little") for at in (0, 4))
    machine.reg_write(arm.UC_ARM_REG_SP, stack)
    machine.emu_start(entry, 0xFFFFFFFE, count=400_000)
    return registers
