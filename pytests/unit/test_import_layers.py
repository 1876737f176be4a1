"""Imports run downwards only, and each layer keeps off what is not its business (docs/guide.md, "The layers")."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import digitrig

PACKAGE = Path(digitrig.__file__).parent

# Lowest first. What stands on one line may not import its neighbours, except that errors serves all.
LAYERS = [
    {"errors"},
    {"protocols", "resources"},
    {"native"},
    {"timing"},
    {"platform"},
    {"peripherals"},
    {"engines"},
    {"console_log", "firmware_files", "glass", "model_upload", "screen"},
    {"board"},
    {"session"},
    {"digits"},
    {"reference"},
    {"codegen"},
    {"firmware_build"},
    {"evaluation"},
    {"serve"},
    {"robot", "pytest_plugin", "cli"},
    {"__main__"},
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
OUTSIDE = PACKAGE / "engines" / "renode"  # waits for a process of the host
DETERMINISTIC = ("native", "timing", "platform", "peripherals", "engines", "board", "reference", "codegen")


@cache
def syntax(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def modules() -> Iterator[tuple[str, Path]]:
    """(unit, file) of every Python file: `digitrig/cli/run.py` belongs to the unit `cli`."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).parts
        if parts[0] not in ("_data", "__init__.py"):
            yield parts[0].removesuffix(".py"), path


@cache
def imports(path: Path) -> list[tuple[str, int]]:
    """(full module name, line) of every import in a file, those inside functions too."""
    found: list[tuple[str, int]] = []
    package = ("digitrig", *path.relative_to(PACKAGE).with_suffix("").parts)[:-1]
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            name = ".".join([*base, *([node.module] if node.module else [])])
            if name == "digitrig":
                found += [(f"digitrig.{alias.name}", node.lineno) for alias in node.names]
            else:
                found.append((name, node.lineno))
    return found


def foreign_imports(names: set[str]) -> list[tuple[str, str, int]]:
    """(unit, module, line) of every import whose top-level package is one of NAMES."""
    return [
        (unit, module, line)
        for unit, path in modules()
        for module, line in imports(path)
        if module.split(".")[0] in names
    ]


def test_every_unit_of_the_package_has_a_place_in_the_layers() -> None:
    assert {unit for unit, _path in modules()} - set(RANK) == set()


def test_imports_run_downwards_only() -> None:
    wrong = []
    for unit, path in modules():
        for module, line in imports(path):
            top, _, rest = module.partition(".")
            target = rest.split(".")[0]
            if top != "digitrig" or target in ("", unit) or target not in RANK:
                continue
            if RANK[target] >= RANK[unit]:
                wrong.append(f"{path.relative_to(PACKAGE)}:{line} ({unit}) imports {module}, which is not below it")
    assert wrong == []


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("robot", {"robot", "cli"}),
        ("pytest", {"pytest_plugin"}),
        ("_pytest", set()),
        ("typer", {"cli"}),
        ("rich", {"cli"}),
        ("unicorn", set()),
        ("capstone", set()),
        ("tensorflow", set()),
        ("lark", {"platform"}),
        ("yaml", {"platform"}),
        ("elftools", {"engines", "firmware_build"}),
        ("ziglang", {"firmware_build", "cli"}),
    ],
)
def test_a_library_is_imported_only_where_it_belongs(library: str, allowed: set[str]) -> None:
    assert [row for row in foreign_imports({library}) if row[0] not in allowed] == []


def test_layers_that_must_be_deterministic_import_no_clock_and_no_random_numbers() -> None:
    clocks = {"time", "datetime", "random", "secrets", "uuid"}
    found = [
        (path.relative_to(PACKAGE).as_posix(), module)
        for unit, path in modules()
        if unit in DETERMINISTIC and OUTSIDE not in path.parents
        for module, _line in imports(path)
        if module.split(".")[0] in clocks
    ]
    assert found == []


def test_exceptions_are_defined_in_errors_only() -> None:
    wrong = []
    for unit, path in modules():
        if unit == "errors":
            continue
        for node in ast.walk(syntax(path)):
            if isinstance(node, ast.ClassDef):
                bases = {ast.unparse(base).split(".")[-1] for base in node.bases}
                if any(base.endswith(("Error", "Exception", "Fault")) for base in bases):
                    wrong.append(f"{path.relative_to(PACKAGE)}:{node.lineno} class {node.name}")
    assert wrong == []
