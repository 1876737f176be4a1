"""PNG files and checks of strokes. PNG: read back with Pillow."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from digitrig.errors import ShapeError, UsageError
from digitrig.glass import check_strokes, png_bytes, write_png


def test_a_png_reads_back_the_same(tmp_path):
    frame = np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3)
    picture = Image.open(io.BytesIO(png_bytes(frame)))
    assert picture.size == (7, 5)
    assert np.array_equal(np.asarray(picture), frame)
    write_png(tmp_path / "new" / "a.png", frame)
    assert (tmp_path / "new" / "a.png").read_bytes() == png_bytes(frame)


def test_what_is_no_picture_and_where_none_can_be(tmp_path):
    with pytest.raises(ShapeError, match=r"a picture of shape \(5, 7\) and type uint8; expected \(height, width, 3\)"):
        png_bytes(np.zeros((5, 7), np.uint8))
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        write_png(tmp_path / "file" / "a.png", np.zeros((1, 1, 3), np.uint8))


@pytest.mark.parametrize(
    ("strokes", "text"),
    [
        ([], "nothing to draw: expected at least one stroke"),
        ([[(1, 1, 0)], []], "nothing to draw"),
        ([[(1, 1, 0), (100, 1, 10)]], r"stroke 0, place 1: \(100, 1\) is off the glass; x is 0..99, y is 0..49"),
        ([[(1, 1, 0)], [(1, -0.6, 0)]], r"stroke 1, place 0: \(1, -0.6\) is off the glass"),
        ([[(1, 1, 10), (1, 1, 9)]], "stroke 0, place 1: t is 9 ms after 10 ms; times must not fall"),
        ([[(1, 1)]], r"stroke 0, place 0: \(1, 1\); expected three numbers"),
        ([[(1, float("nan"), 0)]], "expected three numbers"),
    ],
)
def test_strokes_that_no_finger_draws(strokes, text):
    with pytest.raises(UsageError, match=text):
        check_strokes(strokes, (100, 50))


def test_good_strokes():
    check_strokes([[(0, 0, 0), (99.4, 49.4, 0)], [(5, 5, 100)]], (100, 50))
