"""PNG pictures of digits to MNIST images and back.

MNIST was made by scaling each digit, aspect kept, into a box of 20x20 pixels with anti-aliasing, and shifting it so
that its centre of mass is in the middle of 28x28 (LeCun, Cortes and Burges, "The MNIST database"). A picture of any
size and mode is treated alike:

1. Transparent pixels become paper: black paper where the opaque pixels are bright on average, white paper otherwise.
2. Grey by ITU-R 601 luma. The paper's grey is the median of the outermost pixels. Where it is brighter than the middle
   between the picture's extremes, ink is dark on light and is inverted.
3. Ink is the difference to the paper, stretched so that the strongest is 255; below 1/16 of that it is noise.
4. The smallest rectangle around the ink is scaled into 20x20 (area average down, bilinear up) and centred by mass.

A picture that is MNIST-like already passes unchanged: 28x28, 8-bit grey without transparency, and more than half of
its outermost pixels are 0.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digitrig.digits.arrays import SIDE, GreyImage, GreyImages, centre_by_mass
from digitrig.digits.files import read_bytes, write_bytes
from digitrig.digits.raster import BOX
from digitrig.errors import FileFormatError

if TYPE_CHECKING:
    from PIL.Image import Image

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
LEAST_CONTRAST = 16
"""Grey levels between paper and strongest ink below which a picture counts as blank."""
NOISE_PART = 16
"""Ink below 1/16 of the strongest is noise of the paper."""
MOST_PIXELS = 64_000_000
"""Pictures above this size are refused before they are unpacked."""


def parse_png(data: bytes, name: object) -> GreyImage:
    """Return the (28, 28) uint8 image of PNG bytes. name: for errors.

    Raises FileFormatError for what is no PNG, is cut short or damaged, is too large, or is blank.
    """
    picture = _open(data, name)
    if picture.mode == "L" and picture.size == (SIDE, SIDE) and "transparency" not in picture.info:
        grey = np.array(picture, np.uint8)
        if grey.any() and np.median(_border(grey)) == 0:
            return grey
    return from_picture(_grey(picture), name)


def from_picture(grey: NDArray[np.uint8], name: object = "picture") -> GreyImage:
    """Convert a grey picture (H, W) uint8 of either polarity as MNIST was made; FileFormatError where it is blank."""
    paper = round(float(np.median(_border(grey))))
    middle = (int(grey.min()) + int(grey.max())) / 2
    values = grey.astype(np.int64)
    ink = np.maximum(0, paper - values if paper > middle else values - paper)
    strongest = int(ink.max())
    if strongest < LEAST_CONTRAST:
        found = f"blank picture, {grey.shape[1]}x{grey.shape[0]} pixels of grey {grey.min()}..{grey.max()}"
        raise FileFormatError(name, found, f"a digit at least {LEAST_CONTRAST} of 255 grey levels from its background")
    ink = (ink * 255 + strongest // 2) // strongest
    ink[ink * NOISE_PART < 255] = 0
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.uint8)
    return centre_by_mass(_into_box(cut))


def read_png(path: Path) -> tuple[GreyImages, None]:
    """Read one picture as (1, 28, 28); it holds no label."""
    return parse_png(read_bytes(path, "PNG file"), path)[None], None


def write_png(path: Path, image: GreyImage) -> None:
    """Write one (28, 28) image as 8-bit grey, ink bright on black."""
    from PIL import Image as pillow

    stream = io.BytesIO()
    pillow.fromarray(image).save(stream, "PNG")
    write_bytes(path, stream.getvalue())


def _open(data: bytes, name: object) -> Image:
    from PIL import Image as pillow

    _check_chunks(data, name)
    try:
        picture = pillow.open(io.BytesIO(data), formats=("PNG",))
        picture.load()
    except (OSError, SyntaxError, ValueError) as error:
        raise FileFormatError(name, f"{len(data)} bytes: {error}", "a complete PNG picture") from None
    return picture


def _check_chunks(data: bytes, name: object) -> None:
    """Refuse what is no PNG, what ends before its IEND chunk, and what is larger than MOST_PIXELS.

    A chunk is length, type, content and CRC, the first one IHDR with width and height (W3C PNG, 5.3 and 11.2.1).
    """
    if not data.startswith(PNG_MAGIC):
        raise FileFormatError(name, f"{len(data)} bytes beginning 0x{data[:8].hex()}", "0x89504e470d0a1a0a of a PNG")
    position, kind = len(PNG_MAGIC), b""
    while kind != b"IEND":
        length, kind = int.from_bytes(data[position : position + 4], "big"), data[position + 4 : position + 8]
        position += 12 + length
        if position > len(data):
            raise FileFormatError(name, f"truncated: {len(data)} bytes", "a complete PNG picture")
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    if width * height > MOST_PIXELS:
        raise FileFormatError(name, f"picture of {width}x{height} pixels", f"at most {MOST_PIXELS} pixels")


def _grey(picture: Image) -> NDArray[np.uint8]:
    """Return the picture as (H, W) uint8 luma, transparency laid on paper."""
    if picture.mode.startswith("I") or picture.mode == "F":
        return (np.asarray(picture).astype(np.int64).clip(0, 65535) // 257).astype(np.uint8)
    if "transparency" not in picture.info and not picture.mode.endswith(("A", "a")):
        return np.array(picture.convert("L"), np.uint8)
    layers = np.array(picture.convert("RGBA").convert("LA"), np.int64)
    luma, alpha = layers[..., 0], layers[..., 1]
    opaque = int(alpha.sum())
    if opaque == 255 * alpha.size:
        return luma.astype(np.uint8)
    paper = 0 if int((luma * alpha).sum()) > 127 * opaque else 255
    return ((luma * alpha + paper * (255 - alpha) + 127) // 255).astype(np.uint8)


def _border(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the outermost pixels."""
    return np.concatenate((grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]))


def _into_box(cut: NDArray[np.uint8]) -> GreyImage:
    """Scale the ink's rectangle into 20x20, aspect kept, in the middle of (28, 28)."""
    from PIL import Image as pillow

    height, width = cut.shape
    longer = max(height, width)
    size = max(1, (width * BOX + longer // 2) // longer), max(1, (height * BOX + longer // 2) // longer)
    method = pillow.Resampling.BOX if longer >= BOX else pillow.Resampling.BILINEAR
    scaled = np.array(pillow.fromarray(cut).resize(size, method), np.int64)
    scaled = (scaled * 255 // max(1, int(scaled.max()))).astype(np.uint8)
    image = np.zeros((SIDE, SIDE), np.uint8)
    top, left = (SIDE - size[1]) // 2, (SIDE - size[0]) // 2
    image[top : top + size[1], left : left + size[0]] = scaled
    return image
