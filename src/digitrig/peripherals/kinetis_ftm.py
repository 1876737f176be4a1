"""FTM as a timer: counting, overflow, channel compare, and their interrupts.

Source: KE1xZ64, KE02 and KV11 reference manuals, chapter "FlexTimer Module"; MKE16Z4.h, MKE02Z4.h, MKV11Z7.h. The SC
register of KE1xZ is wider than that of the older parts, whose CLKS = 2 counts the fixed clock of MCG or ICS. Flags are
looked up when they are read; events exist only for enabled interrupts, so that a fast PWM costs nothing. Not modelled:
pins (PWM output, capture, faults, quadrature), the buffering of MOD, CNTIN and CnV (they act at once), the fixed clock
on KE1xZ and the external clock (they stand still), write protection. Those registers are stored or tagged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import ClassVar

from digitrig.peripherals.base import Peripheral, cycles_ps, elapsed_cycles, register
from digitrig.peripherals.registers import Access, Block, Field, Register, State, hidden, tagged
from digitrig.platform.model import Value

M = State.MODELLED
RO = Access.RO
CPWMS = 1 << 5
CHF, CHIE, MODE_BITS = 1 << 7, 1 << 6, 3 << 4
HAPPENING = 0
PRIORITY = 20

_PWM_ENABLES = tuple(Field(f"PWMEN{n} / PWM enable of channel {n}", 16 + n) for n in range(6))
SC_FIELDS = (
    Field("PS / Prescale", 0, 3),
    Field("CLKS / Clock source", 3, 2),
    Field("CPWMS / Up-down counting", 5),
    Field("RIE / Reload interrupt enable", 6),
    Field("RF / Reload flag", 7, 1, RO),
    Field("TOIE / Overflow interrupt enable", 8),
    Field("TOF / Overflow flag", 9, 1, RO),
    *_PWM_ENABLES,
)
NARROW_SC_FIELDS = (
    *SC_FIELDS[:3],
    Field("TOIE / Overflow interrupt enable", 6),
    Field("TOF / Overflow flag", 7, 1, RO),
)
CHANNEL_FIELDS = (
    Field("ICRST / Reset by capture", 1),
    Field("ELSA / Edge or level", 2),
    Field("ELSB / Edge or level", 3),
    Field("MSA / Mode", 4),
    Field("MSB / Mode", 5),
    Field("CHIE / Interrupt enable", 6),
    Field("CHF / Channel flag", 7, 1, RO),
    Field("TRIGMODE / Trigger mode", 8),
    Field("CHIS / Input level", 9, 1, RO),
)
_VALUE = (Field("VALUE / 16 bits", 0, 16),)


def _channel(n: int) -> tuple[Register, ...]:
    name = f"C{n}SC / Channel {n} status and control"
    return (
        Register(name, 0x0C + 8 * n, fields=CHANNEL_FIELDS, state=M, hook_read=True, hook_write=True),
        Register(f"C{n}V / Channel {n} value", 0x10 + 8 * n, fields=_VALUE, state=M, hook_write=True),
    )


def _stored(names: str, first: int) -> tuple[Register, ...]:
    return tuple(Register(name, first + 4 * i) for i, name in enumerate(names.split()))


@cache
def _block(channels: int, narrow: bool) -> Block:
    control = NARROW_SC_FIELDS if narrow else SC_FIELDS
    mirrors = ("HCR", 0x9C), ("MOD_MIRROR", 0x200)
    flags = tuple(Field(f"CH{n}F / Flag of channel {n}", n, 1, RO) for n in range(channels))
    rows = (
        Register("SC / Status and control", 0x00, fields=control, state=M, hook_read=True, hook_write=True),
        Register("CNT / Counter", 0x04, fields=_VALUE, state=M, hook_read=True, hook_write=True),
        Register("MOD / Modulo", 0x08, fields=_VALUE, state=M, hook_write=True),
        *(row for n in range(channels) for row in _channel(n)),
        Register("CNTIN / Counter initial value", 0x4C, fields=_VALUE, state=M, hook_write=True),
        Register("STATUS / Flags of all channels", 0x50, fields=flags, state=M, hook_read=True, hook_write=True),
        Register("MODE / Features mode", 0x54, reset=4),
        *_stored("SYNC OUTINIT OUTMASK COMBINE DEADTIME EXTTRIG POL FMS FILTER FLTCTRL", 0x58),
        *tagged(*_stored("QDCTRL", 0x80)),
        *_stored("CONF FLTPOL SYNCONF INVCTRL SWOCTRL PWMLOAD", 0x84),
        *(() if narrow else tagged(*(Register(name, offset) for name, offset in mirrors))),
        *(() if narrow else tagged(*(Register(f"C{n}V_MIRROR", 0x204 + 4 * n) for n in range(channels)))),
        *state_registers(),
    )
    return Block("", 0x1000, rows)


def state_registers() -> tuple[Register, ...]:
    """The hidden registers of a counter."""
    return (
        hidden("BEGAN_LOW / Time of tick 0 in ps"),
        hidden("BEGAN_HIGH / Time of tick 0 in ps"),
        hidden("SEEN_LOW / Ticks whose flags are set"),
        hidden("SEEN_HIGH / Ticks whose flags are set"),
        hidden("PHASE / Position in the period at tick 0"),
        hidden("RATE / Core clock the ticks come from"),
        hidden("READ / Flags that were read as 1: bit n channel n, bit 31 TOF"),
    )


@register("Timers.KE1xZ_FTM")
class FTM(Peripheral):
    """`numberOfChannels`: 6 on FTM0, 2 on FTM1.  TOIE, TOF: their bits in SC.  CLOCKS: names by CLKS."""

    NARROW: ClassVar[bool] = False
    TOIE: ClassVar[int] = 1 << 8
    TOF: ClassVar[int] = 1 << 9
    CLOCKS: ClassVar[tuple[str, ...]] = ("", "core", "", "")
    lines = ("IRQ",)
    attributes: ClassVar[Mapping[str, type]] = {"numberOfChannels": int}
    source = "KE1xZ64 RM, chapter FTM"

    @classmethod
    def tables(cls, attributes: Mapping[str, Value]) -> tuple[Block, ...]:
        count = attributes.get("numberOfChannels", 6)
        return (_block(count if isinstance(count, int) else 6, cls.NARROW),)

    @property
    def channels(self) -> int:
        return self.integer("numberOfChannels", 6)

    # ---------------------------------------------------------------- counter
    def input_hz(self) -> int:
        """Clock before the prescaler, 0 = stopped."""
        name = self.CLOCKS[self.get("SC") >> 3 & 3]
        return self.clock(name) if name else 0

    def _ticks(self) -> int:
        """Counts since tick 0."""
        rate = self.get("RATE")
        gone = self.machine.now_ps() - self.get64("BEGAN")
        return elapsed_cycles(gone, rate) >> (self.get("SC") & 7) if rate else 0

    def _span(self) -> int:
        return max(self.get("MOD") - self.get("CNTIN"), 0)

    def _period(self) -> int:
        """Ticks from one overflow to the next."""
        span = self._span()
        return max(2 * span, 1) if self.get("SC") & CPWMS else span + 1

    def count(self) -> int:
        """CNT as it reads now."""
        place, span = (self._ticks() + self.get("PHASE")) % self._period(), self._span()
        return self.get("CNTIN") + (place if place <= span else 2 * span - place)

    def _positions(self, channel: int | None) -> Iterator[int]:
        """Positions in the period at which a flag is set; None: the overflow flag."""
        span, down = self._span(), bool(self.get("SC") & CPWMS)
        if channel is None:
            yield (span + 1) % self._period() if down else 0
        elif self.get(f"C{channel}SC") & MODE_BITS:
            place = self.get(f"C{channel}V") - self.get("CNTIN")
            if 0 <= place <= span:
                yield place
                if down and 0 < place < span:
                    yield 2 * span - place

    def _next(self, place: int, after: int) -> int:
        """The first tick later than `after` at that position."""
        period = self._period()
        return after + 1 + (place - self.get("PHASE") - after - 1) % period

    def _catch_up(self) -> None:
        """Set the flags of everything that happened since the last look."""
        now, seen = self._ticks(), self.get64("SEEN")
        if now <= seen:
            return
        for channel in (None, *range(self.channels)):
            if any(self._next(place, seen) <= now for place in self._positions(channel)):
                name, flag, bit = ("SC", self.TOF, 31) if channel is None else (f"C{channel}SC", CHF, channel)
                self.set(name, self.get(name) | flag)
                self.set("READ", self.get("READ") & ~(1 << bit))
        self.set64("SEEN", now)

    def _rebase(self, count: int) -> None:
        """Go on from a counter value, with the present clock."""
        self.set("PHASE", max(count - self.get("CNTIN"), 0) % self._period())
        self.set64("BEGAN", self.machine.now_ps())
        self.set64("SEEN", 0)
        self.set("RATE", self.input_hz())

    def _plan(self) -> None:
        """Interrupt line, and the next event that can raise it."""
        control = self.get("SC")
        raised = bool(control & self.TOF and control & self.TOIE)
        ticks: list[int] = []
        if control & self.TOIE and not control & self.TOF:
            ticks += [self._next(place, self.get64("SEEN")) for place in self._positions(None)]
        for channel in range(self.channels):
            status = self.get(f"C{channel}SC")
            raised = raised or bool(status & CHF and status & CHIE)
            if status & CHIE and not status & CHF:
                ticks += [self._next(place, self.get64("SEEN")) for place in self._positions(channel)]
        self.machine.set_line(self.main, 0, raised)
        self.machine.cancel(self.main, HAPPENING)
        rate = self.get("RATE")
        if ticks and rate:
            due = self.get64("BEGAN") + cycles_ps(min(ticks) << (control & 7), rate)
            self.machine.schedule(self.main, HAPPENING, max(due - self.machine.now_ps(), 0), PRIORITY)

    # ---------------------------------------------------------------- calls
    def on_read(self, register: str, stored: int) -> int:
        if register == "CNT":
            return self.count()
        self._catch_up()
        if register == "STATUS":
            flags = sum(1 << n for n in range(self.channels) if self.get(f"C{n}SC") & CHF)
            self.set("READ", self.get("READ") | flags)
            return flags
        value = self.get(register)
        flag, bit = (self.TOF, 31) if register == "SC" else (CHF, int(register[1:-2]))
        if value & flag:
            self.set("READ", self.get("READ") | 1 << bit)
        return value

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        self.set(register, old)
        count = self.count()
        self._catch_up()
        if register == "SC":
            kept = self.get("SC") & self.TOF
            self.set("SC", value & ~self.TOF | self._cleared(kept, written & self.TOF, 31))
        elif register == "STATUS":
            for channel in range(self.channels):
                name = f"C{channel}SC"
                status = self.get(name)
                self.set(name, status & ~CHF | self._cleared(status & CHF, written >> channel & 1, channel))
            self.set("STATUS", 0)
        elif register.endswith("SC"):
            channel = int(register[1:-2])
            kept = self.get(register) & CHF
            self.set(register, value & ~CHF | self._cleared(kept, written & CHF, channel))
        elif register == "CNT":
            self.set("CNT", 0)
            count = self.get("CNTIN")
        else:
            self.set(register, value)
        counting = 0x1F | CPWMS  # a write that only handles flags must not shift the count by a part of a tick
        if register in ("CNT", "MOD", "CNTIN") or (register == "SC" and (value ^ old) & counting):
            self._rebase(count)
        self._plan()
        return None

    def _cleared(self, flag: int, written: int, bit: int) -> int:
        """A flag goes by a 0 written after it was read as 1."""
        if written or not self.get("READ") >> bit & 1:
            return flag
        self.set("READ", self.get("READ") & ~(1 << bit))
        return 0

    def on_event(self, number: int) -> None:
        self._catch_up()
        self._plan()

    def clocks_changed(self) -> None:
        if self.get("RATE") != self.input_hz():
            count = self.count()
            self._catch_up()
            self._rebase(count)
            self._plan()


@register("Timers.KE0x_FTM")
class KE0xFTM(FTM):
    """FTM of KE02: 2 channels on FTM0 and FTM1, 6 on FTM2; CLKS = 1 is the bus clock."""

    NARROW = True
    TOIE, TOF = 1 << 6, 1 << 7
    CLOCKS = ("", "bus", "ffclk", "")
    source = "KE02 RM, chapter FTM"


@register("Timers.KV1x_FTM")
class KV1xFTM(KE0xFTM):
    """FTM of KV11: 6 channels on FTM0 and FTM3, 2 on the others; CLKS = 1 is the core clock."""

    CLOCKS = ("", "core", "ffclk", "")
    source = "KV11 RM, chapter FTM"
