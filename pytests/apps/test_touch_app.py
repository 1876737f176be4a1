"""The digit demo on the emulated RT1060: what robot/touch does not ask for."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from app_screen import EVK, Screen

from digitrig.board import Board
from digitrig.digits import ink, on_glass
from digitrig.digits.ink import style_names
from digitrig.firmware_build import build_image
from digitrig.protocols import PS_PER_MS, StopReason
from digitrig.reference import Reference
from digitrig.resources import models_dir
from digitrig.screen import read_text

GPIO1_DR_SET, GPIO1_DR_CLEAR = 0x401B8084, 0x401B8088
LCDIF_CUR_BUF = 0x402B8040
TOUCH_RESET = 1 << 2  # GPIO1 pin 2, active low
FRAME_HZ = 9.3e6 / (533 * 288)  # pixel clock over the clocks of a frame of this panel, 60.6 Hz


@pytest.fixture(scope="module")
def reference() -> Reference:
    return Reference(models_dir() / "an13438.tflite")


def text(screen: Screen, area: str) -> str | None:
    return read_text(screen.board.screenshot(), screen.area(area))


def poke(screen: Screen, address: int, value: int) -> None:
    """A write of the core, between two of its instructions."""
    assert screen.board.machine.core.access(address, 4, value) is not None  # type: ignore[attr-defined]


def draw(screen: Screen, digit: int, style: int | str = 0) -> None:
    screen.board.touch_strokes(on_glass(ink(digit, style), screen.area("input")))
    screen.board.run_for(30)


def test_a_touch_panel_that_does_not_answer_is_told_once_and_welcomed_back(touch: Screen) -> None:
    poke(touch, GPIO1_DR_CLEAR, TOUCH_RESET)
    assert touch.new_lines(touch.board.run_for, 1000) == ["error: touch panel does not answer"]
    poke(touch, GPIO1_DR_SET, TOUCH_RESET)
    assert touch.new_lines(touch.board.run_for, 400) == ["touch panel answers again"]
    assert text(touch, "title") == "Draw a digit"
    draw(touch, 7, "crossed")
    touch.tap("predict")
    assert text(touch, "result") == "7"


def test_the_title_says_so_too_once_the_screen_is_on_again(touch: Screen) -> None:
    """The same pin switches the LCD on; in between the panel is dark."""
    poke(touch, GPIO1_DR_CLEAR, TOUCH_RESET)
    touch.board.run_for(400)
    assert not touch.board.display.on
    poke(touch, GPIO1_DR_SET, TOUCH_RESET)
    touch.board.run_for(5)
    assert text(touch, "title") in ("The touch panel does not answer", "Draw a digit")


def test_a_debugger_s_image_is_shown_with_its_result(touch: Screen, reference: Reference) -> None:
    image = ink(3, "knot").render()
    found = touch.board.predict(image, "memory")
    touch.board.run_for(60)
    assert found.scores == tuple(int(score) for score in reference.scores(image))
    assert text(touch, "result") == "3"
    x, y, width, height = touch.area("seen")
    seen = touch.board.screenshot()[y : y + height : 3, x : x + width : 3]
    assert np.array_equal(seen[..., 1], image & 0xFC | image >> 6), "green has 6 bits, the upper ones repeated"


def test_the_lcd_is_refreshed_at_the_rate_of_its_pixel_clock(touch: Screen) -> None:
    before = int.from_bytes(touch.board.read_symbol("refreshes"), "little")
    touch.board.run_for(1000)
    count = int.from_bytes(touch.board.read_symbol("refreshes"), "little") - before
    assert count in (int(FRAME_HZ), int(FRAME_HZ) + 1)


def test_the_core_sleeps_between_polls_and_refreshes(touch: Screen) -> None:
    """1,000 ticks, 100 polls and 61 refreshes a second in at most 1 % of the 600 million cycles."""
    clock = touch.board.machine.clock
    before = clock.instructions
    touch.board.run_for(1000)
    assert clock.instructions - before < 6_000_000


def test_nothing_that_the_board_lacks_is_touched(touch: Screen) -> None:
    draw(touch, 5)
    touch.tap("predict")
    touch.tap("clear")
    assert touch.board.log() == []


def test_a_stroke_is_on_the_screen_two_refreshes_after_the_finger(touch: Screen) -> None:
    """A poll within 10 ms, then the refresh that is under way, then the one that shows it: 10 + 2 * 16.5 ms."""
    touch.board.touch.touch(100, 100)
    start = touch.board.machine.clock.now_ps
    while not touch.board.screenshot()[100, 100].all():
        touch.board.run_for(1)
        assert touch.board.machine.clock.now_ps - start < 45 * PS_PER_MS
    touch.board.touch.release()


def test_nothing_is_drawn_in_the_frame_that_the_lcd_shows(touch: Screen) -> None:
    """At every rectangle that is filled during a stroke: its canvas (first argument) is not in CUR_BUF."""
    machine = touch.board.machine
    fill = touch.board.symbol("canvas_fill")[0] & ~1
    machine.console.stop_on(None)
    machine.set_breakpoint(fill)
    shown_frames, filled = set(), 0
    for x in range(60, 200, 20):
        touch.board.touch.touch(x, 120)
        end = machine.clock.now_ps + 17 * PS_PER_MS
        while machine.clock.now_ps < end:
            if machine.run(end - machine.clock.now_ps).reason is not StopReason.BREAKPOINT:
                continue
            canvas = machine.registers()["r0"]
            frame = int.from_bytes(touch.board.read_memory(canvas, 4), "little")
            shown = machine.core.access(LCDIF_CUR_BUF, 4)  # type: ignore[attr-defined]
            assert frame != shown
            shown_frames.add(shown)
            filled += 1
    machine.set_breakpoint(fill, False)
    touch.board.touch.release()
    assert filled > 100
    assert len(shown_frames) == 2, "both frames have had their turn"


@pytest.mark.long
def test_every_style_of_every_digit_is_drawn_and_at_least_95_per_cent_are_recognised(
    touch: Screen, reference: Reference, record_property: pytest.RecordProperty
) -> None:
    cases = [(digit, style) for digit in range(10) for style in style_names(digit)]
    right = 0
    for digit, style in cases:
        touch.tap("clear")
        draw(touch, digit, style)
        lines = touch.new_lines(touch.tap, "predict")
        image = np.frombuffer(touch.board.read_symbol("digitrig_image"), np.uint8).reshape(28, 28)
        scores = [int(score) for score in reference.scores(image)]
        assert [int(line.split(" = ")[1]) for line in lines if line.startswith("Confidence")] == scores
        assert text(touch, "result") == str(scores.index(max(scores)))
        right += scores.index(max(scores)) == digit
    record_property("summary", f"ink drawn on the touch panel: {right} of {len(cases)} recognised by an13438")
    assert right >= 0.95 * len(cases)


@pytest.mark.long
@pytest.mark.skipif(
    shutil.which("arm-none-eabi-gcc") is None,
    reason="arm-none-eabi-gcc is not installed (apt install gcc-arm-none-eabi)",
)
def test_gcc_makes_the_same_of_it() -> None:
    built = build_image(EVK, "touch", "an13438", "flash", "gcc")
    with Board(EVK, elf=built.elf) as board:
        board.run_until_line("ready", exact=True)
        board.run_for(400)
        screen = Screen(board, "touch")
        draw(screen, 4, "sail")
        screen.tap("predict")
        assert text(screen, "result") == "4"
