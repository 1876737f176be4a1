"""Runs that were interrupted go on, and only where nothing has changed; fake board, real files."""

from __future__ import annotations

import functools
import json
from dataclasses import replace
from pathlib import Path

import pytest
from fake_board import BOOTS_FILE, FakeReference, open_fake
from test_evaluate import COUNT, dataset, without_times

from digitrig.errors import FileFormatError, UsageError
from digitrig.evaluation import evaluate
from digitrig.evaluation.journal import FILE, Journal, Subject, in_use
from digitrig.evaluation.results import Outcome

run = functools.partial(evaluate, factory=open_fake, reference=FakeReference())
SUBJECT = Subject(
    {"name": "x", "images": 3, "content (sha256)": "a" * 64}, [{"board": "b", "firmware (sha256)": "c" * 64}]
)


def predictions(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that gets a byte for each boot of the fake board."""
    monkeypatch.setenv(BOOTS_FILE, str(folder / "boots"))
    return folder / "boots"


@pytest.mark.parametrize("workers", [0, pytest.param(2, marks=pytest.mark.long)])
def test_a_run_that_was_cut_goes_on_and_ends_as_if_it_had_not_been(tmp_path: Path, workers: int) -> None:
    whole = run(["good", "wrong_byte"], dataset=dataset(5), workers=workers, folder=tmp_path / "whole")
    lines = (tmp_path / "whole" / FILE).read_bytes().splitlines(keepends=True)
    assert len(lines) == 1 + 2 * COUNT
    (tmp_path / "cut").mkdir()
    # All of the first board, half of the second one, and a line of which only the beginning was written.
    (tmp_path / "cut" / FILE).write_bytes(b"".join(lines[: 1 + COUNT + COUNT // 2]) + lines[-1][:20])
    done: list[tuple[int, int, float]] = []
    rest = run(
        ["good", "wrong_byte"],
        dataset=dataset(5),
        workers=workers,
        folder=tmp_path / "cut",
        resume=True,
        progress=lambda *told: done.append(told),
    )
    assert rest[0].incidents == (f"{tmp_path / 'cut' / FILE}: the last line is cut off; its image is run again",)
    expected, found = without_times(whole), without_times([replace(rest[0], incidents=()), rest[1]])
    assert json.loads(json.dumps(expected).replace("/whole/", "/cut/")) == found
    assert done[-1][:2] == (2 * COUNT, 2 * COUNT)
    assert len((tmp_path / "cut" / FILE).read_bytes().splitlines()) == 1 + 2 * COUNT


def test_nothing_is_run_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    boots = predictions(tmp_path, monkeypatch)
    first = run(["good"], dataset=dataset(), workers=0, folder=tmp_path / "run")
    again = run(["good"], dataset=dataset(), workers=0, folder=tmp_path / "run", resume=True)
    assert boots.read_bytes() == b"b"
    assert without_times(first) == without_times(again)


def test_without_resume_a_run_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    boots = predictions(tmp_path, monkeypatch)
    for _ in range(2):
        run(["good"], dataset=dataset(), workers=0, folder=tmp_path / "run")
    assert boots.read_bytes() == b"bb"
    assert len((tmp_path / "run" / FILE).read_bytes().splitlines()) == 1 + COUNT


def test_an_interrupt_keeps_what_was_done(tmp_path: Path) -> None:
    """The board sends SIGINT, as control-C does, while it runs image 25."""
    with pytest.raises(KeyboardInterrupt):
        run(["interrupts"], dataset=dataset(25), workers=0, folder=tmp_path)
    kept = [json.loads(line)["i"] for line in (tmp_path / FILE).read_bytes().splitlines()[1:]]
    assert kept == list(range(25))


def test_images_that_failed_are_run_again(tmp_path: Path) -> None:
    (first,) = run(["faults"], dataset=dataset(7), workers=0, folder=tmp_path)
    assert [failure.image for failure in first.failures] == [7]
    journal = (tmp_path / FILE).read_bytes().splitlines()
    assert len(journal) == COUNT  # the head, and all images but one
    (again,) = run(["faults"], dataset=dataset(7), workers=0, folder=tmp_path, resume=True)
    assert again.failures == first.failures


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"dataset": dataset(9)}, "content (sha256) of the data set was "),
        ({"dataset": dataset(count=39)}, "images of the data set was 40, is 39"),
        ({"inject": "uart"}, "inject of good was memory, is uart"),
        ({"weights": "ram"}, "weights of good was flash, is ram"),
        ({"model": "other"}, "model of good was an13438, is other"),
        ({"board_names": ["good", "faults"]}, "its boards are good, asked for good, faults"),
        ({"board_names": ["faults"]}, "its boards are good, asked for faults"),
    ],
)
def test_a_change_is_refused_and_named(tmp_path: Path, change: dict[str, object], text: str) -> None:
    given = {"board_names": ["good"], "dataset": dataset(), "workers": 0, "folder": tmp_path}
    run(**given)
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(UsageError) as caught:
        run(**{**given, **change}, resume=True)
    assert f"{tmp_path / FILE} cannot be gone on with: " in str(caught.value)
    assert text in str(caught.value)
    assert "leave out --resume to begin anew, or choose another folder with --run" in str(caught.value)
    assert (tmp_path / FILE).read_bytes() == before


def test_other_firmware_is_refused_by_its_hash(tmp_path: Path) -> None:
    Journal(tmp_path, SUBJECT, resume=False).close()
    other = replace(SUBJECT, boards=[{"board": "b", "firmware (sha256)": "d" * 64}])
    with pytest.raises(UsageError, match=r"firmware \(sha256\) of b was c{12}\.\.\., is d{12}\.\.\."):
        Journal(tmp_path, other, resume=True)


def test_outcomes_come_back_as_they_were(tmp_path: Path) -> None:
    kept = [
        Outcome(0, 3, (1, -2), 99, 1234, (1, -2)),
        Outcome(1, 4, (0.5, 1.25), None, None, None),
        Outcome(2, 5, None, 7, 8, (1, 2)),
    ]
    journal = Journal(tmp_path, SUBJECT, resume=False)
    for outcome in kept:
        journal.add(0, outcome)
    journal.close()
    again = Journal(tmp_path, SUBJECT, resume=True)
    again.close()
    assert again.done == [{outcome.image: outcome for outcome in kept}]
    assert again.notes == []


def test_a_damaged_line_costs_its_image_only(tmp_path: Path) -> None:
    journal = Journal(tmp_path, SUBJECT, resume=False)
    for image in range(3):
        journal.add(0, Outcome(image, image, None))
    journal.close()
    lines = (tmp_path / FILE).read_bytes().splitlines(keepends=True)
    (tmp_path / FILE).write_bytes(lines[0] + lines[1] + b'{"b":0,"i":\x00\xff\n' + lines[3])
    again = Journal(tmp_path, SUBJECT, resume=True)
    again.close()
    assert sorted(again.done[0]) == [0, 2]
    assert again.notes == [f"{tmp_path / FILE}:3: the line is damaged; its image is run again"]


def test_a_file_that_is_no_journal_is_not_overwritten_by_resume(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("my notes\n")
    with pytest.raises(FileFormatError, match="line 1 is not that of a journal; expected one that digitrig eval wrote"):
        Journal(tmp_path, SUBJECT, resume=True)
    assert (tmp_path / FILE).read_text() == "my notes\n"


def test_two_evaluations_do_not_share_a_folder(tmp_path: Path) -> None:
    first = Journal(tmp_path, SUBJECT, resume=False)
    with pytest.raises(UsageError, match="another evaluation is writing to "):
        Journal(tmp_path, SUBJECT, resume=False)
    assert in_use(tmp_path)
    first.close()
    assert not in_use(tmp_path) and not in_use(tmp_path / "nowhere")
    Journal(tmp_path, SUBJECT, resume=True).close()


def test_resume_without_a_folder_is_refused() -> None:
    with pytest.raises(UsageError, match="nothing to resume without a folder that holds a journal"):
        run(["good"], dataset=dataset(), workers=0, resume=True)
