"""Reading and writing whole files, with errors that say what was wrong: shared by the format modules."""

from __future__ import annotations

import gzip
import os
import tempfile
import zlib
from pathlib import Path

from digitrig.errors import FileFormatError, MissingFileError, UsageError

GZIP_MAGIC = b"\x1f\x8b"


def read_bytes(path: Path, what: str, hint: str = "") -> bytes:
    """Return the bytes of a file; MissingFileError, or UsageError if unreadable. what: how an error calls it."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise MissingFileError(path, what, hint) from None
    except OSError as error:
        raise UsageError(f"{what} '{path}' cannot be read: {error.strerror}") from None


def unpacked(data: bytes, name: object) -> bytes:
    """Return `data`, unpacked where it is gzip; FileFormatError where the gzip stream is cut short or damaged."""
    if not data.startswith(GZIP_MAGIC):
        return data
    try:
        return gzip.decompress(data)
    except EOFError:
        raise FileFormatError(name, f"gzip stream ends early, after {len(data)} bytes", "a complete .gz file") from None
    except (zlib.error, OSError) as error:
        raise FileFormatError(name, f"damaged gzip stream ({error})", "a complete .gz file") from None


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all. Names that end in `.gz` are packed, alike on every run."""
    if path.suffix == ".gz":
        data = gzip.compress(data, mtime=0)
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise UsageError(f"cannot write '{path}': {error.strerror}") from None
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        os.unlink(temporary)
        raise UsageError(f"cannot write '{path}': {error.strerror}") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
