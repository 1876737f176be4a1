"""One Renode process: started headless behind the relay, watched, and ended without leaving anything behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import warnings
from pathlib import Path
from typing import IO, Any

from digitrig.engines.renode import relay
from digitrig.engines.renode.locate import RenodeInstallation
from digitrig.engines.renode.rpc import RobotServer
from digitrig.errors import RenodeError

START_LIMIT_S = 180.0  # as Renode's own test runner waits
END_LIMIT_S = 10.0
LOG_TAIL_LINES = 12
SOCKET_FOLDER_LENGTH = 90  # sun_path has 104 to 108 bytes
HEADLESS = ("--disable-gui", "--hide-log", "--plain", "--robot-server-port", "0")
ISOLATION_VARIABLE = "DIGITRIG_RENODE_ISOLATION"  # "off": do not even try


class RenodeNotIsolatedWarning(UserWarning):
    """Renode's server can be reached from the network while this run lasts."""


class RenodeProcess:
    """Start with `start`, talk through `server`, end with `close` (again: does nothing)."""

    def __init__(self, installation: RenodeInstallation, start_limit_s: float = START_LIMIT_S) -> None:
        self.installation = installation
        self.folder = _private_folder()
        self.folder.chmod(0o700)
        self.log = self.folder / "renode.log"
        self.isolated, self.pid = False, 0
        self._gone = ""
        self._relay = self._start_relay(start_limit_s)
        try:
            self._await_ready()
        except BaseException:
            self.close()
            raise
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        self.server = RobotServer(self.folder / "robot.sock", alive=self.why_gone)

    def _start_relay(self, start_limit_s: float) -> subprocess.Popen[str]:
        options = ["--folder", self.folder, "--socket", self.folder / "robot.sock", "--log", self.log]
        options += ["--start-limit", start_limit_s]
        if os.environ.get(ISOLATION_VARIABLE) == "off":
            options += ["--no-isolation"]
        command = [sys.executable, "-I", relay.__file__, *options, "--", self.installation.program, *HEADLESS]
        return subprocess.Popen(
            list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )

    def _stream(self) -> IO[str]:
        if self._relay.stdout is None:
            raise RenodeError("the relay has no output")
        return self._relay.stdout

    def _await_ready(self) -> None:
        line = self._stream().readline()
        event: dict[str, Any] = json.loads(line) if line else {"event": "failed", "text": "the relay ended"}
        if event["event"] != "ready":
            raise RenodeError(f"{self.installation.program}: {event.get('text', event)}{self.log_tail()}")
        self.isolated, self.pid = event["isolated"], event["pid"]
        if not self.isolated:
            warnings.warn(
                f"Renode's Robot server, which has no password and runs any code that it is sent, listens on every "
                f"network interface of this machine while this run lasts (port {event['port']}): {event['why']}",
                RenodeNotIsolatedWarning,
                stacklevel=4,
            )

    def _watch(self) -> None:
        for line in self._stream():
            event = json.loads(line)
            if event.get("event") == "exit":
                self._gone = f"Renode ended by itself with code {event['code']}"
                return
        self._gone = self._gone or "Renode and its relay have ended"

    def why_gone(self) -> str:
        """ "" while Renode runs, else why it does not, with the end of its log."""
        self._watcher.join(0.5 if not self._gone else 0)  # the news of its end may still be on their way
        return self._gone and self._gone + self.log_tail()

    def log_tail(self) -> str:
        """The last lines that Renode wrote, "" if there are none."""
        try:
            lines = self.log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:]
        except OSError:
            return ""
        return "\nlast lines of Renode's log:\n" + "\n".join(lines) if lines else ""

    def close(self) -> None:
        """End Renode; kill it if it does not end."""
        if self._relay.poll() is None:
            if self._relay.stdin is not None:
                self._relay.stdin.close()
            try:
                self._relay.wait(END_LIMIT_S)
            except subprocess.TimeoutExpired:
                self._relay.kill()  # its child dies with it
                self._relay.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _private_folder() -> Path:
    """A new folder whose sockets have names short enough for the system."""
    folder = Path(tempfile.mkdtemp(prefix="digitrig-renode-"))
    if len(str(folder)) <= SOCKET_FOLDER_LENGTH:
        return folder
    folder.rmdir()
    return Path(tempfile.mkdtemp(prefix="digitrig-renode-", dir="/tmp"))
