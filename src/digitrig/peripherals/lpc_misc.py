"""Small blocks of LPC84x: switch matrix, pin configuration, power management, FAIM; and tagged timers.

Source: LPC84x user manual UM11029, the chapters of those names; LPC845.h; reset values also in NXP's SVD. What SWM and
IOCON hold has no effect: USARTs are always connected, pins that nothing drives read 1. FAIM reads as blank.
"""

from __future__ import annotations

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.registers import Access, Field, Register, State, tagged

RO = Access.RO


@register("Miscellaneous.LPC84x_SWM")
class SWM(Peripheral):
    SIZE = 0x4000
    TABLE = (
        *(Register(f"PINASSIGN{n} / Pins of four functions", 4 * n, reset=0xFFFFFFFF) for n in range(15)),
        Register("PINENABLE0 / Fixed functions 0", 0x1C0, reset=0xFFFFFD9F),
        Register("PINENABLE1 / Fixed functions 1", 0x1C4, reset=0x1F, fields=(Field("CAPT", 0, 7),), rest=State.STORED),
    )
    source = "UM11029, chapter Switch matrix"


# PIO index -> reset value, where it is not 0xB0: the two I2C pins PIO0_11 and PIO0_10.
_I2C_PINS = {7: 0x80, 8: 0x80}


@register("Miscellaneous.LPC84x_IOCON")
class IOCON(Peripheral):
    SIZE = 0x4000
    TABLE = tuple(Register(f"PIO{n} / Pin control", 4 * n, reset=_I2C_PINS.get(n, 0xB0)) for n in range(56))
    source = "UM11029, chapter I/O configuration"


@register("Miscellaneous.LPC84x_PMU")
class PMU(Peripheral):
    """WFI sleeps whatever PCON says."""

    SIZE = 0x4000
    TABLE = (
        Register(
            "PCON / Power control",
            0x00,
            fields=(
                Field("PM / Mode", 0, 3),
                Field("NODPD / No deep power down", 3),
                Field("SLEEPFLAG / Slept", 8, 1, Access.W1C),
                Field("DPDFLAG / Was in deep power down", 11, 1, Access.W1C),
            ),
        ),
        *(Register(f"GPREG{n} / General purpose {n}", 4 + 4 * n) for n in range(4)),
        Register("DPDCTRL / Deep power down control", 0x14),
    )
    source = "UM11029, chapter Power management unit"


@register("Miscellaneous.LPC84x_FAIM")
class FAIM(Peripheral):
    SIZE = 0x4000
    TABLE = tuple(Register(f"WORD{n} / Boot configuration {n}", 4 * n, access=RO) for n in range(8))
    source = "UM11029, chapter FAIM"


@register("Timers.LPC84x_WKT")
class WKT(Peripheral):
    SIZE = 0x4000
    lines = ("IRQ",)
    TABLE = tagged(Register("CTRL / Control", 0x0), Register("COUNT / Counter", 0xC))
    source = "UM11029, chapter Self-wake-up timer"


_CTIMER = ("IR", "TCR", "TC", "PR", "PC", "MCR", "MR0", "MR1", "MR2", "MR3", "CCR")


@register("Timers.LPC84x_CTIMER")
class CTIMER(Peripheral):
    SIZE = 0x4000
    lines = ("IRQ",)
    TABLE = tagged(
        *(Register(name, 4 * n) for n, name in enumerate(_CTIMER)),
        *(Register(f"CR{n} / Capture {n}", 0x2C + 4 * n, access=RO) for n in range(4)),
        Register("EMR / External match", 0x3C),
        Register("CTCR / Count control", 0x70),
        Register("PWMC / PWM control", 0x74),
        *(Register(f"MSR{n} / Match shadow {n}", 0x78 + 4 * n) for n in range(4)),
    )
    source = "UM11029, chapter CTIMER"


@register("Timers.LPC84x_SCT")
class SCT(Peripheral):
    SIZE = 0x4000
    lines = ("IRQ",)
    TABLE = tagged(
        Register("CONFIG / Configuration", 0x00, reset=0x1E00),
        Register("CTRL / Control", 0x04, reset=0x00040004),
        *(Register(name, 8 + 4 * n) for n, name in enumerate(["LIMIT", "HALT", "STOP", "START"])),
        *(Register(name, 0x40 + 4 * n) for n, name in enumerate(["COUNT", "STATE", "INPUT", "REGMODE", "OUTPUT"])),
        *(Register(name, 0x54 + 4 * n) for n, name in enumerate(["OUTPUTDIRCTRL", "RES", "DMAREQ0", "DMAREQ1"])),
        *(Register(name, 0xF0 + 4 * n) for n, name in enumerate(["EVEN", "EVFLAG", "CONEN", "CONFLAG"])),
        *(Register(f"MATCH{n} / Match or capture {n}", 0x100 + 4 * n) for n in range(8)),
        *(Register(f"MATCHREL{n} / Match reload {n}", 0x200 + 4 * n) for n in range(8)),
        *(Register(f"EV{n}_STATE / States of event {n}", 0x300 + 8 * n) for n in range(8)),
        *(Register(f"EV{n}_CTRL / Event {n}", 0x304 + 8 * n) for n in range(8)),
        *(Register(f"OUT{n}_SET / Set output {n}", 0x500 + 8 * n) for n in range(7)),
        *(Register(f"OUT{n}_CLR / Clear output {n}", 0x504 + 8 * n) for n in range(7)),
    )
    source = "UM11029, chapter SCTimer/PWM"
