"""The models that come with digitrig, from `models/manifest.json`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitrig.errors import FileFormatError, MissingFileError, UnknownNameError
from digitrig.reference import Reference
from digitrig.resources import models_dir


@dataclass(frozen=True)
class ModelInfo:
    """A model.  path: its `.tflite` file.  card: its card, `card.md`.  boards: which run it.

    accuracy: int8, on the 10,000 MNIST test images, under the reference.  input_scale, input_zero_point: how a pixel
    (0..255 as 0..1) becomes int8.  preprocess: what happens to a picture before that, a rule of
    `digitrig.digits.preprocess`.  no_room: images that a part has no room for, (board, app,
    weights).
    """

    name: str
    path: Path
    card: Path
    sha256: str
    parameters: int
    accuracy: float
    input_scale: float
    input_zero_point: int
    boards: tuple[str, ...]
    preprocess: str = "scale"
    no_room: tuple[tuple[str, str, str], ...] = ()

    def reference(self) -> Reference:
        """The host reference of this model; raises as `Reference` does."""
        return Reference(self.path, self.preprocess)


def _manifest() -> tuple[Path, list[dict[str, Any]]]:
    path = models_dir() / "manifest.json"
    if not path.is_file():
        raise MissingFileError(path, "list of models", "it comes with digitrig; check DIGITRIG_ROOT")
    try:
        return path, json.loads(path.read_text(encoding="utf-8"))["models"]
    except (ValueError, KeyError, TypeError) as error:
        raise FileFormatError(path, f"not readable ({error})", "JSON with a list 'models'") from error


def model_names() -> list[str]:
    """Names of all models, sorted."""
    return sorted(str(row["name"]) for row in _manifest()[1])


def known_rule(sha256: str) -> str | None:
    """How a picture becomes the input of the model whose file has this hash; None if no model here has it."""
    if not (models_dir() / "manifest.json").is_file():
        return None
    return next((str(row["preprocess"]) for row in _manifest()[1] if row.get("sha256") == sha256), None)


def load_model(name: str) -> ModelInfo:
    """What is known of a model.

    Raises UnknownNameError, MissingFileError, and FileFormatError when the file is not the one in the manifest.
    """
    path, rows = _manifest()
    row = next((row for row in rows if row.get("name") == name), None)
    if row is None:
        raise UnknownNameError("model", name, model_names())
    file = path.parent / row["file"]
    if not file.is_file():
        raise MissingFileError(file, f"file of model '{name}'", "it comes with digitrig; check DIGITRIG_ROOT")
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != row["sha256"]:
        raise FileFormatError(file, f"sha256 is {found}", f"{row['sha256']} as {path.name} says")
    return ModelInfo(
        name,
        file,
        path.parent / name / "card.md",
        found,
        int(row["parameters"]),
        float(row["accuracy"]),
        float(row["input_scale"]),
        int(row["input_zero_point"]),
        tuple(row["boards"]),
        str(row.get("preprocess", "scale")),
        tuple(
            (str(entry["board"]), str(entry.get("app", "console")), str(entry["weights"]))
            for entry in row.get("no_room", ())
        ),
    )
