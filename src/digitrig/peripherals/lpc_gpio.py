"""GPIO and pin interrupts of LPC84x: one block with two ports of 32 pins, and eight interrupts on chosen pins.

Source: LPC84x user manual UM11029, chapters GPIO and "Pin interrupts/pattern match engine"; LPC845.h. Pins are numbered
port * 32 + pin. The byte and word registers of every pin and PIN hold the pad levels, so that firmware that polls a pin
does not call the model. A pin that nothing outside drives reads 1, as if pulled up. Not modelled: functions on pins
(SWM; every pin counts as a GPIO), IOCON filters, the pattern match engine, reading MPIN with a mask of single pins.
"""

from __future__ import annotations

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.registers import Access, Field, Register, State, hidden
from digitrig.platform.model import Connection

M, RO, WO, W1C = State.MODELLED, Access.RO, Access.WO, Access.W1C
PORTS, PINS = 2, 32
ALL = 0xFFFFFFFF


def _port_register(name: str, title: str, base: int, port: int, access: Access = Access.RW) -> Register:
    return Register(f"{name}{port} / {title} {port}", base + 4 * port, access=access, state=M, hook_write=True)


def _bytes() -> tuple[Register, ...]:
    field = (Field("PBYTE / Level", 0),)
    return tuple(
        Register(f"B{n // PINS}_{n % PINS} / Byte of the pin", n, 1, fields=field, state=M, hook_write=True)
        for n in range(PORTS * PINS)
    )


def _words() -> tuple[Register, ...]:
    return tuple(
        Register(f"W{n // PINS}_{n % PINS} / Word of the pin", 0x1000 + 4 * n, state=M, hook_write=True)
        for n in range(PORTS * PINS)
    )


def _ports() -> tuple[Register, ...]:
    rows = (
        ("DIR", "Direction", 0x2000, Access.RW),
        ("MASK", "Mask", 0x2080, Access.RW),
        ("PIN", "Pins", 0x2100, Access.RW),
        ("MPIN", "Masked pins", 0x2180, Access.RW),
        ("SET", "Output bits, set", 0x2200, Access.RW),
        ("CLR", "Clear", 0x2280, WO),
        ("NOT", "Toggle", 0x2300, WO),
        ("DIRSET", "Direction, set", 0x2380, WO),
        ("DIRCLR", "Direction, clear", 0x2400, WO),
        ("DIRNOT", "Direction, toggle", 0x2480, WO),
    )
    return tuple(
        _port_register(name, title, base, port, access) for name, title, base, access in rows for port in (0, 1)
    )


@register("GPIOPort.LPC84x_GPIO")
class LPCGPIO(Peripheral):
    SIZE = 0x4000
    inputs = PORTS * PINS
    outside = ("INPUT0", "INPUT1")
    numbered_outputs = True
    TABLE = (
        *_bytes(),
        *_words(),
        *_ports(),
        *(hidden(f"INPUT{port} / Levels from outside", ALL) for port in range(PORTS)),
        *(hidden(f"OUTPUT{port} / Output data") for port in range(PORTS)),
        *(hidden(f"SHOWN{port} / Levels in the byte and word registers") for port in range(PORTS)),
    )
    source = "UM11029, chapter GPIO"

    # ---------------------------------------------------------------- pins
    def set_input(self, pin: int, level: bool) -> None:
        """The level that the world outside drives on a pin."""
        name, mask = f"INPUT{pin // PINS}", 1 << pin % PINS
        self.set(name, self.get(name) | mask if level else self.get(name) & ~mask)
        self._update(pin // PINS)

    def drives(self, pin: int) -> bool:
        return bool(self.get(f"DIR{pin // PINS}") >> pin % PINS & 1)

    def pad_levels(self, port: int) -> int:
        direction = self.get(f"DIR{port}")
        return self.get(f"OUTPUT{port}") & direction | self.get(f"INPUT{port}") & ~direction

    def pin_level(self, pin: int) -> bool:
        return bool(self.pad_levels(pin // PINS) >> pin % PINS & 1)

    # ---------------------------------------------------------------- calls
    def on_reset(self) -> None:
        for port in range(PORTS):
            self._show(port, self.pad_levels(port), ALL)

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if "_" in register:
            port, pin = (int(part) for part in register[1:].split("_"))
            self._output(port, self.get(f"OUTPUT{port}") & ~(1 << pin) | bool(written) << pin)
            self._show(port, self.pad_levels(port), 1 << pin)
        else:
            self._port_write(register[:-1], int(register[-1]), value, old, written)
        return None

    def _port_write(self, name: str, port: int, value: int, old: int, written: int) -> None:
        output, direction = self.get(f"OUTPUT{port}"), self.get(f"DIR{port}")
        if name == "PIN":
            self._output(port, value)
        elif name == "MPIN":
            mask = self.get(f"MASK{port}")
            self._output(port, output & mask | value & ~mask)
        elif name in ("SET", "CLR", "NOT"):
            results = {"SET": output | written, "CLR": output & ~written, "NOT": output ^ written}
            self._output(port, results[name])
        elif name.startswith("DIR") and name != "DIR":
            results = {"DIRSET": direction | written, "DIRCLR": direction & ~written, "DIRNOT": direction ^ written}
            self.set(f"DIR{port}", results[name])
        if name in ("CLR", "NOT", "DIRSET", "DIRCLR", "DIRNOT"):
            self.set(f"{name}{port}", 0)
        self._update(port)

    def _output(self, port: int, value: int) -> None:
        self.set(f"OUTPUT{port}", value)
        self._update(port)

    def _update(self, port: int) -> None:
        """Show pad levels in the registers and to the pin interrupts."""
        now = self.pad_levels(port)
        self._show(port, now, now ^ self.get(f"SHOWN{port}"))
        pint = self.peer(PINT)
        if pint is not None:
            pint.look()

    def _show(self, port: int, levels: int, changed: int) -> None:
        self.set(f"SHOWN{port}", levels)
        self.set(f"PIN{port}", levels)
        self.set(f"MPIN{port}", levels & ~self.get(f"MASK{port}"))
        self.set(f"SET{port}", self.get(f"OUTPUT{port}"))
        for pin in range(PINS):
            if changed >> pin & 1:
                self.set(f"B{port}_{pin}", levels >> pin & 1)
                self.set(f"W{port}_{pin}", ALL if levels >> pin & 1 else 0)


def _eight(name: str, title: str, offset: int, access: Access = Access.RW, reset: int = 0) -> Register:
    field = (Field("PINS / One bit an interrupt", 0, 8, access),)
    return Register(f"{name} / {title}", offset, reset=reset, fields=field, state=M, hook_write=True)


@register("IRQControllers.LPC84x_PINT")
class PINT(Peripheral):
    """Interrupts 0 to 7 are the numbered outputs; SYSCON PINTSELn chooses the pin of each."""

    SIZE = 0x2000
    numbered_outputs = True
    TABLE = (
        _eight("ISEL", "0 edge, 1 level", 0x00),
        _eight("IENR", "Rising edge or level enable", 0x04),
        _eight("SIENR", "Set IENR", 0x08, WO),
        _eight("CIENR", "Clear IENR", 0x0C, WO),
        _eight("IENF", "Falling edge enable, or active level", 0x10),
        _eight("SIENF", "Set IENF", 0x14, WO),
        _eight("CIENF", "Clear IENF", 0x18, WO),
        _eight("RISE", "Rising edge seen", 0x1C, W1C),
        _eight("FALL", "Falling edge seen", 0x20, W1C),
        _eight("IST", "Interrupt status", 0x24),
        Register("PMCTRL / Pattern match control", 0x28, state=State.TAGGED),
        Register("PMSRC / Pattern match sources", 0x2C, state=State.TAGGED),
        Register("PMCFG / Pattern match configuration", 0x30, state=State.TAGGED),
        hidden("SEEN / Levels at the last look", 0xFF),
    )
    source = "UM11029, chapter Pin interrupts"

    def lines_of(self, connection: Connection, ordinal: int, total: int) -> tuple[int, ...]:
        return (int(connection.source or 0),)

    def _levels(self) -> int:
        """Bit n: level of the pin of interrupt n."""
        from digitrig.peripherals.lpc_syscon import SYSCON

        gpio, syscon, levels = self.peer(LPCGPIO), self.peer(SYSCON), 0
        if gpio is None or syscon is None:
            return 0xFF
        for n in range(8):
            levels |= gpio.pin_level(syscon.get(f"PINTSEL{n}") & 0x3F) << n
        return levels

    def on_reset(self) -> None:
        self.set("SEEN", self._levels())
        self.look()

    def clocks_changed(self) -> None:
        """SYSCON announces its changes, the choice of pins among them: a new pin makes no edge."""
        if self.get("SEEN") != self._levels():
            self.on_reset()

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        for name in ("IENR", "IENF"):
            if register in (f"S{name}", f"C{name}"):
                enabled = self.get(name)
                self.set(name, enabled | written if register[0] == "S" else enabled & ~written)
                self.set(register, 0)
        if register == "IST":
            self._acknowledge(written)
        self.look()
        return None

    def _acknowledge(self, written: int) -> None:
        """In edge mode a 1 clears the edges; in level mode it switches the active level."""
        edges = written & ~self.get("ISEL")
        self.set("RISE", self.get("RISE") & ~edges)
        self.set("FALL", self.get("FALL") & ~edges)
        self.set("IENF", self.get("IENF") ^ written & self.get("ISEL"))

    def look(self) -> None:
        """Edges since the last look, levels, and the eight interrupts."""
        now, before = self._levels(), self.get("SEEN")
        self.set("SEEN", now)
        level_mode, rising, falling = self.get("ISEL"), self.get("IENR"), self.get("IENF")
        self.set("RISE", self.get("RISE") | now & ~before)
        self.set("FALL", self.get("FALL") | before & ~now)
        edges = self.get("RISE") & rising | self.get("FALL") & falling
        levels = rising & ~(now ^ falling)
        active = (edges & ~level_mode | levels & level_mode) & 0xFF
        self.set("IST", active)
        for n in range(8):
            self.machine.set_line(self.main, n, bool(active >> n & 1))
