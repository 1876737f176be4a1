"""WWDT of LPC8xx: off after reset; once on, only a reset stops it.

Source: LPC84x user manual UM11029, chapter "Windowed watchdog timer"; LPC845.h. Counts down from TC on a quarter of
the watchdog oscillator; the first feed (0xAA, 0x55) after WDEN starts it. A wrong feed, a feed before WINDOW is
reached, and the end of the count reset the board with WDRESET, or set WDTOF and interrupt without. Not modelled:
LOCK, WDPROTECT.
"""

from __future__ import annotations

from digitrig.peripherals.base import cycles_ps, register
from digitrig.peripherals.registers import Access, Field, Register, State, hidden
from digitrig.peripherals.watchdog import PRIORITY, TIMEOUT, Watchdog, watchdog_registers

M = State.MODELLED
WDEN, WDRESET, WDTOF, WDINT = 1 << 0, 1 << 1, 1 << 2, 1 << 3
WARNING = 3
PRESCALER, SHORTEST = 4, 0xFF


def _value(name: str, offset: int, bits: int, reset: int = 0) -> Register:
    return Register(name, offset, reset=reset, fields=(Field("VALUE", 0, bits),), state=M, hook_write=True)


@register("Timers.LPC8xx_WWDT")
class WWDT(Watchdog):
    lines = ("IRQ",)
    SIZE = 0x4000
    TABLE = (
        Register(
            "MOD / Mode",
            0x00,
            fields=(
                Field("WDEN / Enable", 0),
                Field("WDRESET / Reset at the end", 1),
                Field("WDTOF / Timed out", 2),
                Field("WDINT / Warning interrupt", 3, 1, Access.W1C),
                Field("WDPROTECT / TC protected", 4),
                Field("LOCK / Oscillator locked", 5),
            ),
            state=M,
            hook_write=True,
        ),
        _value("TC / Timeout", 0x04, 24, 0xFF),
        Register("FEED / Feed", 0x08, fields=(Field("FEED / Word", 0, 8, Access.WO),), state=M, hook_write=True),
        Register("TV / Counter", 0x0C, reset=0xFF, fields=(Field("COUNT", 0, 24, Access.RO),), state=M, hook_read=True),
        _value("WARNINT / Warning at", 0x14, 10),
        _value("WINDOW / Feeds from here on", 0x18, 24, 0xFFFFFF),
        Register("UNDOCUMENTED / NXP's start-up code stores here", 0x220),
        *watchdog_registers(),
        hidden("FED / It was fed since it was enabled"),
    )
    source = "UM11029, chapter Windowed watchdog timer"

    def running(self) -> bool:
        return bool(self.get("MOD") & WDEN and self.get("FED"))

    def tick_hz(self) -> tuple[int, int]:
        return self.clock("wdtosc"), PRESCALER

    def timeout_ticks(self) -> int:
        return max(self.get("TC"), SHORTEST)

    def on_read(self, register: str, stored: int) -> int:
        return max(self.timeout_ticks() - self.ticks(), 0) if self.running() else stored

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register == "FEED":
            self._feed(written)
            return 0
        if register == "MOD":  # WDEN and WDRESET cannot be taken back, WDTOF only be cleared
            self.set("MOD", value & ~WDTOF | old & (WDEN | WDRESET) | value & old & WDTOF)
            self._update()
        return None

    def _feed(self, word: int) -> None:
        first, _ = self.second()
        if word == 0xAA and not first:
            self.begin(word)
        elif first == 0xAA and word == 0x55:
            if self.running() and self.timeout_ticks() - self.ticks() > self.get("WINDOW"):
                self._end("fed before the window opened")
                return
            self.set("FED", self.get("MOD") & WDEN)
            self.restart()
            self._plan_warning()
        elif self.running():
            self._end(f"illegal word 0x{word:02X} in FEED")

    def _plan_warning(self) -> None:
        self.machine.cancel(self.main, WARNING)
        hz, prescaler = self.tick_hz()
        counts = self.timeout_ticks() - self.get("WARNINT")
        if self.running() and hz and self.get("WARNINT") and counts > 0:
            self.machine.schedule(self.main, WARNING, cycles_ps(counts * prescaler, hz), PRIORITY)

    def expired(self, number: int) -> None:
        if number == TIMEOUT:
            self._end("timeout")
        elif number == WARNING:
            self.set("MOD", self.get("MOD") | WDINT)
            self._update()

    def _end(self, why: str) -> None:
        self.set("MOD", self.get("MOD") | WDTOF)
        if self.get("MOD") & WDRESET:
            self.bite(why)
        else:
            self.set("FED", 0)
            self._update()

    def clocks_changed(self) -> None:
        if self.running():
            self.plan()

    def _update(self) -> None:
        self.machine.set_line(self.main, 0, bool(self.get("MOD") & (WDINT | WDTOF)))
