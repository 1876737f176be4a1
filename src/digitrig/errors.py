"""Every exception that digitrig raises, in one tree.

The text of an error says what was asked, what was found, what is near and what to do. Facts stand in fields too, so
that a caller need not parse text. `exit_code` is what the command line returns; the numbers are documented API:
0 ok, 1 an assertion failed, 2 usage or configuration, 3 engine or internal, 4 the firmware faulted or locked up,
5 virtual-time limit reached.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class DigitrigError(Exception):
    """Root of the tree; also stands for what should not happen."""

    exit_code = 3


class UsageError(DigitrigError):
    """What was asked for, or a file that was given, is wrong."""

    exit_code = 2


class UnknownNameError(UsageError):
    """A name that is not in a closed list, such as a board or a model."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name, self.known = kind, name, sorted(known)
        near = difflib.get_close_matches(name, self.known, n=1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        super().__init__(f"{kind} '{name}' unknown; known: {', '.join(self.known) or 'none'}{hint}")


class MissingFileError(UsageError):
    """A file that was named is not there."""

    def __init__(self, path: object, what: str, hint: str = "") -> None:
        self.path = str(path)
        super().__init__(f"{what} '{path}' not found" + (f"; {hint}" if hint else ""))


class FileFormatError(UsageError):
    """A file is there but does not hold what it should."""

    def __init__(self, path: object, found: str, expected: str) -> None:
        self.path, self.found, self.expected = str(path), found, expected
        super().__init__(f"{path}: {found}; expected {expected}")


class UnsupportedModelError(FileFormatError):
    """A model has something that no kernel does; the text names operator, tensor and what is supported."""

    def __init__(self, path: object, operator: str, found: str, expected: str) -> None:
        self.operator = operator
        super().__init__(path, found, expected)


class ShapeError(UsageError):
    """An array has another shape or type than the function takes."""


class PlatformError(UsageError):
    """A `.repl` or board YAML file holds something unsupported or contradictory."""

    def __init__(self, path: object, line: int, message: str, supported: str = "", column: int = 0) -> None:
        self.path, self.line, self.column, self.supported = str(path), line, column, supported
        where = f"{path}:{line}" + (f":{column}" if column else "")
        super().__init__(f"{where}: {message}" + (f"; supported: {supported}" if supported else ""))


class FirmwareFileError(UsageError):
    """A firmware file cannot run on the board: another CPU, outside the memory map, no vector table."""


class MissingToolError(UsageError):
    """Something that has to be installed is not; the text says how to install it."""


class BuildError(UsageError):
    """Firmware does not compile, link or fit into the part; the text has what the tools said."""


class EngineError(DigitrigError):
    """The engine itself failed."""


class CoreError(EngineError):
    """A call of the C core was refused; the text is the core's own."""


class RenodeError(EngineError):
    """Renode refused a call, ended, or does not answer; the text has what Renode said."""


class FirmwareFault(DigitrigError):
    """The firmware faulted or locked up; `report` is the text of what is known of it."""

    exit_code = 4

    def __init__(self, report: str) -> None:
        self.report = report
        super().__init__(report)


class TimeLimitReached(DigitrigError):
    """The virtual-time limit ended a wait; the text says pc, lr and the last console lines."""

    exit_code = 5


class CheckFailed(DigitrigError, AssertionError):
    """An expectation about the firmware does not hold."""

    exit_code = 1


class SessionDiffers(CheckFailed):
    """A replayed session is not as it was recorded. at_ps: virtual time of the first difference."""

    def __init__(self, at_ps: int, text: str) -> None:
        self.at_ps = at_ps
        super().__init__(text)
