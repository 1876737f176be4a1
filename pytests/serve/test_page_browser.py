"""The page in a real headless browser: draw a 7, see a 7."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from conftest import call

from digitrig.digits import ink, on_glass
from digitrig.session import load_session, replay

PAD = (0, 0, 280, 280)
INPUT = (8, 24, 240, 240)  # AREA(input, ...) of firmware/apps/touch/screen.def


def seven(box: tuple[int, int, int, int]) -> list[list[tuple[float, float]]]:
    return [[(x, y) for x, y, _t in stroke] for stroke in on_glass(ink(7), box)]


@pytest.mark.long
def test_a_seven_drawn_on_the_glass_is_seen_and_its_session_replays(serve, browser):
    """areas `input` and `predict` of firmware/apps/touch/screen.def; the page shows the LCD at full size."""
    page = serve("mimxrt1060_evk", app="touch")
    browser.open(page.address)
    browser.until("return Number(document.querySelector('#lcd').dataset.seq) > 0")
    assert browser.run("const l = document.querySelector('#lcd'); return [l.clientWidth, l.clientHeight]") == [480, 272]
    browser.draw("#lcd", seven(INPUT))
    browser.draw("#lcd", [[(322, 236), (323, 236), (322, 236)]], step_ms=60)
    browser.until("return document.querySelector('#digit').textContent")
    shown = "return [document.querySelector('#digit').textContent, document.querySelector('#reference').textContent]"
    assert browser.run(shown) == ["7", "7"]
    assert browser.run("return document.querySelector('#padrow').getClientRects().length") == 0
    assert "Top1 class = 7" in browser.run("return document.querySelector('#console').textContent")
    browser.run("document.querySelector('#save').click()")
    note = browser.until("const t = document.querySelector('#note').textContent; return t.startsWith('saved') && t")
    result = replay(load_session(Path(note.split()[1].rstrip(":"))))
    assert result.same, result.text()


@pytest.mark.long
def test_a_seven_drawn_on_the_pad_of_a_board_without_glass(serve, browser):
    page = serve("frdm_ke16z")
    browser.open(page.address)
    browser.until("return document.querySelector('#console').textContent.includes('ready')")
    browser.draw("#pad", seven(PAD))
    browser.run("document.querySelector('#predict').click()")
    browser.until("return document.querySelector('#digit').textContent === '7'")
    assert browser.run("return document.querySelector('#verdict').textContent") == "equal"


@pytest.mark.long
def test_console_pause_and_errors_on_the_page(serve, browser):
    page = serve("frdm_ke16z")
    browser.open(page.address)
    browser.until("return document.querySelector('#console').textContent.includes('ready')")
    browser.run("document.querySelector('#text').value = 'nonsense'; document.querySelector('#line button').click()")
    browser.until("return document.querySelector('#console').textContent.includes('error: unknown command')")
    browser.run("document.querySelector('#pause').click()")
    browser.until("return document.querySelector('#pace').textContent === 'paused'")
    browser.run("document.querySelector('#predict').click()")
    browser.until("return document.querySelector('#note').textContent.includes('ink without strokes')")


@pytest.mark.long
def test_without_the_token_the_page_says_so(serve, browser):
    page = serve("frdm_ke16z")
    browser.open(f"http://127.0.0.1:{page.port}/?token=wrong")
    assert "token and all" in browser.run("return document.body.innerText")


def test_a_touch_is_on_the_picture_soon(serve, record_property):
    """What the page adds between a touch and the new picture; host time is reported, virtual time is tested."""
    page = serve("mimxrt1060_evk", app="touch")
    state = call(page, "/state?after=-1")[1]
    while not state["frame_seq"] or state["ms"] < 600:
        state = call(page, f"/state?after={state['seq']}")[1]
    begun_s, begun_ms = time.monotonic(), page.live.board.machine.clock.now_ps / 1e9
    call(page, "/do", do="touch", events=[["touch", 128, 144, 0]])
    first = state["frame_seq"]
    while state["frame_seq"] <= first:
        assert state["ms"] - begun_ms < 1000, "nothing new on the picture"
        state = call(page, f"/state?after={state['seq']}")[1]
    took_ms, virtual_ms = (time.monotonic() - begun_s) * 1000, state["ms"] - begun_ms
    record_property("summary", f"serve: a touch was on the picture after {took_ms:.0f} ms, {virtual_ms:.0f} ms virtual")
    assert virtual_ms < 100
