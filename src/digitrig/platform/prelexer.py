"""First stage of reading a `.repl`: comments out, indentation to braces, positions kept.

The rules are Renode's (PlatformDescription/PreLexer): four spaces are a level, a deeper line opens braces, a shallower
one closes them, an equal one ends with a semicolon; inside explicit braces indentation means nothing. Characters are
only blanked or appended at line ends, so lines and columns of the result are those of the source.
"""

from __future__ import annotations

from pathlib import Path

from digitrig.errors import PlatformError

_INDENT = 4


def prelex(text: str, path: Path | str) -> str:
    """Turn the text of a `.repl` into the brace language of the grammar. Raises PlatformError with line and column."""
    blanked = _Blanker(text.replace("\r", ""), path).run()
    return _decorate(blanked, path)


class _Blanker:
    """Replaces comments by spaces; notes which lines begin inside a triple-quoted string."""

    def __init__(self, text: str, path: Path | str) -> None:
        self.text, self.path = text, path
        self.out = list(text)
        self.at = 0
        self.depth = 0

    def run(self) -> str:
        while self.at < len(self.text):
            two, three = self.text[self.at : self.at + 2], self.text[self.at : self.at + 3]
            if three == "'''":
                self._skip_triple()
            elif self.text[self.at] == '"':
                self._skip_string()
            elif two == "//" and (self._column() == 1 or self.text[self.at - 1] == " "):
                end = self.text.find("\n", self.at)
                self._blank(len(self.text) if end < 0 else end)
            elif two == "/*":
                self._block_comment()
            else:
                self.depth += {"{": 1, "}": -1}.get(self.text[self.at], 0)
                self.at += 1
        return "".join(self.out)

    def _column(self, at: int | None = None) -> int:
        where = self.at if at is None else at
        return where - self.text.rfind("\n", 0, where)

    def _error(self, at: int, message: str, supported: str = "") -> PlatformError:
        return PlatformError(self.path, self.text.count("\n", 0, at) + 1, message, supported, self._column(at))

    def _blank(self, end: int) -> None:
        for i in range(self.at, end):
            if self.out[i] != "\n":
                self.out[i] = " "
        self.at = end

    def _skip_string(self) -> None:
        start = self.at
        self.at += 1
        while self.at < len(self.text) and self.text[self.at] != "\n":
            if self.text[self.at] == "\\":
                self.at += 1
            elif self.text[self.at] == '"':
                self.at += 1
                return
            self.at += 1
        raise self._error(
            start, "string without closing '\"' on its line", "\"...\" on one line, '''...''' over several"
        )

    def _skip_triple(self) -> None:
        start = self.at
        self.at += 3
        while self.at < len(self.text):
            if self.text[self.at] == "\\":
                self.at += 2
            elif self.text.startswith("'''", self.at):
                self.at += 3
                return
            else:
                self.at += 1
        raise self._error(start, "string without closing '''")

    def _block_comment(self) -> None:
        start = self.at
        close = self.text.find("*/", self.at + 2)
        if close < 0:
            raise self._error(start, "comment without closing '*/'")
        end = close + 2
        line_end = self.text.find("\n", end)
        rest = self.text[end : len(self.text) if line_end < 0 else line_end].strip()
        if self.depth == 0 and rest:
            if "\n" in self.text[start:end]:
                raise self._error(close, "text after a comment of several lines", "'*/' at the end of its line")
            if not self.text[self.text.rfind("\n", 0, start) + 1 : start].strip():
                raise self._error(start, "text after a comment that begins the line", "comments after the text")
        self._blank(end)


def _logical_lines(text: str) -> list[tuple[int, str]]:
    """(number of first line, text) of each line, lines of one triple-quoted string taken together."""
    lines: list[tuple[int, str]] = []
    inside = False
    for number, line in enumerate(text.split("\n"), start=1):
        if inside:
            lines[-1] = (lines[-1][0], lines[-1][1] + "\n" + line)
        else:
            lines.append((number, line))
        inside = _ends_inside_triple(lines[-1][1])
    return lines


def _ends_inside_triple(line: str) -> bool:
    """Whether a triple-quoted string opened in this logical line is still open at its end."""
    at, inside = 0, ""
    while at < len(line):
        if inside and line[at] == "\\":
            at += 2
            continue
        mark = "'''" if line.startswith("'''", at) else line[at]
        if inside:
            if mark == inside:
                inside = ""
        elif mark in ("'''", '"'):
            inside = mark
        at += len(mark) if mark == "'''" else 1
    return inside == "'''"


def _brace_balance(line: str) -> int:
    """Opening minus closing braces outside strings."""
    at, inside, balance = 0, "", 0
    while at < len(line):
        if inside and line[at] == "\\":
            at += 2
            continue
        mark = "'''" if line.startswith("'''", at) else line[at]
        if inside:
            if mark == inside:
                inside = ""
        elif mark in ("'''", '"'):
            inside = mark
        else:
            balance += {"{": 1, "}": -1}.get(mark, 0)
        at += len(mark) if mark == "'''" else 1
    return balance


def _level(number: int, line: str, path: Path | str) -> int:
    spaces = len(line) - len(line.lstrip(" "))
    if line[spaces] == "\t":
        raise PlatformError(path, number, "tab in the indentation", "four spaces a level", spaces + 1)
    if spaces % _INDENT:
        raise PlatformError(path, number, f"indentation of {spaces} spaces", "multiples of four spaces", spaces + 1)
    return spaces // _INDENT


def _decorate(text: str, path: Path | str) -> str:
    lines = _logical_lines(text)
    filled = [i for i, (_, line) in enumerate(lines) if line.strip()]
    if not filled:
        return text
    out = [line for _, line in lines]
    level = _level(*lines[filled[0]], path)
    if level:
        raise PlatformError(path, lines[filled[0]][0], "the first line is indented", "level 0 first", 1)
    depth = 0
    for here, after in zip(filled, [*filled[1:], None], strict=True):
        depth += _brace_balance(out[here])
        if after is None:
            out[here] += "}" * level
        elif depth <= 0:
            following = _level(*lines[after], path)
            out[here] += "{" * (following - level) if following > level else "}" * (level - following) + ";"
            level = following
    return "\n".join(out)
