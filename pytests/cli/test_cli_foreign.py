"""`digitrig run BOARD --elf FILE`: programs that are not our app, good and bad."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest
from made_firmware import BRANCH_TO_SELF, UDF, thumb_program

from digitrig.board import Board
from digitrig.firmware_build import build_program
from digitrig.firmware_files import firmware_path
from digitrig.platform import board_names

BOARD = "frdm_ke16z"
PROGRAMS = Path(__file__).parents[1] / "firmware" / "programs"
STAMPED = re.compile(r"^ *\d+\.\d{6} s  ", re.MULTILINE)


@pytest.mark.parametrize("board", board_names())
def test_console_is_shown_with_virtual_time_and_the_limit_is_code_5(cli, board):
    outcome = cli("run", board, "--elf", firmware_path(board), "--for-ms", 30)
    assert outcome.code == 5
    lines = outcome.out.splitlines()
    assert all(STAMPED.match(line) for line in lines)
    assert lines[-1].endswith("  ready") and any(line.endswith(f"  board = {board}") for line in lines)
    assert f"{board}: virtual-time limit of 30 ms reached" in outcome.err
    assert re.search(r"pc 0x[0-9a-f]{8} \(\w+", outcome.err) and "lr 0x" in outcome.err
    assert "last console lines:" in outcome.err


def test_until_ends_with_code_0_at_the_line(cli):
    outcome = cli("run", BOARD, "--elf", firmware_path(BOARD), "--until", "core clock", "--for-ms", 100)
    assert outcome.code == 0 and outcome.err == ""
    assert "core clock = 48000000 (Hz)" in outcome.out


@pytest.mark.parametrize("board", board_names())
def test_fault_is_code_4_and_names_the_place(cli, board):
    outcome = cli("run", board, "--elf", build_program(PROGRAMS / "fault.c", board))
    assert outcome.code == 4
    assert "(main" in outcome.err and "0x30000000" in outcome.err
    assert "fault:" in outcome.out


@pytest.mark.parametrize("board", board_names())
def test_hang_is_code_5_and_names_the_function(cli, board):
    outcome = cli("run", board, "--elf", build_program(PROGRAMS / "hang.c", board), "--for-ms", 20)
    assert outcome.code == 5
    assert "virtual-time limit of 20 ms reached" in outcome.err and "pc 0x" in outcome.err and "(main" in outcome.err


@pytest.mark.parametrize("board", board_names())
def test_silent_sleeper_ends_early_and_says_that_nothing_was_printed(cli, board):
    outcome = cli("run", board, "--elf", build_program(PROGRAMS / "mute.c", board), "--for-ms", 100_000, "--json")
    assert outcome.code == 5
    assert "sleeps and nothing can wake it" in outcome.err
    assert "nothing was printed on the console" in outcome.err
    assert outcome.json["virtual_us"] < 1_000_000


def test_json_tells_the_end_and_the_registers(cli):
    outcome = cli("run", BOARD, "--elf", firmware_path(BOARD), "--for-ms", 30, "--json")
    found = outcome.json
    assert outcome.code == 5 == found["exit_code"]
    assert found["end"] == "TimeLimitReached" and found["virtual_us"] == 30_000
    assert found["console"].splitlines()[-1] == "ready"
    assert {"pc", "lr", "cycles", "instructions", "message"} <= found.keys()


def test_raw_binary_that_locks_up_is_code_4(cli, tmp_path):
    """An undefined instruction in the HardFault handler: Armv6-M ARM DDI 0419, B1.5.16, lockup."""
    (tmp_path / "lock.bin").write_bytes(thumb_program(UDF, hardfault=0))
    outcome = cli("run", BOARD, "--elf", tmp_path / "lock.bin", "--address", "0x0")
    assert outcome.code == 4
    assert "lock-up" in outcome.err


def test_raw_binary_that_sticks_in_its_fault_handler_is_code_4(cli, tmp_path):
    (tmp_path / "stuck.bin").write_bytes(thumb_program(UDF))
    outcome = cli("run", BOARD, "--elf", tmp_path / "stuck.bin", "--for-ms", 1)
    assert outcome.code == 4
    assert "HardFault" in outcome.err and "pc 0x" in outcome.err


def test_intel_hex_runs_like_the_elf(cli, tmp_path):
    from elftools.elf.elffile import ELFFile
    from intelhex import IntelHex

    image = IntelHex()
    with firmware_path(BOARD).open("rb") as stream:
        for segment in ELFFile(stream).iter_segments("PT_LOAD"):
            if segment["p_filesz"]:
                image.frombytes(segment.data(), segment["p_paddr"])
    image.write_hex_file(str(tmp_path / "app.hex"))
    outcome = cli("run", BOARD, "--elf", tmp_path / "app.hex", "--until", "ready", "--for-ms", 100)
    assert outcome.code == 0
    assert "board = frdm_ke16z" in outcome.out


def test_raw_binary_without_symbols_reports_bare_addresses(cli, tmp_path):
    (tmp_path / "hang.bin").write_bytes(thumb_program(BRANCH_TO_SELF))
    outcome = cli("run", BOARD, "--elf", tmp_path / "hang.bin", "--for-ms", 1)
    assert outcome.code == 5
    assert "pc 0x00000040," in outcome.err
    assert outcome.out == ""


@pytest.mark.parametrize(("reason", "code"), [(0x20026, 0), (0x20023, 1)])
def test_semihosting_exit_ends_the_run_with_its_status(cli, tmp_path, reason, code):
    """SYS_EXIT with ADP_Stopped_ApplicationExit or ADP_Stopped_RunTimeErrorUnknown (Arm semihosting, SYS_EXIT)."""
    movs_r0_24, ldr_r1_literal, bkpt_ab = 0x2018, 0x4901, 0xBEAB
    program = (movs_r0_24, ldr_r1_literal, bkpt_ab, BRANCH_TO_SELF, reason & 0xFFFF, reason >> 16)
    (tmp_path / "exit.bin").write_bytes(thumb_program(*program))
    outcome = cli("run", BOARD, "--elf", tmp_path / "exit.bin", "--for-ms", 5)
    assert outcome.code == code, outcome.err
    assert ("semihosting with status 1" in outcome.err) == bool(code)


def test_what_firmware_prints_by_semihosting_is_on_its_console(cli, tmp_path):
    """SYS_WRITE0 (Arm IHI 0100, section 6): movs r0, #4; adr r1, text; bkpt 0xAB; b .; text behind it."""
    code = thumb_program(0x2004, 0xA102, 0xBEAB, 0xE7FE, 0xBF00, 0xBF00, *struct.unpack("<3H", b"hello\n"), 0)
    (tmp_path / "say.bin").write_bytes(code)
    outcome = cli("run", "frdm_ke16z", "--elf", str(tmp_path / "say.bin"), "--until", "hello", "--json")
    assert outcome.code == 0
    assert "hello" in outcome.json["console"]
    with Board(BOARD, elf=tmp_path / "say.bin") as board:
        line = board.run_until_line("hello", timeout_ms=100)
        assert line.at_ps <= board.machine.clock.now_ps < 10**9  # the wait ends at the line, not at its limit


def test_a_folder_for_semihosting_that_is_not_there_is_named(cli, tmp_path):
    (tmp_path / "say.bin").write_bytes(thumb_program(0xE7FE))
    options = ("--elf", str(tmp_path / "say.bin"), "--semihosting-folder", str(tmp_path / "gone"))
    outcome = cli("run", "frdm_ke16z", *options)
    assert outcome.code == 2
    assert "folder for semihosting" in outcome.err
    assert cli("run", "frdm_ke16z", "--image", "ink:1", "--semihosting-folder", str(tmp_path)).code == 2
