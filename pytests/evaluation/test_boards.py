"""Evaluation of the emulated boards: real firmware, real reference. MNIST where DIGITRIG_MNIST is set, else `ink`."""

from __future__ import annotations

import pytest

from digitrig.digits import default_dataset, load_dataset
from digitrig.evaluation import evaluate, results_json
from digitrig.evaluation.results import TIMING_FIELDS

BOARDS = ["frdm_ke16z", "mimxrt1060_evk"]


@pytest.mark.parametrize("inject", ["memory", pytest.param("uart", marks=pytest.mark.long)])
def test_every_byte_equals_the_reference(inject: str) -> None:
    results = evaluate(BOARDS, dataset=default_dataset(limit=40), inject=inject, workers=2)
    for result in results:
        assert result.failures == ()
        assert result.first_mismatches == ()
        assert result.mismatches == 0
        assert result.accuracy is not None
        assert result.accuracy >= 0.9
        assert result.cycles is not None
        assert result.cycles.minimum > 10_000
        assert "reference kernels" in result.reference


@pytest.mark.long
def test_number_of_workers_changes_nothing_but_the_times() -> None:
    found = []
    for workers in (0, 3):
        results = evaluate(BOARDS, dataset=load_dataset("ink", limit=12), workers=workers)
        boards = results_json(results)["boards"]
        found.append([{key: value for key, value in board.items() if key not in TIMING_FIELDS} for board in boards])
    assert found[0] == found[1]


def test_injection_makes_no_difference_to_the_scores() -> None:
    data = load_dataset("ink", limit=10)
    by_memory, by_uart = (
        evaluate(["frdm_ke16z"], dataset=data, inject=way, workers=1)[0] for way in ("memory", "uart")
    )
    assert by_memory.scores.tolist() == by_uart.scores.tolist()
    assert by_memory.digits.tolist() == by_uart.digits.tolist()
