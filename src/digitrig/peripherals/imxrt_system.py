"""Small system blocks of i.MX RT1060: DCDC, IOMUXC and its GPRs, SRC, GPC, OCOTP, FlexRAM.

Source: i.MX RT1060 reference manual, the chapters of those names; MIMXRT1062.h; reset values from NXP's SVD of the
RT1052. Pin settings are stored and have no effect. Fuses read 0.
"""

from __future__ import annotations

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.registers import Access, Field, Register, State, tagged

RO, WO, W1C = Access.RO, Access.WO, Access.W1C
M, TAGGED, STORED = State.MODELLED, State.TAGGED, State.STORED


def _row(
    name: str, first: int, count: int, start: int = 0, reset: int = 0, state: State = STORED
) -> tuple[Register, ...]:
    """Registers NAME0, NAME1, ... side by side."""
    return tuple(Register(f"{name}{start + i}", first + 4 * i, reset=reset, state=state) for i in range(count))


@register("Miscellaneous.IMXRT_DCDC")
class DCDC(Peripheral):
    """The output is stable at once after a new target."""

    SIZE = 0x4000
    lines = ("IRQ",)
    TABLE = (
        Register(
            "REG0 / Register 0",
            0x0,
            reset=0x94030111,
            fields=(Field("STS_DC_OK / Output stable", 31, 1, RO),),
            rest=STORED,
            state=M,
        ),
        Register("REG1 / Register 1", 0x4, reset=0x111BA29C),
        Register("REG2 / Register 2", 0x8, reset=0x00004009),
        Register(
            "REG3 / Register 3", 0xC, reset=0x0000010E, fields=(Field("TRG / Target voltage", 0, 5),), rest=STORED
        ),
    )
    source = "i.MX RT1060 RM, chapter DCDC; STS_DC_OK after power-up is 1"


@register("Miscellaneous.IMXRT_IOMUXC")
class IOMUXC(Peripheral):
    SIZE = 0x4000
    TABLE = (
        *_row("SW_MUX_CTL_PAD", 0x014, 124, reset=5),
        *_row("SW_PAD_CTL_PAD", 0x204, 124, reset=0x10B0),
        *_row("SELECT_INPUT", 0x3F4, 154),
        *_row("SW_MUX_CTL_PAD_1_", 0x65C, 22, reset=5),
        *_row("SW_PAD_CTL_PAD_1_", 0x6B4, 22, reset=0x10B0),
        *_row("SELECT_INPUT_1_", 0x70C, 33),
    )
    source = "i.MX RT1060 RM, chapter IOMUXC; one reset value for all pads: most have ALT5 and 0x10B0"


@register("Miscellaneous.IMXRT_IOMUXC_GPR")
class IOMUXCGPR(Peripheral):
    """FlexRAM's split is fixed by the `.repl`: GPR14, GPR16 and GPR17 are tagged."""

    SIZE = 0x4000
    lines = ("IRQ",)
    TABLE = tuple(
        Register(f"GPR{n} / General purpose {n}", 4 * n, reset=reset, state=state)
        for n, reset, state in (
            (n, {3: 0x0FF0, 10: 0x0007, 16: 0x00200003}.get(n, 0), TAGGED if n in (14, 16, 17) else STORED)
            for n in range(35)
        )
    )
    source = "i.MX RT1060 RM, chapter IOMUXC"


@register("Miscellaneous.IMXRT_IOMUXC_SNVS")
class IOMUXCSNVS(Peripheral):
    SIZE = 0x4000
    TABLE = tuple(
        Register(f"{name} / Pad setting", 4 * i, reset=reset)
        for i, (name, reset) in enumerate(
            (
                ("SW_MUX_CTL_PAD_WAKEUP", 5),
                ("SW_MUX_CTL_PAD_PMIC_ON_REQ", 0),
                ("SW_MUX_CTL_PAD_PMIC_STBY_REQ", 0),
                ("SW_PAD_CTL_PAD_TEST_MODE", 0),
                ("SW_PAD_CTL_PAD_POR_B", 0),
                ("SW_PAD_CTL_PAD_ONOFF", 0),
                ("SW_PAD_CTL_PAD_WAKEUP", 0),
                ("SW_PAD_CTL_PAD_PMIC_ON_REQ", 0),
                ("SW_PAD_CTL_PAD_PMIC_STBY_REQ", 0),
            )
        )
    )
    source = "i.MX RT1060 RM, chapter IOMUXC"


@register("Miscellaneous.IMXRT_SRC")
class SRC(Peripheral):
    SIZE = 0x4000
    lines = ("IRQ",)
    TABLE = (
        Register("SCR / Control", 0x00, reset=0x00000500, state=TAGGED),
        Register("SBMR1 / Boot mode 1", 0x04, access=RO),
        Register("SRSR / Reset status", 0x08, reset=0x1, access=W1C, state=M),
        Register("SBMR2 / Boot mode 2", 0x1C, reset=0x02000000, access=RO),
        *_row("GPR", 0x20, 10, start=1),
    )
    source = "i.MX RT1060 RM, chapter SRC; SBMR2 as with internal boot"

    def after_reset(self, cause: str) -> None:
        """SRSR: bit 1 lock-up or software reset, 4 WDOG1/2, 7 RTWDOG (WDOG3)."""
        bit = 7 if cause.startswith("rtwdog") else 4 if cause.startswith("wdog") else 1
        self.set("SRSR", 1 << bit)


@register("Miscellaneous.IMXRT_GPC")
class GPC(Peripheral):
    SIZE = 0x4000
    lines = ("IRQ",)
    TABLE = tagged(
        Register("CNTR / Control", 0x00, reset=0x00520000),
        *_row("IMR", 0x08, 4, start=1),
        *_row("ISR", 0x18, 4, start=1),
        Register("IMR5 / Interrupt mask 5", 0x34),
        Register("ISR5 / Interrupt status 5", 0x38, access=RO),
    )
    source = "i.MX RT1060 RM, chapter GPC"


def _fuses() -> tuple[Register, ...]:
    names = {
        0x400: ("LOCK", *(f"CFG{n}" for n in range(7)), *(f"MEM{n}" for n in range(5)), *(f"ANA{n}" for n in range(3))),
        0x580: (*(f"SRK{n}" for n in range(8)), "SJC_RESP0", "SJC_RESP1", "MAC0", "MAC1", "MAC2"),
        0x660: ("GP1", "GP2", "SW_GP1", *(f"SW_GP2{n}" for n in range(4)), "MISC_CONF0", "MISC_CONF1", "SRK_REVOKE"),
        0x880: (*(f"GP3{n}" for n in range(4)), *(f"GP4{n}" for n in range(4))),
    }
    return tuple(
        Register(f"{name} / Fuse word", first + 0x10 * i) for first, row in names.items() for i, name in enumerate(row)
    )


@register("Miscellaneous.IMXRT_OCOTP")
class OCOTP(Peripheral):
    """Shadow registers of an unprogrammed part; programming is tagged and does nothing."""

    SIZE = 0x4000
    TABLE = (
        Register("CTRL / Control", 0x00, state=TAGGED, alias_set=True),
        Register("TIMING / Timing", 0x10, reset=0x060D9755),
        Register("DATA / Write data", 0x20, state=TAGGED),
        Register("READ_CTRL / Read control", 0x30, state=TAGGED),
        Register("READ_FUSE_DATA / Read data", 0x40, access=RO, state=TAGGED),
        Register("SW_STICKY / Sticky bits", 0x50),
        Register("SCS / Software controllable signals", 0x60, alias_set=True),
        Register("VERSION / Version", 0x90, access=RO, state=TAGGED),
        Register("TIMING2 / Timing 2", 0x100, reset=0x01C30092),
        *_fuses(),
    )
    source = "i.MX RT1060 RM, chapter OCOTP"


@register("Miscellaneous.IMXRT_FLEXRAM")
class FLEXRAM(Peripheral):
    SIZE = 0x4000
    lines = ("IRQ",)
    TABLE = (
        Register("TCM_CTRL / TCM control", 0x00, fields=(Field("BITS / Wait states and clock", 0, 3),), state=STORED),
        *tagged(
            Register("INT_STATUS / Interrupt status", 0x10, access=W1C),
            Register("INT_STAT_EN / Interrupt status enable", 0x14),
            Register("INT_SIG_EN / Interrupt enable", 0x18),
        ),
    )
    source = "i.MX RT1060 RM, chapter FLEXRAM"
