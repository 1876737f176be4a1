"""Monitor lines of `sysbus: init:`, of which the embedded engine understands `Tag` and `SilenceRange`."""

from __future__ import annotations

import re

from digitrig.errors import PlatformError
from digitrig.platform.model import Tag
from digitrig.platform.reader import Declaration, integer

SUPPORTED = 'Tag <first, last> "name" [value], Tag <first size> "name" [value], SilenceRange <first, last>'
_NUMBER = r"0x[0-9a-fA-F_]+|[0-9][0-9_]*"
_TAG = re.compile(
    rf"(?P<what>Tag|SilenceRange)\s+<\s*(?P<first>{_NUMBER})\s*(?P<sep>,|\s)\s*(?P<last>{_NUMBER})\s*>"
    rf'(?:\s+"(?P<name>[^"]*)")?(?:\s+(?P<value>{_NUMBER}))?$'
)


def read_tags(declaration: Declaration) -> list[Tag]:
    """The tags of a `sysbus:` entry. In monitor lines `<a, b>` includes b, `<a n>` is n bytes long.

    Raises PlatformError for attributes of the bus and for any other monitor line.
    """
    if declaration.attributes or declaration.connections or declaration.registrations is not None:
        raise PlatformError(
            declaration.file, declaration.line, f"'{declaration.name}' with attributes", "only 'init:' with Tag lines"
        )
    tags = []
    for section, (_, lines) in declaration.sections.items():
        for text, line in zip(lines, declaration.section_lines[section], strict=True):
            match = _TAG.match(text)
            if section != "init" or match is None or (match["what"] == "Tag" and match["name"] is None):
                raise PlatformError(declaration.file, line, f"monitor line '{text}' in '{section}:'", SUPPORTED)
            first, second = integer(match["first"]), integer(match["last"])
            last = second if match["sep"] == "," else first + second - 1
            if last < first:
                raise PlatformError(declaration.file, line, f"tag '{text}' ends before it begins", SUPPORTED)
            name = match["name"] or "silenced"
            tags.append(Tag(first, last, name, integer(match["value"] or "0"), declaration.file, line))
    return tags
