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
