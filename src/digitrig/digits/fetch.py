"""Download of MNIST: four files over https, checked, taken up where a broken download ended."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from digitrig.digits.files import read_bytes, unpacked
from digitrig.digits.mnist import FILES, VARIABLE, MnistFile, cache_dir, find_file, md5_of
from digitrig.errors import UsageError

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://dataset.bj.bcebos.com/mnist/",
)
Progress = Callable[[str, int, int | None], None]
"""Called with file name, bytes so far, bytes in all or None."""


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
            except OSError as error:
                failures.append(f"{url}: {getattr(error, 'reason', None) or error}")
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
    """Append to `part` what is missing of a URL; from the start where the server does not do ranges. Raises OSError."""
    import http.client  # here, because these bring TLS and e-mail, and few runs download anything
    import urllib.request
    from urllib.error import HTTPError

    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"User-Agent": "digitrig"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        response = urllib.request.urlopen(request, timeout=timeout_s)
    except HTTPError as error:
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
            try:
                while block := response.read(65536):
                    stream.write(block)
                    have += len(block)
                    report(have, total)
            except http.client.HTTPException as error:
                raise OSError(f"answer broke off: {error!r}") from None
    if total is not None and have < total:
        raise OSError(f"connection ended after {have} of {total} bytes")


def _is_right(path: Path, file: MnistFile) -> bool:
    try:
        return md5_of(unpacked(read_bytes(path, "MNIST file"), path)) == file.md5
    except UsageError:
        return False


def _check_url(url: str) -> None:
    if not url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise UsageError(
            f"mirror '{url}' is not https; expected https://..., or http://127.0.0.1:PORT/ for a local one"
        )
