"""Digits as CSV, as Kaggle's "Digit Recognizer" gives them: one image a row, 784 grey values 0..255.

`train.csv` there has a column `label` before the 784 of `pixel0`..`pixel783`, `test.csv` has none; both have a header.
Files without a header are read too: 785 columns then mean that the first is the label.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from digitrig.digits.arrays import PIXELS, SIDE, GreyImages, Labels
from digitrig.digits.files import read_bytes, unpacked, write_bytes
from digitrig.errors import FileFormatError

_GREY = {str(value).encode(): value for value in range(256)}
_PIXEL_NAMES = [f"pixel{index}" for index in range(PIXELS)]


def parse_csv(data: bytes, name: object) -> tuple[GreyImages, Labels | None]:
    """Return images and, where the file has them, labels. name: for errors, which name row (from 1) and column."""
    lines = data.removeprefix(b"\xef\xbb\xbf").splitlines()
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        raise FileFormatError(name, f"no rows in {len(data)} bytes", "rows of 784 grey values, with or without a label")
    header = _header(lines[0])
    columns = lines[0].count(b",") + 1
    if columns not in (PIXELS, PIXELS + 1):
        raise FileFormatError(name, f"row 1: {columns} columns", f"{PIXELS}, or {PIXELS + 1} with a label first")
    if header and columns > PIXELS and header[0] != "label":
        raise FileFormatError(name, f"row 1, column 1: '{header[0]}'", "'label' before 784 pixel columns")
    rows = lines[1:] if header else lines
    if not rows:
        raise FileFormatError(name, "a header and no rows", "at least one row after it")
    values = _rows(rows, columns, 2 if header else 1, name)
    if columns == PIXELS:
        return values.reshape(-1, SIDE, SIDE), None
    labels = values[:, 0].astype(np.int64)
    wrong = np.flatnonzero(labels > 9)
    if wrong.size:
        row = int(wrong[0])
        raise FileFormatError(name, f"row {row + (2 if header else 1)}, column 1: label {int(labels[row])}", "0..9")
    return np.ascontiguousarray(values[:, 1:]).reshape(-1, SIDE, SIDE), labels


def read_csv(path: Path) -> tuple[GreyImages, Labels | None]:
    """Read a CSV file, plain or `.gz`; errors as `parse_csv`."""
    return parse_csv(unpacked(read_bytes(path, "CSV file"), path), path)


def write_csv(path: Path, images: GreyImages, labels: Labels | None) -> None:
    """Write in Kaggle's form: header, label column where there are labels, one row per image."""
    names = _PIXEL_NAMES if labels is None else ["label", *_PIXEL_NAMES]
    rows = images.reshape(-1, PIXELS)
    if labels is not None:
        rows = np.column_stack((labels.astype(np.uint8), rows))
    words = [str(value) for value in range(256)]
    lines = [",".join(names), *(",".join(map(words.__getitem__, row.tolist())) for row in rows)]
    write_bytes(path, ("\n".join(lines) + "\n").encode())


def _header(line: bytes) -> list[str]:
    """Return the column names where the first row has any, else an empty list."""
    cells = [cell.strip().strip('"') for cell in line.decode("utf-8", "replace").split(",")]
    lettered = any(letter.isalpha() for letter in cells[0]) and not cells[-1].isdecimal()
    return cells if lettered or cells[0] == "label" else []


def _rows(rows: list[bytes], columns: int, first: int, name: object) -> np.ndarray:
    values = np.empty((len(rows), columns), np.uint8)
    for index, row in enumerate(rows):
        cells = row.split(b",")
        try:
            values[index] = np.frombuffer(bytes(map(_GREY.__getitem__, cells)), np.uint8)
        except (KeyError, ValueError):
            values[index] = _slow_row(cells, columns, index + first, name)
    return values


def _slow_row(cells: list[bytes], columns: int, row: int, name: object) -> list[int]:
    """Read a row with blanks, quotes or leading zeros, or say what is wrong with it."""
    if len(cells) != columns:
        raise FileFormatError(name, f"row {row}: {len(cells)} columns", f"{columns} as in row 1")
    values = []
    for column, cell in enumerate(cells, 1):
        text = cell.decode("utf-8", "replace").strip().strip('"')
        if not (text.isascii() and text.isdecimal() and int(text) <= 255):
            raise FileFormatError(name, f"row {row}, column {column}: '{text}'", "a whole number 0..255")
        values.append(int(text))
    return values
