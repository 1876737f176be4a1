"""The committed figures of every image, and what is worse than they are.

The file holds `rows`, one per image, and `tolerance_percent`: how much a figure may grow, `default` for those that are
not named. A figure that shrinks is never a failure.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from digitrig.errors import CheckFailed, FileFormatError, MissingFileError, UnknownNameError, UsageError
from digitrig.evaluation.budget import IMAGE, Budget, measure_budget
from digitrig.resources import root

SCHEMA_VERSION = 1
FIGURES = ("flash_bytes", "ram_bytes", "stack_bytes", "cycles", "instructions")
LAYERS = "layers"
DEFAULT_PERCENT = 1.0
KEY = ("board", "model", "weights", "toolchain")


@dataclass(frozen=True)
class Baseline:
    """rows: by board, model, weights and toolchain.  tolerance_percent: by figure, `layers` and `default`."""

    path: Path
    rows: Mapping[tuple[str, str, str, str], Budget]
    tolerance_percent: Mapping[str, float]

    def allowed(self, figure: str) -> float:
        """Per cent that a figure may grow; `layers` stands for every layer."""
        name = figure if figure in FIGURES else LAYERS
        return self.tolerance_percent.get(name, self.tolerance_percent.get("default", DEFAULT_PERCENT))


@dataclass(frozen=True)
class Change:
    """One figure then and now. None: there was, or is, no such layer; that alone is no failure."""

    figure: str
    old: int | None
    new: int | None
    allowed_percent: float

    @property
    def worse(self) -> bool:
        """True when the figure has grown by more than is allowed; a fraction of a byte or cycle rounds up."""
        if self.old is None or self.new is None:
            return False
        return self.new > math.ceil(round(self.old * (1 + self.allowed_percent / 100), 6))

    def cells(self) -> tuple[str, ...]:
        """The change as text: figure, old, new, change, allowed, remark."""
        percent = "" if not self.old or self.new is None else f"{100 * (self.new - self.old) / self.old:+.1f} %"
        numbers = ["-" if value is None else f"{value:,}" for value in (self.old, self.new)]
        return (self.figure, *numbers, percent, f"{self.allowed_percent:g} %", "WORSE" if self.worse else "")


def default_path() -> Path:
    """`budgets/baseline.json` of the checkout."""
    return root() / "budgets" / "baseline.json"


def read_baseline(path: Path | None = None) -> Baseline:
    """Read a baseline file. Raises MissingFileError, and FileFormatError that names what is wrong and where."""
    path = path or default_path()
    if not path.is_file():
        raise MissingFileError(path, "baseline of budgets", "write one: digitrig table --write-baseline")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise FileFormatError(path, f"not JSON ({error})", "what digitrig table --write-baseline writes") from error
    if not isinstance(data, dict) or data.get("schema_version") != SCHEMA_VERSION:
        raise FileFormatError(path, "no schema_version 1", "what digitrig table --write-baseline writes")
    rows = [_row(path, number, row) for number, row in enumerate(data.get("rows", []))]
    return Baseline(path, {row.key: row for row in rows}, _tolerances(path, data.get("tolerance_percent", {})))


def _row(path: Path, number: int, row: Any) -> Budget:
    expected = {f.name: (str if f.name in KEY else int) for f in fields(Budget) if f.name != LAYERS}
    where = f"rows[{number}]"
    if not isinstance(row, dict):
        raise FileFormatError(path, f"{where} is {type(row).__name__}", "an object of figures")
    for name, kind in expected.items():
        if type(row.get(name)) is not kind:
            raise FileFormatError(path, f"{where}.{name} is {row.get(name)!r}", f"{name} as {kind.__name__}")
    layers = row.get(LAYERS, {})
    if not isinstance(layers, dict) or not all(type(cycles) is int for cycles in layers.values()):
        raise FileFormatError(path, f"{where}.{LAYERS} is {layers!r}", "cycles by layer")
    return Budget(**{name: row[name] for name in expected}, layers=layers)


def _tolerances(path: Path, given: Any) -> dict[str, float]:
    known = (*FIGURES, LAYERS, "default")
    if not isinstance(given, dict):
        raise FileFormatError(path, f"tolerance_percent is {given!r}", f"per cent by {', '.join(known)}")
    for name, value in given.items():
        if name not in known:
            raise FileFormatError(path, str(UnknownNameError("tolerance", name, known)), "per cent by figure")
        if not isinstance(value, (int, float)) or not value >= 0:
            raise FileFormatError(path, f"tolerance_percent.{name} is {value!r}", "0 or more, in per cent")
    return {name: float(value) for name, value in given.items()}


def write_baseline(budgets: Iterable[Budget], path: Path | None = None) -> Path:
    """Write figures over those of the same images; other rows and the tolerances stay. Returns the path."""
    path = path or default_path()
    old = read_baseline(path) if path.is_file() else Baseline(path, {}, {"default": DEFAULT_PERCENT})
    rows = {**old.rows, **{budget.key: budget for budget in budgets}}
    data = {
        "schema_version": SCHEMA_VERSION,
        "image": IMAGE,
        "tolerance_percent": dict(old.tolerance_percent),
        "rows": [asdict(rows[key]) for key in sorted(rows)],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    return path


def compare(baseline: Baseline, now: Budget, tolerance_percent: float | None = None) -> list[Change]:
    """Every figure of an image beside the one of the baseline. tolerance_percent: for all figures, else the file's.

    Raises UsageError when the baseline does not know the image.
    """
    old = baseline.rows.get(now.key)
    if old is None:
        raise UsageError(
            f"{baseline.path} has no figures for {now.title}; add them: digitrig table --write-baseline {now.board}"
        )
    if tolerance_percent is not None and not tolerance_percent >= 0:
        raise UsageError(f"a tolerance of {tolerance_percent:g} % asked for; expected 0 or more")

    def change(figure: str, before: int | None, after: int | None) -> Change:
        allowed = baseline.allowed(figure) if tolerance_percent is None else tolerance_percent
        return Change(figure, before, after, allowed)

    names = dict.fromkeys((*old.layers, *now.layers))
    return [
        *(change(figure, getattr(old, figure), getattr(now, figure)) for figure in FIGURES),
        *(change(f"layer {name}", old.layers.get(name), now.layers.get(name)) for name in names),
    ]


def check_budget(
    board: str, model: str, weights: str, *, path: Path | None = None, tolerance_percent: float | None = None
) -> str:
    """Measure an image and compare; returns the table of old and new. Raises CheckFailed with it on a regression."""
    baseline = read_baseline(path)
    now = measure_budget(board, model, weights)
    changes = compare(baseline, now, tolerance_percent)
    text = table_text(now.title, changes)
    worse = [change for change in changes if change.worse]
    if worse:
        names = ", ".join(change.figure for change in worse)
        raise CheckFailed(
            f"{text}\nregressed: {names}; if this is meant: digitrig table --write-baseline {board}, and commit "
            f"{baseline.path.name}"
        )
    return text


def table_text(title: str, changes: Sequence[Change]) -> str:
    """Old and new figures in columns, after a line of what they belong to."""
    lines = [("figure", "old", "new", "change", "allowed", ""), *(change.cells() for change in changes)]
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    rows = [
        "  ".join([line[0].ljust(widths[0]), *(line[i].rjust(widths[i]) for i in range(1, 5)), line[5]]).rstrip()
        for line in lines
    ]
    return "\n".join([f"{title}: budgets, old and new", *rows])
