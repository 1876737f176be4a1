"""Platform descriptions (`.repl`) and board files (YAML) as plain data."""

from digitrig.platform.board import BoardSpec, board_names, load_board
from digitrig.platform.check import check_platform
from digitrig.platform.merge import parse_repl
from digitrig.platform.model import (
    Connection,
    Empty,
    Entry,
    EnumValue,
    Object,
    Platform,
    Range,
    Reference,
    Registration,
    Tag,
    Value,
)

__all__ = [
    "BoardSpec",
    "Connection",
    "Empty",
    "Entry",
    "EnumValue",
    "Object",
    "Platform",
    "Range",
    "Reference",
    "Registration",
    "Tag",
    "Value",
    "board_names",
    "check_platform",
    "load_board",
    "parse_repl",
]
