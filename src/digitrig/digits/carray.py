"""Images as C text (`.inc`): numbers to `#include` within braces, or a whole array definition.

Read: decimal and hexadecimal numbers 0..255, with comments, with or without braces and a declaration; 784 for each
image. Written: bare numbers, 28 in a row, so that `static const uint8_t image[784] = {` + `#include "x.inc"` + `};`
compiles. Labels have no place in it.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from digitrig.digits.arrays import PIXELS, SIDE, GreyImages
from digitrig.digits.files import read_bytes, write_bytes
from digitrig.errors import FileFormatError

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_NUMBER = re.compile(r"(0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]*")


def parse_carray(text: str, name: object) -> GreyImages:
    """Return the images in C text. name: for errors, which name the line.

    Raises FileFormatError for what is not a number 0..255, and for a count that is not a multiple of 784.
    """
    text = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)
    line = 1
    if "{" in text:
        line += text.count("\n", 0, text.index("{"))
        text = text[text.index("{") : text.rindex("}") if "}" in text else None]
    values = []
    for row in text.split("\n"):
        if not row.lstrip().startswith("#"):
            values += _numbers(row, line, name)
        line += 1
    if not values or len(values) % PIXELS:
        raise FileFormatError(name, f"{len(values)} numbers", f"{PIXELS} for each image")
    return np.array(values, np.uint8).reshape(-1, SIDE, SIDE)


def _numbers(row: str, line: int, name: object) -> list[int]:
    values = []
    for word in row.replace("{", " ").replace("}", " ").replace(",", " ").split():
        match = _NUMBER.fullmatch(word)
        digits = match.group(1) if match else ""
        value = int(digits, 16 if digits[:2] in ("0x", "0X") else 10) if digits else 256
        if value > 255:
            raise FileFormatError(name, f"line {line}: '{word}'", "grey values 0..255, decimal or 0x hexadecimal")
        values.append(value)
    return values


def read_carray(path: Path) -> tuple[GreyImages, None]:
    """Read a C array file; it holds no labels."""
    return parse_carray(read_bytes(path, "C array").decode("utf-8", "replace"), path), None


def write_carray(path: Path, image: np.ndarray) -> None:
    """Write one (28, 28) uint8 image, one line per row of pixels."""
    lines = ["/* 28x28 grey values, row by row, 0 = background, 255 = ink. */"]
    lines += [", ".join(f"{value:3d}" for value in row) + "," for row in image.tolist()]
    write_bytes(path, ("\n".join(lines) + "\n").encode())
