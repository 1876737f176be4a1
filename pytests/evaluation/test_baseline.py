"""Figures beside the committed ones: what counts as a regression, and what files are accepted."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from digitrig.errors import CheckFailed, FileFormatError, MissingFileError, UsageError
from digitrig.evaluation import baseline as module
from digitrig.evaluation.baseline import check_budget, compare, default_path, read_baseline, write_baseline
from digitrig.evaluation.budget import Budget, built_weights, measure_budget
from digitrig.firmware_build import buildable_boards

OLD = Budget("b", "m", "flash", "zig", 10_000, 2_000, 400, 100_000, 80_000, {"0 CONV_2D": 60_000, "1 SOFTMAX": 50})


@pytest.fixture
def file(tmp_path):
    return write_baseline([OLD], tmp_path / "baseline.json")


def worse(file, now: Budget, tolerance: float | None = None) -> list[str]:
    return [change.figure for change in compare(read_baseline(file), now, tolerance) if change.worse]


def test_what_is_written_is_read_again(file) -> None:
    assert list(read_baseline(file).rows.values()) == [OLD]
    assert worse(file, OLD) == []


@pytest.mark.parametrize("figure", ["flash_bytes", "ram_bytes", "stack_bytes", "cycles", "instructions"])
def test_one_per_cent_is_allowed_and_no_more(file, figure) -> None:
    edge = getattr(OLD, figure) * 101 // 100
    assert worse(file, replace(OLD, **{figure: edge})) == []
    assert worse(file, replace(OLD, **{figure: edge + 1})) == [figure]
    assert worse(file, replace(OLD, **{figure: 1})) == [], "less is no failure"


def test_layers_are_compared_and_small_ones_may_grow_by_one_cycle(file) -> None:
    assert worse(file, replace(OLD, layers={"0 CONV_2D": 60_601, "1 SOFTMAX": 51})) == ["layer 0 CONV_2D"]
    assert worse(file, replace(OLD, layers={"0 CONV_2D": 60_000, "1 SOFTMAX": 52})) == ["layer 1 SOFTMAX"]
    assert worse(file, replace(OLD, layers={"0+1 CONV_2D+SOFTMAX": 60_000})) == [], "other layers: the sum decides"


def test_tolerances_of_the_file_and_of_the_caller(file) -> None:
    data = json.loads(file.read_text())
    data["tolerance_percent"] = {"default": 0, "cycles": 10, "layers": 50}
    file.write_text(json.dumps(data))
    slower = replace(OLD, flash_bytes=10_001, cycles=109_000, layers={"0 CONV_2D": 80_000, "1 SOFTMAX": 76})
    assert worse(file, slower) == ["flash_bytes", "layer 1 SOFTMAX"]
    assert worse(file, slower, tolerance=100) == []
    write_baseline([slower], file)
    assert json.loads(file.read_text())["tolerance_percent"] == data["tolerance_percent"], "writing keeps them"


def test_writing_one_image_keeps_the_others(file) -> None:
    other = replace(OLD, weights="ram", cycles=90_000)
    write_baseline([other], file)
    assert list(read_baseline(file).rows.values()) == [OLD, other]


def test_a_regression_is_told_as_a_table_of_old_and_new(file, monkeypatch) -> None:
    now = replace(OLD, cycles=108_000, layers={"0 CONV_2D": 68_000, "1 SOFTMAX": 50})
    monkeypatch.setattr(module, "measure_budget", lambda *_: now)
    with pytest.raises(CheckFailed) as failure:
        check_budget("b", "m", "flash", path=file)
    assert str(failure.value).splitlines() == [
        "b, m, weights in flash (zig): budgets, old and new",
        "figure               old      new   change  allowed",
        "flash_bytes       10,000   10,000   +0.0 %      1 %",
        "ram_bytes          2,000    2,000   +0.0 %      1 %",
        "stack_bytes          400      400   +0.0 %      1 %",
        "cycles           100,000  108,000   +8.0 %      1 %  WORSE",
        "instructions      80,000   80,000   +0.0 %      1 %",
        "layer 0 CONV_2D   60,000   68,000  +13.3 %      1 %  WORSE",
        "layer 1 SOFTMAX       50       50   +0.0 %      1 %",
        "regressed: cycles, layer 0 CONV_2D; if this is meant: digitrig table --write-baseline b, and commit "
        "baseline.json",
    ]


def test_an_image_without_figures_says_how_to_add_them(file) -> None:
    with pytest.raises(UsageError, match=r"no figures for b, m, weights in ram.*--write-baseline b"):
        compare(read_baseline(file), replace(OLD, weights="ram"))
    with pytest.raises(UsageError, match="tolerance of -1 %"):
        compare(read_baseline(file), OLD, -1)


def test_no_file_says_how_to_write_one(tmp_path) -> None:
    with pytest.raises(MissingFileError, match="write one: digitrig table --write-baseline"):
        read_baseline(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d.pop("schema_version"), "no schema_version 1"),
        (lambda d: d["rows"][0].update(cycles="many"), r"rows\[0\].cycles is 'many'; expected cycles as int"),
        (lambda d: d["rows"][0].pop("board"), r"rows\[0\].board is None"),
        (lambda d: d["rows"].append(3), r"rows\[1\] is int"),
        (lambda d: d["rows"][0].update(layers={"0": 1.5}), r"rows\[0\].layers is"),
        (lambda d: d.update(tolerance_percent={"cycle": 1}), "tolerance 'cycle' unknown.*did you mean 'cycles'"),
        (lambda d: d.update(tolerance_percent={"cycles": -1}), "tolerance_percent.cycles is -1"),
    ],
)
def test_a_damaged_file_is_told_with_the_place(file, change, told) -> None:
    data = json.loads(file.read_text())
    change(data)
    file.write_text(json.dumps(data))
    with pytest.raises(FileFormatError, match=told):
        read_baseline(file)
    file.write_text("{")
    with pytest.raises(FileFormatError, match="not JSON"):
        read_baseline(file)


def test_measuring_twice_gives_the_same() -> None:
    first, second = (measure_budget("frdm_ke16z") for _ in range(2))
    assert first == second
    assert sum(first.layers.values()) <= first.cycles
    assert 0 < first.stack_bytes < first.ram_bytes


IMAGES = [(board, weights) for board in buildable_boards() for weights in built_weights(board)]


@pytest.mark.parametrize(("board", "weights"), IMAGES)
def test_no_image_is_worse_than_the_committed_baseline(board: str, weights: str) -> None:
    assert check_budget(board, "an13438", weights, path=default_path()).startswith(board)
