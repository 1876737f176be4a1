"""One fact, one home: versions, pins and names that two files need are read from both and compared."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import digitrig
from digitrig import resources
from digitrig.errors import MissingFileError

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def requirements() -> dict[str, str]:
    """Requirement -> version condition, of the package, its extras and its build."""
    project = PROJECT["project"]
    lists = [project["dependencies"], PROJECT["build-system"]["requires"], *project["optional-dependencies"].values()]
    found = {}
    for text in (text for entries in lists for text in entries):
        match = re.match(r"([A-Za-z0-9_.-]+)\s*([^;]*)", text)
        assert match, text
        found[match[1].lower()] = match[2].strip()
    return found


def constraints() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.lower().split("==") for line in lines if line and not line.startswith("#"))


def test_the_firmware_compiler_is_one_version_wherever_it_is_named() -> None:
    named = [
        re.findall(r"ziglang *==? *([\d.]+)", (ROOT / name).read_text(encoding="utf-8"))
        for name in ("pyproject.toml", "constraints.txt")
    ]
    assert {version for versions in named for version in versions} == {constraints()["ziglang"]}


def test_every_requirement_that_make_installs_has_an_exact_version() -> None:
    not_installed = {"tensorflow", "tflite-runtime"}
    assert set(requirements()) - set(constraints()) - not_installed == set()


def test_exact_pins_in_pyproject_are_those_of_the_constraints() -> None:
    pins = {name: text.removeprefix("==") for name, text in requirements().items() if text.startswith("==")}
    assert pins == {name: constraints()[name] for name in pins}


def test_changelog_begins_with_the_version_of_the_package() -> None:
    heading = re.search(r"^## ([\d.]+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert heading and heading[1] == digitrig.__version__


def test_banner_of_the_firmware_has_the_version_of_the_package() -> None:
    """CMake hands the version of its project() to the console app's banner."""
    text = (ROOT / "firmware" / "CMakeLists.txt").read_text(encoding="utf-8")
    version = re.search(r"project\(\w+ VERSION ([\d.]+)", text)
    assert version and version[1] == digitrig.__version__


def test_every_runtime_requirement_has_its_licence_in_the_table() -> None:
    table = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8").lower()
    missing = [name for name in requirements() if f"| {name} |" not in table]
    assert missing == []


def test_root_is_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIGITRIG_ROOT", raising=False)
    monkeypatch.delenv("DIGITRIG_BUILD", raising=False)
    assert resources.root() == ROOT
    assert resources.platforms_dir() == ROOT / "platforms"
    assert resources.models_dir() == ROOT / "models"
    assert resources.firmware_dir() == ROOT / "firmware"
    assert resources.build_dir() == ROOT / "build"
    assert resources.firmware_dirs() == (ROOT / "build" / "firmware",)


def test_root_and_build_folder_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "platforms").mkdir()
    monkeypatch.setenv("DIGITRIG_ROOT", str(tmp_path))
    monkeypatch.setenv("DIGITRIG_BUILD", str(tmp_path / "out"))
    assert resources.root() == tmp_path
    assert resources.firmware_dirs() == (tmp_path / "out" / "firmware",)


def test_a_root_without_platforms_is_an_error_that_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DIGITRIG_ROOT", str(tmp_path))
    with pytest.raises(MissingFileError, match=r"platforms' not found; DIGITRIG_ROOT must name a folder"):
        resources.root()


def test_a_wheel_reads_its_own_data_and_builds_in_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "site-packages" / "digitrig"
    (package / "_data" / "platforms").mkdir(parents=True)
    monkeypatch.delenv("DIGITRIG_ROOT", raising=False)
    monkeypatch.delenv("DIGITRIG_BUILD", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(resources, "_PACKAGE", package)
    assert resources.root() == package / "_data"
    assert resources.build_dir() == tmp_path / "cache" / "digitrig" / "build"
    assert resources.firmware_dirs()[1] == package / "_data" / "build" / "firmware"
