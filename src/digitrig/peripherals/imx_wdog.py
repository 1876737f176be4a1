"""WDOG1 and WDOG2 of i.MX: 16-bit registers, off after reset, half-second steps of a 32 kHz clock.

Source: i.MX RT1060 reference manual, chapter "WDOG1-2". WDE, WDBG and WDZST can be set once after reset. The power-down
counter (WMCR.PDE) only drives a pin and does nothing here.
"""

from __future__ import annotations

from digitrig.peripherals.base import PS_PER_S, Peripheral, register
from digitrig.peripherals.registers import Access, Field, Register, State

M = State.MODELLED
STEP_PS = PS_PER_S // 2
WDE, SRS, WIE, WTIS = 1 << 2, 1 << 4, 1 << 15, 1 << 14
TIMEOUT, WARNING = 0, 1
PRIORITY = 5


@register("Timers.IMX_WDOG")
class IMXWatchdog(Peripheral):
    lines = ("IRQ",)
    WIDTHS = (2, 4)
    TABLE = (
        Register(
            "WCR / Control",
            0x0,
            2,
            reset=0x30,
            fields=(
                Field("WDZST / Suspend in low power", 0),
                Field("WDBG / Suspend in debug", 1),
                Field("WDE / Enable", 2),
                Field("WDT / WDOG_B on timeout", 3),
                Field("SRS / Software reset, active low", 4),
                Field("WDA / WDOG_B, active low", 5),
                Field("SRE / Software reset extension", 6),
                Field("WDW / Disable in wait", 7),
                Field("WT / Timeout", 8, 8),
            ),
            state=M,
            hook_write=True,
        ),
        Register("WSR / Service", 0x2, 2, state=M, hook_write=True),
        Register(
            "WRSR / Reset status",
            0x4,
            2,
            fields=(
                Field("SFTW / Software reset", 0, 1, Access.RO),
                Field("TOUT / Timeout", 1, 1, Access.RO),
                Field("POR / Power-on reset", 4, 1, Access.RO),
            ),
            state=M,
        ),
        Register(
            "WICR / Interrupt control",
            0x6,
            2,
            reset=4,
            fields=(
                Field("WICT / Interrupt before timeout", 0, 8),
                Field("WTIS / Interrupt status", 14, 1, Access.W1C),
                Field("WIE / Interrupt enable", 15),
            ),
            state=M,
            hook_write=True,
        ),
        Register("WMCR / Miscellaneous control", 0x8, 2, reset=1, fields=(Field("PDE / Power down enable", 0),)),
    )
    source = "i.MX RT1060 RM, chapter WDOG"

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register == "WCR":
            value |= old & 0x7  # write-once bits stay
            self.set("WCR", value)
            if not value & SRS:
                self.machine.request_reset(f"{self.name} software reset")
            elif value & WDE and not old & WDE:
                self._restart()
        elif register == "WSR":
            if old == 0x5555 and value == 0xAAAA and self.get("WCR") & WDE:
                self._restart()
        else:
            self._restart_warning()
            self._update()
        return None

    def on_event(self, number: int) -> None:
        if number == TIMEOUT:
            self.machine.request_reset(f"{self.name} timeout")
        else:
            self.set("WICR", self.get("WICR") | WTIS)
            self._update()

    def after_reset(self, cause: str) -> None:
        if cause.startswith(self.name):
            self.set("WRSR", 1 if "software" in cause else 2)

    def timeout_ps(self) -> int:
        """From service to reset: (WT + 1) half seconds."""
        return ((self.get("WCR") >> 8) + 1) * STEP_PS

    def _restart(self) -> None:
        self.machine.schedule(self.main, TIMEOUT, self.timeout_ps(), PRIORITY)
        self._restart_warning()

    def _restart_warning(self) -> None:
        control = self.get("WICR")
        before = (control & 0xFF) * STEP_PS
        if control & WIE and self.get("WCR") & WDE and before < self.timeout_ps():
            self.machine.schedule(self.main, WARNING, self.timeout_ps() - before, PRIORITY)

    def _update(self) -> None:
        control = self.get("WICR")
        self.machine.set_line(self.main, 0, bool(control & WIE and control & WTIS))
