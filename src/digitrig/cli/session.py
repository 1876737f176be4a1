"""`digitrig record` and `digitrig replay`: a board session in one file, and the same again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digitrig.cli import options, output
from digitrig.cli.run import AddressOption, ElfOption, UntilOption, parse_address
from digitrig.errors import UsageError

if TYPE_CHECKING:
    from digitrig.board import Board
    from digitrig.session import Replay, Session

OutOption = Annotated[Path, typer.Option("--out", "-o", help="The session file to write.")]
ImagesOption = Annotated[
    list[str] | None, typer.Option("--image", help="An image to predict, as `digitrig run` takes it; may be repeated.")
]
SendOption = Annotated[
    list[str] | None, typer.Option("--send", help="A line to send over the UART first; may be repeated.")
]
ForOption = Annotated[float, typer.Option("--for-ms", help="With --elf: how long to record, in virtual ms.", min=0.001)]
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="A session file.")]
RobotOption = Annotated[Path | None, typer.Option("--robot", help="Also write a Robot suite that replays the file.")]


def record(
    board: options.BoardArgument,
    out: OutOption,
    image: ImagesOption = None,
    app: options.AppOption = "console",
    model: options.ModelOption = "an13438",
    weights: options.WeightsOption = options.Weights.FLASH,
    inject: options.InjectOption = options.Inject.UART,
    elf: ElfOption = None,
    address: AddressOption = None,
    send: SendOption = None,
    for_ms: ForOption = 1000.0,
    until: UntilOption = None,
    as_json: options.JsonOption = False,
) -> None:
    """Run a board and write firmware, board files, every input with its virtual time and all output into one file.

    The file is written also when the firmware faults or the time limit ends the run: that is what it is good for.
    """
    from digitrig.cli.opening import existing_file, open_board
    from digitrig.session import Recorder

    if elf is not None and image:
        raise UsageError("--elf records a console and takes no --image; leave out one of the two")
    if elf is None and (address is not None or until is not None):
        raise UsageError("--address and --until belong to --elf; leave them out or add --elf FILE")
    if elf is None:
        chosen: dict[str, Any] = {"app": app, "model": model, "weights": weights.value}
    else:
        chosen = {"elf": existing_file(elf, "firmware"), "address": parse_address(address)}
    with open_board(board, **chosen) as opened:
        recorder = Recorder(opened)
        try:
            if elf is None:
                _predict_all(opened, image or [], inject.value, as_json)
            else:
                _run_foreign(opened, send or [], for_ms, until)
        finally:
            session = recorder.save(out)
    if as_json:
        output.emit({"file": str(out), **_counts(session)})
    else:
        output.say(f"{out}: {_sentence(session)}")


def _predict_all(board: Board, sources: list[str], inject: str, quiet: bool) -> None:
    from digitrig.cli.opening import one_image

    board.start()
    for source in sources:
        prediction = board.predict(one_image(source)[0], inject=inject)
        if not quiet:
            output.say(f"{source}: digit {prediction.digit}")


def _run_foreign(board: Board, lines: list[str], for_ms: float, until: str | None) -> None:
    for line in lines:
        board.send(f"{line}\n")
    if until is not None:
        board.run_until_line(until, for_ms)
    else:
        board.run_for(for_ms)


def _counts(session: Session) -> dict[str, Any]:
    at_ps, instructions, cycles = session.end["position"]
    return {
        "board": session.board,
        "inputs": len(session.inputs),
        "console_bytes": len(session.console),
        "virtual_us": at_ps // 1_000_000,
        "instructions": instructions,
        "cycles": cycles,
        "recorded_by": session.made_by,
    }


def _sentence(session: Session) -> str:
    found = _counts(session)
    return (
        f"{found['board']}, {found['inputs']} inputs, {found['console_bytes']} console bytes, "
        f"{found['cycles']:,} cycles, {found['virtual_us'] / 1000:g} ms"
    )


def replay(file: FileArgument, robot: RobotOption = None, as_json: options.JsonOption = False) -> None:
    """Run a session again: the same bytes and cycles (code 0), or where it first differs (code 1)."""
    from digitrig.session import load_session
    from digitrig.session import replay as run_again

    session = load_session(file)
    if robot is not None:
        robot.write_text(robot_suite(file, session))
    with output.progress(f"replaying {file.name}", as_json) as advance:
        result = run_again(session, lambda done, whole: advance(done, whole, 0))
    if as_json:
        output.emit(_result(file, result))
    elif result.same:
        output.say(f"{file}: {result.text()}")
    if not result.same:
        if as_json:
            raise typer.Exit(1)
        result.check()


def _result(file: Path, result: Replay) -> dict[str, Any]:
    difference = None if result.same else {"at_us": result.at_ps / 1e6, "what": result.difference}
    return {"file": str(file), "same": result.same, "difference": difference, **_counts(result.session)}


def robot_suite(file: Path, session: Session) -> str:
    """A Robot suite beside which the session file lies."""
    return (
        "*** Settings ***\n"
        f"Documentation     A recorded session on {session.board}: {_sentence(session)}.\n"
        "Library           digitrig.robot.DigitRig\n\n"
        "*** Test Cases ***\n"
        f"{file.stem} Comes Out The Same\n"
        f"    Replay Session    ${{CURDIR}}/{file.name}\n"
    )
