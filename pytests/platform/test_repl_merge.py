"""`using`, creating and updating entries, local names, tags: the order and the rules of Renode's CreationDriver."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitrig.errors import MissingFileError, PlatformError
from digitrig.platform import Platform, Reference, Tag, parse_repl


def build(folder: Path, main: str, **others: str) -> Platform:
    """others: file name without .repl -> text; main.repl uses them as it likes."""
    for name, text in others.items():
        (folder / f"{name}.repl").write_text(text)
    (folder / "main.repl").write_text(main)
    return parse_repl(folder / "main.repl")


def wires(platform: Platform, name: str) -> list[tuple[object, str, int]]:
    return [(c.source, c.target, c.target_line) for c in platform.entries[name].connections]


def test_entries_keep_the_order_of_creation_with_used_files_first(tmp_path):
    platform = build(
        tmp_path, 'using "./a.repl"\nusing "./b.repl"\nm: T', a='using "./c.repl"\nx: T', b="y: T", c="z: T"
    )
    assert list(platform.entries) == ["z", "x", "y", "m"]
    assert [file.name for file in platform.files] == ["c.repl", "a.repl", "b.repl", "main.repl"]


def test_an_entry_knows_the_file_and_line_that_created_it(tmp_path):
    platform = build(tmp_path, 'using "./a.repl"\nx:\n    p: 2', a="\n\nx: T")
    assert (platform.entries["x"].file.name, platform.entries["x"].line) == ("a.repl", 3)


def test_a_later_value_wins_and_others_stay(tmp_path):
    platform = build(tmp_path, 'using "./a.repl"\nx:\n    p: 2', a="x: T\n    p: 1\n    q: 3")
    assert platform.entries["x"].attributes == {"p": 2, "q": 3}


def test_none_removes_what_was_given_before(tmp_path):
    platform = build(
        tmp_path,
        'using "./a.repl"\nx: @ none\n    p: none\n    IRQ -> none',
        a="x: T @ sysbus 0\n    p: 1\n    IRQ -> n@1\n    B -> n@2",
    )
    assert platform.entries["x"].attributes == {}
    assert platform.entries["x"].registrations == []
    assert wires(platform, "x") == [("B", "n", 2)]


def test_registrations_are_replaced_as_a_whole(tmp_path):
    platform = build(tmp_path, 'using "./a.repl"\nx: @ sysbus 0x20', a="x: T @ { sysbus 0; sysbus 0x10 }")
    assert [r.address for r in platform.entries["x"].registrations] == [0x20]


def test_connections_are_replaced_for_each_source(tmp_path):
    platform = build(
        tmp_path, 'using "./a.repl"\nx:\n    1 -> led@0\n    A -> n@9', a="x: T\n    A -> n@1 | n@2\n    0 -> n@3"
    )
    assert wires(platform, "x") == [(0, "n", 3), (1, "led", 0), ("A", "n", 9)]


def test_init_replaces_and_init_add_appends(tmp_path):
    a = "x: T\n    init:\n        One\ny: T\n    init:\n        One"
    platform = build(tmp_path, 'using "./a.repl"\nx:\n    init:\n        Two\ny:\n    init add:\n        Two', a=a)
    assert platform.entries["x"].sections == {"init": ["Two"]}
    assert platform.entries["y"].sections == {"init": ["One", "Two"]}


def test_an_update_may_stand_before_the_entry_that_creates(tmp_path):
    assert build(tmp_path, "x:\n    p: 1\nx: T").entries["x"].attributes == {"p": 1}


def test_local_names_do_not_meet(tmp_path):
    a = "local helper: T\n    p: 1\nuser: U\n    h: helper\n    -> helper@0"
    platform = build(tmp_path, 'using "./a.repl"\nlocal helper: T\n    p: 2\nother: U @ helper 3', a=a)
    assert platform.entries["helper@a.repl"].attributes == {"p": 1}
    assert platform.entries["helper@main.repl"].attributes == {"p": 2}
    assert platform.entries["user"].attributes == {"h": Reference("helper@a.repl")}
    assert wires(platform, "user") == [(None, "helper@a.repl", 0)]
    assert platform.entries["other"].registrations[0].parent == "helper@main.repl"


def test_a_using_without_dot_is_looked_up_above_the_platforms_folder(tmp_path):
    (tmp_path / "platforms" / "cpus").mkdir(parents=True)
    (tmp_path / "platforms" / "boards").mkdir()
    (tmp_path / "platforms" / "cpus" / "c.repl").write_text("x: T")
    board = tmp_path / "platforms" / "boards" / "b.repl"
    board.write_text('using "platforms/cpus/c.repl"')
    assert list(parse_repl(board).entries) == ["x"]


def test_a_file_used_by_two_others_counts_once(tmp_path):
    uses = 'using "./common.repl"\n'
    platform = build(tmp_path, 'using "./a.repl"\nusing "./b.repl"', a=uses + "x: T", b=uses + "y: T", common="z: T")
    assert list(platform.entries) == ["z", "x", "y"]


def test_tags_in_both_forms(tmp_path):
    lines = ('Tag <0x40, 0x4F> "A" 0x12', 'Tag <0x50 8> "B"', "SilenceRange <0x60, 0x60>")
    text = "sysbus:\n    init:" + "".join(f"\n        {line}" for line in lines)
    platform = build(tmp_path, text)
    found = [(tag.first, tag.last, tag.name, tag.value, tag.line) for tag in platform.tags]
    assert found == [(0x40, 0x4F, "A", 0x12, 3), (0x50, 0x57, "B", 0, 4), (0x60, 0x60, "silenced", 0, 5)]


def test_tags_of_a_used_file_are_replaced_unless_added_to(tmp_path):
    a = 'sysbus:\n    init:\n        Tag <0, 3> "A"'
    mine = 'using "./a.repl"\nsysbus:\n    init{}:\n        Tag <4, 7> "B"'

    def names(text: str) -> list[str]:
        tags: list[Tag] = build(tmp_path, text, a=a).tags
        return [tag.name for tag in tags]

    assert names(mine.format("")) == ["B"]
    assert names(mine.format(" add")) == ["A", "B"]


@pytest.mark.parametrize(
    ("main", "others", "file", "line", "message"),
    [
        ("x: T\nx: U", {}, "main.repl", 2, "'x' created again; first in main.repl:1"),
        ('using "./a.repl"\nx: U', {"a": "x: T"}, "main.repl", 2, "'x' created again; first in a.repl:1"),
        ("y: T\nx:\n    p: 1", {}, "main.repl", 2, "'x' has no type here and is created nowhere"),
        ('using "./a.repl"\nusing "./a.repl"', {"a": "x: T"}, "main.repl", 2, "'./a.repl' used twice"),
        (
            'using "./a.repl"',
            {"a": 'using "./main.repl"'},
            "a.repl",
            1,
            "usings go in a circle: main.repl -> a.repl -> main.repl",
        ),
        ('using "./gone.repl"', {}, "main.repl", 1, "gone.repl' not found"),
        ('using "./a.repl"', {"a": "x: = 1"}, "a.repl", 1, "'=' not understood here"),
        ("sysbus: T", {}, "main.repl", 1, "'sysbus' is predefined"),
        ("sysbus:\n    p: 1", {}, "main.repl", 1, "'sysbus' with attributes; supported: only 'init:' with Tag lines"),
        (
            "sysbus:\n    init:\n        ApplySVD @x.svd",
            {},
            "main.repl",
            3,
            "monitor line 'ApplySVD @x.svd' in 'init:'",
        ),
        ('sysbus:\n    init:\n        Tag <9, 3> "A"', {}, "main.repl", 3, "ends before it begins"),
        (
            'sysbus:\n    reset:\n        Tag <1, 3> "A"',
            {},
            "main.repl",
            3,
            "in 'reset:'; supported: Tag <first, last>",
        ),
        ("sysbus:\n    init:\n        Tag <1, 3>", {}, "main.repl", 3, "monitor line 'Tag <1, 3>'"),
    ],
)
def test_contradictions_are_errors_with_their_place(tmp_path, main, others, file, line, message):
    with pytest.raises(PlatformError) as caught:
        build(tmp_path, main, **others)
    assert message in str(caught.value)
    assert (Path(caught.value.path).name, caught.value.line) == (file, line)


def test_the_main_file_must_be_there(tmp_path):
    with pytest.raises(MissingFileError):
        parse_repl(tmp_path / "none.repl")
