"""`digitrig convert`: images from one format into another."""

from __future__ import annotations

from typing import Annotated

import typer

from digitrig.cli import options, output


def convert(
    source: Annotated[str, typer.Argument(metavar="SRC", help="File, mnist:N, ink:D, ink:D:STYLE or -.")],
    target: Annotated[
        str,
        typer.Argument(
            metavar="DST", help="Its name says the format: .png, .npy, .npz, .csv, .inc, ...-idx3-ubyte, .json."
        ),
    ],
    as_json: options.JsonOption = False,
) -> None:
    """Convert images between PNG, IDX, NPZ, NumPy, Kaggle CSV, C arrays (.inc) and pen strokes (.json)."""
    from digitrig.digits import convert as convert_images

    files = [str(path) for path in convert_images(source, target)]
    if as_json:
        output.emit({"source": source, "files": files})
        return
    output.say(f"{source} -> {', '.join(files)}")
