"""The 16-bit decoder over every halfword, against capstone; where the two differ, the manual's reason stands here."""

from __future__ import annotations

import ctypes

import capstone
import pytest
from cpu_machine import Machine

WIDE = 0xE800  # from here on a halfword is the first of a 32-bit instruction (DDI 0403E A5.1)


def accepts(m7: bool) -> list[bool]:
    """For each halfword below WIDE: does the core take it?"""
    machine = Machine(m7)
    length = ctypes.c_uint32()
    decodes = machine.core.lib.dr_decodes
    return [bool(decodes(machine.core.handle, h, 0, ctypes.byref(length))) for h in range(WIDE)]


def refused_on_both(h: int) -> str:
    """Why the core refuses what capstone decodes; empty if there is no reason."""
    rd, rm = h & 7 | h >> 4 & 8, h >> 3 & 15
    if h >> 8 == 0x44 and rm == 15 and rd in (13, 15):
        return "ADD SP/PC, PC: UNPREDICTABLE"
    if h >> 8 == 0x45 and 15 in (rd, rm):
        return "CMP with PC: UNPREDICTABLE (A7.7.28)"
    if h >> 8 == 0x46 and rm == 15 and rd in (13, 15):
        return "MOV SP/PC, PC: no use of it is defined"
    if h >> 8 == 0x47 and h & 7:
        return "BX, BLX: bits 2:0 should be zero"
    if h >> 8 == 0x47 and rm == 15 and h & 0x80:
        return "BLX PC: UNPREDICTABLE (A7.7.19)"
    if h >> 8 == 0xDE:
        return "UDF: permanently undefined"
    if (h & 0xFFE8 == 0xB660 and h & 7 in (0, 4, 5, 6, 7)) or h & 0xFFE8 == 0xB668:
        return "CPS: no flag, or bits 3:2 that should be zero (B5.2.1)"
    if h >> 4 == 0xBFE and (h & 15).bit_count() != 1 and h & 15:
        return "IT AL with an else: UNPREDICTABLE (A7.7.38)"
    if h >> 4 == 0xBFF and h & 15:
        return "IT with condition 1111: UNPREDICTABLE (A7.7.38)"
    return ""


def refused_on_armv6m(h: int) -> str:
    """The rest of what Armv6-M lacks (DDI 0419 A5.2)."""
    if h & 0xF500 == 0xB100:
        return "CBZ, CBNZ: Armv7-M"
    if h >> 8 == 0xBF and h & 15:
        return "IT: Armv7-M"
    if h & 0xFFE0 == 0xB660 and h & 15 != 2:
        return "CPS f: Armv7-M"
    if h == 0x4778:
        return "BX PC: UNPREDICTABLE (A6.7.15)"
    return refused_on_both(h)


@pytest.mark.parametrize("m7", [False, True], ids=["m0plus", "m7"])
def test_every_halfword(m7: bool) -> None:
    disassembler = capstone.Cs(capstone.CS_ARCH_ARM, capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS)
    reason = refused_on_both if m7 else refused_on_armv6m
    wrong = []
    for halfword, taken in enumerate(accepts(m7)):
        known = any(True for _ in disassembler.disasm(halfword.to_bytes(2, "little"), 0))
        if taken != (known and not reason(halfword)):
            wrong.append(f"{halfword:04x}: {'taken' if taken else 'refused'}")
    assert not wrong


def test_armv6m_has_the_32_bit_instructions_of_its_table_and_no_other() -> None:
    """DDI 0419 A5.3: BL, MSR, MRS, DSB, DMB, ISB (UDF.W is undefined by definition)."""
    core = Machine(m7=False).core
    length = ctypes.c_uint32()

    def takes(first: int, second: int) -> bool:
        return bool(core.lib.dr_decodes(core.handle, first, second, ctypes.byref(length)))

    for first, second in ((0xF000, 0xF800), (0xF380, 0x8808), (0xF3EF, 0x8008), (0xF3BF, 0x8F4F), (0xF3BF, 0x8F6F)):
        assert takes(first, second)
        assert length.value == 4
    assert not takes(0xF7F0, 0xA000), "UDF.W"
    assert not takes(0xF000, 0xB800), "B.W"
    assert not takes(0xF3BF, 0x8F2F), "CLREX"
    assert not takes(0xF3EF, 0x8011), "MRS BASEPRI"
    for first in range(0xE800, 0xF000, 7):
        assert not takes(first, 0x0000)
