"""The pytest plugin, by running pytest inside pytest."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import entry_points

import numpy  # noqa: F401  inner runs undo imports, and numpy cannot be imported twice
import pytest

import digitrig.board
import digitrig.digits  # noqa: F401
from digitrig.evaluation.baseline import write_baseline
from digitrig.evaluation.budget import measure_budget

pytest_plugins = ["pytester"]

RECOGNISES = """
    import pytest
    from digitrig.digits import load_source

    @pytest.mark.board({boards})
    def test_seven(board):
        assert board.predict(load_source("ink:7")[0][0]).digit == {digit}
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """Runs pytest on the test file written so far; the plugin is loaded once, installed or not."""
    monkeypatch.delenv("DIGITRIG_ENGINE", raising=False)
    installed = entry_points(group="pytest11", name="digitrig")
    load = () if installed else ("-p", "digitrig.pytest_plugin")

    def call(*arguments: str) -> pytest.RunResult:
        return pytester.runpytest_inprocess(*load, "-p", "no:cacheprovider", *arguments)

    return call


def test_board_fixture_gives_a_started_board(pytester, run):
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.board("frdm_ke16z")
        def test_banner(board):
            assert board.name == "frdm_ke16z"
            assert board.lines()[-1][1] == "ready"
        """
    )
    run("--strict-markers").assert_outcomes(passed=1)


def test_marker_with_two_boards_runs_the_test_on_both(pytester, run):
    pytester.makepyfile(RECOGNISES.format(boards='"frdm_ke16z", "mimxrt1060_evk"', digit=7))
    result = run("-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*test_seven?frdm_ke16z?*PASSED*", "*test_seven?mimxrt1060_evk?*PASSED*"])


def test_failure_report_has_the_console_and_where_the_core_is(pytester, run):
    pytester.makepyfile(RECOGNISES.format(boards='"frdm_ke16z"', digit=3))
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*digitrig: console of frdm_ke16z*", "at * ms: pc 0x*, lr 0x*", "*Top1 class = 7*"])


def test_failure_report_has_the_registers(pytester, run):
    pytester.makepyfile(RECOGNISES.format(boards='"frdm_ke16z"', digit=8))
    result = run()
    result.stdout.fnmatch_lines(["*digitrig: registers of frdm_ke16z*", "r0 0x*  xpsr 0x*"])


def test_results_have_the_picture_on_the_lcd(pytester, run):
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.board("mimxrt1060_evk", app="touch")
        def test_screen(board):
            board.run_for(500)
        """
    )
    run("--digitrig-results", "out").assert_outcomes(passed=1)
    (picture,) = (pytester.path / "out").rglob("mimxrt1060_evk/lcd.png")
    width, height = (int.from_bytes(picture.read_bytes()[at : at + 4], "big") for at in (16, 20))
    assert (width, height) == (480, 272)


def test_passing_tests_have_no_console_section(pytester, run):
    pytester.makepyfile(RECOGNISES.format(boards='"frdm_ke16z"', digit=7))
    run("-rA").stdout.no_fnmatch_line("*digitrig: console of*")


def test_results_option_writes_the_console_log(pytester, run):
    pytester.makepyfile(RECOGNISES.format(boards='"frdm_ke16z"', digit=7))
    run("--digitrig-results", "out").assert_outcomes(passed=1)
    (log,) = (pytester.path / "out").rglob("frdm_ke16z/console.log")
    lines = log.read_text().splitlines()
    assert any(line.endswith("] board = frdm_ke16z") for line in lines)
    assert lines[0].startswith("[") and " ms] " in lines[0]


def test_weights_of_the_marker_reach_the_board(pytester, run):
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.board("frdm_ke16z", weights="ram")
        def test_weights(board):
            assert board.weights == "ram"
        """
    )
    run().assert_outcomes(passed=1)


def test_unknown_board_fails_with_a_near_miss(pytester, run):
    pytester.makepyfile(RECOGNISES.format(boards='"frdm_ke16"', digit=7))
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*board 'frdm_ke16' unknown*did you mean 'frdm_ke16z'?*"])


@pytest.mark.parametrize(
    ("marker", "told"),
    [
        ('"frdm_ke16z", wieghts="ram"', "*argument 'wieghts' unknown*did you mean 'weights'?*"),
        ("", "*takes board names as text, found ()*"),
        ("16", "*takes board names as text, found (16,)*"),
    ],
)
def test_marker_checks_its_arguments_when_tests_are_collected(pytester, run, marker, told):
    pytester.makepyfile(RECOGNISES.format(boards=marker, digit=7))
    result = run()
    assert result.ret != 0
    result.stdout.fnmatch_lines([told])


def test_fixture_without_marker_says_how_to_mark(pytester, run):
    pytester.makepyfile("def test_nothing(board):\n    pass\n")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(['*needs a marker that names the board: @pytest.mark.board("frdm_ke16z")*'])


def test_missing_engine_skips_with_what_to_install(pytester, run):
    pytester.makepyfile(RECOGNISES.format(boards='"frdm_ke16z"', digit=7))
    result = run("--digitrig-engine", "renode", "-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*no Renode engine yet*portable release archive*"])


def test_require_engine_turns_the_skip_into_a_failure(pytester, run):
    pytester.makepyfile(RECOGNISES.format(boards='"frdm_ke16z"', digit=7))
    result = run("--digitrig-engine", "renode", "--digitrig-require-engine")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*no Renode engine yet*"])


def test_engine_of_the_environment_is_used_and_reported(pytester, run, monkeypatch):
    monkeypatch.setenv("DIGITRIG_ENGINE", "renode")
    pytester.makepyfile(RECOGNISES.format(boards='"frdm_ke16z"', digit=7))
    result = run()
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["digitrig *, engine renode"])


def test_marker_is_listed(run):
    run("--markers").stdout.fnmatch_lines(["@pytest.mark.board(name, ...*"])


def test_junit_names_board_and_engine(pytester, run):
    pytester.makepyfile(RECOGNISES.format(boards='"frdm_ke16z"', digit=7))
    run("--junitxml", "junit.xml", "-o", "junit_family=xunit1").assert_outcomes(passed=1)
    text = (pytester.path / "junit.xml").read_text()
    assert 'name="digitrig_board" value="frdm_ke16z"' in text
    assert 'name="digitrig_engine" value="embedded"' in text


BUDGETED = """
    import pytest

    @pytest.mark.budget({arguments})
    @pytest.mark.board("frdm_ke16z")
    def test_budget(board):
        pass
"""


@pytest.fixture
def lean_baseline(tmp_path):
    """A baseline of the KE16Z with half of today's cycles."""
    now = measure_budget("frdm_ke16z")
    return write_baseline([replace(now, cycles=now.cycles // 2)], tmp_path / "lean.json")


def test_budget_marker_passes_on_the_figures_of_the_baseline(pytester, run, tmp_path):
    file = write_baseline([measure_budget("frdm_ke16z")], tmp_path / "now.json")
    pytester.makepyfile(BUDGETED.format(arguments=f"baseline={str(file)!r}, tolerance=0"))
    run("--strict-markers").assert_outcomes(passed=1)


def test_budget_marker_fails_on_a_regression_with_old_and_new(pytester, run, lean_baseline):
    pytester.makepyfile(BUDGETED.format(arguments=f"baseline={str(lean_baseline)!r}"))
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*frdm_ke16z, an13438, weights in flash*old and new*", "cycles *WORSE", "regressed: c*"]
    )


def test_budget_marker_takes_a_tolerance(pytester, run, lean_baseline):
    pytester.makepyfile(BUDGETED.format(arguments=f"baseline={str(lean_baseline)!r}, tolerance=101"))
    run().assert_outcomes(passed=1)


def test_budget_marker_adds_nothing_to_a_test_that_fails_anyway(pytester, run, lean_baseline):
    body = BUDGETED.format(arguments=f"baseline={str(lean_baseline)!r}").replace("pass", "assert board.name == 'x'")
    pytester.makepyfile(body)
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*regressed*")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("tolerence=2", "*argument 'tolerence' unknown*did you mean 'tolerance'?*"),
        ("5", "*takes arguments by name, found (5,)*"),
        ("tolerance='much'", "*tolerance 'much' is no number of per cent*"),
    ],
)
def test_budget_marker_checks_its_arguments_when_tests_are_collected(pytester, run, arguments, told):
    pytester.makepyfile(BUDGETED.format(arguments=arguments))
    result = run()
    assert result.ret != 0
    result.stdout.fnmatch_lines([told])


def test_budget_marker_without_a_board_says_what_it_needs(pytester, run):
    pytester.makepyfile("import pytest\n\n@pytest.mark.budget\ndef test_nothing():\n    pass\n")
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the marker `budget` needs the fixture `board`*"])
