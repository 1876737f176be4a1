"""Stands for Renode in tests: the same options, readiness file and Robot server, as Renode's sources describe them.

renode/renode, src/Renode/RobotFramework (XmlRpcServer.cs, KeywordManager, Recognizer for arguments) and
tests/tests_engine.py: `<temp>/renode-<pid>/robot_port` is created empty, then holds the port; one request at a time;
get_keyword_names, run_keyword, stop_remote_server and nothing else; fault 1 for an unknown keyword, fault 2 for
arguments that fit no overload; a string argument `name=rest` is a named one, cut at its first line end.

FAKE_RENODE, a JSON object, asks for trouble: slow_s, exit_code, lose_first, die_in, hang_in, deaf, child.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault
from xmlrpc.server import SimpleXMLRPCRequestHandler, SimpleXMLRPCServer

TROUBLE: dict[str, Any] = json.loads(os.environ.get("FAKE_RENODE", "{}"))
NAMED = re.compile(r"^([a-zA-Z0-9_]+)=(.+)")


# ---------------------------------------------------------------------- keywords
def execute_command(command: str, machine: str = "") -> str:
    """A Monitor with four commands."""
    words = command.split()
    if words[:1] == ["echo"]:
        return " ".join(words[1:]) + "\r\n"
    if words[:1] == ["interfaces"]:
        return " ".join(name for _, name in socket.if_nameindex())
    if words[:1] == ["answers"]:  # does something outside answer there?
        with socket.socket() as probe:
            probe.settimeout(2)
            return str(probe.connect_ex((words[1], int(words[2]))) == 0)
    raise RuntimeError(f"KeywordException: There was an error executing command '{command}'\nNo such command")


def write_to_uart(content: str, testerId: int = 0) -> str:
    return f"{testerId}:{content}"


KEYWORDS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "ExecuteCommand": (execute_command, ("command", "machine")),
    "WriteToUart": (write_to_uart, ("content", "testerId")),
    "ResetEmulation": (lambda: None, ()),
}


def bind(name: str, arguments: list[Any], parameters: tuple[str, ...]) -> dict[str, Any]:
    """Positional and `name=rest` arguments as Renode sorts them."""
    bound: dict[str, Any] = {}
    for place, argument in enumerate(arguments):
        named = NAMED.match(argument) if isinstance(argument, str) else None
        key = named.group(1) if named else parameters[place] if place < len(parameters) else ""
        if key not in parameters or key in bound:
            shown = ", ".join(map(str, arguments))
            raise Fault(2, f'Arguments types do not match any available keyword "{name}" : [{shown}]')
        bound[key] = named.group(2) if named else argument
    return bound


def run_keyword(name: str, arguments: list[Any]) -> dict[str, Any]:
    if TROUBLE.get("die_in") == name:
        print("about to crash", flush=True)
        os._exit(134)
    if TROUBLE.get("hang_in") == name:
        time.sleep(3600)
    if name not in KEYWORDS:
        raise Fault(1, f'Keyword "{name}" not found')
    function, parameters = KEYWORDS[name]
    bound = bind(name, arguments, parameters)
    try:
        value = function(**bound)
    except RuntimeError as error:
        return {"status": "FAIL", "error": str(error), "traceback": "at Antmicro.Renode"}
    return {"status": "PASS"} if value is None else {"status": "PASS", "return": value}


# ---------------------------------------------------------------------- server and process
class Handler(SimpleXMLRPCRequestHandler):
    def do_POST(self) -> None:
        if TROUBLE.pop("lose_first", 0):
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        super().do_POST()

    def log_message(self, *arguments: Any) -> None:
        """Nothing on standard error."""


def stop_remote_server() -> None:
    os._exit(0)


def main() -> None:
    if "--version" in sys.argv:
        print("Renode v1.16.1.0\n  build: 0\n  build type: Release\n  runtime: .NET 8.0")
        return
    options = sys.argv[1:]
    assert options[options.index("--robot-server-port") + 1] == "0" and "--disable-gui" in options
    signal.signal(signal.SIGINT, signal.SIG_IGN if TROUBLE.get("deaf") else signal.SIG_DFL)
    if "child" in TROUBLE:
        started = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
        Path(TROUBLE["child"]).write_text(f"{os.getpid()} {started.pid}")
    time.sleep(TROUBLE.get("slow_s", 0))
    if "exit_code" in TROUBLE:
        print("Unhandled exception. System.DllNotFoundException", flush=True)
        sys.exit(TROUBLE["exit_code"])
    folder = Path(tempfile.gettempdir()) / f"renode-{os.getpid()}"
    folder.mkdir()
    (folder / "robot_port").touch()
    server = SimpleXMLRPCServer(("", 0), Handler, allow_none=True)
    for function in (run_keyword, stop_remote_server):
        server.register_function(function)
    server.register_function(lambda: sorted(KEYWORDS), "get_keyword_names")
    time.sleep(0.05)
    (folder / "robot_port").write_text(str(server.server_address[1]))
    server.serve_forever()


if __name__ == "__main__":
    main()
