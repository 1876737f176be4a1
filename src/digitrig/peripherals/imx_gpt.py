"""GPT: general-purpose timer of i.MX, a 32-bit counter with three compares.

Source: i.MX RT1060 reference manual, chapter "General Purpose Timer". In restart mode (FRR = 0) the counter goes to 0
in the count after it equals OCR1 (so a period is OCR1 + 1 counts), and a write to OCR1 sets it to 0. Input capture and
output pins are stored without effect; the external clock source stands still.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from digitrig.peripherals.base import Peripheral, cycles_ps, elapsed_cycles, register
from digitrig.peripherals.registers import Access, Field, Register, State, hidden

M = State.MODELLED
EN, ENMOD, FRR, SWR = 1 << 0, 1 << 1, 1 << 9, 1 << 15
ROV = 1 << 5
KEPT_BY_SWR = 0x3F
RESTART, ROLL_OVER = 3, 4  # events 0..2 are the compares
PRIORITY = 20

CR_FIELDS = (
    Field("EN / Enable", 0),
    Field("ENMOD / Counter from 0 on enable", 1),
    Field("DBGEN / On in debug mode", 2),
    Field("WAITEN / On in wait mode", 3),
    Field("DOZEEN / On in doze mode", 4),
    Field("STOPEN / On in stop mode", 5),
    Field("CLKSRC / Clock source", 6, 3),
    Field("FRR / Free run", 9),
    Field("EN_24M / 24 MHz clock enable", 10),
    Field("SWR / Software reset", 15),
    Field("IM1 / Input capture 1 mode", 16, 2),
    Field("IM2 / Input capture 2 mode", 18, 2),
    Field("OM1 / Output compare 1 mode", 20, 3),
    Field("OM2 / Output compare 2 mode", 23, 3),
    Field("OM3 / Output compare 3 mode", 26, 3),
    Field("FO1 / Force output 1", 29, 1, Access.WO),
    Field("FO2 / Force output 2", 30, 1, Access.WO),
    Field("FO3 / Force output 3", 31, 1, Access.WO),
)
_FLAGS = ("OF1", "OF2", "OF3", "IF1", "IF2", "ROV")


@register("Timers.IMX_GPTimer")
class GPT(Peripheral):
    """Renode's class; `frequency` is for Renode, here the clock comes from the CCM."""

    SIZE = 0x4000
    lines = ("IRQ",)
    attributes: ClassVar[Mapping[str, type]] = {"frequency": int}
    TABLE = (
        Register("CR / Control", 0x00, fields=CR_FIELDS, state=M, hook_write=True),
        Register(
            "PR / Prescaler",
            0x04,
            fields=(Field("PRESCALER / Of all clocks", 0, 12), Field("PRESCALER24M / Of the 24 MHz clock", 12, 4)),
            state=M,
            hook_write=True,
        ),
        Register(
            "SR / Status",
            0x08,
            fields=tuple(Field(f"{name} / Flag", bit, 1, Access.W1C) for bit, name in enumerate(_FLAGS)),
            state=M,
            hook_write=True,
        ),
        Register(
            "IR / Interrupt",
            0x0C,
            fields=tuple(Field(f"{name}IE / Enable", bit) for bit, name in enumerate(_FLAGS)),
            state=M,
            hook_write=True,
        ),
        *(
            Register(f"OCR{n} / Output compare {n}", 0x0C + 4 * n, reset=0xFFFFFFFF, state=M, hook_write=True)
            for n in (1, 2, 3)
        ),
        Register("ICR1 / Input capture 1", 0x1C, access=Access.RO),
        Register("ICR2 / Input capture 2", 0x20, access=Access.RO),
        Register("CNT / Counter", 0x24, access=Access.RO, state=M, hook_read=True),
        hidden("BEGAN_LOW / Time of BASE in ps"),
        hidden("BEGAN_HIGH / Time of BASE in ps"),
        hidden("BASE / Counter at that time"),
        hidden("RATE / Counts per second"),
    )
    source = "i.MX RT1060 RM, chapter GPT"

    # ---------------------------------------------------------------- counter
    def rate(self) -> int:
        """Counts per second from the control and prescaler registers; 0 = stopped."""
        control, prescaler = self.get("CR"), self.get("PR")
        if not control & EN:
            return 0
        source = control >> 6 & 7
        hz = self.clock({1: "perclk", 2: "perclk", 4: "rtc", 5: "osc"}.get(source, ""))
        if source == 5:
            hz = hz // ((prescaler >> 12 & 0xF) + 1) if control & 1 << 10 else 0
        return hz // ((prescaler & 0xFFF) + 1)

    def count(self) -> int:
        rate = self.get("RATE")
        gone = elapsed_cycles(self.machine.now_ps() - self.get64("BEGAN"), rate) if rate else 0
        return (self.get("BASE") + gone) & 0xFFFFFFFF

    def _continue_from(self, count: int) -> None:
        """Set the counter, take over the present rate, and plan compares and roll-over."""
        self.set64("BEGAN", self.machine.now_ps())
        self.set("BASE", count)
        self.set("RATE", self.rate())
        self._plan()

    def _plan(self) -> None:
        """Compares, restart and roll-over that lie ahead."""
        count = self.count()
        for number in range(ROLL_OVER + 1):
            self.machine.cancel(self.main, number)
        if not self.get("RATE"):
            return
        for number in range(3):
            if self.get(f"OCR{number + 1}") > count:
                self._schedule(number, self.get(f"OCR{number + 1}"))
        if not self.get("CR") & FRR and self.get("OCR1") >= count:
            self._schedule(RESTART, self.get("OCR1") + 1)
        self._schedule(ROLL_OVER, 0x100000000)

    def _schedule(self, event: int, count: int) -> None:
        """An event at a counter value, counted from BASE so that nothing drifts."""
        due = self.get64("BEGAN") + cycles_ps(count - self.get("BASE"), self.get("RATE"))
        self.machine.schedule(self.main, event, max(due - self.machine.now_ps(), 0), PRIORITY)

    # ---------------------------------------------------------------- calls
    def on_read(self, register: str, stored: int) -> int:
        return self.count()

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register == "CR":
            self._control(value, old)
        elif register == "PR":
            self._continue_from(self.count())
        elif register.startswith("OCR"):
            if register == "OCR1" and not self.get("CR") & FRR:
                self._continue_from(0)
            else:
                self._plan()
        self._update()
        return None

    def _control(self, value: int, old: int) -> None:
        count = self.count()
        if value & SWR:
            for row in self.TABLE:
                self.set(row.short, value & KEPT_BY_SWR if row.short == "CR" else row.reset)
            count = 0
        elif value & ~old & EN and value & ENMOD:
            count = 0
        elif self.rate() == self.get("RATE"):
            self._plan()
            return
        self._continue_from(count)

    def on_event(self, number: int) -> None:
        if number == ROLL_OVER:
            self.set("SR", self.get("SR") | ROV)
            self._continue_from(0)
        elif number == RESTART:
            self._continue_from(0)
        else:
            self.set("SR", self.get("SR") | 1 << number)
        self._update()

    def clocks_changed(self) -> None:
        if self.get("CR") & EN and self.rate() != self.get("RATE"):
            self._continue_from(self.count())

    def _update(self) -> None:
        self.machine.set_line(self.main, 0, bool(self.get("SR") & self.get("IR")))
