"""Blocks whose registers are known and not modelled: every touch is counted and logged, nothing else happens.

Source: KE1xZ64 and i.MX RT1060 reference manuals, the chapters of those names; MKE16Z4.h, MIMXRT1062.h. Each of these
becomes a module of its own when it gets behaviour.
"""

from __future__ import annotations

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.registers import Access, Register, tagged

RO, WO = Access.RO, Access.WO


def _at(names: str, first: int, step: int = 4) -> tuple[Register, ...]:
    """Registers with these names side by side."""
    return tuple(Register(name, first + step * i) for i, name in enumerate(names.split()))


@register("Timers.Kinetis_RTC")
class RTC(Peripheral):
    lines = ("IRQ",)
    source = "KE1xZ64 RM, chapter RTC"
    TABLE = tagged(
        *_at("TSR TPR TAR TCR CR", 0x00),
        Register("SR / Status", 0x14, reset=0x01),
        Register("LR / Lock", 0x18, reset=0xFF),
        Register("IER / Interrupt enable", 0x1C, reset=0x07),
        Register("WAR / Write access", 0x800, reset=0xFF),
        Register("RAR / Read access", 0x804, reset=0xFF),
    )


@register("I2C.S32K3XX_LowPowerInterIntegratedCircuit")
class LPI2C(Peripheral):
    """Renode's class for this block."""

    SIZE = 0x1000
    lines = ("IRQ",)
    source = "KE1xZ64 RM and i.MX RT1060 RM, chapter LPI2C"
    TABLE = tagged(
        Register("VERID / Version", 0x00, reset=0x01000003, access=RO),
        Register("PARAM / Parameters", 0x04, reset=0x00000202, access=RO),
        Register("MCR / Master control", 0x10),
        Register("MSR / Master status", 0x14, reset=1),
        *_at("MIER MDER MCFGR0 MCFGR1 MCFGR2 MCFGR3", 0x18),
        *_at("MDMR MCCR0 MCCR1 MFCR", 0x40, 8),
        Register("MFSR / Master FIFO status", 0x5C, access=RO),
        Register("MTDR / Master transmit data", 0x60, access=WO),
        Register("MRDR / Master receive data", 0x70, reset=0x4000, access=RO),
        *_at("SCR SSR SIER SDER", 0x110),
        *_at("SCFGR1 SCFGR2", 0x124),
        Register("SAMR / Slave address match", 0x140),
        Register("SASR / Slave address status", 0x150, reset=0x4000, access=RO),
        Register("STAR / Slave transmit acknowledge", 0x154),
        Register("STDR / Slave transmit data", 0x160, access=WO),
        Register("SRDR / Slave receive data", 0x170, reset=0x4000, access=RO),
    )


def _alias(name: str, offset: int, reset: int = 0) -> Register:
    return Register(name, offset, reset=reset, alias_set=True)


@register("Video.IMXRT_ELCDIF")
class ELCDIF(Peripheral):
    SIZE = 0x4000
    lines = ("IRQ",)
    source = "i.MX RT1060 RM, chapter eLCDIF"
    TABLE = tagged(
        _alias("CTRL / Control", 0x00, 0xC0000000),
        _alias("CTRL1 / Control 1", 0x10, 0x000F0000),
        _alias("CTRL2 / Control 2", 0x20, 0x00200000),
        Register("TRANSFER_COUNT / Valid data", 0x30, reset=0x00010000),
        Register("CUR_BUF / Current buffer", 0x40),
        Register("NEXT_BUF / Next buffer", 0x50),
        _alias("VDCTRL0 / VSYNC and dot clock 0", 0x70),
        *_at("VDCTRL1 VDCTRL2 VDCTRL3 VDCTRL4", 0x80, 0x10),
        Register("BM_ERROR_STAT / Bus master error", 0x190),
        Register("CRC_STAT / CRC", 0x1A0),
        Register("STAT / Status", 0x1B0, reset=0x95000000, access=RO),
        _alias("PIGEONCTRL0 / Pigeon mode 0", 0x380),
        _alias("PIGEONCTRL1 / Pigeon mode 1", 0x390),
        _alias("PIGEONCTRL2 / Pigeon mode 2", 0x3A0),
        *(Register(f"PIGEON{n}_{k}", 0x800 + 0x40 * n + 0x10 * k) for n in range(12) for k in range(3)),
        *_at("LUT_CTRL LUT0_ADDR LUT0_DATA LUT1_ADDR LUT1_DATA", 0xB00, 0x10),
    )


@register("Video.IMXRT_PXP")
class PXP(Peripheral):
    SIZE = 0x4000
    lines = ("IRQ",)
    source = "i.MX RT1060 RM, chapter PXP"
    TABLE = tagged(
        _alias("CTRL / Control", 0x00, 0xC0000000),
        _alias("STAT / Status", 0x10),
        _alias("OUT_CTRL / Output control", 0x20),
        *_at("OUT_BUF OUT_BUF2 OUT_PITCH OUT_LRC OUT_PS_ULC OUT_PS_LRC OUT_AS_ULC OUT_AS_LRC", 0x30, 0x10),
        _alias("PS_CTRL / Processed surface control", 0xB0),
        *_at("PS_BUF PS_UBUF PS_VBUF PS_PITCH PS_BACKGROUND PS_SCALE PS_OFFSET PS_CLRKEYLOW PS_CLRKEYHIGH", 0xC0, 0x10),
        *_at("AS_CTRL AS_BUF AS_PITCH AS_CLRKEYLOW AS_CLRKEYHIGH CSC1_COEF0 CSC1_COEF1 CSC1_COEF2", 0x150, 0x10),
        Register("POWER / Power control", 0x320),
        Register("NEXT / Next frame pointer", 0x400),
        Register("PORTER_DUFF_CTRL / Alpha control", 0x440),
    )
