"""`digitrig boards --coverage BOARD`."""

from __future__ import annotations

from digitrig.peripherals.coverage import coverage
from digitrig.platform import load_board


def test_json_has_blocks_tags_totals_and_runs(cli):
    outcome = cli("boards", "--coverage", "frdm_ke16z", "--json")
    assert outcome.code == 0, outcome.err
    found = outcome.json
    assert found["totals"] == coverage(load_board("frdm_ke16z").platform).totals
    assert {"schema_version", "board", "blocks", "tag_only", "runs"} <= found.keys()
    assert {"name": "ADC0", "first": 0x4003B000, "last": 0x4003BFFF} in found["tag_only"]  # KE1xZ64 RM, memory map
    runs = {run["firmware"]: run["unmodelled"] for run in found["runs"]}
    assert {"console-an13438-flash", "console-an13438-ram"} <= runs.keys()
    assert set(runs.values()) == {0}


def test_people_see_every_block_and_what_the_firmware_touched(cli):
    outcome = cli("boards", "--coverage", "frdm_ke16z")
    assert outcome.code == 0, outcome.err
    assert "lpuart0" in outcome.out and "UART.NXP_LPUART" in outcome.out and "in all" in outcome.out
    assert "ADC0" in outcome.out and "0x4003b000" in outcome.out
    assert "console-an13438-flash: no accesses to what is not modelled" in outcome.out


def test_unknown_board_is_code_2_with_what_is_near(cli):
    outcome = cli("boards", "--coverage", "frdm_ke16")
    assert outcome.code == 2
    assert "board 'frdm_ke16' unknown; known: " in outcome.err and "did you mean 'frdm_ke16z'?" in outcome.err
