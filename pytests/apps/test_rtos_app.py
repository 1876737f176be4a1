"""The rtos app: shell, inference in a thread, a LED on time, stacks that are watched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from digitrig.board import Board, BoardSnapshot, crc16_ccitt, image_bytes, parse_prediction
from digitrig.digits import ink
from digitrig.digits.carray import parse_carray
from digitrig.protocols import PS_PER_MS, PS_PER_US, StopReason
from digitrig.reference import Reference
from digitrig.resources import firmware_dir, models_dir

HALF_PERIOD_MS = 250
# Ticks of the core clock are exact; the thread comes after the tick's interrupt, and at worst after one of the UART's.
JITTER_US = 20


@pytest.fixture(scope="module")
def reference() -> Reference:
    return Reference(models_dir() / "an13438.tflite")


@pytest.fixture(scope="module", params=["frdm_k32l2b", "mimxrt1060_evk"])
def started(request: pytest.FixtureRequest) -> Iterator[tuple[Board, BoardSnapshot]]:
    with Board(request.param, app="rtos") as board:
        board.start()
        yield board, board.snapshot()


@pytest.fixture
def board(started: tuple[Board, BoardSnapshot]) -> Board:
    opened, snapshot = started
    opened.restore(snapshot)
    return opened


@pytest.fixture
def fresh(board: Board) -> Iterator[Board]:
    """A board of its own, for `predict`, which leaves breakpoints behind."""
    with Board(board.name, app="rtos") as opened:
        yield opened.start()


def answer(board: Board, command: str, ms: float = 100) -> list[str]:
    """The lines that come within a time after a command."""
    before = len(board.lines())
    board.send(command + "\n")
    board.run_for(ms)
    return [text for _, text in board.lines()[before:]]


def threads(lines: list[str]) -> dict[str, tuple[int, str, int, int, int]]:
    """Rows of `ps`: priority, state, stack, used, CPU ms by name."""
    assert lines[0].split() == ["thread", "prio", "state", "stack", "used", "cpu", "ms"]
    rows = [line.split() for line in lines[1:]]
    return {row[0]: (int(row[1]), row[2], int(row[3]), int(row[4]), int(row[5])) for row in rows}


# ---------------------------------------------------------------- inference


def test_samples_are_ink_as_convert_writes_it() -> None:
    images = parse_carray((firmware_dir() / "apps" / "rtos" / "samples.inc").read_text(), "samples.inc")
    assert np.array_equal(images, np.stack([ink(digit, 0).render() for digit in range(10)]))


def test_each_sample_gives_the_scores_of_the_reference(board: Board, reference: Reference) -> None:
    for digit in range(10):
        found = parse_prediction(tuple(answer(board, f"mnist {digit}")), None, None)
        image = ink(digit, 0).render()
        assert board.read_symbol("digitrig_image") == image_bytes(image)
        assert found.scores == tuple(int(score) for score in reference.scores(image))
        assert found.digit == digit


def test_an_uploaded_image_is_predicted_and_again_on_request(fresh: Board, reference: Reference) -> None:
    board = fresh
    image = ink(4, "sail").render()
    expected = tuple(int(score) for score in reference.scores(image))
    assert board.predict(image, "uart").scores == expected
    assert parse_prediction(tuple(answer(board, "predict")), None, None).scores == expected
    other = ink(6, 3).render()
    assert board.predict(other, "memory").scores == tuple(int(score) for score in reference.scores(other))


def test_four_jobs_may_wait_and_a_fifth_is_told_so(board: Board) -> None:
    assert answer(board, "mnist 1 20000", 5) == []
    for digit in (2, 3, 4, 5):
        assert answer(board, f"mnist {digit}", 5) == []
    assert answer(board, "mnist 6", 8) == ["error: busy, try again"]


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("mnist", "error: mnist takes a sample from 0 to 9"),
        ("mnist 10", "error: mnist takes a sample from 0 to 9"),
        ("mnist -1", "error: mnist takes a sample from 0 to 9"),
        ("mnist 99999999999", "error: mnist takes a sample from 0 to 9"),
        ("mnist 3 0", "error: mnist takes a number of runs from 1 to 100000 behind the sample"),
        ("mnist 3 100001", "error: mnist takes a number of runs from 1 to 100000 behind the sample"),
        ("mnist 3 x", "error: mnist takes a number of runs from 1 to 100000 behind the sample"),
        ("mnist 3 4 5", "error: mnist takes a sample and a number of runs, nothing more"),
        ("mnist3", "error: unknown command 'mnist3'; try help"),
        ("ps now", "error: unknown command 'ps now'; try help"),
        ("PS", "error: unknown command 'PS'; try help"),
        ("x" * 64, "error: line too long"),
    ],
)
def test_a_bad_command_gets_one_error_line_and_the_shell_goes_on(board: Board, command: str, error: str) -> None:
    assert answer(board, command) == [error]
    assert "Top1 class = 3" in answer(board, "mnist 3")


def test_help_names_every_command(board: Board) -> None:
    assert answer(board, "help") == ["commands: help info image predict mnist ps free overflow"]


def test_a_frame_that_breaks_off_leaves_the_shell_as_it_was(fresh: Board) -> None:
    board = fresh
    data = image_bytes(ink(5, 0).render())
    board.send("image\n")
    board.run_for(10)
    board.send(data[:300])
    board.run_for(200)
    assert board.lines()[-1][1] == "error: short frame, 300 of 786 bytes"
    board.send("image\n")
    board.run_for(10)
    board.send(data + (crc16_ccitt(data) ^ 1).to_bytes(2, "big"))
    board.run_for(200)
    assert board.lines()[-1][1].startswith("error: crc 0x")
    assert board.predict(data, "uart").digit == 5


# ---------------------------------------------------------------- threads


def led_switches(board: Board, until_ps: int) -> list[int]:
    """Run until then; the times at which the firmware has switched its LED."""
    switch = board.symbol("board_led")[0] & ~1
    board.machine.console.stop_on(None)
    board.machine.set_breakpoint(switch)
    times: list[int] = []
    while board.machine.clock.now_ps < until_ps:
        stop = board.machine.run(until_ps - board.machine.clock.now_ps)
        if stop.reason is StopReason.BREAKPOINT:
            times.append(stop.at_ps)
    board.machine.set_breakpoint(switch, False)
    return times


@pytest.mark.parametrize(
    ("name", "from_ms", "runs", "least_ms"), [("frdm_k32l2b", 5, 2000, 1000), ("mimxrt1060_evk", 480, 1200, 20)]
)
def test_the_led_blinks_on_time_whatever_the_worker_does(name: str, from_ms: int, runs: int, least_ms: int) -> None:
    """A toggle every 250 ms from the start on. from_ms: the worker begins shortly before a toggle."""
    with Board(name, app="rtos") as board:
        board.start()
        start = board.machine.clock.now_ps
        toggles = led_switches(board, start + from_ms * PS_PER_MS)
        board.send(f"mnist 8 {runs}\n")
        toggles += led_switches(board, start + 1300 * PS_PER_MS)
        rows = answer(board, "ps")
    assert len(toggles) == 5
    for before, after in pairwise(toggles):
        assert abs(after - before - HALF_PERIOD_MS * PS_PER_MS) < JITTER_US * PS_PER_US
    whole = (len(toggles) - 1) * HALF_PERIOD_MS * PS_PER_MS
    assert abs(toggles[-1] - toggles[0] - whole) < JITTER_US * PS_PER_US, "no drift"
    assert threads(rows[-5:])["worker"][4] > least_ms, "the worker was at it over a toggle at least"


def test_ps_tells_threads_their_stacks_and_their_time(board: Board) -> None:
    answer(board, "mnist 7")
    rows = threads(answer(board, "ps"))
    assert {name: row[0] for name, row in rows.items()} == {"idle": 0, "blink": 4, "shell": 3, "worker": 1}
    assert {name: row[1] for name, row in rows.items()} == {
        "idle": "ready",
        "blink": "waiting",
        "shell": "running",
        "worker": "waiting",
    }
    assert all(0 < used <= stack - 96 for _, _, stack, used, _ in rows.values())


def test_the_shell_answers_while_the_worker_computes(board: Board) -> None:
    answer(board, "mnist 7 20000", 5)
    lines = answer(board, "ps", 30)
    assert threads(lines)["worker"][1] == "ready", "it would run if the shell did not"


def test_free_adds_up_to_the_memory_of_the_part(board: Board) -> None:
    values = dict(re.findall(r"(\w+) ram = (\d+) \(bytes\)", "\n".join(answer(board, "free"))))
    assert int(values["total"]) == int(values["used"]) + int(values["free"])
    area = next(area for area in board.spec.ram if area.base <= board.symbol("__bss_end")[0] < area.base + area.size)
    assert int(values["total"]) == area.size
    assert int(values["used"]) == board.symbol("__bss_end")[0] - area.base


def test_a_stack_overflow_names_the_thread_and_stops_the_board(board: Board) -> None:
    lines = answer(board, "overflow", 300)
    assert len(lines) == 1
    assert lines[0].startswith("fault: stack overflow in thread 'probe' pc=0x")
    assert int.from_bytes(board.read_symbol("digitrig_fault"), "little") != 0
    assert answer(board, "ps") == []
