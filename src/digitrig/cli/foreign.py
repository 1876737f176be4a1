"""`digitrig run BOARD --elf FILE`: firmware that is not ours, its console live, its end explained."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from digitrig.cli import output
from digitrig.errors import CheckFailed, DigitrigError, FirmwareFault, TimeLimitReached
from digitrig.protocols import StopReason

if TYPE_CHECKING:
    from digitrig.board import Board

STEP_MS = 10.0
FAULT_GRACE_MS = 100.0  # what a fault handler gets to print its report
FAULT_EXCEPTIONS = (3, 4, 5, 6)


def run_foreign(
    board: str,
    path: Path,
    address: int | None,
    for_ms: float,
    until: str | None,
    engine: str | None,
    as_json: bool,
    files: Path | None = None,
) -> None:
    """Run a firmware file until `until` appears on its console, it faults, or `for_ms` of virtual time have passed.

    Raises FirmwareFault (exit code 4), TimeLimitReached (5), or CheckFailed (1) when the firmware ends itself by
    semihosting with a status that is not 0; returns when `until` was seen or the status is 0.
    """
    from digitrig.cli.opening import existing_file, open_board

    existing_file(path, "firmware")
    with open_board(board, elf=path, address=address, engine=engine, semihosting_folder=files) as opened:
        shown = LiveConsole(opened, until, quiet=as_json)
        failure: DigitrigError | None = None
        try:
            _run(opened, shown, for_ms)
        except (CheckFailed, FirmwareFault, TimeLimitReached) as error:
            failure = error
        shown.update(final=True)
        if as_json:
            output.emit(_summary(opened, path, failure))
    if failure is not None and as_json:
        output.note(f"digitrig: error: {failure}")
        raise typer.Exit(failure.exit_code)
    if failure is not None:
        raise failure


class LiveConsole:
    """Prints each console line once, with the virtual time at which it ended, and looks for one text."""

    def __init__(self, board: Board, until: str | None, quiet: bool) -> None:
        self._board, self._until, self._quiet = board, until, quiet
        self._shown = 0
        self.found = False

    def update(self, final: bool = False) -> None:
        """Print the lines that came since the last call; `final` also prints a line without its end."""
        lines = self._board.lines()
        for at_ps, text in lines[self._shown :]:
            self._print(output.seconds(at_ps), text)
        self._shown = len(lines)
        if final:
            for rest in filter(None, self._board.console_text().split("\n")[len(lines) :]):
                self._print(" " * len(output.seconds(0)), rest)

    def _print(self, stamp: str, text: str) -> None:
        if not self._quiet:
            output.say(f"{stamp}  {text}")
        if self._until is not None and self._until in text:
            self.found = True


def _run(board: Board, shown: LiveConsole, for_ms: float) -> None:
    """Run in short steps, so that the console is live; return at a good end, raise at any other."""
    left, since_fault = for_ms, 0.0
    while left > 0 and since_fault < FAULT_GRACE_MS:
        step = min(STEP_MS, left)
        stop = board.run_for(step)
        left -= step
        since_fault = since_fault + step if in_fault_handler(board) else 0.0
        shown.update()
        if stop.reason is StopReason.EXIT and stop.detail:
            raise CheckFailed(f"{board.name}: the firmware ended itself by semihosting with status {stop.detail}")
        if shown.found or stop.reason is StopReason.EXIT:
            return
        if stop.reason in (StopReason.LOCKUP, StopReason.UNDEFINED):
            raise FirmwareFault(f"{board.name}: the firmware ended by {stop.reason.value}\n{board.fault_report(stop)}")
        if stop.reason is StopReason.ASLEEP:
            left = 0.0
    report = board.fault_report()
    if in_fault_handler(board):
        raise FirmwareFault(f"{board.name}: the firmware is in its fault handler\n{report}")
    if stop.reason is StopReason.ASLEEP:
        raise TimeLimitReached(f"{board.name}: the firmware sleeps and nothing can wake it\n{report}")
    raise TimeLimitReached(f"{board.name}: virtual-time limit of {for_ms:g} ms reached\n{report}")


def in_fault_handler(board: Board) -> bool:
    """True while the active exception (IPSR) is HardFault, MemManage, BusFault or UsageFault."""
    return board.registers()["xpsr"] & 0x1FF in FAULT_EXCEPTIONS


def _summary(board: Board, path: Path, failure: DigitrigError | None) -> dict[str, Any]:
    clock = board.machine.clock
    registers = board.registers()
    return {
        "board": board.spec.name,
        "elf": str(path),
        "end": "finished" if failure is None else type(failure).__name__,
        "message": "" if failure is None else str(failure),
        "exit_code": 0 if failure is None else failure.exit_code,
        "virtual_us": clock.now_ps // 1_000_000,
        "cycles": clock.cycles,
        "instructions": clock.instructions,
        "pc": registers["pc"],
        "lr": registers["lr"],
        "console": board.console_text(),
    }
