"""The models that come with digitrig: manifest, files and cards say the same."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from digitrig.codegen import load_model, model_names
from digitrig.codegen.flatbuffer import read_graph
from digitrig.digits.preprocess import rule_names
from digitrig.errors import FileFormatError, MissingFileError, UnknownNameError
from digitrig.reference.preprocess import native_quantisation
from digitrig.resources import models_dir


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root with a copy of the models that a test may damage."""
    shutil.copytree(models_dir(), tmp_path / "models")
    (tmp_path / "platforms").mkdir()
    monkeypatch.setenv("DIGITRIG_ROOT", str(tmp_path))
    return tmp_path / "models"


def test_names_are_sorted_and_have_the_model_of_the_application_note() -> None:
    assert "an13438" in model_names()
    assert model_names() == sorted(model_names())


@pytest.mark.parametrize("name", model_names())
def test_manifest_card_and_file_agree(name: str) -> None:
    info = load_model(name)
    card = json.loads((info.card.parent / "card.json").read_text())
    graph = read_graph(info.path)
    assert info.sha256 == card["sha256"] == hashlib.sha256(info.path.read_bytes()).hexdigest()
    assert info.sha256 in info.card.read_text()
    assert info.parameters == card["parameters"] == graph.parameters
    assert info.accuracy == card["int8_accuracy"]
    assert info.input_zero_point == graph.inputs[0].zero_point
    assert info.input_scale == pytest.approx(float(graph.inputs[0].scale), rel=1e-7)
    assert info.preprocess in rule_names()
    native_scale, native_zero_point = native_quantisation(info.preprocess)
    assert info.input_scale == pytest.approx(native_scale, rel=1e-6)
    assert info.input_zero_point == native_zero_point


def test_model_of_the_application_note_has_its_parameters_and_accuracy() -> None:
    """40 + 148 + 148 + 1,036 + 290 parameters; AN13438 gives 95.13 % for its own training."""
    info = load_model("an13438")
    assert info.parameters == 40 + 148 + 148 + 1036 + 290 == 1662
    assert info.accuracy >= 0.970


@pytest.mark.parametrize("name", model_names())
def test_accuracy_on_the_card_follows_from_its_confusion_matrix(name: str) -> None:
    card = json.loads((load_model(name).card.parent / "card.json").read_text())
    confusion = np.array(card["confusion"])
    assert confusion.sum() == card["images"] == 10_000
    assert np.trace(confusion) / confusion.sum() == pytest.approx(card["int8_accuracy"], abs=1e-9)


def test_unknown_model_is_told_with_the_nearest_name() -> None:
    with pytest.raises(UnknownNameError, match=r"model 'an13483' unknown; known: .*; did you mean 'an13438'\?"):
        load_model("an13483")


def test_changed_file_is_told(copied: Path) -> None:
    path = copied / "an13438.tflite"
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(
        FileFormatError, match=r"an13438\.tflite: sha256 is [0-9a-f]{64}; expected .* as manifest\.json"
    ):
        load_model("an13438")


def test_missing_file_is_told(copied: Path) -> None:
    (copied / "an13438.tflite").unlink()
    with pytest.raises(MissingFileError, match=r"file of model 'an13438' '.*' not found"):
        load_model("an13438")


def test_missing_manifest_is_told(copied: Path) -> None:
    (copied / "manifest.json").unlink()
    with pytest.raises(MissingFileError, match=r"list of models '.*manifest\.json' not found"):
        model_names()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"models": 1'])
def test_damaged_manifest_is_told(copied: Path, text: str) -> None:
    (copied / "manifest.json").write_text(text)
    with pytest.raises(FileFormatError, match=r"manifest\.json: not readable .*; expected JSON with a list 'models'"):
        model_names()
