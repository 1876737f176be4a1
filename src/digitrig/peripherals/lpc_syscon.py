"""SYSCON and flash access time of LPC84x: oscillators, main clock, gates, resets, functional clocks, pin interrupts.

Source: LPC84x user manual UM11029, chapters SYSCON and "Flash controller"; LPC845.h; reset values also in NXP's SVD.
FROOSCCTRL bits 1 and 0 are not in the register description; the ROM routine that sets the FRO up leaves its choice
there and NXP's clock driver reads it: 0 = 18, 1 = 24, 2 and 3 = 30 MHz. They reset to 1: the core starts at 24 / 2 =
12 MHz. Assumed: an access to a block whose clock is off is a bus error (on silicon writes are lost), but not to the
WWDT, into whose slot NXP's start-up code stores; oscillators and the PLL are stable at once; a clock source that is
powered down stops what runs from it, except the core, which keeps its clock. A source selection takes effect with the
change of its update register from 0 to 1; a PRESETCTRL0 bit that goes to 0 gives the registers of its block their
reset values, after which they can be used at once. Not modelled: resets of GPIO and of PRESETCTRL1, IOCON clocks,
power down modes, BOD. DEVICE_ID is that of the LPC845M301JBD48.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.registers import Access, Field, Register, State

M, RO = State.MODELLED, Access.RO
TAGGED = State.TAGGED

FRO_HZ = (18_000_000, 24_000_000, 30_000_000, 30_000_000)
FRO_DIRECT = 1 << 17
FRO_PD, SYSOSC_PD, WDTOSC_PD, SYSPLL_PD = (1 << 0) | (1 << 1), 1 << 5, 1 << 6, 1 << 7
# WDTOSCCTRL FREQSEL -> Hz before DIVSEL
WDT_OSC_HZ = tuple(
    round(mhz * 1_000_000) for mhz in (0, 0.6, 1.05, 1.4, 1.75, 2.1, 2.4, 2.7, 3.0, 3.25, 3.5, 3.75, 4.0, 4.2, 4.4, 4.6)
)
# Bit of SYSAHBCLKCTRL0 and PRESETCTRL0 -> name in the manual and block in the `.repl`
BLOCKS = {
    0: ("SYS", ""),
    1: ("ROM", ""),
    2: ("RAM0_1", ""),
    4: ("FLASH", "flashctrl"),
    5: ("I2C0", "i2c0"),
    6: ("GPIO0", ""),
    7: ("SWM", "swm"),
    8: ("SCT", "sct0"),
    9: ("WKT", "wkt"),
    10: ("MRT", "mrt0"),
    11: ("SPI0", "spi0"),
    12: ("SPI1", "spi1"),
    13: ("CRC", "crc"),
    14: ("UART0", "usart0"),
    15: ("UART1", "usart1"),
    16: ("UART2", "usart2"),
    17: ("WWDT", ""),
    18: ("IOCON", "iocon"),
    19: ("ACMP", "acmp"),
    20: ("GPIO1", ""),
    21: ("I2C1", "i2c1"),
    22: ("I2C2", "i2c2"),
    23: ("I2C3", "i2c3"),
    24: ("ADC", "adc0"),
    25: ("CTIMER", "ctimer0"),
    26: ("MTB", ""),
    27: ("DAC0", "dac0"),
    28: ("GPIO_INT", "pint"),
    29: ("DMA", "dma0"),
    30: ("UART3", "usart3"),
    31: ("UART4", "usart4"),
}
GPIO_BITS = 1 << 6 | 1 << 20
# Source register -> its update register; a choice is kept in the hidden register behind it.
SELECTORS = {"SYSPLLCLKSEL": "SYSPLLCLKUEN", "MAINCLKPLLSEL": "MAINCLKPLLUEN", "MAINCLKSEL": "MAINCLKUEN"}


def _select(name: str, offset: int, bits: int, reset: int = 0, state: State = M) -> Register:
    field = (Field("SEL / Source", 0, bits),)
    return Register(name, offset, reset=reset, fields=field, state=state, hook_write=state is M)


def _update(name: str, offset: int) -> Register:
    return Register(name, offset, fields=(Field("ENA / Take the new source over", 0),), state=M, hook_write=True)


def _divide(name: str, offset: int, reset: int = 0, state: State = M) -> Register:
    field = (Field("DIV / Value", 0, 8),)
    return Register(name, offset, reset=reset, fields=field, state=state, hook_write=state is M)


def _power(name: str, offset: int, reset: int, state: State = State.STORED) -> Register:
    bits = {"FROOUT_PD": 0, "FRO_PD": 1, "FLASH_PD": 2, "BOD_PD": 3, "ADC_PD": 4, "SYSOSC_PD": 5, "WDTOSC_PD": 6}
    bits |= {"SYSPLL_PD": 7, "DAC0": 13, "DAC1": 14, "ACMP": 15}
    fields = tuple(Field(f"{field} / Powered down", bit) for field, bit in bits.items())
    return Register(name, offset, reset=reset, fields=fields, rest=State.STORED, state=state, hook_write=state is M)


def _block_bits(what: str) -> tuple[Field, ...]:
    return tuple(Field(f"{name} / {what}", bit) for bit, (name, _) in BLOCKS.items())


def _hidden_choice(name: str) -> Register:
    return Register(f"{name}_NOW / Source in use", 0, state=M, hidden=True)


@register("Miscellaneous.LPC84x_SYSCON")
class SYSCON(Peripheral):
    """`oscillatorFrequency`: the crystal or clock on the board, 0 = none."""

    lines = ("IRQ",)
    attributes: ClassVar[Mapping[str, type]] = {"oscillatorFrequency": int}
    TABLE = (
        Register("SYSMEMREMAP / Memory remap", 0x000, reset=2, fields=(Field("MAP / Map", 0, 2),), state=TAGGED),
        Register(
            "SYSPLLCTRL / PLL control",
            0x008,
            fields=(Field("MSEL / Multiplier - 1", 0, 5), Field("PSEL / Post divider", 5, 2)),
            state=M,
            hook_write=True,
        ),
        Register("SYSPLLSTAT / PLL status", 0x00C, fields=(Field("LOCK / Locked", 0, 1, RO),), state=M),
        Register("SYSOSCCTRL / Crystal oscillator", 0x020, fields=(Field("BYPASS", 0), Field("FREQRANGE", 1))),
        Register(
            "WDTOSCCTRL / Watchdog oscillator",
            0x024,
            fields=(Field("DIVSEL / Divider", 0, 5), Field("FREQSEL / Frequency", 5, 4)),
            state=M,
            hook_write=True,
        ),
        Register(
            "FROOSCCTRL / FRO control",
            0x028,
            reset=1,
            fields=(Field("FREQ / Left by the ROM", 0, 2), Field("FRO_DIRECT / Not divided", 17)),
            state=M,
            hook_write=True,
        ),
        _update("FRODIRECTCLKUEN / FRO direct update", 0x030),
        Register(
            "SYSRSTSTAT / Reset status",
            0x038,
            reset=1,
            fields=tuple(
                Field(f"{name} / Last reset", bit, 1, Access.W1C)
                for bit, name in enumerate(("POR", "EXTRST", "WDT", "BOD", "SYSRST"))
            ),
            state=M,
        ),
        _select("SYSPLLCLKSEL / PLL source", 0x040, 2),
        _update("SYSPLLCLKUEN / PLL source update", 0x044),
        _select("MAINCLKPLLSEL / Main clock or PLL", 0x048, 2),
        _update("MAINCLKPLLUEN / Main clock or PLL update", 0x04C),
        _select("MAINCLKSEL / Main clock before the PLL", 0x050, 2),
        _update("MAINCLKUEN / Main clock update", 0x054),
        _divide("SYSAHBCLKDIV / Core clock divider, 0 = off", 0x058, 1),
        _select("CAPTCLKSEL / Capacitive touch clock", 0x060, 3, 7, TAGGED),
        _select("ADCCLKSEL / ADC clock", 0x064, 2, 0, State.STORED),
        _divide("ADCCLKDIV / ADC clock divider", 0x068, 0, State.STORED),
        _select("SCTCLKSEL / SCT clock", 0x06C, 2, 0, State.STORED),
        _divide("SCTCLKDIV / SCT clock divider", 0x070, 0, State.STORED),
        _select("EXTCLKSEL / External clock", 0x074, 1),
        Register(
            "SYSAHBCLKCTRL0 / Clock gates 0",
            0x080,
            reset=0x17,
            fields=_block_bits("Clock on"),
            state=M,
            hook_write=True,
        ),
        Register("SYSAHBCLKCTRL1 / Clock gates 1", 0x084, fields=(Field("CAPT", 0), Field("DAC1", 1))),
        Register(
            "PRESETCTRL0 / Peripheral resets 0",
            0x088,
            reset=0xFBFDFFF0,
            fields=_block_bits("0 = in reset"),
            rest=State.STORED,
            state=M,
            hook_write=True,
        ),
        Register("PRESETCTRL1 / Peripheral resets 1", 0x08C, reset=0x1F, fields=(Field("RST_N / 0 = in reset", 0, 5),)),
        *(_select(f"FCLKSEL{n} / Clock of function {n}", 0x090 + 4 * n, 3, 7) for n in range(11)),
        *(
            row
            for n in range(2)
            for row in (
                _divide(f"FRG{n}DIV / Fractional generator {n} denominator", 0x0D0 + 0x10 * n),
                _divide(f"FRG{n}MULT / Fractional generator {n} numerator", 0x0D4 + 0x10 * n),
                _select(f"FRG{n}CLKSEL / Fractional generator {n} source", 0x0D8 + 0x10 * n, 2),
            )
        ),
        _select("CLKOUTSEL / CLKOUT source", 0x0F0, 3, 0, State.STORED),
        _divide("CLKOUTDIV / CLKOUT divider", 0x0F4, 0, State.STORED),
        Register("EXTTRACECMD / Trace", 0x0FC, fields=(Field("START", 0), Field("STOP", 1)), state=TAGGED),
        *(
            Register(f"PIOPORCAP{n} / Pins of port {n} at power-on", 0x100 + 4 * n, access=RO, state=TAGGED)
            for n in range(2)
        ),
        *(
            _divide(f"IOCONCLKDIV{6 - n} / Filter clock divider {6 - n}", 0x134 + 4 * n, 0, State.STORED)
            for n in range(7)
        ),
        Register(
            "BODCTRL / Brown-out detect",
            0x150,
            fields=(Field("BODRSTLEV", 0, 2), Field("BODINTVAL", 2, 2), Field("BODRSTENA", 4)),
            state=TAGGED,
        ),
        Register("SYSTCKCAL / SysTick calibration", 0x154, fields=(Field("CAL / Value", 0, 26),)),
        Register("IRQLATENCY / Interrupt latency", 0x170, reset=0x10, fields=(Field("LATENCY", 0, 8),), state=TAGGED),
        Register("NMISRC / NMI source", 0x174, fields=(Field("IRQN", 0, 5), Field("NMIEN", 31)), state=TAGGED),
        *(
            Register(
                f"PINTSEL{n} / Pin of interrupt {n}",
                0x178 + 4 * n,
                fields=(Field("INTPIN / Port * 32 + pin", 0, 6),),
                state=M,
                hook_write=True,
            )
            for n in range(8)
        ),
        Register("STARTERP0 / Wake-up 0", 0x204, fields=(Field("PINT", 0, 8),)),
        Register("STARTERP1 / Wake-up 1", 0x214),
        _power("PDSLEEPCFG / Power in deep sleep", 0x230, 0xFFFF),
        _power("PDAWAKECFG / Power after wake-up", 0x234, 0xEDF8),
        _power("PDRUNCFG / Power", 0x238, 0xEDF8, M),
        Register("DEVICE_ID / Device identification", 0x3F8, reset=0x8452, access=RO),
        *(_hidden_choice(name) for name in (*SELECTORS, "FRO_DIRECT")),
    )
    source = "UM11029, chapter SYSCON"

    # ---------------------------------------------------------------- clock tree
    def _on(self, power_down: int) -> bool:
        return not self.get("PDRUNCFG") & power_down

    def fro_hz(self) -> int:
        """The FRO's output to other clocks."""
        if not self._on(FRO_PD):
            return 0
        full = FRO_HZ[self.get("FROOSCCTRL") & 3]
        return full if self.get("FRO_DIRECT_NOW") else full // 2

    def _watchdog_oscillator_hz(self) -> int:
        control = self.get("WDTOSCCTRL")
        return WDT_OSC_HZ[control >> 5 & 0xF] // (2 * ((control & 0x1F) + 1)) if self._on(WDTOSC_PD) else 0

    def _external_hz(self) -> int:
        clock = self.integer("oscillatorFrequency", 0)
        return clock if self.get("EXTCLKSEL") or self._on(SYSOSC_PD) else 0

    def _source_hz(self, code: int) -> int:
        """Codes of MAINCLKSEL; those of SYSPLLCLKSEL are the same."""
        return (self.fro_hz(), self._external_hz(), self._watchdog_oscillator_hz(), self.fro_hz() // 2)[code]

    def _pll_hz(self) -> int:
        if not self._on(SYSPLL_PD):
            return 0
        return self._source_hz(self.get("SYSPLLCLKSEL_NOW")) * ((self.get("SYSPLLCTRL") & 0x1F) + 1)

    def main_hz(self) -> int:
        before = self._source_hz(self.get("MAINCLKSEL_NOW"))
        return (before, self._pll_hz(), before, before)[self.get("MAINCLKPLLSEL_NOW")]

    def _fractional_hz(self, n: int) -> int:
        """FRG: source / (1 + MULT / (DIV + 1)), DIV is 255 by the manual."""
        source = (self.fro_hz(), self.main_hz(), self._pll_hz(), 0)[self.get(f"FRG{n}CLKSEL")]
        whole = self.get(f"FRG{n}DIV") + 1
        return source * whole // (whole + self.get(f"FRG{n}MULT"))

    def function_hz(self, n: int) -> int:
        """Clock behind FCLKSELn: USART0 to USART4 are 0 to 4."""
        choice = self.get(f"FCLKSEL{n}")
        if choice in (2, 3):
            return self._fractional_hz(choice - 2)
        return {0: self.fro_hz(), 1: self.main_hz(), 4: self.fro_hz() // 2}.get(choice, 0)

    def clock_hz(self, name: str) -> int | None:
        """core, bus, main, fro, wdtosc."""
        if name in ("core", "bus"):
            divider = self.get("SYSAHBCLKDIV")
            return self.main_hz() // divider if divider else 0
        sources = {"main": self.main_hz, "fro": self.fro_hz, "wdtosc": self._watchdog_oscillator_hz}
        return sources[name]() if name in sources else None

    # ---------------------------------------------------------------- calls
    def on_reset(self) -> None:
        self._gate(0xFFFFFFFF)
        self._apply()

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register in SELECTORS.values():
            name = next(name for name, update in SELECTORS.items() if update == register)
            if value & ~old & 1:
                self.set(f"{name}_NOW", self.get(name))
        elif register == "FRODIRECTCLKUEN" and value & ~old & 1:
            self.set("FRO_DIRECT_NOW", self.get("FROOSCCTRL") >> 17 & 1)
        elif register == "SYSAHBCLKCTRL0":
            self._gate(value ^ old)
        elif register == "PRESETCTRL0":
            self._reset_blocks(old & ~value)
        elif register == "PDRUNCFG":
            self.set("SYSPLLSTAT", int(self._on(SYSPLL_PD)))
        self._apply()
        self.announce_clocks()
        return None

    def _gate(self, changed: int) -> None:
        value, models = self.get("SYSAHBCLKCTRL0"), self.machine.peripherals()
        for bit, (_, block) in BLOCKS.items():
            if changed >> bit & 1 and block in models:
                self.machine.set_enabled(block, bool(value >> bit & 1))
        if changed & GPIO_BITS and "gpio" in models:
            self.machine.set_enabled("gpio", bool(value & GPIO_BITS))

    def _reset_blocks(self, into_reset: int) -> None:
        """Registers of blocks that go into reset take their reset values."""
        models = self.machine.peripherals()
        for bit, (_, block) in BLOCKS.items():
            if into_reset >> bit & 1 and block in models:
                models[block].reset_registers()

    def _apply(self) -> None:
        core = self.clock("core")
        if core:
            self.machine.set_core_clock(core)
        for n in range(5):
            if f"usart{n}" in self.machine.peripherals():
                self.machine.set_device_clock(f"usart{n}", self.function_hz(n))

    def after_reset(self, cause: str) -> None:
        bits = {"wwdt": 2, "SYSRESETREQ": 4, "lock-up": 4, "reset by the host": 1}
        for word, bit in bits.items():
            if cause.startswith(word):
                self.set("SYSRSTSTAT", 1 << bit)


@register("Miscellaneous.LPC84x_FLASH_CTRL")
class FlashControl(Peripheral):
    """FLASHCFG sets how many clocks a flash read takes: FLASHTIM + 1, for each halfword, as there is no buffer.

    `memory`: the entry of the flash. Signature generation is tagged.
    """

    lines = ("IRQ",)
    SIZE = 0x4000
    attributes: ClassVar[Mapping[str, type]] = {"memory": str}
    TABLE = (
        Register(
            "FLASHCFG / Configuration",
            0x010,
            reset=2,
            fields=(Field("FLASHTIM / Clocks of a read - 1", 0, 2),),
            rest=State.STORED,
            state=M,
            hook_write=True,
        ),
        Register("FMSSTART / Signature start", 0x020, state=TAGGED),
        Register("FMSSTOP / Signature stop", 0x024, state=TAGGED),
        Register("FMSW0 / Signature", 0x02C, access=RO, state=TAGGED),
        Register("FMSTAT / Signature status", 0xFE0, access=RO, state=TAGGED),
        Register("FMSTATCLR / Signature status clear", 0xFE8, access=Access.WO, state=TAGGED),
    )
    source = "UM11029, chapter Flash controller"

    def on_reset(self) -> None:
        self._apply()

    def on_restore(self) -> None:
        self._apply()

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if (value ^ old) & 3:
            self._apply()
        return None

    def _apply(self) -> None:
        memory = self.parameters.get("memory")
        if isinstance(memory, str):
            extra = self.get("FLASHCFG") & 3
            self.machine.set_memory_waits(memory, extra, extra, extra)
