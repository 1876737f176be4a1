"""README.md and docs/: the commands they show exist, and their links lead somewhere."""

from __future__ import annotations

import io
import json
import re
import shlex
import shutil
import subprocess
from contextlib import redirect_stdout
from itertools import takewhile
from pathlib import Path

import pytest

from digitrig.cli.app import app
from digitrig.codegen.models import model_names
from digitrig.platform import board_names, load_board

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def commands(prefix: str) -> list[str]:
    """Distinct commands after `$ ` in the pages' code blocks that begin with PREFIX, comments cut off."""
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    found = re.findall(r"^ *\$ (.+)$", text, re.MULTILINE)
    return sorted({line.split(" #")[0].strip() for line in found if line.startswith(prefix)})


def test_the_pages_show_commands() -> None:
    assert {"make robot", "make test"} <= set(commands("make "))
    assert len(commands("digitrig ")) >= 8


@pytest.mark.parametrize("command", commands("make "))
def test_make_knows_every_target_shown(command: str) -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("make is not installed: apt install make")
    done = subprocess.run([make, "--dry-run", *shlex.split(command)[1:]], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def subcommands() -> dict[str, set[str]]:
    """Subcommand (two words for groups like `data fetch`) -> options shown with it."""
    found: dict[str, set[str]] = {}
    for command in commands("digitrig "):
        words = shlex.split(command.split("|")[0].split(">")[0])[1:]
        name = " ".join(words[:2]) if words[0] == "data" else words[0]
        found.setdefault(name, set()).update(re.match(r"-[-\w]+", word)[0] for word in words if word.startswith("-"))
    return found


@pytest.mark.parametrize("name", sorted(subcommands()))
def test_the_command_line_knows_every_command_and_option_shown(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in (("COLUMNS", "200"), ("NO_COLOR", "1"), ("TERM", "dumb")):
        monkeypatch.setenv(variable, value)
    words = [] if name.startswith("-") else name.split()
    shown = io.StringIO()
    with redirect_stdout(shown), pytest.raises(SystemExit) as ended:
        app([*words, "--help"])
    assert not ended.value.code
    assert {option for option in subcommands()[name] if option not in shown.getvalue()} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_the_pages_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", board_names())
def test_the_readme_names_every_board_and_its_error_band(name: str) -> None:
    band = load_board(name).timing.error_band_percent
    assert f"| `{name}` " in readme()
    assert f"±{band:g} % on `{name}`" in " ".join(readme().split())


@pytest.mark.parametrize("name", model_names())
def test_the_readme_has_every_model_with_the_accuracy_of_its_card(name: str) -> None:
    entry = next(e for e in json.loads((ROOT / "models" / "manifest.json").read_text())["models"] if e["name"] == name)
    row = next(line for line in readme().splitlines() if line.startswith(f"| `{name}`"))
    assert f"{entry['parameters']:,}" in row
    assert f"{100 * entry['accuracy']:.2f} %" in row


def test_the_readme_shows_what_run_prints() -> None:
    """Numbers apart: they move with every change of the firmware or of the timing model."""
    command = "$ .venv/bin/digitrig run frdm_ke16z --image ink:7\n"
    indented = readme().split(command)[1].splitlines()
    block = [line for line in takewhile(lambda line: not line or line.startswith("    "), indented) if line]
    printed = io.StringIO()
    with redirect_stdout(printed), pytest.raises(SystemExit) as ended:
        app(command.split()[2:])
    assert not ended.value.code

    def shape(lines: list[str]) -> list[list[str]]:
        return [re.sub(r"[\d,.]+", "N", line).split() for line in lines if line.strip()]

    assert shape(block) == shape(printed.getvalue().splitlines())


def test_the_readme_lists_every_command() -> None:
    shown = io.StringIO()
    with redirect_stdout(shown), pytest.raises(SystemExit):
        app(["--help"])
    known = re.findall(r"^│ ([a-z]+) +[A-Z]", shown.getvalue(), re.MULTILINE)
    assert len(known) >= 9
    assert [name for name in known if f"| `digitrig {name}" not in readme()] == []


def test_the_run_in_the_readme_is_what_the_command_prints() -> None:
    """Figures move with kernels and timing model; the page moves with them."""
    shown = io.StringIO()
    with redirect_stdout(shown), pytest.raises(SystemExit):
        app(["run", "frdm_ke16z", "--image", "ink:7"])
    lines = [line.strip() for line in shown.getvalue().splitlines() if line.strip()]
    page = [line.strip() for line in readme().splitlines()]
    assert [line for line in lines if line not in page] == []


def test_the_readme_counts_the_robot_tests() -> None:
    from robot.api import TestSuite

    count = TestSuite.from_file_system(ROOT / "robot").test_count
    assert f"    {count} tests, {count} passed, 0 failed" in readme()
