"""Areas and font of the firmware's screens, and text read from pictures that are drawn here."""

from __future__ import annotations

import numpy as np
import pytest

from digitrig import screen
from digitrig.errors import FileFormatError, MissingFileError, UnknownNameError, UsageError
from digitrig.screen import Font, area_of, areas_of, load_font, middle_of, read_text

FONT = """/* two lines
 * of words */
FONT(8, 4)
GLYPH('A', 0x00, 0x18, 0x24, 0x00)  // a comment
GLYPH(0x27, 0, 16, 0, 0)
GLYPH(',', 0, 0, 0, 32)
"""


@pytest.fixture
def font(tmp_path) -> Font:
    path = tmp_path / "font.def"
    path.write_text(FONT)
    load_font.cache_clear()
    yield load_font(path)
    load_font.cache_clear()


def draw(font: Font, text: str, x: int, y: int, scale: int = 1, ink=(255, 255, 255), paper=(0, 0, 40)) -> np.ndarray:
    """A picture of 120 x 40 with a line of text."""
    frame = np.full((40, 120, 3), paper, np.uint8)
    rows = {character: cell for cell, character in font.glyphs.items()}
    for number, character in enumerate(text):
        for row, bits in enumerate(rows[character]):
            for column in range(font.width):
                if bits >> (font.width - 1 - column) & 1:
                    top, left = y + row * scale, x + (number * font.width + column) * scale
                    frame[top : top + scale, left : left + scale] = ink
    return frame


def test_a_font_file(font):
    assert (font.width, font.height) == (8, 4)
    assert font.glyphs == {(0, 0x18, 0x24, 0): "A", (0, 16, 0, 0): "'", (0, 0, 0, 32): ",", (0, 0, 0, 0): " "}


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
@pytest.mark.parametrize("place", [(0, 0), (3, 5), (20, 17)])
def test_text_is_read_at_every_place_and_size(font, scale, place):
    frame = draw(font, "A,A'", *place, scale)
    if place[0] + 4 * 8 * scale <= 120:
        assert read_text(frame, (0, 0, 120, 40), font) == "A,A'"


def test_spaces_between_are_read_and_around_are_not(font):
    assert read_text(draw(font, "A A", 10, 10), (0, 0, 120, 40), font) == "A A"
    assert read_text(draw(font, "  A  ", 10, 10), (0, 0, 120, 40), font) == "A"


def test_dark_on_light_and_a_frame_around(font):
    frame = draw(font, "AA", 30, 12, 2, ink=(0, 0, 0), paper=(250, 250, 250))
    frame[[0, 1, -1, -2]] = frame[:, [0, 1, -1, -2]] = (200, 0, 0)
    assert read_text(frame, (0, 0, 120, 40), font) == "AA"


def test_only_the_area_counts(font):
    frame = draw(font, "AA", 10, 10)
    frame[30:, 60:] = (1, 2, 3)
    assert read_text(frame, (0, 0, 50, 25), font) == "AA"
    assert read_text(frame, (50, 0, 70, 25), font) == ""


def test_one_wrong_pixel_is_no_text(font):
    frame = draw(font, "A", 10, 10, 2)
    frame[12, 30] = (255, 255, 255)
    assert read_text(frame, (0, 0, 120, 40), font) is None
    with pytest.raises(UsageError, match=r"area \(100, 0, 30, 10\) leaves the picture of 120 x 40 pixels"):
        read_text(frame, (100, 0, 30, 10), font)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("GLYPH('A', 1, 2, 3, 4)\n", r":1: GLYPH with 5 arguments; expected FONT\(width, height\) first"),
        ("FONT(8, 4)\nGLYPH('A', 1, 2, 3)\n", ":2: GLYPH with 4 arguments"),
        ("FONT(8, 4)\n\nGLYPH('A', 1, 2, 3, 256)\n", ":3: a row wider than 8 pixels"),
        ("FONT(8, four)\n", ":1: 'four'; expected a whole number"),
        ("FONT(8, 4)\n", "no glyphs"),
        ("what is this\n", r":1: 'what is this'; expected one NAME\(argument, ...\) a line"),
    ],
)
def test_a_font_that_is_none(tmp_path, text, error):
    path = tmp_path / "font.def"
    path.write_text(text)
    load_font.cache_clear()
    with pytest.raises(FileFormatError, match=error):
        load_font(path)


@pytest.fixture
def app(tmp_path, monkeypatch):
    """Writes the screen.def of an app `demo`."""
    monkeypatch.setattr(screen, "firmware_dir", lambda: tmp_path)

    def write(text: str) -> None:
        (tmp_path / "apps" / "demo").mkdir(parents=True, exist_ok=True)
        (tmp_path / "apps" / "demo" / "screen.def").write_text(text)

    return write


def test_areas(app):
    app("/* places */\nAREA(input, 8, 24, 240, 240)\nAREA(clear, 388, 208, 84, 56)\n")
    assert areas_of("demo") == {"input": (8, 24, 240, 240), "clear": (388, 208, 84, 56)}
    assert middle_of(area_of("demo", "clear")) == (430, 236)
    with pytest.raises(
        UnknownNameError, match=r"area on the screen of 'demo' 'clea' unknown; known: clear, input; did"
    ):
        area_of("demo", "clea")
    with pytest.raises(MissingFileError, match="screen of the app 'nothing'"):
        areas_of("nothing")


@pytest.mark.parametrize(
    "line", ["AREA(a, 1, 2, 3)", "AREA(input, 1, 2, 3, 4)", "BOX(a, 1, 2, 3, 4)", "AREA(a, x, 2, 3, 4)"]
)
def test_areas_that_are_none(app, line):
    app(f"AREA(input, 8, 24, 240, 240)\n{line}\n")
    with pytest.raises(FileFormatError, match=r"screen\.def:2: "):
        areas_of("demo")


def test_the_firmwares_own_font_has_all_of_ascii_once():
    load_font.cache_clear()
    characters = sorted(load_font().glyphs.values())
    assert set(map(chr, range(32, 127))) <= set(characters)
    assert len(characters) == len(set(characters))
