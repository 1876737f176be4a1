"""The table as a picture: flash, RAM and time of every board, ours against published."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digitrig.errors import FileFormatError, MissingToolError, UsageError

if TYPE_CHECKING:
    from digitrig.evaluation.table import TableRow

OURS, THEIRS, WHISKER = "#1b6ca8", "#c9cdd2", "#0d3654"
ENDINGS = (".png", ".svg", ".pdf")
DPI = 110
PANELS = (
    ("flash_bytes", "flash", "bytes", "{:,.0f}"),
    ("ram_bytes", "RAM, highest stack included", "bytes", "{:,.0f}"),
    ("inference_ms", "inference time, with its error band", "ms, logarithmic", "{:.3g}"),
)


def need_matplotlib() -> Any:
    """matplotlib's `figure` module. Raises MissingToolError with the command that installs it."""
    try:
        import matplotlib.figure
    except ImportError as error:
        raise MissingToolError(
            "matplotlib, which draws, is not installed; run: pip install 'digitrig[plots]'"
        ) from error
    return matplotlib.figure


def plot_table(rows: Sequence[TableRow], model: str, path: Path) -> None:
    """Draw grouped bars, one group a board and place of the weights; a figure that nobody published has no grey bar.

    path: .png, .svg or .pdf. Raises MissingToolError, UsageError without rows, FileFormatError for other endings.
    """
    if path.suffix.lower() not in ENDINGS:
        raise FileFormatError(path, f"a picture ending in '{path.suffix}'", " or ".join(ENDINGS))
    if not rows:
        raise UsageError("no rows to draw; name a board that there is firmware for")
    figure = need_matplotlib().Figure(figsize=(13, 1.9 + 0.62 * len(rows)), layout="constrained")
    axes = figure.subplots(1, len(PANELS), sharey=True)
    for axis, panel in zip(axes, PANELS, strict=True):
        _panel(axis, rows, *panel)
    axes[0].set_yticks(range(len(rows)), [_label(row) for row in rows])
    axes[0].set_ylim(len(rows) - 0.5, -0.5)
    handles, names = axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=2, frameon=False)
    figure.suptitle(f"{model} on emulated boards, against the figures published for the boards themselves")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=DPI, metadata={"Software": None} if path.suffix.lower() == ".png" else None)


def _panel(axis: Any, rows: Sequence[TableRow], figure: str, title: str, unit: str, form: str) -> None:
    """One figure of every row as a pair of bars with their numbers."""
    ours = [getattr(row, figure) for row in rows]
    theirs = [getattr(row.published, figure) for row in rows]
    timed = figure == "inference_ms"
    for values, shift, colour, name in ((theirs, -0.2, THEIRS, "published"), (ours, 0.2, OURS, "digitrig")):
        for place, (value, row) in enumerate(zip(values, rows, strict=True)):
            band = row.error_band_percent / 100 if timed and name == "digitrig" else 0.0
            _bar(axis, place + shift, value, band, colour, form, name if place == 0 else None)
    known = [value for value in (*ours, *theirs) if value is not None] or [1]
    if timed:
        axis.set_xscale("log")
        axis.set_xlim(10 ** math.floor(math.log10(min(known)) - 0.3), max(known) * 4)
        axis.xaxis.set_major_formatter(lambda value, _place: f"{value:g}")
    else:
        axis.set_xlim(0, max(known) * 1.22)
        axis.locator_params(axis="x", nbins=5)
        axis.xaxis.set_major_formatter(lambda value, _place: f"{value:,.0f}")
    for place, row in enumerate(rows):
        if row.does_not_fit:
            axis.text(0.01, place + 0.2, "does not fit", transform=axis.get_yaxis_transform(), va="center", fontsize=8)
    axis.set_title(title, fontsize=11)
    axis.set_xlabel(unit)
    axis.spines[["top", "right"]].set_visible(False)
    axis.tick_params(axis="y", length=0)


def _bar(axis: Any, place: float, value: float | None, band: float, colour: str, form: str, name: str | None) -> None:
    """A bar with its number behind it, and its error band as a whisker. No value: only the entry of the legend."""
    axis.barh(place, value or 0, height=0.38, color=colour, label=name)
    if value is None:
        return
    if band:
        axis.errorbar(value, place, xerr=value * band, fmt="none", ecolor=WHISKER, elinewidth=1, capsize=2)
    end = (value * (1 + band), place)
    axis.annotate(form.format(value), end, (4, 0), textcoords="offset points", va="center", fontsize=8)


def _label(row: TableRow) -> str:
    return f"{row.board}\nweights in {'RAM' if row.weights == 'ram' else row.weights}"
