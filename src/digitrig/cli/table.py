"""`digitrig table`: every board beside the published figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitrig.cli import options, output
from digitrig.errors import UsageError

if TYPE_CHECKING:
    from digitrig.evaluation.table import TableRow

DEFAULT_LIMIT = 1000
WARM_SHOWS = 0.98  # of the first inference's cycles: a second one that differs less is not told in the table
COLUMNS = ["board", "weights", ">flash", ">RAM", ">cycles", ">inference", ">accuracy", ">mismatches", "below published"]
BoardsArgument = Annotated[list[str] | None, typer.Argument(help="Boards; default: all that there is firmware for.")]
DatasetOption = Annotated[str | None, typer.Option("--dataset", help="As of eval.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, help="How many images a row is measured with.")]
WorkersOption = Annotated[int | None, typer.Option("--workers", min=1, help="Processes; default: one per CPU.")]
WriteOption = Annotated[
    bool, typer.Option("--write-baseline", help="Write the figures of every image to the baseline file, and end.")
]
CheckOption = Annotated[
    bool, typer.Option("--check-baseline", help="Compare every image with the baseline file, and end; 1 if worse.")
]
BaselineOption = Annotated[
    Path | None, typer.Option("--baseline", help="The baseline file; default: budgets/baseline.json.")
]
PlotOption = Annotated[
    Path | None, typer.Option("--plot", help="Also draw ours against published as bars (.png, .svg, .pdf).")
]
MarkdownOption = Annotated[bool, typer.Option("--markdown", help="Print the table as Markdown.")]


def table(
    boards: BoardsArgument = None,
    model: options.ModelOption = "an13438",
    dataset: DatasetOption = None,
    limit: LimitOption = DEFAULT_LIMIT,
    workers: WorkersOption = None,
    markdown: MarkdownOption = False,
    plot: PlotOption = None,
    write: WriteOption = False,
    check: CheckOption = False,
    baseline: BaselineOption = None,
    as_json: options.JsonOption = False,
) -> None:
    """Flash, RAM, latency and accuracy of every board beside the published figures; code 1 if an output differs."""
    from digitrig.digits.datasets import default_dataset, load_dataset
    from digitrig.evaluation.table import table as measure
    from digitrig.evaluation.table import table_json
    from digitrig.firmware_build import buildable_boards

    if write or check:
        if plot is not None or markdown:
            raise UsageError("--write-baseline and --check-baseline make no table; leave out --plot and --markdown")
        from digitrig.cli.budgets import budgets

        budgets(boards or buildable_boards(), model, baseline, write, as_json)
        return
    if plot is not None:
        from digitrig.evaluation.plots import need_matplotlib

        need_matplotlib()  # before minutes of measuring
    data = default_dataset(limit=limit) if dataset is None else load_dataset(dataset, limit=limit)
    for warning in data.warnings:
        output.note(warning)
    with output.progress("images", quiet=as_json) as advance:
        rows = measure(boards or buildable_boards(), model=model, data=data, workers=workers, progress=advance)
    if plot is not None:
        from digitrig.evaluation.plots import plot_table

        plot_table(rows, model, plot)
        output.note(f"picture: {plot}")
    if as_json:
        output.emit({"model": model, "dataset": data.name, **table_json(rows)})
    elif markdown:
        output.say("\n".join([*markdown_lines(rows), "", *(f"- {note}" for note in notes(rows, data.name))]))
    else:
        output.table(f"{model}, {data.name}, ours (published)", COLUMNS, [cells(row) for row in rows])
        for note in notes(rows, data.name):
            output.say(note)
    if any(row.mismatches for row in rows):
        raise typer.Exit(1)


def cells(row: TableRow) -> tuple[str, ...]:
    """One row as text, each figure with the published one in brackets."""
    if row.does_not_fit:
        return (row.board, row.weights, *["does not fit"] + ["-"] * 5, "as published")

    def pair(ours: object, theirs: object | None) -> str:
        return f"{ours} ({theirs if theirs is not None else '-'})"

    verdict = {True: "yes", False: "no", None: "-"}[row.better()]
    cycles = f"{row.cycles:,} +-{row.error_band_percent:g} %"
    if row.cycles and row.warm_cycles and row.warm_cycles < WARM_SHOWS * row.cycles:
        cycles += f"; again {row.warm_cycles:,}"
    theirs_ms = row.published.inference_ms
    return (
        row.board,
        row.weights,
        pair(row.flash_bytes, row.published.flash_bytes),
        pair(row.ram_bytes, row.published.ram_bytes),
        cycles,
        pair(f"{row.inference_ms:.3g}", theirs_ms) + " ms",
        "-" if row.accuracy is None else f"{row.accuracy:.2%}",
        f"{row.mismatches} of {row.images}",
        verdict,
    )


def notes(rows: Sequence[TableRow], dataset: str) -> list[str]:
    """What belongs to the figures: their units, where published ones come from, and what the cycles leave out."""
    sources = dict.fromkeys(row.published.source for row in rows if row.better() is not None)
    found = [
        f"ours (published: {'; '.join(sources) or 'nothing'}); flash and RAM in bytes, RAM with the highest stack use; "
        f"cycles: median over the images of {dataset}, each the first after a start (again: a second one, its weights "
        "in the cache), an estimate within the given band"
    ]
    for row in rows:
        if row.does_not_fit:
            found.append(f"{row.board}, weights in {row.weights}: {row.does_not_fit}")
    left_out: dict[tuple[str, ...], dict[str, None]] = {}
    for row in rows:
        if row.not_modelled:
            left_out.setdefault(row.not_modelled, {})[row.board] = None
    return found + [
        f"cycles of {', '.join(boards)} leave out: {'; '.join(parts)}" for parts, boards in left_out.items()
    ]


def markdown_lines(rows: Sequence[TableRow]) -> list[str]:
    """The table for a README."""
    names = [name.lstrip(">") for name in COLUMNS]
    rule = ["---:" if name.startswith(">") else "---" for name in COLUMNS]
    return [f"| {' | '.join(line)} |" for line in (names, rule, *(cells(row) for row in rows))]
