"""A Cortex-M7 with its FPU on, that runs one floating-point instruction at a time."""

from __future__ import annotations

from collections.abc import Sequence

from digitrig.native.core import EXECUTE, READ, WRITE, Core

CODE, STACK = 0x1000_0000, 0x2000_0400


class FpuMachine:
    """Values are bit patterns; register n is Sn (width 32) or Dn (width 64)."""

    def __init__(self) -> None:
        self.core = Core(
            {"core": 1, "irq_count": 16, "priority_bits": 4, "mpu_regions": 0, "has_vtor": 1, "has_fpu": 2, "cpuid": 0,
             "clock_hz": 1_000_000}
        )  # fmt: skip
        self.core.add_region("code", CODE, 1024, READ | WRITE | EXECUTE)
        self.core.write(CODE, STACK.to_bytes(4, "little") + (CODE | 1).to_bytes(4, "little"))
        self.core.start(CODE)
        self.core.set_cpu("r0", 0xE000_ED88)
        self.core.set_cpu("r1", 0x00F0_0000)
        self._step(b"\x01\x60")  # STR R1, [R0]: CPACR, full access to CP10 and CP11
        self.run(0xEEB0_0A40, [0], 0, 32)  # VMOV S0, S0: from here on CONTROL.FPCA is set

    def _step(self, code: bytes) -> None:
        self.core.write(CODE + 8, code)
        self.core.set_cpu("pc", CODE + 8)
        self.core.run(10**9, 1)

    def run(self, code: int, registers: Sequence[int], fpscr: int, width: int) -> tuple[int, int]:
        """Run one 32-bit instruction (first halfword << 16 | second); returns (register 0, FPSCR)."""
        for number, value in enumerate(registers):
            self._set(number, value, width)
        self.core.set_cpu("fpscr", fpscr)
        self._step((code >> 16).to_bytes(2, "little") + (code & 0xFFFF).to_bytes(2, "little"))
        return self.get(0, width), self.core.get_cpu("fpscr")

    def _set(self, number: int, value: int, width: int) -> None:
        if width == 32:
            self.core.set_cpu(f"s{number}", value)
        else:
            self.core.set_cpu(f"s{2 * number}", value & 0xFFFF_FFFF)
            self.core.set_cpu(f"s{2 * number + 1}", value >> 32)

    def get(self, number: int, width: int) -> int:
        """Register number as a bit pattern."""
        if width == 32:
            return self.core.get_cpu(f"s{number}")
        return self.core.get_cpu(f"s{2 * number}") | self.core.get_cpu(f"s{2 * number + 1}") << 32
