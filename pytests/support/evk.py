"""The emulated MIMXRT1060-EVK with a program that only sleeps: tests do the accesses of the core themselves."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

from digitrig.engines.embedded.machine import EmbeddedMachine
from digitrig.errors import FirmwareFault
from digitrig.peripherals import Peripheral
from digitrig.platform import load_board
from digitrig.protocols import PS_PER_US, StopReason

BOARD = "mimxrt1060_evk"
FLASH, CODE = 0x60000000, 0x400
WFI_FOR_EVER = struct.pack("<2H", 0xBF30, 0xE7FD)  # wfi; b .-2
CCM, LPI2C1, ELCDIF, SEMC, SNVS = 0x400FC000, 0x403F0000, 0x402B8000, 0x402F0000, 0x400D4000
GPIO1, GPIO2 = 0x401B8000, 0x401BC000
DR, GDIR, PSR, ICR1, IMR, ISR = 0x00, 0x04, 0x08, 0x0C, 0x14, 0x18


def sleeper(path: Path) -> Path:
    """A raw image for 0x60000000: vector table and a loop of WFI."""
    head = struct.pack("<II", 0x20020000, FLASH + CODE | 1)
    path.write_bytes(head + bytes(CODE - len(head)) + WFI_FOR_EVER)
    return path


_made: list[tuple[EmbeddedMachine, object]] = []


def _machine(folder: Path) -> EmbeddedMachine:
    """One machine for all tests of a process, as it was made: a snapshot is quicker than another machine."""
    if not _made:
        machine = EmbeddedMachine(load_board(BOARD))
        machine.load_file(sleeper(folder / "sleeper.bin"), FLASH)
        _made.append((machine, machine.snapshot()))
    machine, snapshot = _made[0]
    machine.restore(snapshot)
    machine.core.clear_log()
    machine._resets.clear()
    return machine


class Evk:
    """One machine; `poke` and `peek` are bus accesses, `wait_us` lets virtual time pass."""

    def __init__(self, folder: Path) -> None:
        self.machine = _machine(folder)
        self.core = self.machine.core
        for number in range(7):  # all clock gates on
            self.poke(CCM + 0x68 + 4 * number, 0xFFFFFFFF)

    @property
    def models(self) -> Mapping[str, Peripheral]:
        return self.machine.services.models

    def poke(self, address: int, value: int, width: int = 4) -> None:
        assert self.core.access(address, width, value) is not None, f"write of 0x{address:08x} refused"

    def peek(self, address: int, width: int = 4) -> int:
        value = self.core.access(address, width)
        assert value is not None, f"read of 0x{address:08x} refused"
        return value

    def change(self, address: int, mask: int, value: int) -> None:
        self.poke(address, self.peek(address) & ~mask | value)

    def wait_us(self, us: float) -> None:
        """Run for that long, even if nothing at all happens."""
        end = self.core.now_ps + round(us * PS_PER_US)
        stop = self.machine.run(max(0, end - self.core.now_ps))
        if stop.reason is StopReason.ASLEEP and end > self.core.now_ps:
            self.machine.pass_time(end - self.core.now_ps)
        elif stop.reason is not StopReason.TIME:
            raise FirmwareFault(f"the sleeping program stopped: {stop.reason.value} at 0x{stop.pc:08x}")

    def us(self) -> float:
        return self.core.now_ps / PS_PER_US

    def pending(self, irq: int) -> bool:
        """The interrupt is pending; it stays so after its line has dropped (Armv7-M ARM DDI 0403E B3.4.1)."""
        return bool(self.core_access(0x6801, 0xE000E200 + 4 * (irq // 32)) >> irq % 32 & 1)  # NVIC_ISPR

    def forget(self, irq: int) -> None:
        """Clear the pending interrupt."""
        self.core_access(0x6001, 0xE000E280 + 4 * (irq // 32), 1 << irq % 32)  # NVIC_ICPR

    def core_access(self, instruction: int, address: int, value: int = 0) -> int:
        """One instruction of the core: 0x6801 = LDR r1, [r0], 0x6001 = STR r1, [r0]. Returns r1."""
        self.core.write(FLASH + 0x300, struct.pack("<H", instruction))
        saved = {name: self.core.get_cpu(name) for name in ("pc", "r0", "r1")}
        for name, content in (("r0", address), ("r1", value), ("pc", FLASH + 0x300)):
            self.core.set_cpu(name, content)
        self.core.run(10**9, 1)
        word = self.core.get_cpu("r1")
        for name, content in saved.items():
            self.core.set_cpu(name, content)
        return word


def lcd_clock(evk: Evk) -> None:
    """Pixel clock as NXP's examples set it: video PLL 93 MHz (31 x 24 / 8), / 5, / 2 = 9.3 MHz."""
    evk.poke(0x400D80A0, 1 << 13 | 31)  # PLL_VIDEO: enabled, powered, DIV_SELECT 31, POST_DIV_SELECT 0 = / 4
    evk.poke(0x400D80B0, 0)  # NUM
    evk.poke(0x400D80C0, 0)  # DENOM
    evk.poke(0x400D8170, 1 << 30)  # MISC2.VIDEO_DIV 1 = / 2
    evk.change(CCM + 0x38, 0x3F << 12, 2 << 15 | 4 << 12)  # CSCDR2: source PLL_VIDEO, / 5
    evk.change(CCM + 0x18, 7 << 23, 1 << 23)  # CBCMR: / 2


def lcd_start(evk: Evk, buffer: int, *, xrgb: bool = False) -> None:
    """What ELCDIF_RgbModeInit and ELCDIF_RgbModeStart write for the RK043FN02H-CT panel, frame-done interrupt on."""
    evk.poke(ELCDIF + 0x08, 1 << 30)  # CLKGATE
    evk.poke(ELCDIF + 0x08, 1 << 31)  # SFTRST
    for offset, value in (
        (0x00, 0x000A0320 if xrgb else 0x000A0020),
        (0x10, 0x00070000 if xrgb else 0x000F0000),
        (0x20, 0x00800000),
        (0x30, 0x011001E0),
        (0x70, 0x1330000A),
        (0x80, 0x120),
        (0x90, 0x00A40215),
        (0xA0, 0x0031000C),
        (0xB0, 0x000401E0),
        (0x40, buffer),
        (0x50, buffer),
        (0x14, 0x2000),
        (0x04, 0x00020001),
    ):
        evk.poke(ELCDIF + offset, value)


def panel_on(evk: Evk) -> None:
    """Drive display enable (GPIO1 pin 2) and backlight (GPIO2 pin 31) high."""
    for base, pin in ((GPIO1, 2), (GPIO2, 31)):
        evk.change(base + GDIR, 0, 1 << pin)
        evk.change(base + DR, 0, 1 << pin)


def sdram_up(evk: Evk) -> None:
    """The writes of dcd.c of evkmimxrt1060 in NXP's MCUXpresso SDK that the SDRAM needs."""
    for offset, value in ((0x00, 0x10000004), (0x10, 0x8000001B), (0x40, 0xF31), (0x44, 0x652922), (0x48, 0x10920)):
        evk.poke(SEMC + offset, value)
    evk.poke(SEMC + 0x4C, 0x50210A08)
    for offset, value in ((0x90, 0x80000000), (0x94, 2), (0x98, 0)):
        evk.poke(SEMC + offset, value)
    for command in (0xA55A000F, 0xA55A000C, 0xA55A000C):
        evk.poke(SEMC + 0x9C, command)
    evk.poke(SEMC + 0xA0, 0x33)
    evk.poke(SEMC + 0x9C, 0xA55A000A)
    evk.poke(SEMC + 0x4C, 0x50210A09)
