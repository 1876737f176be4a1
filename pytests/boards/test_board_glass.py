"""A board's glass from Python: strokes in virtual time, pictures, and boards that have none."""

from __future__ import annotations

import numpy as np
import pytest
from evk import BOARD, FLASH, sleeper
from PIL import Image

from digitrig.board import LAST_PLACE_MS, Board
from digitrig.digits import ink, on_glass
from digitrig.errors import UsageError
from digitrig.protocols import PS_PER_MS
from digitrig.screen import area_of, middle_of


@pytest.fixture
def asleep(tmp_path):
    """A board whose program only sleeps, so that nothing at all happens by itself."""
    with Board(BOARD, sleeper(tmp_path / "sleeper.bin"), address=FLASH) as board:
        yield board


@pytest.fixture(scope="module")
def touch_app():
    """The touch app, once its screen is there, and its snapshot."""
    with Board(BOARD, app="touch") as board:
        board.start()
        board.run_for(500)
        yield board, board.snapshot()


def test_strokes_are_drawn_at_their_times(asleep):
    seen = []
    chip = asleep.machine.services.models["touch"]
    put, lift = chip.put, chip.lift

    def note(action, *place):
        seen.append((round(asleep.machine.clock.now_ps / PS_PER_MS - start, 3), *place))
        action(*place)

    chip.put, chip.lift = (lambda *place: note(put, *place)), (lambda *place: note(lift, *place))
    asleep.run_for(1)
    start = asleep.machine.clock.now_ps / PS_PER_MS
    asleep.touch_strokes([[(10, 20, 0), (30, 40, 55.5)], [(50, 60, 400)]])
    last = LAST_PLACE_MS
    expected = [(0, 0, 20, 10), (55.5, 0, 40, 30), (55.5 + last, 0), (400, 0, 60, 50), (400 + last, 0)]
    assert seen == expected


def test_nothing_is_touched_if_a_later_place_is_off_the_glass(asleep):
    before = asleep.machine.clock.now_ps
    with pytest.raises(UsageError, match=r"stroke 0, place 1: \(480, 20\) is off the glass; x is 0..479, y is 0..271"):
        asleep.touch_strokes([[(10, 20, 0), (480, 20, 10)]])
    assert asleep.machine.clock.now_ps == before
    assert asleep.machine.services.models["touch"].get("FINGER0") == 0


def test_a_dark_screen_has_a_black_picture(asleep, tmp_path):
    frame = asleep.screenshot(tmp_path / "dark.png")
    assert frame.shape == (272, 480, 3)
    assert not frame.any()
    assert not np.asarray(Image.open(tmp_path / "dark.png")).any()


def test_boards_without_glass():
    with Board("lpc845_brk") as board:
        for action in (lambda: board.tap(1, 1), lambda: board.touch, lambda: board.touch_strokes([[(1, 1, 0)]])):
            with pytest.raises(UsageError, match=f"lpc845_brk has no touch panel; boards with one: {BOARD}"):
                action()
        with pytest.raises(UsageError, match=f"lpc845_brk has no LCD; boards with one: {BOARD}"):
            board.screenshot()


def test_a_drawn_digit_goes_through_the_board_the_same_each_time(touch_app):
    board, snapshot = touch_app
    pictures = []
    for _ in range(2):
        board.restore(snapshot)
        board.touch_strokes(on_glass(ink(2), area_of("touch", "input")))
        board.tap(*middle_of(area_of("touch", "predict")))
        board.run_until_line("Top1 class = 2")
        board.run_for(50)
        pictures.append((board.screenshot(), board.machine.clock.cycles, board.read_symbol("digitrig_image")))
    (first, *rest), (second, *again) = pictures
    assert np.array_equal(first, second)
    assert rest == again


def test_a_restored_board_shows_the_picture_of_then(touch_app):
    board, snapshot = touch_app
    board.restore(snapshot)
    before = board.screenshot()
    board.touch_strokes(on_glass(ink(8), area_of("touch", "input")))
    assert not np.array_equal(board.screenshot(), before)
    board.restore(snapshot)
    assert np.array_equal(board.screenshot(), before)


def test_a_digit_drawn_while_another_finger_rests_on_a_button(touch_app):
    board, snapshot = touch_app
    board.restore(snapshot)
    board.touch.touch(*middle_of(area_of("touch", "clear")), 1)
    board.touch_strokes(on_glass(ink(1), area_of("touch", "input")))
    board.touch.release(1)
    board.run_for(100)
    assert not [entry for entry in board.log() if entry.kind in ("bus_fault", "exception", "lockup")]
    board.tap(*middle_of(area_of("touch", "clear")))
    board.touch_strokes(on_glass(ink(5), area_of("touch", "input")))
    board.tap(*middle_of(area_of("touch", "predict")))
    board.run_until_line("Top1 class = 5")
