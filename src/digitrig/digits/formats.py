"""Which file format a name or its content means, and reading and writing by it.

| suffix | images | labels |
|---|---|---|
| `.png` | one; several become numbered files | no |
| `.idx`, `*-idx3-ubyte` (also `.gz`) | many | in a file beside it (`idx.labels_path`) |
| `.npz` | many | yes |
| `.npy` | many | no |
| `.csv` (also `.gz`) | many | yes |
| `.inc`, `.h`, `.c` | read: many; written: one, several become numbered files | no |
| `.json` | one, as pen strokes | yes |
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from digitrig.digits import carray, csvfile, idx, npfiles, png, strokes
from digitrig.digits.arrays import PIXELS, SIDE, GreyImages, Labels, as_images, as_labels
from digitrig.digits.files import read_bytes, unpacked
from digitrig.digits.ink import Ink
from digitrig.errors import FileFormatError, UsageError

SUFFIXES = {
    ".png": "png",
    ".idx": "idx",
    ".npz": "npz",
    ".npy": "npy",
    ".csv": "csv",
    ".inc": "inc",
    ".h": "inc",
    ".c": "inc",
    ".json": "json",
}
WRITABLE = ".png, .idx, .npz, .npy, .csv, .inc (.idx and .csv also .gz)"


def format_of(path: Path) -> str | None:
    """Return the format that a file name means, None for a name that says nothing."""
    name = path.name.lower().removesuffix(".gz")
    if name.endswith("-ubyte"):
        return "idx"
    return SUFFIXES.get(Path(name).suffix)


def read_images(path: Path, split: str = "test") -> tuple[GreyImages, Labels | None]:
    """Read a file by its name, or by its content where the name says nothing. split: for `.npz` that hold two.

    Raises MissingFileError, FileFormatError, ShapeError or UsageError that name the file.
    """
    kind = format_of(path)
    readers: dict[str, Callable[[], tuple[GreyImages, Labels | None]]] = {
        "png": lambda: png.read_png(path),
        "idx": lambda: idx.read_idx(path),
        "npz": lambda: npfiles.read_npz(path, split),
        "npy": lambda: npfiles.read_npy(path),
        "csv": lambda: csvfile.read_csv(path),
        "inc": lambda: carray.read_carray(path),
        "json": lambda: from_ink(strokes.read_strokes(path)),
    }
    if kind is None:
        return decode(read_bytes(path, "image file"), path, split)
    return readers[kind]()


def decode(data: bytes, name: object, split: str = "test") -> tuple[GreyImages, Labels | None]:
    """Read images from bytes whose format is not known; exactly 784 bytes of none of the formats are one raw image."""
    if data.startswith(png.PNG_MAGIC):
        return png.parse_png(data, name)[None], None
    if data.startswith(npfiles.NPY_MAGIC):
        return npfiles.parse_npy(data, name), None
    if data.startswith(npfiles.ZIP_MAGIC):
        return npfiles.parse_npz(data, name, split)
    data = unpacked(data, name)
    if idx.is_idx(data):
        return idx.parse_images(data, name), None
    if len(data) == PIXELS and (b"\0" in data or not data.isascii()):
        return as_images(np.frombuffer(data, np.uint8), str(name)), None
    return _decode_text(data, name)


def _decode_text(data: bytes, name: object) -> tuple[GreyImages, Labels | None]:
    text = data.lstrip()
    if not text:
        raise FileFormatError(name, f"{len(data)} bytes without content", "an image")
    if text.startswith(b"{") and b'"strokes"' in text:
        return from_ink(strokes.parse_strokes(data.decode("utf-8", "replace"), name))
    if text.splitlines()[0].count(b",") >= PIXELS - 1:
        return csvfile.parse_csv(data, name)
    if b"\0" not in data and data.isascii():
        return carray.parse_carray(data.decode(), name), None
    raise FileFormatError(
        name,
        f"{len(data)} bytes beginning 0x{data[:8].hex()}",
        f"PNG, IDX, .npy, .npz, CSV, C array, strokes, or {PIXELS} raw bytes",
    )


def from_ink(ink: Ink) -> tuple[GreyImages, Labels | None]:
    """Return the picture of strokes as (1, 28, 28), and what digit was meant where that is said."""
    images = ink.render().reshape(1, SIDE, SIDE)
    return images, None if ink.digit is None else as_labels([ink.digit], 1, "ink")


def write_images(path: Path, images: GreyImages, labels: Labels | None) -> list[Path]:
    """Write images by the file's name and return the files written, numbered ones and label files included.

    Formats of one image (`.png`, `.inc`) give numbered files for several: `digit.png` -> `digit-0000.png`, ...
    Raises UsageError for a name whose format cannot be written.
    """
    kind = format_of(path)
    if path.suffix.lower() == ".gz" and kind not in ("idx", "csv"):
        kind = None
    if kind == "json" or kind is None:
        reason = "images do not become strokes" if kind else "its name ends in no known format"
        raise UsageError(f"cannot write '{path}': {reason}; known: {WRITABLE}")
    if kind in ("png", "inc"):
        return _write_singles(path, images, kind)
    if kind == "idx":
        idx.write_idx(path, images, labels)
        return [path] if labels is None else [path, idx.labels_path(path)]
    if kind == "npz":
        npfiles.write_npz(path, images, labels)
    elif kind == "npy":
        npfiles.write_npy(path, images)
    else:
        csvfile.write_csv(path, images, labels)
    return [path]


def _write_singles(path: Path, images: GreyImages, kind: str) -> list[Path]:
    write = png.write_png if kind == "png" else carray.write_carray
    width = max(4, len(str(len(images) - 1)))
    names = [path.with_name(f"{path.stem}-{index:0{width}d}{path.suffix}") for index in range(len(images))]
    paths = [path] if len(images) == 1 else names
    for single, image in zip(paths, images, strict=True):
        write(single, image)
    return paths
