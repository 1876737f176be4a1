"""FT5406: capacitive touch controller on I2C, two points.

Source: register map of FocalTech's FT5x06 family as its public drivers use it (fsl_ft5406_rt.c of NXP's MCUXpresso SDK,
edt-ft5x06.c of Linux, ft5x06.h of uGFX); reset timing from the FT5x06 data sheet (200 ms until points are reported).

The glass is scanned every 10 ms. A scan that finds something reports it: event 0 (press) first, 2 (contact) while the
finger stays, 1 (lift) once with the last place, then 3 (nothing, bytes 0xFF). Fingers that are down come first, then
those that have just lifted; the number in YH tells which is which. A touch shorter than a scan is still reported once.
The interrupt pin is low while the glass is touched (G_MODE 0), or pulses low for 1 ms at each report (G_MODE 1). While
the reset pin is low the chip does not answer. Stored without effect: thresholds, periods and power modes.
"""

from __future__ import annotations

from typing import ClassVar

from digitrig.peripherals.base import register
from digitrig.peripherals.i2c import I2CTarget
from digitrig.peripherals.registers import Access, Register, State, hidden

M, RO = State.MODELLED, Access.RO
POINTS = 2
SLOTS = 5
SCAN_PS = 10_000_000_000
PULSE_PS = 1_000_000_000
START_PS = 200_000_000_000
EVENT_SCAN, EVENT_PULSE_END = 0, 1
PRESS, LIFT, CONTACT, NOTHING = 0, 1, 2, 3
DOWN, FRESH = 1 << 31, 1 << 30
COORDINATE = 0xFFF
RESET_PIN = 0


def _slot(n: int) -> tuple[Register, ...]:
    names = ("XH", "XL", "YH", "YL", "WEIGHT", "AREA")
    return tuple(
        Register(f"P{n + 1}_{name} / Point {n + 1}", 3 + 6 * n + i, 1, 0xFF, access=RO, state=M)
        for i, name in enumerate(names)
    )


def _byte(name: str, offset: int, reset: int = 0, access: Access = Access.RW, state: State = State.STORED) -> Register:
    return Register(name, offset, 1, reset, access=access, state=state)


@register("Input.FT5406")
class FT5406(I2CTarget):
    """Points in the chip's own axes. `IRQ` is the interrupt pin, low = active; input 0 the reset pin."""

    SIZE = 0x100
    lines = ("IRQ",)
    inputs = 1
    source = "FT5x06 family as its public drivers use it"
    TABLE = (
        _byte("DEV_MODE / Device mode", 0x00),
        _byte("GEST_ID / Gesture", 0x01, access=RO),
        _byte("TD_STATUS / Number of points", 0x02, access=RO, state=M),
        *(register for n in range(SLOTS) for register in _slot(n)),
        _byte("THGROUP / Touch threshold", 0x80, 0x46),
        _byte("THPEAK / Peak threshold", 0x81, 0x3C),
        _byte("THCAL / Focus threshold", 0x82, 0x1D),
        _byte("THWATER / Water threshold", 0x83, 0xD3),
        _byte("THTEMP / Temperature threshold", 0x84, 0xEB),
        _byte("THDIFF / Difference threshold", 0x85, 0xA0),
        _byte("CTRL / Power control", 0x86, 1),
        _byte("TIME_ENTER_MONITOR / Time to monitor mode", 0x87, 0xC8),
        _byte("PERIODACTIVE / Active period", 0x88, 0x0C),
        _byte("PERIODMONITOR / Monitor period", 0x89, 0x28),
        _byte("LIB_VERSION_H / Library version", 0xA1, 0x30, RO),
        _byte("LIB_VERSION_L / Library version", 0xA2, 0x01, RO),
        _byte("CIPHER / Chip", 0xA3, 0x55, RO),
        _byte("G_MODE / Interrupt mode", 0xA4, 1, state=M),
        _byte("PMODE / Power mode", 0xA5),
        _byte("FIRMID / Firmware", 0xA6, 0x01, RO),
        _byte("STATE / Running state", 0xA7, 0x01, RO),
        _byte("FT5201ID / Maker of the panel", 0xA8, 0x79, RO),
        _byte("ERR / Error", 0xA9, 0, RO),
        hidden("POINTER / Register that is read or written next"),
        hidden("POINTING / The next byte written is the pointer"),
        hidden("PIN / Level of the reset pin", 1),
        hidden("READY_LOW / When it begins to scan"),
        hidden("READY_HIGH / When it begins to scan"),
        *(hidden(f"FINGER{n} / Bit 31 down, 30 not reported yet, y and x") for n in range(POINTS)),
        *(hidden(f"TOLD{n} / Last event reported + 1, 0 = none") for n in range(POINTS)),
    )
    outside = tuple(row.short for row in TABLE)  # a reset of the part is none of this chip
    _offsets: ClassVar[dict[int, Register]] = {row.offset: row for row in TABLE if not row.hidden}

    # ---------------------------------------------------------------- fingers
    def put(self, point: int, x: int, y: int) -> None:
        """A finger is at x, y (0..4095) from now on."""
        before = self.get(f"FINGER{point}")
        fresh = before & FRESH if before & DOWN else FRESH
        self.set(f"FINGER{point}", DOWN | fresh | (y & COORDINATE) << 12 | x & COORDINATE)
        self._schedule()

    def lift(self, point: int) -> None:
        """The finger leaves the glass."""
        self.set(f"FINGER{point}", self.get(f"FINGER{point}") & ~DOWN)

    def _schedule(self) -> None:
        """The next scan, if there is something to scan."""
        if not self.get("PIN") or not any(self.get(f"FINGER{n}") or self.get(f"TOLD{n}") for n in range(POINTS)):
            return
        ready, now = self.get64("READY"), self.machine.now_ps()
        scans = max(0, (now - ready) // SCAN_PS + 1)
        self.machine.schedule(self.main, EVENT_SCAN, ready + scans * SCAN_PS - now, 0)

    # ---------------------------------------------------------------- scanning
    def on_event(self, number: int) -> None:
        if number == EVENT_PULSE_END:
            self.machine.set_line(self.main, 0, True)
            return
        told = [self._look(n) for n in range(POINTS)]
        order = sorted(
            (n for n in range(POINTS) if told[n] != NOTHING), key=lambda n: (told[n] == LIFT, n)
        )  # touching fingers first
        for slot in range(POINTS):
            self._report(slot, order[slot] if slot < len(order) else None, told)
        self.set("TD_STATUS", sum(event in (PRESS, CONTACT) for event in told))
        self._interrupt(bool(order))
        self._schedule()

    def _look(self, n: int) -> int:
        """The event to report for a finger, which is remembered."""
        finger, before = self.get(f"FINGER{n}"), self.get(f"TOLD{n}") - 1
        touching = before in (PRESS, CONTACT)
        if finger & FRESH and not touching:
            event = PRESS
        elif finger & DOWN and not finger & FRESH:
            event = CONTACT
        else:  # a finger that came back between two scans is lifted first
            event = LIFT if touching else NOTHING
        self.set(f"TOLD{n}", 0 if event == NOTHING else event + 1)
        if event == PRESS:
            self.set(f"FINGER{n}", finger & ~FRESH)
        elif event == NOTHING and not finger & DOWN:
            self.set(f"FINGER{n}", 0)
        return event

    def _report(self, slot: int, n: int | None, told: list[int]) -> None:
        values = [0xFF] * 6
        if n is not None:
            finger = self.get(f"FINGER{n}")
            x, y = finger & COORDINATE, finger >> 12 & COORDINATE
            values = [told[n] << 6 | x >> 8, x & 0xFF, n << 4 | y >> 8, y & 0xFF, 0x20, 0x01]
        for register_, value in zip(_slot(slot), values, strict=True):
            self.set(register_.short, value)

    def _interrupt(self, reported: bool) -> None:
        if self.get("G_MODE") & 1:
            if reported:
                self.machine.set_line(self.main, 0, False)
                self.machine.schedule(self.main, EVENT_PULSE_END, PULSE_PS, 0)
        else:
            self.machine.set_line(self.main, 0, not self.get("TD_STATUS"))

    # ---------------------------------------------------------------- reset pin
    def set_input(self, pin: int, level: bool) -> None:
        if level == bool(self.get("PIN")):
            return
        fingers = [self.get(f"FINGER{n}") for n in range(POINTS)]
        for row in self.TABLE:
            self.set(row.short, row.reset)
        self.set("PIN", int(level))
        for n, finger in enumerate(fingers):
            self.set(f"FINGER{n}", finger | FRESH if finger & DOWN else 0)
        for event in (EVENT_SCAN, EVENT_PULSE_END):
            self.machine.cancel(self.main, event)
        self.machine.set_line(self.main, 0, True)
        if level:
            self.set64("READY", self.machine.now_ps() + START_PS)
            self._schedule()

    def on_reset(self) -> None:
        if not self.get64("READY"):  # power on
            self.set64("READY", self.machine.now_ps() + START_PS)
        self.machine.set_line(self.main, 0, True)
        self._schedule()

    # ---------------------------------------------------------------- bus
    def start(self, reading: bool) -> bool:
        self.set("POINTING", int(not reading))
        return bool(self.get("PIN"))

    def send(self, byte: int) -> bool:
        if self.get("POINTING"):
            self.set("POINTING", 0)
            self.set("POINTER", byte)
            return True
        row = self._offsets.get(self._next())
        if row is not None and row.access is Access.RW:
            self.set(row.short, byte)
        return True

    def receive(self) -> int:
        row = self._offsets.get(self._next())
        return self.get(row.short) if row is not None else 0

    def _next(self) -> int:
        pointer = self.get("POINTER")
        self.set("POINTER", pointer + 1 & 0xFF)
        return pointer
