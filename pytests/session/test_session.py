"""Record and replay: the same bytes and the same cycles, or where it first differs."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from digitrig.board import Board
from digitrig.digits import load_source
from digitrig.errors import FileFormatError, MissingFileError, SessionDiffers, UsageError
from digitrig.session import Recorder, load_session, replay
from digitrig.session import replay as replaying

BOARDS = ("frdm_ke02z40m", "mimxrt1060_evk")


def ink(digit: int) -> object:
    images, _ = load_source(f"ink:{digit}")
    return images[0]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two images, a button and a bad command on the KE02."""
    path = tmp_path_factory.mktemp("session") / "two.session"
    with Board("frdm_ke02z40m") as board:
        recorder = Recorder(board)
        board.start()
        board.predict(ink(7), inject="uart")
        board.predict(ink(3), inject="memory")
        board.send("nonsense\n")
        board.run_for(50)
        recorder.save(path)
    return path


@pytest.mark.parametrize("name", BOARDS)
def test_a_session_comes_out_the_same(name: str, tmp_path: Path) -> None:
    with Board(name) as board:
        recorder = Recorder(board)
        board.start()
        first = board.predict(ink(7))
        before = board.snapshot()
        board.predict(ink(1), inject="memory")
        board.restore(before)
        board.run_for(3.3)
        board.press(next(iter(board.spec.buttons))) if board.spec.buttons else None
        board.run_for(40)
        board.reset()
        board.run_until_line("ready")
        last = board.predict(ink(7), inject="memory")
        text = board.console_text()
        recorder.save(tmp_path / "a.session")
    assert first.digit == last.digit == 7 and "Top1 class = 7" in text
    result = replay(load_session(tmp_path / "a.session"))
    assert result.same, result.text()
    assert bytes(byte for _, byte in result.console).decode().count("Top1 class = 7") >= 2


def test_the_file_does_not_depend_on_when_it_was_made(tmp_path: Path) -> None:
    for name in ("a", "b"):
        with Board("frdm_ke16z") as board:
            recorder = Recorder(board)
            board.start()
            recorder.save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_recording_changes_nothing(tmp_path: Path) -> None:
    with Board("frdm_ke16z") as plain, Board("frdm_ke16z") as watched:
        Recorder(watched)
        found = [(board.start().predict(ink(4)), board.machine.clock.now_ps) for board in (plain, watched)]
        assert found[0] == found[1]
        assert plain.lines() == watched.lines()


def test_saved_in_the_middle_it_ends_there(tmp_path: Path) -> None:
    with Board("frdm_ke16z") as board:
        recorder = Recorder(board)
        board.start()
        recorder.save(tmp_path / "early")
        board.predict(ink(2))
        recorder.save(tmp_path / "late")
    early, late = (replay(load_session(tmp_path / name)) for name in ("early", "late"))
    assert early.same and late.same and early.at_ps < late.at_ps


# ---------------------------------------------------------------------- differences
def changed(path: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """A copy with other contents and hashes that fit them."""
    import hashlib

    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    manifest = json.loads(members["session.json"])
    manifest["sha256"] = {n: hashlib.sha256(d).hexdigest() for n, d in members.items() if n != "session.json"}
    members["session.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target


def test_another_console_byte_is_named_with_its_time(recorded: Path, tmp_path: Path) -> None:
    def change(members: dict[str, bytes]) -> None:
        members["console.bin"] = members["console.bin"].replace(b"Top1 class = 3", b"Top1 class = 5", 1)

    session = load_session(recorded)
    index = bytes(byte for _, byte in session.console).index(b"Top1 class = 3") + 13
    result = replay(load_session(changed(recorded, tmp_path / "x", change)))
    assert result.difference == f"console byte {index} is 0x33 '3', recorded 0x35 '5'"
    assert result.at_ps == session.console[index][0]
    with pytest.raises(
        SessionDiffers, match=r"differs at \d+\.\d{6} ms: .* recorded by digitrig .* replayed by digitrig"
    ):
        result.check()


def test_another_firmware_differs_and_the_instant_is_named(recorded: Path, tmp_path: Path) -> None:
    """One more digit in the banner moves everything behind it."""

    def change(members: dict[str, bytes]) -> None:
        name = next(name for name in members if name.startswith("firmware/"))
        assert b"ready\0" in members[name]
        members[name] = members[name].replace(b"ready\0", b"Ready\0", 1)

    result = replay(load_session(changed(recorded, tmp_path / "x", change)))
    assert result.difference.startswith("console byte ") and "is 0x52 'R', recorded 0x72 'r'" in result.difference


def test_a_byte_at_another_time_differs(recorded: Path, tmp_path: Path) -> None:
    def change(members: dict[str, bytes]) -> None:
        times = bytearray(members["console.times"])
        times[0] ^= 1
        members["console.times"] = bytes(times)

    result = replay(load_session(changed(recorded, tmp_path / "x", change)))
    assert result.difference.startswith("console byte 0, ") and "recorded at" in result.difference


def test_other_memory_at_the_end_differs(recorded: Path) -> None:
    session = load_session(recorded)
    session.end["memory"]["flash"] = "0" * 64
    assert replay(session).difference == "memory at the end: flash is not as recorded"


def test_other_cycles_differ(recorded: Path) -> None:
    session = load_session(recorded)
    session.end["position"][2] += 1
    assert "cycles" in replay(session).difference


# ---------------------------------------------------------------------- bad files and bad use
def test_files_that_are_no_session(recorded: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"session file .* not found; make one with: digitrig record"):
        load_session(tmp_path / "none")
    for length in (0, 100, recorded.stat().st_size - 10):
        (tmp_path / "cut").write_bytes(recorded.read_bytes()[:length])
        with pytest.raises(FileFormatError, match=r"not a whole archive .* expected a session file, not cut short"):
            load_session(tmp_path / "cut")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a", "b")
    with pytest.raises(FileFormatError, match=r"no session\.json in the archive"):
        load_session(tmp_path / "other.zip")


def test_another_format_names_who_wrote_it(recorded: Path, tmp_path: Path) -> None:
    def change(members: dict[str, bytes]) -> None:
        manifest = json.loads(members["session.json"])
        manifest["schema_version"], manifest["digitrig"]["version"] = 99, "7.0.0"
        members["session.json"] = json.dumps(manifest).encode()

    with pytest.raises(UsageError, match=r"written by digitrig 7\.0\.0 in session format 99; .* reads format 1"):
        load_session(changed(recorded, tmp_path / "x", change))


def test_a_changed_member_is_named(recorded: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(recorded) as old, zipfile.ZipFile(tmp_path / "x", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) + (b"\n" if name.endswith(".repl") else b""))
    with pytest.raises(FileFormatError, match=r"\.repl was changed after the session was saved"):
        load_session(tmp_path / "x")


def test_a_member_that_leads_out_is_refused(recorded: Path, tmp_path: Path) -> None:
    def change(members: dict[str, bytes]) -> None:
        members["../evil"] = b"x"

    with pytest.raises(FileFormatError, match="leads out of the archive"):
        load_session(changed(recorded, tmp_path / "x", change))


def test_recording_begins_at_the_start_and_refuses_what_it_cannot_keep(tmp_path: Path) -> None:
    with Board("frdm_ke16z") as board:
        board.run_for(1)
        with pytest.raises(UsageError, match="frdm_ke16z has run already; record a session from its start"):
            Recorder(board)
    with Board("frdm_ke16z") as board:
        before = board.snapshot()
        Recorder(board)
        with pytest.raises(UsageError, match="not while a session is recorded: files of this machine"):
            board.machine.serve_files(tmp_path)
        with pytest.raises(UsageError, match="only a snapshot that was taken while the session is recorded"):
            board.restore(before)


def test_progress_counts_inputs(recorded: Path) -> None:
    seen: list[tuple[int, int]] = []
    replaying(load_session(recorded), lambda done, whole: seen.append((done, whole)))
    assert seen[-1][0] == seen[-1][1] == len(seen)
