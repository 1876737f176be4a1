"""Damaged files of every format: whatever the bytes, the answer is images or one of our errors."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitrig.digits import convert
from digitrig.digits.carray import parse_carray
from digitrig.digits.formats import decode, read_images
from digitrig.errors import UsageError

FORMATS = ["png", "idx", "idx.gz", "npy", "npz", "csv", "inc", "json"]
Edit = tuple[float, int]


@cache
def whole(suffix: str) -> bytes:
    """A good file of a format."""
    with tempfile.TemporaryDirectory() as folder:
        return convert("ink:7", f"{folder}/x.{suffix}")[0].read_bytes()


def damaged(data: bytes, edits: list[Edit], keep: float) -> bytes:
    """Overwrite bytes at parts 0..1 of the length, then keep the first part of all."""
    changed = bytearray(data)
    for place, value in edits:
        changed[int(place * (len(changed) - 1))] = value
    return bytes(changed[: int(len(changed) * keep)])


def is_images(images: np.ndarray, labels: np.ndarray | None) -> bool:
    return (
        images.dtype == np.uint8
        and images.shape[1:] == (28, 28)
        and (labels is None or (len(labels) == len(images) and 0 <= labels.min() <= labels.max() <= 9))
    )


EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=4)
EARLY_EDITS = st.lists(st.tuples(st.floats(0, 0.05), st.integers(0, 255)), max_size=4)


@pytest.mark.parametrize("suffix", FORMATS)
@settings(max_examples=60)
@given(edits=EDITS | EARLY_EDITS, keep=st.just(1.0) | st.floats(0, 1))
def test_damage_gives_images_or_an_error_of_ours(suffix: str, edits: list[Edit], keep: float) -> None:
    data = damaged(whole(suffix), edits, keep)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x.{suffix}"
        path.write_bytes(data)
        for read in (lambda: read_images(path), lambda: decode(data, "x")):
            try:
                assert is_images(*read())
            except UsageError as error:
                assert "x" in str(error)
                assert "expected" in str(error)


@settings(max_examples=200)
@given(data=st.binary(max_size=900))
def test_any_bytes_give_images_or_an_error_of_ours(data: bytes) -> None:
    try:
        assert is_images(*decode(data, "x"))
    except UsageError as error:
        assert str(error).startswith("x: ")


@settings(max_examples=200)
@given(text=st.text(alphabet="0123456789xXaf,{}/*# \n\t-.u\u0663", max_size=200))
def test_any_c_text_gives_an_error_of_ours(text: str) -> None:
    with pytest.raises(UsageError, match="expected"):
        parse_carray(text, "x.inc")
