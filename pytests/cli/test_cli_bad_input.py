"""Every kind of bad input ends as an error that says what was found and what to do, with the documented exit code."""

from __future__ import annotations

import gzip
import shutil
import struct
from pathlib import Path

import pytest
from made_firmware import ARM, BRANCH_TO_SELF, X86_64, elf32, thumb_program

from digitrig.resources import root

BOARD = "frdm_ke16z"
IMAGES = struct.pack(">4I", 0x803, 2, 28, 28)  # IDX header of MNIST: magic, images, rows, columns


def test_unknown_board_names_the_nearest_one(cli):
    outcome = cli("run", "frdm_ke16", "--image", "ink:7")
    assert outcome.code == 2
    assert "board 'frdm_ke16' unknown" in outcome.err and "did you mean 'frdm_ke16z'?" in outcome.err
    assert outcome.out == ""


def test_unknown_model_names_the_known_ones(cli):
    outcome = cli("run", BOARD, "--image", "ink:7", "--model", "an13483")
    assert outcome.code == 2
    assert "'an13483' unknown" in outcome.err and "did you mean 'an13438'?" in outcome.err


def test_unknown_app_names_the_known_ones(cli):
    outcome = cli("run", BOARD, "--image", "ink:7", "--app", "consol")
    assert outcome.code == 2
    assert "did you mean 'console'?" in outcome.err


def test_unknown_command_and_option_are_usage_errors(cli):
    for arguments in (("rnu",), ("run", BOARD, "--imag", "ink:7")):
        outcome = cli(*arguments)
        assert outcome.code == 2
        assert outcome.err.startswith("digitrig: error: No such") and outcome.err.count("\n") == 1


def test_missing_image_file_is_named(cli, tmp_path):
    outcome = cli("run", BOARD, "--image", tmp_path / "seven.png")
    assert outcome.code == 2
    assert "seven.png" in outcome.err and "not found" in outcome.err


def test_missing_firmware_file_names_one_that_is_near(cli, tmp_path):
    (tmp_path / "blinky.elf").write_bytes(b"")
    outcome = cli("run", BOARD, "--elf", tmp_path / "blinkz.elf")
    assert outcome.code == 2
    assert "blinkz.elf' not found" in outcome.err and "blinky.elf" in outcome.err


def test_run_without_anything_to_run_says_what_to_give(cli):
    outcome = cli("run", BOARD)
    assert outcome.code == 2
    assert "--image ink:7" in outcome.err and "--elf FILE" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--image", "ink:7", "--address", "0"), "--address, --until and --semihosting-folder belong to --elf"),
        (("--image", "ink:7", "--elf", "a.elf"), "leave out one of the two"),
        (("--elf", "a.bin", "--address", "six"), "--address 'six' is no 32-bit address"),
        (("--elf", "a.bin", "--address", "0x100000000"), "is no 32-bit address"),
        (("--image", "ink:12"), "12"),
        (("--image", "ink:7:nosuchstyle"), "nosuchstyle"),
        (("--image", "mnist:x"), "mnist:x"),
        (("--image", "ink:7", "--inject", "air"), "air"),
    ],
)
def test_options_that_make_no_sense_are_usage_errors(cli, arguments, told):
    outcome = cli("run", BOARD, *arguments)
    assert outcome.code == 2
    assert told in outcome.err
    assert outcome.out == ""


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("t10k-images-idx3-ubyte", IMAGES + bytes(784 + 100), "900 bytes; expected 1584"),
        ("t10k-images-idx3-ubyte", IMAGES[:9], "9"),
        ("t10k-images-idx3-ubyte.gz", gzip.compress(IMAGES + bytes(2 * 784), mtime=0)[:-20], "gz"),
        ("train.csv", b"label," + b",".join(b"pixel%d" % n for n in range(784)) + b"\n7,0,0,0\n", "train.csv"),
        ("seven.png", b"\x89PNG\r\n\x1a\n" + bytes(10), "seven.png"),
        ("seven.npy", b"\x93NUMPY\x01\x00", "seven.npy"),
        ("seven.txt", b"7", "seven.txt"),
    ],
    ids=["idx", "idx header", "idx.gz", "csv", "png", "npy", "unknown"],
)
def test_truncated_image_files_are_told_by_name_and_size(cli, tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content)
    outcome = cli("convert", tmp_path / name, tmp_path / "out.npz")
    assert outcome.code == 2
    assert name in outcome.err and told in outcome.err
    assert "internal error" not in outcome.err
    assert not (tmp_path / "out.npz").exists()


def test_a_source_of_several_images_asks_for_an_index(cli, tmp_path):
    (tmp_path / "two-images-idx3-ubyte").write_bytes(IMAGES + bytes(2 * 784))
    outcome = cli("run", BOARD, "--image", tmp_path / "two-images-idx3-ubyte")
    assert outcome.code == 2
    assert "holds 2 images" in outcome.err and "--index" in outcome.err
    outcome = cli("run", BOARD, "--image", tmp_path / "two-images-idx3-ubyte", "--index", 2)
    assert outcome.code == 2
    assert "0..1" in outcome.err


def test_elf_for_another_cpu_is_refused(cli, tmp_path):
    (tmp_path / "pc.elf").write_bytes(elf32(X86_64, [(0, thumb_program())]))
    outcome = cli("run", BOARD, "--elf", tmp_path / "pc.elf")
    assert outcome.code == 2
    assert "built for X86_64" in outcome.err and "needs 32-bit little-endian ARM" in outcome.err


def test_elf_outside_the_memory_map_is_refused(cli, tmp_path):
    (tmp_path / "far.elf").write_bytes(elf32(ARM, [(0, thumb_program()), (0x60000000, bytes(16))]))
    outcome = cli("run", BOARD, "--elf", tmp_path / "far.elf")
    assert outcome.code == 2
    assert "0x60000000..0x6000000f does not fit the memory map of frdm_ke16z" in outcome.err


def test_elf_larger_than_the_flash_is_refused(cli, tmp_path):
    (tmp_path / "big.elf").write_bytes(elf32(ARM, [(0, thumb_program() + bytes(64 * 1024))]))
    outcome = cli("run", BOARD, "--elf", tmp_path / "big.elf")
    assert outcome.code == 2
    assert "does not fit the memory map" in outcome.err


def test_damaged_firmware_files_are_refused(cli, tmp_path):
    (tmp_path / "cut.elf").write_bytes(elf32(ARM, [(0, thumb_program())])[:60])
    (tmp_path / "bad.hex").write_text(":00000001FE\n")
    (tmp_path / "tiny.bin").write_bytes(bytes(4))
    (tmp_path / "zero.bin").write_bytes(bytes(256))
    for name in ("cut.elf", "bad.hex", "tiny.bin", "zero.bin"):
        outcome = cli("run", BOARD, "--elf", tmp_path / name)
        assert outcome.code == 2, name
        assert name in outcome.err and "internal error" not in outcome.err


def test_an_address_for_an_elf_is_refused(cli, tmp_path):
    (tmp_path / "a.elf").write_bytes(elf32(ARM, [(0, thumb_program(BRANCH_TO_SELF))]))
    outcome = cli("run", BOARD, "--elf", tmp_path / "a.elf", "--address", "0x0")
    assert outcome.code == 2
    assert "only for raw binaries" in outcome.err


@pytest.fixture
def own_platforms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the board descriptions to spoil; models stay where they are."""
    shutil.copytree(root() / "platforms", tmp_path / "platforms")
    for name in ("models", "firmware", "build"):
        (tmp_path / name).symlink_to(root() / name)
    monkeypatch.setenv("DIGITRIG_ROOT", str(tmp_path))
    return tmp_path / "platforms"


def test_unsupported_repl_construct_names_file_and_line(cli, own_platforms):
    repl = own_platforms / "boards" / f"{BOARD}.repl"
    text = repl.read_text()
    repl.write_text(text + "\nthing: UART.NoSuchUart @ sysbus 0x40010000\n")
    outcome = cli("run", BOARD, "--image", "ink:7")
    assert outcome.code == 2
    assert f"{repl}:{text.count(chr(10)) + 2}" in outcome.err
    assert "UART.NoSuchUart" in outcome.err


def test_repl_syntax_error_names_file_and_line(cli, own_platforms):
    repl = own_platforms / "boards" / f"{BOARD}.repl"
    text = repl.read_text()
    repl.write_text(text + "\nthing UART.NXP_LPUART @@ sysbus\n")
    outcome = cli("boards", "--json")
    assert outcome.code == 2
    assert f"{repl}:{text.count(chr(10)) + 2}" in outcome.err
    assert outcome.json["error"]["exit_code"] == 2


def test_wrong_key_in_a_board_file_names_file_and_line(cli, own_platforms):
    yaml = own_platforms / "boards" / f"{BOARD}.yaml"
    text = yaml.read_text()
    yaml.write_text(text + "\ncolour: red\n")
    outcome = cli("boards")
    assert outcome.code == 2
    assert f"{yaml}:{text.count(chr(10)) + 2}" in outcome.err and "colour" in outcome.err


def test_renode_engine_is_refused_with_three_ways_to_get_renode(cli, monkeypatch):
    for arguments in (("--engine", "renode"), ()):
        if not arguments:
            monkeypatch.setenv("DIGITRIG_ENGINE", "renode")
        for command in (("run", BOARD, "--image", "ink:7"), ("eval", BOARD), ("run", BOARD, "--elf", __file__)):
            outcome = cli(*command, *arguments)
            assert outcome.code == 2
            assert "no Renode engine yet" in outcome.err
            assert "portable release archive" in outcome.err
            assert "package" in outcome.err and "from source" in outcome.err


def test_unknown_engine_is_a_usage_error(cli):
    outcome = cli("run", BOARD, "--image", "ink:7", "--engine", "renod")
    assert outcome.code == 2
    assert "engine 'renod' unknown" in outcome.err and "did you mean 'renode'?" in outcome.err


def test_error_with_json_is_one_object_on_stdout(cli):
    outcome = cli("run", "frdm_ke16", "--image", "ink:7", "--json")
    assert outcome.code == 2
    assert outcome.json["schema_version"] == 1
    assert outcome.json["error"]["type"] == "UnknownNameError"
    assert outcome.json["error"]["exit_code"] == 2
    assert outcome.json["error"]["message"] in outcome.err


def test_eval_refuses_what_it_cannot_evaluate(cli, tmp_path):
    for arguments, told in (
        ((BOARD, "--dataset", "mnits"), "did you mean 'mnist'?"),
        ((BOARD, "--dataset", tmp_path / "no.csv"), "not found"),
        ((BOARD, "--limit", "0"), "--limit"),
        (("nosuchboard",), "board 'nosuchboard' unknown"),
    ):
        outcome = cli("eval", *arguments)
        assert outcome.code == 2
        assert told in outcome.err


def test_codegen_refuses_what_is_no_model(cli, tmp_path):
    outcome = cli("codegen", tmp_path / "no.tflite", "-o", tmp_path / "out")
    assert outcome.code == 2 and "not found" in outcome.err
    (tmp_path / "text.tflite").write_bytes(b"this is no flatbuffer at all")
    outcome = cli("codegen", tmp_path / "text.tflite", "-o", tmp_path / "out")
    assert outcome.code == 2 and "text.tflite" in outcome.err


def test_build_refuses_an_unknown_board_and_toolchain(cli):
    outcome = cli("build", "frdm_ke61z")
    assert outcome.code == 2 and "did you mean 'frdm_ke16z'?" in outcome.err
    outcome = cli("build", BOARD, "--toolchain", "icc")
    assert outcome.code == 2 and "icc" in outcome.err
