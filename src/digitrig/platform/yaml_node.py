"""A YAML document as nodes that know their line, so that every error can name it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from digitrig.errors import MissingFileError, PlatformError

FREQUENCY = {"Hz": 1, "kHz": 1_000, "MHz": 1_000_000}
SIZE = {"B": 1, "KiB": 1024, "MiB": 1024 * 1024}
_QUANTITY = re.compile(r"^(?P<number>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>[A-Za-z%]*)$")


class Node:
    """One node of a file; `trail` says where, such as `memory.flash.size`. kind: of file, for error texts."""

    def __init__(self, path: Path, node: yaml.Node, trail: str = "", kind: str = "board") -> None:
        self.path, self.node, self.trail, self.kind = path, node, trail, kind

    @property
    def line(self) -> int:
        return self.node.start_mark.line + 1

    @property
    def column(self) -> int:
        return self.node.start_mark.column + 1

    def error(self, message: str, supported: str = "") -> PlatformError:
        return PlatformError(self.path, self.line, message, supported, self.column)

    def _found(self) -> str:
        if isinstance(self.node, yaml.ScalarNode):
            return f"'{self.node.value}'"
        return "a list" if isinstance(self.node, yaml.SequenceNode) else "a mapping"

    def mapping(self, required: Mapping[str, str], optional: Mapping[str, str] | None = None) -> dict[str, Node]:
        """The children by key. required, optional: key -> what belongs there, for the error texts."""
        known = {**required, **(optional or {})}
        children = self.children()
        for key, child in children.items():
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                hint = f"; did you mean '{near[0]}'?" if near else ""
                raise child.error(f"key '{child.trail}' unknown{hint}", ", ".join(known))
        for key, what in required.items():
            if key not in children:
                where = f"'{self.trail}'" if self.trail else f"the {self.kind} file"
                raise self.error(f"{where} lacks '{key}'", f"{key}: {what}")
        return children

    def children(self) -> dict[str, Node]:
        """The children of a mapping with keys of the file's own choice, in order."""
        if not isinstance(self.node, yaml.MappingNode):
            where = f"'{self.trail}'" if self.trail else f"the {self.kind} file"
            raise self.error(f"{where} is {self._found()}", "a mapping")
        result: dict[str, Node] = {}
        for key, value in self.node.value:
            name = str(key.value)
            child = Node(self.path, value, f"{self.trail}.{name}" if self.trail else name, self.kind)
            if name in result:
                raise PlatformError(self.path, key.start_mark.line + 1, f"key '{child.trail}' given twice", "once")
            result[name] = child
        return result

    def items(self) -> list[Node]:
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.error(f"'{self.trail}' is {self._found()}", "a list")
        return [Node(self.path, item, f"{self.trail}[{i}]", self.kind) for i, item in enumerate(self.node.value)]

    def scalar(self) -> Any:
        """The value as YAML types it: str, int, float, bool or None."""
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.error(f"'{self.trail}' is {self._found()}", "a single value")
        return yaml.SafeLoader("").construct_object(self.node)

    def text(self, choices: tuple[str, ...] = ()) -> str:
        value = self.scalar()
        if not isinstance(value, str):
            raise self.error(f"'{self.trail}' is {self._found()}", "text")
        if choices and value not in choices:
            raise self.error(f"'{self.trail}' is '{value}'", ", ".join(choices))
        return value

    def integer(self, low: int = 0, high: int = 0xFFFFFFFF) -> int:
        value = self.scalar()
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.error(f"'{self.trail}' is {self._found()}", f"a whole number from {low} to {high}")
        return value

    def number(self) -> float:
        value = self.scalar()
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise self.error(f"'{self.trail}' is {self._found()}", "a number")
        return float(value)

    def boolean(self) -> bool:
        value = self.scalar()
        if not isinstance(value, bool):
            raise self.error(f"'{self.trail}' is {self._found()}", "true or false")
        return value

    def quantity(self, units: Mapping[str, int]) -> int:
        """A number with its unit, such as `48 MHz` or `64 KiB`, in the smallest unit."""
        text = str(self.node.value) if isinstance(self.node, yaml.ScalarNode) else ""
        match = _QUANTITY.match(text)
        wanted = f"a number with a unit: {', '.join(units)}"
        if match is None:
            raise self.error(f"'{self.trail}' is {self._found()}", wanted)
        if not match["unit"]:
            raise self.error(f"'{self.trail}' is '{text}', without a unit", wanted)
        if match["unit"] not in units:
            raise self.error(f"'{self.trail}' is '{text}': unit '{match['unit']}'", wanted)
        value = float(match["number"]) * units[match["unit"]]
        if value != int(value):
            raise self.error(f"'{self.trail}' is '{text}', not a whole number of {next(iter(units))}", wanted)
        return int(value)


def load_yaml(path: Path, kind: str = "board") -> Node:
    """The root node of a YAML file. kind: what it describes, for error texts.

    Raises MissingFileError, or PlatformError for what is not YAML."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise MissingFileError(path, f"{kind} file") from None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 0)
        raise PlatformError(path, line, f"not YAML: {error.problem}", "a YAML mapping", column) from None
    if node is None:
        raise PlatformError(path, 1, "the file is empty", "a YAML mapping")
    return Node(path, node, kind=kind)
