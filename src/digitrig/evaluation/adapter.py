"""Adapter files: how an application that we did not write takes an image, and how its answer is read.

All keys, their types and defaults are in docs/evaluation.md. Every error names file, line, what was found and what is
allowed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitrig.digits.arrays import GreyImage
from digitrig.errors import PlatformError, UnknownNameError
from digitrig.evaluation.hashes import file_sha256
from digitrig.platform.yaml_node import Node, load_yaml
from digitrig.resources import root

HOWS = ("uart_text", "uart_bytes", "memory", "touch", "none")
TYPES = {
    "uint8": "<u1",
    "int8": "<i1",
    "uint16": "<u2",
    "int16": "<i2",
    "uint32": "<u4",
    "int32": "<i4",
    "float32": "<f4",
}
PIXEL_TYPES = ("uint8", "int8", "float32")
CHECKSUMS = ("none", "crc16-ccitt")
DEFAULT_TIMEOUT_MS = 10_000.0


@dataclass(frozen=True)
class Value:
    """Numbers in a variable. symbol: its name.  type: of TYPES.  count: how many; 0: all that it holds."""

    symbol: str
    type: str
    count: int = 1


@dataclass(frozen=True)
class Request:
    """A variable that is written after the image, so that the firmware begins."""

    value: Value
    number: int


@dataclass(frozen=True)
class ImageWay:
    """How an image gets in. A pixel p (0 background, 255 ink) becomes (255 - p if invert else p) * scale + offset.

    command: text sent first.  wait_for: regular expression of the console line after which the pixels are sent.
    format: Python format of one number in `uart_text`.  gap_bits: pause between two characters.
    area: of the screen, x, y, width, height in pixels, in which `touch` draws; button: what it pushes afterwards.
    """

    how: str
    type: str = "uint8"
    scale: float = 1.0
    offset: float = 0.0
    invert: bool = False
    transpose: bool = False
    symbol: str = ""
    command: str = ""
    wait_for: str = ""
    format: str = "{:d}"
    separator: str = " "
    row_separator: str = ""
    terminator: str = ""
    checksum: str = "none"
    gap_bits: int = 0
    request: Request | None = None
    area: tuple[int, int, int, int] = (0, 0, 0, 0)
    button: tuple[int, int] | None = None

    def numbers(self, image: GreyImage) -> NDArray[np.generic]:
        """The image as the application wants it: (784,) of `type`, row by row; rounded and clipped for integers."""
        pixels = (image.T if self.transpose else image).reshape(-1).astype(np.float64)
        values = (255.0 - pixels if self.invert else pixels) * self.scale + self.offset
        if self.type == "float32":
            return values.astype(TYPES[self.type])
        limits = np.iinfo(TYPES[self.type])
        return np.clip(np.rint(values), limits.min, limits.max).astype(TYPES[self.type])

    def text(self, image: GreyImage) -> str:
        """The image as `uart_text` sends it, terminator included."""
        numbers = self.numbers(image).reshape(28, 28).tolist()
        rows = [self.separator.join(self.format.format(number) for number in row) for row in numbers]
        return (self.row_separator or self.separator).join(rows) + self.terminator


@dataclass(frozen=True)
class Reading:
    """Where a part of the answer is: pattern (its first group is the number) or value. Neither: not told."""

    pattern: re.Pattern[str] | None = None
    value: Value | None = None


@dataclass(frozen=True)
class AnswerWay:
    """How the answer is read. last: pattern of the console line that ends it; function: it is complete when this
    function is entered.  scores: ten, may be neither."""

    digit: Reading
    scores: Reading = field(default_factory=Reading)
    last: re.Pattern[str] | None = None
    function: str = ""


@dataclass(frozen=True)
class Start:
    """When the application takes images: after a console line, at the entry of a function, or after a time."""

    line: re.Pattern[str] | None = None
    function: str = ""
    after_ms: float = 0.0


@dataclass(frozen=True)
class Adapter:
    """An adapter file. measure: function whose cycles are told, {model} in it is the model's name; "" for none."""

    name: str
    path: Path
    sha256: str
    start: Start
    image: ImageWay
    answer: AnswerWay
    timeout_ms: float
    measure: str


def adapters_dir() -> Path:
    """The adapters that come with digitrig."""
    return root() / "adapters"


def builtin_adapter(name: str) -> Path:
    """The file of an adapter that comes with digitrig. Raises UnknownNameError."""
    known = {path.stem: path for path in adapters_dir().glob("*.yaml")}
    if name not in known:
        raise UnknownNameError("adapter", name, known)
    return known[name]


def load_adapter(name: str | Path) -> Adapter:
    """Read an adapter: the path of a `.yaml` file, or the name of one that comes with digitrig.

    Raises UnknownNameError, MissingFileError, and PlatformError for what is wrong in it.
    """
    text = str(name)
    path = Path(text) if text.endswith((".yaml", ".yml")) or "/" in text else builtin_adapter(text)
    node = load_yaml(path, "adapter")
    keys = node.mapping(
        {"name": "a name for reports", "image": "how an image gets in", "answer": "how the answer is read"},
        {
            "title": "one sentence",
            "start": "when it takes images",
            "timeout_ms": "ms of virtual time",
            "measure": "a function",
        },
    )
    start = _start(keys["start"]) if "start" in keys else Start()
    return Adapter(
        keys["name"].text(),
        path,
        file_sha256(path),
        start,
        _image(keys["image"]),
        _answer(keys["answer"]),
        _positive(keys["timeout_ms"]) if "timeout_ms" in keys else DEFAULT_TIMEOUT_MS,
        keys["measure"].text() if "measure" in keys else "",
    )


def _start(node: Node) -> Start:
    ways = {"line": "a regular expression", "function": "a symbol", "after_ms": "ms of virtual time"}
    keys = node.mapping({}, ways)
    _one_of(node, keys, ways)
    if "line" in keys:
        return Start(line=_pattern(keys["line"]))
    if "function" in keys:
        return Start(function=keys["function"].text())
    return Start(after_ms=_positive(keys["after_ms"]))


PIXEL_KEYS = {
    "type": ", ".join(PIXEL_TYPES),
    "scale": "a number",
    "offset": "a number",
    "invert": "true or false",
    "transpose": "true or false",
}
UART_KEYS = {"command": "text to send first", "wait_for": "a regular expression", "gap_bits": "a whole number"}
KEYS: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "uart_text": (
        {},
        {
            **PIXEL_KEYS,
            **UART_KEYS,
            "format": "a Python format of one number",
            "separator": "text",
            "row_separator": "text",
            "terminator": "text",
        },
    ),
    "uart_bytes": ({}, {**PIXEL_KEYS, **UART_KEYS, "checksum": ", ".join(CHECKSUMS), "terminator": "text"}),
    "memory": ({"symbol": "the variable that holds the image"}, {**PIXEL_KEYS, "request": "a variable to write"}),
    "touch": ({"area": "[x, y, width, height] in pixels"}, {"button": "[x, y] in pixels"}),
    "none": ({}, {}),
}
"""Way -> its keys beside `how`: those that it must have, and those that it may have."""


def _image(node: Node) -> ImageWay:
    children = node.children()
    if "how" not in children:
        raise node.error(f"'{node.trail}' lacks 'how'", f"how: {', '.join(HOWS)}")
    how = children["how"].text(HOWS)
    required, optional = KEYS[how]
    keys = node.mapping({"how": ", ".join(HOWS), **required}, optional)
    given: dict[str, object] = {}
    for name in ("symbol", "command", "separator", "row_separator", "terminator"):
        if name in keys:
            given[name] = keys[name].text()
    for name in ("scale", "offset"):
        if name in keys:
            given[name] = keys[name].number()
    for name in ("invert", "transpose"):
        if name in keys:
            given[name] = keys[name].boolean()
    if "type" in keys:
        given["type"] = keys["type"].text(PIXEL_TYPES)
    if "checksum" in keys:
        given["checksum"] = keys["checksum"].text(CHECKSUMS)
    if "gap_bits" in keys:
        given["gap_bits"] = keys["gap_bits"].integer(0, 1_000_000)
    if "wait_for" in keys:
        given["wait_for"] = _pattern(keys["wait_for"]).pattern
    if "request" in keys:
        given["request"] = _request(keys["request"])
    if "area" in keys:
        given["area"] = _numbers(keys["area"], 4, "[x, y, width, height]")
    if "button" in keys:
        given["button"] = _numbers(keys["button"], 2, "[x, y]")
    way = ImageWay(how, **given)  # type: ignore[arg-type]
    return _with_format(keys["format"], way) if "format" in keys else way


def _numbers(node: Node, count: int, what: str) -> tuple[int, ...]:
    items = node.items()
    if len(items) != count:
        raise node.error(f"'{node.trail}' has {len(items)} numbers", f"{what} in pixels")
    return tuple(item.integer(0, 10_000) for item in items)


def _with_format(node: Node, way: ImageWay) -> ImageWay:
    from dataclasses import replace

    text = node.text()
    try:
        found = [text.format(value) for value in way.numbers(np.full((28, 28), 255, np.uint8)).tolist()[:2]]
        if found[0] == text:
            raise ValueError("it shows no number")
    except (ValueError, IndexError, KeyError) as error:
        allowed = "a Python format of one number of that type, such as '{:d}', '{:02x}' or '{:.3f}'"
        raise node.error(f"'{node.trail}' is '{text}': {error}", allowed) from None
    return replace(way, format=text)


def _request(node: Node) -> Request:
    keys = node.mapping({"symbol": "a variable"}, {"value": "a whole number", "type": ", ".join(TYPES)})
    kind = keys["type"].text(tuple(TYPES)) if "type" in keys else "uint32"
    number = keys["value"].integer() if "value" in keys else 1
    return Request(Value(keys["symbol"].text(), kind), number)


def _answer(node: Node) -> AnswerWay:
    keys = node.mapping(
        {"digit": "regex or symbol"},
        {"scores": "regex or symbol", "last": "a regular expression", "function": "a symbol"},
    )
    digit = _reading(keys["digit"], 1)
    scores = _reading(keys["scores"], 10) if "scores" in keys else Reading()
    last = _pattern(keys["last"]) if "last" in keys else digit.pattern
    function = keys["function"].text() if "function" in keys else ""
    if last is None and not function:
        raise node.error(
            f"'{node.trail}' does not say when the answer is complete: its digit is in memory",
            "last: a regular expression of a console line, or function: a symbol",
        )
    if function and "last" in keys:
        raise keys["last"].error(f"'{node.trail}' has both 'last' and 'function'", "one of them")
    return AnswerWay(digit, scores, None if function else last, function)


def _reading(node: Node, count: int) -> Reading:
    ways = {"regex": "a regular expression with one group", "symbol": "a variable"}
    keys = node.mapping({}, {**ways, "type": ", ".join(TYPES)})
    _one_of(node, keys, ways)
    if "regex" in keys:
        if "type" in keys:
            raise keys["type"].error(f"'{node.trail}.type' belongs to a symbol", "regex alone")
        return Reading(_pattern(keys["regex"], groups=1))
    kind = keys["type"].text(tuple(TYPES)) if "type" in keys else "uint32"
    return Reading(value=Value(keys["symbol"].text(), kind, count))


def _one_of(node: Node, keys: Mapping[str, Node], ways: Mapping[str, str]) -> None:
    given = [name for name in ways if name in keys]
    if len(given) != 1:
        what = " and ".join(f"'{name}'" for name in given) or "none"
        raise node.error(f"'{node.trail}' has {what}", "one of " + ", ".join(f"{n}: {w}" for n, w in ways.items()))


def _pattern(node: Node, groups: int = 0) -> re.Pattern[str]:
    text = node.text()
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise node.error(f"'{node.trail}' is '{text}': {error}", "a regular expression as Python has them") from None
    if groups and not pattern.groups:
        raise node.error(f"'{node.trail}' is '{text}', without a group", "one group that holds the number: (\\d+)")
    return pattern


def _positive(node: Node) -> float:
    value = node.number()
    if not value > 0:
        raise node.error(f"'{node.trail}' is {value:g}", "a number above 0")
    return value


__all__ = ["Adapter", "PlatformError", "adapters_dir", "builtin_adapter", "load_adapter"]
