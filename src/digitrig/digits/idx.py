"""IDX, the format of the MNIST files, plain or gzip.

Layout (LeCun, Cortes and Burges, "The MNIST database", section "File formats"): two zero bytes, a type code (0x08 =
unsigned byte), the number of dimensions, then one 32-bit big-endian size per dimension, then the bytes.
"""

from __future__ import annotations

import math
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitrig.digits.arrays import PIXELS, SIDE, GreyImages, Labels, as_labels
from digitrig.digits.files import read_bytes, unpacked, write_bytes
from digitrig.errors import FileFormatError

UNSIGNED_BYTE = 0x08
IMAGES_MAGIC = bytes((0, 0, UNSIGNED_BYTE, 3))
LABELS_MAGIC = bytes((0, 0, UNSIGNED_BYTE, 1))


def is_idx(data: bytes) -> bool:
    """Say whether (unpacked) bytes begin like IDX images."""
    return data.startswith(IMAGES_MAGIC)


def parse_idx(data: bytes, name: object) -> NDArray[np.uint8]:
    """Return the array of an IDX file of unsigned bytes. data: unpacked.  name: for errors.

    Raises FileFormatError that names the byte counts: a short header, another type, fewer or more bytes than declared.
    """
    if len(data) < 4:
        raise FileFormatError(name, f"{len(data)} bytes", "an IDX header of at least 4 bytes")
    if data[:2] != b"\0\0" or data[2] != UNSIGNED_BYTE or not 1 <= data[3] <= 3:
        raise FileFormatError(
            name, f"magic 0x{data[:4].hex()}", "0x00000803 (images) or 0x00000801 (labels) of an IDX file"
        )
    header = 4 + 4 * data[3]
    if len(data) < header:
        raise FileFormatError(name, f"{len(data)} bytes", f"an IDX header of {header} bytes")
    shape = struct.unpack(f">{data[3]}I", data[4:header])
    wanted = header + math.prod(shape)
    if len(data) != wanted:
        fault = "truncated" if len(data) < wanted else "too long"
        sizes = " x ".join(map(str, shape))
        raise FileFormatError(name, f"{fault}: {len(data)} bytes", f"{wanted} bytes ({header} header + {sizes})")
    return np.frombuffer(data, np.uint8, offset=header).reshape(shape)


def parse_images(data: bytes, name: object) -> GreyImages:
    """Return (N, 28, 28) uint8; FileFormatError for labels or another image size."""
    array = parse_idx(data, name)
    if array.ndim != 3 or array.shape[1:] != (SIDE, SIDE) or len(array) == 0:
        raise FileFormatError(name, f"IDX data of shape {array.shape}", f"images of shape (N, {SIDE}, {SIDE}), N >= 1")
    return array.copy()


def parse_labels(data: bytes, name: object) -> Labels:
    """Return (N,) int64; FileFormatError for images, UsageError for a label above 9."""
    array = parse_idx(data, name)
    if array.ndim != 1:
        raise FileFormatError(name, f"IDX data of shape {array.shape}", "labels of shape (N,)")
    return as_labels(array, len(array), str(name))


def labels_path(images: Path) -> Path:
    """Return where the labels of an IDX image file stand: `t10k-images-idx3-ubyte.gz` -> `t10k-labels-idx1-ubyte.gz`,
    and `digits.idx` -> `digits-labels.idx` where the name says nothing of images."""
    if "images" in images.name:
        return images.with_name(images.name.replace("images", "labels").replace("idx3", "idx1"))
    stem, dot, suffixes = images.name.partition(".")
    return images.with_name(f"{stem}-labels{dot}{suffixes}")


def read_idx(path: Path) -> tuple[GreyImages, Labels | None]:
    """Read images, and their labels where the label file stands beside them.

    Raises FileFormatError also where both files disagree on the number of images.
    """
    images = parse_images(unpacked(read_bytes(path, "IDX file"), path), path)
    beside = labels_path(path)
    if not beside.is_file():
        return images, None
    labels = parse_labels(unpacked(read_bytes(beside, "IDX labels"), beside), beside)
    if len(labels) != len(images):
        raise FileFormatError(beside, f"{len(labels)} labels", f"{len(images)}, one for each image of {path}")
    return images, labels


def write_idx(path: Path, images: GreyImages, labels: Labels | None) -> None:
    """Write images, and beside them the labels where there are any (`labels_path`)."""
    count = len(images)
    write_bytes(path, IMAGES_MAGIC + struct.pack(">3I", count, SIDE, SIDE) + images.reshape(count, PIXELS).tobytes())
    if labels is not None:
        write_bytes(labels_path(path), LABELS_MAGIC + struct.pack(">I", count) + labels.astype(np.uint8).tobytes())
