"""What a board can be asked, whichever engine runs it.

An engine (engines/embedded, engines/renode) implements `Machine`; everything above works with these protocols only.
Virtual time is in integer picoseconds (`_ps`) here; addresses and values are plain integers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PS_PER_US = 1_000_000
PS_PER_MS = 1_000_000_000
PS_PER_S = 1_000_000_000_000


class StopReason(Enum):
    """Why a run ended."""

    TIME = "time limit"
    INSTRUCTIONS = "instruction limit"
    BREAKPOINT = "breakpoint"
    CONSOLE = "console byte"
    ASLEEP = "asleep, nothing can wake it"
    LOCKUP = "lock-up"
    UNDEFINED = "instruction not supported"
    HOST = "stopped by the host"
    EXIT = "semihosting exit"
    RESET = "reset requested"
    FAULT = "fault"


@dataclass(frozen=True)
class Stop:
    """State at the end of a run. `cycles` is None on engines that have no cycle model."""

    reason: StopReason
    pc: int
    lr: int
    detail: int
    at_ps: int
    instructions: int
    cycles: int | None


@dataclass(frozen=True)
class LogEntry:
    """One thing worth knowing that the engine noticed: an unmodelled access, a fault, a reset.

    kind: tagged, absent, reserved, bus_fault, exception, lockup, reset, undefined.  at_ps: first time.  count: repeats.
    """

    kind: str
    at_ps: int
    pc: int
    lr: int
    address: int
    device: str
    register: str
    write: bool
    value: int
    detail: str
    count: int = 1


class Memory(Protocol):
    """Host access to guest memory, without side effects."""

    def read(self, address: int, length: int) -> bytes: ...

    def write(self, address: int, data: bytes) -> None: ...


class Console(Protocol):
    """The board's serial console, as a line into the board and a stream out of it."""

    def send(self, data: bytes, baud: int | None = None, gap_bits: int = 0) -> None:
        """Queue bytes towards the board, paced at `baud` (default: whatever the board's receiver is set to)."""
        ...

    def take(self) -> list[tuple[int, int]]:
        """Bytes that the board has sent since the last call, each with the time its stop bit ended: (at_ps, byte)."""
        ...

    def pending(self) -> int:
        """Bytes queued towards the board that have not arrived yet."""
        ...

    def stop_on(self, byte: int | None) -> None:
        """End runs when the board sends this byte (None: off)."""
        ...


class Clock(Protocol):
    """Virtual time, cycles and instructions since the machine was made."""

    @property
    def now_ps(self) -> int: ...

    @property
    def cycles(self) -> int | None: ...

    @property
    def instructions(self) -> int: ...

    @property
    def core_hz(self) -> int: ...


class Pins(Protocol):
    """LEDs and buttons by their name in the board description."""

    def led(self, name: str) -> bool:
        """True while lit."""
        ...

    def press(self, name: str, pressed: bool) -> None: ...


class Touch(Protocol):
    """The touch panel. Pixels of the screen, x to the right and y down, whole numbers; two fingers, points 0 and 1.

    size: (width, height).  A place off the glass or another point is a UsageError.
    """

    @property
    def size(self) -> tuple[int, int]: ...

    def touch(self, x: int, y: int, point: int = 0) -> None:
        """A finger comes down."""
        ...

    def move(self, x: int, y: int, point: int = 0) -> None:
        """It slides."""
        ...

    def release(self, point: int = 0) -> None:
        """It is lifted."""
        ...


class Display(Protocol):
    """The LCD. size: (width, height)."""

    @property
    def size(self) -> tuple[int, int]: ...

    @property
    def on(self) -> bool:
        """Switched on, lit and refreshed."""
        ...

    def frame(self) -> NDArray[np.uint8]:
        """The picture on it now, (height, width, 3) uint8, RGB; black while it is off."""
        ...


@dataclass(frozen=True)
class Image:
    """A firmware file, ready to load: segments by physical address, symbols, entry.

    segments: (address, bytes) in file order.  symbols: name -> (address, size).  vector_table: address or None.
    """

    path: str
    segments: tuple[tuple[int, bytes], ...]
    symbols: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    entry: int | None = None
    vector_table: int | None = None


class Machine(Protocol):
    """One emulated board of one engine."""

    @property
    def memory(self) -> Memory: ...

    @property
    def console(self) -> Console: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def pins(self) -> Pins: ...

    @property
    def touch(self) -> Touch | None:
        """None on a board without touch panel."""
        ...

    @property
    def display(self) -> Display | None:
        """None on a board without LCD."""
        ...

    def load_file(self, path: Path, address: int | None = None) -> Image:
        """Check a firmware file, put it into memory, reset, and set SP and PC from its vector table.

        address: where a raw binary goes.  Raises MissingFileError, FirmwareFileError.
        """
        ...

    def run(self, for_ps: int, max_instructions: int | None = None) -> Stop: ...

    def pass_time(self, for_ps: int) -> None:
        """After a run that ended with ASLEEP: time goes on, until something from outside comes. Else EngineError."""
        ...

    def reset(self) -> None: ...

    def registers(self) -> Mapping[str, int]: ...

    def log(self) -> list[LogEntry]: ...

    def stop_on_fault(self, on: bool) -> None:
        """End runs with StopReason.FAULT when the core takes a fault exception."""
        ...

    def function_at(self, address: int) -> str:
        """`name+0x12` of the function that holds an address, from the loaded image's symbols, or ""."""
        ...

    def serve_files(self, folder: Path) -> None:
        """Let the firmware read and write files of this folder by semihosting; without, file calls are refused."""
        ...

    def set_breakpoint(self, address: int, on: bool = True) -> None: ...

    def watch_stack(self, low: int, high: int) -> None: ...

    def stack_low(self) -> int | None: ...

    def snapshot(self) -> object: ...

    def restore(self, snapshot: object) -> None: ...

    def close(self) -> None: ...
