"""Small system blocks of i.MX RT1060: DCDC, IOMUXC and its GPRs, SRC, GPC, SNVS, OCOTP, FlexRAM, SEMC.

Source: i.MX RT1060 reference manual, the chapters of those names; MIMXRT1062.h; reset values from NXP's SVD of the
RT1052. Pin settings are stored and have no effect. Fuses read 0. The SEMC does its IP commands at once and without
effect: the SDRAM is simply there.
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


@register("Miscellaneous.IMXRT_SNVS")
class SNVS(Peripheral):
    """Stored; counters stand still and are tagged."""

    SIZE = 0x4000
    lines = ("IRQ",)
    TABLE = (
        Register("HPLR / HP lock", 0x00),
        Register("HPCOMR / HP command", 0x04),
        Register("HPCR / HP control", 0x08),
        Register("HPSICR / HP security interrupt control", 0x0C),
        Register("HPSVCR / HP security violation control", 0x10),
        Register("HPSR / HP status", 0x14, reset=0x8000B000, access=RO),
        Register("HPSVSR / HP security violation status", 0x18, reset=0x80000000, access=W1C),
        Register("HPHACIVR / HP high assurance counter initial value", 0x1C),
        Register("HPHACR / HP high assurance counter", 0x20, access=RO, state=TAGGED),
        Register("HPRTCMR / HP real time counter, high", 0x24, state=TAGGED),
        Register("HPRTCLR / HP real time counter, low", 0x28, state=TAGGED),
        Register("HPTAMR / HP time alarm, high", 0x2C, state=TAGGED),
        Register("HPTALR / HP time alarm, low", 0x30, state=TAGGED),
        Register("LPLR / LP lock", 0x34),
        Register("LPCR / LP control", 0x38, reset=0x20),
        Register("LPMKCR / LP master key control", 0x3C),
        Register("LPSVCR / LP security violation control", 0x40),
        Register("LPSECR / LP security events", 0x48),
        Register("LPSR / LP status", 0x4C, reset=0x8, access=W1C),
        Register("LPSRTCMR / LP secure real time counter, high", 0x50, state=TAGGED),
        Register("LPSRTCLR / LP secure real time counter, low", 0x54, state=TAGGED),
        Register("LPTAR / LP time alarm", 0x58, state=TAGGED),
        Register("LPSMCMR / LP monotonic counter, high", 0x5C, state=TAGGED),
        Register("LPSMCLR / LP monotonic counter, low", 0x60, state=TAGGED),
        Register("LPLVDR / LP low voltage detector", 0x64),
        Register("LPGPR0_LEGACY / LP general purpose 0", 0x68),
        *_row("LPZMKR", 0x6C, 8),
        *_row("LPGPR_ALIAS", 0x90, 4),
        *_row("LPGPR", 0x100, 8),
        Register("HPVIDR1 / HP version 1", 0xBF8, access=RO),
        Register("HPVIDR2 / HP version 2", 0xBFC, access=RO),
    )
    source = "i.MX RT1060 RM, chapter SNVS"


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


IPCMDDONE, IDLE = 1, 1


@register("Miscellaneous.IMXRT_SEMC")
class SEMC(Peripheral):
    """IP commands set IPCMDDONE at once; SWRST clears itself."""

    SIZE = 0x4000
    lines = ("IRQ",)
    TABLE = (
        Register("MCR / Module control", 0x00, reset=0x10000002, state=M, hook_write=True),
        Register("IOCR / IO multiplexer", 0x04),
        Register("BMCR0 / Bus master control 0", 0x08),
        Register("BMCR1 / Bus master control 1", 0x0C),
        *(
            Register(f"BR{n} / Base {n}", 0x10 + 4 * n, reset=reset)
            for n, reset in enumerate(
                (
                    0x8000001D,
                    0x8400001C,
                    0x8800001C,
                    0x8C00001C,
                    0x9E00001A,
                    0x9000001E,
                    0x9800001C,
                    0x9C00001A,
                    0x00000026,
                )
            )
        ),
        Register("DLLCR / DLL control", 0x34, reset=0x100),
        Register("INTEN / Interrupt enable", 0x38, state=M, hook_write=True),
        Register(
            "INTR / Interrupt",
            0x3C,
            fields=(
                Field("IPCMDDONE / IP command done", 0, 1, W1C),
                Field("IPCMDERR / IP command error", 1, 1, W1C),
                Field("AXICMDERR / AXI command error", 2, 1, W1C),
                Field("AXIBUSERR / AXI bus error", 3, 1, W1C),
            ),
            rest=STORED,
            state=M,
            hook_write=True,
        ),
        Register("SDRAMCR0 / SDRAM control 0", 0x40, reset=0x00000C26),
        Register("SDRAMCR1 / SDRAM control 1", 0x44, reset=0x00994934),
        Register("SDRAMCR2 / SDRAM control 2", 0x48, reset=0x80000EEE),
        Register("SDRAMCR3 / SDRAM control 3", 0x4C, reset=0x40808000),
        *_row("NANDCR", 0x50, 4, state=TAGGED),
        *_row("NORCR", 0x60, 4, state=TAGGED),
        *_row("SRAMCR", 0x70, 4, state=TAGGED),
        *_row("DBICR", 0x80, 2, state=TAGGED),
        Register("IPCR0 / IP command control 0", 0x90),
        Register("IPCR1 / IP command control 1", 0x94),
        Register("IPCR2 / IP command control 2", 0x98),
        Register("IPCMD / IP command", 0x9C, access=WO, state=M, hook_write=True),
        Register("IPTXDAT / Transmit data", 0xA0),
        Register("IPRXDAT / Receive data", 0xB0, access=RO),
        Register("STS0 / Status 0", 0xC0, reset=IDLE, access=RO, state=M),
        *(Register(f"STS{n} / Status {n}", 0xC0 + 4 * n, access=RO, state=TAGGED) for n in range(1, 16)),
    )
    source = "i.MX RT1060 RM, chapter SEMC"

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register == "MCR":
            self.set("MCR", value & ~1)
        elif register == "IPCMD":
            key_right = value >> 16 == 0xA55A
            self.set("INTR", self.get("INTR") | (1 if key_right else 2))
            self.set("IPCMD", 0)
        self.machine.set_line(self.main, 0, bool(self.get("INTR") & self.get("INTEN") & 0xF))
        return None
