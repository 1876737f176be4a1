"""The four MNIST files: where they are, whether they are the published ones, and how to download them.

MNIST (LeCun, Cortes and Burges, CC BY-SA 3.0) is not part of this project. `DIGITRIG_MNIST` names a folder that has the
files, plain or `.gz`; `fetch_mnist` puts them into the cache folder.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from digitrig.digits.files import read_bytes, unpacked
from digitrig.errors import FileFormatError, MissingFileError, UsageError

VARIABLE = "DIGITRIG_MNIST"
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://dataset.bj.bcebos.com/mnist/",
)
FETCH_COMMAND = "digitrig data fetch"
Progress = Callable[[str, int, int | None], None]
"""Called with file name, bytes so far, bytes in all or None."""


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
    found = _md5(data)
    if found == file.md5:
        return data, ""
    if file.strict:
        raise FileFormatError(path, f"MD5 {found} of {len(data)} unpacked bytes", f"{file.md5} of the published file")
    return data, f"{path} is not the published file: its MD5 is {found}, not {file.md5}"


def fetch_mnist(
    folder: Path | None = None,
    *,
    mirrors: Sequence[str] = MIRRORS,
    files: Iterable[MnistFile] | None = None,
    progress: Progress | None = None,
    timeout_s: float = 30.0,
) -> list[Path]:
    """Download what is not there yet and return the paths of all the files.

    folder: default the cache.  mirrors: URLs of folders, tried in order; https, or http on this machine.
    files: default the four.  A download that broke off is taken up where it ended; a file appears under its name only
    when its sum is right. Raises UsageError that lists what each mirror said.
    """
    folder = folder or cache_dir()
    for mirror in mirrors:
        _check_url(mirror)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make the folder '{folder}': {error.strerror}") from None
    return [_fetch_one(folder, file, mirrors, progress, timeout_s) for file in files or FILES.values()]


def _fetch_one(
    folder: Path, file: MnistFile, mirrors: Sequence[str], progress: Progress | None, timeout_s: float
) -> Path:
    target = folder / f"{file.name}.gz"
    part = folder / f"{file.name}.gz.part"
    there = find_file(folder, file)
    if there is not None and _is_right(there, file):
        return there
    failures = []
    for mirror in mirrors:
        url = f"{mirror.rstrip('/')}/{file.name}.gz"
        for _ in range(2 if part.exists() else 1):
            try:
                _download(url, part, lambda done, total: progress and progress(file.name, done, total), timeout_s)
            except (OSError, http.client.HTTPException) as error:
                failures.append(f"{url}: {getattr(error, 'reason', None) or error or type(error).__name__}")
                break
            if _is_right(part, file):
                os.replace(part, target)
                return target
            failures.append(f"{url}: not the published file (MD5 differs)")
            part.unlink()
    raise UsageError(
        f"cannot download MNIST file '{file.name}.gz'; tried {'; '.join(failures) or 'no mirror'}. Without a network, "
        f"put the four IDX files into a folder and set {VARIABLE} to it, or use the data set 'ink'"
    )


def _download(url: str, part: Path, report: Callable[[int, int | None], object], timeout_s: float) -> None:
    """Append to `part` what is missing of a URL; from the start where the server does not do ranges."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"User-Agent": "digitrig"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        response = urllib.request.urlopen(request, timeout=timeout_s)
    except urllib.error.HTTPError as error:
        if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            error.close()
            return
        raise
    with response:
        resumed = response.status == http.client.PARTIAL_CONTENT
        have = have if resumed else 0
        length = response.headers.get("Content-Length")
        total = have + int(length) if length else None
        with part.open("ab" if resumed else "wb") as stream:
            while block := response.read(65536):
                stream.write(block)
                have += len(block)
                report(have, total)
    if total is not None and have < total:
        raise OSError(f"connection ended after {have} of {total} bytes")


def _is_right(path: Path, file: MnistFile) -> bool:
    try:
        return _md5(unpacked(read_bytes(path, "MNIST file"), path)) == file.md5
    except UsageError:
        return False


def _check_url(url: str) -> None:
    if not url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise UsageError(
            f"mirror '{url}' is not https; expected https://..., or http://127.0.0.1:PORT/ for a local one"
        )


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()
