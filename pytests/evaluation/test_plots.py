"""The table as a picture."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from digitrig.errors import FileFormatError, MissingToolError, UsageError
from digitrig.evaluation.plots import OURS, THEIRS, plot_table
from digitrig.evaluation.table import PublishedFigures, TableRow

ROW = TableRow("b", "flash", 100, 50, 4800, 0.1, 15, 0.97, 0, 10, 20, None, PublishedFigures(200, 100, 0.4, "s"))
GONE = replace(
    ROW, weights="ram", flash_bytes=None, ram_bytes=None, cycles=None, inference_ms=None, does_not_fit="too big",
    published=PublishedFigures(None, None, None, "not published"),
)  # fmt: skip


def _count(pixels: np.ndarray, colour: str) -> int:
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return int((pixels[:, :, :3] == wanted).all(axis=2).sum())


def test_bars_are_as_long_as_their_figures(tmp_path) -> None:
    pytest.importorskip("matplotlib", reason="draws the picture; pip install 'digitrig[plots]'")
    plot_table([ROW, GONE], "an13438", tmp_path / "table.png")
    pixels = np.asarray(Image.open(tmp_path / "table.png"))
    flash = pixels[:, : pixels.shape[1] // 3]  # the first of three panels
    legend = 2 * 22 * 12  # the legend's boxes, at most
    assert 0.45 < _count(flash, OURS) / _count(flash, THEIRS) < 0.55, "100 of 200 bytes"
    assert _count(pixels, OURS) > legend


def test_the_same_rows_give_the_same_picture(tmp_path) -> None:
    pytest.importorskip("matplotlib", reason="draws the picture; pip install 'digitrig[plots]'")
    for name in ("first.png", "second.png"):
        plot_table([ROW], "an13438", tmp_path / name)
    assert (tmp_path / "first.png").read_bytes() == (tmp_path / "second.png").read_bytes()


def test_without_matplotlib_the_command_that_installs_it_is_named(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "matplotlib.figure", raising=False)
    with pytest.raises(MissingToolError, match=r"pip install 'digitrig\[plots\]'"):
        plot_table([ROW], "an13438", tmp_path / "table.png")


def test_other_endings_and_no_rows_are_refused(tmp_path) -> None:
    with pytest.raises(FileFormatError, match=r"'.bmp'; expected \.png or \.svg or \.pdf"):
        plot_table([ROW], "an13438", tmp_path / "table.bmp")
    with pytest.raises(UsageError, match="no rows"):
        plot_table([], "an13438", tmp_path / "table.png")
