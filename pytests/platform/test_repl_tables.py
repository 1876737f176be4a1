"""The parser's tables are kept between runs, and nothing depends on that."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitrig.errors import PlatformError
from digitrig.platform import grammar
from digitrig.platform.reader import parse_description

TEXT = "sram: Memory.MappedMemory @ sysbus 0x20000000\n    size: 0x1000\nled: Miscellaneous.LED @ gpio 3\n"


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """An empty build folder and no parser in memory."""
    monkeypatch.setenv("DIGITRIG_BUILD", str(tmp_path))
    grammar.parser.cache_clear()
    yield tmp_path
    grammar.parser.cache_clear()


def parse() -> list[object]:
    grammar.parser.cache_clear()
    return [vars(found) for found in parse_description(TEXT, Path("made.repl")).declarations]


def error() -> str:
    grammar.parser.cache_clear()
    with pytest.raises(PlatformError) as failure:
        parse_description("sram: Memory.MappedMemory @\n", Path("made.repl"))
    return str(failure.value)


def test_parser_from_kept_tables_reads_and_refuses_alike(build: Path) -> None:
    made, refused = parse(), error()
    (kept,) = (build / "cache").iterdir()
    before = kept.stat().st_mtime_ns
    assert (parse(), error()) == (made, refused)
    assert kept.stat().st_mtime_ns == before, "read, not written again"


@pytest.mark.parametrize("damage", [b"", b"\x80\x05garbage", b"not a pickle"])
def test_damaged_tables_are_made_anew(build: Path, damage: bytes) -> None:
    made = parse()
    (kept,) = (build / "cache").iterdir()
    kept.write_bytes(damage)
    assert parse() == made
    assert kept.stat().st_size > 1000


def test_a_folder_that_cannot_be_written_is_no_failure(build: Path) -> None:
    (build / "cache").write_text("a file where the folder should be")
    assert len(parse()) == 2
