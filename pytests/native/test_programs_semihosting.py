"""Semihosting (Arm IHI 0100) and ITM: console, exit, clock, files in one folder or not at all."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from bare_metal import CONFIG_M7, GCC_MISSING, PROGRAMS, Program, build, has_gcc
from cpu_machine import DEMCR, MAIN, RAM, Machine
from guest import CONFIG_M0PLUS

from digitrig.errors import MissingFileError
from digitrig.native import core as native
from digitrig.native.semihosting import SemihostingFiles

BKPT_AB, BLOCK, TEXT = 0xBEAB, RAM + 0x100, RAM + 0x200
OPEN, CLOSE, WRITEC, WRITE0, WRITE, READ, READC, ISERROR, ISTTY, SEEK = range(1, 11)
FLEN, TMPNAM, REMOVE, RENAME, CLOCK, TIME, SYSTEM, ERRNO = 0x0C, 0x0D, 0x0E, 0x0F, 0x10, 0x11, 0x12, 0x13
GET_CMDLINE, HEAPINFO, EXIT, EXIT_EXTENDED, ELAPSED, TICKFREQ = 0x15, 0x16, 0x18, 0x20, 0x30, 0x31
FAILED = 0xFFFFFFFF
EACCES, EBADF = 13, 9  # of newlib, as of Linux


class Host(Machine):
    """A machine that makes one semihosting call at a time."""

    def call(self, operation: int, r1: int = BLOCK) -> int:
        """R0 after BKPT 0xAB; the core must go on behind it."""
        self.code(MAIN, BKPT_AB)
        self["r0"], self["r1"], self["pc"] = operation, r1, MAIN
        self.stop = self.step()
        assert self["pc"] == MAIN + 2
        return self["r0"]

    def call_with(self, operation: int, *words: int) -> int:
        """A call whose parameters lie in a block."""
        self.core.write(BLOCK, struct.pack(f"<{len(words)}I", *words))
        return self.call(operation)

    def open(self, name: str, mode: int) -> int:
        self.core.write(TEXT, name.encode() + b"\0")
        return self.call_with(OPEN, TEXT, mode, len(name))

    def write(self, handle: int, data: bytes) -> int:
        self.core.write(TEXT, data)
        return self.call_with(WRITE, handle, TEXT, len(data))

    def read(self, handle: int, length: int) -> tuple[int, bytes]:
        left = self.call_with(READ, handle, TEXT, length)
        return left, self.core.read(TEXT, length - min(left, length))


@pytest.fixture(params=[False, True], ids=["m0plus", "m7"])
def host(request: pytest.FixtureRequest) -> Host:
    return Host(request.param)


# ---------------------------------------------------------------------- console
def test_console_output(host: Host) -> None:
    host.core.write(TEXT, b"one\0")
    host.call(WRITE0, TEXT)
    host.call(WRITEC, TEXT)
    out, err = host.open(":tt", 4), host.open(":tt", 8)
    assert host.write(out, b" two") == 0
    assert host.write(err, b"!\n") == 0
    assert host.core.console_receive() == b"oneo two!\n"
    assert host.core.console_receive() == b""
    assert [host.call_with(ISTTY, handle) for handle in (out, err)] == [1, 1]
    assert host.call_with(CLOSE, out) == 0


def test_output_has_its_time_and_ends_the_run_that_waits_for_it(host: Host) -> None:
    """100 instructions of one cycle each (cpu_machine.Machine) lie between the two calls."""
    movs_r0_4, nop, branch_to_self = 0x2004, 0xBF00, 0xE7FE
    host.core.write(TEXT, b"a\n\0")
    host.code(MAIN, movs_r0_4, BKPT_AB, *[nop] * 98, movs_r0_4, BKPT_AB, branch_to_self)
    host["pc"], host["r1"] = MAIN, TEXT
    host.core.console_stop_on(0x0A)
    stops = [host.core.run(10**9) for _ in range(3)]
    assert [stop.reason for stop in stops] == [native.STOP_BYTE, native.STOP_BYTE, native.STOP_TIME]
    stamped = host.core.console_receive_timed()
    assert bytes(byte for _, byte in stamped) == b"a\na\n"
    assert stops[1].instructions - stops[0].instructions == 100
    first, second = stamped[0][0], stamped[2][0]
    assert [at for at, _ in stamped] == [first, first, second, second]
    assert first <= stops[0].at_ps <= second <= stops[1].at_ps
    assert (second - first) * host.core.clock_hz // 10**12 in (99, 100)  # whole picoseconds


def test_console_input_ends_with_end_of_file(host: Host) -> None:
    host.core.console_send(b"abcdef")
    keyboard = host.open(":tt", 0)
    assert host.call(READC) == ord("a")
    assert host.read(keyboard, 3) == (0, b"bcd")
    assert host.read(keyboard, 8) == (6, b"ef")
    assert host.read(keyboard, 8) == (8, b"")
    assert host.call(READC) == FAILED


def test_strings_and_blocks_outside_of_memory_do_no_harm(host: Host) -> None:
    for operation in (OPEN, CLOSE, WRITEC, WRITE0, WRITE, READ, ISTTY, SEEK, FLEN, GET_CMDLINE, HEAPINFO, ELAPSED):
        host.call(operation, 0x30000000)
        host.call(operation, 0xFFFFFFFD)
    assert host.call_with(WRITE, 2, 0x30000000, 5) == 5
    assert host.call_with(WRITE, 2, RAM, FAILED) == FAILED
    assert host.call_with(READ, 1, 0, 5) == 5
    host.core.write(RAM + 0x3FFC, b"last")
    host.call(WRITE0, RAM + 0x3FFC)
    assert host.core.console_receive() == b"last"


# ---------------------------------------------------------------------- exit, clock, the rest
@pytest.mark.parametrize(("reason", "status"), [(0x20026, 0), (0x20023, 1), (0, 1)])
def test_exit(host: Host, reason: int, status: int) -> None:
    host.call(EXIT, reason)
    assert (host.stop.reason, host.stop.detail) == (native.STOP_EXIT, status)


def test_exit_with_status(host: Host) -> None:
    host.call_with(EXIT_EXTENDED, 0x20026, 42)
    assert (host.stop.reason, host.stop.detail) == (native.STOP_EXIT, 42)


def test_clock_is_virtual_time(host: Host) -> None:
    host.code(MAIN, 0xE7FE)
    host["pc"] = MAIN
    host.core.run(int(2.345e12))
    assert host.call(CLOCK) == 234
    assert host.call(TIME) == 2
    assert host.call_with(ELAPSED, 0, 0) == 0
    assert 2_345_000 <= struct.unpack("<Q", host.core.read(BLOCK, 8))[0] < 2_345_010
    assert host.call(TICKFREQ) == 1_000_000


def test_command_line_heap_and_features(host: Host) -> None:
    host.core.write(TEXT, b"xxxx")
    assert host.call_with(GET_CMDLINE, TEXT, 4) == 0
    assert (host.core.read(TEXT, 1), host.word(BLOCK + 4)) == (b"\0", 0)
    assert host.call_with(HEAPINFO, TEXT) == 0
    assert host.words(TEXT, 4) == [0, 0, host.word(0), 0]
    features = host.open(":semihosting-features", 0)
    assert host.call_with(FLEN, features) == 5
    assert host.read(features, 4) == (0, b"SHFB")
    assert host.read(features, 4) == (3, b"\3")
    assert host.call_with(SEEK, features, 4) == 0
    assert host.read(features, 1) == (0, b"\3")
    assert [host.call_with(ISERROR, value) != 0 for value in (0, 5, FAILED)] == [False, False, True]


def test_time_goes_on_with_every_call(host: Host) -> None:
    before = host.core.cycles, host.core.instructions
    host.call(TICKFREQ)
    assert (host.core.cycles, host.core.instructions) == (before[0] + 1, before[1] + 1)


def test_unknown_calls_and_semihosting_off_are_breakpoints(host: Host) -> None:
    for flags, operation in ((native.SEMIHOSTING_ON, 0x99), (native.SEMIHOSTING_OFF, WRITE0)):
        machine = Host(host.m7)
        machine.core.set_semihosting(flags)
        machine.code(MAIN, BKPT_AB)
        machine["r0"], machine["r1"] = operation, TEXT
        machine.step()  # the first instruction of the handler
        assert machine.exception == 3  # HardFault: no debugger, no monitor (DDI 0403E C1.6, DDI 0419 C1.6)


# ---------------------------------------------------------------------- files
def test_files_are_refused_without_a_folder(host: Host) -> None:
    assert host.open("secret.txt", 0) == FAILED
    assert host.call(ERRNO) == EACCES
    assert host.call_with(WRITE, 20, TEXT, 7) == 7
    assert host.call(ERRNO) == EBADF
    for operation in (REMOVE, RENAME, TMPNAM, SYSTEM):
        assert host.call_with(operation, TEXT, 3, TEXT, 3) == FAILED


def test_files_in_a_folder(host: Host, tmp_path: Path) -> None:
    SemihostingFiles(host.core, tmp_path)
    out = host.open("out.bin", 5)
    assert out not in (FAILED, 0, 1, 2, 3)
    assert host.write(out, b"0123456789") == 0
    assert host.call_with(CLOSE, out) == 0
    assert (tmp_path / "out.bin").read_bytes() == b"0123456789"
    back = host.open("out.bin", 1)
    assert host.call_with(FLEN, back) == 10
    assert host.call_with(SEEK, back, 7) == 0
    assert host.read(back, 8) == (5, b"789")
    assert host.call_with(ISTTY, back) == 0
    assert host.call_with(CLOSE, back) == 0
    assert host.call_with(CLOSE, back) == FAILED
    assert host.call(ERRNO) == EBADF
    host.core.write(TEXT, b"out.bin\0new.bin\0")
    assert host.call_with(RENAME, TEXT, 7, TEXT + 8, 7) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["new.bin"]
    host.core.write(TEXT, b"new.bin\0")
    assert host.call_with(REMOVE, TEXT, 7) == 0
    assert not list(tmp_path.iterdir())
    assert host.call_with(TMPNAM, TEXT, 3, 16) == 0
    assert host.core.read(TEXT, 6) == b"tmp03\0"


@pytest.mark.parametrize("name", ["../outside", "/etc/hostname", "a/../../outside", ".", "", "link/file", "link"])
def test_nothing_outside_of_the_folder(host: Host, tmp_path: Path, name: str) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "outside").write_text("kept", encoding="utf-8")
    (tmp_path / "file").write_text("kept", encoding="utf-8")
    (inside / "link").symlink_to(tmp_path)
    SemihostingFiles(host.core, inside)
    for mode in (0, 2, 4, 8):
        assert host.open(name, mode) == FAILED
    assert host.call(ERRNO) == EACCES
    host.core.write(TEXT, name.encode() + b"\0")
    assert host.call_with(REMOVE, TEXT, len(name)) == FAILED
    assert (tmp_path / "outside").read_text(encoding="utf-8") == "kept"


def test_a_folder_must_be_there(host: Host, tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="folder for semihosting"):
        SemihostingFiles(host.core, tmp_path / "none")


def test_bad_addresses_and_too_many_files_are_errors_of_the_guest(host: Host, tmp_path: Path) -> None:
    files = SemihostingFiles(host.core, tmp_path)
    handle = host.open("a", 4)
    assert host.call_with(WRITE, handle, 0x30000000, 4) == 4
    assert host.call_with(READ, handle, 0x30000000, 4) == 4
    assert host.open("a", 77) == FAILED
    opened = [host.open("a", 0) for _ in range(70)]
    assert opened.count(FAILED) == 70 - 63
    files.close()


@pytest.mark.skipif(not has_gcc(), reason=GCC_MISSING)
@pytest.mark.parametrize("with_folder", [False, True], ids=["no folder", "folder"])
@pytest.mark.parametrize(
    ("config", "options"),
    [
        (CONFIG_M0PLUS, ("-mcpu=cortex-m0plus", "-mfloat-abi=soft")),
        (CONFIG_M7, ("-mcpu=cortex-m7", "-mfpu=fpv5-d16", "-mfloat-abi=hard")),
    ],
    ids=["m0plus", "m7"],
)
def test_a_program_with_newlib_runs_unmodified(
    config: dict[str, Any], options: tuple[str, ...], with_folder: bool, tmp_path: Path
) -> None:
    """printf, fgets, malloc, clock, files and exit of newlib's rdimon library."""
    elf = build(f"semihosted-{options[0][6:]}", [PROGRAMS / "semihosted" / "main.c"], "gcc", (*options, "-O1"), 128)
    program = Program.load(elf, config, 128)
    program.core.console_send(b"Ada\n")
    if with_folder:
        SemihostingFiles(program.core, tmp_path)
    stop = program.run()
    lines = program.console().splitlines()
    assert lines[:4] == [
        "what is your name?",
        "hello Ada: -7 42 c0ffee 3.1416 3.333333e-01",
        "to standard error",
        "memory, clock runs",
    ]
    if with_folder:
        assert (stop.reason, stop.detail, lines[4:]) == (native.STOP_EXIT, 40, ["last line: 199 squared is 39601"])
        text = "".join(f"{k} squared is {k * k}\n" for k in range(200))
        assert (tmp_path / "numbers.txt").read_text(encoding="ascii") == text
    else:
        assert (stop.reason, stop.detail, lines[4:]) == (native.STOP_EXIT, 41, ["numbers.txt: Permission denied"])


# ---------------------------------------------------------------------- ITM
def test_itm_port_0_is_a_console() -> None:
    machine = Machine(True)
    machine.poke(0xE0000000, ord("-"), 1)  # everything is off yet
    machine.poke(DEMCR, 1 << 24)
    machine.poke(0xE0000E80, 1)  # TCR.ITMENA
    machine.poke(0xE0000E00, 1)  # TER: port 0
    assert machine.peek(0xE0000000) & 1 == 1  # FIFOREADY
    for width, value in ((1, 0x41), (2, 0x4342), (4, 0x47464544)):
        machine.poke(0xE0000000, value, width)
    machine.poke(0xE0000004, ord("x"), 1)  # port 1 has no reader
    assert machine.core.console_receive(native.STREAM_ITM) == b"ABCDEFG"
    assert machine.core.console_receive() == b""
    machine.poke(0xE0000E00, 0)
    machine.poke(0xE0000000, ord("y"), 1)
    assert machine.core.console_receive(native.STREAM_ITM) == b""


# ---------------------------------------------------------------------- snapshots
def test_what_the_guest_has_written_belongs_to_the_host(host: Host) -> None:
    host.core.write(TEXT, b"before\0")
    host.call(WRITE0, TEXT)
    snapshot = host.core.take_snapshot()
    host.core.write(TEXT, b"after\0")
    host.call(WRITE0, TEXT)
    host.core.restore_snapshot(snapshot)
    assert host.core.console_receive() == b"beforeafter"
