"""`digitrig serve`: a local page that shows a board live."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digitrig.cli import options, output
from digitrig.cli.run import AddressOption, ElfOption, parse_address
from digitrig.errors import UsageError

if TYPE_CHECKING:
    from digitrig.board import Board
    from digitrig.serve import PageServer

AppOption = Annotated[str | None, typer.Option("--app", help="Firmware program; default: touch where there is one.")]
PortOption = Annotated[int, typer.Option("--port", help="Port on 127.0.0.1; 0 takes a free one.", min=0, max=65535)]
SpeedOption = Annotated[float, typer.Option("--speed", help="Virtual seconds in a second: 0.1, 0.25, 0.5, 1, 2 or 5.")]
SessionsOption = Annotated[Path, typer.Option("--sessions", help="Folder for sessions that the page saves.")]
ForOption = Annotated[float | None, typer.Option("--for-s", help="End after so many seconds of host time.", min=0.1)]


def serve(
    board: options.BoardArgument,
    app: AppOption = None,
    model: options.ModelOption = "an13438",
    weights: options.WeightsOption = options.Weights.FLASH,
    elf: ElfOption = None,
    address: AddressOption = None,
    port: PortOption = 0,
    speed: SpeedOption = 1.0,
    sessions: SessionsOption = Path("results/serve"),
    for_s: ForOption = None,
    as_json: options.JsonOption = False,
) -> None:
    """Show a board live on a page of this machine: LCD and touch, console, LEDs and buttons, the reference's answer.

    Only this machine can open the page, and only with the token in its address. Ctrl-C ends it.
    """
    from digitrig.serve import LiveBoard, PageServer

    with _open(board, app, model, weights.value, elf, address) as opened:
        live = LiveBoard(opened, model if elf is None else None)
        live.set_speed(speed)
        page = PageServer(live, sessions, port).start()
        try:
            _tell(page, as_json)
            threading.Event().wait(for_s)
        except KeyboardInterrupt:
            pass
        finally:
            page.close()


def _open(board: str, app: str | None, model: str, weights: str, elf: Path | None, address: str | None) -> Board:
    from digitrig.cli.opening import existing_file, open_board
    from digitrig.platform import load_board

    if elf is not None:
        if app is not None:
            raise UsageError("--elf is the firmware and --app names ours; leave out one of the two")
        return open_board(board, elf=existing_file(elf, "firmware"), address=parse_address(address))
    if address is not None:
        raise UsageError("--address belongs to --elf; leave it out or add --elf FILE")
    chosen = app or ("touch" if "touch" in load_board(board).apps else "console")
    return open_board(board, app=chosen, model=model, weights=weights)


def _tell(page: PageServer, as_json: bool) -> None:
    described: dict[str, Any] = page.description()
    if as_json:
        output.emit({"address": page.address, "board": described["board"], "app": described["app"]})
    else:
        output.say(f"{described['title']}, {described['app']}: {page.address}")
        output.say("open it in a browser of this machine; Ctrl-C ends it")
