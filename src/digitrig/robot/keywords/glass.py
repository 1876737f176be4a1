"""The glass of a board: fingers on the touch panel, pictures and text on the LCD."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot.api import logger
from robot.api.deco import keyword
from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError

from digitrig.board import ENDS_WAIT
from digitrig.errors import CheckFailed, FileFormatError, MissingFileError, UsageError
from digitrig.robot.component import Component, milliseconds
from digitrig.screen import area_of, middle_of, read_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from digitrig.digits import Ink

    Frame = NDArray[np.uint8]

LOOK_MS = 10.0
"""How often a wait looks at the LCD."""


class GlassKeywords(Component):
    """Keywords about touch panel and LCD."""

    @keyword
    def draw_digit(self, digit: str, style: str | None = None, *, variation: int = 0, area: str = "input") -> None:
        """Draws a digit with a finger, at a finger's pace, and returns when the finger is lifted.

        ``digit`` is a digit of the ``ink`` set, in a ``style`` by name or number, or any source: a stroke ``.json``
        file, or a picture such as ``mnist:0`` or ``seven.png``, which is traced to strokes. It fills the ``area`` of
        the app's screen.
        """
        self._draw(_ink(digit, style, variation), area)

    @keyword
    def draw_strokes(self, strokes: Any, *, area: str | None = None, point: int = 0) -> None:
        """Draws strokes with a finger and returns when it is lifted.

        ``strokes`` is a stroke ``.json`` file or another source of ink, drawn into ``area`` (default: ``input``), or a
        list of strokes, each a list of ``(x, y, t)``: pixels of the screen and milliseconds from now. ``point`` is the
        finger, 0 or 1.
        """
        if isinstance(strokes, str):
            self._draw(_ink(strokes, None, 0), area or "input", point)
        elif area is not None:
            raise UsageError("strokes in pixels have their place; 'area' is for strokes of a file")
        else:
            self.board.touch_strokes(strokes, point)

    @keyword
    def tap(self, x: int, y: int, hold: timedelta = timedelta(milliseconds=60)) -> None:
        """Touches one place of the screen, in pixels from the upper left, for the time ``hold``."""
        self.board.tap(x, y, milliseconds(hold))

    @keyword
    def tap_button(self, name: str, hold: timedelta = timedelta(milliseconds=60)) -> None:
        """Touches the middle of a button, by the name that the app's screen gives it, such as ``predict``."""
        self.board.tap(*middle_of(area_of(self.board.app, name)), milliseconds(hold))

    @keyword
    def touch_screen(self, x: int, y: int, point: int = 0) -> None:
        """Puts a finger (0 or 1) on the glass, or moves it there, and leaves it until `Lift Finger`."""
        self.board.touch.touch(x, y, point)

    @keyword
    def lift_finger(self, point: int = 0) -> None:
        """Lifts a finger that `Touch Screen` put down."""
        self.board.touch.release(point)

    @keyword
    def take_lcd_screenshot(self, name: str | None = None) -> str:
        """Puts the picture on the LCD into the log and into a PNG file, whose path it returns.

        ``name`` is a file name, relative to Robot's output folder; default: board, number and ``.png``.
        """
        opened = self.current
        frame = opened.board.screenshot()
        path = _output_file(name or f"{opened.alias}-lcd-%.png")
        opened.board.screenshot(path)
        logger.info(picture_html(frame, path.name), html=True)
        return str(path)

    @keyword
    def lcd_should_match_image(self, image: str, mask: str | None = None, *, area: str | None = None) -> None:
        """Fails unless the picture on the LCD equals a PNG file, pixel for pixel.

        Where the picture ``mask`` is black, pixels are not compared; with ``area`` only that rectangle of the app's
        screen is. A failure shows what was seen and where it differs.
        """
        import numpy as np

        seen, expected = self.board.screenshot(), _read_png(Path(image))
        if seen.shape != expected.shape:
            raise CheckFailed(f"the LCD has {_size(seen)} pixels, '{image}' has {_size(expected)}")
        differs = (seen != expected).any(axis=2)
        if mask is not None:
            taken = _read_png(Path(mask))
            if taken.shape != seen.shape:
                raise UsageError(f"mask '{mask}' has {_size(taken)} pixels; expected {_size(seen)}")
            differs &= taken.any(axis=2)
        if area is not None:
            x, y, width, height = area_of(self.board.app, area)
            outside = np.ones_like(differs)
            outside[y : y + height, x : x + width] = False
            differs &= ~outside
        if differs.any():
            rows, columns = np.nonzero(differs)
            logger.info(picture_html(seen, "seen") + picture_html(_marked(seen, differs), "differs"), html=True)
            raise CheckFailed(
                f"the LCD differs from '{image}' in {len(rows)} pixels, x {columns.min()}..{columns.max()}, "
                f"y {rows.min()}..{rows.max()}; the first, ({columns[0]}, {rows[0]}), is "
                f"{_colour(seen[rows[0], columns[0]])}, expected {_colour(expected[rows[0], columns[0]])}"
            )

    @keyword
    def get_lcd_text(self, area: str) -> str:
        """Returns the line of text in a named area of the app's screen, read with the firmware's own font."""
        text = self._text(area)
        if text is None:
            raise CheckFailed(f"in area '{area}' of {self.current.alias} there is something that is no text")
        return text

    @keyword
    def lcd_text_should_be(self, area: str, expected: str, timeout: timedelta = timedelta(milliseconds=500)) -> None:
        """Lets the board run until a named area of the app's screen shows exactly this line of text.

        Fails if it does not within ``timeout``; a ``timeout`` of 0 looks once.
        """
        limit = milliseconds(timeout)
        deadline = self._now_ms() + limit
        while (found := self._text(area)) != expected:
            left = deadline - self._now_ms()
            if left <= 0 or self.board.run_for(min(LOOK_MS, left)).reason in ENDS_WAIT:
                shown = "something that is no text" if found is None else f"'{found}'"
                who = f"area '{area}' of {self.current.alias}"
                raise CheckFailed(f"{who} shows {shown}, expected '{expected}' within {limit:g} ms")

    def _text(self, area: str) -> str | None:
        return read_text(self.board.screenshot(), area_of(self.board.app, area))

    def _draw(self, ink: Ink, area: str, point: int = 0) -> None:
        from digitrig.digits import on_glass

        self.board.touch_strokes(on_glass(ink, area_of(self.board.app, area)), point)

    def _now_ms(self) -> float:
        return self.board.machine.clock.now_ps / 1e9


def _ink(source: str, style: str | None, variation: int) -> Ink:
    from digitrig.digits import load_ink

    if source.isdecimal():
        return load_ink(f"ink:{source}:{style or 0}:{variation}")
    if style is not None or variation:
        raise UsageError(f"'{source}' is drawn as it is; style and variation are for digits of the ink set")
    return load_ink(source)


def picture_html(frame: Frame, title: str) -> str:
    """A picture for the log that is part of it, so that the log can be moved."""
    from digitrig.glass import png_bytes

    data = base64.b64encode(png_bytes(frame)).decode()
    return f'<img src="data:image/png;base64,{data}" alt="{title}" title="{title}" style="border: 1px solid gray">'


def _output_file(name: str) -> Path:
    """A path in Robot's output folder; % in the name becomes the first number that is free."""
    try:
        folder = Path(str(BuiltIn().get_variable_value("${OUTPUT DIR}", ".")))
    except RobotNotRunningError:
        folder = Path()
    if "%" not in name:
        return folder / name
    return next(path for n in range(1, 100_000) if not (path := folder / name.replace("%", str(n))).exists())


def _read_png(path: Path) -> Frame:
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    if not path.is_file():
        raise MissingFileError(path, "picture", "Take Lcd Screenshot writes one")
    try:
        with Image.open(path) as picture:
            return np.asarray(picture.convert("RGB"), np.uint8)
    except (UnidentifiedImageError, OSError) as error:
        raise FileFormatError(path, str(error), "a PNG picture") from None


def _marked(seen: Frame, differs: NDArray[np.bool_]) -> Frame:
    """The picture, dimmed, with different pixels in red."""
    marked: Frame = seen // 3
    marked[differs] = (255, 0, 0)
    return marked


def _size(frame: Frame) -> str:
    return f"{frame.shape[1]} x {frame.shape[0]}"


def _colour(pixel: NDArray[np.uint8]) -> str:
    return "#" + "".join(f"{value:02x}" for value in pixel)
