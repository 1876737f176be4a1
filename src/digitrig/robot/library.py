"""The library that Robot Framework imports: components side by side, and what surrounds each keyword in one place.

Robot's dynamic library interface (User Guide, "Dynamic library API") is the same in Robot Framework 6.1 and 7.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, get_type_hints

from digitrig import __version__
from digitrig.errors import DigitrigError
from digitrig.robot import failure
from digitrig.robot.keywords import COMPONENTS
from digitrig.robot.rig import DEFAULT_TIMEOUT, Rig

INTRODUCTION = """Runs handwritten-digit firmware on emulated boards: no hardware, no host time.

A board is opened, gets images, and its answers are checked:

| Open Board                         frdm_ke16z
| Send Digit Image                   ink:7
| Prediction Should Be               7
| Outputs Should Match Reference
| Inference Cycles Should Be Below   2_000_000

= Time =
Every time is virtual: ``timeout=2 s`` means two seconds of the board's life, however long the emulation takes, and time
stands still between keywords. Times are Robot time strings; a plain number means seconds. A wait ends early when
nothing can happen any more.

= Life of a board =
A board that a test opens is closed when that test ends; a board that a suite set-up opens lives until the suite ends.
Keywords work on the board opened last, or on the one that `Choose Board` chose.

= Images =
An image is named by a source: a PNG of any size, ``mnist:N``, ``ink:D``, ``ink:D:STYLE``, a ``.npy`` or ``.inc`` file,
or it is a 28x28 array.

= On failure =
The log gets virtual time, registers, the end of the console and the picture on the LCD, once.
"""


class DigitRig:
    """Robot Framework library of the digit rig."""

    ROBOT_LIBRARY_SCOPE = "SUITE"
    ROBOT_LIBRARY_VERSION = __version__
    ROBOT_LIBRARY_DOC_FORMAT = "ROBOT"
    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self, *, engine: str | None = None, timeout: timedelta = DEFAULT_TIMEOUT) -> None:
        """engine: ``embedded`` or ``renode``; default: the variable DIGITRIG_ENGINE, else embedded.

        timeout: how long console waits last, in virtual time, unless a keyword says otherwise.
        """
        self.ROBOT_LIBRARY_LISTENER = self
        self.rig = Rig(engine or None, timeout)
        self._attachments = failure.Attachments(self.rig)
        self._keywords: dict[str, Callable[..., Any]] = {
            _title(name): getattr(component, name)
            for component in (kind(self.rig) for kind in COMPONENTS)
            for name, function in inspect.getmembers(type(component), inspect.isfunction)
            if hasattr(function, "robot_name")
        }

    def get_keyword_names(self) -> list[str]:
        """Names of the keywords, as a user writes them."""
        return sorted(self._keywords)

    def run_keyword(self, name: str, arguments: Sequence[Any], named: Mapping[str, Any] | None = None) -> Any:
        """Run a keyword. A failure reads as a sentence, and the state of the board is attached to the log once."""
        try:
            return self._keywords[name](*arguments, **(named or {}))
        except Exception as error:
            self._attachments.add()
            if isinstance(error, DigitrigError):
                error.ROBOT_SUPPRESS_NAME = True  # type: ignore[attr-defined]
            raise

    def get_keyword_arguments(self, name: str) -> list[str | tuple[str, Any]]:
        """The arguments of a keyword in Robot's notation."""
        return [part for parameter in _parameters(self._method(name)) for part in parameter]

    def get_keyword_types(self, name: str) -> dict[str, Any]:
        """Types of the arguments, for Robot's automatic conversion."""
        hints = get_type_hints(self._method(name))
        return {argument: kind for argument, kind in hints.items() if argument != "return"}

    def get_keyword_documentation(self, name: str) -> str:
        """The docstring of a keyword, the introduction, or what the import takes."""
        if name == "__intro__":
            return INTRODUCTION
        return inspect.getdoc(self._method(name)) or ""

    def get_keyword_source(self, name: str) -> str:
        """File and line of a keyword."""
        function = inspect.unwrap(self._method(name))
        return f"{inspect.getsourcefile(function)}:{inspect.getsourcelines(function)[1]}"

    def _method(self, name: str) -> Callable[..., Any]:
        return getattr(self, name) if name == "__init__" else self._keywords[name]

    def _start_test(self, _data: object, result: Any) -> None:
        self.rig.in_test = True
        self._attachments.new_test()

    def _end_test(self, _data: object, _result: object) -> None:
        self.rig.in_test = False
        self.rig.close_all(only_of_test=True)

    def _close(self) -> None:
        """Robot calls this when the suite that imported the library has ended."""
        self.rig.close_all()


def _title(name: str) -> str:
    return name.replace("_", " ").title()


def _parameters(method: Callable[..., Any]) -> list[list[str | tuple[str, Any]]]:
    """Robot's notation of a signature: `name`, `(name, default)`, `*varargs`, `*` before keyword-only ones."""
    found: list[list[str | tuple[str, Any]]] = []
    starred = False
    for parameter in inspect.signature(method).parameters.values():
        marker: list[str | tuple[str, Any]] = []
        if parameter.kind is parameter.VAR_POSITIONAL:
            found.append([f"*{parameter.name}"])
            starred = True
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            marker, starred = ["*"], True
        if parameter.default is parameter.empty:
            found.append([*marker, parameter.name])
        else:
            found.append([*marker, (parameter.name, parameter.default)])
    return found
