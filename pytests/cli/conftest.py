"""The command line as the tests call it: in this process, stdout and stderr apart; and firmware files made by hand."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from digitrig.cli.app import app


@dataclass(frozen=True)
class Outcome:
    """What a command printed and returned."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on stdout; fails if there is anything else."""
        found: dict[str, Any] = json.loads(self.out)
        return found


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Calls `digitrig ARGUMENTS`, without what the machine's environment would choose."""
    monkeypatch.delenv("DIGITRIG_ENGINE", raising=False)

    def call(*arguments: object) -> Outcome:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Outcome(result.exit_code, result.stdout, result.stderr)

    return call


def elf32(machine: int, segments: Sequence[tuple[int, bytes]], entry: int = 0) -> bytes:
    """A little-endian ELF executable without sections (System V ABI, chapter 4: ELF header, program headers)."""
    header = struct.pack(
        "<16sHHIIIIIHHHHHH",
        *(b"\x7fELF\x01\x01\x01" + bytes(9), 2, machine, 1, entry, 52, 0, 0, 52, 32, len(segments), 40, 0, 0),
    )
    offset = 52 + 32 * len(segments)
    table, data = b"", b""
    for address, content in segments:
        table += struct.pack(
            "<8I", 1, offset + len(data), address, address, len(content), len(content), 5, 4
        )
        data += content
    return header + table + data


def thumb_program(*halfwords: int, hardfault: int | None = None, stack: int = 0x20001000, base: int = 0) -> bytes:
    """Vector table and code for a Cortex-M0+: the halfwords run at reset; `hardfault` is a byte offset into them.

    The 16 vectors take 64 bytes; without `hardfault` a branch to itself stands behind the code.
    """
    code = struct.pack(f"<{len(halfwords)}H", *halfwords) + struct.pack("<H", 0xE7FE)
    handler = len(halfwords) * 2 if hardfault is None else hardfault
    vectors = [stack, base + 64 + 1, base + 64 + handler + 1, base + 64 + handler + 1] + [0] * 12
    return struct.pack("<16I", *vectors) + code


@pytest.fixture
def firmware_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes bytes to a file of the given name and returns its path."""

    def write(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write
