"""LEDs and buttons, by their names in the board description."""

from __future__ import annotations

from robot.api.deco import keyword

from digitrig.errors import CheckFailed
from digitrig.robot.component import Component


class PinKeywords(Component):
    """Keywords about LEDs and buttons."""

    @keyword
    def led_should_be_on(self, name: str) -> None:
        """Fails unless the LED of this name is lit."""
        self._led_should_be(name, True)

    @keyword
    def led_should_be_off(self, name: str) -> None:
        """Fails unless the LED of this name is dark."""
        self._led_should_be(name, False)

    @keyword
    def press_button(self, name: str) -> None:
        """Presses a button of the board and holds it until `Release Button`."""
        self.board.press(name)

    @keyword
    def release_button(self, name: str) -> None:
        """Lets go of a button that `Press Button` holds."""
        self.board.release(name)

    def _led_should_be(self, name: str, wanted: bool) -> None:
        if self.board.led(name) != wanted:
            words = {True: "on", False: "off"}
            raise CheckFailed(f"LED '{name}' of {self.current.alias} is {words[not wanted]}, expected {words[wanted]}")
