"""CSV as in Kaggle's "Digit Recognizer": `label,pixel0,...,pixel783`, grey values 0..255."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from digitrig.digits.csvfile import parse_csv, read_csv, write_csv
from digitrig.errors import FileFormatError

HEADER = ",".join(f"pixel{index}" for index in range(784))
ROW = ",".join(str(index % 256) for index in range(784))


def changed(column: int, text: str) -> str:
    """ROW with another text in a column counted from 1."""
    cells = ROW.split(",")
    cells[column - 1] = text
    return ",".join(cells)


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("label", [True, False])
def test_header_and_label_column_are_optional(end: str, header: bool, label: bool) -> None:
    lines = [("label," if label else "") + HEADER] if header else []
    lines += [("5," if label else "") + ROW, ("0," if label else "") + ROW]
    images, labels = parse_csv(("\n".join(lines) + end).encode(), "x.csv")
    assert images.shape == (2, 28, 28)
    assert images[1, 10, 5] == (10 * 28 + 5) % 256
    assert (None if labels is None else labels.tolist()) == ([5, 0] if label else None)


def test_header_names_that_begin_with_digits() -> None:
    names = ",".join(f"{row}x{column}" for row in range(1, 29) for column in range(1, 29))
    assert len(parse_csv(f"label,{names}\n4,{ROW}\n".encode(), "x.csv")[0]) == 1
    assert len(parse_csv(f"{names}\n{ROW}\n".encode(), "x.csv")[0]) == 1


def test_byte_order_mark_blanks_and_quotes_are_read_over() -> None:
    spaced = ", ".join(f'"{index % 256}"' for index in range(784))
    assert parse_csv(b"\xef\xbb\xbf" + spaced.encode(), "x.csv")[0][0, 0, 9] == 9


def test_written_file_is_kaggles_form_and_reads_back(tmp_path: Path) -> None:
    images = np.arange(3 * 784, dtype=np.int64).reshape(3, 28, 28).astype(np.uint8)
    write_csv(tmp_path / "x.csv", images, np.array([1, 2, 3]))
    lines = (tmp_path / "x.csv").read_text().splitlines()
    assert lines[0] == "label," + HEADER
    assert lines[1] == "1," + ROW
    back, labels = read_csv(tmp_path / "x.csv")
    assert np.array_equal(back, images)
    assert labels is not None
    assert labels.tolist() == [1, 2, 3]


@pytest.mark.long
def test_whole_kaggle_size_is_read(tmp_path: Path) -> None:
    body = (f"label,{HEADER}\n" + f"7,{ROW}\n" * 42_000).encode()
    (tmp_path / "train.csv").write_bytes(body)
    images, labels = read_csv(tmp_path / "train.csv")
    assert images.shape == (42_000, 28, 28)
    assert labels is not None
    assert labels.sum() == 7 * 42_000


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "no rows in 0 bytes; expected rows of 784 grey values, with or without a label"),
        ("1,2,3\n", "row 1: 3 columns; expected 784, or 785 with a label first"),
        (HEADER + "\n", "a header and no rows; expected at least one row after it"),
        (f"{HEADER},extra\n", "row 1, column 1: 'pixel0'; expected 'label' before 784 pixel columns"),
        (f"{HEADER}\n{ROW}\n{changed(3, '256')}\n", "row 3, column 3: '256'; expected a whole number 0..255"),
        (f"{ROW}\n{changed(784, 'x')}\n", "row 2, column 784: 'x'; expected a whole number 0..255"),
        (f"{ROW}\n{changed(2, '-1')}\n", "row 2, column 2: '-1'; expected"),
        (f"{ROW}\n{changed(2, '0.5')}\n", "row 2, column 2: '0.5'; expected"),
        (f"{ROW}\n{changed(2, '')}\n", "row 2, column 2: ''; expected"),
        (f"{ROW}\n{changed(784, '')}\n", "row 2, column 784: ''; expected"),
        (f"{ROW}\n{ROW[:100]}\n", "row 2: "),
        (f"{ROW}\n\n{ROW}\n", "row 2: 1 columns; expected 784 as in row 1"),
        (f"12,{ROW}\n", "row 1, column 1: label 12; expected 0..9"),
        (f"label,{HEADER}\n3,{ROW}\n11,{ROW}\n", "row 3, column 1: label 11; expected 0..9"),
    ],
)
def test_errors_name_row_and_column(text: str, error: str) -> None:
    with pytest.raises(FileFormatError) as caught:
        parse_csv(text.encode(), "x.csv")
    assert f"x.csv: {error}" in str(caught.value)


def test_truncated_last_row_is_named() -> None:
    with pytest.raises(FileFormatError, match="row 3: 500 columns; expected 784 as in row 1"):
        parse_csv("\n".join([HEADER, ROW, ",".join(ROW.split(",")[:500])]).encode(), "x.csv")


def test_damaged_first_cell_of_the_first_row_is_no_header() -> None:
    with pytest.raises(FileFormatError, match="row 1, column 1: 'a7'; expected a whole number"):
        parse_csv(changed(1, "a7").encode(), "x.csv")
