"""The other commands: shapes of their JSON, what people see, and what they leave behind."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from digitrig.cli import bench, doctor, qemu, workload
from digitrig.codegen.models import load_model
from digitrig.digits import load_source
from digitrig.errors import EngineError
from digitrig.platform import board_names, load_board
from digitrig.reference import Reference

ONE_OF_EACH = ("frdm_ke16z", "mimxrt1060_evk")  # Cortex-M0+ and M7


def test_boards_json_names_boards_engines_and_models(cli):
    found = cli("boards", "--json").json
    assert found["schema_version"] == 1
    assert [row["board"] for row in found["boards"]] == board_names()
    (row,) = (row for row in found["boards"] if row["board"] == "frdm_ke16z")
    assert row["core"] == "cortex-m0+" and row["flash_bytes"] == 64 * 1024 and row["ram_bytes"] == 8 * 1024
    assert "console-an13438-flash" in row["firmware"]
    usable = {engine["engine"]: engine["usable"] for engine in found["engines"]}
    assert usable == {"embedded": True, "renode": False}
    assert "an13438" in [model["model"] for model in found["models"]]


def test_boards_for_people_names_every_board(cli):
    outcome = cli("boards")
    assert outcome.code == 0
    assert all(name in outcome.out and load_board(name).title in outcome.out for name in board_names())


def test_doctor_json_has_a_command_for_everything(cli):
    outcome = cli("doctor", "--json")
    assert outcome.code == 0
    assert outcome.json["ok"] is True
    assert all(check["fix"] for check in outcome.json["checks"])
    assert {"native core", "ziglang", "renode", "qemu-system-arm"} <= {
        check["name"] for check in outcome.json["checks"]
    }


def test_doctor_ends_with_code_2_when_something_needed_is_missing(cli, monkeypatch):
    monkeypatch.setattr(doctor, "_native_core", lambda: "")
    outcome = cli("doctor")
    assert outcome.code == 2
    assert "MISSING" in outcome.out and "missing: native core" in outcome.out


def test_convert_and_back_gives_the_same_pixels(cli, tmp_path):
    for name in ("seven.npy", "seven.npz", "seven.inc", "seven.csv", "seven-images-idx3-ubyte"):
        outcome = cli("convert", "ink:7", tmp_path / name, "--json")
        assert outcome.code == 0, outcome.err
        assert outcome.json["files"][0] == str(tmp_path / name)
        found = load_source(str(tmp_path / name))[0]
        assert np.array_equal(found, load_source("ink:7")[0]), name


def test_codegen_writes_the_bundle(cli, tmp_path):
    outcome = cli("codegen", load_model("an13438").path, "-o", tmp_path / "out", "--json")
    assert outcome.code == 0, outcome.err
    found = outcome.json
    for part in ("header", "source", "sidecar"):
        assert (tmp_path / "out" / f"an13438.{ {'header': 'h', 'source': 'c', 'sidecar': 'json'}[part] }").is_file()
        assert found[part].startswith(str(tmp_path / "out"))
    sidecar = json.loads((tmp_path / "out" / "an13438.json").read_text())
    assert found["arena_bytes"] == sidecar["arena"]["bytes"]


def test_codegen_takes_the_words_of_glow(cli, tmp_path):
    words = ("--quantization-schema", "symmetric_with_power2_scale", "--bias", "int8")
    graph = tmp_path / "graph.svg"
    outcome = cli("codegen", load_model("an13438").path, "-o", tmp_path, *words, "--dump-graph", graph, "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["requantised"] is True
    assert outcome.json["reference_model"] == str(tmp_path / "an13438_symmetric_with_power2_scale_int8.tflite")
    assert graph.read_text().startswith("<svg")
    assert (
        json.loads(Path(outcome.json["memory_map_json"]).read_text())["arena"]["bytes"] == outcome.json["arena_bytes"]
    )


def test_codegen_tells_what_it_made_of_the_model(cli, tmp_path):
    outcome = cli("codegen", load_model("an13438").path, "-o", tmp_path, "--quantization-schema", "symmetric")
    assert outcome.code == 0, outcome.err
    assert "quantised anew: the bundle equals" in outcome.out
    assert "memory map of 'an13438'" in outcome.out


def test_codegen_tells_unknown_words(cli, tmp_path):
    outcome = cli("codegen", load_model("an13438").path, "-o", tmp_path, "--quantization-schema", "symmetrical")
    assert outcome.code == 2
    assert "quantization schema 'symmetrical' unknown; known: asymmetric, symmetric" in outcome.err
    outcome = cli("codegen", load_model("an13438").path, "-o", tmp_path, "--preprocess", "resize96")
    assert outcome.code == 2
    assert "rule 'resize96' makes inputs of shape (1, 96, 96, 1)" in outcome.err.replace("\n", " ")


def test_eval_json_has_the_documented_shape(cli):
    outcome = cli("eval", *ONE_OF_EACH, "--dataset", "ink", "--limit", 20, "--workers", 1, "--json")
    assert outcome.code == 0, outcome.err
    shape = {"board", "model", "engine", "runtime", "weights", "inject", "images", "accuracy", "mismatches"}
    shape |= {"images_per_second", "workers", "reference"}
    assert outcome.json["schema_version"] == 1
    for row, name in zip(outcome.json["boards"], ONE_OF_EACH, strict=True):
        assert shape <= row.keys()
        assert (row["board"], row["images"], row["mismatches"]) == (name, 20, 0)
        assert row["accuracy"] >= 0.9
        assert "litert" in row["reference"] or "tflite" in row["reference"]


def test_eval_for_people_shows_accuracy_and_reference(cli):
    outcome = cli("eval", "frdm_ke16z", "--dataset", "ink", "--limit", 10, "--workers", 1)
    assert outcome.code == 0
    assert "frdm_ke16z" in outcome.out and "%" in outcome.out and "reference: " in outcome.out


@pytest.mark.skipif(not qemu.available(), reason="qemu-system-arm is not installed: apt install qemu-system-arm")
def test_bench_json_has_the_documented_shape(cli, monkeypatch):
    def run_and_pretend(twin: qemu.Twin, elf: Path) -> float:
        """QEMU really runs, and has to get the scores right; the time is made up, as the machine may be busy."""
        qemu._time(twin, elf)
        return int(elf.stem.rpartition("-")[2]) * 1e-4

    monkeypatch.setattr(qemu, "RUNS", 50)
    monkeypatch.setattr(workload, "RUNS", 20)
    monkeypatch.setattr(qemu, "_best", run_and_pretend)
    outcome = cli("bench", "frdm_ke16z", "--seconds", 0.05, "--json")
    assert outcome.code == 0, outcome.err
    for row in (outcome.json, *outcome.json["boards"]):
        assert all(row[name] > 0 for name in ("mips", "qemu_mips", "qemu_ratio", "restore_ms", "start_ms"))
    (work,) = outcome.json["workload"]
    assert work["core"] == "cortex-m0+" and work["qemu_machine"] == "microbit"
    assert all(work[name] > 0 for name in ("mips", "qemu_mips", "qemu_ratio", "instructions"))


def test_bench_without_qemu_gives_null(cli, monkeypatch):
    monkeypatch.setattr(qemu, "available", lambda: False)
    monkeypatch.setattr(workload, "RUNS", 20)
    outcome = cli("bench", "frdm_ke16z", "--seconds", 0.05, "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["qemu_mips"] is None and outcome.json["qemu_ratio"] is None
    assert outcome.json["mips"] > 0
    assert [(row["core"], row["qemu_mips"], row["qemu_ratio"]) for row in outcome.json["workload"]] == [
        ("cortex-m0+", None, None)
    ]


def test_a_workload_that_does_not_end_is_told(monkeypatch, tmp_path):
    qemu.link(qemu.TWINS["cortex-m0+"], tmp_path / "work.elf", 2, ["workload.c", "classic.c"], [])
    monkeypatch.setattr(workload, "LIMIT_PS", 10**6)
    with pytest.raises(EngineError, match=r"the workload did not end well on cortex-m0\+: reason 0, status 0"):
        workload.run_on_core("cortex-m0+", tmp_path / "work.elf")


def test_bench_sums_up_by_the_worst_board():
    rows = [
        {"mips": 5.0, "qemu_mips": None, "qemu_ratio": None, "restore_ms": 1.0, "start_ms": 9.0},
        {"mips": 7.0, "qemu_mips": 3.5, "qemu_ratio": 2.0, "restore_ms": 2.0, "start_ms": 8.0},
    ]
    expected = {"mips": 5.0, "qemu_mips": 3.5, "qemu_ratio": 2.0, "restore_ms": 2.0, "start_ms": 9.0}
    assert bench.worst(rows) == expected


def test_help_documents_the_exit_codes_and_every_command(cli):
    outcome = cli("--help")
    assert outcome.code == 0
    for word in ("boards", "doctor", "build", "run", "eval", "codegen", "convert", "bench", "data", "Exit codes"):
        assert word in outcome.out


@pytest.mark.skipif(not qemu.available(), reason="qemu-system-arm is not installed: apt install qemu-system-arm")
@pytest.mark.parametrize(
    "board", [name if name in ONE_OF_EACH else pytest.param(name, marks=pytest.mark.long) for name in board_names()]
)
def test_qemu_gets_the_scores_of_the_reference(board, tmp_path):
    image = load_source("ink:7")[0][0]
    scores = Reference(load_model("an13438").path).scores(image)
    twin, objects = qemu.TWINS[load_board(board).core], qemu.model_objects(board, "an13438")
    for name, expected in (("good", scores), ("bad", scores ^ 1)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "image.bin").write_bytes((image ^ 0x80).tobytes())
        (folder / "scores.bin").write_bytes(expected.tobytes())
        elf = qemu._link(twin, objects, folder, 2)
        if name == "good":
            assert qemu._time(twin, elf) > 0
        else:
            with pytest.raises(EngineError, match="QEMU ended with code 1"):
                qemu._time(twin, elf)
