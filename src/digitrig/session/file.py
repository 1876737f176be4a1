"""The session file: a ZIP archive with `session.json`, the firmware, the board's files and what the console said.

session.json        schema_version, digitrig, board, firmware {file, address}, inputs, end, sha256 of the others
firmware/NAME       as it was loaded
platforms/...       the board's YAML and `.repl` files, laid out as in the checkout
console.bin         every byte in order
console.times       for each of them, when it came, in ps: unsigned 64-bit, little-endian
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from digitrig.errors import FileFormatError, MissingFileError, UsageError

SCHEMA_VERSION = 1
MANIFEST = "session.json"
CONSOLE, TIMES = "console.bin", "console.times"
SUFFIX = ".session"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that ZIP knows: the same session gives the same bytes
REQUIRED = {"schema_version", "digitrig", "board", "firmware", "inputs", "end", "sha256"}


@dataclass(frozen=True)
class Position:
    """An instant of a run: virtual time, retired instructions and core cycles since the start."""

    at_ps: int
    instructions: int
    cycles: int


@dataclass(frozen=True)
class Input:
    """One thing that the host did to the board: `console.send` with its arguments, bytes as hexadecimal digits."""

    at: Position
    do: str
    arguments: tuple[Any, ...] = ()


@dataclass
class Session:
    """What a session file holds.

    made_by: versions of digitrig, of the core's interface and of Python.  board: its name.  firmware: name of the file
    and, for a raw binary, its load address.  console: (at_ps, byte).  end: `position` and SHA-256 of memory areas,
    registers and display.  files: the members besides the manifest and the console, by their name in the archive.
    """

    made_by: dict[str, Any]
    board: str
    firmware: str
    address: int | None
    inputs: list[Input] = field(default_factory=list)
    console: list[tuple[int, int]] = field(default_factory=list)
    end: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Write the archive; a file of that name is replaced once the new one is complete."""
        members = {
            **self.files,
            CONSOLE: bytes(byte for _, byte in self.console),
            TIMES: b"".join(at.to_bytes(8, "little") for at, _ in self.console),
        }
        manifest = json.dumps(self._manifest(members), indent=1, sort_keys=True).encode() + b"\n"
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in [(MANIFEST, manifest), *sorted(members.items())]:
                archive.writestr(zipfile.ZipInfo(name, EPOCH), data, zipfile.ZIP_DEFLATED)
        part.replace(path)

    def _manifest(self, members: Mapping[str, bytes]) -> dict[str, Any]:
        return {
            "schema_version": SCHEMA_VERSION,
            "digitrig": self.made_by,
            "board": self.board,
            "firmware": {"file": self.firmware, "address": self.address},
            "inputs": [[*_numbers(item.at), item.do, list(item.arguments)] for item in self.inputs],
            "end": self.end,
            "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(members.items())},
        }

    def unpack(self, folder: Path) -> tuple[Path, Path]:
        """Write firmware and board files into a folder. Returns (the board's YAML file, the firmware file)."""
        for name, data in self.files.items():
            target = folder.joinpath(*PurePosixPath(name).parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return folder / "platforms" / "boards" / f"{self.board}.yaml", folder / "firmware" / self.firmware


def _numbers(at: Position) -> tuple[int, int, int]:
    return at.at_ps, at.instructions, at.cycles


def load_session(path: Path) -> Session:
    """Read a session file. Raises MissingFileError, FileFormatError (damaged), UsageError (another format)."""
    if not path.is_file():
        raise MissingFileError(path, "session file", "make one with: digitrig record BOARD --image SRC -o FILE")
    try:
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
        raise FileFormatError(path, f"not a whole archive ({error})", "a session file, not cut short") from error
    manifest = _checked_manifest(path, members)
    data = members.pop(CONSOLE)
    times = members.pop(TIMES)
    return Session(
        made_by=manifest["digitrig"],
        board=manifest["board"],
        firmware=manifest["firmware"]["file"],
        address=manifest["firmware"]["address"],
        inputs=[Input(Position(*row[:3]), row[3], tuple(row[4])) for row in manifest["inputs"]],
        console=[(int.from_bytes(times[8 * k : 8 * k + 8], "little"), byte) for k, byte in enumerate(data)],
        end=manifest["end"],
        files=members,
    )


def _checked_manifest(path: Path, members: dict[str, bytes]) -> dict[str, Any]:
    """session.json, removed from the members; every other member has the hash that it gives."""
    if MANIFEST not in members:
        raise FileFormatError(path, f"no {MANIFEST} in the archive", "a session file")
    try:
        manifest: dict[str, Any] = json.loads(members.pop(MANIFEST))
        version = manifest["schema_version"]
    except (ValueError, KeyError, TypeError) as error:
        raise FileFormatError(path, f"{MANIFEST} is damaged ({error})", "a session file") from error
    if version != SCHEMA_VERSION:
        by = manifest.get("digitrig", {}).get("version", "an unknown version")
        raise UsageError(
            f"{path}: written by digitrig {by} in session format {version}; this digitrig reads format "
            f"{SCHEMA_VERSION}: replay it with the version that wrote it"
        )
    if missing := REQUIRED - set(manifest):
        raise FileFormatError(path, f"{MANIFEST} lacks {', '.join(sorted(missing))}", "a session file")
    _check_members(path, manifest, members)
    return manifest


def _check_members(path: Path, manifest: Mapping[str, Any], members: Mapping[str, bytes]) -> None:
    expected = {*manifest["sha256"], CONSOLE, TIMES}
    if set(members) != expected:
        odd = sorted(set(members) ^ expected)
        raise FileFormatError(path, f"members missing or unknown: {', '.join(odd)}", f"what {MANIFEST} lists")
    for name, data in members.items():
        if hashlib.sha256(data).hexdigest() != manifest["sha256"].get(name):
            raise FileFormatError(path, f"{name} was changed after the session was saved", "its recorded SHA-256")
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise FileFormatError(path, f"member '{name}' leads out of the archive", "relative names")
