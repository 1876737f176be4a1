"""Talking to Renode's Robot server, and its life and death, against a stand-in that behaves as its sources say."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from digitrig.engines.renode.process import RenodeNotIsolatedWarning
from digitrig.engines.renode.rpc import RobotServer, text_argument
from digitrig.errors import RenodeError

HOST_LIMIT_S = 20.0  # how long a process may take to be gone


def gone(pid: int) -> bool:
    """True once a process has ended; a zombie that waits for its parent has."""
    end = time.monotonic() + HOST_LIMIT_S
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] in "ZX":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False


# ---------------------------------------------------------------------- calls
def test_keywords_and_values(start):
    server = start().server
    assert server.keywords() == ["ExecuteCommand", "ResetEmulation", "WriteToUart"]
    assert server.command("echo one two") == "one two"
    assert server.run("ResetEmulation") is None


def test_what_looks_like_a_named_argument_is_named(start):
    """`x=1` alone would be an unknown argument x; the server takes `content=x=1` as the text x=1."""
    server = start().server
    assert server.run("WriteToUart", text_argument("content", "x=1")) == "0:x=1"
    assert server.run("WriteToUart", text_argument("content", "x = 1"), 3) == "3:x = 1"
    with pytest.raises(RenodeError, match=r"does not take WriteToUart\('x=1'\): Arguments types do not match"):
        server.run("WriteToUart", "x=1")
    with pytest.raises(RenodeError, match="line end and looks like a named argument"):
        text_argument("content", "x=1\ny")


def test_faults_and_failures_say_what_renode_said(start):
    server = start().server
    with pytest.raises(RenodeError, match="this Renode has no keyword ExecuteComand; near: ExecuteCommand"):
        server.run("ExecuteComand", "help")
    with pytest.raises(RenodeError, match=r"does not take ResetEmulation\('now'\)"):
        server.run("ResetEmulation", "now")
    with pytest.raises(RenodeError, match=r"(?s)ExecuteCommand\('nonsense'\): KeywordException: .*No such command"):
        server.command("nonsense")
    assert server.command("echo still there") == "still there"


def test_what_xml_rpc_cannot_carry_is_refused_here(start):
    server = start().server
    with pytest.raises(RenodeError, match="characters that XML cannot carry"):
        server.command("echo \x00")
    with pytest.raises(RenodeError, match="2147483648 does not fit the 32 bits"):
        server.run("WriteToUart", "a", 2**31)


@pytest.mark.long
def test_the_first_call_is_tried_again(start):
    """renode/renode issue 654."""
    assert start(lose_first=1).server.command("echo here") == "here"


@pytest.mark.long
def test_calls_from_several_threads_take_turns(start):
    server = start().server
    answers: list[str] = []
    threads = [threading.Thread(target=lambda n=n: answers.append(server.command(f"echo {n}"))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == list("01234567")


@pytest.mark.long
def test_an_answer_that_does_not_come_ends_in_an_error(start):
    process = start(hang_in="WriteToUart")
    server = RobotServer(process.folder / "robot.sock", timeout_s=0.5)
    assert server.command("echo 1") == "1"
    with pytest.raises(RenodeError, match=r"has not answered WriteToUart within 0\.5 s of host time"):
        server.run("WriteToUart", "a")


# ---------------------------------------------------------------------- start
@pytest.mark.long
def test_a_slow_start_is_waited_for(start):
    assert start(slow_s=0.5).server.command("echo 1") == "1"


@pytest.mark.long
def test_one_that_does_not_get_ready_is_ended(start, tmp_path):
    pids = tmp_path / "pids"
    with pytest.raises(RenodeError, match=r"Robot server was not ready within 0\.5 s"):
        start(slow_s=3600, child=str(pids), start_limit_s=0.5)
    assert all(gone(int(pid)) for pid in pids.read_text().split())


def test_one_that_ends_at_once_shows_its_log(start):
    with pytest.raises(RenodeError, match=r"(?s)ended with code 3 before .*last lines of Renode's log:\n.*DllNotFound"):
        start(exit_code=3)


@pytest.mark.long
def test_several_run_side_by_side(start):
    first, second = start(), start()
    assert first.pid != second.pid
    assert first.server.command("echo 1") == second.server.command("echo 1") == "1"


# ---------------------------------------------------------------------- isolation
def test_it_sees_no_network_but_loopback(start):
    process = start()
    if not process.isolated:
        pytest.skip("this system allows no user namespaces (as in many containers): nothing to see")
    assert process.server.command("interfaces").split() == ["lo"]
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        assert process.server.command(f"answers 127.0.0.1 {listener.getsockname()[1]}") == "False"


@pytest.mark.long
def test_without_isolation_the_risk_is_named(start, monkeypatch):
    monkeypatch.setenv("DIGITRIG_RENODE_ISOLATION", "off")
    with pytest.warns(RenodeNotIsolatedWarning, match="no password and runs any code .* every network interface"):
        process = start()
    assert not process.isolated
    assert process.server.command("echo 1") == "1"


# ---------------------------------------------------------------------- end
def test_closing_leaves_no_process_and_no_file(start, tmp_path):
    pids = tmp_path / "pids"
    process = start(child=str(pids))
    process.close()
    process.close()
    assert all(gone(int(pid)) for pid in pids.read_text().split())
    assert not process.folder.exists()


@pytest.mark.long
def test_one_that_does_not_listen_to_sigint_is_killed(start, tmp_path):
    pids = tmp_path / "pids"
    start(deaf=1, child=str(pids)).close()
    assert all(gone(int(pid)) for pid in pids.read_text().split())


def test_its_death_in_a_call_is_an_error_with_its_log(start):
    process = start(die_in="WriteToUart")
    assert process.server.command("echo 1") == "1"
    with pytest.raises(RenodeError, match=r"(?s)lost during WriteToUart: Renode ended by itself with code .*crash"):
        process.server.run("WriteToUart", "a")


@pytest.mark.long
def test_killing_it_between_calls_is_an_error(start):
    process = start()
    process.server.command("echo 1")
    os.kill(process.pid, signal.SIGKILL)
    assert gone(process.pid)
    with pytest.raises(RenodeError, match="lost during ExecuteCommand: Renode ended by itself with code -9"):
        process.server.command("echo 2")


@pytest.mark.long
def test_stop_remote_server_may_drop_the_connection(start):
    process = start()
    process.server.command("echo 1")
    process.server.stop()
    assert gone(process.pid)


def test_killing_the_host_process_leaves_nothing_behind(program, tmp_path):
    pids = tmp_path / "pids"
    host = subprocess.Popen(
        [sys.executable, "-c", HOST, str(program)],
        env={**os.environ, "FAKE_RENODE": f'{{"child": "{pids}"}}'},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert host.stdout is not None and host.stdout.readline() == "ready\n"
    host.kill()
    host.wait()
    assert all(gone(int(pid)) for pid in pids.read_text().split())


HOST = """
import sys, time, warnings
from pathlib import Path
from digitrig.engines.renode.locate import RenodeInstallation
from digitrig.engines.renode.process import RenodeProcess
warnings.simplefilter("ignore")
process = RenodeProcess(RenodeInstallation(Path(sys.argv[1]), "test"))
print("ready", flush=True)
time.sleep(3600)
"""
