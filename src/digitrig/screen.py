"""What the firmware's own files say of its screens: where things are, and the font that its text is written in.

`firmware/apps/<app>/screen.def` has a line `AREA(name, x, y, width, height)` for each rectangle with a name, in pixels;
`firmware/graphics/font.def` has `FONT(width, height)` and a line `GLYPH(character, row, ...)` for each character, rows
from the top, the leftmost pixel in the highest bit. The firmware includes both as macros; here they are read as text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from digitrig.errors import FileFormatError, MissingFileError, UnknownNameError, UsageError
from digitrig.resources import firmware_dir

if TYPE_CHECKING:
    from numpy.typing import NDArray

Area = tuple[int, int, int, int]
"""x, y, width, height in pixels."""
SCALES = (1, 2, 3, 4)
WIDEST_FRAME = 4
"""Pixels of a frame around an area that are not taken for text."""
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_CALL = re.compile(r"(\w+)\(((?:'[^'\n]*'|[^()'\n])*)\)")


@dataclass(frozen=True)
class Font:
    """width, height: of a cell in pixels.  glyphs: rows as numbers -> character; the blank cell is a space."""

    width: int
    height: int
    glyphs: dict[tuple[int, ...], str]


def _calls(path: Path, what: str) -> list[tuple[str, list[str], str]]:
    """(macro, arguments, where) of each line."""
    if not path.is_file():
        raise MissingFileError(path, what)
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), path.read_text(encoding="utf-8"))
    calls = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        found = _CALL.fullmatch(line.strip())
        if found is None:
            raise FileFormatError(f"{path}:{number}", f"'{line.strip()[:40]}'", "one NAME(argument, ...) a line")
        arguments = re.findall(r"'[^'\n]*'|[^,\s]+", found[2])
        calls.append((found[1], arguments, f"{path}:{number}"))
    return calls


def _number(text: str, where: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        raise FileFormatError(where, f"'{text}'", "a whole number") from None


def areas_of(app: str) -> dict[str, Area]:
    """The named rectangles of an app's screen. Raises MissingFileError for an app without, FileFormatError."""
    found: dict[str, Area] = {}
    path = firmware_dir() / "apps" / app / "screen.def"
    for macro, arguments, where in _calls(path, f"screen of the app '{app}'"):
        if macro != "AREA" or len(arguments) != 5 or arguments[0] in found:
            raise FileFormatError(where, f"{macro} of {', '.join(arguments)}", "AREA(new name, x, y, width, height)")
        x, y, width, height = (_number(text, where) for text in arguments[1:])
        found[arguments[0]] = (x, y, width, height)
    return found


def area_of(app: str, name: str) -> Area:
    """One of them. Raises UnknownNameError."""
    areas = areas_of(app)
    if name not in areas:
        raise UnknownNameError(f"area on the screen of '{app}'", name, areas)
    return areas[name]


def middle_of(area: Area) -> tuple[int, int]:
    """Where to tap it."""
    x, y, width, height = area
    return x + width // 2, y + height // 2


@lru_cache(maxsize=1)
def load_font(path: Path | None = None) -> Font:
    """The firmware's font, or the one of another such file. Raises FileFormatError with file and line."""
    path = path or firmware_dir() / "graphics" / "font.def"
    size: tuple[int, int] | None = None
    glyphs: dict[tuple[int, ...], str] = {}
    for macro, arguments, where in _calls(path, "font"):
        if macro == "FONT" and len(arguments) == 2 and size is None:
            size = _number(arguments[0], where), _number(arguments[1], where)
        elif macro == "GLYPH" and size and len(arguments) == 1 + size[1]:
            rows = tuple(_number(text, where) for text in arguments[1:])
            if not all(0 <= row < 1 << size[0] for row in rows):
                raise FileFormatError(where, f"a row wider than {size[0]} pixels", "rows of the cell's width")
            glyphs.setdefault(rows, _character(arguments[0], where))
        else:
            expected = "FONT(width, height) first, then GLYPH(character, a row for each line of the cell)"
            raise FileFormatError(where, f"{macro} with {len(arguments)} arguments", expected)
    if size is None or not glyphs:
        raise FileFormatError(path, "no glyphs", "FONT(width, height) and GLYPH lines")
    return Font(*size, {**glyphs, (0,) * size[1]: " "})


def _character(text: str, where: str) -> str:
    if len(text) == 3 and text[0] == text[2] == "'":
        return text[1]
    return chr(_number(text, where))


def read_text(frame: NDArray[np.uint8], area: Area, font: Font | None = None) -> str | None:
    """The line of text in an area of a picture (height, width, 3): "" if it is empty, None if nothing can be read.

    The background is the colour most of the area has, what differs is text; a thin frame around it does not count.
    Every pixel has to fit: a single wrong one makes the text unreadable. Spaces at the ends are not seen.
    """
    x, y, width, height = area
    if x < 0 or y < 0 or x + width > frame.shape[1] or y + height > frame.shape[0]:
        raise UsageError(f"area {area} leaves the picture of {frame.shape[1]} x {frame.shape[0]} pixels")
    part = frame[y : y + height, x : x + width]
    colours = part.reshape(-1, 3).astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    values, counts = np.unique(colours, return_counts=True)
    ink = (colours != values[counts.argmax()]).reshape(height, width)
    ink = _without_frame(ink)
    if not ink.any():
        return ""
    font = font or load_font()
    for scale in SCALES:
        text = _read_at(ink, font, scale)
        if text is not None:
            return text
    return None


def _without_frame(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    for _ in range(WIDEST_FRAME):
        edges = (ink[0], ink[-1], ink[:, 0], ink[:, -1])
        if min(ink.shape) <= 2 or not any(edge.any() for edge in edges):
            break
        ink = ink[1:-1, 1:-1]
    return ink


def _read_at(ink: NDArray[np.bool_], font: Font, scale: int) -> str | None:
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    wide, high = font.width * scale, font.height * scale
    if rows[-1] - rows[0] >= high:
        return None
    margin = max(wide, high)
    padded = np.pad(ink, margin)
    top, bottom, left, right = (int(n) + margin for n in (rows[0], rows[-1], columns[0], columns[-1]))
    for y in range(bottom - high + 1, top + 1):
        for x in range(left - wide + 1, left + 1):
            text = _cells(padded, font, scale, y, range(x, right + 1, wide))
            if text is not None:
                return text.strip()
    return None


def _cells(ink: NDArray[np.bool_], font: Font, scale: int, y: int, places: range) -> str | None:
    weights = 1 << np.arange(font.width - 1, -1, -1)
    text = ""
    for x in places:
        cell = ink[y : y + font.height * scale, x : x + font.width * scale]
        small = cell[::scale, ::scale]
        character = font.glyphs.get(tuple(int(row) for row in small @ weights))
        if character is None or (scale > 1 and not (np.kron(small, np.ones((scale, scale), bool)) == cell).all()):
            return None
        text += character
    return text
