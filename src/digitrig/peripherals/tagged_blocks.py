"""Blocks whose registers are known and not modelled: every touch is counted and logged, nothing else happens.

Source: KE1xZ64 and i.MX RT1060 reference manuals, the chapters of those names; MKE16Z4.h, MIMXRT1062.h. Each of these
becomes a module of its own when it gets behaviour.
"""

from __future__ import annotations

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.registers import Register, tagged


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


def _alias(name: str, offset: int, reset: int = 0) -> Register:
    return Register(name, offset, reset=reset, alias_set=True)


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
