"""CCM and CCM_ANALOG of RT1060: BOARD_BootClockRUN of evkmimxrt1060, its waits, its result, and the gates.

Writes and waits: clock_config.c and fsl_clock.c of NXP's MCUXpresso SDK. Expected frequencies: the table of clock
outputs in clock_config.h there (core 600, IPG 150, PERCLK 75, UART 80, LPI2C 60, LCDIF 67.5, SEMC 75 MHz, video PLL 93
MHz).
"""

from __future__ import annotations

import pytest
from fake_machine import BusError, FakeMachine

from digitrig.platform import load_board

ANALOG, CCM, DCDC = 0x400D8000, 0x400FC000, 0x40080000
PLL_ARM, PLL_USB1, PLL_SYS, PLL_VIDEO = ANALOG, ANALOG + 0x10, ANALOG + 0x30, ANALOG + 0xA0
CACRR, CBCDR, CBCMR, CSCMR1, CSCDR1, CSCDR2 = (CCM + n for n in (0x10, 0x14, 0x18, 0x1C, 0x24, 0x38))
LOCK, BYPASS, ENABLE, POWERDOWN = 1 << 31, 1 << 16, 1 << 13, 1 << 12


@pytest.fixture
def machine() -> FakeMachine:
    return FakeMachine.of_board("mimxrt1060_evk")


@pytest.fixture
def booted(machine) -> FakeMachine:
    """As the boot ROM leaves it: the registers of the board's YAML."""
    for boot in load_board("mimxrt1060_evk").boot_registers:
        machine.models[boot.device].set(boot.register, boot.value)
    for model in machine.models.values():
        model.on_reset()
    return machine


def change(machine: FakeMachine, address: int, mask: int, value: int) -> None:
    machine.poke(address, machine.peek(address) & ~mask | value)


def boot_clock_run(machine: FakeMachine) -> None:
    """The part of BOARD_BootClockRUN that decides frequencies, in its order."""
    machine.poke(ANALOG + 0x158, 1 << 30)
    assert machine.peek(ANALOG + 0x270) & 1 << 16
    machine.poke(ANALOG + 0x154, 1 << 16)
    assert machine.peek(ANALOG + 0x150) & 1 << 15
    machine.poke(ANALOG + 0x158, 1 << 16)
    machine.poke(ANALOG + 0x278, 1 << 4)
    change(machine, CBCMR, 3 << 12, 1 << 12)
    change(machine, CBCDR, 1 << 25, 1 << 25)
    assert machine.peek(CCM + 0x48) == 0
    assert machine.core_clock == 24_000_000
    change(machine, DCDC + 0xC, 0x1F, 0x13)
    assert machine.peek(DCDC) & LOCK
    change(machine, CBCDR, 7 << 10, 0)
    change(machine, CBCDR, 3 << 8, 3 << 8)
    change(machine, CACRR, 7, 1)
    change(machine, CBCDR, 7 << 27, 0)
    change(machine, CSCMR1, 0x3F, 1)
    change(machine, CBCDR, 7 << 16, 7 << 16)
    change(machine, CBCDR, 3 << 6, 0)
    change(machine, CSCDR2, 0x3F << 19, 0)
    change(machine, CSCDR2, 1 << 18, 0)
    change(machine, CSCDR1, 0x7F, 0)
    change(machine, CSCDR2, 7 << 12, 1 << 12)
    change(machine, CBCMR, 7 << 23, 3 << 23)
    change(machine, CSCDR2, 7 << 15, 5 << 15)
    for pll, divide in ((PLL_ARM, 100), (PLL_SYS, 1)):
        change(machine, pll, 3 << 14, BYPASS)
        change(machine, pll, 0x7F | POWERDOWN, ENABLE | divide)
        assert machine.peek(pll) & LOCK
        change(machine, pll, BYPASS, 0)
    machine.poke(ANALOG + 0x50, 0)
    machine.poke(ANALOG + 0x60, 1)
    change(machine, PLL_VIDEO, ENABLE, 0)
    change(machine, PLL_VIDEO, 3 << 14, BYPASS)
    machine.poke(ANALOG + 0xB0, 0)
    machine.poke(ANALOG + 0xC0, 1)
    change(machine, ANALOG + 0x170, 3 << 30, 3 << 30)
    change(machine, PLL_VIDEO, 0x7F | POWERDOWN | 3 << 19, ENABLE | 31 | 1 << 19)
    assert machine.peek(PLL_VIDEO) & LOCK
    change(machine, PLL_VIDEO, BYPASS, 0)
    change(machine, CBCMR, 3 << 18, 3 << 18)
    change(machine, CBCDR, 1 << 25, 0)
    change(machine, CBCMR, 3 << 12, 0)
    change(machine, CSCMR1, 1 << 6, 0)


def test_reset_values(machine):
    expected = {
        PLL_ARM: 0x00013063,
        PLL_USB1: 0x00012000,
        PLL_SYS: 0x00013001,
        CBCDR: 0x000B8600,
        CBCMR: 0x2DA28324,
        CSCMR1: 0x04900080,
        CSCDR1: 0x00490B00,
        CCM + 0x70: 0xFC3FFFFF,
    }
    assert {address: machine.peek(address) for address in expected} == expected | {PLL_USB1: 0x00012000}


def test_the_boot_rom_leaves_396_mhz(booted):
    assert booted.core_clock == 396_000_000 == load_board("mimxrt1060_evk").reset_clock_hz
    assert booted.models["ccm"].clock("ipg") == 132_000_000
    assert booted.peek(PLL_ARM) & LOCK
    assert booted.peek(PLL_USB1) & (LOCK | ENABLE) == LOCK | ENABLE


def test_the_vendor_sequence_gives_the_published_clocks(booted):
    boot_clock_run(booted)
    assert booted.core_clock == 600_000_000 == load_board("mimxrt1060_evk").clock_hz
    clocks = {
        "core": 600_000_000,
        "ipg": 150_000_000,
        "perclk": 75_000_000,
        "uart": 80_000_000,
        "lpi2c": 60_000_000,
        "semc": 75_000_000,
        "lcdif": 67_500_000,
        "pll_arm": 1_200_000_000,
        "pll_sys": 528_000_000,
        "pll_usb1": 480_000_000,
        "pll_video": 93_000_000,
    }
    ccm = booted.models["ccm"]
    assert {name: ccm.clock(name) for name in clocks} == clocks
    assert booted.clocks["lpuart1"] == 80_000_000


def test_lock_follows_power_and_enable(machine):
    machine.poke(PLL_ARM, 0x00002064)
    assert machine.peek(PLL_ARM) == 0x80002064
    machine.poke(PLL_ARM, 0x00003064)
    assert machine.peek(PLL_ARM) == 0x00003064
    machine.poke(PLL_ARM, 0x00000064)
    assert machine.peek(PLL_ARM) == 0x00000064


def test_in_usb_plls_bit_12_switches_on(machine):
    machine.poke(PLL_USB1, 0x00003000)
    assert machine.peek(PLL_USB1) & LOCK
    machine.poke(PLL_USB1, 0x00002000)
    assert not machine.peek(PLL_USB1) & LOCK


def test_set_clear_and_toggle_act_at_plus_4_8_and_12(machine):
    machine.poke(PLL_ARM, 0x00002064)
    machine.poke(PLL_ARM + 8, 0x7F)
    assert machine.peek(PLL_ARM) == 0x80002000
    machine.poke(PLL_ARM + 4, 0x55)
    assert machine.peek(PLL_ARM) == 0x80002055
    machine.poke(PLL_ARM + 12, 0x0F)
    assert machine.peek(PLL_ARM) == 0x8000205A


def test_fraction_registers_have_no_aliases(machine):
    machine.poke(ANALOG + 0x50, 3)
    with pytest.raises(AssertionError, match="nothing at"):
        machine.poke(ANALOG + 0x54, 4)
    assert machine.peek(ANALOG + 0x50) == 3


def test_a_bypassed_pll_gives_the_crystal_clock(machine):
    machine.poke(PLL_ARM, BYPASS | ENABLE | 100)
    assert machine.models["ccm"].clock("pll_arm") == 24_000_000


def test_video_pll_without_denominator_has_no_fraction(machine):
    machine.poke(ANALOG + 0xB0, 0)
    machine.poke(ANALOG + 0xC0, 0)
    machine.poke(PLL_VIDEO, ENABLE | 31 | 2 << 19)
    machine.poke(ANALOG + 0x178, 3 << 30)
    assert machine.models["ccm"].clock("pll_video") == 744_000_000


@pytest.mark.parametrize(
    ("fraction", "hz"), [(12, 792_000_000), (18, 528_000_000), (27, 352_000_000), (35, 271_542_857)]
)
def test_fractional_divider_is_18_over_its_number(booted, fraction, hz):
    change(booted, ANALOG + 0x100, 0xFF, fraction)
    assert booted.models["ccm_analog"].pfd_hz("PFD_528", 0) == hz


def test_a_gated_fractional_divider_stands_still(booted):
    change(booted, ANALOG + 0x100, 0x80, 0x80)
    assert booted.models["ccm_analog"].pfd_hz("PFD_528", 0) == 0


def test_the_handshake_register_reads_0_and_cannot_be_written(machine):
    machine.poke(CCM + 0x48, 0xFFFFFFFF)
    assert machine.peek(CCM + 0x48) == 0


def test_uart_clock_can_come_from_the_crystal(booted):
    change(booted, CSCDR1, 0x7F, 0x40 | 5)
    assert booted.clocks["lpuart1"] == 4_000_000


def test_uart_clock_stops_without_pll3(booted):
    booted.poke(PLL_USB1, 0)
    assert booted.clocks["lpuart1"] == 0


def test_gates_close_and_open_the_registers(booted):
    ccgr5 = CCM + 0x7C
    change(booted, ccgr5, 3 << 24, 0)
    with pytest.raises(BusError):
        booted.peek(0x40184010)
    assert booted.clocks["lpuart1"] == 0
    change(booted, ccgr5, 3 << 24, 1 << 24)
    assert booted.peek(0x40184010) == 0x0F000004
    assert booted.clocks["lpuart1"] == 80_000_000


def test_semc_is_gated_after_reset(machine):
    assert machine.enabled["semc"] is False
    assert machine.enabled["gpio1"] is True


def test_gates_name_blocks_of_the_board(machine):
    from digitrig.peripherals.imxrt_ccm import GATES

    assert set(GATES.values()) <= set(machine.models)


def test_crystal_flags_follow_power_and_detector(machine):
    assert not machine.peek(ANALOG + 0x150) & 1 << 15
    machine.poke(ANALOG + 0x154, 1 << 16)
    assert machine.peek(ANALOG + 0x150) & 1 << 15
    machine.poke(ANALOG + 0x154, 1 << 30)
    assert not machine.peek(ANALOG + 0x150) & 1 << 15
    assert not machine.peek(ANALOG + 0x270) & 1 << 16


def test_semc_commands_finish_and_want_their_key(booted):
    change(booted, CCM + 0x74, 3 << 4, 3 << 4)
    semc = 0x402F0000
    booted.poke(semc, 1)
    assert not booted.peek(semc) & 1
    booted.poke(semc + 0x90, 0x80000000)
    booted.poke(semc + 0x9C, 0xA55A000F)
    assert booted.peek(semc + 0x3C) == 1
    booted.poke(semc + 0x3C, 1)
    assert booted.peek(semc + 0x3C) == 0
    booted.poke(semc + 0x9C, 0x1234000F)
    assert booted.peek(semc + 0x3C) == 2
