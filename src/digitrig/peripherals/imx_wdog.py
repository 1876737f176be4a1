"""WDOG1 and WDOG2 of i.MX: 16-bit registers, off after reset, half-second steps of a 32 kHz clock.

Source: i.MX RT1060 reference manual, chapter "WDOG1-2". WDE, WDBG and WDZST can be set once after reset. The power-down
counter (WMCR.PDE) only drives a pin and does nothing here.
"""

from __future__ import annotations

from digitrig.peripherals.base import PS_PER_S, register
from digitrig.peripherals.registers import Access, Field, Register, State, hidden
from digitrig.peripherals.watchdog import PRIORITY, TIMEOUT, Watchdog, watchdog_registers

M = State.MODELLED
STEP_PS = PS_PER_S // 2
WDZST, WDE, SRS, WDW, WIE, WTIS = 1 << 0, 1 << 2, 1 << 4, 1 << 7, 1 << 15, 1 << 14
WARNING = 1


@register("Timers.IMX_WDOG")
class IMXWatchdog(Watchdog):
    """Counts half seconds; WDW stops it in wait mode, WDZST in stop mode."""

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
        *watchdog_registers(),
        hidden("RELOAD / WT at the last service: a new value counts from the next"),
    )
    source = "i.MX RT1060 RM, chapter WDOG"

    # ---------------------------------------------------------------- what Watchdog asks
    def running(self) -> bool:
        return bool(self.get("WCR") & WDE)

    def tick_hz(self) -> tuple[int, int]:
        return 2, 1

    def timeout_ticks(self) -> int:
        return self.get("RELOAD") + 1

    def stands_in_sleep(self) -> tuple[bool, bool]:
        control = self.get("WCR")
        return bool(control & WDW), bool(control & WDZST)

    # ---------------------------------------------------------------- calls
    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register == "WCR":
            self._control_written(value | old & 0x7, old)  # write-once bits stay
        elif register == "WSR":
            if old == 0x5555 and value == 0xAAAA and self.running():
                self.restart()
        else:
            self._plan_warning()
            self._update()
        return None

    def _control_written(self, value: int, old: int) -> None:
        gone = self.counting_ps() - self.get64("START")
        self.set("WCR", value)
        self.set64("START", self.counting_ps() - gone)  # the count stays, whatever sleep now means
        if not value & SRS:
            self.machine.request_reset(f"{self.name} software reset")
        elif value & WDE and not old & WDE:
            self.restart()

    def restart(self) -> None:
        self.set("RELOAD", self.get("WCR") >> 8)
        super().restart()

    def plan(self) -> None:
        super().plan()
        self._plan_warning()

    def expired(self, number: int) -> None:
        if number == TIMEOUT:
            self.bite("timeout")
        elif self._warning_ps() > 0:
            self._plan_warning()
        else:
            self.set("WICR", self.get("WICR") | WTIS)
            self._update()

    def after_reset(self, cause: str) -> None:
        if cause.startswith(self.name):
            self.set("WRSR", 1 if "software" in cause else 2)

    def _warning_ps(self) -> int:
        """Time until WICT half seconds before the timeout."""
        steps = self.timeout_ticks() - (self.get("WICR") & 0xFF)
        return self.get64("START") + steps * STEP_PS - self.counting_ps()

    def _plan_warning(self) -> None:
        self.machine.cancel(self.main, WARNING)
        if self.get("WICR") & WIE and self.running() and (self.get("WICR") & 0xFF) < self.timeout_ticks():
            self.machine.schedule(self.main, WARNING, max(self._warning_ps(), 0), PRIORITY)

    def _update(self) -> None:
        control = self.get("WICR")
        self.machine.set_line(self.main, 0, bool(control & WIE and control & WTIS))
