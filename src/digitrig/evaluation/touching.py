"""Images that are drawn: traced to pen strokes, played on the board's touch panel, and read by an app with a screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from digitrig.board import Board, BoardSnapshot, parse_prediction
from digitrig.digits.arrays import GreyImage
from digitrig.digits.placing import on_glass
from digitrig.digits.tracing import trace_image
from digitrig.errors import UsageError
from digitrig.protocols import Machine
from digitrig.screen import Area, area_of, middle_of

APP = "touch"
WAKE_UP_MS = 500.0  # the app asks the panel 300 ms after its reset
SETTLE_MS = 50.0  # between the last stroke and the button
SEEN = "digitrig_image"
LAST_LINE = "^Inference time"


@dataclass(frozen=True)
class TouchAnswer:
    """An answer to a drawing. seen: the 28x28 image that the firmware made of it; the reference answers to that."""

    digit: int
    scores: tuple[int, ...]
    cycles: None
    seen: GreyImage


class TouchBoard:
    """A board with the app `touch`, to which images are drawn. `emulated` is the board itself."""

    def __init__(self, name: str, **options: Any) -> None:
        self.emulated = Board(name, **options)
        self._area, self._button = area_of(APP, "input"), middle_of(area_of(APP, "predict"))

    @property
    def machine(self) -> Machine:
        """The emulated machine, whose clock tells how long an answer takes."""
        return self.emulated.machine

    def start(self) -> TouchBoard:
        """Run to where the app listens to fingers."""
        self.emulated.start()
        self.emulated.run_for(WAKE_UP_MS)
        return self

    def predict(self, image: GreyImage, inject: Any = APP) -> TouchAnswer:
        """Draw an image, push the button, read the result from the console. Raises what Board's waits raise."""
        first = len(self.emulated.lines())
        draw(self.emulated, image, self._area, self._button)
        self.emulated.run_until_line(LAST_LINE, regex=True)
        found = parse_prediction(tuple(text for _, text in self.emulated.lines()[first:]), None, None)
        seen = np.frombuffer(self.emulated.read_symbol(SEEN), np.uint8).reshape(28, 28)
        return TouchAnswer(found.digit, found.scores, None, seen)

    def snapshot(self) -> BoardSnapshot:
        """The whole state."""
        return self.emulated.snapshot()

    def restore(self, snapshot: Any) -> None:
        """Go back to a snapshot."""
        self.emulated.restore(snapshot)

    def close(self) -> None:
        """Free the board."""
        self.emulated.close()


def draw(board: Board, image: GreyImage, area: Area, button: tuple[int, int] | None) -> None:
    """Draw an image into a rectangle of the screen and push a button. Raises UsageError on a board without a panel."""
    _ = board.touch
    board.touch_strokes(on_glass(trace_image(image), area))
    if button is not None:
        board.run_for(SETTLE_MS)
        board.tap(*button)


def check_touch(name: str, model: str) -> None:
    """Raise UsageError where images cannot be drawn to a board's firmware; it names the boards and models that can."""
    from digitrig.firmware_files import APP_MODELS
    from digitrig.platform import board_names, load_board

    spec = load_board(name)
    if spec.touch is None or APP not in spec.apps:
        able = [one for one in board_names() if load_board(one).touch is not None and APP in load_board(one).apps]
        raise UsageError(
            f"images cannot be drawn to {name}: it has no touch panel with the app '{APP}'; boards that have: "
            f"{', '.join(able) or 'none'}; use --inject uart or memory"
        )
    if model not in APP_MODELS[APP]:
        raise UsageError(f"the app '{APP}' is built with {', '.join(APP_MODELS[APP])}, not with '{model}'")
