"""`digitrig run`: one prediction beside the reference."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from digitrig.codegen.models import load_model
from digitrig.digits import load_source
from digitrig.firmware_files import firmware_path
from digitrig.platform import board_names, load_board
from digitrig.reference import Reference

BOARD = "frdm_ke16z"
SHAPE = {"board", "model", "digit", "scores", "reference_scores", "match", "cycles", "instructions", "inference_us"}


@pytest.mark.parametrize("board", board_names())
@pytest.mark.parametrize("inject", ["uart", "memory"])
def test_json_has_the_documented_shape_and_equals_the_reference(cli, board, inject):
    outcome = cli("run", board, "--image", "ink:7", "--inject", inject, "--json")
    assert outcome.code == 0, outcome.err
    found = outcome.json
    assert SHAPE | {"schema_version", "console"} <= found.keys()
    assert found["schema_version"] == 1
    scores = Reference(load_model("an13438").path).scores(load_source("ink:7")[0][0]).tolist()
    assert found["reference_scores"] == scores
    assert found["scores"] == scores and found["match"] is True
    assert (found["board"], found["model"], found["digit"], found["label"]) == (board, "an13438", 7, 7)
    assert found["instructions"] > 10_000 and found["cycles"] > found["instructions"] / 2
    assert found["inference_us"] > 0
    assert "ready" in found["console"].splitlines() and "Top1 class = 7" in found["console"].splitlines()


def test_two_runs_print_the_same(cli):
    first, second = (cli("run", BOARD, "--image", "ink:3", "--json") for _ in range(2))
    assert first.out == second.out and first.code == second.code == 0


def test_people_see_the_image_the_scores_and_the_verdict(cli):
    outcome = cli("run", BOARD, "--image", "ink:7")
    assert outcome.code == 0
    assert "digit 7, reference 7: equal to the reference (" in outcome.out
    assert "cycles" in outcome.out and "instructions" in outcome.out and "█" in outcome.out
    assert outcome.err == ""


def test_difference_from_the_reference_is_code_1(cli, monkeypatch):
    real = Reference.scores
    monkeypatch.setattr(Reference, "scores", lambda self, image: real(self, image) ^ 1)
    outcome = cli("run", BOARD, "--image", "ink:7", "--json")
    assert outcome.code == 1
    assert outcome.json["match"] is False
    outcome = cli("run", BOARD, "--image", "ink:7")
    assert outcome.code == 1
    assert "NOT equal to the reference" in outcome.out and "differs" in outcome.out


def test_png_of_any_size_is_read(cli, tmp_path):
    assert cli("convert", "ink:7", tmp_path / "seven.png").code == 0
    outcome = cli("run", BOARD, "--image", tmp_path / "seven.png", "--inject", "memory", "--json")
    assert outcome.json["digit"] == 7


def test_image_may_come_from_standard_input(tmp_path, cli):
    cli("convert", "ink:2", tmp_path / "two.png")
    done = subprocess.run(
        [sys.executable, "-m", "digitrig", "run", BOARD, "--image", "-", "--json"],
        input=(tmp_path / "two.png").read_bytes(),
        capture_output=True,
        env={**os.environ, "DIGITRIG_ENGINE": ""},
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["digit"] == 2


def test_process_prints_one_object_and_nothing_else():
    """The installed command, in a process of its own: stdout is the object alone, stderr is empty."""
    done = subprocess.run(
        [sys.executable, "-m", "digitrig", "run", BOARD, "--image", "ink:7", "--json"], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["match"] is True


def test_start_up_imports_no_heavy_module():
    """What `digitrig --version` loads; the budget of `run` is 1.5 s, and each of these costs a part of it."""
    program = (
        "import sys\nsys.argv = ['digitrig', '--version']\nfrom digitrig.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'ai_edge_litert', 'lark', 'yaml', 'elftools', 'PIL', 'robot', 'intelhex'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    version, heavy = done.stdout.splitlines()
    assert version.startswith("digitrig ") and heavy == "[]"


def test_terminal_without_unicode_gets_question_marks():
    done = subprocess.run(
        [sys.executable, "-m", "digitrig", "run", BOARD, "--image", "ink:7"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 0, done.stderr
    assert b"digit 7, reference 7" in done.stdout and b"?" in done.stdout


@pytest.mark.parametrize("arguments", [["boards"], ["boards", "--json"], ["run", BOARD, "--image", "ink:7"]])
def test_reader_that_goes_away_is_no_failure(arguments):
    command = [sys.executable, "-u", "-m", "digitrig", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_layers_add_up_to_the_inference_and_change_nothing(cli):
    plain = cli("run", BOARD, "--image", "ink:7", "--json").json
    outcome = cli("run", BOARD, "--image", "ink:7", "--layers", "--json")
    assert outcome.code == 0, outcome.err
    found = outcome.json
    layers = found.pop("layers")
    assert sum(part["cycles"] for part in layers) == found["cycles"]
    assert sum(part["instructions"] for part in layers) == found["instructions"]
    assert layers[-1]["op"] == "glue"
    assert found.pop("error_band_percent") > 0
    assert found == plain


def test_layers_for_people_are_a_table_with_the_error_band(cli):
    outcome = cli("run", BOARD, "--image", "ink:7", "--layers")
    assert outcome.code == 0, outcome.err
    assert "SOFTMAX" in outcome.out and "glue" in outcome.out and "100.0%" in outcome.out
    band = load_board(BOARD).timing.error_band_percent
    assert f"cycles are estimated within {band:g} %, instructions are exact" in outcome.out


def test_layers_of_other_firmware_are_code_2(cli):
    outcome = cli("run", BOARD, "--elf", firmware_path(BOARD), "--layers")
    assert outcome.code == 2
    assert "leave out --elf or --layers" in outcome.err
