"""The grammar of `.repl` files: every construct of the subset, and the text for every one outside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitrig.errors import MissingFileError, PlatformError
from digitrig.platform import Connection, Empty, EnumValue, Object, Range, Reference
from digitrig.platform.reader import Declaration, NoneValue, parse_description, read_description


def parse(text: str) -> list[Declaration]:
    return parse_description(text, Path("x.repl")).declarations


def one(text: str) -> Declaration:
    (declaration,) = parse(text)
    return declaration


def wires(declaration: Declaration) -> list[tuple[object, str, int]]:
    return [(c.source, c.target, c.target_line) for row in declaration.connections.values() for c in row]


def test_an_entry_with_type_registration_and_attributes():
    entry = one('uart: UART.NXP_LPUART @ sysbus 0x4006_A000 as "console"\n    frequency: 8_000_000\n    IRQ -> nvic@12')
    assert (entry.name, entry.type, entry.alias, entry.line, entry.column) == (
        "uart",
        "UART.NXP_LPUART",
        "console",
        1,
        1,
    )
    (place,) = entry.registrations
    assert (place.parent, place.address, place.size) == ("sysbus", 0x4006A000, None)
    assert entry.attributes == {"frequency": 8_000_000}
    assert entry.positions["frequency"] == (2, 5)
    assert entry.connections == {"IRQ": [Connection("IRQ", "nvic", 12, 3, 12)]}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("17", 17),
        ("-17", -17),
        ("0xFF", 255),
        ("-0x10", -16),
        ("1_000", 1000),
        ("1.5", 1.5),
        ("-0.25", -0.25),
        ('"a \\" b"', 'a " b'),
        ('"a // b"', "a // b"),
        ("'''two\nlines'''", "two\nlines"),
        ("true", True),
        ("False", False),
        ("nvic", Reference("nvic")),
        ("trueish", Reference("trueish")),
        ("Endianess.LittleEndian", EnumValue("Endianess.LittleEndian")),
        (".LittleEndian", EnumValue(".LittleEndian")),
        ("<0x10, +0x20>", Range(0x10, 0x30)),
        ("<0x10, 0x20>", Range(0x10, 0x20)),
        ("empty", Empty()),
        ('[1, two, "three"]', (1, Reference("two"), "three")),
        ("[]", ()),
        ("[1,]", (1,)),
        ("new A.B", Object("A.B", {})),
        ("new A { x: 1; y: new B { z: true } }", Object("A", {"x": 1, "y": Object("B", {"z": True})})),
    ],
)
def test_values(text, value):
    assert one(f"a: T\n    x: {text}").attributes == {"x": value}


def test_none_drops_an_attribute():
    assert isinstance(one("a: T\n    x: none").attributes["x"], NoneValue)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("@ sysbus", [("sysbus", None, None, {})]),
        ("@ none", []),
        ("@ gpio5 0", [("gpio5", 0, None, {})]),
        ("@ sysbus <0x4000, +0x1000>", [("sysbus", 0x4000, 0x1000, {})]),
        ("@ sysbus <0x4000, 0x4100>", [("sysbus", 0x4000, 0x100, {})]),
        ("@ { sysbus 0x0; sysbus 0x10 }", [("sysbus", 0, None, {}), ("sysbus", 16, None, {})]),
        ("@ { sysbus 0x0; }", [("sysbus", 0, None, {})]),
        (
            '@ sysbus new Bus.BusMultiRegistration { address: 0x10; size: 0x20; region: "port" }',
            [("sysbus", 0x10, 0x20, {"region": "port"})],
        ),
        (
            "@ sysbus new Bus.BusPointRegistration { address: 0x10; cpu: cpu0 }",
            [("sysbus", 0x10, None, {"cpu": Reference("cpu0")})],
        ),
    ],
)
def test_registrations(text, places):
    found = one(f"a: T {text}").registrations
    assert [(r.parent, r.address, r.size, r.kwargs) for r in found] == places


def test_an_entry_that_does_not_mention_a_registration():
    assert one("a: T").registrations is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-> nvic@3", [(None, "nvic", 3)]),
        ("IRQ -> nvic@0x10", [("IRQ", "nvic", 16)]),
        ("7 -> led@0", [(7, "led", 0)]),
        ("IRQ -> nvic@3 | other@4", [("IRQ", "nvic", 3), ("IRQ", "other", 4)]),
        ("0-2 -> nvic@5-7", [(0, "nvic", 5), (1, "nvic", 6), (2, "nvic", 7)]),
        ("0-2 -> nvic@7-5", [(0, "nvic", 7), (1, "nvic", 6), (2, "nvic", 5)]),
        ("[A, B] -> nvic@[1, 9]", [("A", "nvic", 1), ("B", "nvic", 9)]),
        ("[A, 0-1] -> nvic@[3-5]", [("A", "nvic", 3), (0, "nvic", 4), (1, "nvic", 5)]),
        ("[0-1] -> a@[0-1] | b@[4-5]", [(0, "a", 0), (0, "b", 4), (1, "a", 1), (1, "b", 5)]),
        ("IRQ -> none", []),
    ],
)
def test_interrupts(text, expected):
    assert wires(one(f"a: T\n    {text}")) == expected


def test_a_connection_to_none_is_remembered_as_such():
    assert one("a:\n    IRQ -> none").connections == {"IRQ": []}


def test_sections_are_kept_as_text():
    entry = one('a: T\n    init:\n        Do "x; {y}" 1\n        More\n    reset add:\n        Again')
    assert entry.sections == {"init": (False, ['Do "x; {y}" 1', "More"]), "reset": (True, ["Again"])}


def test_an_empty_file_and_one_of_comments_only():
    assert parse("") == []
    assert parse("// nothing\n") == []


def test_usings_come_first():
    description = parse_description('using "a.repl"\nusing "./b.repl"\nc: T', Path("x"))
    assert [using.path for using in description.usings] == ["a.repl", "./b.repl"]


def test_explicit_braces_and_indentation_mean_the_same():
    assert wires(one("a: T { x: 1; -> n@1 }")) == wires(one("a: T\n    x: 1\n    -> n@1"))


def test_keywords_can_begin_names():
    entry = one("newest: T\n    initial: 1\n    localName: nonesuch\n    emptyish: asis")
    assert list(entry.attributes) == ["initial", "localName", "emptyish"]


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ('using "a" prefixed "b"\nc: T', 1, 7, "'using ... prefixed' found; supported: using \"file\""),
        ("a: T\n    x: { 1: 2 }", 2, 8, "dictionary '{ key: value }' as a value; supported: strings"),
        ("a: T\n    -> nvic#1@2", 2, 8, "local receiver 'nvic#1'; supported: name@number"),
        (
            "a: T @ sysbus new Bus.BusHooks { address: 1 }",
            1,
            8,
            "registration point 'Bus.BusHooks'; supported: Bus.Bus",
        ),
        (
            "a: T @ sysbus new Bus.BusPointRegistration { address: 1; size: 2 }",
            1,
            8,
            "'size' in Bus.BusPointRegistration; supported: address, cpu, offset",
        ),
        (
            "a: T @ sysbus new Bus.BusPointRegistration { offset: 1 }",
            1,
            8,
            "Bus.BusPointRegistration without a numeric address",
        ),
        ('a: T @ sysbus "x"', 1, 8, "registration at 'x'; supported: an address, a range"),
        ("a:", 1, 1, "entry 'a' says nothing; supported: a type, a registration or attributes"),
        ("a: T\n    x: 1\n    x: 2", 3, 5, "attribute 'x' of 'a' given twice in one entry"),
        ("a: T\n    IRQ -> n@1\n    IRQ -> n@2", 3, 5, "output 'IRQ' of 'a' connected twice in one entry"),
        ("a: T\n    -> n@1\n    -> n@2", 3, 5, "the default output of 'a' connected twice"),
        ("a: T\n    init:\n        x\n    init:\n        y", 4, 5, "section 'init' of 'a' given twice"),
        (
            "a: T\n    [A, B] -> n@[1]",
            2,
            15,
            "2 outputs connected to 1 inputs of 'n'; supported: as many inputs as outputs",
        ),
        ("a: T\n    0-0 -> n@1", 2, 5, "range 0-0 of one number"),
        ("a: T\n    x: <5, 3>", 2, 9, "range <5, 3> ends before it begins"),
        ("a: T\n    x: new", 2, 11, "the end of the line not understood here"),
        ("a: T\n    x: new B { y: 1; y: 2 }", 2, 22, "attribute 'y' given twice in one object"),
        ("true: T", 1, 1, "keyword 'true' used as the name of an entry; supported: another name"),
        ("init: T", 1, 1, "keyword 'init' used as the name of an entry"),
        ("a: T\n    x: local", 2, 8, "keyword 'local' used as a value"),
        ("a: T\n    x: 1.", 2, 9, "'.' not understood here"),
        ("a: T\n    x: 0X10", 2, 9, "'X10' not understood here"),
        ("a: T @ sysbus 0x10 0x20", 1, 20, "'0x20' not understood here"),
        ("a: T\nb: = 3", 2, 4, "'=' not understood here"),
        ("a: T\n    x: 1\n        y: 2", 2, 9, "the end of the line before a deeper one not understood here"),
        ("a: T {\n    x: 1", 2, 8, "the end of the file not understood here"),
        ("using 3", 1, 7, "'3' not understood here"),
    ],
)
def test_everything_outside_the_subset_is_named_with_its_place(text, line, column, message):
    with pytest.raises(PlatformError) as caught:
        parse(text)
    assert message in str(caught.value)
    assert (caught.value.line, caught.value.column) == (line, column), str(caught.value)


def test_a_syntax_error_says_what_could_stand_there():
    with pytest.raises(PlatformError) as caught:
        parse("a: T\n    x 1")
    assert str(caught.value).startswith("x.repl:2:7: '1' not understood here: x 1; supported: ")
    assert "'->'" in caught.value.supported
    assert "':'" in caught.value.supported


def test_a_missing_file_and_one_that_is_no_text(tmp_path):
    with pytest.raises(MissingFileError, match=r"platform description '.*none\.repl' not found"):
        read_description(tmp_path / "none.repl")
    (tmp_path / "bad.repl").write_bytes(b"a: T // \xff")
    with pytest.raises(PlatformError, match="not UTF-8 text \\(byte 8\\)"):
        read_description(tmp_path / "bad.repl")
