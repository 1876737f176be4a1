"""Two cores side by side: Unicorn's and ours, driven by driver.c.

Unicorn is the oracle. Its model is Cortex-M7 or Cortex-M0; code and data lie at the same addresses as on our core, and
the code area is filled with WFI, at which Unicorn stops.
"""

from __future__ import annotations

import ctypes
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from ctypes import POINTER, Structure, c_char_p, c_int, c_uint32, c_uint64, c_void_p
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import unicorn
from forms import Form
from unicorn import arm_const as arm

from digitrig.native.core import EXECUTE, READ, WRITE, Core

CODE_BASE, CODE_SIZE = 0x0001_0000, 0x0001_0000
DATA_BASE, DATA_SIZE = 0x2000_0000, 0x0000_4000
SLOT = 32  # bytes of code for one encoding
MARGIN = 0x1000  # of WFI at both ends of the code area, for loads relative to the program counter
WFI = 0xBF30
OPTIONS = {"float": 1, "halves": 2, "v6m": 4, "nearest": 8, "noq": 16}
ROUNDS = int(os.environ.get("DIGITRIG_DIFF_ROUNDS", "1"))


class State(Structure):
    """As `state` in driver.c."""

    _fields_ = (
        ("r", c_uint32 * 16),
        ("xpsr", c_uint32),
        ("fpscr", c_uint32),
        ("s", c_uint32 * 32),
        ("status", c_uint32),
    )

    def describe(self, before: State) -> str:
        """What an instruction changed, as text."""
        parts = [f"r{i}={self.r[i]:08x}" for i in range(16) if self.r[i] != before.r[i]]
        parts += [f"s{i}={self.s[i]:08x}" for i in range(32) if self.s[i] != before.s[i]]
        return " ".join([*parts, f"xpsr={self.xpsr:08x} fpscr={self.fpscr:08x} status={self.status}"])


class DifferenceRecord(Structure):
    """As `difference` in driver.c."""

    _fields_ = (("round", c_uint32), ("pad", c_uint32), ("before", State), ("ours", State), ("theirs", State))


class Cores(Structure):
    """As `cores` in driver.c."""

    _fields_ = (
        ("uc", c_void_p),
        *((name, c_void_p) for name in ("uc_reg_write_batch", "uc_reg_read_batch", "uc_emu_start")),
        *((name, c_void_p) for name in ("board", "set_cpu", "get_cpu", "run")),
        ("core_ids", c_int * 16),
        ("xpsr_read", c_int),
        ("xpsr_write", c_int),
        ("fpscr", c_int),
        ("s_ids", c_int * 32),
        *((name, c_uint32) for name in ("data_base", "data_size", "code_base", "code_size")),
        ("random", c_uint64),
    )


@lru_cache(maxsize=1)
def driver() -> Any:
    """driver.c, compiled once a session with the compiler that digitrig builds firmware with."""
    folder = tempfile.TemporaryDirectory(prefix="digitrig-driver-")  # gone when the interpreter ends
    target = Path(folder.name) / "driver.so"
    command = [sys.executable, "-m", "ziglang", "cc", "-O2", "-shared", "-fPIC", "-fno-sanitize=undefined"]
    subprocess.run([*command, str(Path(__file__).with_name("driver.c")), "-o", str(target)], check=True)
    lib = ctypes.CDLL(str(target))
    lib.folder = folder
    lib.run_rounds.restype = c_uint32
    lib.run_rounds.argtypes = [
        POINTER(Cores), c_uint32, c_uint32, c_char_p, c_uint32, c_uint32, POINTER(DifferenceRecord), c_uint32,
    ]  # fmt: skip
    return lib


@dataclass(frozen=True)
class Encoding:
    """An instruction to run: its form, halfwords (an IT instruction before it included) and how many instructions."""

    form: Form
    halfwords: tuple[int, ...]
    instructions: int
    roles: bytes


@dataclass(frozen=True)
class Difference:
    """One state after which the two cores disagree."""

    form: str
    halfwords: tuple[int, ...]
    before: str
    ours: str
    theirs: str

    def __str__(self) -> str:
        code = " ".join(f"{h:04x}" for h in self.halfwords)
        return f"{self.form} [{code}]\n  before: {self.before}\n  ours:   {self.ours}\n  oracle: {self.theirs}"


def _pointer(function: Any) -> c_void_p:
    return ctypes.cast(function, c_void_p)


class Oracle:
    """A Unicorn engine with code and data mapped."""

    def __init__(self, v6m: bool) -> None:
        self.uc = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB)
        self.uc.ctl_set_cpu_model(arm.UC_CPU_ARM_CORTEX_M0 if v6m else arm.UC_CPU_ARM_CORTEX_M7)
        self.uc.mem_map(CODE_BASE, CODE_SIZE)
        self.uc.mem_map(DATA_BASE, DATA_SIZE)
        if not v6m:  # the first floating-point instruction gives FPSCR its default: VMOV.F32 S0, S0
            self.load_code(b"".join(h.to_bytes(2, "little") for h in (0xEEB0, 0x0A40, WFI)))
            self.uc.emu_start(CODE_BASE | 1, 0)

    def fill(self, core: Cores, v6m: bool) -> None:
        """Enter the engine, its functions and register numbers in `core`."""
        lib = unicorn.unicorn_py3.unicorn.uclib
        core.uc = self.uc._uch
        for name in ("uc_reg_write_batch", "uc_reg_read_batch", "uc_emu_start"):
            setattr(core, name, _pointer(getattr(lib, name)))
        core.core_ids[:] = [arm.UC_ARM_REG_R0 + i for i in range(13)] + [
            arm.UC_ARM_REG_SP, arm.UC_ARM_REG_LR, arm.UC_ARM_REG_PC,
        ]  # fmt: skip
        core.xpsr_read = arm.UC_ARM_REG_XPSR
        core.xpsr_write = arm.UC_ARM_REG_XPSR if v6m else arm.UC_ARM_REG_XPSR_NZCVQG
        core.fpscr = arm.UC_ARM_REG_FPSCR
        core.s_ids[:] = range(arm.UC_ARM_REG_S0, arm.UC_ARM_REG_S0 + 32)

    def load_code(self, code: bytes) -> None:
        self.uc.mem_write(CODE_BASE, code)
        self.uc.ctl_flush_tb()


class Ours:
    """Our core through its binding, with the FPU on."""

    def __init__(self, v6m: bool) -> None:
        config = {
            "core": int(not v6m), "irq_count": 32, "priority_bits": 2 if v6m else 4, "mpu_regions": 0, "has_vtor": 1,
            "has_fpu": 0 if v6m else 2, "cpuid": 0, "clock_hz": 48_000_000,
        }  # fmt: skip
        self.core = Core(config)
        everything = READ | WRITE | EXECUTE
        self.core.add_region("code", CODE_BASE, CODE_SIZE, everything)
        self.core.add_region("data", DATA_BASE, DATA_SIZE, everything)
        vectors = [DATA_BASE + DATA_SIZE // 2, CODE_BASE | 1, *[CODE_BASE + CODE_SIZE - 15] * 14]
        self.core.write(CODE_BASE, b"".join(v.to_bytes(4, "little") for v in vectors))
        self.core.start(CODE_BASE)
        self.core.stop_on_fault(True)
        if not v6m:
            self._enable_fpu()

    def _enable_fpu(self) -> None:
        """CPACR.CP10 and CP11 to full access, by code: STR R1, [R0]; then VMOV.F32 S0, S0, which sets CONTROL.FPCA."""
        self.core.write(CODE_BASE, b"".join(h.to_bytes(2, "little") for h in (0x6001, 0xEEB0, 0x0A40)))
        self.core.set_cpu("r0", 0xE000ED88)
        self.core.set_cpu("r1", 0x00F00000)
        self.core.set_cpu("pc", CODE_BASE)
        self.core.run(10**12, 2)

    def enter(self, cores: Cores) -> None:
        """Enter the board and the functions of the library in `cores`."""
        lib = self.core.lib
        cores.board = self.core.handle
        cores.set_cpu, cores.get_cpu = _pointer(lib.dr_set_cpu), _pointer(lib.dr_get_cpu)
        cores.run = _pointer(lib.dr_run)

    def load_code(self, code: bytes) -> None:
        self.core.write(CODE_BASE, code)

    def write_data(self, data: bytes) -> None:
        self.core.write(DATA_BASE, data)

    def read_data(self, length: int) -> bytes:
        return self.core.read(DATA_BASE, length)


class Bench:
    """An oracle and our core with the same memory; runs encodings on both."""

    def __init__(self, v6m: bool, seed: int) -> None:
        self.oracle, self.ours, self.v6m = Oracle(v6m), Ours(v6m), v6m
        self.rng = random.Random(seed)
        self.cores = Cores(data_base=DATA_BASE, data_size=DATA_SIZE, code_base=CODE_BASE, code_size=CODE_SIZE)
        self.cores.random = seed
        self.oracle.fill(self.cores, v6m)
        self.ours.enter(self.cores)

    def encoding(self, form: Form, in_it_block: bool) -> Encoding:
        """A random encoding of a form, alone or as the one instruction of an IT block."""
        values = form.draw(self.rng)
        halfwords = form.encode(values)
        if not in_it_block:
            return Encoding(form, halfwords, len(form.patterns), form.roles(values))
        it = 0xBF08 | self.rng.randrange(14) << 4
        return Encoding(form, (it, *halfwords), 2, form.roles(values))

    def block(self, forms: Sequence[Form]) -> Encoding:
        """An IT block of two to four random forms, which must not need roles of their own."""
        chosen = [self.rng.choice(forms) for _ in range(self.rng.randrange(2, 5))]
        mask = self.rng.getrandbits(len(chosen) - 1) << (5 - len(chosen)) | 1 << (4 - len(chosen))
        code = [0xBF00 | self.rng.randrange(14) << 4 | mask]
        for form in chosen:
            code += form.encode(form.draw(self.rng))
        options = frozenset().union(*(form.options for form in chosen))
        name = "IT " + " ".join(form.name for form in chosen)
        return Encoding(Form(name, (), "", options), tuple(code), 1 + len(chosen), chosen[0].roles({}))

    def run(self, encodings: Sequence[Encoding], rounds: int) -> list[Difference]:
        """Each encoding with `rounds` random states; the differences (at most three for each encoding)."""
        found: list[Difference] = []
        alone = [[encoding] for encoding in encodings if "alone" in encoding.form.options]
        others = [encoding for encoding in encodings if "alone" not in encoding.form.options]
        size = (CODE_SIZE - 2 * MARGIN) // SLOT
        for batch in [*alone, *(others[i : i + size] for i in range(0, len(others), size))]:
            base = CODE_BASE + (CODE_SIZE // 2 if batch[0].form.options & {"alone"} else MARGIN)
            self._load(batch, base)
            for index, encoding in enumerate(batch):
                found += self._run_one(encoding, base + index * SLOT, rounds)
        return found

    def _load(self, batch: Sequence[Encoding], base: int) -> None:
        code = bytearray(WFI.to_bytes(2, "little") * (CODE_SIZE // 2))
        for index, encoding in enumerate(batch):
            at = base - CODE_BASE + index * SLOT
            data = b"".join(halfword.to_bytes(2, "little") for halfword in encoding.halfwords)
            code[at : at + len(data)] = data
        self.oracle.load_code(bytes(code))
        self.ours.load_code(bytes(code))
        self._load_data("codedata" in batch[0].form.options)

    def _load_data(self, code_addresses: bool = False) -> None:
        if code_addresses:
            words = [CODE_BASE + self.rng.randrange(CODE_SIZE // 4) | 1 for _ in range(DATA_SIZE // 4)]
            data = b"".join(word.to_bytes(4, "little") for word in words)
        else:
            data = self.rng.randbytes(DATA_SIZE)
        self.oracle.uc.mem_write(DATA_BASE, data)
        self.ours.write_data(data)

    def _run_one(self, encoding: Encoding, pc: int, rounds: int) -> list[Difference]:
        room = 3
        records = (DifferenceRecord * room)()
        options = sum(OPTIONS[name] for name in encoding.form.options if name in OPTIONS)
        options |= OPTIONS["v6m"] if self.v6m else 0
        count = driver().run_rounds(
            self.cores, pc, encoding.instructions, encoding.roles, options, rounds, records, room
        )
        form, code = encoding.form.name, encoding.halfwords
        found = [
            Difference(
                form,
                code,
                record.before.describe(State()),
                record.ours.describe(record.before),
                record.theirs.describe(record.before),
            )
            for record in records[: min(count, room)]
        ]
        ours, theirs = self.ours.read_data(DATA_SIZE), bytes(self.oracle.uc.mem_read(DATA_BASE, DATA_SIZE))
        if ours != theirs:
            at = next(i for i in range(DATA_SIZE) if ours[i] != theirs[i])
            where = f"memory at {DATA_BASE + at:08x}:"
            found.append(Difference(form, code, where, ours[at : at + 8].hex(), theirs[at : at + 8].hex()))
            self._load_data()
        return found
