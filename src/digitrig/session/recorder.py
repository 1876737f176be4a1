"""Recording: a wrapper around a board's machine that writes down what the host does to it, and when."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from digitrig.errors import UsageError
from digitrig.protocols import Machine
from digitrig.session.file import Input, Position, Session

if TYPE_CHECKING:
    from digitrig.board import Board

# What changes the guest; everything else only looks. "" is the machine itself.
INPUTS = {
    "": ("reset", "snapshot", "restore"),
    "console": ("send",),
    "memory": ("write",),
    "pins": ("press",),
    "touch": ("touch", "move", "release"),
}
REFUSED = {
    "serve_files": "files of this machine, which a session cannot hold, would be part of it",
    "load_file": "a session has one firmware; load it first, then record",
}


def position_of(machine: Machine) -> Position:
    """Where a machine stands."""
    clock = machine.clock
    return Position(clock.now_ps, clock.instructions, clock.cycles or 0)


def made_by() -> dict[str, Any]:
    """What recorded or replays a session."""
    from digitrig import __version__
    from digitrig.native.binding import ABI_VERSION

    return {"version": __version__, "core_interface": ABI_VERSION, "python": platform.python_version()}


def state_of(machine: Machine, spec: Any) -> dict[str, Any]:
    """Hashes of everything that can be seen of a machine: position, memory areas, registers, display."""
    areas = {area.name: _sha256(machine.memory.read(area.base, area.size)) for area in (spec.flash, *spec.ram)}
    state: dict[str, Any] = {
        "position": list(vars(position_of(machine)).values()),
        "memory": areas,
        "registers": dict(machine.registers()),
    }
    display = getattr(machine, "display", None)
    if display is not None:
        state["display"] = _sha256(display.frame().tobytes())
    return state


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class _Part:
    """One part of the machine (console, memory, ...): its input methods are noted, all else passes through."""

    def __init__(self, target: Any, name: str, note: Callable[..., Any]) -> None:
        self._target, self._name, self._note = target, name, note

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(self._target, attribute)
        if attribute not in INPUTS[self._name]:
            return value
        return lambda *arguments, **named: self._note(f"{self._name}.{attribute}", value, arguments, named)


class Recorder:
    """Stands in for a board's machine until the session is saved.

    Use: `recorder = Recorder(board)` right after the board was made, before it runs; `recorder.save(path)` at any time.
    Raises UsageError if the board has run already, or the engine counts no cycles (then a run cannot be repeated).
    """

    def __init__(self, board: Board) -> None:
        machine = board.machine
        if machine.clock.cycles is None:
            raise UsageError(f"engine '{board.engine}' cannot repeat a run to the cycle: record on the embedded engine")
        if machine.clock.instructions:
            raise UsageError(f"{board.name} has run already; record a session from its start")
        self._machine, self._board = machine, board
        self._firmware = Path(board.firmware_file).read_bytes()  # a build may replace the file meanwhile
        self._inputs: list[Input] = []
        self._heard: list[tuple[int, int]] = []
        self._untaken = 0  # of what was heard, where the board's own next take begins
        self._snapshots: list[object] = []
        self._parts = {name: _Part(getattr(machine, name), name, self._noted) for name in INPUTS if _has(machine, name)}
        board.machine = cast(Machine, self)

    # ------------------------------------------------------------------ as a machine
    def __getattr__(self, attribute: str) -> Any:
        if attribute in REFUSED:
            raise UsageError(f"not while a session is recorded: {REFUSED[attribute]}")
        part = self.__dict__.get("_parts", {}).get(attribute)
        return part if part is not None else getattr(self._machine, attribute)

    @property
    def console(self) -> Any:
        """The console, whose output is kept."""
        return _Console(self)

    def reset(self) -> None:
        """As Machine.reset."""
        self._noted("reset", self._machine.reset, (), {})

    def snapshot(self) -> object:
        """As Machine.snapshot."""
        number = len(self._snapshots)
        self._noted("snapshot", lambda _number: self._snapshots.append(self._machine.snapshot()), (number,), {})
        return number

    def restore(self, snapshot: object) -> None:
        """As Machine.restore, for a snapshot that was taken while recording."""
        if not isinstance(snapshot, int) or not 0 <= snapshot < len(self._snapshots):
            raise UsageError("only a snapshot that was taken while the session is recorded can be restored")
        self._noted("restore", lambda number: self._machine.restore(self._snapshots[number]), (snapshot,), {})

    # ------------------------------------------------------------------ notes
    def listen(self) -> None:
        """Keep what the board has sent since the last call."""
        self._heard += self._machine.console.take()

    def take(self) -> list[tuple[int, int]]:
        """What the board's own console log has not had yet."""
        self.listen()
        fresh = self._heard[self._untaken :]
        self._untaken = len(self._heard)
        return fresh

    def _noted(self, do: str, call: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        self.listen()
        at = position_of(self._machine)
        result = call(*arguments, **named)
        plain = [{"hex": bytes(a).hex()} if isinstance(a, (bytes, bytearray)) else a for a in arguments]
        self._inputs.append(Input(at, do, (*plain, named) if named else tuple(plain)))
        return result

    # ------------------------------------------------------------------ the result
    def session(self) -> Session:
        """What has happened so far."""
        self.listen()
        spec, file = self._board.spec, self._board.firmware_file
        return Session(
            made_by=made_by(),
            board=spec.name,
            firmware=Path(file).name,
            address=self._board.load_address,
            inputs=list(self._inputs),
            console=list(self._heard),
            end=state_of(self._machine, spec),
            files={f"firmware/{Path(file).name}": self._firmware, **_board_files(spec)},
        )

    def save(self, path: Path) -> Session:
        """Write the session so far; recording goes on."""
        session = self.session()
        session.save(path)
        return session


class _Console(_Part):
    def __init__(self, recorder: Recorder) -> None:
        super().__init__(recorder._machine.console, "console", recorder._noted)
        self._recorder = recorder

    def take(self) -> list[tuple[int, int]]:
        return self._recorder.take()


def _has(machine: Machine, name: str) -> bool:
    return bool(name) and name != "console" and getattr(machine, name, None) is not None


def _board_files(spec: Any) -> dict[str, bytes]:
    """The board's YAML and every `.repl` behind it, by their place below the folder that holds `platforms`."""
    files = {Path(spec.file).resolve(), *(Path(file).resolve() for file in spec.platform.files)}
    root = Path(spec.file).resolve().parents[2]
    outside = [str(file) for file in sorted(files) if not file.is_relative_to(root / "platforms")]
    if outside:
        raise UsageError(f"board files outside a platforms folder cannot be recorded: {', '.join(outside)}")
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in sorted(files)}
