"""What is drawn on a screen and what is seen on it: pen strokes in pixels, pictures as PNG files."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from digitrig.errors import ShapeError, UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Strokes = Sequence[Sequence[tuple[float, float, float]]]
"""Strokes of places (x, y, t): pixels of the screen, ms from the first touch on."""


def check_strokes(strokes: Strokes, size: tuple[int, int]) -> None:
    """Raise UsageError for strokes that a finger cannot draw on a screen. size: (width, height) in pixels."""
    width, height = size
    latest = 0.0
    if not strokes or not all(strokes):
        raise UsageError("nothing to draw: expected at least one stroke, each of at least one place (x, y, t)")
    for number, stroke in enumerate(strokes):
        for index, place in enumerate(stroke):
            where = f"stroke {number}, place {index}"
            if len(place) != 3 or not all(isfinite(value) for value in place):
                raise UsageError(f"{where}: {place!r}; expected three numbers: x, y in pixels and t in ms")
            x, y, t = place
            if not (0 <= round(x) < width and 0 <= round(y) < height):
                raise UsageError(f"{where}: ({x:g}, {y:g}) is off the glass; x is 0..{width - 1}, y is 0..{height - 1}")
            if t < latest:
                raise UsageError(f"{where}: t is {t:g} ms after {latest:g} ms; times must not fall")
            latest = t


def png_bytes(frame: NDArray[np.uint8]) -> bytes:
    """A (height, width, 3) uint8 RGB picture as a PNG file, the same bytes on every machine with the same zlib.

    Source: W3C PNG specification, third edition; filter 0 on every row.
    """
    if frame.ndim != 3 or frame.shape[2] != 3 or str(frame.dtype) != "uint8":
        raise ShapeError(f"a picture of shape {frame.shape} and type {frame.dtype}; expected (height, width, 3) uint8")
    height, width, _ = frame.shape
    rows = b"".join(b"\0" + row.tobytes() for row in frame)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 6)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def write_png(path: Path, frame: NDArray[np.uint8]) -> None:
    """Write a picture; UsageError where the file cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png_bytes(frame))
    except OSError as error:
        raise UsageError(f"picture '{path}' cannot be written: {error.strerror or error}") from None
