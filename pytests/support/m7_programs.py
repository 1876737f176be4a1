"""Small programs in assembler for tests of the Cortex-M7's cycles."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from elftools.elf.elffile import ELFFile

Program = tuple[bytes, dict[str, int]]  # content of .text; labels without the Thumb bit


def assembled(text: str, folder: Path, address: int) -> Program:
    """The program linked to an address, by zig's clang."""
    source, output, script = folder / "p.s", folder / "p.elf", folder / "p.ld"
    source.write_text(text)
    script.write_text(f"SECTIONS {{ . = {address}; .text : {{ *(.text*) }} /DISCARD/ : {{ *(.ARM.*) }} }}\n")
    command = [sys.executable, "-m", "ziglang", "cc", "-target", "thumb-freestanding-eabihf", "-mcpu=cortex_m7"]
    command += ["-nostdlib", "-T", str(script), str(source), "-o", str(output)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with output.open("rb") as stream:
        elf = ELFFile(stream)
        labels = {s.name: s.entry.st_value & ~1 for s in elf.get_section_by_name(".symtab").iter_symbols()}
        return elf.get_section_by_name(".text").data(), labels
