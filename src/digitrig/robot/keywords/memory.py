"""The firmware's variables by name."""

from __future__ import annotations

import struct
from enum import Enum

from robot.api.deco import keyword

from digitrig.errors import CheckFailed, UsageError
from digitrig.robot.component import Component


class Type(Enum):
    """How the bytes of a variable are read; the value is the code of Python's `struct`, little-endian."""

    uint8 = "B"
    int8 = "b"
    uint16 = "H"
    int16 = "h"
    uint32 = "I"
    int32 = "i"
    float = "f"


class MemoryKeywords(Component):
    """Keywords about memory."""

    @keyword
    def get_memory_symbol(
        self, name: str, *, type: Type = Type.uint32, expected: float | None = None
    ) -> int | float | list[int | float]:
        """Reads a variable of the firmware by its symbol name, as a debugger would.

        ``type`` says what its elements are. Returns one value, or a list if the variable holds several. With
        ``expected`` it fails unless the variable is that one value.
        """
        data = self.board.read_symbol(name)
        size = struct.calcsize(f"<{type.value}")
        if not data or len(data) % size:
            raise UsageError(f"symbol '{name}' has {len(data)} bytes, which is no number of {type.name}")
        values = list(struct.unpack(f"<{len(data) // size}{type.value}", data))
        found = values[0] if len(values) == 1 else values
        if expected is not None and found != expected:
            raise CheckFailed(f"symbol '{name}' of {self.current.alias} is {found}, expected {expected:g}")
        return found

    @keyword
    def set_memory_symbol(self, name: str, *values: float, type: Type = Type.uint32) -> int | float | list[int | float]:
        """Writes a variable of the firmware by its symbol name and returns what it held before.

        Give as many values as the variable has elements of ``type``.
        """
        before = self.get_memory_symbol(name, type=type)
        count = len(before) if isinstance(before, list) else 1
        if len(values) != count:
            raise UsageError(f"symbol '{name}' holds {count} x {type.name}, but {len(values)} value(s) were given")
        numbers = values if type is Type.float else tuple(int(value) for value in values)
        try:
            data = struct.pack(f"<{count}{type.value}", *numbers)
        except struct.error as error:
            raise UsageError(f"symbol '{name}': {error}") from error
        self.board.write_symbol(name, data)
        return before
