"""Programs of the tests for a bare core: built by either compiler, loaded, run, their variables read and written."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile
from guest import CONFIG_M0PLUS

from digitrig.native import core as native
from digitrig.native.core import Core, RawStop
from digitrig.resources import build_dir

PROGRAMS = Path(__file__).resolve().parent.parent / "native" / "programs"
CODE, CODE_SIZE = 0x0000_0000, 192 * 1024
DATA = 0x2000_0000
GCC_MISSING = "arm-none-eabi-gcc is not there; Debian packages gcc-arm-none-eabi and libnewlib-arm-none-eabi"
QEMU_MISSING = "qemu-system-arm is not there; Debian package qemu-system-arm"

# Warnings are errors in our own sources; the linker's remark about segments that can be written and run is not ours.
FLAGS = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-fno-common", "-fno-strict-aliasing", "-g"]
FLAGS += ["-ffunction-sections", "-Wl,--gc-sections"]
ZIG = ["-fno-sanitize=undefined", "-nostdlib", "-Wl,-e,reset_handler", "-lcompiler_rt"]
GCC = ["-masm-syntax-unified", "-nostartfiles", "-Wl,--no-warn-rwx-segments", "-mthumb"]

CONFIG_M7: dict[str, Any] = {
    **CONFIG_M0PLUS,
    "core": 1,
    "irq_count": 32,
    "priority_bits": 4,
    "mpu_regions": 8,
    "has_fpu": 2,
    "cpuid": 0x411FC272,
}


def has_gcc() -> bool:
    """The cross compiler with its C library."""
    gcc = shutil.which("arm-none-eabi-gcc")
    if gcc is None:
        return False
    found = subprocess.run([gcc, "-print-file-name=libc.a"], capture_output=True, text=True, check=True)
    return Path(found.stdout.strip()).is_absolute()


@lru_cache(maxsize=2)
def _compiler(name: str) -> tuple[str, ...]:
    if name == "gcc":
        return ("arm-none-eabi-gcc",)
    return (sys.executable, "-m", "ziglang", "cc")


@lru_cache(maxsize=2)
def _version(name: str) -> str:
    option = "version" if name == "zig" else "--version"
    command = [sys.executable, "-m", "ziglang", option] if name == "zig" else ["arm-none-eabi-gcc", option]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _linker_script(data_kib: int) -> Path:
    """bare.ld with so much memory for variables."""
    text = (PROGRAMS / "bare.ld").read_text(encoding="utf-8")
    assert text.count("LENGTH = 16K") == 1
    script = build_dir() / "bare_metal" / f"bare-{data_kib}.ld"
    text = text.replace("LENGTH = 16K", f"LENGTH = {data_kib}K")
    if not script.exists() or script.read_text(encoding="utf-8") != text:
        script.parent.mkdir(parents=True, exist_ok=True)
        half = script.with_suffix(f".{os.getpid()}-{threading.get_ident()}.tmp")
        half.write_text(text, encoding="utf-8")
        half.replace(script)
    return script


def build(name: str, sources: Sequence[Path], compiler: str, options: Sequence[str], data_kib: int = 16) -> Path:
    """ELF file of these sources, made once for what is in the files and the command.

    compiler: "zig" or "gcc".  data_kib: memory for variables and stack.  Raises AssertionError with the compiler's
    messages.
    """
    link = _linker_script(data_kib)
    flags = [*FLAGS, *options, *(ZIG if compiler == "zig" else GCC)]
    digest = hashlib.sha256("\0".join([_version(compiler), *flags]).encode())
    folders = sorted({path.parent for path in sources} | {PROGRAMS})
    for path in [*sources, link, *(header for folder in folders for header in sorted(folder.glob("*.h")))]:
        digest.update(path.name.encode() + path.read_bytes())
    elf = build_dir() / "bare_metal" / f"{name}-{compiler}-{digest.hexdigest()[:16]}.elf"
    if not elf.exists():
        elf.parent.mkdir(parents=True, exist_ok=True)
        half = elf.with_suffix(f".{os.getpid()}-{threading.get_ident()}.tmp")
        command = [*_compiler(compiler), *flags, "-T", str(link), *(f"-I{folder}" for folder in folders)]
        libraries = ["-Wl,--start-group", "-lc", "-lgcc", "-lrdimon", "-Wl,--end-group"] if compiler == "gcc" else []
        done = subprocess.run(
            [*command, *map(str, sources), *libraries, "-o", str(half)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{name} with {compiler} {' '.join(options)}:\n{done.stderr}"
        for old in set(elf.parent.glob(f"{name}-{compiler}-*.elf")) - {elf}:
            old.unlink(missing_ok=True)
        half.replace(elf)
    return elf


@dataclass
class Program:
    """A program on a core: memory as bare.ld has it."""

    core: Core
    symbols: dict[str, tuple[int, int]]

    @classmethod
    def load(cls, elf: Path, config: dict[str, Any], data_kib: int = 16) -> Program:
        """Both memories can be written and executed, as on QEMU's mps2 boards."""
        core = Core(config)
        core.add_region("code", CODE, CODE_SIZE, native.READ | native.WRITE | native.EXECUTE)
        core.add_region("data", DATA, data_kib * 1024, native.READ | native.WRITE | native.EXECUTE)
        with elf.open("rb") as stream:
            file = ELFFile(stream)
            for segment in file.iter_segments("PT_LOAD"):
                if segment["p_filesz"]:
                    core.write(segment["p_paddr"], segment.data())
            table = file.get_section_by_name(".symtab")
            symbols = {s.name: (s["st_value"], s["st_size"]) for s in table.iter_symbols()}
        core.start(0)
        return cls(core, symbols)

    def write(self, symbol: str, data: bytes) -> None:
        """Fill a variable from its start."""
        address, size = self.symbols[symbol]
        assert len(data) <= size, f"{symbol} has {size} bytes, not {len(data)}"
        self.core.write(address, data)

    def read(self, symbol: str, length: int | None = None) -> bytes:
        """A variable, or the first bytes of it."""
        address, size = self.symbols[symbol]
        return self.core.read(address, size if length is None else length)

    def run(self, seconds: float = 60.0) -> RawStop:
        """Run to the end, at most so many virtual seconds."""
        return self.core.run(int(seconds * 1e12))

    def console(self) -> str:
        """What the program has written by semihosting since the last call."""
        return self.core.console_receive().decode("ascii", errors="replace")


def run_in_qemu(elf: Path, machine: str, memory: Sequence[tuple[Path, int]] = ()) -> tuple[int, str]:
    """(exit status or -1 after 20 s, console) of a program under QEMU. machine: mps2-an500, mps2-an385 or microbit.

    memory: files that lie in memory at the start, with their addresses.
    """
    command = ["qemu-system-arm", "-M", machine, "-nographic", "-monitor", "none", "-serial", "none"]
    console = ["-chardev", "stdio,id=console", "-semihosting-config", "enable=on,target=native,chardev=console"]
    loaded = [part for file, at in memory for part in ("-device", f"loader,file={file},addr={at:#x},force-raw=on")]
    whole = [*command, *console, *loaded, "-kernel", str(elf)]
    try:
        done = subprocess.run(whole, capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL, check=False)
    except subprocess.TimeoutExpired as late:
        return -1, (late.stdout or b"").decode("ascii", errors="replace")
    return done.returncode, done.stdout
