"""`digitrig table --write-baseline` and `--check-baseline`: the figures of every image beside the committed ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import typer

from digitrig.cli import output


def budgets(boards: Sequence[str], model: str, path: Path | None, write: bool, as_json: bool) -> None:
    """Build and measure every image; write the baseline, or compare with it and end with code 1 if it is worse."""
    from digitrig.evaluation.baseline import Change, compare, read_baseline, table_text, write_baseline
    from digitrig.evaluation.budget import built_weights, measure_budget
    from digitrig.firmware_build import build_firmware

    build_firmware(boards, progress=output.note)
    found = [measure_budget(board, model, weights) for board in boards for weights in built_weights(board, model)]
    if write:
        written = write_baseline(found, path)
        if as_json:
            output.emit({"baseline": str(written), "rows": [asdict(budget) for budget in found]})
        else:
            output.say(f"{output.near(str(written))}: {len(found)} images")
        return
    baseline = read_baseline(path)
    changes: list[list[Change]] = [compare(baseline, budget) for budget in found]
    if as_json:
        rows = [
            {**asdict(budget), "changes": [{**asdict(change), "worse": change.worse} for change in changed]}
            for budget, changed in zip(found, changes, strict=True)
        ]
        output.emit({"baseline": str(baseline.path), "rows": rows})
    else:
        output.say(
            "\n\n".join(table_text(budget.title, changed) for budget, changed in zip(found, changes, strict=True))
        )
    if any(change.worse for changed in changes for change in changed):
        raise typer.Exit(1)
