"""`digitrig eval`: a data set through one or more boards, every answer compared with the reference."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from digitrig.cli import options, output

FAILURES_SHOWN = 3
DatasetOption = Annotated[
    str | None,
    typer.Option("--dataset", help="mnist, ink, a folder of IDX files or a file; default: mnist if here, else ink."),
]
LimitOption = Annotated[int | None, typer.Option("--limit", min=1, help="How many images; default: all.")]
WorkersOption = Annotated[int | None, typer.Option("--workers", min=1, help="Processes; default: one per CPU.")]


def evaluate(
    boards: options.BoardsArgument,
    model: options.ModelOption = "an13438",
    dataset: DatasetOption = None,
    limit: LimitOption = None,
    inject: options.InjectOption = options.Inject.MEMORY,
    workers: WorkersOption = None,
    engine: options.EngineOption = None,
    weights: options.WeightsOption = options.Weights.FLASH,
    as_json: options.JsonOption = False,
) -> None:
    """Run a data set on boards and compare every output byte with the reference; code 1 if one differs or fails."""
    from digitrig.engines.choice import choose_engine
    from digitrig.platform import load_board

    engine = choose_engine(engine)
    for name in boards:  # before the images are loaded, which may take longer
        load_board(name)
    from digitrig.evaluation import evaluate as evaluate_boards
    from digitrig.evaluation import results_json

    with output.progress("images", quiet=as_json) as advance:
        results = evaluate_boards(
            boards,
            model=model,
            dataset=dataset,
            limit=limit,
            inject=inject.value,
            workers=workers,
            engine=engine,
            weights=weights.value,
            progress=advance,
        )
    for warning in sorted({warning for result in results for warning in result.warnings}):
        output.note(warning)
    found = results_json(results)
    if as_json:
        output.emit(found)
    else:
        show(found["boards"])
    if any(row["mismatches"] or row["failures"] for row in found["boards"]):
        raise typer.Exit(1)


def show(rows: list[dict[str, Any]]) -> None:
    """The results for people."""
    for row in rows:
        for failure in row["failures"][:FAILURES_SHOWN]:
            output.say(f"{row['board']}: image {failure['image']} failed: {failure['error']}: {failure['text']}")
    first = rows[0]
    output.table(
        f"{first['model']}, weights in {first['weights']}, images by {first['inject']}, data set {first['dataset']}",
        ["board", ">images", ">accuracy", ">mismatches", ">failures", ">images/s", ">workers"],
        [
            (
                row["board"],
                row["images"],
                "-" if row["accuracy"] is None else f"{row['accuracy']:.2%}",
                row["mismatches"],
                len(row["failures"]),
                f"{row['images_per_second']:.0f}",
                row["workers"],
            )
            for row in rows
        ],
    )
    for reference in sorted({row["reference"] for row in rows}):
        output.say(f"reference: {reference}")
