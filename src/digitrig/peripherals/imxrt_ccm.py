"""CCM of i.MX RT1060: the clock tree behind the PLLs, and the gates.

Source: i.MX RT1060 reference manual, chapter "Clock Controller Module"; field positions in MIMXRT1062.h, gates in the
clock driver of NXP's MCUXpresso SDK; reset values from NXP's SVD of the RT1052, which has the same block. Clock
switches happen at once: the handshake register CDHIPR reads 0. An access to a block whose gate is off is a bus error.
Gates "on in run mode" and "always on" are the same here. If the core's clock is chosen from a source that is off, a
real part stands still; here it goes on at the last frequency.
"""

from __future__ import annotations

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.imxrt_analog import CCMAnalog
from digitrig.peripherals.registers import Access, Field, Register, State

RO = Access.RO
M, TAGGED, STORED = State.MODELLED, State.TAGGED, State.STORED

# (register, gate number) of each block that is gated, by the block's name in `.repl`.
GATES = {
    (0, 6): "lpuart3",
    (0, 12): "gpt2",
    (0, 14): "lpuart2",
    (0, 15): "gpio2",
    (1, 6): "pit",
    (1, 10): "gpt1",
    (1, 12): "lpuart4",
    (1, 13): "gpio1",
    (1, 15): "gpio5",
    (2, 2): "iomuxc_snvs",
    (2, 3): "lpi2c1",
    (2, 4): "lpi2c2",
    (2, 5): "lpi2c3",
    (2, 6): "ocotp",
    (2, 13): "gpio3",
    (2, 14): "elcdif",
    (2, 15): "pxp",
    (3, 1): "lpuart5",
    (3, 2): "semc",
    (3, 3): "lpuart6",
    (3, 6): "gpio4",
    (3, 8): "wdog1",
    (3, 9): "flexram",
    (4, 1): "iomuxc",
    (4, 2): "iomuxc_gpr",
    (5, 2): "rtwdog",
    (5, 5): "wdog2",
    (5, 12): "lpuart1",
    (5, 13): "lpuart7",
    (5, 14): "snvs",
    (6, 3): "dcdc",
    (6, 7): "lpuart8",
    (6, 12): "lpi2c4",
}
LCDIF_PIXEL_GATE = (3, 5)
GATE_RESETS = (0xFFFFFFFF, 0xFFFFFFFF, 0xFC3FFFFF, 0xFFFFFFCF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)


def _tree(name: str, title: str, offset: int, reset: int, *fields: Field) -> Register:
    """A register of the clock tree: its described fields act, other bits are stored."""
    return Register(f"{name} / {title}", offset, 4, reset, fields, M, rest=STORED, hook_write=True)


def _gates(n: int) -> Register:
    fields = tuple(Field(f"CG{g} / {GATES.get((n, g), 'gate')}", 2 * g, 2) for g in range(16))
    return Register(f"CCGR{n} / Clock gating {n}", 0x68 + 4 * n, 4, GATE_RESETS[n], fields, M, hook_write=True)


@register("Miscellaneous.IMXRT_CCM")
class CCM(Peripheral):
    SIZE = 0x4000
    TABLE = (
        Register("CCR / Control", 0x00, reset=0x0401167F),
        Register(
            "CSR / Status", 0x08, reset=0x00000020, fields=(Field("COSC_READY / Crystal ready", 5, 1, RO),), state=M
        ),
        _tree("CCSR", "Clock switcher", 0x0C, 0x00000100, Field("PLL3_SW_CLK_SEL / Bypass of PLL3", 0)),
        _tree("CACRR", "Arm clock root", 0x10, 0x00000000, Field("ARM_PODF / Divider", 0, 3)),
        _tree(
            "CBCDR",
            "Bus clock divider",
            0x14,
            0x000B8600,
            Field("SEMC_CLK_SEL / SEMC source", 6),
            Field("SEMC_ALT_CLK_SEL / SEMC alternative", 7),
            Field("IPG_PODF / IPG divider", 8, 2),
            Field("AHB_PODF / AHB divider", 10, 3),
            Field("SEMC_PODF / SEMC divider", 16, 3),
            Field("PERIPH_CLK_SEL / Peripheral clock source", 25),
            Field("PERIPH_CLK2_PODF / Peripheral clock 2 divider", 27, 3),
        ),
        _tree(
            "CBCMR",
            "Bus clock multiplexer",
            0x18,
            0x2DA28324,
            Field("PERIPH_CLK2_SEL / Peripheral clock 2 source", 12, 2),
            Field("PRE_PERIPH_CLK_SEL / Pre-peripheral clock source", 18, 2),
            Field("LCDIF_PODF / LCDIF divider", 23, 3),
        ),
        _tree(
            "CSCMR1",
            "Serial clock multiplexer 1",
            0x1C,
            0x04900080,
            Field("PERCLK_PODF / PERCLK divider", 0, 6),
            Field("PERCLK_CLK_SEL / PERCLK source", 6),
        ),
        Register("CSCMR2 / Serial clock multiplexer 2", 0x20, reset=0x03192C06),
        _tree(
            "CSCDR1",
            "Serial clock divider 1",
            0x24,
            0x00490B00,
            Field("UART_CLK_PODF / UART divider", 0, 6),
            Field("UART_CLK_SEL / UART source", 6),
        ),
        Register("CS1CDR / Clock divider 1", 0x28, reset=0x0EC102C1),
        Register("CS2CDR / Clock divider 2", 0x2C, reset=0x000336C1),
        Register("CDCDR / D1 clock divider", 0x30, reset=0x33F71F92),
        _tree(
            "CSCDR2",
            "Serial clock divider 2",
            0x38,
            0x00029B48,
            Field("LCDIF_PRED / LCDIF predivider", 12, 3),
            Field("LCDIF_PRE_CLK_SEL / LCDIF source", 15, 3),
            Field("LPI2C_CLK_SEL / LPI2C source", 18),
            Field("LPI2C_CLK_PODF / LPI2C divider", 19, 6),
        ),
        Register("CSCDR3 / Serial clock divider 3", 0x3C, reset=0x00014841),
        Register("CDHIPR / Divider handshake in process", 0x48, access=RO, state=M),
        Register("CLPCR / Low power control", 0x54, reset=0x00000079),
        Register("CISR / Interrupt status", 0x58, access=Access.W1C, state=TAGGED),
        Register("CIMR / Interrupt mask", 0x5C, reset=0xFFFFFFFF, state=TAGGED),
        Register("CCOSR / Clock output source", 0x60, reset=0x000A0001),
        Register("CGPR / General purpose", 0x64, reset=0x0000FE62),
        *(_gates(n) for n in range(8)),
        Register("CMEOR / Module enable override", 0x88, reset=0xFFFFFFFF),
    )
    source = "i.MX RT1060 RM, chapter CCM"

    # ---------------------------------------------------------------- calls
    def on_reset(self) -> None:
        self._apply_gates(range(8))
        self._apply_clocks()

    def clocks_changed(self) -> None:
        self._apply_clocks()

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register.startswith("CCGR"):
            self._apply_gates([int(register[4:])])
            self._apply_functional()
            number, gate = LCDIF_PIXEL_GATE
            if register == f"CCGR{number}" and (value ^ old) >> 2 * gate & 3:
                self.announce_clocks()
        else:
            self._apply_clocks()
            self.announce_clocks()
        return None

    def announce_clocks(self) -> None:
        """The analog part is upstream: it need not hear."""
        for peripheral in self.machine.peripherals().values():
            if not isinstance(peripheral, (CCM, CCMAnalog)):
                peripheral.clocks_changed()

    def _apply_gates(self, numbers: range | list[int]) -> None:
        for (number, gate), device in GATES.items():
            if number in numbers and device in self.machine.peripherals():
                self.machine.set_enabled(device, self.gate_on(number, gate))

    def gate_on(self, number: int, gate: int) -> bool:
        return bool(self.get(f"CCGR{number}") >> 2 * gate & 3)

    def _apply_clocks(self) -> None:
        core = self.core_hz()
        if core:
            self.machine.set_core_clock(core)
        self._apply_functional()

    def _apply_functional(self) -> None:
        for (number, gate), device in GATES.items():
            if device.startswith(("lpuart", "lpi2c")) and device in self.machine.peripherals():
                hz = self.uart_hz() if device.startswith("lpuart") else self.lpi2c_hz()
                self.machine.set_device_clock(device, hz if self.gate_on(number, gate) else 0)

    # ---------------------------------------------------------------- frequencies
    def _analog(self) -> CCMAnalog:
        analog = self.peer(CCMAnalog)
        assert analog is not None, "a platform with IMXRT_CCM needs IMXRT_CCM_ANALOG"
        return analog

    def pll3_hz(self) -> int:
        """pll3_sw_clk: the USB1 PLL or, bypassed, the oscillator."""
        analog = self._analog()
        return analog.osc_hz() if self.bits("CCSR", "PLL3_SW_CLK_SEL") else analog.pll_hz("PLL_USB1")

    def periph_hz(self) -> int:
        analog = self._analog()
        if self.bits("CBCDR", "PERIPH_CLK_SEL"):
            choice = self.bits("CBCMR", "PERIPH_CLK2_SEL")
            sources2 = (self.pll3_hz, analog.osc_hz, lambda: analog.pll_hz("PLL_SYS"), lambda: 0)
            return sources2[choice]() // (self.bits("CBCDR", "PERIPH_CLK2_PODF") + 1)
        sources = (
            lambda: analog.pll_hz("PLL_SYS"),
            lambda: analog.pfd_hz("PFD_528", 2),
            lambda: analog.pfd_hz("PFD_528", 0),
            lambda: analog.pll_hz("PLL_ARM") // (self.bits("CACRR", "ARM_PODF") + 1),
        )
        return sources[self.bits("CBCMR", "PRE_PERIPH_CLK_SEL")]()

    def core_hz(self) -> int:
        """AHB and core clock."""
        return self.periph_hz() // (self.bits("CBCDR", "AHB_PODF") + 1)

    def ipg_hz(self) -> int:
        return self.core_hz() // (self.bits("CBCDR", "IPG_PODF") + 1)

    def perclk_hz(self) -> int:
        base = self._analog().osc_hz() if self.bits("CSCMR1", "PERCLK_CLK_SEL") else self.ipg_hz()
        return base // (self.bits("CSCMR1", "PERCLK_PODF") + 1)

    def uart_hz(self) -> int:
        base = self._analog().osc_hz() if self.bits("CSCDR1", "UART_CLK_SEL") else self.pll3_hz() // 6
        return base // (self.bits("CSCDR1", "UART_CLK_PODF") + 1)

    def lpi2c_hz(self) -> int:
        base = self._analog().osc_hz() if self.bits("CSCDR2", "LPI2C_CLK_SEL") else self.pll3_hz() // 8
        return base // (self.bits("CSCDR2", "LPI2C_CLK_PODF") + 1)

    def semc_hz(self) -> int:
        analog, base = self._analog(), self.periph_hz()
        if self.bits("CBCDR", "SEMC_CLK_SEL"):
            third = self.bits("CBCDR", "SEMC_ALT_CLK_SEL")
            base = analog.pfd_hz("PFD_480", 1) if third else analog.pfd_hz("PFD_528", 2)
        return base // (self.bits("CBCDR", "SEMC_PODF") + 1)

    def lcdif_hz(self) -> int:
        """Pixel clock."""
        analog = self._analog()
        sources = (
            lambda: analog.pll_hz("PLL_SYS"),
            lambda: analog.pfd_hz("PFD_480", 3),
            lambda: analog.pll_hz("PLL_VIDEO"),
            lambda: analog.pfd_hz("PFD_528", 0),
            lambda: analog.pfd_hz("PFD_528", 1),
            lambda: analog.pfd_hz("PFD_480", 1),
        )
        if not self.gate_on(*LCDIF_PIXEL_GATE):
            return 0
        choice = self.bits("CSCDR2", "LCDIF_PRE_CLK_SEL")
        base = sources[choice]() if choice < len(sources) else 0
        return base // (self.bits("CSCDR2", "LCDIF_PRED") + 1) // (self.bits("CBCMR", "LCDIF_PODF") + 1)

    def clock_hz(self, name: str) -> int | None:
        """core, bus (= ipg), perclk, uart, lpi2c, semc, lcdif, and what the analog part makes."""
        own = {
            "core": self.core_hz,
            "bus": self.ipg_hz,
            "ipg": self.ipg_hz,
            "perclk": self.perclk_hz,
            "uart": self.uart_hz,
            "lpi2c": self.lpi2c_hz,
            "semc": self.semc_hz,
            "lcdif": self.lcdif_hz,
        }.get(name)
        return own() if own else None
