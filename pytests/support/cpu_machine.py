"""A bare core for tests of instructions and exceptions: memory, vectors, and hands for one instruction at a time."""

from __future__ import annotations

import struct
from typing import Any

from guest import CONFIG_M0PLUS

from digitrig.native import core as native
from digitrig.native.core import Core, RawStop

FLASH, RAM, RAM_SIZE = 0x0000_0000, 0x2000_0000, 0x4000
MAIN, HANDLERS, SCRATCH = 0x400, 0x800, 0x700  # code: thread, handlers (32 bytes each), one instruction for the host
STACK_TOP = RAM + RAM_SIZE
NOP, WFI, WFE, SEV, BX_LR = 0xBF00, 0xBF30, 0xBF20, 0xBF40, 0x4770
CPSID_I, CPSIE_I = 0xB672, 0xB662

# System control space (DDI 0403E B3.2, B3.3, B3.4; DDI 0419 B3.2 to B3.4)
SYST_CSR, SYST_RVR, SYST_CVR = 0xE000E010, 0xE000E014, 0xE000E018
ISER, ICER, ISPR, ICPR, IABR, IPR = 0xE000E100, 0xE000E180, 0xE000E200, 0xE000E280, 0xE000E300, 0xE000E400
CPUID, ICSR, VTOR, AIRCR, SCR, CCR = (0xE000ED00 + 4 * i for i in range(6))
SHPR1, SHPR2, SHPR3, SHCSR, CFSR, HFSR = (0xE000ED18 + 4 * i for i in range(6))
MMFAR, BFAR, CPACR = 0xE000ED34, 0xE000ED38, 0xE000ED88
MPU_TYPE, MPU_CTRL, MPU_RNR, MPU_RBAR, MPU_RASR = (0xE000ED90 + 4 * i for i in range(5))
FPCCR, FPCAR, DEMCR = 0xE000EF34, 0xE000EF38, 0xE000EDFC
DWT_CTRL, DWT_CYCCNT = 0xE0001000, 0xE0001004
PENDSVSET, PENDSTSET, NMIPENDSET = 1 << 28, 1 << 26, 1 << 31

CONFIG_M7: dict[str, Any] = {
    **CONFIG_M0PLUS,
    "core": 1,
    "irq_count": 64,
    "priority_bits": 4,
    "mpu_regions": 16,
    "has_fpu": 2,
    "cpuid": 0x411FC271,
    "systick_external_hz": 100_000,
}


def handler(exception: int) -> int:
    """Address of the code of an exception."""
    return HANDLERS + 32 * exception


class Machine:
    """Flash at 0 (16 KB), RAM at 0x20000000 (16 KB); every handler is `nop; bx lr` unless a test writes another.

    The costs of exception entry, return and tail-chaining are 12, 10 and 6 cycles, all others one.
    """

    def __init__(self, m7: bool, **config: Any) -> None:
        self.m7 = m7
        self.core = Core({**(CONFIG_M7 if m7 else CONFIG_M0PLUS), **config})
        self.core.add_region("flash", FLASH, 0x4000, native.READ | native.EXECUTE)
        self.core.add_region("ram", RAM, RAM_SIZE, native.READ | native.WRITE | native.EXECUTE)
        for name, cycles in (("exception_entry", 12), ("exception_return", 10), ("tail_chain", 6)):
            self.core.set_cost(name, cycles)
        vectors = [STACK_TOP, MAIN | 1] + [handler(n) | 1 for n in range(2, 80)]
        self.core.write(0, struct.pack(f"<{len(vectors)}I", *vectors))
        for n in range(2, 80):
            self.code(handler(n), NOP, BX_LR)
        self.code(MAIN, *[NOP] * 32)
        self.core.start(0)

    # ------------------------------------------------------------------ code and memory
    def code(self, address: int, *halfwords: int) -> None:
        """Put instructions at an address."""
        self.core.write(address, struct.pack(f"<{len(halfwords)}H", *halfwords))

    def word(self, address: int) -> int:
        """A word of plain memory."""
        return int.from_bytes(self.core.read(address, 4), "little")

    def words(self, address: int, count: int) -> list[int]:
        """Words of plain memory."""
        return list(struct.unpack(f"<{count}I", self.core.read(address, 4 * count)))

    def __getitem__(self, register: str) -> int:
        return self.core.get_cpu(register)

    def __setitem__(self, register: str, value: int) -> None:
        self.core.set_cpu(register, value)

    def _borrowed(self, halfword: int, address: int, value: int) -> int:
        saved = {name: self[name] for name in ("r0", "r1", "pc")}
        self.code(SCRATCH, halfword)
        self["r0"], self["r1"], self["pc"] = address, value, SCRATCH
        stop = self.core.run(10**12, 1)
        assert stop.instructions, "the access was not made"
        result = self["r1"]
        for name, content in saved.items():
            self[name] = content
        return result

    def poke(self, address: int, value: int, width: int = 4) -> None:
        """A store by the core; whatever it makes pending is taken by the next run."""
        self._borrowed({4: 0x6001, 2: 0x8001, 1: 0x7001}[width], address, value)

    def peek(self, address: int, width: int = 4) -> int:
        """A load by the core."""
        return self._borrowed({4: 0x6801, 2: 0x8801, 1: 0x7801}[width], address, 0)

    # ------------------------------------------------------------------ running
    def step(self, instructions: int = 1) -> RawStop:
        """Run so many instructions; exceptions that are pending are entered first."""
        return self.core.run(10**13, instructions)

    @property
    def exception(self) -> int:
        """Number of the active exception, 0 in thread mode."""
        return self["xpsr"] & 0x1FF

    def priority(self, exception: int, value: int) -> None:
        """Priority byte of any configurable exception."""
        base = IPR + exception - 16 if exception >= 16 else SHPR1 + exception - 4
        word = self.peek(base & ~3)
        shift = 8 * (base & 3)
        self.poke(base & ~3, word & ~(0xFF << shift) | value << shift)

    def enable(self, irq: int) -> None:
        """Enable an external interrupt."""
        self.poke(ISER + 4 * (irq // 32), 1 << irq % 32)

    def pend(self, irq: int) -> None:
        """Make an external interrupt pending by software."""
        self.poke(ISPR + 4 * (irq // 32), 1 << irq % 32)
