"""WDOG32: the 32-bit watchdog of KE1xZ (WDOG) and i.MX RT1060 (RTWDOG). It is on after reset.

Source: KE1xZ64 reference manual, chapter "Watchdog timer", i.MX RT1060 reference manual, chapter "RTWDOG".
Unlock: 0xD928C520 to CNT in one 32-bit write, or 0xC520 then 0xD928 within 16 bus clocks; CS, TOVAL and WIN can then be
written for 128 bus clocks, and the write to CS ends that time with RCS = 1. Refresh: 0xB480A602, or 0xA602 then 0xB480.
Any other word in CNT resets the board, as does a refresh before WIN in window mode.
Assumed, where the manuals leave it open: the time after reset counts as unlocked (ULK resets to 1); a write to a locked
register is ignored; unlocking is refused only after a configuration with UPDATE = 0. Not modelled: 8-bit refresh words
and the test modes (TST).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from digitrig.peripherals.base import register
from digitrig.peripherals.registers import Access, Field, Register, State
from digitrig.peripherals.watchdog import WINDOW_CLOSES, KinetisWatchdog, watchdog_registers

M = State.MODELLED
STOP, WAIT, UPDATE, INT, EN, RCS, ULK, PRES, FLG, WIN = (
    1 << 0,
    1 << 1,
    1 << 5,
    1 << 6,
    1 << 7,
    1 << 10,
    1 << 11,
    1 << 12,
    1 << 14,
    1 << 15,
)
CMD32EN = 1 << 13


@register("Timers.Kinetis_WDOG32")
class WDOG32(KinetisWatchdog):
    """`lpoFrequency`: the low-power oscillator in Hz, 128000 on KE1xZ, 32768 on i.MX RT1060."""

    lines = ("IRQ",)
    attributes: ClassVar[Mapping[str, type]] = {"lpoFrequency": int}
    TABLE = (
        Register(
            "CS / Control and status",
            0x0,
            reset=0x2980,
            fields=(
                Field("STOP / On in stop mode", 0),
                Field("WAIT / On in wait mode", 1),
                Field("DBG / On in debug mode", 2),
                Field("TST / Test", 3, 2),
                Field("UPDATE / Updates allowed", 5),
                Field("INT / Interrupt before reset", 6),
                Field("EN / Enable", 7),
                Field("CLK / Clock source", 8, 2),
                Field("RCS / Reconfiguration success", 10, 1, Access.RO),
                Field("ULK / Unlocked", 11, 1, Access.RO),
                Field("PRES / Prescaler of 256", 12),
                Field("CMD32EN / 32-bit refresh and unlock words", 13),
                Field("FLG / Interrupt flag", 14, 1, Access.W1C),
                Field("WIN / Window mode", 15),
            ),
            state=M,
            hook_write=True,
        ),
        Register("CNT / Counter", 0x4, state=M, hook_read=True, hook_write=True),
        Register(
            "TOVAL / Timeout value", 0x8, reset=0x400, fields=(Field("TOVAL / Value", 0, 16),), state=M, hook_write=True
        ),
        Register("WIN / Window", 0xC, fields=(Field("WIN / Value", 0, 16),), state=M, hook_write=True),
        *watchdog_registers(),
    )
    source = "KE1xZ64 RM, chapter WDOG; i.MX RT1060 RM, chapter RTWDOG"

    # ---------------------------------------------------------------- what Watchdog asks
    def running(self) -> bool:
        return bool(self.get("CS") & EN)

    def tick_hz(self) -> tuple[int, int]:
        """CS.CLK: 0 bus, 1 LPO, 2 slow internal, 3 external reference clock."""
        control = self.get("CS")
        choice = control >> 8 & 3
        hz = self.integer("lpoFrequency", 128_000) if choice == 1 else self.clock(("bus", "", "sirc", "sosc")[choice])
        return hz, 256 if control & PRES else 1

    def timeout_ticks(self) -> int:
        return self.get("TOVAL")

    def stands_in_sleep(self) -> tuple[bool, bool]:
        control = self.get("CS")
        return not control & WAIT, not control & STOP

    # ---------------------------------------------------------------- what KinetisWatchdog asks
    def open_registers(self, on: bool) -> None:
        control = self.get("CS")
        self.set("CS", control & ~RCS | ULK if on else control & ~ULK)

    def may_unlock(self) -> bool:
        return not self.get("CS") & RCS or bool(self.get("CS") & UPDATE)

    def raise_flag(self) -> bool:
        if not self.get("CS") & INT:
            return False
        self.set("CS", self.get("CS") | FLG)
        self._update()
        return True

    def window_ticks(self) -> int:
        return self.get("WIN") if self.get("CS") & WIN else 0

    # ---------------------------------------------------------------- calls
    def on_read(self, register: str, stored: int) -> int:
        return self.ticks() & 0xFFFF

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register == "CNT":
            self._counter_written(written)
            return 0
        if not self.get("CS") & ULK:
            if register == "CS":
                self.set("CS", old & ~(written & FLG))
                self._update()
                return None
            return old
        if register == "CS":
            self.set("CS", value & ~ULK | RCS)
            self.machine.cancel(self.main, WINDOW_CLOSES)
            self.restart()
            self._update()
        return None

    def _counter_written(self, written: int) -> None:
        """Both words of a sequence at once, the first in the lower half, or one word."""
        both = (written & 0xFFFF, written >> 16)
        if self.get("CS") & CMD32EN and both in (self.UNLOCK, self.REFRESH):
            self.second()
            self.carry_out(both)
        else:
            self.word(written, "CNT", (self.UNLOCK, self.REFRESH))

    def carry_out(self, sequence: tuple[int, int]) -> None:
        """A refresh of a watchdog that is off does nothing."""
        if sequence == self.UNLOCK or self.running():
            super().carry_out(sequence)

    def _update(self) -> None:
        control = self.get("CS")
        self.machine.set_line(self.main, 0, bool(control & FLG and control & INT))

    def clocks_changed(self) -> None:
        """Only the timeout of a counter that runs from the clock tree moves; the count so far is kept."""
        if self.running() and self.get("CS") >> 8 & 3 != 1:
            self.plan()
