"""Graphics, touch reports, the lock's hash and its rules, compiled for this machine with traps for undefined behaviour.

Expected values: the reduction to 28x28 written anew with numpy; SipHash-2-4 by the vectors of its authors' reference
implementation; the meaning of a touch report by the FT5x06 register description.
"""

from __future__ import annotations

import ctypes
import re
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitrig.resources import firmware_dir

SIDE = 28
PAD_POINTS = 64
UNITS = [
    "graphics/canvas.c",
    "graphics/text.c",
    "graphics/pad.c",
    "drivers/ft5406.c",
    "apps/lock/siphash.c",
    "apps/lock/secret.c",
    "apps/lock/lock.c",
    "common/line.c",
]
STUBS = """#include <stdint.h>
#include "boards/keep.h"
uint32_t kept[KEEP_WORDS];
void keep_read(uint32_t words[KEEP_WORDS]) { for (int i = 0; i < 8; i++) { words[i] = kept[i]; } }
void keep_write(const uint32_t words[KEEP_WORDS]) { for (int i = 0; i < 8; i++) { kept[i] = words[i]; } }
uint32_t board_cycles(void) { return 12345u; }
"""
i16, u8, u16, u32 = ctypes.c_int16, ctypes.c_uint8, ctypes.c_uint16, ctypes.c_uint32


class Rectangle(ctypes.Structure):
    _fields_ = [("x", i16), ("y", i16), ("width", i16), ("height", i16)]


class Canvas(ctypes.Structure):
    _fields_ = [("pixels", ctypes.POINTER(u16)), ("width", i16), ("height", i16), ("changed", Rectangle)]


class Waiting(ctypes.Structure):
    _fields_ = [("x", i16), ("y", i16), ("joined", ctypes.c_bool)]


class Pad(ctypes.Structure):
    _fields_ = [
        ("area", Rectangle),
        ("grid", u8 * (SIDE * SIDE)),
        ("has_ink", ctypes.c_bool),
        ("pen_down", ctypes.c_bool),
        ("last_x", i16),
        ("last_y", i16),
        ("wiped", ctypes.c_bool),
        ("points", u32),
        ("waiting", Waiting * PAD_POINTS),
        ("drawn_x", i16),
        ("drawn_y", i16),
    ]


class Style(ctypes.Structure):
    _fields_ = [("colour", u16), ("background", u16), ("scale", u8)]


class Finger(ctypes.Structure):
    _fields_ = [("down", ctypes.c_bool), ("id", u8), ("x", u16), ("y", u16)]


@pytest.fixture(scope="module")
def firmware(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    folder = tmp_path_factory.mktemp("graphics")
    (folder / "stubs.c").write_text(STUBS)
    result = folder / "firmware.so"
    units = [str(firmware_dir() / unit) for unit in UNITS]
    command = [sys.executable, "-m", "ziglang", "cc", "-shared", "-fPIC", "-O1", "-fsanitize=undefined"]
    command += ["-fsanitize-trap=undefined", f"-I{firmware_dir()}"]
    subprocess.run([*command, *units, str(folder / "stubs.c"), "-o", str(result)], check=True)
    library = ctypes.CDLL(str(result))
    library.siphash.restype = ctypes.c_uint64
    library.lock_text.restype = ctypes.c_char_p
    for name in ("enter", "clear", "digit", "close", "change", "tick", "takes_digits"):
        getattr(library, f"lock_{name}").restype = ctypes.c_bool
    return library


# ---------------------------------------------------------------- the input area

AREA = Rectangle(8, 24, 240, 240)
BRUSH = {0: 255, 1: 192, 2: 96}


def expected_grid(points: list[tuple[int, int]]) -> np.ndarray:
    """The 3x3 brush at every cell that a line of whole pixels through the points inside the area passes."""
    grid = np.zeros((SIDE, SIDE), np.int64)
    last: tuple[int, int] | None = None
    for x, y in points:
        if not (8 <= x < 248 and 24 <= y < 264):
            last = None
            continue
        x0, y0 = last or (x, y)
        steps = max(abs(x - x0), abs(y - y0), 1)
        for step in range(steps + 1):
            at_x = x0 + int((x - x0) * step / steps) - 8  # int() cuts towards zero, as C does
            at_y = y0 + int((y - y0) * step / steps) - 24
            column, row = at_x * SIDE // 240, at_y * SIDE // 240
            for dy in (-1, 0, 1):
                for dx in (-1, 0, 1):
                    if 0 <= row + dy < SIDE and 0 <= column + dx < SIDE:
                        grey = BRUSH[abs(dx) + abs(dy)]
                        grid[row + dy, column + dx] = max(grid[row + dy, column + dx], grey)
        last = (x, y)
    return grid


def drawn(firmware: ctypes.CDLL, points: list[tuple[int, int]]) -> Pad:
    pad = Pad(area=AREA)
    firmware.pad_clear(ctypes.byref(pad))
    for x, y in points:
        firmware.pad_draw_to(ctypes.byref(pad), x, y)
    firmware.pad_lift(ctypes.byref(pad))
    return pad


def image_of(firmware: ctypes.CDLL, pad: Pad) -> np.ndarray:
    image = (u8 * (SIDE * SIDE))()
    firmware.pad_image(ctypes.byref(pad), image)
    return np.frombuffer(bytes(image), np.uint8).reshape(SIDE, SIDE).astype(np.int64)


places = st.tuples(st.integers(0, 479), st.integers(0, 271))


@given(st.lists(places, min_size=1, max_size=100))
def test_strokes_become_the_grid_of_the_published_demo_within_its_bounds(firmware, points):
    pad = drawn(firmware, points)
    assert np.array_equal(np.frombuffer(bytes(pad.grid), np.uint8).reshape(SIDE, SIDE), expected_grid(points))
    assert pad.has_ink == any(8 <= x < 248 and 24 <= y < 264 for x, y in points)


@given(st.lists(st.tuples(st.integers(8, 247), st.integers(24, 263)), min_size=1, max_size=40))
def test_the_image_is_the_grid_moved_so_that_its_mass_is_in_the_middle(firmware, points):
    pad = drawn(firmware, points)
    grid = np.frombuffer(bytes(pad.grid), np.uint8).reshape(SIDE, SIDE).astype(np.int64)
    image = image_of(firmware, pad)
    rows, columns = np.nonzero(grid)
    moved_rows, moved_columns = np.nonzero(image)
    down, right = moved_rows.min() - rows.min(), moved_columns.min() - columns.min()
    assert np.array_equal(np.roll(grid, (down, right), (0, 1)), image), "moved as a whole, nothing lost"
    for position, (low, high) in (
        ((image.sum(1) * np.arange(SIDE)).sum() / image.sum(), (moved_rows.min(), moved_rows.max())),
        ((image.sum(0) * np.arange(SIDE)).sum() / image.sum(), (moved_columns.min(), moved_columns.max())),
    ):
        assert abs(position - 13.5) <= 0.76 or low == 0 or high == SIDE - 1, "in the middle, or at the edge"


def test_right_is_right_and_down_is_down(firmware):
    grid = np.frombuffer(bytes(drawn(firmware, [(20, 200), (240, 200)]).grid), np.uint8).reshape(SIDE, SIDE)
    row = (200 - 24) * SIDE // 240
    assert (grid[row, 1:27] == 255).all()
    assert not grid[: row - 1].any() and not grid[row + 2 :].any()


def test_an_empty_pad_is_an_empty_image(firmware):
    assert not image_of(firmware, drawn(firmware, [(300, 10)])).any()


# ---------------------------------------------------------------- frames


class Frame:
    """A small frame with a margin before and behind that nothing may touch."""

    WIDTH, HEIGHT, MARGIN = 40, 30, 64

    def __init__(self) -> None:
        self.memory = np.full(self.WIDTH * self.HEIGHT + 2 * self.MARGIN, 0x5A5A, np.uint16)
        address = self.memory.ctypes.data + 2 * self.MARGIN
        self.canvas = Canvas(ctypes.cast(address, ctypes.POINTER(u16)), self.WIDTH, self.HEIGHT)

    @property
    def picture(self) -> np.ndarray:
        return self.memory[self.MARGIN : -self.MARGIN].reshape(self.HEIGHT, self.WIDTH)

    def margins_are_whole(self) -> bool:
        margins = (self.memory[: self.MARGIN], self.memory[-self.MARGIN :])
        return all((margin == 0x5A5A).all() for margin in margins)


small = st.integers(-60, 80)


@given(small, small, st.integers(0, 90), st.integers(0, 90))
def test_a_filled_rectangle_is_clipped_at_the_frame(firmware, x, y, width, height):
    frame = Frame()
    firmware.canvas_fill(ctypes.byref(frame.canvas), Rectangle(x, y, width, height), u16(7))
    expected = np.full((frame.HEIGHT, frame.WIDTH), 0x5A5A, np.uint16)
    expected[max(0, y) : max(0, y + height), max(0, x) : max(0, x + width)] = 7
    assert np.array_equal(frame.picture, expected)
    assert frame.margins_are_whole()
    changed = frame.canvas.changed
    seen = np.zeros_like(expected, bool)
    seen[changed.y : changed.y + changed.height, changed.x : changed.x + changed.width] = True
    assert (seen | (expected != 7)).all(), "what has changed is known"


@given(small, small, st.integers(0, 12))
def test_a_dot_is_all_that_lies_within_its_radius(firmware, x, y, radius):
    frame = Frame()
    area = Rectangle(5, 5, 20, 20)
    firmware.canvas_dot(ctypes.byref(frame.canvas), area, x, y, radius, u16(9))
    rows, columns = np.mgrid[0 : frame.HEIGHT, 0 : frame.WIDTH]
    inside = (columns - x) ** 2 + (rows - y) ** 2 <= radius * radius
    inside &= (columns >= 5) & (columns < 25) & (rows >= 5) & (rows < 25)
    assert np.array_equal(frame.picture == 9, inside)
    assert frame.margins_are_whole()


@given(st.text("7?aZ \u00e9", max_size=12), st.integers(1, 4), small, small)
def test_text_stays_in_the_frame(firmware, text, scale, x, y):
    frame = Frame()
    area = Rectangle(x, y, 36, 28)
    firmware.text_in(ctypes.byref(frame.canvas), area, text.encode("latin-1"), Style(1, 2, scale))
    assert frame.margins_are_whole()


def test_text_is_the_font_enlarged_in_the_middle_of_its_area(firmware):
    font = (firmware_dir() / "graphics" / "font.def").read_text()
    rows = re.search(r"^GLYPH\('7', (.*)\)$", font, re.MULTILINE)
    assert rows is not None
    glyph = np.array([[int(row, 16) >> (7 - column) & 1 for column in range(8)] for row in rows[1].split(", ")])
    frame = Frame()
    firmware.text_in(ctypes.byref(frame.canvas), Rectangle(2, 3, 10, 20), b"7", Style(1, 0, 1))
    expected = np.zeros((20, 10), np.uint16)
    expected[2:18, 1:9] = glyph
    assert np.array_equal(frame.picture[3:23, 2:12], expected)


# ---------------------------------------------------------------- touch reports


def report(*points: tuple[int, int, int, int]) -> bytes:
    """TD_STATUS and two points of (event, id, x, y), idle ones as 0xFF."""
    data = bytes([len(points)])
    for event, finger, x, y in points:
        data += bytes([event << 6 | x >> 8, x & 0xFF, finger << 4 | y >> 8, y & 0xFF, 0, 0])
    return data.ljust(13, b"\xff")


def test_the_first_finger_is_followed_until_it_goes(firmware):
    finger = Finger()
    press, lift, contact = 0, 1, 2
    for points, expected in [
        ([], (False, 0, 0)),
        ([(press, 1, 100, 300)], (True, 100, 300)),
        ([(contact, 1, 101, 301), (press, 2, 9, 9)], (True, 101, 301)),
        ([(contact, 2, 9, 9), (contact, 1, 102, 302)], (True, 102, 302)),
        ([(contact, 2, 9, 9), (lift, 1, 102, 302)], (False, 102, 302)),
        ([(contact, 2, 10, 10)], (True, 10, 10)),
        ([(contact, 2, 0xFFF, 0xFFF)], (True, 0xFFF, 0xFFF)),
        ([], (False, 0xFFF, 0xFFF)),
    ]:
        firmware.ft5406_follow(ctypes.byref(finger), report(*points))
        assert (finger.down, finger.x, finger.y) == expected


def test_more_than_five_points_are_none(firmware):
    finger = Finger()
    firmware.ft5406_follow(ctypes.byref(finger), b"\x0f" + report((2, 1, 5, 5))[1:])
    assert not finger.down


# ---------------------------------------------------------------- the lock


def siphash(firmware: ctypes.CDLL, message: bytes) -> int:
    key = (ctypes.c_uint64 * 2)(*np.frombuffer(bytes(range(16)), "<u8").tolist())
    return int(firmware.siphash(key, message, len(message)))


@pytest.mark.parametrize(
    ("length", "expected"),
    [(0, 0x726FDB47DD0E0E31), (1, 0x74F839C593DC67FD), (8, 0x93F5F5799A932462), (15, 0xA129CA6149BE45E5)],
)
def test_siphash_gives_the_published_vectors(firmware, length, expected):
    """Key and message 00 01 02 ...: the appendix of the paper, and vectors.h of the reference implementation."""
    assert siphash(firmware, bytes(range(length))) == expected


@pytest.fixture
def lock(firmware: ctypes.CDLL) -> Iterator[ctypes.CDLL]:
    kept = (u32 * 8).in_dll(firmware, "kept")
    kept[:] = [0] * 8
    firmware.lock_start(0)
    yield firmware


def kept_words(lock: ctypes.CDLL) -> list[int]:
    return list((u32 * 8).in_dll(lock, "kept"))


def enter(lock: ctypes.CDLL, pin: str, now_ms: int = 0) -> str:
    for digit in pin:
        lock.lock_digit(int(digit))
    lock.lock_enter(now_ms)
    return str(lock.lock_text().decode())


def test_what_is_kept_is_neither_the_pin_nor_the_same_for_the_same_pin(lock):
    enter(lock, "1234", 1000)
    first = kept_words(lock)
    for form in (b"1234", b"\1\2\3\4", b"\4\3\2\1", (1234).to_bytes(2, "little")):
        assert form not in np.array(first, np.uint32).tobytes()
    (u32 * 8).in_dll(lock, "kept")[:] = [0] * 8
    lock.lock_start(0)
    enter(lock, "1234", 2000)
    assert all(a != b for a, b in zip(first[3:6], kept_words(lock)[3:6], strict=True)), "another salt, another hash"


@pytest.mark.parametrize("pin", ["1234", "0000", "9999", "4321"])
def test_only_the_pin_opens(lock, pin):
    enter(lock, pin)
    for tried in ["0001", "1235", "2134", "9998"]:
        lock.lock_start(0)
        assert enter(lock, tried) == "wrong PIN, 2 tries left"
        lock.lock_start(0)
        assert enter(lock, pin) == "open"


@pytest.mark.parametrize("word", range(7))
def test_a_kept_word_that_is_damaged_is_noticed(lock, word):
    """Without a valid PIN the lock is new: a board that lost its power and coin cell is not bricked."""
    enter(lock, "1234")
    (u32 * 8).in_dll(lock, "kept")[word] ^= 1 << 7
    lock.lock_start(0)
    assert lock.lock_text() == b"set a PIN of 4 digits"


def test_the_lock_out_lasts_thirty_seconds_to_the_millisecond_and_over_the_clock_s_end(lock):
    enter(lock, "1234")
    start = 2**32 - 10_000
    lock.lock_start(start)
    for _ in range(3):
        text = enter(lock, "0000", start)
    assert text == "locked out for 30 s"
    assert not lock.lock_takes_digits() and not lock.lock_digit(1)
    assert lock.lock_tick((start + 29_999) % 2**32)
    assert lock.lock_text() == b"locked out for 1 s"
    assert lock.lock_tick((start + 30_000) % 2**32)
    assert lock.lock_text() == b"locked"
    assert enter(lock, "1234") == "open"
