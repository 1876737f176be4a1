"""The four rules by which a grey image becomes a model's input, against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from digitrig.digits.preprocess import preprocess, rule, rule_names
from digitrig.errors import ShapeError, UnknownNameError

GREYS = [0, 1, 2, 127, 128, 254, 255]


def image() -> np.ndarray:
    """One image whose first pixels are GREYS, the others background."""
    grey = np.zeros((1, 28, 28), np.uint8)
    grey[0, 0, : len(GREYS)] = GREYS
    return grey


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("scale", [-128, -127, -126, -1, 0, 126, 127]),
        ("halve", [0, 0, 1, 63, 64, 127, 127]),
        ("binarise", [-128, 127, 127, 127, 127, 127, 127]),
    ],
)
def test_greys_become_the_values_of_the_rule(name: str, expected: list[int]) -> None:
    values = preprocess(image(), name)
    assert values.shape == (1, 28, 28, 1) and values.dtype == np.int8
    assert values[0, 0, : len(GREYS), 0].tolist() == expected


def test_resize96_takes_the_nearest_pixel_above_and_to_the_left() -> None:
    grey = (np.arange(784) % 251).astype(np.uint8).reshape(1, 28, 28)
    values = preprocess(grey, "resize96")
    assert values.shape == (1, 96, 96, 1)
    # d * 28 // 96 by hand: 3 * 28 = 84 is still column 0, 4 * 28 = 112 is column 1; 95 * 28 = 2660 is column 27
    for row, column, source_row, source_column in ((0, 0, 0, 0), (3, 4, 0, 1), (95, 95, 27, 27), (48, 7, 14, 2)):
        assert int(values[0, row, column, 0]) == int(grey[0, source_row, source_column]) - 128


@pytest.mark.parametrize("name", ["scale", "halve", "binarise", "resize96"])
def test_the_input_quantisation_of_a_rule_takes_white_to_nought_and_ink_to_one(name: str) -> None:
    grey = np.zeros((2, 28, 28), np.uint8)
    grey[1] = 255
    chosen = rule(name)
    meant = (preprocess(grey, name).astype(int) - chosen.zero_point) * chosen.scale
    assert meant.shape[1:3] == (chosen.side, chosen.side)
    assert np.all(meant[0] == 0)
    assert np.all(np.abs(meant[1] - 1) < 1 / 100)


def test_an_unknown_rule_and_a_wrong_shape_say_what_is_known() -> None:
    assert rule_names() == ["binarise", "halve", "resize96", "scale"]
    with pytest.raises(UnknownNameError, match=r"preprocessing rule 'scales' unknown; known: .*did you mean 'scale'"):
        preprocess(image(), "scales")
    with pytest.raises(ShapeError, match=r"images have shape \(28, 28\) and type uint8; expected \(N, 28, 28\) uint8"):
        preprocess(image()[0], "scale")
    with pytest.raises(ShapeError, match="type float32"):
        preprocess(image().astype(np.float32), "scale")
