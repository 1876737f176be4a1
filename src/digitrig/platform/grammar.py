"""The brace language behind `.repl` files, as an LALR(1) grammar for lark.

Constructs that Renode has and this project does not (dictionaries, `prefixed`, local receivers) are part of the
grammar so that the error can name them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import threading
from functools import cache
from pathlib import Path

from lark import Lark
from lark import __version__ as lark_version

from digitrig.resources import build_dir

GRAMMAR = r"""
start: (using ";"?)* (entry (";" entry)*)? ";"?

using: "using" STRING -> using
     | "using" STRING "prefixed" STRING -> using_prefixed

entry: [LOCAL] NAME ":" [type] [registration] ["as" STRING] ["{" [attributes] "}"]
type: NAME ("." NAME)*
registration: "@" NONE | "@" target | "@" "{" target (";" target)* ";"? "}"
target: NAME [point]

attributes: attribute (";" attribute)* ";"?
?attribute: NAME ":" (value | NONE | EMPTY) -> assignment
          | SECTION [ADD] ":" "{" [lines] "}" -> section
          | irq
lines: LINE (";" LINE)* ";"?

irq: [source] "->" NONE -> irq_none
   | [source] "->" destination ("|" destination)* -> irq_single
   | "[" source ("," source)* "]" "->" destinations ("|" destinations)* -> irq_list
source: NAME -> source_name
      | INT ["-" INT] -> source_numbers
span: INT ["-" INT]
destination: NAME [local_index] "@" span
destinations: NAME [local_index] "@" "[" span ("," span)* "]"
local_index: "#" INT

?value: point
      | "{" value ":" value (";" value ":" value)* ";"? "}" -> dict
?point: STRING -> string
      | TRIPLE -> triple
      | number
      | range
      | BOOL -> bool
      | NAME ("." NAME)* -> dotted
      | "." NAME -> short_enum
      | "new" type ["{" [assignments] "}"] -> new
      | "[" [item ("," item)* ","?] "]" -> list
?item: value | EMPTY -> empty
assignments: NAME ":" value (";" NAME ":" value)* ";"?
number: [MINUS] (INT | FLOAT)
range: "<" INT "," [PLUS] INT ">"

LOCAL: "local"
NONE: "none"
EMPTY: "empty"
ADD: "add"
PLUS: "+"
MINUS: "-"
SECTION.2: /(?:init|reset|preinit)\b/
BOOL.2: /(?:true|false|True|False)\b/
NAME: /[A-Za-z][A-Za-z0-9_]*/
INT: /0x[0-9a-fA-F](?:_?[0-9a-fA-F])*|[0-9](?:_?[0-9])*(?!\.[0-9])/
FLOAT: /[0-9](?:_?[0-9])*\.[0-9]+/
STRING: /"(?:\\.|[^"\\\n])*"/
TRIPLE: /'''(?:\\.|(?!''')[^\\])*'''/s
LINE: /(?:[^;{}"\s]|"(?:\\.|[^"\\\n])*")(?:[^;{}"]|"(?:\\.|[^"\\\n])*")*/
%import common.WS
%ignore WS
"""

# What a person calls each terminal, for "found X, expected Y".
TERMINAL_NAMES = {
    "NAME": "a name",
    "INT": "a number",
    "FLOAT": "a number",
    "STRING": 'a string "..."',
    "TRIPLE": "a string '''...'''",
    "LINE": "a monitor line",
    "BOOL": "true or false",
    "SECTION": "init, reset or preinit",
    "LOCAL": "'local'",
    "NONE": "'none'",
    "EMPTY": "'empty'",
    "ADD": "'add'",
    "PLUS": "'+'",
    "MINUS": "'-'",
    "$END": "the end of the file",
    "__ANON_0": "'->'",
    "LBRACE": "'{' (a deeper line)",
    "RBRACE": "'}' (a shallower line)",
    "SEMICOLON": "';' (a line at the same level)",
}


OPTIONS = {"parser": "lalr", "lexer": "contextual", "propagate_positions": True, "maybe_placeholders": True}


@cache
def parser() -> Lark:
    """The parser. Its tables take ten times longer to make than to read: they are kept in the build folder, by the
    hash of all that they depend on."""
    name = hashlib.sha256(repr((GRAMMAR, OPTIONS, lark_version, sys.version_info[:2])).encode()).hexdigest()
    file = build_dir() / "cache" / f"repl-{name[:16]}.tables"
    return _read_tables(file) or _write_tables(file, Lark(GRAMMAR, **OPTIONS))


def _read_tables(file: Path) -> Lark | None:
    try:
        with file.open("rb") as stream:
            return Lark.load(stream)
    except Exception:  # not there, cut short, or not ours: pickle has no error of its own for that
        return None


def _write_tables(file: Path, made: Lark) -> Lark:
    """Keep the tables, complete or not at all; where that cannot be, they are made again next time."""
    partial = file.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as stream:
            made.save(stream)
        partial.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
    return made
