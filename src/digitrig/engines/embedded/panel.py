"""The glass of a board: the picture on its LCD and the fingers on its touch panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from digitrig.engines.embedded.services import Services
from digitrig.errors import EngineError, UsageError
from digitrig.peripherals.ft5406 import FT5406, POINTS
from digitrig.peripherals.imxrt_lcdif import ELCDIF, Scanned
from digitrig.peripherals.pins import port_of
from digitrig.platform import BoardSpec
from digitrig.platform.board import DisplaySpec, TouchSpec

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Frame = NDArray[np.uint8]


def decode(data: bytes, picture: Scanned) -> Frame:
    """Pixels of a frame buffer. data: width * height * pixel_bytes bytes. Returns (height, width, 3) uint8, RGB.

    RGB565 becomes 8 bits a colour by repeating its upper bits, so that full white is 255.
    """
    raw = np.frombuffer(data, np.uint8).reshape(picture.height, picture.width, picture.pixel_bytes)
    if picture.format == "rgb565":
        words = raw[..., 0].astype(np.uint16) | raw[..., 1].astype(np.uint16) << 8
        red, green, blue = words >> 11, words >> 5 & 0x3F, words & 0x1F
        parts = (red << 3 | red >> 2, green << 2 | green >> 4, blue << 3 | blue >> 2)
        return np.stack(parts, axis=-1).astype(np.uint8)
    if picture.format in ("xrgb8888", "rgb888"):
        return np.ascontiguousarray(raw[..., 2::-1])
    raise UsageError(
        f"the LCD controller shows pixels of {'format ' + picture.format if picture.format else 'an unknown format'}; "
        "pictures can be taken of rgb565, xrgb8888 and rgb888"
    )


class EmbeddedDisplay:
    """What a camera before the panel sees: the buffer that the controller scans, as it is at this instant.

    A firmware that draws into the buffer on show is seen while it draws, as on the real panel.
    """

    def __init__(self, spec: BoardSpec, display: DisplaySpec, services: Services) -> None:
        controller = services.models[display.device]
        if not isinstance(controller, ELCDIF):
            raise EngineError(f"'{display.device}' of {spec.name} is no LCD controller that pictures can be taken of")
        self._controller, self._services = controller, services
        self._switches = [(port_of(services.models, pin.port), pin) for pin in display.switches]
        self.size = (display.width, display.height)

    @property
    def on(self) -> bool:
        """The panel and its light are switched on and the controller refreshes it."""
        lit = all(port.drives(pin.pin) and port.pin_level(pin.pin) != pin.active_low for port, pin in self._switches)
        return lit and self._controller.scanned() is not None

    def frame(self) -> Frame:
        """(height, width, 3) uint8, RGB; black while the panel is off or its buffer cannot be read."""
        width, height = self.size
        glass = np.zeros((height, width, 3), np.uint8)
        picture = self._controller.scanned()
        if picture is None or not self.on:
            return glass
        length = picture.width * picture.height * picture.pixel_bytes
        data = self._services.master_read(self._controller.main, picture.address, length)
        if data is not None and length:
            shown = decode(data, picture)[:height, :width]
            glass[: shown.shape[0], : shown.shape[1]] = shown
        return glass


class EmbeddedTouch:
    """Fingers on the glass, in pixels of the screen."""

    def __init__(self, spec: BoardSpec, touch: TouchSpec, services: Services) -> None:
        chip = services.models[touch.device]
        if not isinstance(chip, FT5406):
            raise EngineError(f"'{touch.device}' of {spec.name} is no touch controller that can be touched")
        self._chip, self._swapped = chip, touch.swap_axes
        self.size = (touch.width, touch.height)

    def touch(self, x: int, y: int, point: int = 0) -> None:
        """Put a finger on the glass, or move it if it is there already. Raises UsageError off the glass."""
        width, height = self.size
        if not 0 <= point < POINTS:
            raise UsageError(f"touch point {point} asked for; the panel tells {POINTS} fingers apart: 0 and 1")
        if not (0 <= x < width and 0 <= y < height):
            raise UsageError(f"touch at ({x}, {y}) is off the glass; x is 0..{width - 1}, y is 0..{height - 1}")
        self._chip.put(point, *((y, x) if self._swapped else (x, y)))

    def move(self, x: int, y: int, point: int = 0) -> None:
        """The finger slides to another place."""
        self.touch(x, y, point)

    def release(self, point: int = 0) -> None:
        """Lift a finger; nothing happens if it is not on the glass."""
        if not 0 <= point < POINTS:
            raise UsageError(f"touch point {point} asked for; the panel tells {POINTS} fingers apart: 0 and 1")
        self._chip.lift(point)
