"""Killed workers and broken images: nothing is lost, everything is reported."""

from __future__ import annotations

import functools
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fake_board import BOOTS_FILE, FakeReference, open_fake
from test_evaluate import COUNT, dataset, without_times

from digitrig.digits import ink, load_dataset
from digitrig.digits.png import write_png
from digitrig.evaluation import evaluate, pool

run = functools.partial(evaluate, factory=open_fake, reference=FakeReference())


@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.long), 2])
def test_an_image_whose_worker_was_killed_is_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    monkeypatch.setenv(BOOTS_FILE, str(tmp_path / "boots"))
    (result,) = run(["killed_once"], dataset=dataset(17), workers=workers)
    assert result.passed
    assert result.accuracy == 1.0
    assert result.incidents == ("worker process ended by SIGKILL, while it ran image 17; the image was run again",)


def test_a_worker_killed_from_outside_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """kill -9 of the first worker process when ten images have been answered."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: object, **options: object) -> subprocess.Popen[bytes]:
        started.append(real(*arguments, **options))
        return started[-1]

    real = subprocess.Popen
    monkeypatch.setattr(pool.subprocess, "Popen", start)
    killed: list[int] = []

    def kill_one(done: int, _total: int, _rate: float) -> None:
        if done >= 10 and not killed:
            killed.append(started[0].pid)
            os.kill(started[0].pid, signal.SIGKILL)

    monkeypatch.setattr(sys.modules["digitrig.evaluation.evaluate"], "REPORT_EVERY_S", 0.0)
    (result,) = run(["good"], dataset=dataset(), workers=2, progress=kill_one)
    assert killed and len(started) >= 2
    assert result.passed
    assert (result.images, result.accuracy) == (COUNT, 1.0)
    assert all(re.match("worker process ended by SIGKILL", text) for text in result.incidents)
    (undisturbed,) = run(["good"], dataset=dataset(), workers=2)
    assert (result.scores == undisturbed.scores).all()


def folder_of_digits(folder: Path) -> Path:
    for digit in range(10):
        write_png(folder / f"{digit}-ink.png", ink(digit).render())
    return folder


@pytest.mark.parametrize("workers", [0, pytest.param(2, marks=pytest.mark.long)])
def test_a_broken_image_file_is_reported_and_the_others_are_run(tmp_path: Path, workers: int) -> None:
    good = load_dataset(str(folder_of_digits(tmp_path)))
    data = (tmp_path / "4-ink.png").read_bytes()
    (tmp_path / "4-ink.png").write_bytes(data[: len(data) // 2])
    (result,) = run(["good"], dataset=str(tmp_path), workers=workers)
    assert good.labels is not None and good.labels.tolist() == list(range(10))
    assert result.images == 10
    assert [(f.image, f.label, f.error) for f in result.failures] == [(4, 4, "BrokenImage")]
    assert "4-ink.png" in result.failures[0].text
    assert result.mismatches == 0
    assert (result.digits >= 0).sum() == 9
    assert not result.passed


def test_classes_of_a_folder_come_from_its_folders_or_names(tmp_path: Path) -> None:
    for name in ("3/a.png", "3/b.png", "7/7-a.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write_png(tmp_path / name, ink(int(name[0])).render())
    data = load_dataset(str(tmp_path))
    assert data.labels is not None and data.labels.tolist() == [3, 3, 7]
    write_png(tmp_path / "unnamed.png", ink(1).render())
    assert load_dataset(str(tmp_path)).labels is None
    assert len(load_dataset(str(tmp_path), limit=2)) == 2


@pytest.mark.long
def test_results_with_a_broken_image_do_not_depend_on_workers(tmp_path: Path) -> None:
    folder_of_digits(tmp_path)
    (tmp_path / "2-ink.png").write_bytes(b"no picture")
    found = [without_times(run(["good"], dataset=str(tmp_path), workers=workers)) for workers in (0, 1, 2)]
    assert found[0] == found[1] == found[2]
