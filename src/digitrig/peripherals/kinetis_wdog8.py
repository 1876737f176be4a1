"""WDOG of KE02: the watchdog with 8-bit registers. It is on after reset.

Source: KE02 reference manual, chapter "Watchdog timer (WDOG)"; MKE02Z4.h. Words of two bytes go to CNTH and CNTL, high
byte first: unlock 0xC520 then 0xD928, refresh 0xA602 then 0xB480, the second within 16 bus clocks; another word resets.
After an unlock, and after reset, the registers can be written for 128 bus clocks.
Assumed: a write to a locked register is ignored; unlocking is refused once CS1 was written with UPDATE = 0; CNT reads
the count. Not modelled: test modes.
"""

from __future__ import annotations

from digitrig.peripherals.base import register
from digitrig.peripherals.registers import Access, Field, Register, State, hidden
from digitrig.peripherals.watchdog import KinetisWatchdog, watchdog_registers

M = State.MODELLED
STOP, WAIT, UPDATE, INT, EN = 1 << 0, 1 << 1, 1 << 5, 1 << 6, 1 << 7
PRES, FLG, WIN = 1 << 4, 1 << 6, 1 << 7


@register("Timers.Kinetis_WDOG8")
class WDOG8(KinetisWatchdog):
    """CLK: 0 bus, 1 LPO of 1 kHz, 2 ICSIRCLK, 3 OSCERCLK."""

    lines = ("IRQ",)
    TABLE = (
        Register(
            "CS1 / Control and status 1",
            0x0,
            1,
            reset=0x80,
            fields=(
                Field("STOP / On in stop mode", 0),
                Field("WAIT / On in wait mode", 1),
                Field("DBG / On in debug mode", 2),
                Field("TST / Test", 3, 2),
                Field("UPDATE / Updates allowed", 5),
                Field("INT / Interrupt before reset", 6),
                Field("EN / Enable", 7),
            ),
            state=M,
            hook_write=True,
        ),
        Register(
            "CS2 / Control and status 2",
            0x1,
            1,
            reset=0x01,
            fields=(
                Field("CLK / Clock source", 0, 2),
                Field("PRES / Prescaler of 256", 4),
                Field("FLG / Interrupt flag", 6, 1, Access.W1C),
                Field("WIN / Window mode", 7),
            ),
            state=M,
            hook_write=True,
        ),
        Register("CNTH / Counter high", 0x2, 1, state=M, hook_read=True, hook_write=True),
        Register("CNTL / Counter low", 0x3, 1, state=M, hook_read=True, hook_write=True),
        Register("TOVALH / Timeout high", 0x4, 1, state=M, hook_write=True),
        Register("TOVALL / Timeout low", 0x5, 1, reset=4, state=M, hook_write=True),
        Register("WINH / Window high", 0x6, 1, state=M, hook_write=True),
        Register("WINL / Window low", 0x7, 1, state=M, hook_write=True),
        *watchdog_registers(),
        hidden("OPEN / Registers can be written", 1),
        hidden("CONFIGURED / CS1 was written since reset"),
        hidden("HIGH / Byte written to CNTH"),
    )
    source = "KE02 RM, chapter WDOG"

    def running(self) -> bool:
        return bool(self.get("CS1") & EN)

    def tick_hz(self) -> tuple[int, int]:
        control = self.get("CS2")
        return self.clock(("bus", "lpo1k", "irclk", "oscer")[control & 3]), 256 if control & PRES else 1

    def timeout_ticks(self) -> int:
        return self.get("TOVALH") << 8 | self.get("TOVALL")

    def stands_in_sleep(self) -> tuple[bool, bool]:
        control = self.get("CS1")
        return not control & WAIT, not control & STOP

    def on_read(self, register: str, stored: int) -> int:
        count = self.ticks() & 0xFFFF
        return count >> 8 if register == "CNTH" else count & 0xFF

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register == "CNTH":
            self.set("HIGH", written)
            return 0
        if register == "CNTL":
            self.word(self.get("HIGH") << 8 | written, "CNT", (self.UNLOCK, self.REFRESH))
            return 0
        if not self.get("OPEN"):
            return old & ~(written & FLG) if register == "CS2" else old
        if register == "CS1":
            self.set("CONFIGURED", 1)
        self.restart()
        self._update()
        return None

    # ---------------------------------------------------------------- what KinetisWatchdog asks
    def may_unlock(self) -> bool:
        return not self.get("CONFIGURED") or bool(self.get("CS1") & UPDATE)

    def raise_flag(self) -> bool:
        if not self.get("CS1") & INT:
            return False
        self.set("CS2", self.get("CS2") | FLG)
        self._update()
        return True

    def window_ticks(self) -> int:
        return self.get("WINH") << 8 | self.get("WINL") if self.get("CS2") & WIN else 0

    def _update(self) -> None:
        self.machine.set_line(self.main, 0, bool(self.get("CS2") & FLG and self.get("CS1") & INT))

    def clocks_changed(self) -> None:
        if self.running() and self.get("CS2") & 3 != 1:
            self.plan()
