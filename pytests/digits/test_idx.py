"""IDX files. Expected bytes follow the layout in "The MNIST database", section "File formats"."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from digitrig.digits.idx import labels_path, parse_idx, parse_labels, read_idx, write_idx
from digitrig.errors import FileFormatError, MissingFileError, UsageError

HEADER = bytes.fromhex("00000803 00000002 0000001c 0000001c")
PIXELS = bytes(index % 251 for index in range(2 * 784))


def test_images_are_read_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "two.idx"
    path.write_bytes(HEADER + PIXELS)
    images, labels = read_idx(path)
    assert images.shape == (2, 28, 28)
    assert images.dtype == np.uint8
    assert labels is None
    assert images[0, 0, 1] == 1
    assert images[0, 1, 0] == 28
    assert images[1, 0, 0] == 784 % 251


def test_gzip_and_plain_give_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.idx").write_bytes(HEADER + PIXELS)
    (tmp_path / "b.idx.gz").write_bytes(gzip.compress(HEADER + PIXELS))
    assert np.array_equal(read_idx(tmp_path / "a.idx")[0], read_idx(tmp_path / "b.idx.gz")[0])


def test_labels_beside_the_images_are_found(tmp_path: Path) -> None:
    (tmp_path / "x-images-idx3-ubyte").write_bytes(HEADER + PIXELS)
    (tmp_path / "x-labels-idx1-ubyte").write_bytes(bytes.fromhex("00000801 00000002 07 09"))
    labels = read_idx(tmp_path / "x-images-idx3-ubyte")[1]
    assert labels is not None
    assert labels.tolist() == [7, 9]


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
        ("t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte"),
        ("digits.idx", "digits-labels.idx"),
        ("digits.idx.gz", "digits-labels.idx.gz"),
    ],
)
def test_label_file_is_named_after_the_image_file(images: str, labels: str) -> None:
    assert labels_path(Path("d") / images) == Path("d") / labels


def test_written_files_have_the_published_layout(tmp_path: Path) -> None:
    images = np.frombuffer(PIXELS, np.uint8).reshape(2, 28, 28)
    write_idx(tmp_path / "w.idx", images, np.array([3, 4]))
    assert (tmp_path / "w.idx").read_bytes() == HEADER + PIXELS
    assert (tmp_path / "w-labels.idx").read_bytes() == bytes.fromhex("00000801 00000002 03 04")


def test_packed_files_are_the_same_on_every_run(tmp_path: Path) -> None:
    images = np.zeros((1, 28, 28), np.uint8)
    write_idx(tmp_path / "a.idx.gz", images, None)
    write_idx(tmp_path / "b.idx.gz", images, None)
    assert (tmp_path / "a.idx.gz").read_bytes() == (tmp_path / "b.idx.gz").read_bytes()


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\0\0", "2 bytes; expected an IDX header of at least 4 bytes"),
        (HEADER[:10], "10 bytes; expected an IDX header of 16 bytes"),
        (b"\x89PNG\r\n", "magic 0x89504e47; expected 0x00000803 (images) or 0x00000801 (labels)"),
        (bytes.fromhex("00000d03") + HEADER[4:] + PIXELS, "magic 0x00000d03; expected 0x00000803"),
        (HEADER + PIXELS[:-1], "truncated: 1583 bytes; expected 1584 bytes (16 header + 2 x 28 x 28)"),
        (HEADER, "truncated: 16 bytes; expected 1584 bytes"),
        (HEADER + PIXELS + b"x", "too long: 1585 bytes; expected 1584 bytes"),
    ],
)
def test_damage_is_named_with_byte_counts(data: bytes, text: str) -> None:
    with pytest.raises(FileFormatError) as caught:
        parse_idx(data, "some.idx")
    assert str(caught.value).startswith("some.idx: ")
    assert text in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("00000803 00000001 00000010 00000010", "IDX data of shape (1, 16, 16); expected images of shape (N, 28, 28)"),
        ("00000803 00000000 0000001c 0000001c", "IDX data of shape (0, 28, 28); expected images"),
        ("00000801 00000100", "IDX data of shape (256,); expected images"),
    ],
)
def test_idx_that_holds_no_28x28_images_is_refused(tmp_path: Path, header: str, text: str) -> None:
    (tmp_path / "x.idx").write_bytes(bytes.fromhex(header) + bytes(256 if "10" in header else 0))
    with pytest.raises(FileFormatError, match=text.replace("(", r"\(").replace(")", r"\)")):
        read_idx(tmp_path / "x.idx")


def test_label_above_nine_is_named() -> None:
    with pytest.raises(UsageError, match=r"l\.idx: label 12 of image 1; expected 0\.\.9"):
        parse_labels(bytes.fromhex("00000801 00000002 00 0c"), "l.idx")


def test_labels_that_are_images_are_refused() -> None:
    with pytest.raises(FileFormatError, match=r"shape \(2, 28, 28\); expected labels of shape \(N,\)"):
        parse_labels(HEADER + PIXELS, "l.idx")


def test_number_of_labels_must_be_that_of_images(tmp_path: Path) -> None:
    (tmp_path / "x-images-idx3-ubyte").write_bytes(HEADER + PIXELS)
    (tmp_path / "x-labels-idx1-ubyte").write_bytes(bytes.fromhex("00000801 00000001 07"))
    with pytest.raises(FileFormatError, match="1 labels; expected 2, one for each image of"):
        read_idx(tmp_path / "x-images-idx3-ubyte")


def test_gzip_cut_short_and_damaged(tmp_path: Path) -> None:
    packed = gzip.compress(HEADER + PIXELS, mtime=0)
    (tmp_path / "cut.idx.gz").write_bytes(packed[:40])
    with pytest.raises(FileFormatError, match=r"gzip stream ends early, after 40 bytes; expected a complete \.gz file"):
        read_idx(tmp_path / "cut.idx.gz")
    (tmp_path / "bad.idx.gz").write_bytes(packed[:20] + b"\xff" * 20 + packed[40:])
    with pytest.raises(FileFormatError, match=r"damaged gzip stream \(.*\); expected a complete \.gz file"):
        read_idx(tmp_path / "bad.idx.gz")


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"IDX file '.*none\.idx' not found"):
        read_idx(tmp_path / "none.idx")
