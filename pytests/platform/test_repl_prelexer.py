"""Indentation to braces, comments and strings, as Renode's PlatformDescription/PreLexer and its unit tests describe."""

from __future__ import annotations

import pytest

from digitrig.errors import PlatformError
from digitrig.platform.prelexer import prelex


def test_deeper_opens_shallower_closes_equal_separates():
    text = "a\n    b\n    c\n        d\ne\nf"
    assert prelex(text, "x") == "a{\n    b;\n    c{\n        d}};\ne;\nf"


def test_the_last_line_closes_what_is_open_without_semicolon():
    assert prelex("a\n    b\n        c", "x") == "a{\n    b{\n        c}}"


def test_blank_lines_keep_line_numbers():
    assert prelex("\n\na\n\n    b\n\n", "x") == "\n\na{\n\n    b}\n\n"


def test_nothing_but_blanks():
    assert prelex("\n  \n", "x") == "\n  \n"


def test_carriage_returns_are_dropped():
    assert prelex("a\r\nb\r\n", "x") == "a;\nb\n"


def test_inside_explicit_braces_indentation_means_nothing():
    text = "a {\n  b;\n            c\n}\nd"
    assert prelex(text, "x") == "a {\n  b;\n            c\n};\nd"


def test_after_explicit_braces_levels_go_on_from_their_first_line():
    text = "a: @ {\n        s;\n        t }\n    b: 1"
    assert prelex(text, "x") == "a: @ {\n        s;\n        t }{\n    b: 1}"


def test_braces_in_strings_do_not_count():
    assert prelex('a "{"\nb', "x") == 'a "{";\nb'


@pytest.mark.parametrize("line", ["// all of it", "a // rest"])
def test_line_comments(line):
    assert prelex(line, "x").rstrip() == line.split("//")[0].rstrip()


@pytest.mark.parametrize("line", ["a http://x", "a\t// tab before"])
def test_two_slashes_need_a_space_or_the_line_start_before_them(line):
    assert prelex(line, "x") == line


def test_comment_marks_in_strings_are_text():
    assert prelex('a "x // y /* z"', "x") == 'a "x // y /* z"'
    assert prelex("a '''x // y\n/* z'''", "x") == "a '''x // y\n/* z'''"


def test_a_block_comment_inside_a_line_is_blanked_in_place():
    assert prelex("a /* b */ c", "x") == "a         c"


def test_a_block_comment_over_lines():
    assert prelex("a /* b\nc */\nd", "x") == "a     ;\n    \nd"


def test_a_triple_quoted_string_over_lines_is_one_line():
    text = "a: '''x\n   { odd\n'''\nb"
    assert prelex(text, "x") == "a: '''x\n   { odd\n''';\nb"


def test_an_escaped_delimiter_does_not_end_the_string():
    text = "a: '''x \\''' y'''\nb"
    assert prelex(text, "x") == "a: '''x \\''' y''';\nb"


@pytest.mark.parametrize(
    ("text", "line", "column", "part"),
    [
        ("a\n   b", 2, 4, "indentation of 3 spaces"),
        ("    a", 1, 1, "the first line is indented"),
        ("a\n\tb", 2, 1, "tab in the indentation"),
        ('a\n    b: "open', 2, 8, "string without closing"),
        ("a: '''open", 1, 4, "string without closing '''"),
        ("a\n/* open", 2, 1, "comment without closing"),
        ("a /* b\nc */ d", 2, 3, "text after a comment of several lines"),
        ("/* b */ d", 1, 1, "text after a comment that begins the line"),
    ],
)
def test_errors_name_line_and_column(text, line, column, part):
    with pytest.raises(PlatformError) as caught:
        prelex(text, "x.repl")
    assert (caught.value.line, caught.value.column) == (line, column)
    assert part in str(caught.value)
    assert str(caught.value).startswith(f"x.repl:{line}:{column}: ")
