"""What `make setup` says when the machine lacks something of the system."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKE = shutil.which("make")

# A python3 older than 3.11, and one whose Debian package python3-venv is missing.
TOO_OLD = "#!/bin/sh\nexit 1\n"
WITHOUT_VENV = '#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; *) exit 0;; esac\n'


def make_environment(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    """`make .venv/bin/python` in an empty checkout where `python` is the only interpreter."""
    if MAKE is None:
        pytest.skip("make is not installed: apt install make")
    shutil.copy(ROOT / "Makefile", folder)
    script = folder / "python3"
    script.write_text(python, encoding="utf-8")
    script.chmod(0o755)
    command = [MAKE, ".venv/bin/python", f"PYTHONS={script}"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_an_old_python_is_not_taken_and_the_debian_packages_are_named(tmp_path: Path) -> None:
    done = make_environment(tmp_path, TOO_OLD)
    assert done.returncode == 2
    assert "no Python 3.11 or newer found: apt install python3 python3-venv" in done.stdout


def test_a_python_without_venv_is_named_with_the_debian_package(tmp_path: Path) -> None:
    done = make_environment(tmp_path, WITHOUT_VENV)
    assert done.returncode == 2
    assert f"{tmp_path / 'python3'} cannot make environments: apt install python3-venv" in done.stdout
    assert not (tmp_path / ".venv").exists()
