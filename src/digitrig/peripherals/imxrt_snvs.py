"""SNVS of i.MX RT: the block with a supply of its own. Its low-power half outlives every reset but power-on.

Source: i.MX RT1060 reference manual, chapter SNVS; MIMXRT1062.h. LPGPR0 to LPGPR3 are seen at two more places;
LPLR.GPR_HL and HPLR.GPR_SL lock the general purpose registers, until power-on and until the next reset. Counters stand
still and are tagged.
"""

from __future__ import annotations

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.registers import Access, Register, State

RO, W1C = Access.RO, Access.W1C
M, TAGGED, STORED = State.MODELLED, State.TAGGED, State.STORED
GPR_LOCK = 1 << 5


def _row(name: str, first: int, count: int, state: State = STORED, hook: bool = False) -> tuple[Register, ...]:
    return tuple(Register(f"{name}{i}", first + 4 * i, state=state, hook_write=hook) for i in range(count))


_LOW_POWER = (
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
    Register("LPGPR0_LEGACY / LP general purpose 0", 0x68, state=M, hook_write=True),
    *_row("LPZMKR", 0x6C, 8),
    *_row("LPGPR_ALIAS", 0x90, 4, M, True),
    *_row("LPGPR", 0x100, 8, M, True),
)


@register("Miscellaneous.IMXRT_SNVS")
class SNVS(Peripheral):
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
        *_LOW_POWER,
        Register("HPVIDR1 / HP version 1", 0xBF8, access=RO),
        Register("HPVIDR2 / HP version 2", 0xBFC, access=RO),
    )
    outside = tuple(row.short for row in _LOW_POWER)
    source = "i.MX RT1060 RM, chapter SNVS"

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        """The general purpose registers, at whichever of their places."""
        number = 0 if register == "LPGPR0_LEGACY" else int(register[-1])
        new = old if (self.get("LPLR") | self.get("HPLR")) & GPR_LOCK else value
        for place in (f"LPGPR{number}", *([f"LPGPR_ALIAS{number}"] if number < 4 else [])):
            self.set(place, new)
        if number == 0:
            self.set("LPGPR0_LEGACY", new)
        return new
