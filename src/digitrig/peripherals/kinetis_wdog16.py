"""WDOG of KV11: the watchdog with 16-bit registers. It is on after reset.

Source: KV11 reference manual, chapter "Watchdog timer (WDOG)"; MKV11Z7.h. Unlock: 0xC520 then 0xD928 to UNLOCK;
refresh: 0xA602 then 0xB480 to REFRESH, the second within 20 bus clocks; another word, or a late one, resets. After an
unlock, and after reset, the registers can be written for 256 bus clocks.
Assumed: a write to a locked register is ignored; unlocking is refused once STCTRLH was written with ALLOWUPDATE = 0;
the alternate clock is the bus clock. Not modelled: test modes.
"""

from __future__ import annotations

from digitrig.peripherals.base import register
from digitrig.peripherals.registers import Access, Field, Register, State, hidden
from digitrig.peripherals.watchdog import KinetisWatchdog, watchdog_registers

M = State.MODELLED
WDOGEN, CLKSRC, IRQRSTEN, WINEN, ALLOWUPDATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 4
STOPEN, WAITEN, INTFLG = 1 << 6, 1 << 7, 1 << 15


def _half(name: str, offset: int, reset: int = 0) -> Register:
    return Register(name, offset, 2, reset=reset, state=M, hook_write=True)


@register("Timers.Kinetis_WDOG16")
class WDOG16(KinetisWatchdog):
    """CLKSRC: 0 LPO of 1 kHz, 1 bus clock."""

    lines = ("IRQ",)
    TABLE = (
        Register(
            "STCTRLH / Status and control high",
            0x00,
            2,
            reset=0x01D3,
            fields=(
                Field("WDOGEN / Enable", 0),
                Field("CLKSRC / Bus clock", 1),
                Field("IRQRSTEN / Interrupt before reset", 2),
                Field("WINEN / Window mode", 3),
                Field("ALLOWUPDATE / Updates allowed", 4),
                Field("DBGEN / On in debug mode", 5),
                Field("STOPEN / On in stop mode", 6),
                Field("WAITEN / On in wait mode", 7),
                Field("RESERVED8 / Always 1", 8, 1, Access.RO),
                Field("TESTWDOG / Test mode", 10),
                Field("TESTSEL / Test", 11),
                Field("BYTESEL / Test byte", 12, 2),
                Field("DISTESTWDOG / No test mode", 14),
            ),
            state=M,
            hook_write=True,
        ),
        Register(
            "STCTRLL / Status and control low",
            0x02,
            2,
            reset=0x0001,
            fields=(
                Field("RESERVED0 / Always 1", 0, 1, Access.RO),
                Field("INTFLG / Interrupt flag", 15, 1, Access.W1C),
            ),
            state=M,
            hook_write=True,
        ),
        _half("TOVALH / Timeout high", 0x04, 0x4C),
        _half("TOVALL / Timeout low", 0x06, 0x4B4C),
        _half("WINH / Window high", 0x08),
        _half("WINL / Window low", 0x0A, 0x10),
        _half("REFRESH / Refresh", 0x0C, 0xB480),
        _half("UNLOCK / Unlock", 0x0E, 0xD928),
        Register("TMROUTH / Counter high", 0x10, 2, access=Access.RO, state=M, hook_read=True),
        Register("TMROUTL / Counter low", 0x12, 2, access=Access.RO, state=M, hook_read=True),
        Register("RSTCNT / Resets by the watchdog", 0x14, 2, access=Access.W1C),
        Register(
            "PRESC / Prescaler", 0x16, 2, reset=0x400, fields=(Field("PRESCVAL / - 1", 8, 3),), state=M, hook_write=True
        ),
        *watchdog_registers(),
        hidden("OPEN / Registers can be written", 1),
        hidden("CONFIGURED / STCTRLH was written since reset"),
    )
    WIDTHS = (2,)
    WINDOW_CLOCKS, WORD_CLOCKS, RESET_DELAY_CLOCKS = 256, 20, 256
    source = "KV11 RM, chapter WDOG"

    def running(self) -> bool:
        return bool(self.get("STCTRLH") & WDOGEN)

    def tick_hz(self) -> tuple[int, int]:
        source = "bus" if self.get("STCTRLH") & CLKSRC else "lpo1k"
        return self.clock(source), (self.get("PRESC") >> 8 & 7) + 1

    def timeout_ticks(self) -> int:
        return self.get("TOVALH") << 16 | self.get("TOVALL")

    def stands_in_sleep(self) -> tuple[bool, bool]:
        control = self.get("STCTRLH")
        return not control & WAITEN, not control & STOPEN

    def on_read(self, register: str, stored: int) -> int:
        count = self.ticks() & 0xFFFFFFFF
        return count >> 16 if register == "TMROUTH" else count & 0xFFFF

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register in ("UNLOCK", "REFRESH"):
            self.word(written, register, (self.UNLOCK if register == "UNLOCK" else self.REFRESH,))
            return old
        if register == "STCTRLL":
            self._update()
            return None
        if not self.get("OPEN"):
            return old
        if register == "STCTRLH":
            self.set("CONFIGURED", 1)
        self.restart()
        self._update()
        return None

    # ---------------------------------------------------------------- what KinetisWatchdog asks
    def may_unlock(self) -> bool:
        return not self.get("CONFIGURED") or bool(self.get("STCTRLH") & ALLOWUPDATE)

    def raise_flag(self) -> bool:
        if not self.get("STCTRLH") & IRQRSTEN:
            return False
        self.set("STCTRLL", self.get("STCTRLL") | INTFLG)
        self._update()
        return True

    def window_ticks(self) -> int:
        return self.get("WINH") << 16 | self.get("WINL") if self.get("STCTRLH") & WINEN else 0

    def _update(self) -> None:
        self.machine.set_line(self.main, 0, bool(self.get("STCTRLL") & INTFLG and self.get("STCTRLH") & IRQRSTEN))

    def clocks_changed(self) -> None:
        if self.running() and self.get("STCTRLH") & CLKSRC:
            self.plan()
