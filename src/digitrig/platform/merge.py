"""Third stage: follow `using`, put the declarations of all files together, later ones winning.

The order is Renode's: depth first through the usings from top to bottom, then the file's own entries. Declarations are
collected before they are applied, so an update may stand before the entry that creates (Renode 1.16).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from digitrig.errors import MissingFileError, PlatformError
from digitrig.platform.model import Connection, Entry, Object, Platform, Reference, Registration, Tag, Value
from digitrig.platform.paths import resolve_using
from digitrig.platform.reader import Declaration, Description, NoneValue, read_description
from digitrig.platform.tags import read_tags

PREDEFINED = frozenset({"sysbus", "machine"})


def parse_repl(path: Path | str, root: Path | None = None) -> Platform:
    """Read a `.repl` file and everything it uses.

    root: folder in which `using "platforms/..."` is looked up; default: the folder above the nearest `platforms` folder
    that holds the file, else the file's own folder.  Raises MissingFileError for the file itself, PlatformError for
    everything else that is wrong, with file, line and column.
    """
    file = Path(path).resolve()
    base = root if root is not None else _root_of(file)
    descriptions = _collect(file, base, [], set())
    declarations = [d for description in descriptions for d in _rename_locals(description)]
    entries = _create(declarations)
    tags: list[Tag] = []
    for declaration in declarations:
        if declaration.name in PREDEFINED:
            adds = all(add for add, _ in declaration.sections.values())
            tags = [*(tags if adds else []), *read_tags(declaration)]
        else:
            _apply(entries, declaration)
    return Platform(file, entries, tags, [d.file for d in descriptions])


def _root_of(file: Path) -> Path:
    for parent in file.parents:
        if parent.name == "platforms":
            return parent.parent
    return file.parent


def _collect(file: Path, root: Path, stack: list[Path], done: set[Path]) -> list[Description]:
    description = read_description(file)
    result: list[Description] = []
    seen: set[Path] = set()
    for using in description.usings:
        target = resolve_using(using.path, file, root)
        if target in seen:
            raise PlatformError(file, using.line, f"'{using.path}' used twice", "each file once", using.column)
        if target == file or target in stack:
            chain = " -> ".join(p.name for p in [*stack, file, target])
            raise PlatformError(file, using.line, f"usings go in a circle: {chain}", "", using.column)
        if not target.is_file():
            message = f"using \"{using.path}\": '{target}' not found"
            supported = 'a path relative to this file ("./x.repl") or to the root ("platforms/...")'
            raise PlatformError(file, using.line, message, supported, using.column) from MissingFileError(
                target, "using"
            )
        seen.add(target)
        if target not in done:
            result.extend(_collect(target, root, [*stack, file], done))
    done.add(file)
    return [*result, description]


def _rename_locals(description: Description) -> list[Declaration]:
    """Give names that are `local` to a file a form no other file can write."""
    renamed = {d.name: f"{d.name}@{description.file.name}" for d in description.declarations if d.local}
    if not renamed:
        return description.declarations
    return [_rename(declaration, renamed) for declaration in description.declarations]


def _rename(declaration: Declaration, names: dict[str, str]) -> Declaration:
    def value(old: Value | NoneValue) -> Value | NoneValue:
        if isinstance(old, Reference):
            return Reference(names.get(old.name, old.name))
        if isinstance(old, Object):
            changed = {key: value(item) for key, item in old.attributes.items()}
            return Object(old.type, changed)  # type: ignore[arg-type]
        return old

    registrations: list[Registration] | None = None
    if declaration.registrations is not None:
        registrations = [replace(r, parent=names.get(r.parent, r.parent)) for r in declaration.registrations]
    connections: dict[str | int | None, list[Connection]] = {
        source: [replace(c, target=names.get(c.target, c.target)) for c in targets]
        for source, targets in declaration.connections.items()
    }
    return replace(
        declaration,
        name=names.get(declaration.name, declaration.name),
        registrations=registrations,
        connections=connections,
        attributes={key: value(item) for key, item in declaration.attributes.items()},
    )


def _create(declarations: list[Declaration]) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for d in declarations:
        if d.type is None:
            continue
        if d.name in PREDEFINED:
            raise PlatformError(d.file, d.line, f"'{d.name}' is predefined", "another name", d.column)
        if d.name in entries:
            first = entries[d.name]
            message = f"'{d.name}' created again; first in {first.file.name}:{first.line}"
            raise PlatformError(d.file, d.line, message, "one entry with a type for each name", d.column)
        entries[d.name] = Entry(d.name, d.type, [], {}, [], d.file, d.line)
    return entries


def _apply(entries: dict[str, Entry], d: Declaration) -> None:
    entry = entries.get(d.name)
    if entry is None:
        message = f"'{d.name}' has no type here and is created nowhere"
        known = ", ".join(sorted(entries)) or "none"
        raise PlatformError(d.file, d.line, message, f"an entry with a type; known names: {known}", d.column)
    if d.registrations is not None:
        entry.registrations, entry.alias = d.registrations, d.alias
    for name, value in d.attributes.items():
        entry.positions[name] = d.positions.get(name, (d.line, d.column))
        if isinstance(value, NoneValue):
            entry.attributes.pop(name, None)
        else:
            entry.attributes[name] = value
    for source, targets in d.connections.items():
        entry.connections = [c for c in entry.connections if c.source != source or type(c.source) is not type(source)]
        entry.connections.extend(targets)
    for name, (add, lines) in d.sections.items():
        entry.sections[name] = [*entry.sections.get(name, []), *lines] if add else list(lines)
