"""What the boot ROM of i.MX RT does before an application: the device configuration data (DCD) of its image.

i.MX RT1060 reference manual, chapter "System Boot": image vector table, DCD header and commands. All numbers in a DCD
are big-endian.
"""

from __future__ import annotations

import struct

from digitrig.errors import CoreError, FirmwareFileError
from digitrig.native.core import Core

IVT_HEADER = 0x402000D1
"""Tag 0xD1, 32 bytes, version 4.x; the low digit of the version does not count."""
DCD_TAG = 0xD2
WRITE_DATA, CHECK_DATA, NOP, UNLOCK = 0xCC, 0xCF, 0xC0, 0xB2
MASK, SET = 1 << 3, 1 << 4
REACH = tuple(range(first, first + 0x4000) for first in (0x400AC000, 0x400D8000, 0x400FC000, 0x401F8000, 0x402F0000))
"""IOMUXC_GPR, CCM_ANALOG, CCM, IOMUXC, SEMC: what a DCD may touch, so that none can reset the part again and again."""
LONGEST = 1768
"""Bytes that the ROM takes at most."""


def run_dcd(core: Core, ivt: int) -> bool:
    """Do what the DCD says that the image vector table names. Returns False where there is none.

    Raises FirmwareFileError for a DCD that the ROM would refuse.
    """
    header, at, itself = (int.from_bytes(core.read(ivt + offset, 4), "little") for offset in (0x0, 0xC, 0x14))
    if header & 0xF0FFFFFF != IVT_HEADER or itself != ivt or at == 0:
        return False
    start = _read(core, at, 4, at)
    length = int.from_bytes(start[1:3], "big")
    if start[0] != DCD_TAG or not 4 <= length <= LONGEST:
        raise FirmwareFileError(
            f"DCD at 0x{at:08x}: tag 0x{start[0]:02x}, {length} bytes; expected tag 0xd2 and 4 to {LONGEST} bytes"
        )
    data, offset = _read(core, at, length, at), 4
    while offset < length:
        place = f"DCD at 0x{at:08x}, byte {offset}"
        tag, size, parameter = struct.unpack_from(">BHB", data, offset) if offset + 4 <= length else (0, 0, 0)
        if size < 4 or offset + size > length:
            raise FirmwareFileError(f"{place}: command 0x{tag:02x} of {size} bytes; {length - offset} bytes are left")
        _command(core, place, tag, parameter, data[offset + 4 : offset + size])
        offset += size
    return True


def _read(core: Core, address: int, length: int, dcd: int) -> bytes:
    try:
        return core.read(address, length)
    except CoreError:
        raise FirmwareFileError(f"DCD at 0x{dcd:08x}: no memory there to read {length} bytes from") from None


def _command(core: Core, place: str, tag: int, parameter: int, body: bytes) -> None:
    width = parameter & 7
    if tag in (NOP, UNLOCK):
        return
    if tag not in (WRITE_DATA, CHECK_DATA) or width not in (1, 2, 4) or len(body) < 8:
        raise FirmwareFileError(f"{place}: command 0x{tag:02x} with parameter 0x{parameter:02x} is none of the ROM's")
    if tag == CHECK_DATA:
        address, mask = struct.unpack_from(">II", body)
        found = _access(core, place, address, width)
        bits = found & mask
        good = {0: bits == 0, SET: bits != mask, MASK: bits == mask, MASK | SET: bits != 0}
        if not good[parameter & (MASK | SET)]:
            raise FirmwareFileError(f"{place}: the check of 0x{address:08x} never holds; it reads 0x{found:08x}")
        return
    for address, value in struct.iter_unpack(">II", body[: len(body) // 8 * 8]):
        if parameter & MASK:
            found = _access(core, place, address, width)
            value = found | value if parameter & SET else found & ~value
        _access(core, place, address, width, value & 0xFFFFFFFF)


def _access(core: Core, place: str, address: int, width: int, value: int | None = None) -> int:
    what = "read" if value is None else "write"
    if not any(address in block for block in REACH):
        raise FirmwareFileError(f"{place}: {what} of 0x{address:08x}; a DCD reaches clocks, pins and the SEMC only")
    done = core.access(address, width, value) if address % width == 0 else None
    if done is None:
        raise FirmwareFileError(f"{place}: {what} of 0x{address:08x} is refused; no such access, or its clock is off")
    return done
