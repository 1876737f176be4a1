"""Replaying a session: the same inputs at the same instants; the first difference is named with its virtual time."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitrig.engines import open_machine
from digitrig.errors import SessionDiffers
from digitrig.platform.board import load_board_file
from digitrig.protocols import PS_PER_MS, Machine
from digitrig.session.file import Input, Position, Session
from digitrig.session.recorder import made_by, position_of, state_of

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Replay:
    """What came of a replay. difference: "" when it was the same to the last byte and cycle."""

    session: Session
    difference: str
    at_ps: int
    inputs: int
    console: list[tuple[int, int]]

    @property
    def same(self) -> bool:
        return not self.difference

    def check(self) -> None:
        """Raises SessionDiffers with the first difference."""
        if self.difference:
            raise SessionDiffers(self.at_ps, self.text())

    def text(self) -> str:
        """One sentence."""
        end = self.session.end["position"]
        if self.same:
            return (
                f"same: {self.inputs} inputs, {len(self.console)} console bytes, {end[1]:,} instructions, "
                f"{end[2]:,} cycles, {end[0] / PS_PER_MS:.6f} ms"
            )
        return (
            f"differs at {self.at_ps / PS_PER_MS:.6f} ms: {self.difference}; recorded by {_by(self.session.made_by)}, "
            f"replayed by {_by(made_by())}"
        )


def _by(versions: dict[str, Any]) -> str:
    return f"digitrig {versions.get('version', '?')} (core interface {versions.get('core_interface', '?')})"


class _Player:
    """One machine that goes through a session."""

    def __init__(self, machine: Machine, session: Session) -> None:
        self.machine, self.session = machine, session
        self.heard: list[tuple[int, int]] = []
        self.done = 0
        self._snapshots: list[object] = []

    def play(self, progress: Progress | None) -> None:
        for number, item in enumerate(self.session.inputs):
            self._advance(item.at)
            self._do(item)
            self.done = number + 1
            if progress is not None:
                progress(self.done, len(self.session.inputs))
        self._advance(Position(*self.session.end["position"]))

    def _advance(self, to: Position) -> None:
        """Run to an instant: by instructions, then, if the core slept there, by time."""
        machine = self.machine
        while (left := to.instructions - machine.clock.instructions) > 0 and machine.clock.now_ps < to.at_ps:
            before = position_of(machine)
            machine.run(to.at_ps - machine.clock.now_ps, left)
            if position_of(machine) == before:
                break
        if machine.clock.now_ps < to.at_ps:
            machine.run(to.at_ps - machine.clock.now_ps)
        self._compare_console()
        found = position_of(machine)
        if found != to:
            raise SessionDiffers(
                min(found.at_ps, to.at_ps),
                f"{found.instructions:,} instructions and {found.cycles:,} cycles at {found.at_ps / PS_PER_MS:.6f} ms, "
                f"recorded {to.instructions:,} and {to.cycles:,} at {to.at_ps / PS_PER_MS:.6f} ms",
            )

    def _compare_console(self) -> None:
        first = len(self.heard)
        self.heard += self.machine.console.take()
        for index in range(first, len(self.heard)):
            at_ps, byte = self.heard[index]
            if index >= len(self.session.console):
                raise SessionDiffers(at_ps, f"console byte {index} is {_shown(byte)}; nothing more was recorded")
            then_ps, recorded = self.session.console[index]
            if byte != recorded:
                raise SessionDiffers(at_ps, f"console byte {index} is {_shown(byte)}, recorded {_shown(recorded)}")
            if at_ps != then_ps:
                early = min(at_ps, then_ps)
                raise SessionDiffers(
                    early,
                    f"console byte {index}, {_shown(byte)}, came at {at_ps / PS_PER_MS:.6f} ms, "
                    f"recorded at {then_ps / PS_PER_MS:.6f} ms",
                )

    def _do(self, item: Input) -> None:
        plain: list[Any] = [
            bytes.fromhex(a["hex"]) if isinstance(a, dict) and "hex" in a else a for a in item.arguments
        ]
        named: dict[str, Any] = plain.pop() if plain and isinstance(plain[-1], dict) else {}
        if item.do == "snapshot":
            self._snapshots.append(self.machine.snapshot())
        elif item.do == "restore":
            self.machine.restore(self._snapshots[plain[0]])
        else:
            target: Any = self.machine
            for name in item.do.split("."):
                target = getattr(target, name)
            target(*plain, **named)

    def finish(self, spec: Any) -> None:
        """The end: nothing left to hear, and every hash the same."""
        if len(self.heard) < len(self.session.console):
            at_ps, byte = self.session.console[len(self.heard)]
            raise SessionDiffers(
                at_ps, f"console byte {len(self.heard)}, {_shown(byte)}, was recorded and has not come"
            )
        found, recorded = state_of(self.machine, spec), self.session.end
        for kind in ("memory", "registers"):
            for name, value in recorded[kind].items():
                if found[kind].get(name) != value:
                    raise SessionDiffers(self.machine.clock.now_ps, f"{kind} at the end: {name} is not as recorded")
        if found.get("display") != recorded.get("display"):
            raise SessionDiffers(self.machine.clock.now_ps, "the display at the end is not as recorded")


def _shown(byte: int) -> str:
    return f"0x{byte:02x} {chr(byte)!r}" if 0x20 <= byte < 0x7F else f"0x{byte:02x}"


@contextmanager
def _machine_of(session: Session) -> Iterator[tuple[Machine, Any]]:
    """A machine made of the session's own files, with its firmware, at time zero."""
    with tempfile.TemporaryDirectory(prefix="digitrig-session-") as folder:
        board_file, firmware = session.unpack(Path(folder))
        spec = load_board_file(board_file)
        machine = open_machine(spec, "embedded")
        try:
            machine.load_file(firmware, session.address)
            yield machine, spec
        finally:
            machine.close()


def replay(session: Session, progress: Progress | None = None) -> Replay:
    """Run a session again from its own files and compare everything.

    progress: called with (inputs done, inputs in all).  Raises what the files' readers raise.
    """
    with _machine_of(session) as (machine, spec):
        player = _Player(machine, session)
        try:
            player.play(progress)
            player.finish(spec)
        except SessionDiffers as difference:
            return Replay(session, str(difference), difference.at_ps, player.done, player.heard)
        return Replay(session, "", machine.clock.now_ps, player.done, player.heard)
