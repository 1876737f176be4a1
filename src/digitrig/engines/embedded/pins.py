"""LEDs and buttons of a board, by the names of its `.repl`."""

from __future__ import annotations

from digitrig.engines.embedded.services import Services
from digitrig.peripherals.pins import led_lit, port_of, press
from digitrig.platform import BoardSpec


class BoardPins:
    """Nothing is kept here: a LED is what the port's registers say, a button is an input level in them."""

    def __init__(self, spec: BoardSpec, services: Services) -> None:
        self._leds, self._buttons, self._services = spec.leds, spec.buttons, services

    def led(self, name: str) -> bool:
        """True while lit."""
        pin = self._leds[name]
        return led_lit(port_of(self._services.models, pin.port), pin.pin, pin.active_low)

    def press(self, name: str, pressed: bool) -> None:
        """Put the button's level on its pin."""
        pin = self._buttons[name]
        press(port_of(self._services.models, pin.port), pin.pin, pin.active_low, pressed)
