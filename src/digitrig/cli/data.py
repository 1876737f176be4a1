"""`digitrig data fetch`: MNIST, with checksums."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digitrig.cli import options, output

app = typer.Typer(help="Data sets that are not in the repository.", no_args_is_help=True)


@app.callback()
def _data() -> None:
    """Data sets that are not in the repository."""


@app.command("fetch")
def fetch(
    folder: Annotated[
        Path | None,
        typer.Option("--to", help="Folder for the four files; default: the cache, which is found by itself."),
    ] = None,
    as_json: options.JsonOption = False,
) -> None:
    """Download the four MNIST files and check them against their known hashes."""
    from digitrig.digits import fetch_mnist

    files = fetch_mnist(folder, progress=_Progress())
    if as_json:
        output.emit({"folder": str(files[0].parent), "files": [str(path) for path in files]})
        return
    for path in files:
        output.say(str(path))
    if folder is not None:
        output.say(f"set DIGITRIG_MNIST={folder.resolve()} to use them")


class _Progress:
    """One line on stderr as each file begins."""

    def __init__(self) -> None:
        self._name = ""

    def __call__(self, name: str, _done: int, total: int | None) -> None:
        if name != self._name:
            self._name = name
            output.note(name if total is None else f"{name}: {total:,} bytes")
