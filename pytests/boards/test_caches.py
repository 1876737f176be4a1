"""A first inference and a second on the board with caches (i.MX RT1060: code in ITCM, weights in flash or in DTCM)."""

from __future__ import annotations

import numpy as np
import pytest

from digitrig.board import Board
from digitrig.digits import load_source

LINE = 384  # core cycles of a line from flash behind another, by the board file


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return load_source("ink:4:1")[0][0]


def cycles(board: Board, image: np.ndarray, count: int) -> list[int]:
    return [board.predict(image, inject="memory").cycles or 0 for _ in range(count)]


@pytest.mark.parametrize("weights", ["flash", "ram"])
def test_only_the_first_inference_waits_for_flash(weights: str, image: np.ndarray) -> None:
    """From flash it is longer by the lines of 1,662 weights; in RAM the start-up code has read them already."""
    with Board("mimxrt1060_evk", weights=weights) as board:
        board.start()
        first, second, third = cycles(board, image, 3)
    assert second == pytest.approx(third, rel=0.001), "but for what the branch predictor has learnt"
    if weights == "flash":
        assert first - second >= 1662 // 32 * LINE * 3 // 4, "but for what the core does while a line comes"
    else:
        assert 0 <= first - second <= 5 * LINE


def test_the_placement_of_weights_makes_no_difference_once_they_are_cached(image: np.ndarray) -> None:
    found = []
    for weights in ("flash", "ram"):
        with Board("mimxrt1060_evk", weights=weights) as board:
            board.start()
            found.append(cycles(board, image, 2)[1])
    assert found[0] == pytest.approx(found[1], rel=0.01)


def test_a_restored_board_is_as_cold_as_it_was(image: np.ndarray) -> None:
    with Board("mimxrt1060_evk", weights="flash") as board:
        board.start()
        cold = board.snapshot()
        first, second = cycles(board, image, 2)
        warm = board.snapshot()
        third = cycles(board, image, 1)
        board.restore(cold)
        assert cycles(board, image, 2) == [first, second]
        board.restore(warm)
        assert cycles(board, image, 1) == third
        board.restore(cold)
        assert cycles(board, image, 1) == [first]
