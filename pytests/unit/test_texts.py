"""What must not stand in any file of the repository: paths of one machine, unfinished work, empty checks."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = {
    ".py",
    ".c",
    ".h",
    ".md",
    ".toml",
    ".txt",
    ".yaml",
    ".yml",
    ".repl",
    ".robot",
    ".resource",
    ".ld",
    ".S",
    ".json",
}
NAMES = {"Makefile", "run", "CMakeLists.txt", ".gitignore", ".clang-format", "MANIFEST.in"}


def tracked() -> list[Path]:
    """Files that git tracks, or those of the folder when it is no clone."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        skipped = {".venv", "build", "results", "dist"}
        paths = [path for path in ROOT.rglob("*") if not skipped & set(path.relative_to(ROOT).parts)]
    return [path for path in paths if path.is_file()]


def lines_with(pattern: str) -> list[str]:
    """`file:line: text` of each place in the repository's text files; this file is left out."""
    expression = re.compile(pattern)
    found = []
    for path in tracked():
        if path == Path(__file__).resolve() or (path.suffix not in TEXT and path.name not in NAMES):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if expression.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    return found


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?<![\w.])/(root|home|work|Users)/\w",
        r"\b(TODO|FIXME|XXX)\b",
        r"\bNotImplementedError\b",
        r"\bassert True\b",
        r"except( Base)?( Exception)?: *pass\b",
        r"pytest\.skip\(\)",
        r"pytest\.mark\.skip\s*$",
        r"(pypi\.org|pythonhosted\.org|registry\.npmjs|deb\.debian\.org)",
    ],
)
def test_no_file_carries(pattern: str) -> None:
    assert lines_with(pattern) == []


def test_no_tracked_file_is_larger_than_one_megabyte() -> None:
    assert [str(path.relative_to(ROOT)) for path in tracked() if path.stat().st_size > 1 << 20] == []


def test_no_built_file_is_tracked() -> None:
    built = {".so", ".dll", ".dylib", ".o", ".a", ".elf", ".pyc", ".whl"}
    names = [str(path.relative_to(ROOT)) for path in tracked() if path.suffix in built]
    assert [name for name in names if not name.startswith("pytests/")] == []
