"""Images traced to strokes, and strokes placed on a screen. Expected places by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from digitrig.digits import ink, load_ink, load_source, on_glass, trace_image
from digitrig.digits.tracing import thin
from digitrig.errors import ShapeError, UsageError


def picture(*boxes: tuple[int, int, int, int]) -> np.ndarray:
    """White boxes (x, y, width, height) on black."""
    image = np.zeros((28, 28), np.uint8)
    for x, y, width, height in boxes:
        image[y : y + height, x : x + width] = 255
    return image


def test_a_bar_becomes_one_stroke_along_its_middle():
    (stroke,) = trace_image(picture((12, 4, 3, 20))).strokes
    assert all(abs(point.x - 13.5 / 28) < 0.01 for point in stroke)
    ys = [point.y for point in stroke]
    assert ys == sorted(ys), "from the top down"
    assert 4 / 28 < ys[0] < 6 / 28
    assert 22 / 28 < ys[-1] < 24 / 28


def test_the_pen_moves_at_an_even_pace():
    (stroke,) = trace_image(picture((12, 4, 3, 20))).strokes
    assert [point.t for point in stroke] == list(range(0, 10 * len(stroke), 10))
    steps = [b.y - a.y for a, b in pairwise(stroke)]
    assert max(steps) <= 0.0223
    assert max(steps) - min(steps) < 0.001


def test_an_l_is_drawn_without_lifting_the_pen():
    ink_ = trace_image(picture((6, 4, 3, 20), (6, 21, 14, 3)), digit=1)
    (stroke,) = ink_.strokes
    assert stroke[0].y < 0.3 and stroke[-1].x > 0.6
    assert (ink_.digit, ink_.style) == (1, "traced")


def test_a_cross_is_two_strokes_straight_through():
    strokes = trace_image(picture((12, 3, 3, 22), (3, 12, 22, 3))).strokes
    assert len(strokes) == 2
    for stroke in strokes:
        xs, ys = [p.x for p in stroke], [p.y for p in stroke]
        across, along = max(xs) - min(xs), max(ys) - min(ys)
        assert min(across, along) < 0.05
        assert max(across, along) > 0.6


def test_a_ring_is_closed():
    (stroke,) = trace_image(picture((6, 6, 16, 3), (6, 19, 16, 3), (6, 6, 3, 16), (19, 6, 3, 16))).strokes
    assert abs(stroke[0].x - stroke[-1].x) + abs(stroke[0].y - stroke[-1].y) < 0.05


def test_a_dot_is_touched():
    (stroke,) = trace_image(picture((13, 13, 2, 2))).strokes
    assert stroke[-1].t >= 10


def test_grey_is_cut_at_half_of_the_strongest():
    image = picture((12, 4, 3, 20)) // 4
    image[4:24, 20:24] = 20
    assert len(trace_image(image).strokes) == 1


@pytest.mark.parametrize("digit", range(10))
def test_a_traced_digit_looks_like_the_digit(digit):
    image = ink(digit).render()
    again = trace_image(image).render()
    covered = np.minimum(image, again).sum() / np.maximum(image, again).sum()
    assert covered > 0.6


def test_thinning_keeps_what_is_connected_in_one_piece():
    mask = picture((4, 4, 5, 20), (4, 12, 20, 4)).astype(bool)
    line = thin(mask)
    assert not (line & ~mask).any()
    seen, todo = set(), [tuple(np.argwhere(line)[0])]
    while todo:
        y, x = todo.pop()
        if (y, x) in seen or not line[y, x]:
            continue
        seen.add((y, x))
        todo += [(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    assert len(seen) == line.sum()


def test_what_has_no_strokes():
    with pytest.raises(UsageError, match="an image without ink has no strokes"):
        trace_image(np.zeros((28, 28), np.uint8))
    with pytest.raises(ShapeError, match=r"image to trace: array of shape \(3, 3\)"):
        trace_image(np.zeros((3, 3), np.uint8))


def test_a_picture_as_a_source_of_strokes(tmp_path):
    path = tmp_path / "seven.npy"
    np.save(path, ink(7).render())
    assert load_ink(str(path)).style == "traced"
    np.save(path, np.stack([ink(7).render()] * 2))
    with pytest.raises(UsageError, match="holds 2 images; expected one whose ink can be traced"):
        load_ink(str(path))
    assert np.array_equal(load_source("ink:7")[0][0], load_ink("ink:7").render())


def test_ink_fills_the_rectangle():
    drawn = on_glass(ink(7), (8, 24, 240, 240))
    first = ink(7).strokes[0][0]
    assert drawn[0][0] == (8 + first.x * 239, 24 + first.y * 239, 0.0)


def test_a_long_rectangle_keeps_the_shape():
    for area, expected in (((0, 0, 100, 40), (30, 0)), ((0, 0, 40, 100), (0, 30))):
        (x, y, _), *_ = on_glass(ink(7), area)[0]
        first = ink(7).strokes[0][0]
        assert (x, y) == (expected[0] + first.x * 39, expected[1] + first.y * 39)


def test_no_room_and_no_ink():
    with pytest.raises(UsageError, match="a rectangle of 1 x 50 pixels has no room for a digit"):
        on_glass(ink(7), (0, 0, 1, 50))
    with pytest.raises(UsageError, match="ink without strokes cannot be drawn"):
        on_glass(type(ink(7))(()), (0, 0, 50, 50))
