"""The server of `digitrig serve` without a browser: what it answers, and to whom."""

from __future__ import annotations

import socket
import urllib.request
from pathlib import Path

import pytest
from conftest import call, fetch

from digitrig.board import Board
from digitrig.errors import UsageError
from digitrig.serve import LiveBoard, PageServer
from digitrig.session import load_session, replay

BOARD = "frdm_ke16z"
NO_TOKEN = "open the one that digitrig serve printed, token and all"


def until(page: PageServer, wanted: str, rounds: int = 50) -> list[str]:
    """The console's lines, once one of them holds a text."""
    lines: list[str] = []
    after = -1
    for _ in range(rounds):
        state = call(page, f"/state?after={after}")[1]
        after = state["seq"]
        lines += [text for _ms, text in state["lines"]]
        if any(wanted in line for line in lines):
            return lines
    raise AssertionError(f"'{wanted}' not among {lines}")


# ---------------------------------------------------------------------- who may ask
@pytest.mark.parametrize("path", ["/", "/page.js", "/page.css", "/board", "/state", "/frame.png", "/nothing"])
def test_without_the_token_there_is_nothing(serve, path):
    page = serve(BOARD)
    for query in ("", "?token=", "?token=wrong", f"?token={page.token[:-1]}"):
        status, body = fetch(f"http://127.0.0.1:{page.port}{path}{query}")
        assert status == 403 and NO_TOKEN in body["error"]


def test_an_action_without_the_token_is_refused(serve):
    page = serve(BOARD)
    request = urllib.request.Request(f"http://127.0.0.1:{page.port}/do?token={page.token}", b'{"do": "pause"}')
    assert fetch(request)[0] == 403
    assert not page.live.shown.paused


def test_another_host_name_is_refused(serve):
    """A page of evil.example that resolves to 127.0.0.1 (DNS rebinding)."""
    page = serve(BOARD)
    request = urllib.request.Request(page.address, headers={"Host": f"evil.example:{page.port}"})
    assert fetch(request)[0] == 403


def test_it_listens_on_this_machine_only(serve):
    page = serve(BOARD)
    assert page._server.server_address[0] == "127.0.0.1"
    assert page.address.startswith("http://127.0.0.1:") and len(page.token) >= 32


def test_two_pages_have_two_tokens(serve):
    assert serve(BOARD).token != serve(BOARD).token


# ---------------------------------------------------------------------- what it shows
def test_the_page_and_its_parts(serve):
    page = serve(BOARD)
    status, text = fetch(page.address)
    assert status == 200 and f"/page.js?token={page.token}".encode() in text
    assert call(page, "/page.css")[0] == call(page, "/page.js")[0] == 200
    status, board = call(page, "/board")
    assert board["board"] == BOARD and board["lcd"] is None and board["can_draw"] is True
    assert call(page, "/other")[0] == 404


def test_console_and_prediction(serve):
    page = serve(BOARD)
    until(page, "ready")
    assert call(page, "/state?after=-1")[1]["partial"] == ""
    assert call(page, "/do", do="send", text="nonsense")[0] == 200
    until(page, "error: unknown command")
    seven = [[[0.2, 0.2, 0], [0.8, 0.2, 200], [0.4, 0.9, 500]]]
    assert call(page, "/do", do="draw", strokes=seven)[0] == 200
    state = call(page, "/state?after=-1")[1]
    while state["prediction"] is None:  # told with the lines, after the answer to the request
        assert state["ms"] < 60_000
        state = call(page, f"/state?after={state['seq']}")[1]
    assert state["prediction"]["digit"] == str(state["prediction"]["reference"]) == "7"
    assert len(bytes.fromhex(state["prediction"]["image"])) == 784


def test_pause_step_speed_and_reset(serve):
    page = serve(BOARD)
    until(page, "ready")
    assert call(page, "/do", do="pause")[0] == 200
    before = page.live.board.machine.clock.now_ps
    assert call(page, "/do", do="step", ms=7)[0] == 200
    assert page.live.board.machine.clock.now_ps - before >= 7 * 10**9
    state = call(page, "/state?after=-1")[1]
    assert state["paused"] is True
    assert call(page, "/do", do="speed", speed=2.0)[0] == 200
    assert call(page, "/do", do="resume")[0] == 200
    assert call(page, "/do", do="reset")[0] == 200
    assert sum("ready" in line for line in until(page, "ready")) >= 1


def test_a_saved_session_comes_out_the_same(serve):
    page = serve(BOARD)
    until(page, "ready")
    call(page, "/do", do="send", text="info")
    button = call(page, "/board")[1]["buttons"][0]
    call(page, "/do", do="press", button=button)
    call(page, "/do", do="release", button=button)
    until(page, "core clock")
    status, saved = call(page, "/do", do="save")
    assert status == 200 and saved["inputs"] >= 3
    result = replay(load_session(Path(saved["file"])))
    assert result.same, result.text()


def test_glass_of_the_rt1060(serve):
    """The touch app shows something, and a finger on the glass reaches it."""
    page = serve("mimxrt1060_evk", app="touch")
    board = call(page, "/board")[1]
    assert board["lcd"] == [480, 272] and board["touch"] is True
    after = -1
    while not (state := call(page, f"/state?after={after}")[1])["frame_seq"]:
        after = state["seq"]
    status, picture = call(page, "/frame.png")
    assert status == 200 and picture.startswith(b"\x89PNG")
    assert call(page, "/do", do="touch", events=[["touch", 100, 100, 0], ["release", 0, 0, 0]])[0] == 200


# ---------------------------------------------------------------------- bad requests
@pytest.mark.parametrize(
    ("request_", "text"),
    [
        ({"do": "explode"}, "'explode' cannot be done; known: draw, pause"),
        ({"do": "speed", "speed": 99}, "speed 99 asked for; known: 0.1"),
        ({"do": "speed", "speed": "fast"}, "'speed' lacks something or has it in a wrong form"),
        ({"do": "step", "ms": 1e9}, "at most 1000"),
        ({"do": "send"}, "'send' lacks something"),
        ({"do": "press", "button": "none"}, "button of frdm_ke16z 'none' unknown; known: sw2, sw3"),
        ({"do": "touch", "events": [["touch", 1, 1, 0]]}, "frdm_ke16z has no touch panel"),
        ({"do": "draw", "strokes": []}, "ink without strokes has no image"),
    ],
)
def test_what_cannot_be_done_is_said(serve, request_, text):
    page = serve(BOARD)
    status, answer = call(page, "/do", **request_)
    assert status == 400 and text in answer["error"]
    assert call(page, "/board")[0] == 200


def test_off_the_glass_and_a_third_finger(serve):
    page = serve("mimxrt1060_evk", app="touch")
    for event in (["touch", 480, 10, 0], ["touch", 1, 1, 2], ["stroke", 1, 1, 0]):
        assert call(page, "/do", do="touch", events=[event])[0] == 400


def test_requests_that_are_no_json_or_too_long(serve):
    page = serve(BOARD)
    headers = {"X-Token": page.token}
    url = f"http://127.0.0.1:{page.port}/do"
    assert fetch(urllib.request.Request(url, b"{", headers))[0] == 400
    assert fetch(urllib.request.Request(url, b"[1]", headers)) == (400, {"error": "the request is no JSON object"})
    status, answer = fetch(urllib.request.Request(url, b" " * 70000, headers))
    assert status == 413 and "at most 65536" in answer["error"]


def test_a_port_in_use_is_named(tmp_path):
    with socket.socket() as taken, Board(BOARD) as board:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match=r"port \d+ cannot be used .*take another one, or 0 for any"):
            PageServer(LiveBoard(board), tmp_path, taken.getsockname()[1])


def test_a_board_that_locks_up_is_reported_and_the_page_stays(serve, tmp_path):
    """An undefined instruction whose HardFault handler is undefined too (Armv6-M ARM DDI 0419, B1.5.16)."""
    (tmp_path / "lock.bin").write_bytes(bytes.fromhex("00100020 41000000 43000000 41000000") + bytes(48) + b"\xde" * 8)
    page = serve(BOARD, elf=tmp_path / "lock.bin", address=0)
    state = call(page, "/state?after=-1")[1]
    for _ in range(50):
        state = call(page, f"/state?after={state['seq'] - 1}")[1]
        if state["ended"]:
            break
    assert "pc 0x" in state["ended"]
    assert call(page, "/board")[0] == 200
