"""WDOG32: the 32-bit watchdog of KE1xZ (WDOG) and i.MX RT1060 (RTWDOG). It is on after reset.

Source: KE1xZ64 reference manual, chapter "Watchdog timer", i.MX RT1060 reference manual, chapter "RTWDOG".
Unlock: 0xD928C520 to CNT in one 32-bit write, or 0xC520 then 0xD928 within 16 bus clocks; CS, TOVAL and WIN can then be
written for 128 bus clocks, and the write to CS ends that time with RCS = 1. Refresh: 0xB480A602, or 0xA602 then 0xB480.
Any other word in CNT resets the board, as does a refresh before WIN in window mode.
Assumed, where the manuals leave it open: the time after reset counts as unlocked (ULK resets to 1); a write to a locked
register is ignored; unlocking is refused only after a configuration with UPDATE = 0. Not modelled: 8-bit refresh words,
the test modes (TST), and the stop of the counter in wait, stop and debug mode.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from digitrig.peripherals.base import PS_PER_S, Peripheral, cycles_ps, register
from digitrig.peripherals.registers import Access, Field, Register, State, hidden

M = State.MODELLED
UPDATE, INT, EN, RCS, ULK, PRES, FLG, WIN = 1 << 5, 1 << 6, 1 << 7, 1 << 10, 1 << 11, 1 << 12, 1 << 14, 1 << 15
UNLOCK, REFRESH = 0xD928C520, 0xB480A602
CONFIGURATION_CLOCKS, WORD_CLOCKS, RESET_DELAY_CLOCKS = 128, 16, 128
TIMEOUT, WINDOW_CLOSES, RESET = 0, 1, 2
PRIORITY = 5

# Value of SEQUENCE: which second word is awaited.
NONE, UNLOCK_BEGUN, REFRESH_BEGUN = 0, 1, 2


@register("Timers.Kinetis_WDOG32")
class WDOG32(Peripheral):
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
        hidden("START_LOW / Time of counter 0 in ps"),
        hidden("START_HIGH / Time of counter 0 in ps"),
        hidden("WORD_LOW / Time of the first word in ps"),
        hidden("WORD_HIGH / Time of the first word in ps"),
        hidden("SEQUENCE / Second word awaited"),
    )
    source = "KE1xZ64 RM, chapter WDOG; i.MX RT1060 RM, chapter RTWDOG"

    # ---------------------------------------------------------------- clocks
    def counter_hz(self) -> int:
        """Counting rate before the prescaler, chosen by CS.CLK."""
        choice = self.get("CS") >> 8 & 3
        if choice == 1:
            return self.integer("lpoFrequency", 128_000)
        return self.clock(("bus", "", "sirc", "sosc")[choice])

    def tick_ps(self) -> int:
        """Length of a count in ps, 0 if the clock is stopped."""
        hz = self.counter_hz()
        return PS_PER_S * (256 if self.get("CS") & PRES else 1) // hz if hz else 0

    def _bus_ps(self, clocks: int) -> int:
        return cycles_ps(clocks, self.clock("bus") or 24_000_000)

    # ---------------------------------------------------------------- counter
    def count(self) -> int:
        tick = self.tick_ps()
        if not self.get("CS") & EN or not tick:
            return 0
        return (self.machine.now_ps() - self.get64("START")) // tick & 0xFFFF

    def _restart(self) -> None:
        self.set64("START", self.machine.now_ps())
        self._schedule()

    def _schedule(self) -> None:
        """The timeout, from the time of counter 0."""
        self.machine.cancel(self.main, TIMEOUT)
        self.machine.cancel(self.main, RESET)
        tick = self.tick_ps()
        if self.get("CS") & EN and tick:
            due = self.get64("START") + max(self.get("TOVAL"), 1) * tick
            self.machine.schedule(self.main, TIMEOUT, max(due - self.machine.now_ps(), 0), PRIORITY)

    # ---------------------------------------------------------------- calls
    def on_reset(self) -> None:
        self._restart()
        self.machine.schedule(self.main, WINDOW_CLOSES, self._bus_ps(CONFIGURATION_CLOCKS), PRIORITY)

    def on_read(self, register: str, stored: int) -> int:
        return self.count()

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register == "CNT":
            self._word(written)
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
            self._restart()
            self._update()
        return None

    def on_event(self, number: int) -> None:
        if number == WINDOW_CLOSES:
            self.set("CS", self.get("CS") & ~ULK)
        elif number == TIMEOUT and self.get("CS") & INT:
            self.set("CS", self.get("CS") | FLG)
            self._update()
            self.machine.schedule(self.main, RESET, self._bus_ps(RESET_DELAY_CLOCKS), PRIORITY)
        else:
            self._bite("timeout")

    # ---------------------------------------------------------------- words in CNT
    def _word(self, written: int) -> None:
        begun = self.get("SEQUENCE")
        self.set("SEQUENCE", NONE)
        in_time = self.machine.now_ps() - self.get64("WORD") <= self._bus_ps(WORD_CLOCKS)
        wide = self.get("CS") & 1 << 13
        if (wide and written == UNLOCK) or (begun == UNLOCK_BEGUN and written == UNLOCK >> 16 and in_time):
            self._unlock()
        elif (wide and written == REFRESH) or (begun == REFRESH_BEGUN and written == REFRESH >> 16 and in_time):
            self._refresh()
        elif begun == NONE and written in (UNLOCK & 0xFFFF, REFRESH & 0xFFFF):
            self.set("SEQUENCE", UNLOCK_BEGUN if written == UNLOCK & 0xFFFF else REFRESH_BEGUN)
            self.set64("WORD", self.machine.now_ps())
        elif self.get("CS") & EN:
            self._bite(f"illegal word 0x{written:X} in CNT")

    def _unlock(self) -> None:
        control = self.get("CS")
        if control & RCS and not control & UPDATE:
            return
        self.set("CS", control & ~RCS | ULK)
        self.machine.schedule(self.main, WINDOW_CLOSES, self._bus_ps(CONFIGURATION_CLOCKS), PRIORITY)

    def _refresh(self) -> None:
        if not self.get("CS") & EN:
            return
        if self.get("CS") & WIN and self.count() < self.get("WIN"):
            self._bite("refreshed before the window opened")
            return
        self._restart()

    def _bite(self, why: str) -> None:
        self.machine.request_reset(f"{self.name} {why}")

    def _update(self) -> None:
        control = self.get("CS")
        self.machine.set_line(self.main, 0, bool(control & FLG and control & INT))

    def clocks_changed(self) -> None:
        """Only the timeout of a counter that runs from the clock tree moves; the count so far is kept."""
        if self.get("CS") & EN and self.get("CS") >> 8 & 3 != 1:
            self._schedule()
