"""What the watchdogs share: a counter in virtual time, its timeout, a sequence of two words, and the bite.

The state is in hidden registers, so that it belongs to snapshots.
"""

from __future__ import annotations

from typing import ClassVar

from digitrig.peripherals.base import PS_PER_S, Peripheral, cycles_ps
from digitrig.peripherals.registers import Register, hidden

TIMEOUT, WINDOW_CLOSES, RESET = 0, 1, 2
PRIORITY = 5


def watchdog_registers() -> tuple[Register, ...]:
    """The hidden registers behind a `Watchdog`."""
    return (
        hidden("START_LOW / Counting time of counter 0 in ps"),
        hidden("START_HIGH / Counting time of counter 0 in ps"),
        hidden("WORD_LOW / Time of the first word in ps"),
        hidden("WORD_HIGH / Time of the first word in ps"),
        hidden("FIRST / First word of a sequence, 0 = none"),
    )


class Watchdog(Peripheral):
    """A subclass gives the clock, the timeout, whether it is on, and whether it stands still while the core sleeps."""

    def running(self) -> bool:
        raise TypeError(f"{type(self).__name__} does not say whether it runs")

    def tick_hz(self) -> tuple[int, int]:
        """(clock in Hz, prescaler); clock 0 = stands still."""
        raise TypeError(f"{type(self).__name__} has no clock")

    def timeout_ticks(self) -> int:
        raise TypeError(f"{type(self).__name__} has no timeout")

    def expired(self, number: int) -> None:
        """The count has reached the timeout (TIMEOUT), or another event is due."""
        raise TypeError(f"{type(self).__name__} does not say what happens at event {number}")

    def stands_in_sleep(self) -> tuple[bool, bool]:
        """Whether the counter stands still (in wait mode, in stop mode). A change of it must restart the count."""
        return False, False

    def bus_ps(self, clocks: int) -> int:
        return cycles_ps(clocks, self.clock("bus") or 24_000_000)

    def counting_ps(self) -> int:
        """Virtual time without the sleep in which the counter stands still."""
        stands = self.stands_in_sleep()
        return self.machine.now_ps() - sum(self.machine.slept_ps(deep) for deep in (False, True) if stands[deep])

    def ticks(self) -> int:
        """Counts since the last restart."""
        hz, prescaler = self.tick_hz()
        if not self.running() or not hz:
            return 0
        return (self.counting_ps() - self.get64("START")) * hz // (PS_PER_S * prescaler)

    def restart(self) -> None:
        """Count from 0."""
        self.set64("START", self.counting_ps())
        self.plan()

    def plan(self) -> None:
        """Schedule the timeout, from the time of counter 0."""
        self.machine.cancel(self.main, TIMEOUT)
        self.machine.cancel(self.main, RESET)
        if self.running() and self.tick_hz()[0]:
            self.machine.schedule(self.main, TIMEOUT, max(self._left_ps(), 0), PRIORITY)

    def _left_ps(self) -> int:
        hz, prescaler = self.tick_hz()
        due = self.get64("START") + cycles_ps(max(self.timeout_ticks(), 1) * prescaler, hz)
        return due - self.counting_ps()

    def on_event(self, number: int) -> None:
        """A timeout that sleep has put off is planned anew."""
        if number == TIMEOUT and self._left_ps() > 0:
            self.plan()
        else:
            self.expired(number)

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


class KinetisWatchdog(Watchdog):
    """WDOG of the Kinetis parts: on after reset, unlocked and refreshed by two words, with a time to configure it.

    A subclass opens and shuts the registers, raises its interrupt flag, and says when a refresh comes too early.
    """

    UNLOCK: ClassVar[tuple[int, int]] = (0xC520, 0xD928)
    REFRESH: ClassVar[tuple[int, int]] = (0xA602, 0xB480)
    WINDOW_CLOCKS: ClassVar[int] = 128  # bus clocks, as the next two
    WORD_CLOCKS: ClassVar[int] = 16
    RESET_DELAY_CLOCKS: ClassVar[int] = 128

    def open_registers(self, on: bool) -> None:
        """Let the firmware write the registers, or not; the hidden register OPEN tells, unless a part shows it."""
        self.set("OPEN", int(on))

    def may_unlock(self) -> bool:
        raise TypeError(f"{type(self).__name__} does not say when it can be unlocked")

    def raise_flag(self) -> bool:
        """Set the interrupt flag. False: there is no interrupt before the reset."""
        raise TypeError(f"{type(self).__name__} has no flag")

    def window_ticks(self) -> int:
        """Counts before which a refresh resets, 0 outside window mode."""
        raise TypeError(f"{type(self).__name__} has no window")

    def on_reset(self) -> None:
        self.restart()
        self.open_window()

    def open_window(self) -> None:
        """The registers can be written for a while."""
        self.machine.schedule(self.main, WINDOW_CLOSES, self.bus_ps(self.WINDOW_CLOCKS), PRIORITY)

    def expired(self, number: int) -> None:
        if number == WINDOW_CLOSES:
            self.open_registers(False)
        elif number == TIMEOUT and self.raise_flag():
            self.machine.schedule(self.main, RESET, self.bus_ps(self.RESET_DELAY_CLOCKS), PRIORITY)
        else:
            self.bite("timeout")

    def word(self, word: int, where: str, sequences: tuple[tuple[int, int], ...]) -> None:
        """One word of a sequence, written to register `where`, which takes these sequences."""
        first, gone_ps = self.second()
        if (first, word) in sequences and gone_ps <= self.bus_ps(self.WORD_CLOCKS):
            self.carry_out((first, word))
        elif not first and any(word == sequence[0] for sequence in sequences):
            self.begin(word)
        elif self.running():
            self.bite(f"illegal word 0x{word:04X} in {where}")

    def carry_out(self, sequence: tuple[int, int]) -> None:
        """Unlock or refresh."""
        if sequence == self.UNLOCK:
            if self.may_unlock():
                self.open_registers(True)
                self.open_window()
        elif self.running() and self.ticks() < self.window_ticks():
            self.bite("refreshed before the window opened")
        else:
            self.restart()
