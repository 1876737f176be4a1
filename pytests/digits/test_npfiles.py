"""NumPy files and what arrays become images."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from digitrig.digits.arrays import as_images, as_labels
from digitrig.digits.npfiles import parse_npy, parse_npz, read_npz, write_npy, write_npz
from digitrig.errors import DigitrigError, FileFormatError, ShapeError, UsageError

IMAGES = (np.arange(2 * 784) % 256).astype(np.uint8).reshape(2, 28, 28)


def npy(array: np.ndarray, **options: bool) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


def npz(**arrays: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


@pytest.mark.parametrize("shape", [(2, 28, 28), (2, 784), (2, 28, 28, 1)])
def test_usual_shapes_become_images(shape: tuple[int, ...]) -> None:
    assert np.array_equal(as_images(IMAGES.reshape(shape), "x"), IMAGES)


@pytest.mark.parametrize("shape", [(28, 28), (784,)])
def test_one_image_becomes_a_set_of_one(shape: tuple[int, ...]) -> None:
    assert np.array_equal(as_images(IMAGES[0].reshape(shape), "x"), IMAGES[:1])


def test_values_become_grey() -> None:
    assert as_images(np.full((28, 28), True), "x").max() == 255
    assert as_images(np.full((28, 28), 0.5), "x")[0, 0, 0] == 128  # 127.5 rounds up
    assert as_images(np.full((28, 28), 200.0), "x")[0, 0, 0] == 200
    assert as_images(np.full((28, 28), 200, np.int32), "x")[0, 0, 0] == 200


@pytest.mark.parametrize(
    ("array", "kind", "text"),
    [
        (np.zeros((10, 10)), ShapeError, "x: array of shape (10, 10); expected (28, 28), (N, 28, 28), (784,) or"),
        (np.zeros((0, 28, 28)), ShapeError, "x: no images in an array of shape (0, 28, 28)"),
        (np.full((28, 28), -1), UsageError, "x: grey values from -1 to -1; expected 0..255 or 0.0..1.0"),
        (np.full((28, 28), 300), UsageError, "x: grey values from 300 to 300"),
        (np.full((28, 28), np.nan), UsageError, "x: grey values from nan to nan"),
        (np.full((28, 28), 7.5), UsageError, "x: grey values with fractions above 1; expected whole"),
        (np.full((28, 28), "a"), ShapeError, "x: array of <U1; expected grey values as integers or floats"),
    ],
)
def test_arrays_that_are_no_images(array: np.ndarray, kind: type[DigitrigError], text: str) -> None:
    with pytest.raises(kind) as caught:
        as_images(array, "x")
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.zeros(3, int), "x: labels of shape (3,) for 2 images; expected (2,)"),
        (np.zeros(2), "x: labels of float64; expected integers 0..9"),
        (np.array([1, -1]), "x: label -1 of image 1; expected 0..9"),
    ],
)
def test_arrays_that_are_no_labels(array: np.ndarray, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        as_labels(array, 2, "x")
    assert str(caught.value) == text


def test_npz_written_here_reads_back(tmp_path: Path) -> None:
    write_npz(tmp_path / "x.npz", IMAGES, np.array([4, 2]))
    images, labels = read_npz(tmp_path / "x.npz")
    assert np.array_equal(images, IMAGES)
    assert labels is not None
    assert labels.tolist() == [4, 2]
    assert np.array_equal(np.load(tmp_path / "x.npz")["images"], IMAGES)


def test_npz_of_keras_has_two_splits() -> None:
    data = npz(x_train=IMAGES[:1], y_train=np.array([1]), x_test=IMAGES[1:], y_test=np.array([2], np.uint8))
    for split, index in (("train", 0), ("test", 1)):
        images, labels = parse_npz(data, "mnist.npz", split)
        assert np.array_equal(images[0], IMAGES[index])
        assert labels is not None
        assert labels.tolist() == [index + 1]


def test_npz_with_one_unnamed_array() -> None:
    assert parse_npz(npz(arr_0=IMAGES), "x.npz")[1] is None


def test_npy_written_here_is_uint8(tmp_path: Path) -> None:
    write_npy(tmp_path / "x.npy", IMAGES)
    assert np.load(tmp_path / "x.npy").dtype == np.uint8


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"hello", "x.npy: 5 bytes beginning 0x68656c6c6f; expected 0x934e554d5059 of a .npy file"),
        (npy(IMAGES)[:-5], "x.npy: 1691 bytes: "),
        (npy(IMAGES)[:40], "x.npy: 40 bytes: "),
        (npy(np.array([{}], dtype=object), allow_pickle=True), "Object arrays cannot be loaded"),
    ],
)
def test_damaged_npy(data: bytes, text: str) -> None:
    with pytest.raises(FileFormatError) as caught:
        parse_npy(data, "x.npy")
    assert text in str(caught.value)
    assert "expected" in str(caught.value)


@pytest.mark.parametrize("keep", [20, 500, -30])
def test_damaged_npz(keep: int) -> None:
    data = npz(images=IMAGES)[:keep]
    with pytest.raises(FileFormatError, match=rf"x\.npz: {len(data)} bytes: .*; expected a complete \.npz archive"):
        parse_npz(data, "x.npz")


def test_npz_with_other_names() -> None:
    with pytest.raises(FileFormatError, match=r"arrays a, b; expected 'images' and 'labels', or 'x_test' and 'y_test'"):
        parse_npz(npz(a=IMAGES, b=IMAGES), "x.npz")


def test_npz_whose_labels_do_not_fit() -> None:
    with pytest.raises(ShapeError, match=r"x\.npz\[labels\]: labels of shape \(3,\) for 2 images"):
        parse_npz(npz(images=IMAGES, labels=np.arange(3)), "x.npz")
