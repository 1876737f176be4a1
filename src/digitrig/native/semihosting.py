"""Files for a guest that asks by semihosting, all inside one folder of the host (Arm IHI 0100, section 6).

Nothing is served unless a folder is given, and nothing outside of it: names with `..`, absolute names and links that
lead out are refused with EACCES.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Callable
from io import FileIO
from pathlib import Path

from digitrig.errors import CoreError, MissingFileError
from digitrig.native.core import SEMIHOSTING_FILES, Core

FIRST_HANDLE, MAX_HANDLES, MAX_TRANSFER = 16, 64, 1 << 20
FAILED = 0xFFFFFFFF
MODES = ("r", "r+", "w", "w+", "a", "a+")  # by mode // 2; every file is binary
OPEN, CLOSE, WRITE, READ, ISTTY, SEEK, FLEN = 0x01, 0x02, 0x05, 0x06, 0x09, 0x0A, 0x0C
TMPNAM, REMOVE, RENAME, ERRNO = 0x0D, 0x0E, 0x0F, 0x13
PARAMETERS = {OPEN: 3, WRITE: 3, READ: 3, SEEK: 2, TMPNAM: 3, REMOVE: 2, RENAME: 4, ERRNO: 0}


class SemihostingFiles:
    """The files that one guest has open."""

    def __init__(self, core: Core, folder: Path) -> None:
        """Serve `folder` to the guest of `core`. Raises MissingFileError if it is not a folder."""
        if not folder.is_dir():
            raise MissingFileError(folder, "folder for semihosting", "make it, or name another")
        self._core, self._folder = core, folder.resolve()
        self._open: dict[int, FileIO] = {}
        self._errno = 0
        self._calls: dict[int, Callable[..., int]] = {
            OPEN: self._do_open,
            CLOSE: self._do_close,
            WRITE: self._do_write,
            READ: self._do_read,
            ISTTY: lambda handle: 0 * self._file(handle).fileno(),
            SEEK: self._do_seek,
            FLEN: self._do_length,
            TMPNAM: self._do_name,
            REMOVE: self._do_remove,
            RENAME: self._do_rename,
        }
        core.set_semihosting(SEMIHOSTING_FILES, self.call)

    def call(self, operation: int, parameters: int) -> int:
        """One semihosting call: its R0. Errors of the host become -1 and an errno for the guest."""
        if operation == ERRNO:
            return self._errno
        count = PARAMETERS.get(operation, 1)
        words: tuple[int, ...] = ()
        try:
            words = struct.unpack(f"<{count}I", self._core.read(parameters, 4 * count))
            return self._calls[operation](*words)
        except CoreError:
            self._errno = errno.EFAULT
        except OSError as error:
            self._errno = error.errno or errno.EIO
        return words[2] if words and operation in (READ, WRITE) else FAILED

    def close(self) -> None:
        """Close what the guest left open."""
        for file in self._open.values():
            file.close()
        self._open.clear()

    # ------------------------------------------------------------------ names and handles
    def _path(self, address: int, length: int) -> Path:
        name = self._core.read(address, min(length, 1024)).decode("utf-8", errors="replace")
        if "\0" in name:
            raise OSError(errno.EINVAL, "a zero byte in a file name")
        path = (self._folder / name).resolve()
        if path == self._folder or not path.is_relative_to(self._folder):
            raise OSError(errno.EACCES, "outside of the folder")
        return path

    def _file(self, handle: int) -> FileIO:
        if handle not in self._open:
            raise OSError(errno.EBADF, "no such handle")
        return self._open[handle]

    # ------------------------------------------------------------------ calls
    def _do_open(self, name: int, mode: int, length: int) -> int:
        if mode // 2 >= len(MODES):
            raise OSError(errno.EINVAL, "mode")
        if len(self._open) == MAX_HANDLES:
            raise OSError(errno.EMFILE, "too many files")
        path = self._path(name, length)
        if path.exists() and not path.is_file():
            raise OSError(errno.EACCES, "not a plain file")
        handle = next(n for n in range(FIRST_HANDLE, FIRST_HANDLE + MAX_HANDLES) if n not in self._open)
        self._open[handle] = FileIO(path, MODES[mode // 2])
        return handle

    def _do_close(self, handle: int) -> int:
        self._file(handle).close()
        del self._open[handle]
        return 0

    def _do_write(self, handle: int, address: int, length: int) -> int:
        data = self._core.read(address, min(length, MAX_TRANSFER))
        return length - (self._file(handle).write(data) or 0)

    def _do_read(self, handle: int, address: int, length: int) -> int:
        data = self._file(handle).read(min(length, MAX_TRANSFER)) or b""
        self._core.write(address, data)
        return length - len(data)

    def _do_seek(self, handle: int, position: int) -> int:
        self._file(handle).seek(position)
        return 0

    def _do_length(self, handle: int) -> int:
        file = self._file(handle)
        here = file.tell()
        length = file.seek(0, 2)
        file.seek(here)
        return length

    def _do_name(self, buffer: int, identifier: int, length: int) -> int:
        name = f"tmp{identifier & 0xFF:02x}".encode() + b"\0"
        if length < len(name):
            raise OSError(errno.EINVAL, "buffer too short")
        self._core.write(buffer, name)
        return 0

    def _do_remove(self, name: int, length: int) -> int:
        self._path(name, length).unlink()
        return 0

    def _do_rename(self, old: int, old_length: int, new: int, new_length: int) -> int:
        self._path(old, old_length).rename(self._path(new, new_length))
        return 0
