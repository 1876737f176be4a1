"""Runs Renode as a child, away from the network where the system allows that, and carries bytes to its Robot server.

Started by `process.RenodeProcess` as a program of its own: it needs nothing but the standard library. Renode's server
listens on every interface and runs any Python that it is sent, so the child gets a network namespace with nothing but
loopback in it (Linux user namespaces); a socket in a private folder leads into it. One JSON object a line on standard
output tells how it goes; end of file on standard input ends everything, also when the host process was killed.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000  # linux/sched.h
PR_SET_PDEATHSIG = 1  # linux/prctl.h
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1  # linux/sockios.h, linux/if.h
POLL_S, CHUNK = 0.02, 65536
KILL_AFTER_S = 3.0  # as Renode's own test runner waits


def tell(**event: Any) -> None:
    """One line for the host; if that is gone, so are we soon."""
    try:
        sys.stdout.write(json.dumps(event) + "\n")
        sys.stdout.flush()
    except OSError:
        pass


# ---------------------------------------------------------------------- isolation
def isolate() -> str:
    """Move this process into a network namespace of its own. Returns "" or why that is not possible here."""
    if not sys.platform.startswith("linux"):
        return f"{sys.platform} has no network namespaces"
    user, group = os.getuid(), os.getgid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        return f"the system refuses user namespaces ({os.strerror(ctypes.get_errno())})"
    try:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
        _loopback_up()
    except OSError as error:
        return f"the network namespace cannot be set up ({error})"
    return ""


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(control, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | IFF_UP))


# ---------------------------------------------------------------------- Renode
def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def start_child(command: list[str], folder: Path, log: Path) -> subprocess.Popen[bytes]:
    """Renode with its temporary files in `folder` and its output in `log`, dying with this process."""
    environment = {**os.environ, "TMPDIR": str(folder)}
    with log.open("wb") as stream:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform.startswith("linux") else None,
        )


def wait_for_port(child: subprocess.Popen[bytes], folder: Path, limit_s: float) -> int:
    """The port in <temp>/renode-<pid>/robot_port; the file is empty for a moment. Raises RuntimeError."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        for file in folder.glob("renode-*/robot_port"):
            text = file.read_text().strip()
            if text.isdigit():
                return int(text)
        if child.poll() is not None:
            raise RuntimeError(f"Renode ended with code {child.returncode} before its Robot server was ready")
        time.sleep(POLL_S)
    raise RuntimeError(f"Renode's Robot server was not ready within {limit_s:g} s")


def end_child(child: subprocess.Popen[bytes]) -> None:
    """SIGINT, and SIGKILL to all that it started if that does not do it."""
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(KILL_AFTER_S)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


# ---------------------------------------------------------------------- carrying bytes
def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(CHUNK):
            target.sendall(data)
    except OSError:
        pass
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def serve(listener: socket.socket, port: int) -> None:
    """Connect every caller of the socket to the Robot server."""
    while True:
        caller, _ = listener.accept()
        try:
            server = socket.create_connection(("127.0.0.1", port))
        except OSError:
            caller.close()
            continue
        for source, target in ((caller, server), (server, caller)):
            threading.Thread(target=_pump, args=(source, target), daemon=True).start()


def _watch(child: subprocess.Popen[bytes]) -> None:
    code = child.wait()
    tell(event="exit", code=code)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--start-limit", type=float, required=True)
    parser.add_argument("--no-isolation", action="store_true")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's; the host decides when this ends
    why = "switched off" if options.no_isolation else isolate()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(options.socket))
    listener.listen()
    try:
        child = start_child(options.command, options.folder, options.log)
    except OSError as error:
        tell(event="failed", text=f"{options.command[0]} does not start: {error.strerror}")
        return 1
    try:
        port = wait_for_port(child, options.folder, options.start_limit)
        tell(event="ready", port=port, pid=child.pid, isolated=not why, why=why)
        threading.Thread(target=serve, args=(listener, port), daemon=True).start()
        threading.Thread(target=_watch, args=(child,), daemon=True).start()
        sys.stdin.buffer.read()
    except RuntimeError as error:
        tell(event="failed", text=str(error))
        return 1
    finally:
        end_child(child)
    return 0


if __name__ == "__main__":
    sys.exit(main())
