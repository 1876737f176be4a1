"""Small system blocks: what reads back, what is tagged, and the divider of KE16Z.

Source: KE1xZ64 reference manual, chapters SIM, PMC, RCM, MCM, FTFA, MMDVSQ; i.MX RT1060 reference manual, chapters
DCDC, IOMUXC, SNVS, OCOTP, SRC. Reset values also in NXP's SVD of MKE16Z4 and of the RT1052.
"""

from __future__ import annotations

import pytest
from fake_machine import FakeMachine

MMDVSQ = 0xF0004000
DEND, DSOR, CSR, RES, RCND = (MMDVSQ + n for n in (0, 4, 8, 0xC, 0x10))
USGN, REM, DZ, DFS, SQRT, DIV = 2, 4, 1 << 4, 1 << 5, 1 << 29, 1 << 30


@pytest.fixture
def ke16z() -> FakeMachine:
    return FakeMachine.of_board("frdm_ke16z")


@pytest.fixture
def rt1060() -> FakeMachine:
    return FakeMachine.of_board("mimxrt1060_evk")


@pytest.mark.parametrize(
    ("address", "value"),
    [
        (0x40048024, 0x00000100),
        (0x40048050, 0x7F800000),
        (0x4007E000, 0x01000000),
        (0x4007E010, 0x00000003),
        (0x4007E014, 0x00000001),
        (0x4007F000, 0x03000003),
        (0x4007F008, 0x00000082),
        (0xF000300C, 0x00000250),
    ],
)
def test_ke16z_reset_values(ke16z, address, value):
    assert ke16z.peek(address) == value


def test_pmc_has_byte_registers_side_by_side(ke16z):
    assert ke16z.peek(0x4007D002, 1) == 4
    ke16z.poke(0x4007D000, 0xFF, 1)
    assert ke16z.peek(0x4007D000, 1) == 0x30, "LVDACK reads 0, LVDF is read only"
    assert ke16z.peek(0x4007D001, 1) == 0


def test_flash_controller_is_ready_and_counted_when_touched(ke16z):
    assert ke16z.peek(0x40020000, 1) == 0x80
    assert ("ftfa", "FSTAT") in ke16z.tagged
    assert ke16z.peek(0x40020002, 1) == 0xFE


def test_identification_cannot_be_written(ke16z):
    ke16z.poke(0x40048024, 0)
    assert ke16z.peek(0x40048024) == 0x100


def test_sticky_reset_status_is_cleared_by_1(ke16z):
    ke16z.poke(0x4007F018, 0x80)
    assert ke16z.peek(0x4007F018) == 0x02


@pytest.mark.parametrize(
    ("control", "dividend", "divisor", "result"),
    [
        (USGN, 100, 7, 14),
        (USGN | REM, 100, 7, 2),
        (USGN, 0xFFFFFFFF, 2, 0x7FFFFFFF),
        (0, -100, 7, -14),
        (0, 100, -7, -14),
        (REM, -100, 7, -2),
        (0, -0x80000000, -1, -0x80000000),
    ],
)
def test_divide_starts_when_the_divisor_is_written(ke16z, control, dividend, divisor, result):
    ke16z.poke(CSR, control)
    ke16z.poke(DEND, dividend & 0xFFFFFFFF)
    ke16z.poke(DSOR, divisor & 0xFFFFFFFF)
    assert ke16z.peek(RES) == result & 0xFFFFFFFF
    assert ke16z.peek(CSR) & (DIV | SQRT | DZ) == DIV


def test_division_by_zero_is_flagged_and_the_flag_goes_with_the_next_divide(ke16z):
    ke16z.poke(DEND, 5)
    ke16z.poke(DSOR, 0)
    assert ke16z.peek(CSR) & DZ
    assert ke16z.peek(RES) == 0
    ke16z.poke(DSOR, 5)
    assert not ke16z.peek(CSR) & DZ
    assert ke16z.peek(RES) == 1


def test_without_fast_start_the_divide_waits_for_srt(ke16z):
    ke16z.poke(CSR, DFS | USGN)
    ke16z.poke(DEND, 20)
    ke16z.poke(DSOR, 4)
    assert ke16z.peek(RES) == 0
    ke16z.poke(CSR, DFS | USGN | 1)
    assert ke16z.peek(RES) == 5
    assert not ke16z.peek(CSR) & 1


@pytest.mark.parametrize(("radicand", "root"), [(0, 0), (1, 1), (15, 3), (16, 4), (0xFFFFFFFF, 0xFFFF)])
def test_square_root_starts_when_the_radicand_is_written(ke16z, radicand, root):
    ke16z.poke(RCND, radicand)
    assert ke16z.peek(RES) == root
    assert ke16z.peek(CSR) & (DIV | SQRT) == SQRT
    assert ke16z.peek(RCND) == 0


# ------------------------------------------------------------------ i.MX RT


def test_dcdc_is_stable_and_takes_a_new_target(rt1060):
    assert rt1060.peek(0x40080000) >> 31 == 1
    rt1060.poke(0x4008000C, 0x113)
    assert rt1060.peek(0x4008000C) == 0x113
    assert rt1060.peek(0x40080000) >> 31 == 1


def test_pad_settings_of_the_console_are_stored(rt1060):
    """LPUART1 on GPIO_AD_B0_12 and 13: pin_mux.c of NXP's SDK."""
    for address, value in ((0x401F80EC, 2), (0x401F80F0, 2), (0x401F82DC, 0x10B0), (0x401F82E0, 0x10B0)):
        rt1060.poke(address, value)
        assert rt1060.peek(address) == value


def test_flexram_split_is_tagged_because_the_memories_are_fixed(rt1060):
    assert rt1060.peek(0x400AC040) == 0x00200003
    rt1060.poke(0x400AC044, 0xAAAAAAAA)
    assert ("iomuxc_gpr", "GPR17") in rt1060.tagged
    rt1060.poke(0x400AC004, 1)
    assert ("iomuxc_gpr", "GPR1") not in rt1060.tagged


def test_snvs_general_purpose_registers_keep_values(rt1060):
    rt1060.poke(0x400D4100, 0x12345678)
    assert rt1060.peek(0x400D4100) == 0x12345678


def test_fuses_read_as_unprogrammed(rt1060):
    assert rt1060.peek(0x401F4410) == 0
    assert rt1060.peek(0x401F4000) == 0
    assert ("ocotp", "CTRL") in rt1060.tagged


def test_reset_status_bits_are_cleared_by_1(rt1060):
    assert rt1060.peek(0x400F8008) == 1
    rt1060.poke(0x400F8008, 1)
    assert rt1060.peek(0x400F8008) == 0


def test_power_blocks_are_tagged(rt1060):
    rt1060.peek(0x400F4000)
    assert len(rt1060.tagged) == 1
