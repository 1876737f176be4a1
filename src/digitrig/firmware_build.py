"""Build firmware: generate the model's C, run CMake and ninja, read sizes from the result.

Everything comes from pip packages (ziglang, cmake, ninja) and is found beside the running Python, so that no
environment has to be activated; only `toolchain="gcc"` needs a program of the system. What is built lands in
`build/firmware/<toolchain>/<board>/<app>-<model>-<weights>.elf`, with a map of its symbols beside it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from digitrig.errors import BuildError, MissingFileError, MissingToolError, UnknownNameError
from digitrig.firmware_files import TOOLCHAINS, app_variants, firmware_name, firmware_path
from digitrig.platform import board_names, load_board
from digitrig.resources import build_dir, firmware_dir, models_dir

if TYPE_CHECKING:
    from digitrig.codegen import ModelInfo

__all__ = [
    "BuiltFirmware",
    "board_images",
    "build_firmware",
    "build_image",
    "build_program",
    "buildable_boards",
    "firmware_path",
    "memory_use",
]

_LOG_LINES = 40  # of the tools' output in an error text
_NO_ROOM = (  # firmware/ld/sections.ld
    "Variables, model arena and stack do not fit into the RAM of this part",
    "The image does not fit into the flash of this part",
)
Image = tuple[str, str, str]  # app, model, weights
_SKIPPED_OUTPUT = ("[", "ninja: Entering", "ninja: build stopped", "FAILED: ", ": && ", "-- ")


@dataclass(frozen=True)
class BuiltFirmware:
    """One image.

    flash_bytes: code, constants and the initial values of variables.  ram_bytes: variables, stack, and code that is
    copied to RAM.
    """

    board: str
    app: str
    model: str
    weights: str
    elf: Path
    flash_bytes: int
    ram_bytes: int


def buildable_boards() -> list[str]:
    """Names of the boards that have both a description and firmware, sorted."""
    return [name for name in board_names() if (firmware_dir() / "boards" / name / "board.cmake").is_file()]


def build_firmware(
    boards: Iterable[str],
    *,
    toolchain: str = "zig",
    models: Iterable[str] | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[BuiltFirmware]:
    """Build every app of the boards with every model that it takes, weights in flash and in RAM.

    The images of a board share their objects. Where the linker finds no room for one and the model's entry in
    `models/manifest.json` says so (`no_room`), there is no such image and `progress` is told; where it does not say so,
    that is an error once all others are built.
    toolchain: "zig" or "gcc".  models: build these only, on the boards that take them.  progress: gets one line per
    image.  Raises UnknownNameError, MissingToolError, BuildError with the tools' output.
    """
    from digitrig.codegen import load_model

    tell = progress or (lambda line: None)
    wanted = None if models is None else [load_model(name).name for name in models]
    built: list[BuiltFirmware] = []
    failed: dict[tuple[str, str], list[Image]] = {}
    for board in boards:
        images = [image for image in board_images(board) if wanted is None or image[1] in wanted]
        for app, model, weights in images:
            tell(f"building {app} with {model}, weights in {weights}, for {board} ({toolchain})")
        faults = _build_board(board, images, toolchain)
        for image in images:
            if image not in faults:
                built.append(_built(board, *image, toolchain))
                continue
            note = _expected(board, *image, faults[image])
            if note is None:
                failed.setdefault((board, faults[image]), []).append(image)
            else:
                _forget(build_dir() / "firmware" / firmware_name(board, *image, toolchain))
                tell(note)
    if failed:
        raise BuildError("\n".join(_told(board, images, fault) for (board, fault), images in failed.items()))
    return built


def _told(board: str, images: list[Image], fault: str) -> str:
    """The error text for images of a board that have the same fault, and what to do about it."""
    names = ", ".join("-".join(image) for image in images)
    text = f"firmware {names} for {board} does not build:\n{fault}"
    if not any(line in fault for line in _NO_ROOM):
        return text
    entries = [json.dumps({"board": board, "app": app, "weights": weights}) for app, _, weights in images]
    return (
        f"{text}\nWhat is to be left out stands in models/manifest.json, in the model's entry: "
        f'"no_room": [{", ".join(entries)}]'
    )


def board_images(board: str) -> list[Image]:
    """(app, model, weights) of all images of a board, in the order of its apps.  Raises UnknownNameError."""
    spec = load_board(board)
    return [(app, *variant) for app in spec.apps for variant in app_variants(app, spec.models)]


def _expected(board: str, app: str, model: str, weights: str, fault: str) -> str | None:
    """What to tell of an image that its part has no room for, as its model's entry says; None for any other fault."""
    from digitrig.codegen import load_model

    words = next((line for line in _NO_ROOM if line in fault), None)
    if words is None or (board, app, weights) not in load_model(model).no_room:
        return None
    return (
        f"{app} with {model}, weights in {weights}, has no room on {board}, as models/manifest.json says; the linker: "
        + words
    )


def _forget(elf: Path) -> None:
    """An image of an earlier state of the source that can no longer be built."""
    elf.unlink(missing_ok=True)
    elf.with_suffix(".map").unlink(missing_ok=True)


def build_program(
    source: Path,
    board: str,
    *,
    toolchain: str = "zig",
    out_dir: Path | None = None,
    options: Mapping[str, str] = {},
    model: str | None = None,
    defines: Iterable[str] = (),
) -> Path:
    """Build a program of one C file for a board: start-up, drivers and linker script of the firmware.

    source: defines `main`; it may use boards/board.h.  out_dir: default `build/programs`.  options: CMake variables.
    model: whose bundle (kernels/bundle.h) it is linked with, None for none.  defines: macros, NAME or NAME=value; each
    set of them is a file of its own.  Returns the ELF file. Raises as build_firmware does.
    """
    macros = sorted(defines)
    name = "-".join([source.stem, *(re.sub(r"\W", "-", macro).lower() for macro in macros)])
    folder = (out_dir or build_dir() / "programs").resolve() / toolchain / board
    variables = {"BOARD": board, "APP_SOURCE": str(source.resolve()), "IMAGE_NAME": name, **options}
    if macros:
        variables["DEFINES"] = ";".join(macros)
    if model is not None:
        from digitrig.codegen import load_model

        generated = build_dir() / "generated"
        _generate(load_model(model), generated / model)
        variables |= {"MODEL": model, "MODEL_DIR": str(generated)}
    return _run_tools(folder / f".{name}", folder / f"{name}.elf", toolchain, variables)


def memory_use(elf: Path) -> tuple[int, int]:
    """(flash bytes, RAM bytes) of a firmware file.

    Flash: every section that is loaded. RAM: every section that is written while the program runs, the stack included,
    and code that is copied to RAM; that is what lies at another address than it is loaded from, or is not loaded at
    all.
    """
    flash = ram = 0
    with elf.open("rb") as stream:
        file = ELFFile(stream)
        moved = [
            (segment["p_vaddr"], segment["p_vaddr"] + segment["p_memsz"])
            for segment in file.iter_segments("PT_LOAD")
            if segment["p_vaddr"] != segment["p_paddr"]
        ]
        for section in file.iter_sections():
            if not section["sh_flags"] & SH_FLAGS.SHF_ALLOC:
                continue
            size, address = section["sh_size"], section["sh_addr"]
            loaded = section["sh_type"] != "SHT_NOBITS"
            flash += size if loaded else 0
            ram += size if not loaded or any(low <= address < high for low, high in moved) else 0
    return flash, ram


def build_image(
    board: str, app: str, model: str, weights: str, toolchain: str = "zig", *, kernels: str = "flash"
) -> BuiltFirmware:
    """Build one image; errors as build_firmware.

    kernels: "flash", or "ram": kernels and model code are copied to RAM; such an image is an experiment and lands in
    `build/variants`, with a name that ends in `-kernels-ram`.
    """
    image = (app, model, weights)
    faults = _build_board(board, [image], toolchain, kernels)
    if faults:
        raise BuildError(_told(board, [image], faults[image]))
    return _built(board, *image, toolchain, kernels)


def _image_file(board: str, app: str, model: str, weights: str, toolchain: str, kernels: str = "flash") -> Path:
    name = firmware_name(board, app, model, weights, toolchain)
    if kernels == "flash":
        return build_dir() / "firmware" / name
    return build_dir() / "variants" / name.with_stem(f"{name.stem}-kernels-{kernels}")


def _built(board: str, app: str, model: str, weights: str, toolchain: str, kernels: str = "flash") -> BuiltFirmware:
    elf = _image_file(board, app, model, weights, toolchain, kernels)
    _write_map(elf)
    return BuiltFirmware(board, app, model, weights, elf, *memory_use(elf))


def _build_board(board: str, images: list[Image], toolchain: str, kernels: str = "flash") -> dict[Image, str]:
    """Build images of one board with objects that they share; returns what went wrong, by image.

    CMake is told of all images that the board has, so that it makes the same of every request."""
    from digitrig.codegen import load_model

    if not images:
        return {}
    root, suffix = build_dir(), "" if kernels == "flash" else f"-kernels-{kernels}"
    all_images = list(dict.fromkeys([*board_images(board), *images]))
    models = [load_model(model) for model in dict.fromkeys(model for _, model, _ in all_images)]
    for info in models:
        _generate(info, root / "generated" / info.name)
    variables = {
        "BOARD": board,
        "IMAGES": ";".join("/".join(image) for image in all_images),
        "IMAGE_SUFFIX": suffix,
        "MODEL_DIR": str(root / "generated"),
        "MODEL_FILE": str(models_dir()),
        "MODEL_RULE": ";".join(f"{info.name}={info.preprocess}" for info in models),
        "KERNELS": kernels,
    }
    files = {image: _image_file(board, *image, toolchain, kernels) for image in images}
    work, folder = root / "cmake" / toolchain / f"{board}{suffix}", next(iter(files.values())).parent
    with _locked(work):
        _configure(work, folder, toolchain, variables, f"images of {board}")
        output = _ninja(work, [file.stem for file in files.values()])
        if output is None:
            return {}
        faults = {image: _faults_of(output, file.name) for image, file in files.items()}
        if _failed_files(output) - {file.name for file in files.values()}:  # objects: which images need them?
            for image, file in files.items():
                faults[image] = faults[image] or _readable(_ninja(work, [file.stem]) or "")
    return {image: text for image, text in faults.items() if text}


# ---------------------------------------------------------------- the model's C


def _generate(info: ModelInfo, folder: Path) -> None:
    """Generate the bundle unless it is there already, made from the same model by the same generator."""
    import digitrig.codegen
    from digitrig.codegen import generate
    from digitrig.reference import preprocess

    digest = hashlib.sha256(info.path.read_bytes())
    digest.update(info.preprocess.encode())
    sources = sorted(Path(digitrig.codegen.__file__).parent.rglob("*.py"))
    for source in (*sources, Path(preprocess.__file__)):
        digest.update(source.read_bytes())
    stamp = folder / ".generated"
    with _locked(folder):
        current = stamp.read_text() if stamp.is_file() else ""
        if current != digest.hexdigest() or not (folder / f"{info.name}.c").is_file():
            generate(info.path, folder, info.name, info.preprocess)
            stamp.write_text(digest.hexdigest())


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process at a time works in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# ---------------------------------------------------------------- the tools


def _tool(name: str) -> str:
    """A program that pip installed beside this Python, else one of the system."""
    beside = os.path.dirname(os.path.abspath(sys.executable))
    found = shutil.which(name, path=beside) or shutil.which(name)
    if found is None:
        raise MissingToolError(f"{name} not found beside {sys.executable} nor in PATH; run: pip install {name}")
    return found


def _zig() -> str:
    """The zig program of the ziglang package."""
    package = importlib.util.find_spec("ziglang")
    folders = package.submodule_search_locations if package is not None else None
    for folder in folders or ():
        program = shutil.which("zig", path=folder)
        if program is not None:
            return program
    raise MissingToolError("the ziglang package, which brings the compiler, is not installed; run: pip install ziglang")


def _compiler_variables(toolchain: str) -> dict[str, str]:
    if toolchain not in TOOLCHAINS:
        raise UnknownNameError("toolchain", toolchain, TOOLCHAINS)
    if toolchain == "zig":
        return {"TOOLCHAIN": "zig", "ZIG": _zig()}
    if shutil.which("arm-none-eabi-gcc") is None:
        raise MissingToolError(
            "arm-none-eabi-gcc not found in PATH; run: apt install gcc-arm-none-eabi, or build with toolchain zig"
        )
    return {"TOOLCHAIN": "gcc"}


def _environment() -> dict[str, str]:
    """The caller's, with a cache folder for zig where the usual one cannot be written."""
    environment = dict(os.environ)
    home = environment.get("HOME", "")
    if "ZIG_GLOBAL_CACHE_DIR" not in environment and not (home and os.access(home, os.W_OK)):
        environment["ZIG_GLOBAL_CACHE_DIR"] = str(build_dir() / "zig-cache")
    for influence in ("CFLAGS", "LDFLAGS", "CC", "CMAKE_GENERATOR", "CMAKE_TOOLCHAIN_FILE"):
        environment.pop(influence, None)
    return environment


def _run_tools(work: Path, elf: Path, toolchain: str, variables: Mapping[str, str]) -> Path:
    """Configure if anything about the configuration changed, build if anything else did, and write the map."""
    what = f"{elf.stem} for {variables['BOARD']}"
    with _locked(work):
        _configure(work, elf.parent, toolchain, variables, what)
        output = _ninja(work, [])
        if output is not None:
            raise BuildError(f"firmware {what} does not build:\n{_readable(output)}")
        _write_map(elf)
    return elf


def _configure(work: Path, folder: Path, toolchain: str, variables: Mapping[str, str], what: str) -> None:
    """Run CMake for a work folder if anything changed that it was told.  folder: of the results."""
    cmake, ninja, source = _tool("cmake"), _tool("ninja"), firmware_dir()
    if not (source / "CMakeLists.txt").is_file():
        raise MissingFileError(source / "CMakeLists.txt", "firmware source", "install digitrig from a checkout")
    given = {**_compiler_variables(toolchain), **variables, "IMAGE_DIR": str(folder)}
    configure = [cmake, "-G", "Ninja", "-S", str(source), "-B", str(work), f"-DCMAKE_MAKE_PROGRAM={ninja}"]
    configure += [f"-D{name}={value}" for name, value in sorted(given.items())]
    stamp = work / ".configured"
    if stamp.is_file() and stamp.read_text() == "\n".join(configure) and (work / "build.ninja").is_file():
        return
    stamp.unlink(missing_ok=True)
    (work / "CMakeCache.txt").unlink(missing_ok=True)
    output = _run(configure)
    if output is not None:
        raise BuildError(f"firmware {what} does not build:\n{_readable(output)}")
    stamp.write_text("\n".join(configure))


def _ninja(work: Path, targets: list[str]) -> str | None:
    """Build targets, as many as can be built; None, or what was said if not all could."""
    return _run([_tool("ninja"), "-C", str(work), "-k", "0", *(f"{target}" for target in targets)])


def _run(command: list[str]) -> str | None:
    """None, or what a command said that failed."""
    done = subprocess.run(
        command, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    return done.stdout if done.returncode else None


def _failures(output: str) -> list[tuple[str, str]]:
    """Name of each file that ninja could not make, and what was said of it."""
    parts = re.split(r"^FAILED: ", output, flags=re.MULTILINE)[1:]
    return [(part.split("\n", 1)[0].split()[-1].rsplit("/", 1)[-1], part) for part in parts]


def _failed_files(output: str) -> set[str]:
    return {file for file, _ in _failures(output)} or {""}  # "": it failed before it made anything


def _faults_of(output: str, file: str) -> str:
    """What ninja's output says of one file that could not be made; '' if nothing."""
    return "\n".join(_readable(f"FAILED: {said}") for failed, said in _failures(output) if failed == file)


def _readable(output: str) -> str:
    """The last lines of the tools' output without progress and without repetition (lld says some things twice)."""
    lines = [line for line in output.splitlines() if line.strip() and not _is_noise(line)]
    return "\n".join(list(dict.fromkeys(lines))[-_LOG_LINES:])


def _is_noise(line: str) -> bool:
    """Progress, and the echo of a command that failed."""
    first = line.split(" ", 1)[0]
    return line.startswith(_SKIPPED_OUTPUT) or first.endswith(("/zig", "/arm-none-eabi-gcc"))


def _write_map(elf: Path) -> None:
    """A table of sections and symbols beside the ELF file; the linkers' own maps differ, and zig's has none."""
    path = elf.with_suffix(".map")
    if path.is_file() and path.stat().st_mtime_ns >= elf.stat().st_mtime_ns:
        return
    rows: list[tuple[int, int, str]] = []
    with elf.open("rb") as stream:
        file = ELFFile(stream)
        for section in file.iter_sections():
            if section["sh_flags"] & SH_FLAGS.SHF_ALLOC and section["sh_size"]:
                rows.append((section["sh_addr"], section["sh_size"], f"section {section.name}"))
        table = file.get_section_by_name(".symtab")
        if isinstance(table, SymbolTableSection):
            for symbol in table.iter_symbols():
                if symbol["st_info"]["type"] in ("STT_FUNC", "STT_OBJECT"):
                    rows.append((symbol["st_value"] & ~1, symbol["st_size"], f"    {symbol.name}"))
    # A section starts where its first symbol does, and stands in front of it.
    rows.sort(key=lambda row: (row[0], not row[2].startswith("section"), row[2]))
    lines = [f"0x{address:08x} {size:8d} {name}" for address, size, name in rows]
    path.write_text("\n".join(["address       bytes what", *lines]) + "\n", encoding="utf-8")
