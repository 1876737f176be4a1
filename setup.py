"""Build of the C core and of the data that a wheel carries; all else is declared in pyproject.toml.

The core is a plain shared library that `digitrig.native` loads with ctypes, so one wheel serves every Python version of
a platform. It is compiled by the clang inside the `ziglang` package: no system compiler is used.

    python setup.py build_core --inplace      compile beside the sources, only when they are newer than the library
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from setuptools import Command, Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build import build

ROOT = Path(__file__).resolve().parent
NATIVE = Path("src", "digitrig", "native")
LIBRARY = "libdigitrig_core.so"  # ctypes loads it by its path, so one name does on every platform
BUILD_BASE = "build/setuptools"  # not build/ itself: that is where firmware goes, and sdist leaves out its build base

# (sys.platform, machine) -> (clang target, platform tag of the wheel)
TARGETS = {
    ("linux", "x86_64"): ("x86_64-linux-gnu.2.17", "manylinux_2_17_x86_64.manylinux2014_x86_64"),
    ("linux", "aarch64"): ("aarch64-linux-gnu.2.17", "manylinux_2_17_aarch64.manylinux2014_aarch64"),
    ("linux-musl", "x86_64"): ("x86_64-linux-musl", "musllinux_1_2_x86_64"),
    ("linux-musl", "aarch64"): ("aarch64-linux-musl", "musllinux_1_2_aarch64"),
    ("darwin", "x86_64"): ("x86_64-macos.11.0", "macosx_11_0_x86_64"),
    ("darwin", "arm64"): ("aarch64-macos.11.0", "macosx_11_0_arm64"),
    ("win32", "amd64"): ("x86_64-windows-gnu", "win_amd64"),
}

CFLAGS = [
    "-O2",
    "-s",  # no debug information: it holds the path of the checkout, and the library would differ between machines
    "-std=gnu11",
    "-fPIC",
    "-shared",
    "-fvisibility=hidden",
    "-fno-sanitize=undefined",  # zig cc turns it on by default; the sanitizer build of `make lint` does it properly
    "-fno-strict-aliasing",
    "-fomit-frame-pointer",
    "-Wall",
    "-Wextra",
]

# What an installed digitrig needs beside its code: copied to digitrig/_data under the same names.
DATA = {
    "platforms": ("*",),
    "adapters": ("*.yaml",),
    "models": ("*.tflite", "*.json", "*.md", "*.png"),
    "firmware": ("*",),
    "build/firmware": ("*.elf",),
}


def host_target() -> tuple[str, str]:
    """(clang target, wheel platform tag) of this machine; SystemExit names it when unknown."""
    system = sys.platform
    if system == "linux" and "musl" in str(sysconfig.get_config_var("HOST_GNU_TYPE")):
        system = "linux-musl"
    machine = platform.machine().lower()
    try:
        return TARGETS[system, machine]
    except KeyError:
        known = ", ".join(f"{name} {cpu}" for name, cpu in TARGETS)
        raise SystemExit(f"no build target of the C core for {system} {machine}; known: {known}") from None


def core_sources() -> list[Path]:
    return sorted((ROOT / NATIVE / "src").glob("*.c"))


def core_inputs() -> list[Path]:
    """Every file whose change asks for a new library: sources, headers, and the two files that hold flags and pins."""
    headers = sorted((ROOT / NATIVE).glob("*/*.h"))
    return [*core_sources(), *headers, ROOT / "setup.py", ROOT / "pyproject.toml"]


def up_to_date(library: Path) -> bool:
    return library.exists() and all(path.stat().st_mtime <= library.stat().st_mtime for path in core_inputs())


def compile_core(directory: Path) -> Path:
    """Compile the core to DIRECTORY/libdigitrig_core.so if its inputs are newer, and return the path."""
    target, _tag = host_target()
    library = directory / LIBRARY
    if up_to_date(library):
        return library
    directory.mkdir(parents=True, exist_ok=True)
    fresh = library.with_name(f".{library.name}.new")  # renamed at the end: a running process keeps its old library
    includes = [f"-I{NATIVE / 'include'}", f"-I{NATIVE / 'src'}"]
    sources = [str(path.relative_to(ROOT)) for path in core_sources()]
    command = [sys.executable, "-m", "ziglang", "cc", "-target", target, *CFLAGS, *includes, *sources, "-o", str(fresh)]
    print(f"compiling the C core: {len(sources)} files for {target}", flush=True)
    done = subprocess.run(command, cwd=ROOT, check=False)
    if done.returncode:
        raise SystemExit(f"the C core does not compile (status {done.returncode}): {' '.join(command)}")
    fresh.replace(library)
    return library


class BuildCore(Command):
    """Sub-command of `build`: the library into the build folder, or beside the sources for an editable install."""

    description = "compile the C core"
    user_options = [  # noqa: RUF012 (setuptools reads a class attribute)
        ("build-lib=", "b", "folder to build in"),
        ("inplace", "i", "compile beside the sources"),
    ]
    boolean_options = ["inplace"]  # noqa: RUF012
    editable_mode = False

    def initialize_options(self) -> None:
        self.build_lib: str | None = None
        self.inplace = False

    def finalize_options(self) -> None:
        self.set_undefined_options("build_py", ("build_lib", "build_lib"))

    def library(self) -> Path:
        if self.inplace or self.editable_mode:
            return ROOT / NATIVE
        return Path(str(self.build_lib)).resolve() / "digitrig" / "native"

    def run(self) -> None:
        compile_core(self.library())

    def get_source_files(self) -> list[str]:
        return [str(path.relative_to(ROOT)) for path in core_inputs()]

    def get_outputs(self) -> list[str]:
        return [str(self.library() / LIBRARY)]

    def get_output_mapping(self) -> dict[str, str]:
        return {}


class BuildData(Command):
    """Sub-command of `build`: DATA into digitrig/_data. An editable install reads the checkout instead."""

    description = "copy platforms, models and firmware into the package"
    user_options = [("build-lib=", "b", "folder to build in")]  # noqa: RUF012
    editable_mode = False

    def initialize_options(self) -> None:
        self.build_lib: str | None = None

    def finalize_options(self) -> None:
        self.set_undefined_options("build_py", ("build_lib", "build_lib"))

    def pairs(self) -> list[tuple[Path, Path]]:
        """(source, destination) of every data file, both absolute."""
        target = Path(str(self.build_lib)).resolve() / "digitrig" / "_data"
        found = []
        for folder, patterns in DATA.items():
            files = {path for pattern in patterns for path in (ROOT / folder).rglob(pattern)}
            kept = sorted(path for path in files if path.is_file() and "__pycache__" not in path.parts)
            found += [(path, target / path.relative_to(ROOT)) for path in kept]
        return found

    def run(self) -> None:
        if self.editable_mode:
            return
        for source, destination in self.pairs():
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, destination)

    def get_source_files(self) -> list[str]:
        return [str(source.relative_to(ROOT)) for source, _destination in self.pairs()]

    def get_outputs(self) -> list[str]:
        return [] if self.editable_mode else [str(destination) for _source, destination in self.pairs()]

    def get_output_mapping(self) -> dict[str, str]:
        return {}


class Build(build):
    sub_commands = [*build.sub_commands, ("build_core", None), ("build_data", None)]  # noqa: RUF012


class Wheel(bdist_wheel):
    """py3-none-<platform>: a ctypes library depends on the platform, not on the Python version."""

    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", host_target()[1]


class BinaryDistribution(Distribution):
    def has_ext_modules(self) -> bool:
        return True


setup(
    distclass=BinaryDistribution,
    options={"build": {"build_base": BUILD_BASE}},
    cmdclass={"build": Build, "build_core": BuildCore, "build_data": BuildData, "bdist_wheel": Wheel},
)
