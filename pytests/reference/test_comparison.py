"""Comparison without tolerance."""

from __future__ import annotations

import numpy as np
import pytest

from digitrig.errors import ShapeError
from digitrig.reference import Difference, Layer, compare_scores, first_difference


def _layer(name: str, data: np.ndarray) -> Layer:
    return Layer(name, 0, data.shape, data)


def test_equal_scores_have_no_differences() -> None:
    assert compare_scores([1, -128, 127], np.array([1, -128, 127], np.int8)) == []


def test_one_step_is_a_difference() -> None:
    assert compare_scores([1, 2, 3], [1, 3, 3]) == [Difference("scores", -1, 1, (1,), 2, 3)]


def test_every_difference_of_many_images_is_told_with_its_coordinates() -> None:
    expected = np.zeros((3, 10), np.int8)
    found = expected.copy()
    found[0, 9], found[2, 4] = -1, 7
    differences = compare_scores(expected, found)
    assert [(d.coordinates, d.element, d.expected, d.found) for d in differences] == [
        ((0, 9), 9, 0, -1),
        ((2, 4), 24, 0, 7),
    ]


def test_different_shapes_are_told() -> None:
    with pytest.raises(ShapeError, match=r"scores: reference has shape \(10,\), found shape \(9,\)"):
        compare_scores(np.zeros(10), np.zeros(9))


def test_first_difference_names_layer_element_and_values() -> None:
    expected = [_layer("pool", np.zeros((1, 2, 2, 1), np.int8)), _layer("conv", np.zeros((1, 2, 2, 3), np.int8))]
    wrong = np.zeros((1, 2, 2, 3), np.int8)
    wrong[0, 1, 0, 2] = 5
    wrong[0, 1, 1, 0] = 6
    difference = first_difference(expected, [expected[0], _layer("other name", wrong)])
    assert difference == Difference("conv", 1, 8, (0, 1, 0, 2), 0, 5)
    assert str(difference) == "conv: element 8 [0, 1, 0, 2]: expected 0, found 5"


def test_equal_layers_have_no_first_difference() -> None:
    layers = [_layer("a", np.arange(4, dtype=np.int8).reshape(1, 4))]
    assert first_difference(layers, layers) is None


def test_flat_memory_of_a_board_compares_with_shaped_layers() -> None:
    expected = [_layer("a", np.arange(6, dtype=np.int8).reshape(1, 2, 3))]
    assert first_difference(expected, [_layer("a", np.arange(6, dtype=np.int8))]) is None


def test_other_number_of_layers_is_told() -> None:
    layer = _layer("a", np.zeros(1, np.int8))
    with pytest.raises(ShapeError, match="the reference has 2 layers, found 1"):
        first_difference([layer, layer], [layer])


def test_layer_of_another_size_is_told() -> None:
    with pytest.raises(ShapeError, match=r"a: reference has shape \(3,\), found shape \(4,\)"):
        first_difference([_layer("a", np.zeros(3, np.int8))], [_layer("a", np.zeros(4, np.int8))])
