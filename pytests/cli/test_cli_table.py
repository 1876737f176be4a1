"""`digitrig table`: baselines and pictures; the figures themselves are in pytests/evaluation."""

from __future__ import annotations

import json
import sys

import pytest
from PIL import Image


def test_baseline_is_written_compared_and_found_worse(cli, tmp_path):
    file = tmp_path / "baseline.json"
    written = cli("table", "frdm_ke16z", "--write-baseline", "--baseline", file, "--json")
    assert written.code == 0, written.err
    assert [row["weights"] for row in written.json["rows"]] == ["flash", "ram"]
    same = cli("table", "frdm_ke16z", "--check-baseline", "--baseline", file)
    assert same.code == 0, same.out + same.err
    data = json.loads(file.read_text())
    data["rows"][1]["instructions"] //= 2
    file.write_text(json.dumps(data))
    worse = cli("table", "frdm_ke16z", "--check-baseline", "--baseline", file)
    assert worse.code == 1
    (line,) = (line for line in worse.out.splitlines() if line.endswith("WORSE"))
    assert line.startswith("instructions ")
    as_json = cli("table", "frdm_ke16z", "--check-baseline", "--baseline", file, "--json")
    assert as_json.code == 1
    changes = [change for row in as_json.json["rows"] for change in row["changes"]]
    assert [change["figure"] for change in changes if change["worse"]] == ["instructions"]


def test_missing_baseline_is_code_2_and_says_how_to_write_one(cli, tmp_path):
    outcome = cli("table", "frdm_ke16z", "--check-baseline", "--baseline", tmp_path / "none.json")
    assert outcome.code == 2
    assert "write one: digitrig table --write-baseline" in outcome.err


def test_options_that_do_not_go_together_are_code_2(cli):
    outcome = cli("table", "--write-baseline", "--markdown")
    assert outcome.code == 2
    assert "leave out --plot and --markdown" in outcome.err


def test_plot_is_a_picture_beside_the_table(cli, tmp_path):
    pytest.importorskip("matplotlib", reason="draws the picture; pip install 'digitrig[plots]'")
    picture = tmp_path / "new" / "table.png"
    outcome = cli(
        *("table", "frdm_ke16z", "--dataset", "ink", "--limit", 10, "--workers", 1, "--plot", picture, "--markdown")
    )
    assert outcome.code == 0, outcome.err
    assert outcome.out.startswith("| board | weights | flash |")
    assert Image.open(picture).width > 1000


def test_plot_without_matplotlib_fails_before_anything_is_measured(cli, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "matplotlib.figure", raising=False)
    outcome = cli("table", "--plot", tmp_path / "table.png")
    assert outcome.code == 2
    assert "pip install 'digitrig[plots]'" in outcome.err
