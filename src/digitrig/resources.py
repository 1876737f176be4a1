"""Where the files that are not code lie: board descriptions, models, firmware sources and what is built from them.

In a checkout they are the folders beside `src/`; a wheel carries them as `digitrig/_data`. `DIGITRIG_ROOT` names
another folder of the same shape, `DIGITRIG_BUILD` another place for what `digitrig build` makes.
"""

from __future__ import annotations

import os
from pathlib import Path

from digitrig.errors import MissingFileError

_PACKAGE = Path(__file__).resolve().parent


def root() -> Path:
    """Folder that holds `platforms/`, `models/` and `firmware/`.

    Taken from `DIGITRIG_ROOT`, else the checkout that this file lies in, else the data of an installed wheel.
    Raises MissingFileError when the folder has no `platforms/`.
    """
    asked = os.environ.get("DIGITRIG_ROOT")
    if asked:
        folder = Path(asked).expanduser().resolve()
        if not (folder / "platforms").is_dir():
            raise MissingFileError(
                folder / "platforms", "folder of board descriptions", "DIGITRIG_ROOT must name a folder with platforms/"
            )
        return folder
    checkout = _PACKAGE.parent.parent
    for folder in (checkout, _PACKAGE / "_data"):
        if (folder / "platforms").is_dir():
            return folder
    raise MissingFileError(
        _PACKAGE / "_data", "data of the package", "install digitrig again, or set DIGITRIG_ROOT to a checkout"
    )


def platforms_dir() -> Path:
    """`.repl` and board YAML files: `boards/`, `cpus/`, `renode/`."""
    return root() / "platforms"


def models_dir() -> Path:
    """`.tflite` files, their cards and `manifest.json`."""
    return root() / "models"


def firmware_dir() -> Path:
    """C sources and CMake files of the firmware."""
    return root() / "firmware"


def build_dir() -> Path:
    """Folder for what is built (need not exist): always one that the user can write to.

    Taken from `DIGITRIG_BUILD`, else `build/` of the checkout, else `digitrig/build` in the user's cache folder.
    """
    asked = os.environ.get("DIGITRIG_BUILD")
    if asked:
        return Path(asked).expanduser().resolve()
    folder = root()
    if _PACKAGE not in folder.parents:
        return folder / "build"
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "digitrig" / "build"


def firmware_dirs() -> tuple[Path, ...]:
    """Folders of built firmware, `<toolchain>/<board>/*.elf` below each: first those built here."""
    built = build_dir() / "firmware"
    folder = root()
    return (built, folder / "build" / "firmware") if _PACKAGE in folder.parents else (built,)
