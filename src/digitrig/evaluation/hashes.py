"""sha256 of files and data, by which reports and journals tell what took part."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from digitrig.digits.datasets import Dataset

if TYPE_CHECKING:
    from digitrig.platform import BoardSpec


def file_sha256(path: Path) -> str:
    """sha256 of a file's bytes, in hexadecimal. Raises OSError."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def dataset_sha256(data: Dataset) -> str:
    """sha256 of the images' bytes in order, then of the labels as one byte each where there are any."""
    digest = hashlib.sha256(data.images.tobytes())
    if data.labels is not None:
        digest.update(data.labels.astype("u1").tobytes())
    return digest.hexdigest()


def board_files_sha256(spec: BoardSpec) -> str:
    """sha256 over a board's description: its YAML and the `.repl` files that it is made of, names with them."""
    files = {spec.repl, spec.repl.with_suffix(".yaml")}
    files |= {Path(entry.file) for entry in spec.platform.entries.values() if Path(entry.file).is_file()}
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def core_sha256() -> str:
    """sha256 of the C core's library that this process runs."""
    from digitrig.native.binding import library_path

    return file_sha256(library_path())
