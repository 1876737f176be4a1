"""A bare core with a little memory, on which single instructions can be run: what device tests need of a CPU."""

from __future__ import annotations

import struct
from typing import Any

from digitrig.native import core as native
from digitrig.native.core import Core, RawStop

FLASH, RAM = 0x00000000, 0x20000000
FULL = 0xFFFFFFFF

CONFIG_M0PLUS: dict[str, Any] = {
    "core": 0,
    "irq_count": 32,
    "priority_bits": 2,
    "mpu_regions": 0,
    "has_vtor": 1,
    "has_fpu": 0,
    "cpuid": 0x410CC601,
    "systick_external_hz": 3_000_000,
    "systick_calib": 0,
    "clock_hz": 48_000_000,
}

# Thumb encodings (DDI 0419 A6.7): STR/STRH/STRB r1,[r0] and LDR/LDRH/LDRB r1,[r0], all with offset 0.
STORE = {4: 0x6001, 2: 0x8001, 1: 0x7001}
LOAD = {4: 0x6801, 2: 0x8801, 1: 0x7801}
WFI, BRANCH_BACK = 0xBF30, 0xE7FD  # wfi; b .-2


class Guest:
    """A core with 4 KB flash at 0 and 16 KB RAM at 0x20000000; handlers of all exceptions spin."""

    def __init__(self, **config: Any) -> None:
        self.core = Core({**CONFIG_M0PLUS, **config})
        self.core.add_region("flash", FLASH, 4096, native.READ | native.EXECUTE)
        self.core.add_region("ram", RAM, 16384, native.READ | native.WRITE | native.EXECUTE)
        vectors = [RAM + 16384, 0x201] + [0x301] * 62
        self.core.write(0, struct.pack("<64I", *vectors))
        self.core.write(0x300, struct.pack("<H", 0xE7FE))  # b .
        self.program(WFI, BRANCH_BACK)

    def program(self, *halfwords: int) -> None:
        """Put code at 0x200 and start there."""
        self.core.write(0x200, struct.pack(f"<{len(halfwords)}H", *halfwords))
        self.core.reset()
        self.core.start(0)

    def _one(self, halfword: int, address: int, value: int) -> RawStop:
        self.core.write(0x280, struct.pack("<H", halfword))
        saved = {name: self.core.get_cpu(name) for name in ("pc", "r0", "r1")}
        for name, content in (("r0", address), ("r1", value), ("pc", 0x280)):
            self.core.set_cpu(name, content)
        stop = self.core.run(10**9, 1)
        self.result = self.core.get_cpu("r1")
        self.faulted = self.core.get_cpu("xpsr") & 0x1FF != 0
        if not self.faulted:
            for name, content in saved.items():
                self.core.set_cpu(name, content)
        return stop

    def store(self, address: int, value: int, width: int = 4) -> None:
        """One store instruction; `faulted` tells whether it raised an exception."""
        self._one(STORE[width], address, value)

    def load(self, address: int, width: int = 4) -> int:
        """One load instruction."""
        self._one(LOAD[width], address, 0)
        return self.result

    def sleep(self, ps: int) -> RawStop:
        """Let virtual time pass in WFI."""
        return self.core.run(ps)


def row(
    offset: int, *, width: int = 4, reset: int = 0, write: int = FULL, w1c: int = 0, flags: int = 0
) -> tuple[int, ...]:
    """A dr_register row: every bit readable, none reserved."""
    return (offset, width, flags, reset, write, w1c, FULL, 0)
