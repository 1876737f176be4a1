"""Building firmware: what does not fit, what does not compile, the same bytes twice, nothing built twice."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from digitrig import firmware_build
from digitrig.codegen import load_model, model_names
from digitrig.errors import BuildError, MissingToolError, UnknownNameError
from digitrig.firmware_build import (
    board_images,
    build_firmware,
    build_image,
    build_program,
    buildable_boards,
    memory_use,
)
from digitrig.firmware_files import firmware_path
from digitrig.resources import root

ROOM = {  # flash and RAM in bytes, from the data sheets
    "frdm_k32l2b": (256 * 1024, 32 * 1024),
    "frdm_ke02z40m": (64 * 1024, 4 * 1024),
    "frdm_ke16z": (64 * 1024, 8 * 1024),
    "frdm_kv11z": (128 * 1024, 16 * 1024),
    "lpc845_brk": (64 * 1024, 16 * 1024),
    "mimxrt1060_evk": (8 << 20, 128 * 1024),
}
NEEDS_GCC = pytest.mark.skipif(
    shutil.which("arm-none-eabi-gcc") is None,
    reason="arm-none-eabi-gcc is not installed (apt install gcc-arm-none-eabi)",
)
FIRST = ("frdm_ke16z", "mimxrt1060_evk")  # one of each core; the others are built in the long run
BOARDS = [name if name in FIRST else pytest.param(name, marks=pytest.mark.long) for name in ROOM]
TOOLCHAINS = ["zig", pytest.param("gcc", marks=[NEEDS_GCC, pytest.mark.long])]
PROGRAMS = Path(__file__).parent / "programs"

ARRAYS = """#include <stdint.h>
#include "common/start.h"
extern const uint8_t constants[{constants}];
const uint8_t constants[{constants}] = {{1}};
static volatile uint8_t variables[{variables}];
int main(void)
{{
    variables[0] = ((const volatile uint8_t *)constants)[variables[1]];
    return variables[2];
}}
"""


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where these tests build, so that drivers are compiled once for all."""
    return tmp_path_factory.mktemp("work")


def arrays(folder: Path, constants: int = 4, variables: int = 4) -> Path:
    """A program with that many bytes of constants and of variables."""
    source = folder / "arrays.c"
    source.write_text(ARRAYS.format(constants=constants, variables=variables))
    return source


@pytest.mark.parametrize("toolchain", TOOLCHAINS)
@pytest.mark.parametrize("board", BOARDS)
def test_too_many_variables_are_refused_in_words(tmp_path: Path, work: Path, board: str, toolchain: str) -> None:
    with pytest.raises(BuildError, match="arrays for " + board) as error:
        build_program(arrays(tmp_path, variables=ROOM[board][1]), board, toolchain=toolchain, out_dir=work)
    assert "Variables, model arena and stack do not fit into the RAM of this part" in str(error.value)
    assert "lower STACK_BYTES" in str(error.value)


@pytest.mark.parametrize("toolchain", TOOLCHAINS)
@pytest.mark.parametrize("board", BOARDS)
def test_too_many_constants_are_refused_in_words(tmp_path: Path, work: Path, board: str, toolchain: str) -> None:
    with pytest.raises(BuildError) as error:
        build_program(arrays(tmp_path, constants=ROOM[board][0]), board, toolchain=toolchain, out_dir=work)
    assert "The image does not fit into the flash of this part" in str(error.value)
    assert error.value.exit_code == 2


@pytest.mark.parametrize("toolchain", TOOLCHAINS)
@pytest.mark.parametrize(
    ("stack", "text"), [("256", "STACK_BYTES is smaller than"), ("8200", "stack do not fit into the RAM")]
)
def test_a_stack_too_small_or_too_large_is_refused(
    tmp_path: Path, work: Path, toolchain: str, stack: str, text: str
) -> None:
    with pytest.raises(BuildError, match=text):
        build_program(arrays(tmp_path), "frdm_ke16z", toolchain=toolchain, out_dir=work, options={"STACK_BYTES": stack})


@pytest.mark.parametrize("toolchain", TOOLCHAINS)
def test_what_the_compiler_says_reaches_the_reader(tmp_path: Path, work: Path, toolchain: str) -> None:
    source = tmp_path / "wrong.c"
    source.write_text('#include "common/start.h"\nint main(void)\n{\n    return nowhere;\n}\n')
    with pytest.raises(BuildError) as error:
        build_program(source, "frdm_ke16z", toolchain=toolchain, out_dir=work)
    text = str(error.value)
    assert "firmware wrong for frdm_ke16z does not build" in text
    assert "wrong.c:4" in text and "nowhere" in text
    assert "FAILED" not in text and "Building C object" not in text, "no noise of ninja"


@pytest.mark.parametrize("toolchain", TOOLCHAINS)
@pytest.mark.parametrize("board", BOARDS)
def test_memory_use_counts_constants_and_variables(tmp_path: Path, work: Path, board: str, toolchain: str) -> None:
    small = memory_use(build_program(arrays(tmp_path), board, toolchain=toolchain, out_dir=work))
    large = memory_use(build_program(arrays(tmp_path, 1004, 404), board, toolchain=toolchain, out_dir=work))
    assert large[0] - small[0] == 1000
    assert large[1] - small[1] == 400


@pytest.mark.parametrize("toolchain", TOOLCHAINS)
def test_weights_that_have_no_room_in_ram_are_refused_in_words(toolchain: str) -> None:
    """2,074 bytes of constants on top of image, arena and stack are more than the 4 KB of the KE02."""
    with pytest.raises(BuildError, match="model arena and stack do not fit into the RAM of this part"):
        build_image("frdm_ke02z40m", "console", "an13438", "ram", toolchain)


@pytest.mark.parametrize("toolchain", TOOLCHAINS)
@pytest.mark.parametrize("board", FIRST)
@pytest.mark.parametrize("program", sorted(path.stem for path in PROGRAMS.glob("*.c")))
def test_program_of_one_file_builds(program: str, board: str, toolchain: str) -> None:
    elf = build_program(PROGRAMS / f"{program}.c", board, toolchain=toolchain)
    assert elf.name == f"{program}.elf"
    assert elf.read_bytes()[:4] == b"\x7fELF"


def _loaded(elf: Path) -> list[tuple[int, bytes]]:
    with elf.open("rb") as stream:
        return [(s["p_paddr"], s.data()) for s in ELFFile(stream).iter_segments("PT_LOAD") if s["p_filesz"]]


@pytest.mark.parametrize(
    ("board", "toolchain"), [("mimxrt1060_evk", "zig"), pytest.param("frdm_ke16z", "gcc", marks=NEEDS_GCC)]
)
@pytest.mark.long
def test_same_bytes_wherever_it_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, board: str, toolchain: str
) -> None:
    checkouts = [tmp_path / "here", tmp_path / "a" / "longer" / "way" / "there"]
    for name in ("platforms", "models", "firmware"):
        source = root() / name
        for checkout in checkouts:
            shutil.copytree(source, checkout / name, ignore=shutil.ignore_patterns("__pycache__", "train"))
            source = checkout / name
    images = []
    for checkout in checkouts:
        monkeypatch.setenv("DIGITRIG_ROOT", str(checkout))
        monkeypatch.setenv("DIGITRIG_BUILD", str(checkout / "out"))
        images.append(_loaded(build_image(board, "console", "an13438", "flash", toolchain).elf))
    assert images[0] == images[1]
    assert sum(len(data) for _, data in images[0]) > 8192


def test_second_build_leaves_the_file_alone_and_tells_the_same() -> None:
    first = build_firmware(["frdm_ke16z"])
    before = [(image.elf.stat().st_mtime_ns, image) for image in first]
    again = build_firmware(["frdm_ke16z"])
    assert [(image.elf.stat().st_mtime_ns, image) for image in again] == before


def test_changed_source_is_built_again(tmp_path: Path, work: Path) -> None:
    first = memory_use(build_program(arrays(tmp_path, 100), "frdm_ke16z", out_dir=work))
    second = memory_use(build_program(arrays(tmp_path, 300), "frdm_ke16z", out_dir=work))
    assert second[0] - first[0] == 200


def test_progress_names_each_image() -> None:
    lines: list[str] = []
    build_firmware(["frdm_ke16z"], models=["an13438"], progress=lines.append)
    assert lines[:2] == [
        f"building console with an13438, weights in {where}, for frdm_ke16z (zig)" for where in ("flash", "ram")
    ]


def test_one_model_is_built_if_that_is_asked() -> None:
    built = build_firmware(["frdm_ke16z"], models=["an13438"])
    assert {image.model for image in built} == {"an13438"}
    assert {image.elf for image in built} >= {firmware_path("frdm_ke16z", weights=where) for where in ("flash", "ram")}
    with pytest.raises(UnknownNameError, match="model 'an1348' unknown; known: an13438"):
        build_firmware(["frdm_ke16z"], models=["an1348"])


def test_model_is_left_out_where_the_board_does_not_take_it() -> None:
    assert build_firmware(["frdm_ke16z"], models=["lenet"]) == []


def test_images_are_those_of_the_models_that_list_the_board() -> None:
    for board in buildable_boards():
        for _, model, _ in board_images(board):
            assert board in load_model(model).boards
        console = {(model, weights) for app, model, weights in board_images(board) if app == "console"}
        takes = [name for name in model_names() if board in load_model(name).boards]
        assert console == {(name, weights) for name in takes for weights in ("flash", "ram")}


def test_board_without_room_for_weights_in_ram_is_built_without_that_image() -> None:
    lines: list[str] = []
    built = build_firmware(["frdm_ke02z40m"], models=["an13438"], progress=lines.append)
    assert [(image.app, image.weights) for image in built if image.app == "console"] == [("console", "flash")]
    assert (
        "console with an13438, weights in ram, has no room on frdm_ke02z40m, as models/manifest.json says; the linker: "
        "Variables, model arena and stack do not fit into the RAM of this part"
    ) in lines


@pytest.mark.long
def test_missing_room_that_the_manifest_does_not_know_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("platforms", "models", "firmware"):
        shutil.copytree(root() / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "train"))
    manifest = tmp_path / "models" / "manifest.json"
    content = json.loads(manifest.read_text())
    content["models"] = [entry for entry in content["models"] if entry["name"] == "an13438"]
    del content["models"][0]["no_room"]
    manifest.write_text(json.dumps(content))
    monkeypatch.setenv("DIGITRIG_ROOT", str(tmp_path))
    monkeypatch.setenv("DIGITRIG_BUILD", str(tmp_path / "build"))
    with pytest.raises(BuildError, match="firmware console-an13438-ram for frdm_ke02z40m does not build") as error:
        build_firmware(["frdm_ke02z40m"])
    assert '"no_room": [{"board": "frdm_ke02z40m", "app": "console", "weights": "ram"}]' in str(error.value)
    assert firmware_path("frdm_ke02z40m").is_file(), "all others are built"


@pytest.mark.long
def test_error_in_one_app_is_told_once_and_the_others_are_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a file of the lock's own: its images fail, those of the console are built; in a shared file: all fail."""
    for name in ("platforms", "models", "firmware"):
        shutil.copytree(root() / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "train"))
    monkeypatch.setenv("DIGITRIG_ROOT", str(tmp_path))
    monkeypatch.setenv("DIGITRIG_BUILD", str(tmp_path / "build"))
    main = tmp_path / "firmware" / "apps" / "lock" / "keep_ram.c"
    before = main.read_text()
    main.write_text(before + "\nint broken(void) { return nowhere; }\n")
    with pytest.raises(BuildError) as error:
        build_firmware(["frdm_ke16z"])
    text = str(error.value)
    assert text.startswith("firmware lock-an13438-flash, lock-tinylock-flash for frdm_ke16z does not build:")
    assert text.count("nowhere") <= 3, "once, with the line that has it"
    assert firmware_path("frdm_ke16z").is_file() and firmware_path("frdm_ke16z", model="tinylock").is_file()
    main.write_text(before)
    shared = tmp_path / "firmware" / "common" / "line.c"
    shared.write_text(shared.read_text() + "\nint broken(void) { return nowhere; }\n")
    with pytest.raises(BuildError, match=r"firmware console-an13438-flash, .*, lock-tinylock-flash for frdm_ke16z"):
        build_firmware(["frdm_ke16z"])


@pytest.mark.long
@pytest.mark.parametrize("board", sorted(ROOM))
def test_no_image_has_room_that_the_manifest_denies(board: str) -> None:
    """What `no_room` says is true: the linker refuses each."""
    for app, model, weights in board_images(board):
        if (board, app, weights) in load_model(model).no_room:
            with pytest.raises(BuildError, match=r"do(es)? not fit into the (RAM|flash) of this part"):
                build_image(board, app, model, weights)


def test_boards_are_built_by_default_if_they_have_firmware_and_a_description(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("both", "only_described"):
        (tmp_path / "platforms" / "boards").mkdir(parents=True, exist_ok=True)
        (tmp_path / "platforms" / "boards" / f"{name}.yaml").touch()
    for name in ("both", "only_firmware"):
        (tmp_path / "firmware" / "boards" / name).mkdir(parents=True)
        (tmp_path / "firmware" / "boards" / name / "board.cmake").touch()
    monkeypatch.setenv("DIGITRIG_ROOT", str(tmp_path))
    assert buildable_boards() == ["both"]


def test_unknown_board_and_toolchain_are_named() -> None:
    with pytest.raises(UnknownNameError, match=r"board 'frdm_ke15z' unknown.*did you mean 'frdm_ke16z'"):
        build_firmware(["frdm_ke15z"])
    with pytest.raises(UnknownNameError, match="toolchain 'icc' unknown; known: gcc, zig"):
        build_firmware(["frdm_ke16z"], toolchain="icc")


def test_unknown_names_given_to_cmake_are_named(tmp_path: Path, work: Path) -> None:
    with pytest.raises(BuildError, match=r"BOARD 'nothing' unknown; known:\s+" + r",\s+".join(ROOM)):
        build_program(arrays(tmp_path), "nothing", out_dir=work)
    with pytest.raises(BuildError, match="WEIGHTS 'rom' unknown; known: flash, ram"):
        build_program(arrays(tmp_path), "frdm_ke16z", out_dir=work, options={"WEIGHTS": "rom"})
    with pytest.raises(BuildError, match="KERNELS 'rom' unknown; known: flash, ram"):
        build_program(arrays(tmp_path), "frdm_ke16z", out_dir=work, options={"KERNELS": "rom"})


def test_missing_gcc_names_the_debian_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError, match="apt install gcc-arm-none-eabi"):
        build_firmware(["frdm_ke16z"], toolchain="gcc")


def test_tools_are_found_without_an_activated_environment(
    tmp_path: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    elf = build_program(arrays(tmp_path), "frdm_ke16z", out_dir=work)
    assert elf.is_file()


def test_missing_tool_names_the_command_that_installs_it(
    tmp_path: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firmware_build.sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError, match=r"cmake not found .*; run: pip install cmake"):
        build_program(arrays(tmp_path), "frdm_ke16z", out_dir=work)
