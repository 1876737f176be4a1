"""`SRC`: the one word by which every command takes an image."""

from __future__ import annotations

import sys
from pathlib import Path

from digitrig.digits.arrays import GreyImages, Labels
from digitrig.digits.datasets import load_dataset
from digitrig.digits.formats import decode, format_of, from_ink, read_images, write_images
from digitrig.digits.ink import Ink, ink
from digitrig.digits.strokes import read_strokes, write_strokes
from digitrig.digits.tracing import trace_image
from digitrig.errors import UsageError

HELP = "a PNG of any size, mnist:N, ink:D, ink:D:STYLE, a .npy, .npz, .csv, .inc, IDX or stroke .json file, or -"


def load_source(src: str) -> tuple[GreyImages, Labels | None]:
    """Return images (N, 28, 28) uint8 and their labels (N,) int64, or None where nobody said.

    src: `mnist:N` (test image N, from 0), `mnist:train:N`, `ink:D`, `ink:D:STYLE`, `ink:D:STYLE:VARIATION` (style by
    name or number), `-` (standard input, format by content), or a file (`formats`).
    Raises UsageError or one of its kinds, which name what was asked and what there is.
    """
    if src == "-":
        return decode(sys.stdin.buffer.read(), "standard input")
    kind, colon, rest = src.partition(":")
    if colon and kind == "ink":
        return from_ink(parse_ink(rest))
    if colon and kind == "mnist":
        return _mnist(rest)
    if src in ("ink", "mnist"):
        raise UsageError(f"image '{src}' names a whole data set; expected one image of it, such as {src}:7")
    return read_images(Path(src))


def load_ink(src: str) -> Ink:
    """Return pen strokes: `ink:D...`, a stroke file, or any other source of one image, which is traced.

    Raises UsageError for a source of several images, and what load_source and trace_image raise.
    """
    kind, colon, rest = src.partition(":")
    if colon and kind == "ink":
        return parse_ink(rest)
    if format_of(Path(src)) == "json":
        return read_strokes(Path(src))
    images, labels = load_source(src)
    if len(images) != 1:
        raise UsageError(f"'{src}' holds {len(images)} images; expected one whose ink can be traced to strokes")
    return trace_image(images[0], None if labels is None else int(labels[0]))


def convert(src: str, dst: str) -> list[Path]:
    """Convert any source to the format of the name `dst` and return the files written.

    Labels go along where the format has a place for them (`formats`), and strokes to a `.json`.
    Raises UsageError, FileFormatError or MissingFileError.
    """
    target = Path(dst)
    if format_of(target) == "json":
        write_strokes(target, load_ink(src))
        return [target]
    images, labels = load_source(src)
    return write_images(target, images, labels)


def parse_ink(text: str) -> Ink:
    """Return the digit of `D`, `D:STYLE` or `D:STYLE:VARIATION`."""
    parts = text.split(":")
    numbers = [parts[0], *parts[2:]]
    if len(parts) > 3 or not all(number.isascii() and number.isdecimal() for number in numbers):
        raise UsageError(f"ink '{text}' is not D, D:STYLE or D:STYLE:VARIATION; expected such as 7, 7:crossed or 7:1:4")
    style = parts[1] if len(parts) > 1 else 0
    return ink(int(parts[0]), style, int(parts[2]) if len(parts) > 2 else 0)


def _mnist(text: str) -> tuple[GreyImages, Labels | None]:
    split, colon, number = text.rpartition(":")
    if not (number.isascii() and number.isdecimal()):
        raise UsageError(f"'mnist:{text}' names no image; expected mnist:N or mnist:train:N with N from 0")
    dataset = load_dataset("mnist", split if colon else "test")
    index = int(number)
    if index >= len(dataset):
        raise UsageError(f"'mnist:{text}' is past the end; the {split or 'test'} images are 0..{len(dataset) - 1}")
    labels = None if dataset.labels is None else dataset.labels[index : index + 1]
    return dataset.images[index : index + 1], labels
