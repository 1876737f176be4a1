"""The `ink` set: digits as timed pen strokes."""

from __future__ import annotations

import hashlib
import itertools
import os
import subprocess
import sys

import numpy as np
import pytest

from digitrig.digits.ink import COORDINATE_STEPS, SAMPLE_MS, Dice, Ink, Point, ink, parse_path, style_names
from digitrig.digits.ink_styles import STYLES
from digitrig.digits.raster import draw_strokes
from digitrig.errors import UnknownNameError, UsageError
from digitrig.reference import Reference
from digitrig.resources import models_dir

ALL = [(digit, style) for digit in range(10) for style in style_names(digit)]


def test_every_digit_has_at_least_ten_styles() -> None:
    assert sorted(STYLES) == list(range(10))
    assert all(len(style_names(digit)) >= 10 for digit in range(10))


def test_no_two_styles_of_a_digit_look_alike() -> None:
    for digit in range(10):
        pictures = [ink(digit, style).render().astype(int) for style in style_names(digit)]
        for number, picture in enumerate(pictures):
            for other in pictures[number + 1 :]:
                assert np.abs(picture - other).sum() > 255 * 10


def test_skeletons_stay_on_their_grid() -> None:
    for digit, style in ALL:
        for stroke in parse_path(STYLES[digit][style]):
            assert len(stroke) >= 2
            assert all(0 <= x <= 100 and 0 <= y <= 100 for x, y, _ in stroke), (digit, style)


@pytest.mark.parametrize(("digit", "style"), ALL)
def test_strokes_are_points_of_a_real_pen(digit: int, style: str) -> None:
    drawn = ink(digit, style)
    points = [point for stroke in drawn.strokes for point in stroke]
    assert points[0].t == 0
    assert all(0 <= point.x <= 1 and 0 <= point.y <= 1 for point in points)
    assert all(round(value * COORDINATE_STEPS) / COORDINATE_STEPS == value for p in points for value in (p.x, p.y))
    for stroke in drawn.strokes:
        assert [point.t - stroke[0].t for point in stroke] == list(range(0, SAMPLE_MS * len(stroke), SAMPLE_MS))
        for a, b in itertools.pairwise(stroke):
            speed = ((a.x - b.x) ** 2 + (a.y - b.y) ** 2) ** 0.5 / (SAMPLE_MS / 1000)
            assert speed < 8  # areas a second; a hand that hurries writes a digit in 0.2 s
    for before, after in zip(drawn.strokes, drawn.strokes[1:], strict=False):
        assert 80 <= after[0].t - before[-1].t <= 800
    assert 150 <= drawn.duration_ms <= 3000


@pytest.mark.parametrize(("digit", "style"), ALL)
def test_picture_is_placed_as_in_mnist(digit: int, style: str) -> None:
    image = ink(digit, style).render()
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    assert image.max() == 255
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    assert 19 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 22  # the 20x20 box, with half a pixel of soft edge
    for axis in (0, 1):
        profile = image.astype(int).sum(axis=axis)
        assert abs((profile * np.arange(28)).sum() / profile.sum() - 14) <= 0.51


def test_line_width_and_grey_are_like_mnist() -> None:
    """Over the test images of MNIST: mean grey 33.8, 151 pixels with ink, 39 % of those at 250 or above."""
    pictures = np.stack([ink(digit, style).render() for digit, style in ALL])
    assert 28 < pictures.mean() < 40
    assert 120 < (pictures > 0).sum() / len(pictures) < 165
    assert 0.3 < (pictures >= 250).sum() / (pictures > 0).sum() < 0.5


def test_names_and_numbers_mean_the_same_style() -> None:
    assert ink(7, 1) == ink(7, "1") == ink(7, style_names(7)[1])
    assert ink(7) == ink(7, 0, 0)


def test_variations_differ_and_repeat() -> None:
    assert ink(3, "round", 1) == ink(3, "round", 1)
    assert ink(3, "round", 1) != ink(3, "round", 2)
    assert ink(3, "round", 1_000_000).digit == 3


@pytest.mark.long
def test_another_process_draws_the_same_bytes() -> None:
    """Hash randomisation and import order differ from process to process; the digits must not."""
    program = (
        "import hashlib; from digitrig.digits.ink import ink; "
        "drawn = b''.join(ink(d, s).render().tobytes() for d in range(10) for s in range(10)); "
        "print(hashlib.sha256(drawn).hexdigest())"
    )
    here = hashlib.sha256(b"".join(ink(d, s).render().tobytes() for d in range(10) for s in range(10))).hexdigest()
    for seed in ("1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=env)
        assert done.stdout.strip() == here


def test_dice_are_splitmix64() -> None:
    """First outputs for state 1234567, as published with the reference implementation of splitmix64."""
    dice = Dice("")
    dice._state = 1234567
    assert [dice.step() for _ in range(3)] == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_model_recognises_at_least_95_percent_of_the_set() -> None:
    pairs = [(digit, style, variation) for digit, style in ALL for variation in range(3)]
    reference = Reference(models_dir() / "an13438.tflite")
    digits = reference.scores_many([ink(*each).render() for each in pairs]).argmax(axis=1)
    right = sum(int(found) == digit for found, (digit, _, _) in zip(digits, pairs, strict=True))
    assert right >= 0.95 * len(pairs)


def test_one_point_is_a_dot_in_the_middle() -> None:
    image = Ink(((Point(0.9, 0.1, 0),),)).render()
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    assert rows[0] == columns[0] >= 11
    assert rows[-1] == columns[-1] <= 16


def test_straight_line_covers_the_pixels_that_geometry_says() -> None:
    """A line 0.1 box = 2 pixels wide, standing: 20 pixels high with its round ends, 2 wide, full in its middle."""
    image = draw_strokes([[(0.0, 0.0), (0.0, 1.0)]], 0.1)
    middle = image[10:18]
    assert (np.count_nonzero(middle, axis=1) == 2).all()
    assert middle.max() == 255
    assert (middle.sum(axis=1) == 2 * 255).all()
    assert len(np.flatnonzero(image.any(axis=1))) == 20


def test_long_and_short_pieces_draw_the_same_line() -> None:
    whole = draw_strokes([[(0.0, 0.0), (0.5, 1.0)]], 0.12)
    pieces = draw_strokes([[(step / 128, step / 64) for step in range(65)]], 0.12)
    assert np.abs(whole.astype(int) - pieces.astype(int)).max() <= 3


def test_ink_without_strokes_has_no_picture() -> None:
    with pytest.raises(UsageError, match="ink without strokes has no image; expected at least one stroke"):
        Ink(()).render()


def test_unknown_names_list_what_there_is() -> None:
    with pytest.raises(UnknownNameError, match="ink digit '10' unknown; known: 0, 1, 2"):
        ink(10)
    with pytest.raises(UnknownNameError, match=r"ink style of digit 7 'crosed' unknown; .*did you mean 'crossed'\?"):
        ink(7, "crosed")
    with pytest.raises(UnknownNameError, match="ink style of digit 7 '99' unknown; known: 0, 1"):
        ink(7, 99)
    with pytest.raises(UsageError, match="ink variation -1 is negative; variations count from 0"):
        ink(7, 0, -1)
