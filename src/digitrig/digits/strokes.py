"""Ink as JSON, for strokes recorded elsewhere.

    {"schema_version": 1, "digit": 7, "pen": 0.12, "strokes": [[[0.2, 0.1, 0], [0.8, 0.1, 150], ...], ...]}

x and y are 0..1 of the writing area, right and down; t is milliseconds from the first touch and never falls. A point
may also be written {"x": 0.2, "y": 0.1, "t": 0}. `digit`, `pen`, `style` and `schema_version` may be left out.
"""

from __future__ import annotations

import json
from pathlib import Path

from digitrig.digits.files import read_bytes, write_bytes
from digitrig.digits.ink import Ink, Point
from digitrig.errors import FileFormatError

SCHEMA_VERSION = 1
_KEYS = ("schema_version", "digit", "style", "pen", "strokes")


def parse_strokes(text: str, name: object) -> Ink:
    """Return the ink of stroke JSON; FileFormatError names line and column, or the element, and what was expected."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise FileFormatError(name, f"{where}: {error.msg[0].lower()}{error.msg[1:]}", "JSON") from None
    except RecursionError:
        raise FileFormatError(name, "JSON nested too deeply", "strokes of points") from None
    if not isinstance(data, dict):
        raise FileFormatError(name, f"a JSON {_kind(data)}", 'an object with "strokes"')
    unknown = [key for key in data if key not in _KEYS]
    if unknown or "strokes" not in data:
        found = f"key '{unknown[0]}'" if unknown else "no key 'strokes'"
        raise FileFormatError(name, found, f"keys {', '.join(_KEYS)}")
    version = data.get("schema_version", SCHEMA_VERSION)
    if version != SCHEMA_VERSION:
        raise FileFormatError(name, f"schema_version {version}", str(SCHEMA_VERSION))
    digit = data.get("digit")
    if not (digit is None or (_is_whole(digit) and 0 <= digit <= 9)):
        raise FileFormatError(name, f"digit {json.dumps(digit)}", "0..9 or null")
    pen = data.get("pen", 0.12)
    if not (_is_number(pen) and 0 < pen < 0.5):
        raise FileFormatError(name, f"pen {json.dumps(pen)}", "a line width above 0 and below 0.5")
    return Ink(_strokes(data["strokes"], name), float(pen), digit, str(data.get("style", "")))


def read_strokes(path: Path) -> Ink:
    """Read a stroke file; errors as `parse_strokes`."""
    return parse_strokes(read_bytes(path, "stroke file").decode("utf-8", "replace"), path)


def format_strokes(ink: Ink) -> str:
    """Return the JSON text of ink; `parse_strokes` gives the same ink back."""
    strokes = ",\n".join(
        "  [" + ", ".join(json.dumps([point.x, point.y, point.t]) for point in stroke) + "]" for stroke in ink.strokes
    )
    head = f'"schema_version": {SCHEMA_VERSION}, "digit": {json.dumps(ink.digit)}'
    return f'{{{head}, "style": {json.dumps(ink.style)}, "pen": {ink.pen}, "strokes": [\n{strokes}\n]}}\n'


def write_strokes(path: Path, ink: Ink) -> None:
    """Write a stroke file."""
    write_bytes(path, format_strokes(ink).encode())


def _strokes(data: object, name: object) -> tuple[tuple[Point, ...], ...]:
    if not isinstance(data, list) or not data:
        raise FileFormatError(name, f"strokes: {_kind(data)}", "an array of at least one stroke")
    strokes = []
    latest = 0
    for number, stroke in enumerate(data):
        if not isinstance(stroke, list) or not stroke:
            raise FileFormatError(name, f"strokes[{number}]: {_kind(stroke)}", "an array of at least one point")
        points = []
        for index, entry in enumerate(stroke):
            point = _point(entry, f"strokes[{number}][{index}]", name)
            if point.t < latest:
                found = f"strokes[{number}][{index}]: t {point.t} after {latest}"
                raise FileFormatError(name, found, "times that never fall")
            latest = point.t
            points.append(point)
        strokes.append(tuple(points))
    return tuple(strokes)


def _point(entry: object, where: str, name: object) -> Point:
    if isinstance(entry, dict) and set(entry) == {"x", "y", "t"}:
        entry = [entry["x"], entry["y"], entry["t"]]
    if not isinstance(entry, list) or len(entry) != 3 or not all(_is_number(value) for value in entry):
        raise FileFormatError(name, f"{where}: {json.dumps(entry)[:60]}", 'three numbers [x, y, t] or {"x", "y", "t"}')
    x, y, t = entry
    for axis, value in (("x", x), ("y", y)):
        if not 0 <= value <= 1:
            raise FileFormatError(name, f"{where}: {axis} is {value}", "0..1")
    if not 0 <= t <= 3_600_000:
        raise FileFormatError(name, f"{where}: t is {t}", "milliseconds from 0 to 3600000")
    return Point(float(x), float(y), int(t))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _kind(value: object) -> str:
    if value in ([], {}):
        return "empty array" if value == [] else "empty object"
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}
    return names.get(type(value), "null")
