"""CCM_ANALOG of i.MX RT1060 with its neighbours on the same page: PLLs, PFDs, regulators, oscillator, thermometer.

Source: i.MX RT1060 reference manual, chapters "Clock Controller Module" (CCM Analog), "Power Management Unit" and
"Crystal Oscillator"; MIMXRT1062.h; reset values from NXP's SVD of the RT1052, which has the same block. The NUM, DENOM
and SS registers have no SET/CLR/TOG aliases. Assumed: a PLL is locked at once when it is powered and enabled, and the
oscillators are stable at once when they are enabled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.registers import Access, Field, Register, State

RO = Access.RO
M, TAGGED, STORED = State.MODELLED, State.TAGGED, State.STORED
POWER, ENABLE, BYPASS, LOCK = 1 << 12, 1 << 13, 1 << 16, 1 << 31
# PLLs whose bit 12 is POWER; in the others it is POWERDOWN.
USB_PLLS = ("PLL_USB1", "PLL_USB2")
PLLS = ("PLL_ARM", "PLL_USB1", "PLL_USB2", "PLL_SYS", "PLL_AUDIO", "PLL_VIDEO", "PLL_ENET")


def _pll(name: str, title: str, offset: int, reset: int, *fields: Field) -> Register:
    power = "POWER / Power up" if name in USB_PLLS else "POWERDOWN / Power down"
    common = (
        Field(power, 12),
        Field("ENABLE / Output enable", 13),
        Field("BYPASS_CLK_SRC / Bypass source", 14, 2),
        Field("BYPASS / Bypass", 16),
        Field("LOCK / Locked", 31, 1, RO),
    )
    return Register(
        f"{name} / {title}", offset, 4, reset, (*fields, *common), M, rest=STORED, alias_set=True, hook_write=True
    )


def _divide(bits: int) -> Field:
    return Field("DIV_SELECT / Loop divider", 0, bits)


def _pfd(name: str, title: str, offset: int, reset: int) -> Register:
    fields = []
    for n in range(4):
        fields += [
            Field(f"PFD{n}_FRAC / Fraction", 8 * n, 6),
            Field(f"PFD{n}_STABLE / Stable", 8 * n + 6, 1, RO),
            Field(f"PFD{n}_CLKGATE / Gate", 8 * n + 7),
        ]
    return Register(f"{name} / {title}", offset, 4, reset, tuple(fields), M, alias_set=True, hook_write=True)


def _plain(name: str, offset: int, reset: int = 0, state: State = STORED) -> Register:
    return Register(name, offset, 4, reset, state=state, alias_set=True)


_FRACTION = (Field("A / Numerator", 0, 30),)
_DENOMINATOR = (Field("B / Denominator", 0, 30),)

TABLE = (
    _pll("PLL_ARM", "ARM PLL", 0x000, 0x00013063, _divide(7), Field("PLL_SEL / Reserved choice", 19)),
    _pll(
        "PLL_USB1",
        "USB1 PLL, 480 MHz",
        0x010,
        0x00012000,
        Field("DIV_SELECT / Loop divider", 1),
        Field("EN_USB_CLKS / PHY clocks", 6),
    ),
    _pll(
        "PLL_USB2",
        "USB2 PLL, 480 MHz",
        0x020,
        0x00012000,
        Field("DIV_SELECT / Loop divider", 1),
        Field("EN_USB_CLKS / PHY clocks", 6),
    ),
    _pll("PLL_SYS", "System PLL, 528 MHz", 0x030, 0x00013001, _divide(1)),
    Register("PLL_SYS_SS / System PLL spread spectrum", 0x040),
    Register("PLL_SYS_NUM / System PLL numerator", 0x050, fields=_FRACTION, state=M, hook_write=True),
    Register(
        "PLL_SYS_DENOM / System PLL denominator", 0x060, reset=0x12, fields=_DENOMINATOR, state=M, hook_write=True
    ),
    _pll("PLL_AUDIO", "Audio PLL", 0x070, 0x00011006, _divide(7), Field("POST_DIV_SELECT / Post divider", 19, 2)),
    Register("PLL_AUDIO_NUM / Audio PLL numerator", 0x080, reset=0x05F5E100, fields=_FRACTION),
    Register("PLL_AUDIO_DENOM / Audio PLL denominator", 0x090, reset=0x2964619C, fields=_DENOMINATOR),
    _pll("PLL_VIDEO", "Video PLL", 0x0A0, 0x0001100C, _divide(7), Field("POST_DIV_SELECT / Post divider", 19, 2)),
    Register(
        "PLL_VIDEO_NUM / Video PLL numerator", 0x0B0, reset=0x05F5E100, fields=_FRACTION, state=M, hook_write=True
    ),
    Register(
        "PLL_VIDEO_DENOM / Video PLL denominator",
        0x0C0,
        reset=0x10A24447,
        fields=_DENOMINATOR,
        state=M,
        hook_write=True,
    ),
    _pll(
        "PLL_ENET",
        "Ethernet PLL",
        0x0E0,
        0x00011001,
        _divide(2),
        Field("ENET2_DIV_SELECT / Second divider", 2, 2),
        Field("ENET2_REF_EN / Second output", 20),
        Field("ENET_25M_REF_EN / 25 MHz output", 21),
    ),
    _pfd("PFD_480", "Fractional dividers of the USB1 PLL", 0x0F0, 0x1311100C),
    _pfd("PFD_528", "Fractional dividers of the system PLL", 0x100, 0x1018101B),
    _plain("REG_1P1 / 1.1 V regulator", 0x110, 0x00001073),
    _plain("REG_3P0 / 3.0 V regulator", 0x120, 0x00000F74),
    _plain("REG_2P5 / 2.5 V regulator", 0x130, 0x00001073),
    _plain("REG_CORE / Core regulator", 0x140, 0x00482012),
    Register(
        "MISC0 / Miscellaneous 0",
        0x150,
        reset=0x04000000,
        fields=(
            Field("OSC_XTALOK / Crystal oscillator stable", 15, 1, RO),
            Field("OSC_XTALOK_EN / Detector enable", 16),
            Field("XTAL_24M_PWD / Crystal oscillator power down", 30),
        ),
        rest=STORED,
        state=M,
        alias_set=True,
        hook_write=True,
    ),
    _plain("MISC1 / Miscellaneous 1", 0x160),
    Register(
        "MISC2 / Miscellaneous 2",
        0x170,
        reset=0x00272727,
        fields=(
            Field("AUDIO_DIV_LSB / Audio divider", 15),
            Field("AUDIO_DIV_MSB / Audio divider", 23),
            Field("VIDEO_DIV / Video divider", 30, 2),
        ),
        rest=STORED,
        state=M,
        alias_set=True,
        hook_write=True,
    ),
    _plain("TEMPSENSE0 / Thermometer 0", 0x180, 1, TAGGED),
    _plain("TEMPSENSE1 / Thermometer 1", 0x190, 1, TAGGED),
    _plain("USB1_VBUS_DETECT / USB1 VBUS detector", 0x1A0, 0x00100004, TAGGED),
    _plain("USB1_CHRG_DETECT / USB1 charger detector", 0x1B0, 0, TAGGED),
    Register("USB1_VBUS_DETECT_STAT / USB1 VBUS status", 0x1C0, access=RO, state=TAGGED),
    Register("USB1_CHRG_DETECT_STAT / USB1 charger status", 0x1D0, access=RO, state=TAGGED),
    _plain("USB1_LOOPBACK / USB1 loopback test", 0x1E0, 0, TAGGED),
    _plain("USB1_MISC / USB1 miscellaneous", 0x1F0, 2, TAGGED),
    _plain("USB2_VBUS_DETECT / USB2 VBUS detector", 0x200, 0x00100004, TAGGED),
    _plain("USB2_CHRG_DETECT / USB2 charger detector", 0x210, 0, TAGGED),
    Register("USB2_VBUS_DETECT_STAT / USB2 VBUS status", 0x220, access=RO, state=TAGGED),
    Register("USB2_CHRG_DETECT_STAT / USB2 charger status", 0x230, access=RO, state=TAGGED),
    _plain("USB2_LOOPBACK / USB2 loopback test", 0x240, 0, TAGGED),
    _plain("USB2_MISC / USB2 miscellaneous", 0x250, 2, TAGGED),
    Register("DIGPROG / Chip silicon version", 0x260, reset=0x006C0000, access=RO),
    Register(
        "LOWPWR_CTRL / Oscillator control",
        0x270,
        reset=0x00004009,
        fields=(
            Field("RC_OSC_EN / RC oscillator enable", 0),
            Field("OSC_SEL / 0 crystal, 1 RC oscillator", 4),
            Field("XTALOSC_PWRUP_STAT / Crystal oscillator stable", 16, 1, RO),
        ),
        rest=STORED,
        state=M,
        alias_set=True,
        hook_write=True,
    ),
    _plain("TEMPSENSE2 / Thermometer 2", 0x290, 0, TAGGED),
    _plain("OSC_CONFIG0 / Oscillator configuration 0", 0x2A0, 0x00001020),
    _plain("OSC_CONFIG1 / Oscillator configuration 1", 0x2B0, 0x000002EE),
    _plain("OSC_CONFIG2 / Oscillator configuration 2", 0x2C0, 0x000102E2),
)


@register("Miscellaneous.IMXRT_CCM_ANALOG")
class CCMAnalog(Peripheral):
    """`oscillatorFrequency`: crystal on the board in Hz."""

    TABLE = TABLE
    SIZE = 0x1000
    attributes: ClassVar[Mapping[str, type]] = {"oscillatorFrequency": int}
    source = "i.MX RT1060 RM, chapters CCM, PMU, XTALOSC"

    def on_reset(self) -> None:
        for name in PLLS:
            self._follow_pll(name)
        self._follow_oscillator()
        self.announce_clocks()

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register in PLLS:
            self._follow_pll(register)
        elif register.startswith("PFD_"):
            stable = 0x40404040  # STABLE flips whenever a fraction changes; firmware only waits for a change
            changed = (value ^ old) & 0x3F3F3F3F
            flips = sum(0x40 << 8 * n for n in range(4) if changed >> 8 * n & 0x3F)
            self.set(register, value & ~stable | (old ^ flips) & stable)
        elif register in ("MISC0", "LOWPWR_CTRL"):
            self._follow_oscillator()
        self.announce_clocks()
        return None

    def _follow_pll(self, name: str) -> None:
        value = self.get(name)
        self.set(name, value | LOCK if self._powered(name) and value & ENABLE else value & ~LOCK)

    def _powered(self, name: str) -> bool:
        return bool(self.get(name) & POWER) == (name in USB_PLLS)

    def _follow_oscillator(self) -> None:
        misc, low_power = self.get("MISC0"), self.get("LOWPWR_CTRL")
        on = not misc & 1 << 30
        self.set("MISC0", misc | 1 << 15 if on and misc & 1 << 16 else misc & ~(1 << 15))
        self.set("LOWPWR_CTRL", low_power | 1 << 16 if on else low_power & ~(1 << 16))

    # ---------------------------------------------------------------- frequencies
    def osc_hz(self) -> int:
        """The 24 MHz clock, from the crystal or the RC oscillator."""
        return self.integer("oscillatorFrequency", 24_000_000)

    def pll_hz(self, name: str) -> int:
        """Output of a PLL; 0 while it is off. A bypassed PLL gives the oscillator's clock."""
        value, osc = self.get(name), self.osc_hz()
        if not value & ENABLE:
            return 0
        if value & BYPASS:
            return osc
        if not self._powered(name):
            return 0
        if name == "PLL_ARM":
            return osc * (value & 0x7F) // 2
        if name in USB_PLLS:
            return osc * (22 if value & 2 else 20)
        if name == "PLL_SYS":
            return osc * (22 if value & 1 else 20) + self._fraction(name, osc)
        if name == "PLL_ENET":
            return (25_000_000, 50_000_000, 100_000_000, 125_000_000)[value & 3]
        post = {0: 4, 1: 2}.get(value >> 19 & 3, 1)
        misc = self.get("MISC2")
        divider = misc >> 30 & 3 if name == "PLL_VIDEO" else (misc >> 22 & 2) | (misc >> 15 & 1)
        return (osc * (value & 0x7F) + self._fraction(name, osc)) // post // {1: 2, 3: 4}.get(divider, 1)

    def _fraction(self, name: str, osc: int) -> int:
        denominator = self.get(f"{name}_DENOM")
        return osc * self.get(f"{name}_NUM") // denominator if denominator else 0

    def pfd_hz(self, name: str, index: int) -> int:
        """Output `index` of PFD_480 or PFD_528: PLL x 18 / FRAC, 0 while gated."""
        value = self.get(name) >> 8 * index
        pll = self.pll_hz("PLL_USB1" if name == "PFD_480" else "PLL_SYS")
        fraction = value & 0x3F
        return 0 if value & 0x80 or not fraction else pll * 18 // fraction

    def clock_hz(self, name: str) -> int | None:
        """osc, rtc, pll_arm, pll_sys, pll_usb1, pll_video, ..."""
        if name == "osc":
            return self.osc_hz()
        if name == "rtc":
            return 32_768
        return self.pll_hz(name.upper()) if name.upper() in PLLS else None
