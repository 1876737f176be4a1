"""What QEMU 7.2 cannot judge, because it does otherwise or stops; expected values are the manual's (DDI 0403E).

CCR.UNALIGN_TRP        QEMU ignores it                                      B3.2.8
CCR.BFHFNMIGN          QEMU aborts with "Lockup"                            B3.2.8
STREX, unaligned       QEMU looks at the monitor first, then at the address B2.3.7
MPU and unaligned      QEMU asks for the first byte's region only           A3.2.1, B3.5.3
BFAR, unaligned        QEMU gives the word's address                        B3.2.18
Armv6-M, XN            QEMU fetches instructions from peripherals           DDI 0419 B3.1
division that traps    QEMU loses registers written just before             B1.5.14
"""

from __future__ import annotations

import struct

import pytest
from cpu_machine import BFAR, CCR, CFSR, MAIN, MMFAR, MPU_CTRL, MPU_RASR, MPU_RBAR, MPU_RNR, RAM, SHCSR, Machine

BUS_FAULT, MEM_MANAGE, USAGE_FAULT, HARD_FAULT = 5, 4, 6, 3
UNALIGNED, PRECISE_AND_BFAR, DATA_AND_MMFAR, DIVBYZERO = 1 << 24, 0x8200, 0x82, 1 << 25
UNMAPPED = 0x30000000


def wide(word: int) -> tuple[int, int]:
    """A 32-bit encoding as its two halfwords."""
    return word >> 16, word & 0xFFFF


@pytest.fixture
def m7() -> Machine:
    machine = Machine(True)
    machine.poke(SHCSR, 0x70000)
    return machine


def after(machine: Machine, *halfwords: int, **registers: int) -> int:
    """The exception that the first of these instructions ends in, 0 if it is executed."""
    machine.code(MAIN, *halfwords)
    for name, value in registers.items():
        machine[name] = value
    machine["pc"] = MAIN
    machine.step()
    return machine.exception


# LDR, STR, LDRH, STRH, LDRSH (immediate) r1, [r0]
@pytest.mark.parametrize(
    ("encoding", "offset"), [(0xF8D01000, 2), (0xF8C01000, 1), (0xF8B01000, 1), (0xF8A01000, 3), (0xF9B01000, 1)]
)
def test_unalign_trp(m7: Machine, encoding: int, offset: int) -> None:
    assert after(m7, *wide(encoding), r0=RAM + offset) == 0
    m7.poke(CCR, 0x208)
    assert after(m7, *wide(encoding), r0=RAM + 4) == 0
    assert after(m7, *wide(encoding), r0=RAM + offset) == USAGE_FAULT
    assert m7.peek(CFSR) == UNALIGNED


@pytest.mark.parametrize("encoding", [0xF8901000, 0xF8801000])
def test_unalign_trp_leaves_bytes_alone(m7: Machine, encoding: int) -> None:
    m7.poke(CCR, 0x208)
    assert after(m7, *wide(encoding), r0=RAM + 1) == 0


def test_bfhfnmign_ignores_bus_errors_at_negative_priority(m7: Machine) -> None:
    m7.poke(CCR, 0x300)
    m7["faultmask"] = 1
    assert after(m7, *wide(0xF8D01000), r0=UNMAPPED + 12) == 0
    assert (m7.peek(CFSR), m7.peek(BFAR)) == (PRECISE_AND_BFAR, UNMAPPED + 12)
    m7["faultmask"] = 0
    assert after(m7, *wide(0xF8D01000), r0=UNMAPPED + 8) == BUS_FAULT


@pytest.mark.parametrize("encoding", [0xE8402100, 0xE8C02F51])  # strex r1, r2, [r0]; strexh r1, r2, [r0]
def test_unaligned_store_exclusive_faults_without_monitor(m7: Machine, encoding: int) -> None:
    assert after(m7, *wide(encoding), r0=RAM + 1) == USAGE_FAULT
    assert m7.peek(CFSR) == UNALIGNED


@pytest.mark.parametrize(
    ("address", "faulting"),
    [(RAM + 0x1FE, RAM + 0x200), (RAM + 0x1FD, RAM + 0x200), (RAM + 0x21F, RAM + 0x21F), (RAM + 0x220, None)],
)
@pytest.mark.parametrize("encoding", [0xF8D01000, 0xF8C01000])
def test_every_byte_of_an_unaligned_access_needs_permission(
    m7: Machine, encoding: int, address: int, faulting: int | None
) -> None:
    m7.poke(MPU_RNR, 0)
    m7.poke(MPU_RBAR, RAM + 0x200)
    m7.poke(MPU_RASR, 4 << 1 | 1)  # 32 bytes, no access
    m7.poke(MPU_CTRL, 5)
    assert after(m7, *wide(encoding), r0=address) == (MEM_MANAGE if faulting else 0)
    if faulting:
        assert m7.peek(CFSR) == DATA_AND_MMFAR
        assert address <= m7.peek(MMFAR) <= faulting


@pytest.mark.parametrize("offset", [1, 2, 3])
def test_unaligned_access_to_nothing_is_a_bus_error_at_its_address(m7: Machine, offset: int) -> None:
    assert after(m7, *wide(0xF8D01000), r0=UNMAPPED + offset) == BUS_FAULT
    assert (m7.peek(CFSR), m7.peek(BFAR)) == (PRECISE_AND_BFAR, UNMAPPED + offset)


@pytest.mark.parametrize("address", [0x40000002, 0xA0000002, 0xE000ED02])
def test_unaligned_access_to_device_memory_is_a_usage_fault(m7: Machine, address: int) -> None:
    assert after(m7, *wide(0xF8D01000), r0=address) == USAGE_FAULT
    assert m7.peek(CFSR) == UNALIGNED


@pytest.mark.parametrize("address", [0x40000001, 0x50000001, 0xA0000001, 0xE0000001, 0xF0000001])
def test_armv6m_executes_nothing_from_peripherals(address: int) -> None:
    machine = Machine(False)
    after(machine, 0x4700, r0=address)  # bx r0
    machine.step()
    assert machine.exception == HARD_FAULT
    assert machine.words(machine["sp"], 8)[6] == address & ~1


@pytest.mark.parametrize("encoding", [0xFB91F1F2, 0xFBB1F1F2])  # sdiv, udiv r1, r1, r2
def test_registers_written_before_a_division_that_traps_are_stacked(m7: Machine, encoding: int) -> None:
    m7.poke(CCR, 0x210)
    m7.code(MAIN, 0x2103, 0x2007, *wide(encoding))  # movs r1, #3; movs r0, #7
    m7["r0"], m7["r1"], m7["r2"], m7["pc"] = 0, 0, 0, MAIN
    m7.step(3)
    assert m7.exception == USAGE_FAULT
    assert m7.peek(CFSR) == DIVBYZERO
    frame = struct.unpack("<8I", m7.core.read(m7["sp"], 32))
    assert (frame[0], frame[1], frame[6]) == (7, 3, MAIN + 4)
