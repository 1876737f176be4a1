"""LPIT: two 32-bit periodic timers of KE1xZ.

Source: KE1xZ64 reference manual, chapter "Low-power periodic interrupt timer". A channel runs down from TVAL on the
functional clock of its PCC slot and sets its flag every TVAL + 1 counts; a new TVAL takes effect at the next reload.
Only MODE 0 (32-bit periodic) is modelled; other modes, chaining and triggers are stored without effect.
"""

from __future__ import annotations

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.countdown import Countdown, countdown_registers
from digitrig.peripherals.registers import Access, Field, Register, State

M = State.MODELLED
CHANNELS = 2
FLAGS = tuple(Field(f"TIF{n} / Timeout of channel {n}", n, 1, Access.W1C) for n in range(CHANNELS))
ENABLES = tuple(Field(f"TIE{n} / Interrupt enable of channel {n}", n) for n in range(CHANNELS))
TCTRL_FIELDS = (
    Field("T_EN / Enable", 0),
    Field("CHAIN / Chain", 1),
    Field("MODE / Operation mode", 2, 2),
    Field("TSOT / Start on trigger", 16),
    Field("TSOI / Stop on interrupt", 17),
    Field("TROT / Reload on trigger", 18),
    Field("TRG_SRC / Trigger source", 23),
    Field("TRG_SEL / Trigger select", 24, 4),
)


def _channel(n: int) -> tuple[Register, ...]:
    base = 0x20 + 0x10 * n
    return (
        Register(f"TVAL{n} / Timer value {n}", base, state=M, hook_write=True),
        Register(f"CVAL{n} / Current value {n}", base + 4, reset=0xFFFFFFFF, access=Access.RO, state=M, hook_read=True),
        Register(f"TCTRL{n} / Timer control {n}", base + 8, fields=TCTRL_FIELDS, state=M, hook_write=True),
    )


@register("Timers.Kinetis_LPIT")
class LPIT(Peripheral):
    lines = ("IRQ",)
    TABLE = (
        Register("VERID / Version", 0x00, reset=0x01000000, access=Access.RO),
        Register("PARAM / Parameters", 0x04, reset=0x0404, access=Access.RO),
        Register(
            "MCR / Module control",
            0x08,
            fields=(
                Field("M_CEN / Module clock enable", 0),
                Field("SW_RST / Software reset", 1),
                Field("DOZE_EN / On in doze mode", 2),
                Field("DBG_EN / On in debug mode", 3),
            ),
            state=M,
            hook_write=True,
        ),
        Register("MSR / Module status", 0x0C, fields=FLAGS, state=M, hook_write=True),
        Register("MIER / Module interrupt enable", 0x10, fields=ENABLES, state=M, hook_write=True),
        Register("SETTEN / Set timer enable", 0x14, access=Access.WO, state=M, hook_write=True),
        Register("CLRTEN / Clear timer enable", 0x18, access=Access.WO, state=M, hook_write=True),
        *(row for n in range(CHANNELS) for row in _channel(n)),
        *(row for n in range(CHANNELS) for row in countdown_registers(n)),
    )
    source = "KE1xZ64 RM, chapter LPIT"

    def rate(self) -> int:
        """Counts per second: the functional clock while the module is enabled."""
        return self.clock(self.name) if self.get("MCR") & 1 else 0

    def on_read(self, register: str, stored: int) -> int:
        channel = int(register[-1])
        return Countdown(self, channel).value() if self.get(f"TCTRL{channel}") & 1 else 0xFFFFFFFF

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register == "MCR":
            if value & 2:
                self._software_reset()
            self.clocks_changed()
        elif register in ("SETTEN", "CLRTEN"):
            for n in range(CHANNELS):
                if written >> n & 1:
                    control = self.get(f"TCTRL{n}")
                    self._control(n, control | 1 if register == "SETTEN" else control & ~1, control)
            self.set(register, 0)
        elif register.startswith("TCTRL"):
            self._control(int(register[-1]), value, old)
        self._update()
        return None

    def _control(self, channel: int, value: int, old: int) -> None:
        self.set(f"TCTRL{channel}", value)
        counter = Countdown(self, channel)
        if value & ~old & 1:
            counter.begin(self.get(f"TVAL{channel}"), self.rate())
        elif not value & 1:
            counter.stop()

    def _software_reset(self) -> None:
        """Everything but MCR goes to its reset value."""
        for n in range(CHANNELS):
            Countdown(self, n).stop()
        for row in self.TABLE:
            if row.short != "MCR":
                self.set(row.short, row.reset)

    def on_event(self, number: int) -> None:
        self.set("MSR", self.get("MSR") | 1 << number)
        if self.get(f"TCTRL{number}") & 1 << 17:  # TSOI
            self._control(number, self.get(f"TCTRL{number}") & ~1, 1)
        else:
            Countdown(self, number).begin(self.get(f"TVAL{number}"), self.rate())
        self._update()

    def clocks_changed(self) -> None:
        for n in range(CHANNELS):
            Countdown(self, n).change_rate(self.rate())

    def _update(self) -> None:
        self.machine.set_line(self.main, 0, bool(self.get("MSR") & self.get("MIER")))
