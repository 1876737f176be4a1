"""Firmware files made by hand, byte for byte."""

from __future__ import annotations

import struct
from collections.abc import Sequence

ARM, X86_64 = 40, 62  # e_machine, System V ABI and the Arm supplement
UDF, WFI, BRANCH_TO_SELF = 0xDE00, 0xBF30, 0xE7FE  # Armv6-M ARM DDI 0419, A6.7


def elf32(machine: int, segments: Sequence[tuple[int, bytes]], entry: int = 0) -> bytes:
    """A little-endian ELF executable without sections (System V ABI, chapter 4: ELF header, program headers)."""
    header = struct.pack(
        "<16sHHIIIIIHHHHHH",
        *(b"\x7fELF\x01\x01\x01" + bytes(9), 2, machine, 1, entry, 52, 0, 0, 52, 32, len(segments), 40, 0, 0),
    )
    offset = 52 + 32 * len(segments)
    table, data = b"", b""
    for address, content in segments:
        table += struct.pack("<8I", 1, offset + len(data), address, address, len(content), len(content), 5, 4)
        data += content
    return header + table + data


def thumb_program(*halfwords: int, hardfault: int | None = None, stack: int = 0x20001000, base: int = 0) -> bytes:
    """Vector table and code for a Cortex-M0+: the halfwords run at reset; `hardfault` is a byte offset into them.

    The 16 vectors take 64 bytes; without `hardfault` a branch to itself stands behind the code.
    """
    code = struct.pack(f"<{len(halfwords)}H", *halfwords) + struct.pack("<H", BRANCH_TO_SELF)
    handler = len(halfwords) * 2 if hardfault is None else hardfault
    vectors = [stack, base + 64 + 1, base + 64 + handler + 1, base + 64 + handler + 1] + [0] * 12
    return struct.pack("<16I", *vectors) + code
