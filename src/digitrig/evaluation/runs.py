"""Run folders: `results/<run>/` with summary.json, junit.xml, the journal, and a folder for each board."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from digitrig.digits.datasets import Dataset
from digitrig.errors import FileFormatError, MissingFileError, UsageError
from digitrig.evaluation.detail import detail, environment
from digitrig.evaluation.junit import junit_xml
from digitrig.evaluation.results import BoardResult, results_json

SUMMARY = "summary.json"


def results_dir() -> Path:
    """Where run folders are made: `DIGITRIG_RESULTS`, else `results` in the current folder."""
    return Path(os.environ.get("DIGITRIG_RESULTS") or "results")


def run_folder(name: str) -> Path:
    """The folder of a run. name: one word, or a path. Raises UsageError for an empty one."""
    if not name.strip():
        raise UsageError(f"--run '{name}' names no folder; give a word, such as: --run nightly")
    return Path(name) if os.sep in name else results_dir() / name


def write_run(
    folder: Path, results: Sequence[BoardResult], data: Dataset, firmware: Sequence[Path | None], floor: float | None
) -> Path:
    """Write what an evaluation found; returns the path of its summary. firmware: the file of each result.

    floor: the accuracy that was asked for, None for none.
    """
    summary = results_json(results)
    summary["environment"] = environment()
    summary["accuracy_floor"] = floor
    for row, result, file in zip(summary["boards"], results, firmware, strict=True):
        row["detail"] = detail(result, data, file)
        place = folder / result.board
        place.mkdir(parents=True, exist_ok=True)
        _write_images(place / "images.csv", result)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SUMMARY).write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    (folder / "junit.xml").write_text(junit_xml(summary), encoding="utf-8")
    return folder / SUMMARY


def read_run(run: str | Path) -> dict[str, Any]:
    """The summary of a run: by name, folder or file. Raises MissingFileError, FileFormatError."""
    path = Path(run) if Path(run).exists() else run_folder(str(run))
    path = path / SUMMARY if path.is_dir() else path
    if not path.is_file():
        raise MissingFileError(path, "summary of a run", "make one: digitrig eval BOARD... --run NAME")
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
        for row in summary["boards"]:
            row["detail"]["worst"], row["hashes"], row["board"]
        summary["environment"]
    except (ValueError, KeyError, TypeError) as error:
        raise FileFormatError(path, f"not the summary of a run ({type(error).__name__}: {error})", SUMMARY) from None
    checked: dict[str, Any] = summary
    return checked


def _write_images(path: Path, result: BoardResult) -> None:
    """One line per image: what was seen, what was expected, and how long it took."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        out = csv.writer(stream)
        columns = [f"score_{digit}" for digit in range(10)] if result.scores is not None else []
        wanted = [f"reference_{digit}" for digit in range(10)] if result.expected is not None else []
        out.writerow(["image", "class", "digit", "cycles", *columns, *wanted])
        for index, digit in enumerate(result.digits.tolist()):
            label = "" if result.labels is None else int(result.labels[index])
            cycles = result.image_cycles[index]
            scores = [] if result.scores is None else result.scores[index].tolist()
            expected = [] if result.expected is None else result.expected[index].tolist()
            out.writerow([index, label, digit, "" if cycles is None else cycles, *scores, *expected])
