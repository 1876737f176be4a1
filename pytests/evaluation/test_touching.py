"""Images drawn on the touch panel: what the firmware makes of the strokes is what the reference answers to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from digitrig.digits import load_dataset, load_source
from digitrig.errors import UsageError
from digitrig.evaluation import evaluate
from digitrig.evaluation.adapted_board import AdaptedBoard
from digitrig.evaluation.adapter import load_adapter
from digitrig.evaluation.jobs import Wish, foreign_job
from digitrig.evaluation.touching import TouchBoard
from digitrig.firmware_files import firmware_path
from digitrig.screen import area_of, middle_of

BOARD = "mimxrt1060_evk"


def test_drawn_digits_equal_the_reference_of_what_was_seen() -> None:
    (result,) = evaluate([BOARD], inject="touch", dataset="ink", limit=4, workers=0)
    assert result.failures == ()
    assert (result.app, result.inject, result.mismatches) == ("touch", "touch", 0)
    assert result.accuracy is not None and result.accuracy >= 0.75
    # A finger needs at least the 60 ms on the button.
    assert result.board_us is not None and result.board_us.minimum > 60_000


def test_what_is_seen_is_a_picture_of_what_was_drawn() -> None:
    image = load_source("ink:7")[0][0]
    board = TouchBoard(BOARD, app="touch").start()
    answer = board.predict(image)
    board.close()
    assert answer.digit == 7
    seen, drawn = answer.seen > 127, image > 127
    assert (seen & drawn).sum() > 0.6 * drawn.sum()


@pytest.mark.long
def test_an_adapter_draws_too(tmp_path: Path) -> None:
    area, (x, y) = area_of("touch", "input"), middle_of(area_of("touch", "predict"))
    path = tmp_path / "drawn.yaml"
    path.write_text(
        f"name: drawn\nstart: {{after_ms: 1000}}\nimage: {{how: touch, area: {list(area)}, button: [{x}, {y}]}}\n"
        "answer: {digit: {regex: '^Top1 class = (\\d)'}, last: ^Inference time}\n"
    )
    wish = Wish(elf=firmware_path(BOARD, "touch"), adapter=load_adapter(path))
    board = AdaptedBoard(foreign_job(BOARD, wish, "embedded")).start()
    found = [board.predict(image).digit for image in load_dataset("ink", limit=2).images[:1]]
    board.close()
    assert found == [0]


def test_boards_that_cannot_be_touched_are_told_which_can() -> None:
    text = (
        "images cannot be drawn to frdm_ke16z: it has no touch panel with the app 'touch'; boards that have: mimxrt1060"
    )
    with pytest.raises(UsageError, match=text):
        evaluate(["frdm_ke16z"], inject="touch", dataset="ink", limit=1)
    with pytest.raises(UsageError, match="the app 'touch' is built with an13438, not with 'lenet'"):
        evaluate([BOARD], inject="touch", model="lenet", dataset="ink", limit=1)


def test_a_blank_image_cannot_be_drawn_and_is_reported() -> None:
    from digitrig.digits import Dataset

    data = Dataset("blank", np.zeros((1, 28, 28), np.uint8), None, "made here")
    (result,) = evaluate([BOARD], inject="touch", dataset=data, workers=0)
    assert [failure.error for failure in result.failures] == ["UsageError"]
