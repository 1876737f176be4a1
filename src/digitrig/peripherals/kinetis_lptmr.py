"""LPTMR: a 16-bit counter on a slow clock, with compare.

Source: KE1xZ64 reference manual, chapter "Low-power timer". TCF is set when the counter equals CMR and counts on, that
is after CMR + 1 counts; without TFC the counter begins again at 0. A write to CNR latches the count for the next read.
Clocks (PSR.PCS): 0 SIRCDIV2, 1 LPO divided to 1 kHz, 2 32 kHz (absent on these boards: stands still), 3 the PCC slot;
the assignment follows the sister family S32K and is assumed here. On parts with MCG: 0 MCGIRCLK, 1 LPO of 1 kHz,
2 ERCLK32K, 3 OSCERCLK (KV11 and K32 L2B reference manuals). Pulse counting (TMS) stands still.
"""

from __future__ import annotations

from digitrig.peripherals.base import Peripheral, cycles_ps, elapsed_cycles, register
from digitrig.peripherals.registers import Access, Field, Register, State, hidden

M = State.MODELLED
TEN, TMS, TFC, TIE, TCF = 1 << 0, 1 << 1, 1 << 2, 1 << 6, 1 << 7
COMPARE = 0
PRIORITY = 20
WRAP = 0x10000


@register("Timers.Kinetis_LPTMR")
class LPTMR(Peripheral):
    lines = ("IRQ",)
    source = "KE1xZ64 RM, chapter LPTMR"
    TABLE = (
        Register(
            "CSR / Control and status",
            0x0,
            fields=(
                Field("TEN / Enable", 0),
                Field("TMS / Pulse counter", 1),
                Field("TFC / Free-running", 2),
                Field("TPP / Pin polarity", 3),
                Field("TPS / Pin select", 4, 2),
                Field("TIE / Interrupt enable", 6),
                Field("TCF / Compare flag", 7, 1, Access.W1C),
                Field("TDRE / DMA request enable", 8),
            ),
            state=M,
            hook_write=True,
        ),
        Register(
            "PSR / Prescale",
            0x4,
            fields=(
                Field("PCS / Clock select", 0, 2),
                Field("PBYP / Prescaler bypass", 2),
                Field("PRESCALE / Divides by 2 to the power n + 1", 3, 4),
            ),
            state=M,
            hook_write=True,
        ),
        Register("CMR / Compare", 0x8, fields=(Field("COMPARE / Value", 0, 16),), state=M, hook_write=True),
        Register("CNR / Counter", 0xC, fields=(Field("COUNTER / Value", 0, 16),), state=M, hook_write=True),
        hidden("BEGAN_LOW / Time of count 0 in ps"),
        hidden("BEGAN_HIGH / Time of count 0 in ps"),
        hidden("RATE / Clock in Hz before the prescaler"),
    )

    def input_hz(self) -> int:
        """Clock before the prescaler; 0 while it stands still."""
        if self.get("CSR") & (TEN | TMS) != TEN:
            return 0
        choice = self.get("PSR") & 3
        if self.clock("lpo1k"):
            return self.clock(("irclk", "lpo1k", "erclk32k", "oscer")[choice])
        if choice == 1:
            return self.clock("lpo") // 128
        return (self.clock("sircdiv2"), 0, 0, self.clock(self.name))[choice]

    def _shift(self) -> int:
        prescale = self.get("PSR")
        return 0 if prescale & 4 else (prescale >> 3 & 0xF) + 1

    def count(self) -> int:
        rate = self.get("RATE")
        if not rate:
            return 0
        return (elapsed_cycles(self.machine.now_ps() - self.get64("BEGAN"), rate) >> self._shift()) % WRAP

    def _begin(self) -> None:
        """Count from 0 with the present clock."""
        self.set64("BEGAN", self.machine.now_ps())
        self.set("RATE", self.input_hz())
        self._plan(self.get("CMR") + 1)

    def _plan(self, counts: int) -> None:
        """The compare after so many counts from the beginning."""
        self.machine.cancel(self.main, COMPARE)
        rate = self.get("RATE")
        if rate:
            due = self.get64("BEGAN") + cycles_ps(counts << self._shift(), rate)
            self.machine.schedule(self.main, COMPARE, max(due - self.machine.now_ps(), 0), PRIORITY)

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register == "CNR":
            return self.count()
        if register == "CSR":
            if not value & TEN:
                self.machine.cancel(self.main, COMPARE)
                self.set("RATE", 0)
                self.set("CSR", value & ~TCF)
            elif not old & TEN:
                self._begin()
        elif register == "CMR" and self.get("RATE"):
            ahead = (value + 1 - self.count()) % WRAP or WRAP
            self._plan(self.count() + ahead)
        elif register == "PSR" and self.get("CSR") & TEN:
            self._begin()
        self._update()
        return None

    def on_event(self, number: int) -> None:
        self.set("CSR", self.get("CSR") | TCF)
        if self.get("CSR") & TFC:
            length = cycles_ps(WRAP << self._shift(), self.get("RATE"))
            self.machine.schedule(self.main, COMPARE, length, PRIORITY)
        else:
            self._begin()
        self._update()

    def clocks_changed(self) -> None:
        if self.get("CSR") & TEN and self.get("RATE") != self.input_hz():
            self._begin()

    def _update(self) -> None:
        status = self.get("CSR")
        self.machine.set_line(self.main, 0, bool(status & TCF and status & TIE))
