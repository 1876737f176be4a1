"""SCG of KE1xZ: four clock sources, the dividers of the core and bus clock, and the switch between sources.

Source: KE1xZ64 reference manual, chapter "System Clock Generator"; bit positions and reset values also in MKE16Z4.h and
NXP's SVD of MKE16Z4. Assumed, where the manual leaves it open: sources are valid at once after they are enabled
(start-up times are not modelled); RCCR with a source that is not valid is kept, and CSR follows when the source becomes
valid; switching off the selected source has no effect. Clock monitors and trimming are not modelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.registers import Access, Field, Register, State

RO, W1C = Access.RO, Access.W1C
M = State.MODELLED

# Codes of SCS and of PCS in the PCC.
SOURCES = {1: "SOSC", 2: "SIRC", 3: "FIRC", 5: "LPFLL"}
LPO_HZ = 128_000
EN, VLD, SEL, LK = 1 << 0, 1 << 24, 1 << 25, 1 << 23


def _clock_fields(access: Access) -> tuple[Field, ...]:
    return (
        Field("DIVSLOW / Slow clock divide ratio", 0, 4, access),
        Field("DIVCORE / Core clock divide ratio", 16, 4, access),
        Field("SCS / System clock source", 24, 4, access),
    )


def _control(prefix: str, *extra: Field, error: bool = True) -> tuple[Field, ...]:
    return (
        Field(f"{prefix}EN / Enable", 0),
        *extra,
        Field("LK / Lock register", 23),
        Field(f"{prefix}VLD / Valid", 24, 1, RO),
        Field(f"{prefix}SEL / Selected as system clock", 25, 1, RO),
        *((Field(f"{prefix}ERR / Clock error", 26, 1, W1C),) if error else ()),
    )


def _stop_bits(prefix: str) -> tuple[Field, ...]:
    return Field(f"{prefix}STEN / Stop enable", 1), Field(f"{prefix}LPEN / Low power enable", 2)


def _monitor_bits(prefix: str) -> tuple[Field, ...]:
    return Field(f"{prefix}CM / Clock monitor", 16), Field(f"{prefix}CMRE / Clock monitor reset enable", 17)


def _trim_bits(prefix: str) -> tuple[Field, ...]:
    return Field(f"{prefix}TREN / Trim enable", 8), Field(f"{prefix}TRUP / Trim update", 9)


def _source(
    prefix: str, base: int, fields: tuple[Field, ...], reset: int, config: tuple[Field, ...], config_reset: int
) -> tuple[Register, ...]:
    divider = (Field(f"{prefix}DIV2 / Divided clock 2", 8, 3),)
    return (
        Register(f"{prefix}CSR / Control and status", base, reset=reset, fields=fields, state=M, hook_write=True),
        Register(f"{prefix}DIV / Divide", base + 4, fields=divider, state=M, hook_write=True),
        Register(f"{prefix}CFG / Configuration", base + 8, reset=config_reset, fields=config, state=M, hook_write=True),
    )


TABLE = (
    Register("VERID / Version", 0x000, reset=0x01000000, access=RO),
    Register("PARAM / Parameters", 0x004, reset=0xF80000FE, access=RO),
    Register("CSR / Clock status", 0x010, reset=0x03000001, fields=_clock_fields(RO), state=M),
    Register(
        "RCCR / Run clock control", 0x014, reset=0x03000001, fields=_clock_fields(Access.RW), state=M, hook_write=True
    ),
    Register(
        "VCCR / VLPR clock control", 0x018, reset=0x02000001, fields=_clock_fields(Access.RW), state=M, hook_write=True
    ),
    Register(
        "CLKOUTCNFG / Clock out configuration", 0x020, reset=0x03000000, fields=(Field("CLKOUTSEL / Source", 24, 4),)
    ),
    *_source(
        "SOSC",
        0x100,
        _control(
            "SOSC", *_stop_bits("SOSC"), Field("SOSCERCLKEN / External reference enable", 3), *_monitor_bits("SOSC")
        ),
        0,
        (Field("EREFS / Crystal", 2), Field("HGO / High gain", 3), Field("RANGE / Frequency range", 4, 2)),
        0x10,
    ),
    *_source(
        "SIRC", 0x200, _control("SIRC", *_stop_bits("SIRC"), error=False), 0x01000005, (Field("RANGE / 8 MHz", 0),), 1
    ),
    *_source(
        "FIRC",
        0x300,
        _control("FIRC", *_stop_bits("FIRC"), Field("FIRCREGOFF / Regulator off", 3), *_trim_bits("FIRC")),
        0x03000001,
        (Field("RANGE / Frequency range", 0, 2),),
        0,
    ),
    Register(
        "FIRCTCFG / Fast IRC trim configuration",
        0x30C,
        fields=(Field("TRIMSRC / Trim source", 0, 2), Field("TRIMDIV / Trim predivide", 8, 3)),
        state=State.TAGGED,
    ),
    Register(
        "FIRCSTAT / Fast IRC status",
        0x318,
        fields=(Field("TRIMFINE / Fine trim", 0, 7), Field("TRIMCOAR / Coarse trim", 8, 6)),
        state=State.TAGGED,
    ),
    *_source(
        "LPFLL",
        0x500,
        _control("LPFLL", *_trim_bits("LPFLL"), Field("LPFLLTRMLOCK / Trim lock", 10, 1, RO), *_monitor_bits("LPFLL")),
        0,
        (Field("FSEL / Frequency select", 0, 2),),
        0,
    ),
    Register(
        "LPFLLTCFG / Low power FLL trim configuration",
        0x50C,
        fields=(
            Field("TRIMSRC / Trim source", 0, 2),
            Field("TRIMDIV / Trim predivide", 8, 5),
            Field("LOCKW2LSB / Lock condition", 16),
        ),
        state=State.TAGGED,
    ),
    Register("LPFLLSTAT / Low power FLL status", 0x514, fields=(Field("AUTOTRIM / Value", 0, 8),), state=State.TAGGED),
)


@register("Miscellaneous.KE1xZ_SCG")
class SCG(Peripheral):
    """`oscillatorFrequency`: crystal on the board in Hz."""

    TABLE = TABLE
    lines = ("IRQ",)
    attributes: ClassVar[Mapping[str, type]] = {"oscillatorFrequency": int}
    source = "KE1xZ64 RM, chapter SCG"

    def on_reset(self) -> None:
        self._apply()

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        prefix = register[:-3]
        if register.endswith("CCR"):
            self._apply()
        elif register.endswith("CSR"):
            self._control(prefix, value, old)
        elif register.endswith("CFG") and self.get(f"{prefix}CSR") & EN:
            return old  # the manual: writes are ignored while the source is enabled
        elif register.endswith("DIV"):
            self.announce_clocks()
        return None

    def _control(self, prefix: str, value: int, old: int) -> None:
        if old & LK and value & LK:  # locked: only clearing LK or ERR does anything
            value = old & ~(old & ~value & 1 << 26)
        if old & SEL:
            value |= EN
        value = value & ~VLD | (VLD if value & EN else 0)
        locked = 1 << 10 if prefix == "LPFLL" and value & EN and value & 1 << 8 else 0
        self.set(f"{prefix}CSR", value & ~(1 << 10) | locked if prefix == "LPFLL" else value)
        self._apply()

    def _apply(self) -> None:
        """CSR, the SEL bits and the clocks of core and bus, from the control registers."""
        low_power = self._low_power()
        wanted = self.get("VCCR" if low_power else "RCCR")
        chosen = SOURCES.get(wanted >> 24 & 0xF)
        if chosen is not None and self.get(f"{chosen}CSR") & VLD:
            self.set("CSR", wanted)
        selected = SOURCES[self.get("CSR") >> 24 & 0xF]
        for name in SOURCES.values():
            status = self.get(f"{name}CSR")
            self.set(f"{name}CSR", status | SEL if name == selected else status & ~SEL)
        self.machine.set_core_clock(self.core_hz())
        self.announce_clocks()

    def _low_power(self) -> bool:
        from digitrig.peripherals.kinetis_system import SMC

        smc = self.peer(SMC)
        return smc is not None and smc.very_low_power()

    def run_mode_changed(self) -> None:
        """The SMC went to or left VLPR, which has a clock control register of its own."""
        self._apply()

    # ---------------------------------------------------------------- frequencies
    def source_hz(self, name: str) -> int:
        """Frequency of SOSC, SIRC, FIRC or LPFLL; 0 while it is not valid."""
        if not self.get(f"{name}CSR") & VLD:
            return 0
        config = self.get(f"{name}CFG")
        if name == "SOSC":
            return self.integer("oscillatorFrequency", 8_000_000)
        if name == "SIRC":
            return 8_000_000 if config & 1 else 2_000_000
        if name == "FIRC":
            return (48_000_000, 52_000_000, 56_000_000, 60_000_000)[config & 3]
        return (48_000_000, 72_000_000, 96_000_000, 120_000_000)[config & 3]

    def divided_hz(self, name: str) -> int:
        """The source's peripheral clock: DIV2 = 0 is off, n divides by 2 ** (n - 1)."""
        divider = self.get(f"{name}DIV") >> 8 & 7
        return self.source_hz(name) >> (divider - 1) if divider else 0

    def core_hz(self) -> int:
        csr = self.get("CSR")
        return self.source_hz(SOURCES[csr >> 24 & 0xF]) // ((csr >> 16 & 0xF) + 1)

    def clock_hz(self, name: str) -> int | None:
        """core, bus, flash, lpo; sosc, sirc, firc, lpfll and their divided clocks, e.g. soscdiv2."""
        upper = name.upper()
        if name == "core":
            return self.core_hz()
        if name in ("bus", "flash"):
            return self.core_hz() // ((self.get("CSR") & 0xF) + 1)
        if name == "lpo":
            return LPO_HZ
        if upper in SOURCES.values():
            return self.source_hz(upper)
        if upper.endswith("DIV2") and upper[:-4] in SOURCES.values():
            return self.divided_hz(upper[:-4])
        return None
