"""LEDs and buttons, by their names in the board description."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from robot.api.deco import keyword

from digitrig.board import ENDS_WAIT
from digitrig.errors import CheckFailed, UsageError
from digitrig.protocols import PS_PER_MS
from digitrig.robot.component import Component, milliseconds

LOOK_MS = 1.0
"""How often an LED is looked at, unless a tolerance asks for more."""
LEAST_LOOK_MS = 0.01


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
    def led_should_blink(
        self,
        name: str,
        times: int = 2,
        within: timedelta = timedelta(seconds=10),
        *,
        period: timedelta | None = None,
        tolerance: timedelta = timedelta(milliseconds=2),
    ) -> float:
        """Lets the board run until the LED has come on this many ``times`` more; fails if it has not ``within`` that.

        With ``period`` the time from one to the next has to be that, give or take the ``tolerance``; then at least two
        times are needed. Returns the mean period in ms, 0 for one time.
        """
        if times < (2 if period is not None else 1):
            raise UsageError(f"{times} times asked for; expected at least {2 if period is not None else 1}")
        allowed = milliseconds(tolerance)
        look_ms = LOOK_MS if period is None else min(LOOK_MS, max(LEAST_LOOK_MS, allowed / 2))
        came_on = self._times_on(name, times, milliseconds(within), look_ms)
        steps = [later - earlier for earlier, later in pairwise(came_on)]
        wanted = milliseconds(period) if period is not None else 0.0
        for step in steps if period is not None else []:
            if abs(step - wanted) > allowed + look_ms / 2:
                who = f"LED '{name}' of {self.current.alias}"
                raise CheckFailed(f"{who} blinks every {step:g} ms, expected {wanted:g} ms give or take {allowed:g} ms")
        return sum(steps) / len(steps) if steps else 0.0

    def _times_on(self, name: str, times: int, limit_ms: float, look_ms: float) -> list[float]:
        """When the LED came on, in ms of virtual time."""
        clock, lit = self.board.machine.clock, self.board.led(name)
        came_on: list[float] = []
        start = clock.now_ps / PS_PER_MS
        while len(came_on) < times:
            now = clock.now_ps / PS_PER_MS
            if now - start >= limit_ms or self.board.run_for(look_ms).reason in ENDS_WAIT:
                message = f"LED '{name}' of {self.current.alias} came on {len(came_on)} times in {now - start:g} ms"
                raise CheckFailed(f"{message}, expected {times} in {limit_ms:g} ms")
            before, lit = lit, self.board.led(name)
            if lit and not before:
                came_on.append(clock.now_ps / PS_PER_MS)
        return came_on

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
