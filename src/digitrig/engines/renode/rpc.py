"""Client of Renode's Robot server: XML-RPC over the relay's socket.

What the server does (renode/renode, src/Renode/RobotFramework): it knows get_keyword_names, run_keyword(name, args)
and stop_remote_server; it answers one request at a time; run_keyword gives a struct with status PASS or FAIL; an
unknown keyword is fault 1, arguments that fit no overload are fault 2; a string argument `name=rest` is taken as a
named one. The very first call can be lost (renode/renode issue 654), so it is tried again.
"""

from __future__ import annotations

import contextlib
import difflib
import http.client
import re
import socket
import threading
import time
import xmlrpc.client
from collections.abc import Callable
from pathlib import Path
from typing import Any

from digitrig.errors import RenodeError

UNKNOWN_KEYWORD, WRONG_ARGUMENTS = 1, 2
FIRST_CALL_TRIES, FIRST_CALL_PAUSE_S = 20, 0.1
NAMED = re.compile(r"^[A-Za-z0-9_]+=.")
UNPRINTABLE = re.compile(r"[^\n\t\x20-\ud7ff\ue000-\ufffd]")


class _SocketConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path, timeout_s: float) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class _SocketTransport(xmlrpc.client.Transport):
    def __init__(self, path: Path, timeout_s: float) -> None:
        super().__init__()
        self._path, self._timeout_s = path, timeout_s

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        if self._connection and host == self._connection[0] and self._connection[1] is not None:
            return self._connection[1]
        connection = _SocketConnection(self._path, self._timeout_s)
        self._connection = host, connection
        return connection


class RobotServer:
    """One Renode. Calls from several threads take turns.

    path: the relay's socket.  timeout_s: host time that an answer may take; a wait in virtual time can be long, so it
    is generous.  alive: asked when a call fails, gives "" or why Renode is gone.
    """

    def __init__(self, path: Path, timeout_s: float = 600.0, alive: Callable[[], str] = lambda: "") -> None:
        transport = _SocketTransport(path, timeout_s)
        self._proxy = xmlrpc.client.ServerProxy("http://localhost/", transport=transport, use_builtin_types=True)
        self._timeout_s, self._alive = timeout_s, alive
        self._lock = threading.Lock()
        self._names: list[str] = []
        self._met = False

    def keywords(self) -> list[str]:
        """Every keyword that this Renode has."""
        if not self._names:
            self._names = sorted(self._call("get_keyword_names", self._proxy.get_keyword_names))
        return self._names

    def run(self, name: str, *arguments: str | int | float | bool) -> Any:
        """Run a keyword, named as in C#: `ExecuteCommand`. Returns its value or None. Raises RenodeError."""
        sent = [_checked(name, argument) for argument in arguments]
        try:
            result = self._call(name, lambda: self._proxy.run_keyword(name, sent))
        except xmlrpc.client.Fault as fault:
            raise RenodeError(self._fault_text(name, sent, fault)) from fault
        if result.get("status") != "PASS":
            raise RenodeError(f"Renode, {name}{_shown(sent)}: {str(result.get('error', 'no reason given')).strip()}")
        return result.get("return")

    def command(self, text: str) -> str:
        """Run a Monitor command; gives what it prints, without line ends around it."""
        if NAMED.match(text):
            text = f"command={text}"
            if "\n" in text:
                raise RenodeError(f"a Monitor command of several lines may not begin like an argument: {text!r}")
        return str(self.run("ExecuteCommand", text) or "").strip()

    def python(self, expression: str) -> Any:
        """Evaluate IronPython in the Monitor's scope."""
        return self.run("ExecutePython", f"command={expression}" if NAMED.match(expression) else expression)

    def stop(self) -> None:
        """Ask the server to end; Renode ends with it, often without an answer."""
        with contextlib.suppress(RenodeError):
            self._call("stop_remote_server", self._proxy.stop_remote_server)

    # ------------------------------------------------------------------ calls
    def _call(self, name: str, call: Callable[[], Any]) -> Any:
        with self._lock:
            if not self._met:
                return self._first(name, call)
            return self._once(name, call)

    def _first(self, name: str, call: Callable[[], Any]) -> Any:
        for left in reversed(range(FIRST_CALL_TRIES)):
            try:
                result = self._once(name, call)
            except RenodeError:
                if not left or self._alive():
                    raise
                time.sleep(FIRST_CALL_PAUSE_S)
            else:
                self._met = True
                return result
        raise AssertionError("not reached")

    def _once(self, name: str, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except xmlrpc.client.Fault:
            self._met = True
            raise
        except TimeoutError as error:
            raise RenodeError(f"Renode has not answered {name} within {self._timeout_s:g} s of host time") from error
        except (OSError, http.client.HTTPException, xmlrpc.client.ProtocolError) as error:
            why = self._alive() or f"{type(error).__name__}: {error}"
            raise RenodeError(f"the connection to Renode was lost during {name}: {why}") from error

    def _fault_text(self, name: str, sent: list[Any], fault: xmlrpc.client.Fault) -> str:
        if fault.faultCode == UNKNOWN_KEYWORD:
            near = difflib.get_close_matches(name, self.keywords(), n=1)
            return f"this Renode has no keyword {name}" + (f"; near: {near[0]}" if near else "")
        if fault.faultCode == WRONG_ARGUMENTS:
            return f"Renode does not take {name}{_shown(sent)}: {fault.faultString}"
        return f"Renode, {name}{_shown(sent)}: fault {fault.faultCode}, {fault.faultString}"


def text_argument(name: str, value: str) -> str:
    """A text for a parameter of that name: bare, or `name=value` when Renode would take it for a named one itself."""
    if not NAMED.match(value):
        return value
    if "\n" in value:
        raise RenodeError(
            f"the value {value!r} of {name} has a line end and looks like a named argument: Renode cuts it"
        )
    return f"{name}={value}"


def _checked(name: str, argument: str | int | float | bool) -> str | int | float | bool:
    if isinstance(argument, str) and UNPRINTABLE.search(argument):
        raise RenodeError(f"{name}: {argument!r} has characters that XML cannot carry; send such bytes one by one")
    if isinstance(argument, int) and not -(2**31) <= argument < 2**31:
        raise RenodeError(f"{name}: {argument} does not fit the 32 bits of XML-RPC; send it as text")
    return argument


def _shown(sent: list[Any]) -> str:
    return "(" + ", ".join(repr(argument) for argument in sent) + ")"
