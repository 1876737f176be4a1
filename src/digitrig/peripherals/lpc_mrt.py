"""MRT of LPC8xx: four 31-bit counters that run down on the core clock, and one interrupt.

Source: LPC84x user manual UM11029, chapter "Multi-rate timer"; LPC845.h. Writing INTVAL starts an idle channel; a
running one takes the value at once with LOAD = 1, else when its run ends; 0 stops it then, with LOAD at once. Modes:
0 repeat, 1 one shot; bus stall (2) counts like one shot without stalling the bus.
"""

from __future__ import annotations

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.countdown import Countdown, countdown_registers
from digitrig.peripherals.registers import Access, Field, Register, State, hidden

M, RO, W1C = State.MODELLED, Access.RO, Access.W1C
CHANNELS = 4
LOAD, VALUE = 1 << 31, 0x7FFFFFFF
INTEN, INTFLAG, RUN = 1, 1, 2


def _channel(n: int) -> tuple[Register, ...]:
    base = 0x10 * n
    return (
        Register(
            f"INTVAL{n} / Interval {n}",
            base,
            fields=(Field("IVALUE / Counts", 0, 31), Field("LOAD / At once", 31)),
            state=M,
            hook_write=True,
        ),
        Register(
            f"TIMER{n} / Counter {n}",
            base + 4,
            reset=0xFFFFFF,
            fields=(Field("VALUE / Counts left", 0, 31, RO),),
            state=M,
            hook_read=True,
        ),
        Register(
            f"CTRL{n} / Control {n}",
            base + 8,
            fields=(Field("INTEN / Interrupt enable", 0), Field("MODE / Mode", 1, 2)),
            state=M,
            hook_write=True,
        ),
        Register(
            f"STAT{n} / Status {n}",
            base + 12,
            fields=(Field("INTFLAG / Interrupt flag", 0, 1, W1C), Field("RUN / Counts", 1, 1, RO)),
            state=M,
            hook_write=True,
        ),
    )


@register("Timers.LPC8xx_MRT")
class MRT(Peripheral):
    SIZE = 0x4000
    lines = ("IRQ",)
    TABLE = (
        *(row for n in range(CHANNELS) for row in _channel(n)),
        Register(
            "IDLE_CH / First idle channel", 0xF4, fields=(Field("CHAN / Number", 4, 4, RO),), state=M, hook_read=True
        ),
        Register(
            "IRQ_FLAG / Flags of all channels",
            0xF8,
            fields=(Field("GFLAG / One bit a channel", 0, 4, W1C),),
            state=M,
            hook_read=True,
            hook_write=True,
        ),
        *(row for n in range(CHANNELS) for row in countdown_registers(n)),
        *(hidden(f"STARTED{n} / Was started since reset") for n in range(CHANNELS)),
    )
    source = "UM11029, chapter Multi-rate timer"

    def on_reset(self) -> None:
        for n in range(CHANNELS):
            self.machine.cancel(self.main, n)
        self._update()

    def on_read(self, register: str, stored: int) -> int:
        if register == "IDLE_CH":
            idle = [n for n in range(CHANNELS) if not self.get(f"STAT{n}") & (RUN | INTFLAG)]
            return (idle[0] if idle else CHANNELS) << 4
        if register == "IRQ_FLAG":
            return sum(1 << n for n in range(CHANNELS) if self.get(f"STAT{n}") & INTFLAG)
        n = int(register[-1])
        return Countdown(self, n).value() if self.get(f"STARTED{n}") else stored

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register == "IRQ_FLAG":
            for n in range(CHANNELS):
                if written >> n & 1:
                    self.set(f"STAT{n}", self.get(f"STAT{n}") & ~INTFLAG)
            self.set(register, 0)
        elif register.startswith("INTVAL"):
            n = int(register[-1])
            self.set(register, value & VALUE)
            if value & LOAD or not self.get(f"STAT{n}") & RUN:
                self._start(n, value & VALUE)
        self._update()
        return None

    def _start(self, n: int, counts: int) -> None:
        counter, status = Countdown(self, n), self.get(f"STAT{n}") & INTFLAG
        self.set(f"STARTED{n}", 1)
        if counts:
            counter.begin(counts - 1, self.clock("core"))
            status |= RUN
        else:
            counter.stop()
            self.set(f"LOADED{n}", VALUE)
        self.set(f"STAT{n}", status)

    def on_event(self, number: int) -> None:
        self.set(f"STAT{number}", self.get(f"STAT{number}") | INTFLAG)
        repeat = self.get(f"CTRL{number}") >> 1 & 3 == 0
        self._start(number, self.get(f"INTVAL{number}") if repeat else 0)
        self._update()

    def clocks_changed(self) -> None:
        for n in range(CHANNELS):
            Countdown(self, n).change_rate(self.clock("core"))

    def _update(self) -> None:
        pending = any(self.get(f"STAT{n}") & INTFLAG and self.get(f"CTRL{n}") & INTEN for n in range(CHANNELS))
        self.machine.set_line(self.main, 0, pending)
