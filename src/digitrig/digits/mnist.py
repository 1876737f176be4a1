"""The four MNIST files: where they are, and whether they are the published ones.

MNIST (LeCun, Cortes and Burges, CC BY-SA 3.0) is not part of this project. `DIGITRIG_MNIST` names a folder that has the
files, plain or `.gz`; `fetch.fetch_mnist` puts them into the cache folder.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from digitrig.digits.files import read_bytes, unpacked
from digitrig.errors import FileFormatError, MissingFileError, UsageError

VARIABLE = "DIGITRIG_MNIST"
FETCH_COMMAND = "digitrig data fetch"


@dataclass(frozen=True)
class MnistFile:
    """One published file. name: without `.gz`.  md5: of the unpacked bytes.  strict: another sum is an error, not a
    warning."""

    name: str
    md5: str
    strict: bool = True


FILES: Mapping[tuple[str, str], MnistFile] = {
    ("test", "images"): MnistFile("t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea"),
    ("test", "labels"): MnistFile("t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637"),
    ("train", "images"): MnistFile("train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb", strict=False),
    ("train", "labels"): MnistFile("train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624"),
}
"""By split and content. The sums are the widely published ones of the unpacked files, so that any packing serves."""


def cache_dir() -> Path:
    """Return where fetched files stand: `digitrig/mnist` in XDG_CACHE_HOME, or in ~/.cache without it."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if os.path.isabs(base) else Path.home() / ".cache") / "digitrig" / "mnist"


def find_file(folder: Path, file: MnistFile) -> Path | None:
    """Return the file in a folder, plain or `.gz`; also with the dot that some archives have for the second dash."""
    dotted = file.name.replace("-idx", ".idx")
    for name in (file.name, f"{file.name}.gz", dotted, f"{dotted}.gz"):
        if (folder / name).is_file():
            return folder / name
    return None


def mnist_folder(split: str = "test") -> Path:
    """Return the folder that holds a split: DIGITRIG_MNIST if it is set, else the cache.

    Raises MissingFileError where DIGITRIG_MNIST lacks a file, UsageError that says what to do where there is neither.
    """
    wanted = [FILES[split, "images"], FILES[split, "labels"]]
    named = os.environ.get(VARIABLE)
    if named:
        folder = Path(named)
        if not folder.is_dir():
            raise MissingFileError(named, f"{VARIABLE} folder", "it should hold the four IDX files of MNIST")
        for file in wanted:
            if find_file(folder, file) is None:
                raise MissingFileError(folder / file.name, "MNIST file", f"{VARIABLE} should hold it, plain or as .gz")
        return folder
    if all(find_file(cache_dir(), file) for file in wanted):
        return cache_dir()
    raise UsageError(
        f"MNIST is not on this machine: {VARIABLE} is not set and {cache_dir()} does not hold it; set {VARIABLE} to a "
        f"folder with the four IDX files, or run: {FETCH_COMMAND}, or use the data set 'ink'"
    )


def read_checked(folder: Path, file: MnistFile) -> tuple[bytes, str]:
    """Return the unpacked bytes of a file and a warning, which is empty where its sum is the published one.

    Raises FileFormatError for another sum where the file is strict.
    """
    path = find_file(folder, file)
    if path is None:
        raise MissingFileError(folder / file.name, "MNIST file")
    data = unpacked(read_bytes(path, "MNIST file"), path)
    found = md5_of(data)
    if found == file.md5:
        return data, ""
    if file.strict:
        raise FileFormatError(path, f"MD5 {found} of {len(data)} unpacked bytes", f"{file.md5} of the published file")
    return data, f"{path} is not the published file: its MD5 is {found}, not {file.md5}"


def md5_of(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()
