"""Whatever a `.repl` or board file holds: it parses, or the error is a PlatformError with a place inside the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitrig.errors import PlatformError, UsageError
from digitrig.platform.board import load_board_file
from digitrig.platform.reader import parse_description
from digitrig.resources import platforms_dir

PIECES = [
    "a",
    "b:",
    "T",
    "@",
    "sysbus",
    "gpio",
    "5",
    "0x10",
    "<",
    ">",
    "+",
    "-",
    ",",
    ";",
    "{",
    "}",
    "[",
    "]",
    "|",
    "#",
    ".",
    "->",
    "nvic@3",
    "IRQ",
    "none",
    "empty",
    "new",
    "init:",
    "add",
    "using",
    "local",
    "as",
    "true",
    "1.5",
    '"text"',
    "'''more'''",
    "//",
    "/*",
    "*/",
    "\n",
    "\n\n",
    "\n",
    "",
    "",
    "",
    "\n",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "\t",
    '"',
    "'''",
    "\\",
    "é",
]


@given(st.lists(st.sampled_from(PIECES), max_size=25), st.sampled_from(["", " "]))
@settings(max_examples=400)
def test_random_pieces_of_the_language(pieces, glue):
    text = glue.join(pieces)
    try:
        parse_description(text, Path("x.repl"))
    except PlatformError as error:
        assert 1 <= error.line <= text.count("\n") + 1, str(error)


REPLS = sorted(platforms_dir().rglob("*.repl"))


@given(
    st.sampled_from(REPLS), st.integers(0, 10**6), st.sampled_from(["", ";", "{", "}", "\n", " ", '"', "0", "@", "->"])
)
@settings(max_examples=200)
def test_a_character_replaced_in_a_real_file(file, place, piece):
    text = file.read_text()
    at = place % len(text)
    try:
        parse_description(text[:at] + piece + text[at + 1 :], file)
    except PlatformError as error:
        assert 1 <= error.line <= text.count("\n") + 2, str(error)


BOARD = (platforms_dir() / "boards" / "frdm_ke16z.yaml").read_text()


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("boards")
    repl = (platforms_dir() / "boards" / "frdm_ke16z.repl").read_text()
    (folder / "frdm_ke16z.repl").write_text(repl.replace("../cpus", str(platforms_dir() / "cpus")))
    return folder


@pytest.mark.parametrize("line", range(1, BOARD.count("\n") + 1))
def test_a_board_file_without_one_of_its_lines(folder, line):
    lines = BOARD.splitlines(keepends=True)
    (folder / "frdm_ke16z.yaml").write_text("".join(lines[: line - 1] + lines[line:]))
    try:
        load_board_file(folder / "frdm_ke16z.yaml")
    except UsageError as error:
        assert isinstance(error, PlatformError)
        assert 1 <= error.line <= len(lines), str(error)
