"""`digitrig eval`, `report` and `run --adapter`: run folders, wrong firmware, resuming, reports."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from elftools.elf.elffile import ELFFile

from digitrig.digits import load_source
from digitrig.evaluation.results import TIMING_FIELDS
from digitrig.firmware_files import firmware_name, firmware_path
from digitrig.resources import build_dir

BOARD = "frdm_ke16z"
SMALL = ("--dataset", "ink", "--limit", 6, "--workers", 1)


def rows(outcome):
    """The boards of `eval --json` without what depends on the machine."""
    return [{key: value for key, value in row.items() if key not in TIMING_FIELDS} for row in outcome.json["boards"]]


@pytest.fixture
def wrong_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A build folder whose firmware has one bias of layer 5 (a convolution) changed by 65,536."""
    name = firmware_name(BOARD, "console", "an13438", "flash")
    folder = tmp_path / "wrong"
    data = bytearray(firmware_path(BOARD).read_bytes())
    with firmware_path(BOARD).open("rb") as stream:
        file = ELFFile(stream)
        address = file.get_section_by_name(".symtab").get_symbol_by_name("layer5_bias")[0]["st_value"] + 4 * 2
        segments = [s for s in file.iter_segments("PT_LOAD") if s["p_filesz"]]
        (segment,) = [s for s in segments if 0 <= address - s["p_vaddr"] < s["p_filesz"]]
    data[segment["p_offset"] + address - segment["p_vaddr"] + 2] ^= 1
    (folder / "firmware" / name).parent.mkdir(parents=True)
    (folder / "firmware" / name).write_bytes(data)
    shutil.copytree(build_dir() / "generated" / "an13438", folder / "generated" / "an13438")
    monkeypatch.setenv("DIGITRIG_BUILD", str(folder))
    return folder


def test_wrong_firmware_is_told_by_image_layer_element_and_both_values(cli, wrong_build, tmp_path, monkeypatch):
    outcome = cli("eval", BOARD, "--dataset", "ink", "--limit", 2, "--workers", 1, "--run", "wrong", "--json")
    assert outcome.code == 1
    (row,) = outcome.json["boards"]
    assert row["mismatches"] >= 1 and row["failures"] == []
    first = row["first_mismatches"][0]
    assert re.fullmatch(r"conv2d_9_1/.*", first["layer"])  # the layer whose bias was changed
    assert first["layer_element"][-1] == 2  # and its channel
    assert first["layer_expected"] != first["layer_found"]
    assert "reference kernels" in row["reference"]

    folder = Path(first["folder"])
    assert folder == tmp_path / "results" / "wrong" / BOARD / f"mismatch-{first['image']}"
    readme = (folder / "README.md").read_text()
    assert row["reference"] in readme and first["why"] in readme and row["hashes"]["firmware"] in readme
    expected, found = np.load(folder / "expected.npz"), np.load(folder / "found.npz")
    assert list(expected) == list(found) and len(expected) >= 4
    differing = [name for name in expected if not np.array_equal(expected[name].ravel(), found[name].ravel())]
    assert "conv2d_9_1" in differing[0]
    element = tuple(first["layer_element"])
    assert expected[differing[0]][element] == first["layer_expected"]
    assert np.array_equal(np.load(folder / "image.npy"), load_image(first["image"]))

    # The one command of the folder shows it again, with nothing of the build that it came from.
    monkeypatch.delenv("DIGITRIG_BUILD")
    monkeypatch.chdir(folder)
    (command,) = re.findall(r"^    digitrig (.*)$", readme, re.MULTILINE)
    again = cli(*shlex.split(command), "--json")
    assert again.code == 1
    assert again.json["match"] is False
    assert again.json["differs"] == first["why"]


def load_image(index: int) -> np.ndarray:
    from digitrig.digits import load_dataset

    return load_dataset("ink").images[index]


def test_right_firmware_by_the_same_command_is_equal(cli):
    command = ("run", BOARD, "--elf", firmware_path(BOARD), "--adapter", "console", "--model", "an13438")
    outcome = cli(*command, "--image", "ink:5", "--trace")
    assert outcome.code == 0, outcome.err
    assert "digit 5, reference 5: equal to the reference" in outcome.out
    assert re.search(r"^\d+ layers compared: all equal$", outcome.out, re.MULTILINE)


@pytest.mark.long
def test_mismatches_of_an_earlier_run_are_gone(cli, tmp_path):
    stale = tmp_path / "results" / "latest" / BOARD / "mismatch-3"
    stale.mkdir(parents=True)
    assert cli("eval", BOARD, *SMALL).code == 0
    assert not stale.exists()


def test_a_run_folder_has_summary_junit_and_images(cli, tmp_path):
    outcome = cli("eval", BOARD, *SMALL, "--run", "nightly", "--accuracy", 1, "--json")
    assert outcome.code == 0, outcome.err
    folder = tmp_path / "results" / "nightly"
    summary = json.loads((folder / "summary.json").read_text())
    (row,) = summary["boards"]
    assert {key: row[key] for key in outcome.json["boards"][0]} == outcome.json["boards"][0]
    assert summary["environment"]["digitrig"] and summary["environment"]["numpy"] == np.__version__
    # The first image's cycles, layer by layer, add up to its line of images.csv.
    with (folder / BOARD / "images.csv").open(newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert sum(part["cycles"] for part in row["detail"]["layers"]) == int(lines[0]["cycles"])
    assert row["detail"]["memory"]["stack_bytes"] > 0
    suites = ElementTree.parse(folder / "junit.xml").getroot()
    assert [case.get("name") for case in suites.iter("testcase")] == [
        "all 6 images are answered",
        f"every byte equals {row['reference']}",
        "accuracy is 1 or more",
    ]
    assert not list(suites.iter("failure"))
    assert len(lines) == 6
    for line in lines:
        assert line["class"] == line["digit"]
        assert [line[f"score_{d}"] for d in range(10)] == [line[f"reference_{d}"] for d in range(10)]


@pytest.mark.long
def test_an_accuracy_that_is_missed_is_code_1_and_in_junit(cli, tmp_path):
    image = tmp_path / "one" / "3-in-truth-a-seven.png"
    image.parent.mkdir()
    assert cli("convert", "ink:7", image).code == 0
    outcome = cli("eval", BOARD, "--dataset", image.parent, "--accuracy", 0.5, "--workers", 1)
    assert outcome.code == 1
    (failure,) = ElementTree.parse(tmp_path / "results" / "latest" / "junit.xml").getroot().iter("failure")
    assert failure.get("message") == "accuracy 0.0000 is below 0.5"


@pytest.mark.long
def test_a_broken_picture_is_reported_and_the_others_are_run(cli, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for digit in (1, 2, 3):
        cli("convert", f"ink:{digit}", folder / f"{digit}.png")
    (folder / "2.png").write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")
    outcome = cli("eval", BOARD, "--dataset", folder, "--workers", 1, "--json")
    assert outcome.code == 1
    (row,) = outcome.json["boards"]
    assert [(f["image"], f["class"], f["error"]) for f in row["failures"]] == [(1, 2, "BrokenImage")]
    assert "2.png" in row["failures"][0]["text"]
    assert row["mismatches"] == 0 and row["accuracy"] == pytest.approx(2 / 3)


@pytest.mark.long
def test_resuming_a_finished_run_changes_nothing(cli):
    first = cli("eval", BOARD, *SMALL, "--json")
    again = cli("eval", BOARD, *SMALL, "--json", "--resume")
    assert (first.code, again.code) == (0, 0)
    assert rows(first) == rows(again)


@pytest.mark.long
def test_resuming_with_other_firmware_is_refused(cli, wrong_build, monkeypatch):
    cli("eval", BOARD, *SMALL)
    monkeypatch.delenv("DIGITRIG_BUILD")
    outcome = cli("eval", BOARD, *SMALL, "--resume")
    assert outcome.code == 2
    assert f"firmware (sha256) of {BOARD} was " in outcome.err
    assert "leave out --resume to begin anew, or choose another folder with --run" in outcome.err


@pytest.mark.long
def test_control_c_keeps_what_was_done_and_resume_goes_on(tmp_path, cli):
    """The real command in a process of its own, interrupted as the terminal does it."""
    arguments = ["eval", BOARD, "--dataset", "ink", "--limit", "600", "--workers", "1", "--json"]
    journal = tmp_path / "results" / "latest" / "journal.jsonl"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "DIGITRIG_RESULTS": str(tmp_path / "results")}
    process = subprocess.Popen(
        [sys.executable, "-m", "digitrig", *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None and (not journal.is_file() or journal.read_bytes().count(b"\n") < 50):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    errors = process.communicate(timeout=60)[1]
    assert process.returncode == 130, errors
    assert "interrupted; what was done is kept in" in errors and "--resume goes on" in errors
    kept = journal.read_bytes().count(b"\n") - 1
    assert 49 <= kept < 600
    outcome = cli(*arguments, "--resume")
    whole = cli(*arguments, "--run", "whole")
    assert rows(outcome) == rows(whole)


def test_a_second_evaluation_at_the_same_time_works_and_says_that_nothing_is_kept(cli, tmp_path):
    from digitrig.evaluation.journal import Journal, Subject

    first = Journal(tmp_path / "results" / "latest", Subject({}, []), resume=False)
    outcome = cli("eval", BOARD, *SMALL, "--report", tmp_path / "second.html", "--json")
    first.close()
    assert outcome.code == 0 and rows(outcome)[0]["mismatches"] == 0
    assert "another evaluation is writing to " in outcome.err and "--run names another place" in outcome.err
    assert (tmp_path / "second.csv").is_file()
    assert not (tmp_path / "results" / "latest" / "summary.json").exists()


def test_report_of_two_runs_is_one_page_with_everything_in_it(cli, tmp_path):
    cli("eval", BOARD, *SMALL, "--run", "a")
    cli("eval", "mimxrt1060_evk", *SMALL, "--run", "b", "--report", tmp_path / "b.html")
    outcome = cli("report", "a", tmp_path / "results" / "b", "-o", tmp_path / "both.html", "--json")
    assert outcome.code == 0, outcome.err
    assert [Path(path).name for path in outcome.json["files"]] == ["both.html", "both.json", "both.csv"]
    page = (tmp_path / "both.html").read_text()
    for part in (BOARD, "mimxrt1060_evk", "<svg", "data:image/png;base64,", "reference kernels", "Cycles by layer"):
        assert part in page
    assert not re.search(r'(src|href)="(?!data:)', page)  # nothing is fetched from anywhere
    with (tmp_path / "both.csv").open(newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert [line["board"] for line in lines] == [BOARD, "mimxrt1060_evk"]
    found = json.loads((tmp_path / "both.json").read_text())
    for line, run in zip(lines, found["runs"], strict=True):
        (row,) = run["boards"]
        assert int(line["cycles_median"]) == row["cycles"]["median"]
        assert line["firmware_sha256"] == row["hashes"]["firmware"]
        assert line["firmware_sha256"] in page and line["model_sha256"] in page and line["dataset_sha256"] in page
        assert int(line["flash_bytes"]) == row["detail"]["memory"]["flash_bytes"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("report", "never"), "summary of a run "),
        (("report", "{tmp}/odd.json"), "not the summary of a run (KeyError: 'boards'); expected summary.json"),
        (("eval", BOARD, "--report", "{tmp}/r.pdf"), "a report '{tmp}/r.pdf' asked for; its name has to end in .html"),
        (("eval", BOARD, "--run", " "), "--run ' ' names no folder"),
        (("eval", BOARD, "--run", "{tmp}/odd.json/x"), "cannot be made"),
        (("eval", BOARD, "--elf", "{tmp}/odd.json"), "--elf given without --adapter FILE"),
        (("eval", BOARD, "--adapter", "console"), "--adapter given without --elf FILE"),
        (("eval", BOARD, "--elf", "{tmp}/none.elf", "--adapter", "console"), "firmware '{tmp}/none.elf' not found"),
        (("eval", BOARD, "--adapter", "consul", "--elf", "{tmp}/odd.json"), "did you mean 'console'?"),
        (("eval", BOARD, "--runtime", "interpreter"), f"runtime of {BOARD} 'interpreter' unknown; known: bundle"),
        (("run", BOARD, "--adapter", "console", "--image", "ink:1"), "add --elf FILE"),
        (("run", BOARD, "--image", "ink:1", "--trace"), "--trace belongs to --adapter"),
        (
            ("run", BOARD, "--elf", "{tmp}/odd.json", "--image", "ink:1"),
            "say by --adapter how the firmware takes images",
        ),
    ],
)
def test_wrong_usage_is_code_2_and_says_what_to_do(cli, tmp_path, arguments, text):
    (tmp_path / "odd.json").write_text("{}")
    outcome = cli(
        *(word.replace("{tmp}", str(tmp_path)) for word in arguments), *(("--limit", 1) * ("eval" in arguments))
    )
    assert outcome.code == 2
    assert text.replace("{tmp}", str(tmp_path)) in outcome.err


def test_trace_needs_a_model_to_compare_with(cli):
    command = ("run", BOARD, "--elf", firmware_path(BOARD), "--adapter", "console", "--image", "ink:1", "--trace")
    outcome = cli(*command)
    assert outcome.code == 2 and "--model NAME or FILE.tflite" in outcome.err


@pytest.mark.long
def test_foreign_firmware_without_a_model_says_no_reference(cli):
    outcome = cli("eval", BOARD, "--elf", firmware_path(BOARD), "--adapter", "console", *SMALL)
    assert outcome.code == 0, outcome.err
    assert "reference: no reference" in outcome.out
    found = cli("run", BOARD, "--elf", firmware_path(BOARD), "--adapter", "console", "--image", "ink:4")
    assert found.code == 0 and "digit 4: not compared (no reference)" in found.out


def test_image_source_is_the_same_as_everywhere(cli):
    outcome = cli(
        "run", BOARD, "--elf", firmware_path(BOARD), "--adapter", "console_uart", "--image", "ink:9", "--json"
    )
    assert outcome.code == 0
    assert outcome.json["digit"] == 9 and outcome.json["label"] == 9
    assert load_source("ink:9")[0].shape == (1, 28, 28)
