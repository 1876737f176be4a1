"""A counter that runs down from a load value, expires, and reloads: the channels of PIT and LPIT.

The state is in hidden registers of the peripheral, so that it belongs to snapshots: when the present run began, the
value it began with, and the rate.
"""

from __future__ import annotations

from digitrig.peripherals.base import Peripheral, cycles_ps, elapsed_cycles
from digitrig.peripherals.registers import Register, hidden

PRIORITY = 20


def countdown_registers(channel: int) -> tuple[Register, ...]:
    """The hidden registers of one channel."""
    return (
        hidden(f"BEGAN{channel}_LOW / Time in ps"),
        hidden(f"BEGAN{channel}_HIGH / Time in ps"),
        hidden(f"LOADED{channel} / Value at that time"),
        hidden(f"RATE{channel} / Counts per second"),
        hidden(f"RUNNING{channel} / 1 while it counts"),
    )


class Countdown:
    """One channel; its expiry is event `channel` of the peripheral."""

    def __init__(self, peripheral: Peripheral, channel: int) -> None:
        self.of, self.channel = peripheral, channel

    @property
    def running(self) -> bool:
        return bool(self.of.get(f"RUNNING{self.channel}"))

    def value(self) -> int:
        """Counts left, as the register for the current value shows them."""
        loaded = self.of.get(f"LOADED{self.channel}")
        rate = self.of.get(f"RATE{self.channel}")
        if not self.running or not rate:
            return loaded
        gone = elapsed_cycles(self.of.machine.now_ps() - self.of.get64(f"BEGAN{self.channel}"), rate)
        return max(loaded - gone, 0)

    def begin(self, value: int, rate: int) -> None:
        """Count from `value` at `rate` Hz; it expires after value + 1 counts. Rate 0: it stands."""
        self.of.set64(f"BEGAN{self.channel}", self.of.machine.now_ps())
        self.of.set(f"LOADED{self.channel}", value)
        self.of.set(f"RATE{self.channel}", rate)
        self.of.set(f"RUNNING{self.channel}", 1)
        self.of.machine.cancel(self.of.main, self.channel)
        if rate:
            self.of.machine.schedule(self.of.main, self.channel, cycles_ps(value + 1, rate), PRIORITY)

    def change_rate(self, rate: int) -> None:
        """Go on from the present value with another clock."""
        if self.running and rate != self.of.get(f"RATE{self.channel}"):
            self.begin(self.value(), rate)

    def stop(self) -> None:
        if self.running:
            self.of.set(f"LOADED{self.channel}", self.value())
            self.of.set(f"RUNNING{self.channel}", 0)
            self.of.machine.cancel(self.of.main, self.channel)
