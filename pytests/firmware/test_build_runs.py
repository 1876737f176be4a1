"""The built firmware on the emulated boards: LED and button, times of the line protocol to the edge, fault lines.

Limits are those of docs/protocol.md: 100 ms of silence inside a frame, 20 ms after an error, lines up to 63 characters.
The firmware's clock ticks once a millisecond, so a limit is met within one tick.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from digitrig.board import Board, crc16_ccitt
from digitrig.digits import load_source
from digitrig.errors import FirmwareFault, TimeLimitReached
from digitrig.firmware_build import build_firmware, build_image, build_program, buildable_boards
from digitrig.protocols import PS_PER_MS
from digitrig.resources import build_dir

PROGRAMS = Path(__file__).parent / "programs"
BOARDS = buildable_boards()
RT1060 = "mimxrt1060_evk"
LED = {RT1060: "user_led"}  # "led_green" on all others
BUTTON = {
    "frdm_k32l2b": "sw3",
    "frdm_ke16z": "sw3",
    "frdm_kv11z": "sw2",
    "lpc845_brk": "k3",
    "mimxrt1060_evk": "sw8",
}
ROOMY = ("frdm_k32l2b", "frdm_kv11z", "lpc845_brk")  # 16 KB RAM and more
BEHIND_A_CACHE = ("frdm_k32l2b", "frdm_ke16z", "frdm_kv11z")  # flash at half or a third of the core's clock
COMMANDS = "commands: help info image predict"


@pytest.fixture(scope="module", params=BOARDS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def started(name: str) -> Iterator[tuple[Board, object]]:
    build_firmware([name])
    with Board(name) as board:
        board.start()
        yield board, board.snapshot()


@pytest.fixture
def board(started: tuple[Board, object]) -> Board:
    opened, snapshot = started
    opened.restore(snapshot)  # type: ignore[arg-type]
    return opened


@pytest.fixture
def button(board: Board) -> str:
    if board.name not in BUTTON:
        assert not board.spec.buttons
        pytest.skip(f"{board.name} has no push button")
    return BUTTON[board.name]


def frame(pixels: bytes) -> bytes:
    return pixels + crc16_ccitt(pixels).to_bytes(2, "big")


def new_lines(board: Board, since: int) -> list[str]:
    return [text for _, text in board.lines()[since:]]


def test_led_is_lit_when_ready_and_dark_while_computing(board: Board) -> None:
    led = LED.get(board.name, "led_green")
    board.run_for(1)
    assert board.led(led)
    board.send("predict\n")
    seen = set()
    for _ in range(100):
        board.run_for(0.1)
        seen.add(board.led(led))
    assert seen == {False, True}
    board.run_for(100)
    assert board.led(led)


def test_button_runs_the_last_image_again_once_per_press(board: Board, button: str) -> None:
    first = board.predict(load_source("ink:3")[0][0])
    since = len(board.lines())
    board.press(button)
    board.run_for(300)
    results = [line for line in new_lines(board, since) if line.startswith("Top1 class")]
    assert results == [f"Top1 class = {first.digit}"]
    board.release(button)
    board.run_for(300)
    assert len([line for line in new_lines(board, since) if line.startswith("Top1 class")]) == 1


def test_button_that_bounces_for_10_ms_does_nothing(board: Board, button: str) -> None:
    since = len(board.lines())
    board.press(button)
    board.run_for(10)
    board.release(button)
    board.run_for(100)
    assert new_lines(board, since) == []


def begin_frame(board: Board) -> int:
    board.send("image\n")
    board.run_until_line("ready for 784 bytes + crc16", exact=True)
    return len(board.lines())


def test_pause_of_98_ms_inside_a_frame_is_no_error(board: Board) -> None:
    data = frame(load_source("ink:5")[0][0].tobytes())
    since = begin_frame(board)
    board.send(data[:400])
    board.run_for(400 * 10 / 115.2 + 98)
    board.send(data[400:])
    board.run_for(300)
    assert "Top1 class = 5" in new_lines(board, since)


def test_pause_of_103_ms_inside_a_frame_ends_it(board: Board) -> None:
    data = frame(load_source("ink:5")[0][0].tobytes())
    since = begin_frame(board)
    board.send(data[:400])
    board.run_for(400 * 10 / 115.2 + 103)
    board.run_for(10)
    assert new_lines(board, since) == ["error: short frame, 400 of 786 bytes"]


def test_long_wait_before_the_first_byte_of_a_frame_is_no_error(board: Board) -> None:
    since = begin_frame(board)
    board.run_for(2000)
    assert new_lines(board, since) == []
    board.send(frame(bytes(784)))
    board.run_until_line("Inference time")


def test_bytes_after_an_error_are_dropped_until_20_ms_of_silence(board: Board) -> None:
    since = len(board.lines())
    board.send(b"x" * 200)  # 17 ms: the error comes after 64 of them
    board.run_for(17.4 + 15)
    assert new_lines(board, since) == ["error: line too long"]
    board.send(b"y" * 200)  # 15 ms after the first burst, but the error line was out long ago: a new start
    board.run_for(17.4 + 30)
    assert new_lines(board, since) == ["error: line too long"] * 2


def test_sender_that_waits_for_the_error_line_may_go_on_at_once(board: Board) -> None:
    board.send("nonsense\n")
    board.run_until_line("error: unknown command 'nonsense'; try help", exact=True)
    board.send("help\n")
    board.run_until_line(COMMANDS, exact=True)


def test_random_burst_with_line_ends_in_it_gives_one_error_line(board: Board) -> None:
    noise = bytes(np.random.default_rng(7).integers(0, 256, 2000, dtype=np.uint8))
    assert noise.count(b"\n") + noise.count(b"\r") > 5
    since = len(board.lines())
    board.send(noise)
    board.run_for(2000 * 10 / 115.2 + 100)
    assert len(new_lines(board, since)) == 1
    assert new_lines(board, since)[0].startswith("error: ")


def test_line_of_63_characters_is_taken_and_one_of_64_is_not(board: Board) -> None:
    since = len(board.lines())
    board.send("a" * 63 + "\n")
    board.run_for(60)
    board.send("b" * 64 + "\n")
    board.run_for(60)
    assert new_lines(board, since) == [f"error: unknown command '{'a' * 63}'; try help", "error: line too long"]


def test_what_a_terminal_cannot_show_is_told_as_question_marks(board: Board) -> None:
    since = len(board.lines())
    board.send(b"\x00a\x1b\x7f\xff~\n")
    board.run_for(30)
    assert new_lines(board, since) == ["error: unknown command '?a???~'; try help"]


def test_lines_may_end_with_lf_cr_or_both_and_empty_ones_are_ignored(board: Board) -> None:
    since = len(board.lines())
    board.send("help\nhelp\rhelp\r\n\n\r\r\nhelp\n")
    board.run_for(100)
    assert new_lines(board, since) == [COMMANDS] * 4


def test_commands_typed_ahead_during_an_inference_are_answered_after_it(board: Board) -> None:
    since = len(board.lines())
    board.send("predict\nhelp\ninfo\n")
    board.run_until_line("ready", exact=True)
    lines = new_lines(board, since)
    assert [line for line in lines if line in ("ready", COMMANDS)] == [COMMANDS, "ready"]
    assert lines.index(COMMANDS) > next(i for i, line in enumerate(lines) if line.startswith("Inference time"))


def test_frame_that_follows_its_command_without_a_pause_is_taken(board: Board) -> None:
    since = len(board.lines())
    board.send(b"image\n" + frame(load_source("ink:8")[0][0].tobytes()))
    board.run_until_line("Inference time")
    assert "Top1 class = 8" in new_lines(board, since)


def test_frame_that_comes_while_the_board_computes_is_dropped_with_one_error(board: Board) -> None:
    """The receive ring holds 128 bytes, 11 ms; three results keep the transmitter busy for 90 ms, far longer."""
    since = len(board.lines())
    data = frame(bytes(784))
    for _ in range(3):
        board.send(b"predict\n")
    board.send(b"image\n" + data)
    board.run_for(1000)
    errors = [line for line in new_lines(board, since) if line.startswith("error")]
    results = [line for line in new_lines(board, since) if line.startswith("Top1")]
    assert (len(results), errors) == (3, ["error: overrun, frame dropped"])
    board.predict(np.zeros((28, 28), np.uint8))


def test_after_a_broken_frame_there_is_no_image_until_a_whole_one(board: Board) -> None:
    """A frame is received where the last image lies, to save memory."""
    before = board.predict(load_source("ink:6")[0][0])
    begin_frame(board)
    board.send(bytes(784) + b"\x00\x00")
    board.run_until_line("error: crc 0x0000, expected 0x")
    board.send("predict\n")
    board.run_until_line("error: no image", exact=True)
    assert board.predict(load_source("ink:6")[0][0]).scores == before.scores
    since = len(board.lines())
    board.send("predict\n")
    assert board.await_prediction(since).scores == before.scores


def test_image_of_a_debugger_counts_after_a_broken_frame(board: Board) -> None:
    begin_frame(board)
    board.send(bytes(784) + b"\x00\x00")
    board.run_until_line("error: crc 0x0000, expected 0x")
    assert board.predict(load_source("ink:6")[0][0], inject="memory").digit == 6


def test_image_is_the_picture_again_after_a_result(board: Board) -> None:
    image = load_source("ink:6")[0][0]
    board.predict(image)
    assert board.read_symbol("digitrig_image") == image.tobytes()


def test_request_of_a_debugger_is_set_back_after_the_result(board: Board) -> None:
    board.write_symbol("digitrig_request", (0xFFFFFFFF).to_bytes(4, "little"))
    board.run_until_line("Inference time")
    board.run_for(2)
    assert board.read_symbol("digitrig_request") == bytes(4)
    assert board.read_symbol("digitrig_fault") == bytes(4)


def test_request_of_a_debugger_waits_for_a_frame_but_not_for_half_a_command(board: Board) -> None:
    data = frame(load_source("ink:4")[0][0].tobytes())
    board.send("ima")
    board.run_for(5)
    board.write_symbol("digitrig_request", (1).to_bytes(4, "little"))
    board.run_until_line("Inference time")
    since = len(board.lines())
    board.send(b"ge\n" + data[:300])
    board.run_for(40)
    board.write_symbol("digitrig_request", (1).to_bytes(4, "little"))
    board.run_for(40)
    assert new_lines(board, since) == ["ready for 784 bytes + crc16"]
    board.send(data[300:])
    board.run_for(200)
    assert [line for line in new_lines(board, since) if line.startswith("Top1")] == ["Top1 class = 4"] * 2


def test_crc_in_the_error_is_that_of_the_received_bytes(board: Board) -> None:
    data = bytes(range(256)) * 3 + bytes(16)
    begin_frame(board)
    board.send(data + b"\xab\xcd")
    line = board.run_until_line("error: crc").text
    assert line == f"error: crc 0xabcd, expected 0x{crc16_ccitt(data):04x}"


def test_tick_comes_once_a_millisecond(board: Board) -> None:
    """Twenty ticks after the last byte of garbage the line is free; the firmware's clock and virtual time agree."""
    ticks = [board.read_symbol("milliseconds")]
    start = board.machine.clock.now_ps
    board.run_for(1000)
    ticks.append(board.read_symbol("milliseconds"))
    passed = (int.from_bytes(ticks[1], "little") - int.from_bytes(ticks[0], "little")) * PS_PER_MS
    assert abs(passed - (board.machine.clock.now_ps - start)) <= PS_PER_MS


# ---------------------------------------------------------------- where kernels and weights lie


def inference_cycles(name: str, elf: Path) -> float:
    """By the firmware's own timer: whole microseconds, 0.03 % of what these boards take."""
    with Board(name, elf=elf) as board:
        board.run_until_line("ready", exact=True)
        found = board.predict(load_source("ink:5")[0][0]).inference_us
        assert found is not None
        return found * board.spec.clock_hz / 1e6


@pytest.mark.long
def test_kernels_in_ram_take_the_same_cycles_on_all_parts_with_room_for_them() -> None:
    """The same code on the same core without wait states; from flash the LPC845 fetches each halfword in two clocks.

    AN13438 has 1,068,000 cycles for the LPC845 and 619,200 for the K32L2B: a factor of 1.7.
    """
    built = {board: build_image(board, "console", "an13438", "ram", kernels="ram").elf for board in ROOMY}
    cycles = {board: inference_cycles(board, elf) for board, elf in built.items()}
    assert max(cycles.values()) < 1.01 * min(cycles.values()), cycles
    from_flash = inference_cycles("lpc845_brk", build_image("lpc845_brk", "console", "an13438", "ram").elf)
    assert 1.5 < from_flash / cycles["lpc845_brk"] < 2.0


def test_weights_in_ram_make_parts_of_one_kind_agree() -> None:
    built = {board: build_image(board, "console", "an13438", "ram").elf for board in BEHIND_A_CACHE}
    cycles = {board: inference_cycles(board, elf) for board, elf in built.items()}
    assert max(cycles.values()) < 1.02 * min(cycles.values()), cycles


# ---------------------------------------------------------------- programs that misbehave


def misbehave(name: str, program: str) -> Board:
    return Board(name, elf=build_program(PROGRAMS / f"{program}.c", name))


def test_read_of_nothing_ends_in_one_line_with_pc_and_lr_inside_the_program(name: str) -> None:
    """Armv6-M knows only HardFault (exception 3); Armv7-M reports BusFault (5) where it is enabled."""
    cause, code = ("bus error", 5) if name == RT1060 else ("hard fault", 3)
    with misbehave(name, "fault") as board:
        line = board.run_until_line("fault:").text
        found = re.fullmatch(rf"fault: {cause} pc=0x([0-9a-f]{{8}}) lr=0x([0-9a-f]{{8}})", line)
        assert found is not None, line
        main = board.symbol("main")[0] & ~1
        assert main <= int(found[1], 16) < main + 0x80
        assert board.read_symbol("digitrig_fault") == code.to_bytes(4, "little")
        with pytest.raises(FirmwareFault, match=re.escape("0x30000000")):
            board.run_until_line("anything else")
        assert [text for _, text in board.lines()] == ["started", line]


def test_fault_with_a_stack_nearly_used_up_is_told_in_full(name: str) -> None:
    """The handler finds 120 bytes or less, which is not enough for its line, and begins anew at the top."""
    with misbehave(name, "deep") as board:
        line = board.run_until_line("fault:").text
        found = re.fullmatch(r"fault: (hard fault|bus error) pc=0x([0-9a-f]{8}) lr=0x([0-9a-f]{8})", line)
        assert found is not None, line
        start, size = board.symbol("descend")
        assert start & ~1 <= int(found[2], 16) < (start & ~1) + size
        assert [text for _, text in board.lines()] == ["started", line]


def test_stack_overflow_is_told_before_variables_are_hit(name: str) -> None:
    with misbehave(name, "overflow") as board:
        with pytest.raises(FirmwareFault):
            board.run_until_line("never")
        assert [text for _, text in board.lines()] == ["started", "fault: stack overflow pc=0x00000000 lr=0x00000000"]


def test_program_that_hangs_reaches_the_time_limit(name: str) -> None:
    with misbehave(name, "hang") as board, pytest.raises(TimeLimitReached, match="started"):
        board.run_until_line("never", timeout_ms=30)


def watched(name: str, program: str) -> Board:
    """A program built with the watchdog on, whose period is WATCHDOG_PERIOD_MS of common/config.h."""
    options = {"DEFINES": "WATCHDOG_REFRESH=1"}
    return Board(
        name, elf=build_program(PROGRAMS / f"{program}.c", name, out_dir=build_dir() / "watched", options=options)
    )


@pytest.mark.long
def test_watchdog_that_is_kept_on_resets_a_program_that_hangs(name: str) -> None:
    with watched(name, "hang") as board:
        board.run_for(2500)
        starts = [at for at, text in board.lines() if text == "started"]
        assert len(starts) >= 2
        period_ms = (starts[1] - starts[0]) / PS_PER_MS
        # The COP of the K32L2B has three periods only: 1024 cycles at 1 kHz are the next longer one.
        assert period_ms == pytest.approx(1024 if name == "frdm_k32l2b" else 500, rel=0.05)


def test_watchdog_that_is_refreshed_leaves_the_program_alone(name: str) -> None:
    with watched(name, "refresh") as board:
        board.run_for(2500)
        assert [text for _, text in board.lines()] == ["started"]


def test_program_that_never_prints_is_told_to_sleep(name: str) -> None:
    with misbehave(name, "mute") as board, pytest.raises(TimeLimitReached, match="asleep, nothing can wake it"):
        board.run_until_line("never", timeout_ms=30)
