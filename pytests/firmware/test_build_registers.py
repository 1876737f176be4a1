"""What start-up code writes to registers, compared with NXP's own: SystemInit, BOARD_BootClockRUN, BOARD_ConfigMPU.

The program `hang` runs in Unicorn with registers as plain storage, apart from the few status bits that the code waits
for. Expected values are those of system_*.c, clock_config.c and board.c of NXP's MCUXpresso SDK for frdmke16z and
evkmimxrt1060, with field positions from MKE16Z4.h and MIMXRT1062.h; reset values are those of the reference manuals.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from firmware_registers import HANG, TOOLCHAINS, Live, Registers, arm, ones, run

from digitrig.firmware_build import build_program

ERR, VLD, LOCK, PR = 1 << 26, 1 << 24, 1 << 31, 1 << 31
SCG, PCC, LPUART0 = 0x40064000, 0x40065000, 0x4006A000
CCM, ANALOG, DCDC_REG0 = 0x400FC000, 0x400D8000, 0x40080000
WDOG1, WDOG2, RTWDOG = 0x400B8000, 0x400D0000, 0x400BC000


def scg(stored: Mapping[int, int], value: int) -> int:
    """VLD follows EN, ERR reads 0."""
    return value & ~(VLD | ERR) | (VLD if value & 1 else 0)


class AnalogRegisters(Registers):
    """Two registers of the RT1060 that the code changes by their SET and CLR aliases."""

    def write(self, address: int, width: int, value: int) -> None:
        super().write(address, width, value)
        base = address & ~0xF
        if base in (ANALOG + 0x150, ANALOG + 0x270) and address & 0xF in (4, 8):
            old = self.stored.get(base, 0)
            self.stored[base] = old | value if address & 4 else old & ~value


@pytest.fixture(scope="module", params=TOOLCHAINS)
def ke16z(request: pytest.FixtureRequest) -> Registers:
    live: dict[int, Live] = {address: ones(PR) for address in range(PCC, PCC + 0x200, 4)}
    live |= {SCG + source: scg for source in (0x100, 0x200, 0x300, 0x500)} | {LPUART0 + 0x14: ones(3 << 22)}
    live[SCG + 0x10] = lambda stored, _value: stored.get(SCG + 0x14, 0x03000001)  # CSR shows what RCCR was set to
    reset = {0x40052000: 0x2980, SCG + 0x200: 5, SCG + 0x300: 1}
    elf = build_program(HANG, "frdm_ke16z", toolchain=request.param)
    memories = [(0, 0x10000), (0x1FFFF000, 0x3000)]
    return run(elf, arm.UC_CPU_ARM_CORTEX_M0, memories, 0, Registers(reset, live))


@pytest.fixture(scope="module", params=TOOLCHAINS)
def rt1060(request: pytest.FixtureRequest) -> Registers:
    status = {ANALOG + 0x270: 1 << 16, ANALOG + 0x150: 1 << 15, DCDC_REG0: 1 << 31, 0x40184014: 3 << 22}
    status |= {ANALOG + pll: LOCK for pll in (0x00, 0x30, 0xA0)}
    live = {address: ones(bits) for address, bits in status.items()}
    reset = {RTWDOG: 0x2980, WDOG1: 0x0030, WDOG1 + 8: 1, WDOG2: 0x0034, WDOG2 + 8: 1, DCDC_REG0 + 0xC: 0x10E}
    reset |= {ANALOG + 0x00: 0x13063, ANALOG + 0x30: 0x13001, ANALOG + 0x70: 0x11006, ANALOG + 0xA0: 0x1100C}
    reset |= {ANALOG + 0xE0: 0x11001, ANALOG + 0x20: 0x12000, ANALOG + 0x100: 0x1018101B, ANALOG + 0x170: 0x272727}
    reset |= {CCM: 0x0401167F, CCM + 0x14: 0x000B8600, CCM + 0x18: 0x2DA28324, CCM + 0x1C: 0x04900080}
    reset |= {CCM + 0x24: 0x00490B00, CCM + 0x38: 0x00029B48, 0xE000E010: 7, 0xE000ED80: 0xF01FE019}
    reset |= {CCM + 0x68 + 4 * n: 0xFFFFFFFF for n in range(8)}
    elf = build_program(HANG, "mimxrt1060_evk", toolchain=request.param)
    memories = [(0, 0x20000), (0x20000000, 0x20000), (0x60000000, 0x800000)]
    return run(elf, arm.UC_CPU_ARM_CORTEX_M7, memories, 0x60002000, AnalogRegisters(reset, live))


# ---------------------------------------------------------------- KE16Z


def test_ke16z_watchdog_is_unlocked_and_switched_off_first(ke16z: Registers) -> None:
    """SystemInit: CNT = unlock word, TOVAL = 0xFFFF, CS = (CS & ~EN) | UPDATE; before it only VTOR is written."""
    assert ke16z.writes[:4] == [
        (0xE000ED08, 4, 0),
        (0x40052004, 4, 0xD928C520),
        (0x40052008, 4, 0xFFFF),
        (0x40052000, 4, 0x2920),
    ]


def test_ke16z_clocks_go_through_the_steps_of_boot_clock_run(ke16z: Registers) -> None:
    sirc = [(0x200, 0), (0x204, 0x200), (0x208, 1), (0x200, 1)]
    expected = [
        *[(0x100, ERR), (0x104, 0x100), (0x108, 0x24), (0x100, 5)],  # 8 MHz crystal
        *sirc,
        (0x14, 0x02000003),  # core from SIRC
        *[(0x300, ERR), (0x304, 0x100), (0x308, 0), (0x300, 1)],
        (0x14, 0x03000003),  # core from FIRC
        *sirc,
        *[(0x500, ERR), (0x504, 0x200), (0x508, 0), (0x500, 1)],
        (0x14, 0x05000001),  # core from LPFLL: 48 MHz, bus 24 MHz
    ]
    assert ke16z.written(SCG, SCG + 0x600) == [(SCG + offset, value) for offset, value in expected]


def test_ke16z_peripheral_clocks_come_from_the_crystal(ke16z: Registers) -> None:
    source = {slot: ke16z.stored[PCC + slot] >> 24 & 7 for slot in (0xEC, 0x198, 0x1A8)}
    assert source == {0xEC: 1, 0x198: 1, 0x1A8: 1}
    assert ke16z.stored[PCC + 0x1A8] & 1 << 30, "LPUART0 is clocked"


def test_ke16z_console_is_set_up_as_the_vendors_driver_does(ke16z: Registers) -> None:
    writes = ke16z.written(LPUART0, LPUART0 + 0x30)
    assert writes[:3] == [(LPUART0 + 8, 2), (LPUART0 + 8, 0), (LPUART0 + 0x10, 0x16000003)]
    assert (LPUART0 + 0x28, 0xC088) in writes, "both FIFOs on and flushed"
    assert ke16z.stored[LPUART0 + 0x18] & 3 << 18 == 3 << 18, "transmitter and receiver on"
    assert [ke16z.stored[0x4004A000 + 4 * pin] >> 8 & 7 for pin in (0, 1)] == [2, 2], "PTB0, PTB1: alternative 2"


# ---------------------------------------------------------------- RT1060


def test_rt1060_starts_as_system_init_does(rt1060: Registers) -> None:
    """CPACR, both 16-bit watchdogs by half-words (WDE only where it was set), RTWDOG, SysTick off."""
    assert rt1060.writes[:9] == [
        (0xE000ED08, 4, 0x60002000),
        (0xE000ED88, 4, 0x00F00000),
        (WDOG1 + 8, 2, 0),
        (WDOG2 + 8, 2, 0),
        (WDOG2, 2, 0x0030),
        (RTWDOG + 4, 4, 0xD928C520),
        (RTWDOG + 8, 4, 0xFFFF),
        (RTWDOG, 4, 0x2920),
        (0xE000E010, 4, 6),
    ]


def test_rt1060_memory_protection_is_that_of_config_mpu(rt1060: Registers) -> None:
    expected = [
        (0, 0x00000000, 0x1000003F),
        (1, 0x80000000, 0x03100039),
        (2, 0x60000000, 0x03100039),
        (3, 0x60000000, 0x0603002D),
        (4, 0x00000000, 0x0310003B),
        (5, 0x00000000, 0x03030021),
        (6, 0x20000000, 0x03030021),
        (7, 0x20200000, 0x03030025),
        (8, 0x20280000, 0x03030023),
        (11, 0x40000000, 0x0310002B),
        (12, 0x42000000, 0x03100027),
    ]
    writes = rt1060.written(0xE000ED94, 0xE000EDA4)
    regions = [
        (base & 0xF, base & ~0x1F, rasr) for (_, base), (_, rasr) in zip(writes[1:-1:2], writes[2:-1:2], strict=True)
    ]
    assert regions == expected
    assert (writes[0], writes[-1]) == ((0xE000ED94, 0), (0xE000ED94, 7))


def test_rt1060_caches_are_invalidated_line_by_line_and_switched_on(rt1060: Registers) -> None:
    """CCSIDR of a 32 KB cache: 256 sets of 4 ways; DCISW takes set << 5 and way << 30 (Armv7-M ARM B2.2.7)."""
    lines = {value for _, value in rt1060.written(0xE000EF60, 0xE000EF64)}
    assert lines == {line << 5 | way << 30 for line in range(256) for way in range(4)}
    assert rt1060.stored[0xE000ED14] & 3 << 16 == 3 << 16


def test_rt1060_plls_get_the_values_of_boot_clock_run(rt1060: Registers) -> None:
    stored = {offset: rt1060.stored[ANALOG + offset] & ~LOCK for offset in (0, 0x30, 0x50, 0x60, 0xA0, 0xB0, 0xC0)}
    assert stored == {
        0x00: 0x2000 | 100,  # ARM: enabled, 24 MHz * 100 / 2
        0x30: 0x2001,  # system: 528 MHz
        0x50: 0,
        0x60: 1,
        0xA0: 0x2000 | 1 << 19 | 31,  # video: 744 MHz, / 2, and / 4 in MISC2
        0xB0: 0,
        0xC0: 1,
    }
    assert rt1060.stored[ANALOG + 0x100] & 0x3F3F3F3F == 16 << 24 | 24 << 16 | 16 << 8 | 27
    assert rt1060.stored[ANALOG + 0x100] & 0x80808080 == 0, "no PFD gated"
    assert rt1060.stored[ANALOG + 0x70] == 0x13000, "audio: off, bypassed, enabled"
    assert rt1060.stored[ANALOG + 0xE0] == 0x13000 | 3 << 20 | 1
    assert rt1060.stored[ANALOG + 0x20] == 0x12000
    assert rt1060.stored[ANALOG + 0x170] >> 30 == 3
    assert rt1060.stored[DCDC_REG0 + 0xC] == 0x113, "1.275 V"
    assert not rt1060.written(ANALOG + 0x10, ANALOG + 0x20), "PLL3 feeds the flash and stays as the ROM left it"


def test_rt1060_core_runs_from_the_crystal_while_plls_change(rt1060: Registers) -> None:
    first_pll = next(i for i, (address, _, _) in enumerate(rt1060.writes) if address == ANALOG)
    onto_crystal = next(i for i, (a, _, v) in enumerate(rt1060.writes) if a == CCM + 0x14 and v & 1 << 25)
    back = max(i for i, (a, _, _) in enumerate(rt1060.writes) if a == CCM + 0x14)
    assert onto_crystal < first_pll < back
    assert not rt1060.stored[CCM + 0x14] & 1 << 25


def test_rt1060_dividers_and_sources_are_those_of_boot_clock_run(rt1060: Registers) -> None:
    """Reset values with the fields of clock_config.c put in by hand."""
    stored = {offset: rt1060.stored[CCM + offset] for offset in (0x00, 0x10, 0x14, 0x18, 0x1C, 0x24, 0x38)}
    assert {offset: hex(value) for offset, value in stored.items()} == {
        0x00: hex(0x0401167F),  # CCR: OSCNT 127
        0x10: hex(0x00000001),  # CACRR: ARM / 2
        0x14: hex(0x000F8300),  # CBCDR: AHB / 1, IPG / 4, SEMC / 8
        0x18: hex(0x31AE0124),  # CBCMR: PRE_PERIPH PLL1, LPSPI / 5 of PLL2, LCDIF / 4, FLEXSPI2 / 2, TRACE PLL2
        0x1C: hex(0x04900081),  # CSCMR1: PERCLK / 2 of IPG
        0x24: hex(0x06490B00),  # CSCDR1: UART / 1 of PLL3 / 6, USDHC / 2, TRACE / 4
        0x38: hex(0x00029B48),  # CSCDR2: LCDIF / 2 of PLL3 PFD1, LPI2C / 1
    }
