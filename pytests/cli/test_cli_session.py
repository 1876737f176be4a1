"""`digitrig record` and `digitrig replay`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from digitrig.firmware_build import build_program
from digitrig.firmware_files import firmware_path

BOARD = "frdm_ke16z"
PROGRAMS = Path(__file__).parents[1] / "firmware" / "programs"


def test_two_images_are_recorded_and_come_out_the_same(cli, tmp_path):
    file = tmp_path / "two.session"
    outcome = cli("record", BOARD, "--image", "ink:7", "--image", "ink:2", "-o", file)
    assert outcome.code == 0, outcome.err
    assert outcome.out.splitlines()[:2] == ["ink:7: digit 7", "ink:2: digit 2"]
    again = cli("replay", file)
    assert again.code == 0 and ": same: " in again.out
    found = cli("replay", file, "--json")
    assert found.json["same"] is True and found.json["difference"] is None and found.json["board"] == BOARD


def test_a_changed_firmware_is_code_1_with_the_time(cli, tmp_path):
    import hashlib
    import json
    import zipfile

    cli("record", BOARD, "-o", tmp_path / "a.session")
    with zipfile.ZipFile(tmp_path / "a.session") as old:
        members = {name: old.read(name) for name in old.namelist()}
    name = next(name for name in members if name.startswith("firmware/"))
    members[name] = members[name].replace(b"ready\0", b"Ready\0", 1)
    manifest = json.loads(members["session.json"])
    manifest["sha256"][name] = hashlib.sha256(members[name]).hexdigest()
    members["session.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(tmp_path / "b.session", "w") as new:
        for member, data in members.items():
            new.writestr(member, data)
    outcome = cli("replay", tmp_path / "b.session")
    assert outcome.code == 1
    assert "differs at" in outcome.err and "is 0x52 'R', recorded 0x72 'r'; recorded by digitrig" in outcome.err
    found = cli("replay", tmp_path / "b.session", "--json")
    assert found.code == 1 and found.json["same"] is False and found.json["difference"]["at_us"] > 0


def test_a_fault_is_recorded_too(cli, tmp_path):
    fault = build_program(PROGRAMS / "fault.c", BOARD)
    outcome = cli("record", BOARD, "--elf", fault, "--until", "never", "--for-ms", 50, "-o", tmp_path / "f.session")
    assert outcome.code == 4
    assert cli("replay", tmp_path / "f.session").code == 0


def test_lines_are_sent_to_other_firmware(cli, tmp_path):
    file = tmp_path / "info.session"
    options = ("--send", "info", "--until", "unknown command", "--for-ms", 100)
    outcome = cli("record", BOARD, "--elf", firmware_path(BOARD), "--send", "nonsense", *options, "-o", file, "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["inputs"] == 2
    assert cli("replay", file).code == 0


def test_the_robot_suite_replays_the_file(cli, tmp_path):
    cli("record", BOARD, "-o", tmp_path / "start.session")
    assert cli("replay", tmp_path / "start.session", "--robot", tmp_path / "again.robot").code == 0
    run = subprocess.run(
        [sys.executable, "-m", "robot", "--output", "NONE", "--log", "NONE", "--report", "NONE", "again.robot"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    assert "start Comes Out The Same" in run.stdout


def test_bad_use_says_what_to_do(cli, tmp_path):
    out = ("-o", tmp_path / "x")
    both = cli("record", BOARD, "--elf", firmware_path(BOARD), "--image", "ink:1", *out)
    assert both.code == 2 and "--elf records a console and takes no --image" in both.err
    alone = cli("record", BOARD, "--until", "x", *out)
    assert alone.code == 2 and "--address and --until belong to --elf" in alone.err
    missing = cli("replay", tmp_path / "none")
    assert missing.code == 2 and "make one with: digitrig record" in missing.err
    (tmp_path / "text").write_text("no session")
    damaged = cli("replay", tmp_path / "text")
    assert damaged.code == 2 and "expected a session file, not cut short" in damaged.err
