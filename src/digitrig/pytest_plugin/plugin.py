"""Options, hooks and the fixture."""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digitrig.errors import DigitrigError, MissingToolError
from digitrig.pytest_plugin.marker import BUDGET_MARKER, MARKER, Request, budget_options, requests_of

if TYPE_CHECKING:
    from digitrig.board import Board

CONSOLE_TAIL = 25
BOARD: pytest.StashKey[Board] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options that all begin with `--digitrig-`."""
    group = parser.getgroup("digitrig", "digits on emulated boards")
    group.addoption(
        "--digitrig-engine",
        metavar="ENGINE",
        default=None,
        help="engine that runs the boards: embedded or renode; default: the variable DIGITRIG_ENGINE, else embedded",
    )
    group.addoption(
        "--digitrig-require-engine",
        action="store_true",
        help="fail, instead of skipping, the tests whose engine is not installed",
    )
    group.addoption(
        "--digitrig-results",
        metavar="DIR",
        type=Path,
        default=None,
        help="write the console log of every board to DIR/<test>/<board>/console.log",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known."""
    config.addinivalue_line("markers", MARKER)
    config.addinivalue_line("markers", BUDGET_MARKER)


def pytest_report_header(config: pytest.Config) -> str:
    """Version and engine, so that a report says what it was made with."""
    from digitrig import __version__

    engine = config.getoption("--digitrig-engine") or os.environ.get("DIGITRIG_ENGINE") or "embedded"
    return f"digitrig {__version__}, engine {engine}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once on each board of its marker."""
    for mark in metafunc.definition.iter_markers("budget"):
        budget_options(mark)
    if "board" not in metafunc.fixturenames:
        return
    wanted = requests_of(list(metafunc.definition.iter_markers("board")))
    if len(wanted) > 1:
        metafunc.parametrize("board", wanted, indirect=True, ids=[request.name for request in wanted])


@pytest.fixture
def board(request: pytest.FixtureRequest) -> Iterator[Board]:
    """The emulated board of the test's marker, started: our firmware has reached its `ready` line."""
    opened = _open(request, _wanted(request))
    with opened:
        request.node.stash[BOARD] = opened
        try:
            opened.start()
        except DigitrigError as error:
            pytest.fail(str(error), pytrace=False)
        yield opened
        _write_results(request, opened)


def _wanted(request: pytest.FixtureRequest) -> Request:
    if hasattr(request, "param"):
        wanted: Request = request.param
        return wanted
    wanted_here = requests_of(list(request.node.iter_markers("board")))
    if not wanted_here:
        pytest.fail(
            'the fixture `board` needs a marker that names the board: @pytest.mark.board("frdm_ke16z")', pytrace=False
        )
    return wanted_here[0]


def _open(request: pytest.FixtureRequest, wanted: Request) -> Board:
    """Make the board; without its engine the test is skipped, or fails with --digitrig-require-engine."""
    from digitrig.engines.choice import choose_engine

    config = request.config
    options: dict[str, Any] = dict(wanted.options)
    try:
        options["engine"] = choose_engine(config.getoption("--digitrig-engine"))
    except MissingToolError as error:
        if config.getoption("--digitrig-require-engine"):
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))
    except DigitrigError as error:
        pytest.fail(str(error), pytrace=False)
    from digitrig.board import Board

    try:
        opened = Board(wanted.name, **options)
    except DigitrigError as error:
        pytest.fail(str(error), pytrace=False)
    request.node.user_properties.append(("digitrig_board", wanted.name))
    request.node.user_properties.append(("digitrig_engine", options["engine"]))
    return opened


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """After a test that is marked `budget` has passed, compare its board's firmware with the baseline."""
    result = yield
    mark = pyfuncitem.get_closest_marker("budget")
    if mark is not None:
        _check_budget(pyfuncitem, budget_options(mark))
    return result


def _check_budget(item: pytest.Function, options: dict[str, Any]) -> None:
    opened = item.stash.get(BOARD, None)
    if opened is None or not opened.own_firmware:
        pytest.fail("the marker `budget` needs the fixture `board` with firmware of this rig on it", pytrace=False)
    from digitrig.evaluation.baseline import check_budget

    baseline = options.get("baseline")
    try:
        text = check_budget(
            *(opened.name, opened.model, opened.weights),
            path=None if baseline is None else Path(baseline),
            tolerance_percent=options.get("tolerance"),
        )
    except DigitrigError as error:
        pytest.fail(str(error), pytrace=False)
    item.add_report_section("call", "digitrig budgets", text)


def _write_results(request: pytest.FixtureRequest, opened: Board) -> None:
    results: Path | None = request.config.getoption("--digitrig-results")
    if results is None:
        return
    folder = results / re.sub(r"[^\w.\-]+", "_", request.node.nodeid).strip("_") / opened.name
    folder.mkdir(parents=True, exist_ok=True)
    lines = opened.console_tail(len(opened.lines()) or 1)
    (folder / "console.log").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    display = opened.machine.display
    if display is not None and display.on:
        opened.screenshot(folder / "lcd.png")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the end of the console, where the core stands and its registers to the report of a failed test."""
    report = yield
    opened = item.stash.get(BOARD, None)
    if report.failed and call.when != "teardown" and opened is not None:
        tail = "\n".join(opened.console_tail(CONSOLE_TAIL)) or "(nothing was printed)"
        where = opened.fault_report().splitlines()[0]
        report.sections.append((f"digitrig: console of {opened.name}", f"{where}\n{tail}\n"))
        registers = "  ".join(f"{name} 0x{value:08x}" for name, value in opened.registers().items())
        report.sections.append((f"digitrig: registers of {opened.name}", f"{registers}\n"))
    return report
