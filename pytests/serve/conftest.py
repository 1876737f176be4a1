"""A served board, and a browser that looks at it."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from digitrig.board import Board
from digitrig.serve import LiveBoard, PageServer

BROWSER_MISSING = "no headless browser: apt install chromium chromium-driver"
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # W3C WebDriver, 11: web element identifier
Serve = Callable[..., PageServer]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """serve(board, app="console", ...) -> PageServer that runs."""
    with ExitStack() as stack:

        def begin(name: str, **options: Any) -> PageServer:
            board = stack.enter_context(Board(name, **options))
            page = PageServer(LiveBoard(board, "an13438"), tmp_path / "sessions").start()
            stack.callback(page.close)
            return page

        yield begin


def call(page: PageServer, path: str, **request: Any) -> tuple[int, Any]:
    """(status, JSON or bytes) of a request with the token; a POST when there is something to say."""
    data = json.dumps(request).encode() if request else None
    headers = {"X-Token": page.token}
    joiner = "&" if "?" in path else "?"
    url = f"http://127.0.0.1:{page.port}{path}" + ("" if request else f"{joiner}token={page.token}")
    return fetch(urllib.request.Request(url, data, headers))


def fetch(request: urllib.request.Request | str) -> tuple[int, Any]:
    """(status, JSON or bytes)."""
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            status, kind, body = answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as error:
        status, kind, body = error.code, error.headers["Content-Type"], error.read()
    return status, json.loads(body) if kind == "application/json" else body


class Browser:
    """Headless Chromium behind chromedriver, by the W3C WebDriver protocol."""

    def __init__(self, port: int, profile: Path) -> None:
        self._root = f"http://127.0.0.1:{port}"
        options = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--window-size=1200,900",
        ]
        chrome = {"args": [*options, f"--user-data-dir={profile}"]}
        wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": chrome}}}
        self._session = self._ask("POST", "/session", wanted)["sessionId"]

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        data = None if method == "GET" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self._root + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read())["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.read().decode()}") from error

    def open(self, address: str) -> None:
        self._ask("POST", f"/session/{self._session}/url", {"url": address})

    def run(self, script: str) -> Any:
        """The value of a JavaScript function body."""
        return self._ask("POST", f"/session/{self._session}/execute/sync", {"script": script, "args": []})

    def until(self, script: str, limit_s: float = 60.0) -> Any:
        """Wait until a script gives something true."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            if found := self.run(script):
                return found
            time.sleep(0.05)
        raise AssertionError(
            f"not true within {limit_s:g} s: {script}; page: {self.run('return document.body.innerText')}"
        )

    def draw(self, selector: str, strokes: list[list[tuple[float, float]]], step_ms: int = 10) -> None:
        """Draw with the mouse; places are pixels from the element's upper left corner."""
        left, top = self.run(
            f"const e = document.querySelector('{selector}'); const b = e.getBoundingClientRect();"
            "return [b.left + e.clientLeft, b.top + e.clientTop]"
        )
        actions: list[dict[str, Any]] = []
        for stroke in strokes:
            for number, (x, y) in enumerate(stroke):
                move = {"type": "pointerMove", "x": round(left + x), "y": round(top + y), "duration": step_ms}
                actions += [move] if number else [move, {"type": "pointerDown", "button": 0}]
            actions += [{"type": "pause", "duration": step_ms}, {"type": "pointerUp", "button": 0}]
        pointer = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": actions}
        self._ask("POST", f"/session/{self._session}/actions", {"actions": [pointer]})

    def close(self) -> None:
        self._ask("DELETE", f"/session/{self._session}")


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    driver = shutil.which("chromedriver")
    if driver is None or shutil.which("chromium") is None:
        pytest.skip(BROWSER_MISSING)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([driver, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/status", timeout=5):
                    break
            except OSError:
                assert time.monotonic() < end, "chromedriver does not answer"
                time.sleep(0.1)
        found = Browser(port, tmp_path_factory.mktemp("profile"))
        yield found
        found.close()
    finally:
        process.terminate()
        process.wait()
