"""The console app on every board: banner, predictions, exactness, and every kind of bad input."""

from __future__ import annotations

import re

import numpy as np
import pytest

from digitrig import __version__
from digitrig.board import Board, crc16_ccitt
from digitrig.codegen.models import load_model
from digitrig.digits import load_source
from digitrig.errors import ShapeError, UnknownNameError
from digitrig.protocols import PS_PER_MS
from digitrig.reference import Reference


@pytest.fixture(scope="module")
def reference() -> Reference:
    return Reference(load_model("an13438").path)


def ink(digit: int, style: int = 0) -> np.ndarray:
    return load_source(f"ink:{digit}:{style}")[0][0]


def errors(board: Board, since: int) -> list[str]:
    return [text for _, text in board.lines()[since:] if text.startswith("error:")]


def test_crc_is_the_one_of_the_catalogue() -> None:
    """CRC-16/CCITT-FALSE has the check value 0x29B1 (over the ASCII digits 1 to 9)."""
    assert crc16_ccitt(b"123456789") == 0x29B1


def test_the_banner_names_app_board_model_and_clock(board: Board) -> None:
    lines = [text for _, text in board.lines()]
    assert lines == [
        f"digitrig console {__version__}",
        f"board = {board.name}",
        f"model = an13438 {load_model('an13438').sha256[:8]}",
        f"core clock = {board.spec.clock_hz} (Hz)",
        "ready",
    ]


def test_the_clock_tree_that_the_firmware_set_up_gives_the_board_files_clock(board: Board) -> None:
    assert board.machine.clock.core_hz == board.spec.clock_hz


def test_nothing_unmodelled_is_touched_on_the_way(board: Board) -> None:
    board.predict(ink(3))
    assert [board.describe(entry) for entry in board.log()] == []


@pytest.mark.parametrize("inject", ["uart", "memory"])
def test_digits_are_recognised_and_equal_the_reference_in_every_byte(
    board: Board, reference: Reference, inject: str
) -> None:
    for digit in range(10):
        prediction = board.predict(ink(digit), inject)
        expected = [int(score) for score in reference.scores(ink(digit))]
        assert list(prediction.scores) == expected
        assert prediction.digit == expected.index(max(expected))


def test_both_injections_cost_the_same_inference(board: Board) -> None:
    """But for one tick of SysTick (its handler counts a millisecond) that may fall into one of them."""
    by_uart, by_memory = (board.predict(ink(5), how) for how in ("uart", "memory"))
    assert by_uart.scores == by_memory.scores
    assert by_uart.instructions is not None
    assert by_memory.instructions is not None
    assert abs(by_uart.instructions - by_memory.instructions) < 100


def test_the_boards_own_timer_agrees_with_the_engines_cycles(board: Board) -> None:
    prediction = board.predict(ink(8))
    assert prediction.cycles is not None
    by_engine_us = prediction.cycles * 1e6 / board.spec.clock_hz
    assert prediction.inference_us == pytest.approx(by_engine_us, rel=0.01, abs=2)


def test_two_runs_give_the_same_bytes_at_the_same_times(name: str) -> None:
    runs = []
    for _ in range(2):
        with Board(name) as board:
            board.start()
            prediction = board.predict(ink(2))
            runs.append((prediction, board.lines(), board.machine.clock.cycles, board.machine.clock.instructions))
    assert runs[0] == runs[1]


def test_a_snapshot_continues_as_if_nothing_had_happened(board: Board) -> None:
    snapshot = board.snapshot()
    ends = []
    for _ in range(2):
        board.restore(snapshot)
        prediction = board.predict(ink(7))
        ends.append((prediction, board.machine.clock.cycles, board.lines()))
    assert ends[0] == ends[1]


def test_two_boards_in_one_process_do_not_disturb_each_other(name: str, board: Board) -> None:
    with Board(name) as other:
        other.start()
        board.send(b"image\n")
        second = other.predict(ink(4))
        board.run_until_line("ready for")
        data = ink(4).tobytes()
        board.send(data + crc16_ccitt(data).to_bytes(2, "big"))
        assert board.await_prediction().scores == second.scores


def test_stack_and_memory_stay_within_the_boards_budget(board: Board) -> None:
    board.predict(ink(9))
    assert 0 < board.stack_used() <= board.spec.stack_bytes


# ---------------------------------------------------------------- bad input: one error line, and the board goes on
def bad_frame(board: Board, payload: bytes, **how: int) -> list[str]:
    since = len(board.lines())
    board.send(b"image\n")
    board.run_until_line("ready for")
    board.send(payload, **how)
    board.run_for(400)
    return errors(board, since)


def assert_alive(board: Board) -> None:
    assert board.predict(ink(6)).lines[-1].startswith("Inference time = ")


def test_a_wrong_crc_is_told_with_both_values(board: Board) -> None:
    data = ink(1).tobytes()
    right = crc16_ccitt(data)
    (text,) = bad_frame(board, data + (right ^ 0x0001).to_bytes(2, "big"))
    assert text == f"error: crc 0x{right ^ 1:04x}, expected 0x{right:04x}"
    assert_alive(board)


def test_half_a_frame_is_told_with_its_length(board: Board) -> None:
    assert bad_frame(board, ink(1).tobytes()[:312]) == ["error: short frame, 312 of 786 bytes"]
    assert_alive(board)


def test_random_bytes_of_the_right_length_fail_the_crc(board: Board) -> None:
    noise = bytes(np.random.default_rng(1).integers(0, 256, 786, dtype=np.uint8))
    (text,) = bad_frame(board, noise)
    assert re.fullmatch(r"error: crc 0x[0-9a-f]{4}, expected 0x[0-9a-f]{4}", text)
    assert_alive(board)


@pytest.mark.parametrize("factor", [2, 3])
def test_a_burst_faster_than_the_baud_rate_gives_one_error(board: Board, factor: int) -> None:
    data = ink(1).tobytes()
    found = bad_frame(board, data + crc16_ccitt(data).to_bytes(2, "big"), baud=board.spec.console_baud * factor)
    assert len(found) == 1, found
    assert found[0].startswith(("error: framing", "error: overrun", "error: crc", "error: short frame"))
    assert_alive(board)


def test_an_unknown_command_is_named(board: Board) -> None:
    board.send(b"xyz\n")
    assert board.run_until_line("error").text == "error: unknown command 'xyz'; try help"
    assert_alive(board)


def test_a_line_that_is_too_long_gives_one_error(board: Board) -> None:
    since = len(board.lines())
    board.send(b"a" * 200 + b"\n")
    board.run_for(200)
    assert errors(board, since) == ["error: line too long"]
    assert_alive(board)


def test_noise_on_the_line_gives_errors_but_no_harm(board: Board) -> None:
    noise = bytes(np.random.default_rng(2).integers(0, 256, 3000, dtype=np.uint8))
    board.send(noise)
    board.run_for(1000)
    board.send(b"\n")
    board.run_for(200)
    assert_alive(board)


def test_help_and_info_answer(board: Board) -> None:
    board.send(b"help\n")
    assert board.run_until_line("commands").text == "commands: help info image predict"
    board.send(b"info\r")
    assert board.run_until_line("ready", exact=True).at_ps > 0


def test_after_silence_in_a_frame_the_error_comes_after_a_tenth_of_a_second(board: Board) -> None:
    board.send(b"image\n")
    board.run_until_line("ready for")
    board.send(b"\x00" * 10)
    start = board.machine.clock.now_ps
    line = board.run_until_line("error: short frame, 10 of 786 bytes")
    assert 100 * PS_PER_MS <= line.at_ps - start <= 130 * PS_PER_MS


def test_a_second_prediction_of_the_same_image_gives_the_same_answer(board: Board) -> None:
    first = board.predict(ink(0))
    since = len(board.lines())
    board.send(b"predict\n")
    assert board.await_prediction(since).scores == first.scores


# ---------------------------------------------------------------- misuse of the Python interface
def test_images_of_another_shape_or_type_are_refused(board: Board) -> None:
    with pytest.raises(ShapeError, match=r"shape \(27, 28\) and type uint8 given; expected \(28, 28\) uint8"):
        board.predict(np.zeros((27, 28), np.uint8))
    with pytest.raises(ShapeError, match="type float32"):
        board.predict(np.zeros((28, 28), np.float32))
    with pytest.raises(ShapeError, match="783 bytes given; expected 784"):
        board.predict(bytes(783))


def test_unknown_names_are_refused_with_what_is_near(board: Board) -> None:
    with pytest.raises(UnknownNameError, match="injection 'urt' unknown; known: memory, uart; did you mean 'uart'"):
        board.predict(ink(1), "urt")
    with pytest.raises(UnknownNameError, match="symbol 'digitrig_imag' unknown"):
        board.read_symbol("digitrig_imag")
    with pytest.raises(UnknownNameError, match=f"LED of {board.name} 'led_x' unknown"):
        board.led("led_x")
