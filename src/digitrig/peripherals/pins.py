"""LEDs and buttons: what a person sees and presses, from and into the registers of a port."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from digitrig.errors import EngineError
from digitrig.peripherals.base import Peripheral


@runtime_checkable
class Port(Protocol):
    """A model with pins."""

    def set_input(self, pin: int, level: bool) -> None: ...

    def drives(self, pin: int) -> bool: ...

    def pin_level(self, pin: int) -> bool: ...


def port_of(peripherals: Mapping[str, Peripheral], name: str) -> Port:
    """The port of that entry name. Raises EngineError if the entry is no port."""
    port: object = peripherals.get(name)
    if not isinstance(port, Port):
        raise EngineError(f"'{name}' is no GPIO port; a LED or button must be on one")
    return port


def led_lit(port: Port, pin: int, active_low: bool) -> bool:
    """True while the part drives the pin to the LED's active level; an undriven pin leaves the LED dark."""
    return port.drives(pin) and port.pin_level(pin) != active_low


def press(port: Port, pin: int, active_low: bool, pressed: bool) -> None:
    """Put the button's level on the pin: its active level while pressed, the other one when not."""
    port.set_input(pin, pressed != active_low)
