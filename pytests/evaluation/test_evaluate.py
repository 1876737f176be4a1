"""Evaluation with a fake board that has memory, state and faults of its own."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fake_board import BOOTS_FILE, SWITCH, TROUBLE, FakeReference, open_fake

from digitrig.digits import Dataset, ink
from digitrig.errors import DigitrigError, EngineError, MissingToolError, UnknownNameError, UsageError
from digitrig.evaluation import BoardResult, Failure, Mismatch, evaluate, results_json
from digitrig.evaluation.pool import chunks, rebuilt_error
from digitrig.evaluation.results import TIMING_FIELDS

COUNT = 40
run = functools.partial(evaluate, factory=open_fake, reference=FakeReference())


def dataset(*troubled: int, count: int = COUNT, labelled: bool = True) -> Dataset:
    """Images whose first byte is their number; label: the strongest of the fake firmware's ten bands.

    troubled: numbers of images with the switch on.
    """
    images = np.zeros((count, 784), np.uint8)
    labels = np.arange(count) * 7 % 10
    for index, label in enumerate(labels):
        images[index, 78 * label : 78 * label + 78] = 100 + index
        images[index, 0] = index
    images[list(troubled), SWITCH] = TROUBLE
    return Dataset("fake", images.reshape(-1, 28, 28), labels if labelled else None, "made here")


def without_times(results: list[BoardResult]) -> dict[str, object]:
    found = results_json(results)
    for board in found["boards"]:
        for key in TIMING_FIELDS:
            del board[key]
    return found


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_every_image_is_run_from_the_same_state_and_equals_the_reference(workers: int) -> None:
    (result,) = run(["good"], dataset=dataset(), workers=workers)
    assert result.passed
    assert (result.images, result.mismatches, result.failures) == (COUNT, 0, ())
    assert result.accuracy == 1.0
    assert result.workers == workers
    assert np.array_equal(result.scores, FakeReference().scores_many(dataset().images))
    assert result.cycles is not None
    assert (result.cycles.minimum, result.cycles.median, result.cycles.maximum) == (1000, 1019, 1039)


@pytest.mark.long
def test_number_of_workers_changes_nothing() -> None:
    boards = ["wrong_byte", "faults"]
    found = [without_times(run(boards, dataset=dataset(5, 17, 39), workers=workers)) for workers in (0, 1, 3)]
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("workers", [0, 2])
def test_a_wrong_byte_is_named(workers: int) -> None:
    (result,) = run(["wrong_byte"], dataset=dataset(5, 17), workers=workers)
    # Image 5 has its ink in band 5, image 17 in band 9: their score 3 is 0 * 255 - 128, and the board adds 1.
    assert result.mismatches == 2
    assert result.first_mismatches == (Mismatch(5, 5, 3, -128, -127), Mismatch(17, 9, 3, -128, -127))
    assert not result.passed
    assert result.accuracy == 1.0


def test_a_wrong_printed_digit_is_a_mismatch_though_the_scores_are_right() -> None:
    (result,) = run(["wrong_top1"], dataset=dataset(5), workers=0)
    assert result.first_mismatches == (Mismatch(5, 5, "top1", 5, 6),)
    assert result.accuracy == (COUNT - 1) / COUNT


def test_only_ten_mismatches_are_listed_and_all_are_counted() -> None:
    (result,) = run(["wrong_byte"], dataset=dataset(*range(1, 31)), workers=0)
    assert result.mismatches == 30
    assert [mismatch.image for mismatch in result.first_mismatches] == list(range(1, 11))


@pytest.mark.parametrize("workers", [0, 2])
def test_an_image_that_raises_is_reported_and_nothing_else_is_lost(workers: int) -> None:
    (result,) = run(["faults"], dataset=dataset(0, 20), workers=workers)
    text = "HardFault: read of 0x40000000, pc 0x00000412"
    assert result.failures == (Failure(0, 0, "FirmwareFault", text), Failure(20, 0, "FirmwareFault", text))
    assert result.mismatches == 0
    assert result.images == COUNT
    assert result.accuracy == (COUNT - 2) / COUNT
    assert result.digits[20] == -1
    assert not result.passed


@pytest.mark.parametrize(
    ("workers", "board", "text"),
    [
        (2, "killed", "worker process ended by SIGKILL, while it ran image {}, for the second time"),
        (
            1,
            "exits",
            "worker process ended with exit code 7: first line | last words, while it ran image {}, "
            "for the second time",
        ),
    ],
)
def test_an_image_at_which_every_worker_dies_costs_no_other(workers: int, board: str, text: str) -> None:
    (result,) = run([board], dataset=dataset(4, 39), workers=workers)
    assert [(f.image, f.error, f.text) for f in result.failures] == [
        (image, "WorkerDied", text.format(image)) for image in (4, 39)
    ]
    assert result.mismatches == 0
    assert int((result.digits >= 0).sum()) == COUNT - 2


@pytest.mark.long
def test_every_image_kills_its_worker() -> None:
    (result,) = run(["killed"], dataset=dataset(*range(3), count=3), workers=2)
    assert [failure.image for failure in result.failures] == list(range(3))
    assert result.accuracy == 0.0
    assert result.cycles is None


def test_what_a_board_prints_does_not_disturb_the_messages() -> None:
    (result,) = run(["prints"], dataset=dataset(2, 30), workers=2)
    assert result.passed


def test_board_is_booted_once_per_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BOOTS_FILE, str(tmp_path / "boots"))
    run(["good"], dataset=dataset(), workers=2)
    assert (tmp_path / "boots").read_bytes() == b"bb"


def test_board_is_booted_anew_after_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BOOTS_FILE, str(tmp_path / "boots"))
    run(["faults"], dataset=dataset(5), workers=1)
    assert (tmp_path / "boots").read_bytes() == b"bb"


def test_board_that_does_not_boot_again_fails_the_rest_and_keeps_what_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BOOTS_FILE, str(tmp_path / "boots"))
    (result,) = run(["boots_once"], dataset=dataset(37), workers=1)
    assert [(f.image, f.error, f.text) for f in result.failures] == [
        (37, "FirmwareFault", "HardFault: read of 0x40000000, pc 0x00000412"),
        (38, "EngineError", "the board booted once and never again"),
        (39, "EngineError", "the board booted once and never again"),
    ]


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_board_that_cannot_boot_raises_its_own_error(workers: int) -> None:
    with pytest.raises(UnknownNameError, match="board 'unknown' unknown; known: good") as caught:
        run(["unknown"], dataset=dataset(), workers=workers)
    assert caught.value.exit_code == 2
    assert caught.value.known == ["good"]


def test_other_errors_at_boot_become_engine_errors() -> None:
    with pytest.raises(EngineError, match="ZeroDivisionError: a fault in the engine's own code") as caught:
        run(["odd_error"], dataset=dataset(), workers=2)
    assert caught.value.exit_code == 3


def test_worker_that_dies_at_boot_tells_its_last_words() -> None:
    text = "worker process ended with exit code 9: smoke, before its board was ready"
    with pytest.raises(EngineError, match=text):
        run(["dies_at_boot"], dataset=dataset(), workers=2)


def test_boards_come_in_the_order_asked_for() -> None:
    assert [result.board for result in run(["no_cycles", "good"], dataset=dataset(), workers=1)] == [
        "no_cycles",
        "good",
    ]


def test_progress_counts_over_all_boards_and_ends_at_the_total() -> None:
    seen: list[tuple[int, int, float]] = []
    run(["good", "no_cycles"], dataset=dataset(), workers=0, progress=lambda *told: seen.append(told))
    assert seen[-1][:2] == (2 * COUNT, 2 * COUNT)
    assert [told[0] for told in seen] == sorted(told[0] for told in seen)
    assert seen[-1][2] > 0


def test_limit_and_data_without_labels() -> None:
    (result,) = run(["good"], dataset=dataset(labelled=False), limit=7, workers=0)
    assert (result.images, result.accuracy) == (7, None)
    board = results_json([result])["boards"][0]
    assert board["confusion"] is None
    assert board["accuracy_by_class"] is None


def test_no_more_workers_than_images() -> None:
    assert run(["good"], dataset=dataset(), limit=1, workers=3)[0].workers == 1


def test_data_set_by_name_uses_ink_and_keeps_its_warnings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DIGITRIG_MNIST", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (result,) = run(["good"], limit=10, workers=0)
    assert result.dataset == "ink"
    assert result.warnings[0].startswith("using the project's own 'ink' digits")
    assert run(["good"], dataset="ink", limit=10, workers=0)[0].warnings == ()


def test_json_has_the_documented_names() -> None:
    results = run(["wrong_byte"], dataset=dataset(5), workers=0, inject="uart", weights="ram")
    found = json.loads(json.dumps(results_json(results)))
    assert found["schema_version"] == 1
    (board,) = found["boards"]
    documented = (
        "board model engine runtime weights inject images accuracy mismatches images_per_second workers reference"
    )
    assert set(documented.split()) <= set(board)
    assert board["engine"] == "embedded"
    assert board["runtime"] == "bundle"
    assert board["inject"] == "uart"
    assert board["weights"] == "ram"
    assert board["reference"] == "bands 1.0"
    assert board["first_mismatches"] == [{"image": 5, "class": 5, "element": 3, "expected": -128, "found": -127}]
    assert board["cycles"] == {"min": 1000, "median": 1019, "max": 1039}
    assert board["confusion"][5][5] == 4
    assert board["accuracy_by_class"] == [1.0] * 10


def test_json_without_cycles_has_null() -> None:
    assert results_json(run(["no_cycles"], dataset=dataset(), workers=0))["boards"][0]["cycles"] is None


@pytest.mark.parametrize(
    ("arguments", "kind", "text"),
    [
        ({"board_names": []}, UsageError, "no board named; expected one or more, see: digitrig boards"),
        ({"inject": "usb"}, UnknownNameError, "injection 'usb' unknown; known: memory, touch, uart"),
        ({"weights": "rom"}, UnknownNameError, "place of the weights 'rom' unknown; known: flash, ram"),
        ({"workers": -1}, UsageError, "workers -1 is negative; expected 1 or more, or 0 for none but this process"),
        (
            {"dask": "tcp://x:1"},
            UsageError,
            "workers are processes of this machine and dask has its own; leave out one",
        ),
        ({"limit": 0}, UsageError, "limit 0 leaves no images; expected 1 or more"),
        ({"engine": "qemu"}, UnknownNameError, "engine 'qemu' unknown; known: embedded, renode"),
        ({"engine": "renode"}, MissingToolError, "renode"),
        ({"dataset": "mnits"}, UnknownNameError, "data set 'mnits' unknown"),
        ({"factory": lambda job: open_fake(job), "workers": 1}, UsageError, "cannot be sent to a worker; expected a"),
    ],
)
def test_wrong_arguments(arguments: dict[str, object], kind: type[DigitrigError], text: str) -> None:
    given = {"board_names": ["good"], "dataset": dataset(), "workers": 0, **arguments}
    with pytest.raises(kind) as caught:
        run(**given)
    assert text in str(caught.value)


def test_unknown_model_and_board_are_refused_before_anything_runs() -> None:
    with pytest.raises(UnknownNameError, match=r"board 'frdm_ke61z' unknown; .*frdm_ke16z"):
        evaluate(["frdm_ke16z", "frdm_ke61z"], dataset=dataset(), reference=FakeReference())
    with pytest.raises(UnknownNameError, match=r"model of frdm_ke16z 'an31438' unknown; .*an13438"):
        evaluate(["frdm_ke16z"], model="an31438", dataset=dataset(), reference=FakeReference())


@pytest.mark.parametrize(("images", "workers"), [(1, 1), (10, 3), (10_000, 2), (63, 64)])
def test_chunks_are_in_order_and_leave_nothing_out(images: int, workers: int) -> None:
    cut = chunks(range(images), workers)
    assert [index for chunk in cut for index in chunk] == list(range(images))
    assert max(map(len, cut)) <= 64


def test_errors_from_workers_keep_class_text_and_fields() -> None:
    makers: list[Callable[[], DigitrigError]] = [
        lambda: UnknownNameError("board", "x", ["y"]),
        lambda: EngineError("broken"),
        lambda: MissingToolError("install it"),
    ]
    for make in makers:
        error = make()
        again = rebuilt_error(type(error).__name__, str(error), vars(error))
        assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
        assert again.exit_code == error.exit_code


def test_real_digits_on_the_fake_board() -> None:
    images = np.stack([ink(digit).render() for digit in range(10)])
    (result,) = run(["good"], dataset=Dataset("x", images, None, "ink"), workers=2)
    assert result.mismatches == 0
