"""The page's server: this machine only, and only for those who have the token.

Every request needs the token of the address that was printed; the Host header must name this machine, so that a page
from elsewhere cannot be pointed here (DNS rebinding). Answers are JSON, PNG, or the page's own files.
"""

from __future__ import annotations

import hmac
import io
import json
import secrets
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from digitrig.errors import DigitrigError, UsageError
from digitrig.serve.live import SPEEDS, LiveBoard

PAGE = Path(__file__).parent / "page"
FILES = {
    "/": ("page.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
}
SECURITY = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob:; frame-ancestors 'none'",
}
LARGEST_REQUEST = 65536
LONGEST_WAIT_S = 10.0
HOSTS = {"127.0.0.1", "localhost"}
NO_TOKEN = "this board is shown only to who has its address: open the one that digitrig serve printed, token and all"


class PageServer:
    """Serves one LiveBoard on 127.0.0.1. port 0: any free one.  sessions: folder for saved sessions."""

    def __init__(self, live: LiveBoard, sessions: Path, port: int = 0) -> None:
        self.live, self.sessions = live, sessions
        self.token = secrets.token_urlsafe(24)
        handler = type("Handler", (_Handler,), {"page": self})
        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        except OSError as error:
            raise UsageError(
                f"port {port} cannot be used ({error.strerror}); take another one, or 0 for any"
            ) from error
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._saved = 0

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return f"http://127.0.0.1:{self.port}/?token={self.token}"

    def start(self) -> PageServer:
        self.live.start()
        self._thread.start()
        return self

    def close(self) -> None:
        """End the server and the board's thread; the board itself stays."""
        self._server.shutdown()
        self._server.server_close()
        self.live.stop()

    def save(self) -> dict[str, Any]:
        self._saved += 1
        self.sessions.mkdir(parents=True, exist_ok=True)
        path = self.sessions / f"{self.live.board.name}-{self._saved}.session"
        return dict(self.live.do(lambda: self.live.save(path)))

    def description(self) -> dict[str, Any]:
        """What the page needs to know once."""
        board = self.live.board
        display = board.machine.display
        return {
            "board": board.name,
            "title": board.spec.title,
            "app": board.app if board.own_firmware else board.firmware_file.name,
            "lcd": list(display.size) if display is not None else None,
            "touch": board.machine.touch is not None,
            "can_draw": board.own_firmware and board.app == "console",
            "leds": sorted(board.spec.leds),
            "buttons": sorted(board.spec.buttons),
            "speeds": list(SPEEDS),
        }

    def act(self, request: dict[str, Any]) -> dict[str, Any]:
        """Carry out what the page asks. Raises UsageError for what it cannot ask."""
        kind = request.get("do")
        action = _ACTIONS.get(str(kind))
        if action is None:
            raise UsageError(f"'{kind}' cannot be done; known: {', '.join(sorted(_ACTIONS))}")
        try:
            return action(self, request) or {}
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(f"'{kind}' lacks something or has it in a wrong form: {error}") from error


def _on_board(action: Callable[[LiveBoard, dict[str, Any]], Any]) -> Callable[[PageServer, dict[str, Any]], None]:
    def act(page: PageServer, request: dict[str, Any]) -> None:
        page.live.do(lambda: action(page.live, request))

    return act


def _touch(live: LiveBoard, request: dict[str, Any]) -> None:
    """Several touch events at once: [what, x, y, point]."""
    for what, x, y, point in request["events"]:
        if what == "release":
            live.board.touch.release(int(point))
        elif what in ("touch", "move"):
            getattr(live.board.touch, what)(int(x), int(y), int(point))
        else:
            raise UsageError(f"touch event '{what}' unknown; known: touch, move, release")


_ACTIONS: dict[str, Callable[[PageServer, dict[str, Any]], Any]] = {
    "touch": _on_board(_touch),
    "send": _on_board(lambda live, request: live.board.send(str(request["text"]) + "\n")),
    "press": _on_board(lambda live, request: live.board.press(str(request["button"]))),
    "release": _on_board(lambda live, request: live.board.release(str(request["button"]))),
    "draw": _on_board(lambda live, request: live.draw(request["strokes"])),
    "pause": _on_board(lambda live, request: live.pause()),
    "resume": _on_board(lambda live, request: live.resume()),
    "step": _on_board(lambda live, request: live.step(float(request.get("ms", 10.0)))),
    "speed": _on_board(lambda live, request: live.set_speed(float(request["speed"]))),
    "reset": _on_board(lambda live, request: live.reset()),
    "save": lambda page, request: page.save(),
}


class _Handler(BaseHTTPRequestHandler):
    page: PageServer
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "digitrig", ""

    # ------------------------------------------------------------------ who may ask
    def _refused(self, token: str | None) -> bool:
        host = (self.headers.get("Host") or "").rsplit(":", 1)[0]
        right = token is not None and hmac.compare_digest(token.encode(), self.page.token.encode())
        if host in HOSTS and right:
            return False
        self._answer_json(403, {"error": NO_TOKEN})
        return True

    # ------------------------------------------------------------------ requests
    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if self._refused(query.get("token")):
            return
        if parts.path in FILES:
            name, kind = FILES[parts.path]
            text = (PAGE / name).read_bytes().replace(b"@TOKEN@", self.page.token.encode())
            self._answer(200, f"{kind}; charset=utf-8", text)
        elif parts.path == "/board":
            self._answer_json(200, self.page.description())
        elif parts.path == "/state":
            after = int(query["after"]) if query.get("after", "").lstrip("-").isdigit() else -1
            self._answer_json(200, self.page.live.wait(after, LONGEST_WAIT_S))
        elif parts.path == "/frame.png":
            self._frame()
        else:
            self._answer_json(404, {"error": f"nothing at {parts.path}"})

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > LARGEST_REQUEST:
            self.close_connection = True
            self._answer_json(413, {"error": f"a request of {length or 'unknown'} bytes; at most {LARGEST_REQUEST}"})
            return
        body = self.rfile.read(int(length))
        if self._refused(self.headers.get("X-Token")):
            return
        try:
            request = json.loads(body)
            if not isinstance(request, dict):
                raise UsageError("the request is no JSON object")
            self._answer_json(200, {"ok": True, **self.page.act(request)})
        except ValueError as error:
            self._answer_json(400, {"error": f"the request is no JSON: {error}"})
        except DigitrigError as error:
            self._answer_json(400, {"error": str(error)})

    def _frame(self) -> None:
        from PIL import Image

        frame = self.page.live.frame
        if frame is None:
            self._answer_json(404, {"error": "no picture yet"})
            return
        data = io.BytesIO()
        Image.fromarray(frame).save(data, "PNG", compress_level=1)
        self._answer(200, "image/png", data.getvalue())

    # ------------------------------------------------------------------ answers
    def _answer_json(self, code: int, value: object) -> None:
        self._answer(code, "application/json", json.dumps(value).encode())

    def _answer(self, code: int, kind: str, data: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in SECURITY.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(data)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: the token would stand in it."""
