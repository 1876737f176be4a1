"""What a run of firmware touched that has no model."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from digitrig.board import Board
from digitrig.errors import UnknownNameError
from digitrig.evaluation.coverage import board_coverage, coverage_json, unmodelled_accesses
from digitrig.firmware_build import buildable_boards

ADC0 = 0x4003B000  # KE1xZ64 RM, memory map: AIPS slot of ADC0, which has a name here and no registers


@pytest.fixture
def reads_adc0(tmp_path: Path) -> Path:
    """Reads ADC0 twice, then branches to itself (Armv6-M ARM DDI 0419, A6.7: LDR literal, LDR immediate, B)."""
    vectors = [0x20000400, 64 + 1, 70 + 1, 70 + 1] + [0] * 12
    code = struct.pack("<4HI", 0x4801, 0x6801, 0x6801, 0xE7FE, ADC0)
    path = tmp_path / "reads_adc0.bin"
    path.write_bytes(struct.pack("<16I", *vectors) + code)
    return path


def test_an_access_without_a_model_is_counted_and_named(reads_adc0: Path) -> None:
    with Board("frdm_ke16z", reads_adc0, address=0) as board:
        board.run_for(1)
        found = unmodelled_accesses(board)
    assert found.firmware == "reads_adc0"
    assert found.count == 2
    assert all("ADC0" in sentence and "read of 0x4003b000" in sentence for sentence in found.sentences)


@pytest.mark.parametrize("name", buildable_boards())
def test_our_firmware_touches_nothing_that_is_not_modelled(name: str) -> None:
    found = board_coverage(name)
    assert found.runs, found.not_built
    for run in found.runs:
        assert run.count == 0, run.sentences
    data = coverage_json(found)
    assert {"entry", "type", "registers", "modelled", "stored", "tagged", "source"} <= set(data["blocks"][0])
    assert data["totals"]["modelled"] == sum(block["modelled"] for block in data["blocks"]) > 0
    assert data["tag_only"], "every part has blocks that nobody here uses"


def test_without_firmware_the_map_is_there_and_the_command_to_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGITRIG_BUILD", str(tmp_path))
    found = board_coverage("frdm_ke16z")
    assert not found.runs
    assert "digitrig build frdm_ke16z" in found.not_built
    assert found.map.totals["modelled"] > 0


def test_unknown_board_is_told_with_what_is_near() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'frdm_ke16z'"):
        board_coverage("frdm_ke16")
