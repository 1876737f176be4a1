"""What the watchdogs share: a counter in virtual time, its timeout, a sequence of two words, and the bite.

The state is in hidden registers, so that it belongs to snapshots.
"""

from __future__ import annotations

from digitrig.peripherals.base import PS_PER_S, Peripheral, cycles_ps
from digitrig.peripherals.registers import Register, hidden

TIMEOUT, WINDOW_CLOSES, RESET = 0, 1, 2
PRIORITY = 5


def watchdog_registers() -> tuple[Register, ...]:
    """The hidden registers behind a `Watchdog`."""
    return (
        hidden("START_LOW / Time of counter 0 in ps"),
        hidden("START_HIGH / Time of counter 0 in ps"),
        hidden("WORD_LOW / Time of the first word in ps"),
        hidden("WORD_HIGH / Time of the first word in ps"),
        hidden("FIRST / First word of a sequence, 0 = none"),
    )


class Watchdog(Peripheral):
    """A subclass gives the clock, the timeout and whether it is on."""

    def running(self) -> bool:
        raise TypeError(f"{type(self).__name__} does not say whether it runs")

    def tick_hz(self) -> tuple[int, int]:
        """(clock in Hz, prescaler); clock 0 = stands still."""
        raise TypeError(f"{type(self).__name__} has no clock")

    def timeout_ticks(self) -> int:
        raise TypeError(f"{type(self).__name__} has no timeout")

    def bus_ps(self, clocks: int) -> int:
        return cycles_ps(clocks, self.clock("bus") or 24_000_000)

    def ticks(self) -> int:
        """Counts since the last restart."""
        hz, prescaler = self.tick_hz()
        if not self.running() or not hz:
            return 0
        return (self.machine.now_ps() - self.get64("START")) * hz // (PS_PER_S * prescaler)

    def restart(self) -> None:
        """Count from 0."""
        self.set64("START", self.machine.now_ps())
        self.plan()

    def plan(self) -> None:
        """Schedule the timeout, from the time of counter 0."""
        self.machine.cancel(self.main, TIMEOUT)
        self.machine.cancel(self.main, RESET)
        hz, prescaler = self.tick_hz()
        if self.running() and hz:
            due = self.get64("START") + cycles_ps(max(self.timeout_ticks(), 1) * prescaler, hz)
            self.machine.schedule(self.main, TIMEOUT, max(due - self.machine.now_ps(), 0), PRIORITY)

    def bite(self, why: str) -> None:
        self.machine.request_reset(f"{self.name} {why}")

    def begin(self, word: int) -> None:
        """The first word of a sequence."""
        self.set("FIRST", word)
        self.set64("WORD", self.machine.now_ps())

    def second(self) -> tuple[int, int]:
        """(first word, time since it in ps); forgets it. The word is 0 if none was written."""
        first = self.get("FIRST")
        self.set("FIRST", 0)
        return first, self.machine.now_ps() - self.get64("WORD")
