"""COP: the watchdog in the SIM of Kinetis L and K32 L2. It is on after reset, with 1024 cycles of the 1 kHz LPO.

Source: K32 L2B reference manual, chapter SIM, registers COPC and SRVCOP, and section "COP watchdog operation";
K32L2B31A.h. COPC takes one write after reset. Service: 0x55, then 0xAA; another value resets. In window mode, which
needs the long timeouts, service before the last quarter resets.
"""

from __future__ import annotations

from digitrig.peripherals.base import register
from digitrig.peripherals.registers import Access, Field, Register, State, hidden
from digitrig.peripherals.watchdog import Watchdog, watchdog_registers

M = State.MODELLED
COPW, COPCLKS = 1 << 0, 1 << 1
# COPT -> log2 of the timeout in cycles, for COPCLKS = 0 and 1
TIMEOUTS = {1: (5, 13), 2: (8, 16), 3: (10, 18)}


@register("Timers.Kinetis_COP")
class COP(Watchdog):
    """COPCLKSEL: 0 LPO of 1 kHz, 1 MCGIRCLK, 2 OSCERCLK, 3 bus clock."""

    SIZE = 0x8
    TABLE = (
        Register(
            "COPC / COP control",
            0x0,
            reset=0xC,
            fields=(
                Field("COPW / Window mode", 0),
                Field("COPCLKS / Long timeouts", 1),
                Field("COPT / Timeout, 0 = off", 2, 2),
                Field("COPSTPEN / On in stop mode", 4),
                Field("COPDBGEN / On in debug mode", 5),
                Field("COPCLKSEL / Clock source", 6, 2),
            ),
            state=M,
            hook_write=True,
        ),
        Register("SRVCOP / Service", 0x4, fields=(Field("SRVCOP / Word", 0, 8, Access.WO),), state=M, hook_write=True),
        *watchdog_registers(),
        hidden("WRITTEN / COPC was written since reset"),
    )
    source = "K32 L2B RM, chapter SIM"

    def running(self) -> bool:
        return bool(self.get("COPC") >> 2 & 3)

    def tick_hz(self) -> tuple[int, int]:
        return self.clock(("lpo1k", "irclk", "oscer", "bus")[self.get("COPC") >> 6 & 3]), 1

    def timeout_ticks(self) -> int:
        control = self.get("COPC")
        return 1 << TIMEOUTS[control >> 2 & 3][control >> 1 & 1]

    def on_reset(self) -> None:
        self.restart()

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register == "COPC":
            if self.get("WRITTEN"):
                return old
            self.set("WRITTEN", 1)
            self.restart()
            return None
        if self.running():
            self._service(written)
        return 0

    def _service(self, word: int) -> None:
        first, _ = self.second()
        if word == 0x55 and not first:
            self.begin(word)
        elif word != 0xAA or first != 0x55:
            self.bite(f"illegal word 0x{word:02X} in SRVCOP")
        elif self.get("COPC") & (COPW | COPCLKS) == COPW | COPCLKS and self.ticks() < self.timeout_ticks() * 3 // 4:
            self.bite("serviced before the window opened")
        else:
            self.restart()

    def expired(self, number: int) -> None:
        self.bite("timeout")

    def clocks_changed(self) -> None:
        if self.running() and self.get("COPC") >> 6 & 3:
            self.plan()
