"""TPM of K32 L2B as a timer: counting, overflow, channel compare, and their interrupts.

Source: K32 L2B reference manual, chapter "Timer/PWM module (TPM)"; K32L2B31A.h. Counts like an FTM from 0 to MOD, on
the clock that SIM SOPT2 TPMSRC chooses; flags are cleared by writing 1. Not modelled: pins, the buffering of MOD and
CnV (they act at once), triggers, DMA, the external clock (CMOD = 2 stands still).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from digitrig.peripherals.base import register
from digitrig.peripherals.kinetis_ftm import CHF, CPWMS, FTM, state_registers
from digitrig.peripherals.registers import Access, Block, Field, Register, State, hidden
from digitrig.platform.model import Value

M, W1C = State.MODELLED, Access.W1C
_VALUE = (Field("VALUE / 16 bits", 0, 16),)
_CONTROL = (
    Field("PS / Prescale", 0, 3),
    Field("CMOD / Clock mode", 3, 2),
    Field("CPWMS / Up-down counting", 5),
    Field("TOIE / Overflow interrupt enable", 6),
    Field("TOF / Overflow flag", 7, 1, Access.RO),
    Field("DMA / DMA enable", 8),
)
_CHANNEL = (
    Field("DMA / DMA enable", 0),
    Field("ELSA / Edge or level", 2),
    Field("ELSB / Edge or level", 3),
    Field("MSA / Mode", 4),
    Field("MSB / Mode", 5),
    Field("CHIE / Interrupt enable", 6),
    Field("CHF / Channel flag", 7, 1, Access.RO),
)


def _channel(n: int) -> tuple[Register, ...]:
    name = f"C{n}SC / Channel {n} status and control"
    return (
        Register(name, 0x0C + 8 * n, fields=_CHANNEL, state=M, hook_read=True, hook_write=True),
        Register(f"C{n}V / Channel {n} value", 0x10 + 8 * n, fields=_VALUE, state=M, hook_write=True),
    )


@cache
def _block(channels: int) -> Block:
    flags = tuple(Field(f"CH{n}F / Flag of channel {n}", n, 1, W1C) for n in range(channels))
    polarity = tuple(Field(f"POL{n} / Polarity of channel {n}", n) for n in range(channels))
    overflow = (Field("TOF / Overflow flag", 8, 1, W1C),)
    rows = (
        Register("SC / Status and control", 0x00, fields=_CONTROL, state=M, hook_read=True, hook_write=True),
        Register("CNT / Counter", 0x04, fields=_VALUE, state=M, hook_read=True, hook_write=True),
        Register("MOD / Modulo", 0x08, reset=0xFFFF, fields=_VALUE, state=M, hook_write=True),
        *(row for n in range(channels) for row in _channel(n)),
        Register("STATUS / All flags", 0x50, fields=(*flags, *overflow), state=M, hook_read=True, hook_write=True),
        Register("POL / Polarity", 0x70, fields=polarity),
        Register(
            "CONF / Configuration",
            0x84,
            fields=(
                Field("DOZEEN", 5),
                Field("DBGMODE", 6, 2),
                Field("GTBSYNC", 8),
                Field("GTBEEN", 9),
                Field("CSOT", 16),
                Field("CSOO", 17),
                Field("CROT", 18),
                Field("CPOT", 19),
                Field("TRGPOL", 22),
                Field("TRGSRC", 23),
                Field("TRGSEL", 24, 4),
            ),
        ),
        hidden("CNTIN / Where counting begins, always 0"),
        *state_registers(),
    )
    return Block("", 0x1000, rows)


@register("Timers.Kinetis_TPM")
class TPM(FTM):
    """`numberOfChannels`: 6 on TPM0, 2 on TPM1 and TPM2."""

    TOIE, TOF = 1 << 6, 1 << 7
    CLOCKS = ("", "tpm", "", "")
    source = "K32 L2B RM, chapter TPM"

    @classmethod
    def tables(cls, attributes: Mapping[str, Value]) -> tuple[Block, ...]:
        count = attributes.get("numberOfChannels", 6)
        return (_block(count if isinstance(count, int) else 6),)

    def on_read(self, register: str, stored: int) -> int:
        if register == "CNT":
            return self.count()
        self._catch_up()
        if register != "STATUS":
            return self.get(register)
        channels = sum(1 << n for n in range(self.channels) if self.get(f"C{n}SC") & CHF)
        return channels | (0x100 if self.get("SC") & self.TOF else 0)

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        self.set(register, old)
        count = self.count()
        self._catch_up()
        if register == "STATUS":
            self._clear("SC", self.TOF if written & 0x100 else 0)
            for n in range(self.channels):
                self._clear(f"C{n}SC", CHF if written >> n & 1 else 0)
        elif register == "SC" or register.endswith("SC"):
            flag = self.TOF if register == "SC" else CHF
            self.set(register, value & ~flag | self.get(register) & flag & ~written)
        elif register == "CNT":
            self.set("CNT", 0)
            count = 0
        else:
            self.set(register, value)
        if register in ("CNT", "MOD") or (register == "SC" and (value ^ old) & (0x1F | CPWMS)):
            self._rebase(count)
        self._plan()
        return None

    def _clear(self, register: str, flag: int) -> None:
        self.set(register, self.get(register) & ~flag)
