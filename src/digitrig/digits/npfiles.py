"""NumPy files: `.npy` with images, `.npz` with images and labels.

An `.npz` is read by its names: `images` and `labels` (ours), or `x_train`, `y_train`, `x_test`, `y_test` as in the
`mnist.npz` of Keras, or a single array of images under any name.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from digitrig.digits.arrays import GreyImages, Labels, as_images, as_labels
from digitrig.digits.files import read_bytes, write_bytes
from digitrig.errors import FileFormatError

NPY_MAGIC = b"\x93NUMPY"
ZIP_MAGIC = b"PK\x03\x04"


def parse_npy(data: bytes, name: object) -> GreyImages:
    """Return the images of `.npy` bytes; FileFormatError for anything else, pickled objects included."""
    if not data.startswith(NPY_MAGIC):
        raise FileFormatError(name, f"{len(data)} bytes beginning 0x{data[:6].hex()}", "0x934e554d5059 of a .npy file")
    try:
        array = np.load(io.BytesIO(data), allow_pickle=False)
    except Exception as error:  # from a damaged header NumPy raises what its parts raise: TokenError, TypeError, ...
        raise FileFormatError(name, f"{len(data)} bytes: {_first_line(error)}", "a complete .npy array") from None
    return as_images(array, str(name))


def parse_npz(data: bytes, name: object, split: str = "test") -> tuple[GreyImages, Labels | None]:
    """Return images and labels of `.npz` bytes. split: "test" or "train", where the file holds both."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in archive.files}
    except Exception as error:  # likewise, and zlib.error or BadZipFile from the archive
        raise FileFormatError(name, f"{len(data)} bytes: {_first_line(error)}", "a complete .npz archive") from None
    images_key, labels_key = _keys(arrays, split, name)
    images = as_images(arrays[images_key], f"{name}[{images_key}]")
    if labels_key not in arrays:
        return images, None
    return images, as_labels(arrays[labels_key], len(images), f"{name}[{labels_key}]")


def read_npy(path: Path) -> tuple[GreyImages, None]:
    """Read a `.npy` file; it holds no labels."""
    return parse_npy(read_bytes(path, ".npy file"), path), None


def read_npz(path: Path, split: str = "test") -> tuple[GreyImages, Labels | None]:
    """Read a `.npz` file; see `parse_npz`."""
    return parse_npz(read_bytes(path, ".npz file"), path, split)


def write_npy(path: Path, images: GreyImages) -> None:
    """Write (N, 28, 28) uint8."""
    stream = io.BytesIO()
    np.save(stream, images)
    write_bytes(path, stream.getvalue())


def write_npz(path: Path, images: GreyImages, labels: Labels | None) -> None:
    """Write `images`, and `labels` where there are any, compressed."""
    stream = io.BytesIO()
    if labels is None:
        np.savez_compressed(stream, images=images)
    else:
        np.savez_compressed(stream, images=images, labels=labels)
    write_bytes(path, stream.getvalue())


def _keys(arrays: Mapping[str, object], split: str, name: object) -> tuple[str, str]:
    if "images" in arrays:
        return "images", "labels"
    if f"x_{split}" in arrays:
        return f"x_{split}", f"y_{split}"
    if len(arrays) == 1:
        return next(iter(arrays)), ""
    found = ", ".join(sorted(arrays)) or "none"
    raise FileFormatError(name, f"arrays {found}", f"'images' and 'labels', or 'x_{split}' and 'y_{split}'")


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
