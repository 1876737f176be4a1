"""Pictures to MNIST images. Expected values are worked out by hand from the rules at the top of png.py."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digitrig.digits.png import MOST_PIXELS, from_picture, parse_png, read_png, write_png
from digitrig.errors import FileFormatError


def png(picture: Image.Image, **options: object) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG", **options)
    return stream.getvalue()


def bar(width: int, height: int, box: tuple[int, int, int, int], ink: int = 0, paper: int = 255) -> Image.Image:
    """A grey picture with a filled rectangle. box: left, top, right, bottom."""
    picture = Image.new("L", (width, height), paper)
    picture.paste(ink, box)
    return picture


# A bar of 2 x 20 pixels: the box keeps it 2 x 20; centred by mass its columns 13.5 +- 0.5 go to 14 +- 0.5, which whole
# pixels reach as 13..14 or 14..15, both half a pixel from 14; its rows likewise.
def is_standing_bar(image: np.ndarray) -> bool:
    columns = np.flatnonzero(image.any(axis=0))
    rows = np.flatnonzero(image.any(axis=1))
    full = (image[np.ix_(rows, columns)] == 255).all()
    return bool(full) and len(columns) == 2 and len(rows) == 20 and columns[0] in (13, 14) and rows[0] in (4, 5)


@pytest.mark.parametrize("scale", [1, 3, 10])
@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (255, 0), (40, 120), (200, 30)])
def test_size_and_polarity_do_not_matter(scale: int, ink: int, paper: int) -> None:
    picture = bar(50 * scale, 40 * scale, (7 * scale, 5 * scale, 9 * scale, 25 * scale), ink, paper)
    assert is_standing_bar(parse_png(png(picture), "x.png"))


def test_aspect_is_kept_for_a_lying_bar() -> None:
    image = parse_png(png(bar(300, 100, (50, 40, 250, 60))), "x.png")
    assert len(np.flatnonzero(image.any(axis=0))) == 20
    assert len(np.flatnonzero(image.any(axis=1))) == 2


def test_small_picture_is_scaled_up() -> None:
    assert is_standing_bar(parse_png(png(bar(9, 16, (4, 3, 5, 13))), "x.png"))


def test_centre_of_mass_goes_to_the_middle() -> None:
    picture = np.zeros((40, 40), np.uint8)
    picture[5:25, 8:12] = 255  # an L: 20 x 4 standing, 4 x 16 at its foot
    picture[21:25, 12:28] = 255
    image = from_picture(picture).astype(float)
    for axis in (0, 1):
        centre = (image.sum(axis=1 - axis) * np.arange(28)).sum() / image.sum()
        assert abs(centre - 14) <= 0.5


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode(mode: str) -> None:
    picture = bar(50, 40, (7, 5, 9, 25))
    picture = Image.fromarray(np.asarray(picture).astype(np.uint16) * 257) if mode == "I;16" else picture.convert(mode)
    assert is_standing_bar(parse_png(png(picture), "x.png"))


@pytest.mark.parametrize("ink", [0, 255])
def test_transparent_background_is_paper_for_either_ink(ink: int) -> None:
    alpha = bar(50, 40, (7, 5, 9, 25), ink=255, paper=0)
    picture = Image.merge("LA", (Image.new("L", (50, 40), ink), alpha))
    assert is_standing_bar(parse_png(png(picture), "x.png"))


def test_palette_with_transparent_colour() -> None:
    picture = bar(50, 40, (7, 5, 9, 25)).convert("P")
    paper = picture.getpixel((0, 0))
    assert is_standing_bar(parse_png(png(picture, transparency=paper), "x.png"))


def test_faint_noise_of_the_paper_is_not_ink() -> None:
    picture = np.full((60, 60), 250, np.uint8)
    picture[::7, ::5] = 244
    picture[20:40, 30:32] = 10
    assert is_standing_bar(from_picture(picture))


def test_mnist_like_picture_passes_unchanged() -> None:
    image = np.zeros((28, 28), np.uint8)
    image[2:26, 3:6] = 77  # neither centred nor full ink
    assert np.array_equal(parse_png(png(Image.fromarray(image)), "x.png"), image)


def test_28x28_picture_on_white_paper_is_converted() -> None:
    assert is_standing_bar(parse_png(png(bar(28, 28, (3, 2, 5, 22))), "x.png"))


def test_28x28_colour_picture_is_converted() -> None:
    picture = bar(28, 28, (3, 2, 5, 22), ink=255, paper=0).convert("RGB")
    assert is_standing_bar(parse_png(png(picture), "x.png"))


def test_written_picture_reads_back(tmp_path: Path) -> None:
    image = np.zeros((28, 28), np.uint8)
    image[5:20, 9:12] = np.arange(100, 115, dtype=np.uint8)[:, None]
    write_png(tmp_path / "x.png", image)
    assert np.array_equal(read_png(tmp_path / "x.png")[0][0], image)


@pytest.mark.parametrize("size", [(28, 28), (100, 60)])
@pytest.mark.parametrize("grey", [0, 128, 255])
def test_blank_picture_is_an_error(size: tuple[int, int], grey: int) -> None:
    with pytest.raises(FileFormatError) as caught:
        parse_png(png(Image.new("L", size, grey)), "x.png")
    text = (
        f"x.png: blank picture, {size[0]}x{size[1]} pixels of grey {grey}..{grey}; expected a digit at least 16 of 255"
    )
    assert text in str(caught.value)


def test_contrast_limit_is_sixteen_levels() -> None:
    assert is_standing_bar(from_picture(np.asarray(bar(50, 40, (7, 5, 9, 25), ink=84, paper=100))))
    with pytest.raises(FileFormatError, match=r"blank picture, 50x40 pixels of grey 85\.\.100"):
        from_picture(np.asarray(bar(50, 40, (7, 5, 9, 25), ink=85, paper=100)))


def test_wholly_transparent_picture_is_blank() -> None:
    with pytest.raises(FileFormatError, match="blank picture"):
        parse_png(png(Image.new("RGBA", (30, 30), (0, 0, 0, 0))), "x.png")


def test_truncated_picture() -> None:
    data = png(Image.effect_noise((100, 100), 50))
    for keep in (8, 20, len(data) // 2, len(data) - 15, len(data) - 1):
        with pytest.raises(FileFormatError, match=rf"x\.png: truncated: {keep} bytes; expected a complete PNG picture"):
            parse_png(data[:keep], "x.png")


def test_damaged_picture() -> None:
    data = bytearray(png(Image.effect_noise((100, 100), 50)))
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(FileFormatError, match=rf"x\.png: {len(data)} bytes: .*; expected a complete PNG picture"):
        parse_png(bytes(data), "x.png")


def test_other_file_under_a_png_name() -> None:
    with pytest.raises(FileFormatError, match=r"x\.png: 9 bytes beginning 0x4749463839612020; expected 0x89504e47"):
        parse_png(b"GIF89a   ", "x.png")


def test_huge_picture_is_refused_before_it_is_unpacked() -> None:
    data = bytearray(png(Image.new("L", (10, 10))))
    data[16:24] = (30_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    with pytest.raises(FileFormatError, match=f"picture of 30000x30000 pixels; expected at most {MOST_PIXELS} pixels"):
        parse_png(bytes(data), "x.png")
