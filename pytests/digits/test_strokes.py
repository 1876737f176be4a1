"""Stroke files."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitrig.digits.ink import Ink, Point, ink
from digitrig.digits.strokes import format_strokes, parse_strokes, read_strokes, write_strokes
from digitrig.errors import FileFormatError, MissingFileError


def test_a_file_by_hand() -> None:
    text = '{"digit": 1, "strokes": [[[0.5, 0.1, 0], {"x": 0.5, "y": 0.9, "t": 400}], [[0, 1, 500]]]}'
    drawn = parse_strokes(text, "x.json")
    assert drawn == Ink(((Point(0.5, 0.1, 0), Point(0.5, 0.9, 400)), (Point(0, 1, 500),)), digit=1)


def test_written_ink_reads_back_exactly(tmp_path: Path) -> None:
    drawn = ink(4, "open", 3)
    write_strokes(tmp_path / "x.json", drawn)
    assert read_strokes(tmp_path / "x.json") == drawn
    assert parse_strokes(format_strokes(drawn), "x.json") == drawn


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"stroke file '.*' not found"):
        read_strokes(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('{"strokes": [[\n[0.1, 0.2 0]]]}', "line 2, column 11: expecting ',' delimiter; expected JSON"),
        ("", "line 1, column 1: expecting value; expected JSON"),
        ('{"strokes": [[[0.1, 0.2, 0]]', "line 1, column 29: expecting ',' delimiter"),
        ("[" * 100_000, "JSON nested too deeply"),
        ("[]", 'a JSON empty array; expected an object with "strokes"'),
        ("7", 'a JSON number; expected an object with "strokes"'),
        ("{}", "no key 'strokes'; expected keys schema_version, digit, style, pen, strokes"),
        ('{"strokes": [], "color": 1}', "key 'color'; expected keys"),
        ('{"schema_version": 2, "strokes": [[[0, 0, 0]]]}', "schema_version 2; expected 1"),
        ('{"digit": 12, "strokes": [[[0, 0, 0]]]}', "digit 12; expected 0..9 or null"),
        ('{"digit": true, "strokes": [[[0, 0, 0]]]}', "digit true; expected 0..9 or null"),
        ('{"pen": 0, "strokes": [[[0, 0, 0]]]}', "pen 0; expected a line width above 0 and below 0.5"),
        ('{"strokes": []}', "strokes: empty array; expected an array of at least one stroke"),
        ('{"strokes": {"a": 1}}', "strokes: object; expected an array of at least one stroke"),
        ('{"strokes": [[[0, 0, 0]], []]}', "strokes[1]: empty array; expected an array of at least one point"),
        ('{"strokes": [5]}', "strokes[0]: number; expected an array of at least one point"),
        ('{"strokes": [[[0, 0]]]}', 'strokes[0][0]: [0, 0]; expected three numbers [x, y, t] or {"x", "y", "t"}'),
        ('{"strokes": [[{"x": 0, "y": 0}]]}', 'strokes[0][0]: {"x": 0, "y": 0}; expected three numbers'),
        ('{"strokes": [[[0, "a", 0]]]}', 'strokes[0][0]: [0, "a", 0]; expected three numbers'),
        ('{"strokes": [[[0, 0, 0], [0, 1.3, 10]]]}', "strokes[0][1]: y is 1.3; expected 0..1"),
        ('{"strokes": [[[-0.1, 0, 0]]]}', "strokes[0][0]: x is -0.1; expected 0..1"),
        ('{"strokes": [[[NaN, 0, 0]]]}', "strokes[0][0]: x is nan; expected 0..1"),
        ('{"strokes": [[[0, 0, -5]]]}', "strokes[0][0]: t is -5; expected milliseconds from 0 to 3600000"),
        ('{"strokes": [[[0, 0, 1e99]]]}', "strokes[0][0]: t is 1e+99; expected milliseconds"),
        ('{"strokes": [[[0, 0, 20], [0, 0, 10]]]}', "strokes[0][1]: t 10 after 20; expected times that never fall"),
        ('{"strokes": [[[0, 0, 20]], [[0, 0, 10]]]}', "strokes[1][0]: t 10 after 20; expected times that never fall"),
    ],
)
def test_errors_name_place_and_expectation(text: str, error: str) -> None:
    with pytest.raises(FileFormatError) as caught:
        parse_strokes(text, "x.json")
    assert f"x.json: {error}" in str(caught.value)
