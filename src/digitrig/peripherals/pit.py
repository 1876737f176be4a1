"""PIT: periodic interrupt timer, here with the four channels and the one interrupt of i.MX RT1060.

Source: i.MX RT1060 reference manual, chapter "Periodic Interrupt Timer". A channel runs down from LDVAL on PERCLK and
sets its flag every LDVAL + 1 counts; a chained channel counts the expiries of the one before. Reading LTMR64H latches
LTMR64L; channels 1 and 0 are its halves.
"""

from __future__ import annotations

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.countdown import Countdown, countdown_registers
from digitrig.peripherals.registers import Access, Field, Register, State, hidden

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


@register("Timers.PeriodicInterruptTimer")
class PIT(Peripheral):
    """Renode's class, which counts at 66 MHz; this one follows PERCLK (i.MX) or the bus clock (Kinetis)."""

    SIZE = 0x4000
    lines = ("IRQ",)
    TABLE = (
        Register(
            "MCR / Module control",
            0x00,
            reset=2,
            fields=(Field("FRZ / Freeze in debug mode", 0), Field("MDIS / Module disable", 1)),
            rest=State.STORED,
            state=M,
            hook_write=True,
        ),
        Register("LTMR64H / Lifetime timer high", 0xE0, access=Access.RO, state=M, hook_read=True),
        Register("LTMR64L / Lifetime timer low", 0xE4, access=Access.RO, state=M, hook_read=True),
        *(row for n in range(CHANNELS) for row in _channel(n)),
        *(row for n in range(CHANNELS) for row in countdown_registers(n)),
        hidden("LATCHED / Low half of the lifetime timer"),
    )
    source = "i.MX RT1060 RM, chapter PIT"

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
        if following < CHANNELS and self.get(f"TCTRL{following}") & (TEN | CHN) == TEN | CHN:
            left = self.get(f"LOADED{following}")
            if left:
                self.set(f"LOADED{following}", left - 1)
            else:
                self._expire(following)

    def clocks_changed(self) -> None:
        for n in range(CHANNELS):
            Countdown(self, n).change_rate(self.rate(n))

    def _update(self) -> None:
        pending = any(self.get(f"TFLG{n}") and self.get(f"TCTRL{n}") & TIE for n in range(CHANNELS))
        self.machine.set_line(self.main, 0, pending)
