"""Second stage: one `.repl` file to its declarations, in the order of the file, nothing merged yet."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lark import Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from digitrig.errors import MissingFileError, PlatformError
from digitrig.platform.grammar import TERMINAL_NAMES, parser
from digitrig.platform.model import Connection, Empty, EnumValue, Object, Range, Reference, Registration, Value
from digitrig.platform.prelexer import prelex

# names that Renode refuses
KEYWORDS = frozenset(
    {"using", "new", "as", "init", "reset", "preinit", "local", "none", "empty", "prefixed"}
    | {"true", "false", "True", "False"}
)
REGISTRATION_TYPES = {
    "Bus.BusPointRegistration": {"address", "offset", "cpu"},
    "Bus.BusRangeRegistration": {"address", "size", "offset", "cpu"},
    "Bus.BusMultiRegistration": {"address", "size", "region", "cpu"},
}


class NoneValue:
    """`none` as an attribute's value: drop what an earlier entry gave it."""


@dataclass
class Declaration:
    """One entry as written. type None: it updates. registrations None: not mentioned; []: `@ none`."""

    name: str
    type: str | None
    registrations: list[Registration] | None
    alias: str | None
    local: bool
    file: Path
    line: int
    column: int
    attributes: dict[str, Value | NoneValue] = field(default_factory=dict)
    connections: dict[str | int | None, list[Connection]] = field(default_factory=dict)  # [] = `-> none`
    sections: dict[str, tuple[bool, list[str]]] = field(default_factory=dict)  # name -> (add, lines)
    section_lines: dict[str, list[int]] = field(default_factory=dict)
    positions: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def says_nothing(self) -> bool:
        return (
            self.type is None
            and self.registrations is None
            and not (self.attributes or self.connections or self.sections)
        )


@dataclass
class Using:
    path: str
    line: int
    column: int


@dataclass
class Description:
    """One file: its usings, then its declarations."""

    file: Path
    usings: list[Using]
    declarations: list[Declaration]


def read_description(path: Path) -> Description:
    """Read and parse one `.repl` file. Raises MissingFileError, or PlatformError with file, line and column."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise MissingFileError(path, "platform description", "a .repl file is expected there") from None
    except UnicodeDecodeError as error:
        raise PlatformError(path, 1, f"not UTF-8 text (byte {error.start})", "UTF-8 text") from None
    return parse_description(text, path)


def parse_description(text: str, path: Path) -> Description:
    """As read_description, from text; `path` is for messages and for relative `using`."""
    try:
        tree = parser().parse(prelex(text, path) + "\n")
    except UnexpectedInput as error:
        raise _syntax_error(error, text, path) from None
    return _Reader(path).description(tree)


def _syntax_error(error: UnexpectedInput, text: str, path: Path) -> PlatformError:
    expected: set[str] = set()
    if isinstance(error, UnexpectedToken):
        expected = set(error.accepts or error.expected)
        found = "the end of the file" if error.token.type == "$END" else f"'{_first_word(error.token)}'"
    elif isinstance(error, UnexpectedCharacters):
        expected, found = set(error.allowed), f"'{error.char}'"
    else:
        found = "the end of the file"
    line = error.line
    if line is None or line < 1 or isinstance(error, UnexpectedEOF) or found == "the end of the file":
        line = len(text.rstrip().splitlines()) or 1
    names = sorted({_terminal_name(name) for name in expected})
    source = text.splitlines()[line - 1] if 0 < line <= len(text.splitlines()) else ""
    column = max(error.column or 0, 0)
    if found in ("';'", "'{'", "'}'") and column > len(source):
        found = {
            "';'": "the end of the line",
            "'{'": "the end of the line before a deeper one",
            "'}'": "the end of the line",
        }[found]
    return PlatformError(path, line, f"{found} not understood here: {source.strip()}", ", ".join(names), column)


def _first_word(token: Token) -> str:
    """The token, or its first word where the lexer took a whole line for one."""
    return str(token).split()[0] if token.type == "LINE" else str(token).splitlines()[0]


def _terminal_name(name: str) -> str:
    if name in TERMINAL_NAMES:
        return TERMINAL_NAMES[name]
    try:
        pattern = parser().get_terminal(name).pattern
        return f"'{pattern.value}'"
    except KeyError:
        return name


def integer(text: str) -> int:
    """An INT token: decimal or 0x hexadecimal, underscores between digits."""
    return int(text.replace("_", ""), 16 if text.startswith("0x") else 10)


class _Reader:
    """Walks the tree of one file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def error(self, at: Token | tuple[int, int], message: str, supported: str = "") -> PlatformError:
        line, column = (at.line or 0, at.column or 0) if isinstance(at, Token) else at
        return PlatformError(self.path, line, message, supported, column)

    def description(self, tree: Tree[Token]) -> Description:
        result = Description(self.path, [], [])
        for child in tree.children:
            assert isinstance(child, Tree)
            if child.data == "using_prefixed":
                raise self.error(_tokens(child)[0], "'using ... prefixed' found", 'using "file"')
            if child.data == "using":
                token = _tokens(child)[0]
                result.usings.append(Using(self.string(token), token.line or 0, token.column or 0))
            else:
                result.declarations.append(self.declaration(child))
        return result

    def name(self, token: Token, what: str) -> str:
        if str(token) in KEYWORDS:
            raise self.error(token, f"keyword '{token}' used as {what}", "another name")
        return str(token)

    def declaration(self, tree: Tree[Token]) -> Declaration:
        local, name, type_, registration, alias, attributes = tree.children
        assert isinstance(name, Token)
        result = Declaration(
            name=self.name(name, "the name of an entry"),
            type=".".join(map(str, _tokens(type_))) if isinstance(type_, Tree) else None,
            registrations=self.registrations(registration) if isinstance(registration, Tree) else None,
            alias=self.string(alias) if isinstance(alias, Token) else None,
            local=local is not None,
            file=self.path,
            line=name.line or 0,
            column=name.column or 0,
        )
        for attribute in attributes.children if isinstance(attributes, Tree) else ():
            assert isinstance(attribute, Tree)
            self.attribute(result, attribute)
        if result.says_nothing:
            raise self.error(name, f"entry '{name}' says nothing", "a type, a registration or attributes")
        return result

    def registrations(self, tree: Tree[Token]) -> list[Registration]:
        return [self.registration(child) for child in tree.children if isinstance(child, Tree)]

    def registration(self, target: Any) -> Registration:
        parent, value_tree = target.children
        at = (parent.line or 0, parent.column or 0)
        name = self.name(parent, "the parent of a registration")
        if value_tree is None:
            return Registration(name, line=at[0], column=at[1])
        value = self.value(value_tree)
        if isinstance(value, int) and not isinstance(value, bool):
            return Registration(name, value, line=at[0], column=at[1])
        if isinstance(value, Range):
            return Registration(name, value.begin, value.size, line=at[0], column=at[1])
        if isinstance(value, Object):
            return self.registration_object(name, value, at)
        raise self.error(at, f"registration at {value!r}", "an address, a range <a, +n> or new Bus....Registration")

    def registration_object(self, parent: str, value: Object, at: tuple[int, int]) -> Registration:
        known = REGISTRATION_TYPES.get(value.type)
        if known is None:
            raise self.error(at, f"registration point '{value.type}'", ", ".join(REGISTRATION_TYPES))
        kwargs = dict(value.attributes)
        odd = sorted(set(kwargs) - known)
        if odd:
            raise self.error(at, f"'{odd[0]}' in {value.type}", ", ".join(sorted(known)))
        address, size = kwargs.pop("address", None), kwargs.pop("size", None)
        if not isinstance(address, int) or not (size is None or isinstance(size, int)):
            raise self.error(at, f"{value.type} without a numeric address", "address: 0x...; size: 0x...")
        return Registration(parent, address, size, kwargs, *at)

    def attribute(self, entry: Declaration, tree: Tree[Token]) -> None:
        if tree.data == "assignment":
            self.assignment(entry, tree)
        elif tree.data == "section":
            self.section(entry, tree)
        else:
            self.interrupts(entry, tree)

    def assignment(self, entry: Declaration, tree: Tree[Token]) -> None:
        key, raw = tree.children
        assert isinstance(key, Token)
        name = self.name(key, "the name of an attribute")
        if name in entry.attributes:
            raise self.error(key, f"attribute '{name}' of '{entry.name}' given twice in one entry", "one value")
        entry.positions[name] = (key.line or 0, key.column or 0)
        if isinstance(raw, Token) and raw.type == "NONE":
            entry.attributes[name] = NoneValue()
        elif isinstance(raw, Token) and raw.type == "EMPTY":
            entry.attributes[name] = Empty()
        else:
            entry.attributes[name] = self.value(raw)

    def section(self, entry: Declaration, tree: Tree[Token]) -> None:
        key, add, lines = tree.children
        assert isinstance(key, Token)
        if str(key) in entry.sections:
            raise self.error(key, f"section '{key}' of '{entry.name}' given twice in one entry", "one section")
        tokens = _tokens(lines) if isinstance(lines, Tree) else []
        entry.sections[str(key)] = (add is not None, [str(token).strip() for token in tokens])
        entry.section_lines[str(key)] = [token.line or 0 for token in tokens]

    def interrupts(self, entry: Declaration, tree: Tree[Token]) -> None:
        sources = [self.sources(child) for child in tree.children if _is(child, "source_name", "source_numbers")]
        ends = [child for child in tree.children if _is(child, "destination", "destinations")]
        flat: list[str | int | None] = [item for group in sources for item in group]
        if not sources:
            flat = [None]
        at = _position(tree, entry)
        for source in flat:
            if source in entry.connections:
                shown = "the default output" if source is None else f"output '{source}'"
                raise self.error(at, f"{shown} of '{entry.name}' connected twice in one entry", "'|' for more targets")
            entry.connections[source] = []
        for end in ends:
            self.connect(entry, flat, end)

    def connect(self, entry: Declaration, sources: list[str | int | None], end: Any) -> None:
        token, local_index, *spans = end.children
        at = (token.line or 0, token.column or 0)
        if local_index is not None:
            raise self.error(at, f"local receiver '{token}#{_tokens(local_index)[0]}'", "name@number")
        lines = [number for span in spans for number in self.span(span)]
        if len(lines) != len(sources):
            raise self.error(
                at, f"{len(sources)} outputs connected to {len(lines)} inputs of '{token}'", "as many inputs as outputs"
            )
        target = self.name(token, "the target of a connection")
        for source, line in zip(sources, lines, strict=True):
            entry.connections[source].append(Connection(source, target, line, *at))

    def sources(self, tree: Any) -> list[str | int]:
        if tree.data == "source_name":
            return [self.name(tree.children[0], "an output")]
        return list(self.span(tree))

    def span(self, tree: Any) -> list[int]:
        first, last = tree.children
        begin = integer(first)
        if last is None:
            return [begin]
        end = integer(last)
        if begin == end:
            raise self.error(first, f"range {first}-{last} of one number", "two different numbers")
        step = 1 if end > begin else -1
        return list(range(begin, end + step, step))

    def string(self, token: Token) -> str:
        return re.sub(r'\\(["\\])', r"\1", str(token)[1:-1])

    def value(self, tree: Any) -> Value:
        handler = getattr(self, "value_" + tree.data)
        result: Value = handler(tree)
        return result

    def value_string(self, tree: Any) -> Value:
        return self.string(tree.children[0])

    def value_triple(self, tree: Any) -> Value:
        return str(tree.children[0])[3:-3].replace("\\'''", "'''")

    def value_bool(self, tree: Any) -> Value:
        return str(tree.children[0]).lower() == "true"

    def value_number(self, tree: Any) -> Value:
        minus, token = tree.children
        number = integer(token) if token.type == "INT" else float(token.replace("_", ""))
        return -number if minus is not None else number

    def value_range(self, tree: Any) -> Value:
        first, plus, second = tree.children
        begin = integer(first)
        end = integer(second) + (begin if plus is not None else 0)
        if end < begin:
            raise self.error(
                first, f"range <{first}, {second}> ends before it begins", "<begin, end> or <begin, +size>"
            )
        return Range(begin, end)

    def value_dotted(self, tree: Any) -> Value:
        names = [self.name(token, "a value") for token in tree.children]
        return Reference(names[0]) if len(names) == 1 else EnumValue(".".join(names))

    def value_short_enum(self, tree: Any) -> Value:
        return EnumValue("." + str(tree.children[0]))

    def value_new(self, tree: Any) -> Value:
        type_, assignments = tree.children
        attributes: dict[str, Value] = {}
        pairs = assignments.children if assignments is not None else []
        for key, raw in zip(pairs[::2], pairs[1::2], strict=True):
            if str(key) in attributes:
                raise self.error(key, f"attribute '{key}' given twice in one object", "one value")
            attributes[self.name(key, "the name of an attribute")] = self.value(raw)
        return Object(".".join(map(str, type_.children)), attributes)

    def value_list(self, tree: Any) -> Value:
        return tuple(self.value(child) for child in tree.children if child is not None)

    def value_empty(self, tree: Any) -> Value:
        return Empty()

    def value_dict(self, tree: Any) -> Value:
        at = (tree.meta.line, tree.meta.column)
        raise self.error(
            at, "dictionary '{ key: value }' as a value", "strings, numbers, booleans, names, ranges, lists"
        )


def _is(child: object, *names: str) -> bool:
    return isinstance(child, Tree) and child.data in names


def _tokens(tree: object) -> list[Token]:
    assert isinstance(tree, Tree)
    return [child for child in tree.children if isinstance(child, Token)]


def _position(tree: Any, entry: Declaration) -> tuple[int, int]:
    if getattr(tree.meta, "empty", True):
        return entry.line, entry.column
    return tree.meta.line, tree.meta.column
