"""Plain data of a platform description: what a `.repl` file says, after `using` and merging."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias


@dataclass(frozen=True)
class Reference:
    """The name of another entry, used as a value."""

    name: str


@dataclass(frozen=True)
class EnumValue:
    """A dotted name such as `Endianess.LittleEndian`, or `.LittleEndian`."""

    text: str


@dataclass(frozen=True)
class Range:
    """Addresses from `begin` up to, not including, `end`."""

    begin: int
    end: int

    @property
    def size(self) -> int:
        return self.end - self.begin


@dataclass(frozen=True)
class Object:
    """`new TYPE { ... }`: an object without a name of its own."""

    type: str
    attributes: dict[str, Value]


@dataclass(frozen=True)
class Empty:
    """`empty`: the default value of the attribute's type."""


Value: TypeAlias = "int | float | bool | str | Reference | EnumValue | Range | Object | Empty | tuple[Value, ...]"


@dataclass(frozen=True)
class Registration:
    """One place where an entry is attached.

    address: bus address, pin, or chip select; None for a null registration point.  size: bytes, None = the class
    knows.  kwargs: other arguments of a registration object, e.g. `{"region": "gpio"}`.
    """

    parent: str
    address: int | None = None
    size: int | None = None
    kwargs: dict[str, Value] = field(default_factory=dict)
    line: int = 0
    column: int = 0


@dataclass(frozen=True)
class Connection:
    """An output of an entry (by name, by number, or None = its only one) to an input of another."""

    source: str | int | None
    target: str
    target_line: int
    line: int = 0
    column: int = 0


@dataclass
class Entry:
    """One device: created by the entry with a type, then updated by entries without.

    sections: lines of `init`, `reset` and `preinit`, verbatim.
    """

    name: str
    type: str
    registrations: list[Registration]
    attributes: dict[str, Value]
    connections: list[Connection]
    file: Path
    line: int
    sections: dict[str, list[str]] = field(default_factory=dict)
    alias: str | None = None
    positions: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def bus_registrations(self) -> list[Registration]:
        return [r for r in self.registrations if r.parent == "sysbus" and r.address is not None]


@dataclass(frozen=True)
class Tag:
    """`Tag <first, last> "name" value` of `sysbus: init:`: known addresses without a model; reads give `value`."""

    first: int
    last: int
    name: str
    value: int
    file: Path
    line: int


@dataclass
class Platform:
    """A whole description. `entries` keeps the order of creation."""

    file: Path
    entries: dict[str, Entry]
    tags: list[Tag]
    files: list[Path]
