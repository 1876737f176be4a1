"""`digitrig report`: what runs of `digitrig eval` found, as one HTML page, JSON and CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digitrig.cli import options, output

RunsArgument = Annotated[list[str], typer.Argument(metavar="RUN...", help="Runs below results/, or their folders.")]
OutOption = Annotated[Path, typer.Option("--output", "-o", help="The page; .json and .csv are written beside it.")]


def report(runs: RunsArgument, out: OutOption = Path("report.html"), as_json: options.JsonOption = False) -> None:
    """Report one or more runs: accuracy, confusion, worst images, agreement, cycles, memory, versions and hashes."""
    from digitrig.evaluation.report import write_report
    from digitrig.evaluation.runs import read_run

    written = write_report([read_run(run) for run in runs], out)
    if as_json:
        output.emit({"runs": runs, "files": [str(path) for path in written]})
    else:
        output.say("\n".join(output.near(str(path)) for path in written))
