"""platforms/README.md says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from digitrig.platform.board import _OPTIONAL, _REQUIRED
from digitrig.platform.reader import REGISTRATION_TYPES, parse_description
from digitrig.resources import platforms_dir

TEXT = (platforms_dir() / "README.md").read_text()


def test_its_example_is_in_the_subset():
    (example,) = re.findall(r"```repl\n(.*?)```", TEXT, re.S)
    names = [declaration.name for declaration in parse_description(example, Path("README.md")).declarations]
    assert names == ["nvic", "cpu", "uart0", "portB", "led", "sysbus"]


def test_it_lists_the_keys_of_a_board_file():
    keys = re.search(r"Keys: `([^`]*)`, and if need be `([^`]*)`", TEXT)
    assert keys is not None
    assert (keys[1].split(), keys[2].split()) == (list(_REQUIRED), list(_OPTIONAL))


def test_it_names_every_registration_point():
    assert all(f"new {name}" in TEXT for name in REGISTRATION_TYPES)


def test_every_interrupt_form_it_lists_is_understood():
    row = re.search(r"\| interrupts \| (.*?) \|\n", TEXT)
    assert row is not None
    forms = [form for form in re.findall(r"`([^`]*->[^`]*)`", row[1]) if form != "-> none"]
    assert len(forms) == 5
    for form in forms:
        assert parse_description(f"a: T\n    {form}", Path("x")).declarations[0].connections, form
