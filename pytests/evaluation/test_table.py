"""The table beside the published figures: what is in a row, what it compares, how it is shown."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from digitrig.cli.table import cells, markdown_lines, notes
from digitrig.digits import load_dataset
from digitrig.evaluation.table import PublishedFigures, TableRow, table, table_json
from digitrig.firmware_build import build_image, memory_use
from digitrig.platform import load_board

# NXP AN13438, table of flash, RAM and inference time: flash bytes, RAM bytes, ms.
PUBLISHED = {("frdm_ke16z", "flash"): (25308, 4012, 13.5), ("frdm_ke16z", "ram"): (25308, 6252, 12.9)}


@pytest.fixture(scope="module")
def rows() -> list[TableRow]:
    return table(["frdm_ke16z"], model="an13438", data=load_dataset("ink", limit=20), workers=1)


def test_a_board_has_a_row_for_each_place_of_the_weights(rows: list[TableRow]) -> None:
    assert [(row.board, row.weights) for row in rows] == [("frdm_ke16z", "flash"), ("frdm_ke16z", "ram")]


def test_every_row_is_below_the_published_figures_and_exact(rows: list[TableRow]) -> None:
    for row in rows:
        flash, ram, ms = PUBLISHED[row.board, row.weights]
        theirs = row.published
        assert (theirs.flash_bytes, theirs.ram_bytes, theirs.inference_ms) == (flash, ram, ms)
        assert row.flash_bytes is not None
        assert row.flash_bytes < flash
        assert row.ram_bytes is not None
        assert row.ram_bytes < ram
        assert row.inference_ms is not None
        assert row.inference_ms < ms
        assert row.mismatches == 0
        assert row.better() is True


def test_ram_counts_the_stack_that_was_used_not_the_one_that_is_reserved(rows: list[TableRow]) -> None:
    built = build_image("frdm_ke16z", "console", "an13438", "flash")
    row = rows[0]
    assert memory_use(built.elf) == (row.flash_bytes, built.ram_bytes)
    assert row.stack_bytes is not None
    assert row.ram_bytes is not None
    assert row.ram_bytes - row.stack_bytes == built.ram_bytes - load_board("frdm_ke16z").stack_bytes


def test_weights_in_ram_take_their_bytes_from_ram_and_fewer_cycles(rows: list[TableRow]) -> None:
    flash, ram = rows
    assert flash.ram_bytes is not None
    assert ram.ram_bytes is not None
    assert ram.ram_bytes - flash.ram_bytes > 1662, "1,662 parameters of a byte and more"
    assert flash.cycles is not None
    assert ram.cycles is not None
    assert ram.cycles < flash.cycles, "no flash wait states on weights"


def test_json_has_the_documented_names(rows: list[TableRow]) -> None:
    (first, _) = json.loads(json.dumps(table_json(rows)))["rows"]
    names = "board weights flash_bytes ram_bytes cycles inference_ms error_band_percent accuracy mismatches published"
    assert set(names.split()) <= set(first)
    assert set(first["published"]) >= {"flash_bytes", "ram_bytes", "inference_ms"}


NONE = PublishedFigures(None, None, None, "not published")
ROW = TableRow("b", "flash", 100, 50, 4800, 0.1, 15, 0.97, 0, 10, 20, None, PublishedFigures(101, 51, 0.2, "s"))


def test_one_figure_that_is_not_below_makes_the_row_no_better() -> None:
    assert ROW.better() is True
    assert replace(ROW, flash_bytes=101).better() is False
    assert replace(ROW, inference_ms=0.2).better() is False
    assert replace(ROW, published=NONE).better() is None


def test_a_row_that_does_not_fit_says_so() -> None:
    gone = replace(ROW, flash_bytes=None, ram_bytes=None, cycles=None, inference_ms=None, does_not_fit="too big")
    assert cells(gone)[2] == "does not fit"
    assert len(cells(gone)) == len(cells(ROW))


def test_markdown_is_a_table_with_the_published_figures_in_brackets() -> None:
    lines = markdown_lines([ROW])
    assert lines[2] == "| b | flash | 100 (101) | 50 (51) | 4,800 +-15 % | 0.1 (0.2) ms | 97.00% | 0 of 10 | yes |"


def test_a_second_inference_is_told_where_a_cache_makes_it_shorter() -> None:
    assert cells(replace(ROW, warm_cycles=2400))[4] == "4,800 +-15 %; again 2,400"
    assert cells(replace(ROW, warm_cycles=4799))[4] == "4,800 +-15 %"


def test_notes_tell_units_sources_and_what_the_cycles_leave_out() -> None:
    gone = replace(ROW, weights="ram", flash_bytes=None, ram_bytes=None, inference_ms=None, does_not_fit="too big")
    found = notes([replace(ROW, not_modelled=("a cache", "a phase")), gone], "ink")
    assert "published: s" in found[0] and "median over the images of ink" in found[0]
    assert found[1:] == ["b, weights in ram: too big", "cycles of b leave out: a cache; a phase"]
