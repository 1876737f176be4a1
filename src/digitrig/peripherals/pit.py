"""PIT: periodic interrupt timer, with four channels on i.MX RT1060 and two on Kinetis.

Source: i.MX RT1060, K32 L2B and KE02 reference manuals, chapter "Periodic Interrupt Timer". A
channel runs down from LDVAL and sets its flag every LDVAL + 1 counts, on PERCLK or the bus clock; a chained channel
counts the expiries of the one before. Reading LTMR64H latches
LTMR64L; channels 1 and 0 are its halves.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import ClassVar

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.countdown import Countdown, countdown_registers
from digitrig.peripherals.registers import Access, Block, Field, Register, State, hidden
from digitrig.platform.model import Connection, Value

M = State.MODELLED
CHANNELS = 4
TEN, TIE, CHN = 1, 2, 4
MDIS = 2


def _channel(n: int) -> tuple[Register, ...]:
    base = 0x100 + 0x10 * n
    control = (Field("TEN / Enable", 0), Field("TIE / Interrupt enable", 1), Field("CHN / Chain", 2))
    flag = (Field("TIF / Interrupt flag", 0, 1, Access.W1C),)
    return (
        Register(f"LDVAL{n} / Load value {n}", base, state=M),
        Register(f"CVAL{n} / Current value {n}", base + 4, access=Access.RO, state=M, hook_read=True),
        Register(f"TCTRL{n} / Timer control {n}", base + 8, fields=control, state=M, hook_write=True),
        Register(f"TFLG{n} / Timer flag {n}", base + 12, fields=flag, state=M, hook_write=True),
    )


@cache
def _block(channels: int, lifetime: bool) -> Block:
    counters = (
        Register("LTMR64H / Lifetime timer high", 0xE0, access=Access.RO, state=M, hook_read=True),
        Register("LTMR64L / Lifetime timer low", 0xE4, access=Access.RO, state=M, hook_read=True),
    )
    rows = (
        Register(
            "MCR / Module control",
            0x00,
            reset=2 if lifetime else 6,
            fields=(Field("FRZ / Freeze in debug mode", 0), Field("MDIS / Module disable", 1)),
            rest=State.STORED,
            state=M,
            hook_write=True,
        ),
        *(counters if lifetime else ()),
        *(row for n in range(channels) for row in _channel(n)),
        *(row for n in range(channels) for row in countdown_registers(n)),
        hidden("LATCHED / Low half of the lifetime timer"),
    )
    return Block("", 0x4000 if channels == CHANNELS else 0x1000, rows)


@register("Timers.PeriodicInterruptTimer")
class PIT(Peripheral):
    """Renode's class, which counts at 66 MHz; this one follows PERCLK (i.MX) or the bus clock (Kinetis).

    `numberOfChannels`: 4 or 2.  `hasLifetimeTimer`: false on KE02.  The first target of `IRQ` gets channel 0, the
    second channel 1; a single one gets all channels.
    """

    lines = ("IRQ",)
    attributes: ClassVar[Mapping[str, type]] = {"numberOfChannels": int, "hasLifetimeTimer": bool}
    source = "i.MX RT1060 RM, K32 L2B RM and KE02 RM, chapter PIT"

    @classmethod
    def tables(cls, attributes: Mapping[str, Value]) -> tuple[Block, ...]:
        count = attributes.get("numberOfChannels", CHANNELS)
        return (_block(count if isinstance(count, int) else CHANNELS, bool(attributes.get("hasLifetimeTimer", True))),)

    @property
    def channels(self) -> int:
        return self.integer("numberOfChannels", CHANNELS)

    def lines_of(self, connection: Connection, ordinal: int, total: int) -> tuple[int, ...]:
        """Line n: channel n."""
        return tuple(range(self.channels)) if total == 1 else (ordinal,)

    def rate(self, channel: int) -> int:
        """Counts per second; 0 while disabled, and for a chained channel, which another one drives."""
        if self.get("MCR") & MDIS or self.get(f"TCTRL{channel}") & CHN:
            return 0
        return self.clock("perclk") or self.clock("bus")

    def on_read(self, register: str, stored: int) -> int:
        if register == "LTMR64H":
            self.set("LATCHED", self._value(0))
            return self._value(1)
        if register == "LTMR64L":
            return self.get("LATCHED")
        return self._value(int(register[-1]))

    def _value(self, channel: int) -> int:
        return Countdown(self, channel).value() if self.get(f"TCTRL{channel}") & TEN else 0

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register == "MCR":
            self.clocks_changed()
        elif register.startswith("TCTRL"):
            channel = int(register[-1])
            counter = Countdown(self, channel)
            if value & ~old & TEN:
                counter.begin(self.get(f"LDVAL{channel}"), self.rate(channel))
            elif not value & TEN:
                counter.stop()
        self._update()
        return None

    def on_event(self, number: int) -> None:
        self._expire(number)
        self._update()

    def _expire(self, channel: int) -> None:
        self.set(f"TFLG{channel}", 1)
        Countdown(self, channel).begin(self.get(f"LDVAL{channel}"), self.rate(channel))
        following = channel + 1
        if following < self.channels and self.get(f"TCTRL{following}") & (TEN | CHN) == TEN | CHN:
            left = self.get(f"LOADED{following}")
            if left:
                self.set(f"LOADED{following}", left - 1)
            else:
                self._expire(following)

    def clocks_changed(self) -> None:
        for n in range(self.channels):
            Countdown(self, n).change_rate(self.rate(n))

    def _update(self) -> None:
        for n in range(self.channels):
            pending = self.get(f"TFLG{n}") and self.get(f"TCTRL{n}") & TIE
            self.machine.set_line(self.main, n, bool(pending))
