"""The firmware's kernels compiled for Cortex-M0+ and Cortex-M7, run in Unicorn: the assembly and the real SIMD."""

from __future__ import annotations

import ctypes
import hashlib
import os
import subprocess
import sys
from pathlib import Path

from elftools.elf.elffile import ELFFile
from kernel_host import AnyKernels, parameter_structs
from unicorn import UC_ARCH_ARM, UC_MODE_MCLASS, UC_MODE_THUMB, Uc
from unicorn.arm_const import (
    UC_ARM_REG_LR,
    UC_ARM_REG_R0,
    UC_ARM_REG_R4,
    UC_ARM_REG_R8,
    UC_ARM_REG_SP,
    UC_CPU_ARM_CORTEX_M0,
    UC_CPU_ARM_CORTEX_M7,
)

from digitrig.resources import build_dir, firmware_dir

CORES = {"m0plus": UC_CPU_ARM_CORTEX_M0, "m7": UC_CPU_ARM_CORTEX_M7}
CODE, RAM, STACK, STOP = 0x0000_0000, 0x2000_0000, 0x2010_0000, 0x000F_0000
SIZE = 0x10_0000
FLAGS = "-O2 -std=gnu11 -ffreestanding -fno-builtin -fomit-frame-pointer -g -nostdlib -Wl,-e,0 -Wl,--no-gc-sections"
SAVED = range(UC_ARM_REG_R4, UC_ARM_REG_R8 + 4)  # r4 to r11, which a function has to leave as they were


def linked(core: str, more: tuple[Path, ...] = ()) -> Path:
    """ELF file of all kernels for a core, with more sources; made once for what is in the files."""
    kernels = firmware_dir() / "kernels"
    sources = [*sorted(kernels.glob("*.c")), firmware_dir() / "common" / "memory.c", *more]
    digest = hashlib.sha256(f"{core} {FLAGS}".encode())
    for path in (*sorted(kernels.glob("*.h")), *sources):
        digest.update(path.name.encode() + path.read_bytes())
    target = build_dir() / "host_kernels" / f"{core}-{digest.hexdigest()[:16]}.elf"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        half = target.with_suffix(f".{os.getpid()}.tmp")
        command = [sys.executable, "-m", "ziglang", "cc", "-target", "thumb-freestanding-eabi", f"-mcpu=cortex_{core}"]
        command += [*FLAGS.split(), f"-I{firmware_dir()}", f"-I{kernels}", *map(str, sources)]
        command += ["-lcompiler_rt", "-o", str(half)]
        subprocess.run(command, check=True, capture_output=True, text=True)
        half.replace(target)
    return target


class TargetKernels(AnyKernels):
    """The kernels on one core."""

    def __init__(self, core: str, more: tuple[Path, ...] = ()) -> None:
        self.form = core
        self.structs = parameter_structs(ctypes.c_uint32)
        self._machine = Uc(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS)
        self._machine.ctl_set_cpu_model(CORES[core])
        self._machine.mem_map(CODE, SIZE)
        self._machine.mem_map(RAM, SIZE)
        with linked(core, more).open("rb") as stream:
            elf = ELFFile(stream)
            for segment in elf.iter_segments("PT_LOAD"):
                self._machine.mem_write(segment["p_vaddr"], segment.data())
            symbols = elf.get_section_by_name(".symtab").iter_symbols()
            self._functions = {s.name: s["st_value"] for s in symbols if s["st_info"]["type"] == "STT_FUNC"}
        self._next = RAM

    def place(self, data: bytes) -> int:
        address = self._next
        self._next = (address + len(data) + 15) // 16 * 16
        if self._next > STACK - 0x1000:
            raise AssertionError("no room for the arrays of this test")
        self._machine.mem_write(address, data)
        return address

    def call(self, name: str, arguments: list[int]) -> None:
        machine = self._machine
        for number, argument in enumerate(arguments[:4]):
            machine.reg_write(UC_ARM_REG_R0 + number, argument)
        pushed = b"".join(argument.to_bytes(4, "little") for argument in arguments[4:])
        stack = STACK - (len(pushed) + 7) // 8 * 8
        machine.mem_write(stack, pushed)
        for register in SAVED:
            machine.reg_write(register, 0xA5000000 + register)
        machine.reg_write(UC_ARM_REG_SP, stack)
        machine.reg_write(UC_ARM_REG_LR, STOP | 1)
        machine.emu_start(self._functions[name] | 1, STOP)
        changed = [r for r in SAVED if machine.reg_read(r) != 0xA5000000 + r]
        if changed or machine.reg_read(UC_ARM_REG_SP) != stack:
            raise AssertionError(f"{name} ({self.form}) does not restore its caller's registers")

    def read(self, address: int, length: int) -> bytes:
        return bytes(self._machine.mem_read(address, length))

    def forget(self) -> None:
        self._next = RAM
