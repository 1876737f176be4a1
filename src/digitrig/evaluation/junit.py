"""JUnit XML of an evaluation, for continuous integration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from digitrig.evaluation.detail import titled

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Case = tuple[str, str]


def junit_xml(summary: Mapping[str, Any]) -> str:
    """One test suite per board: every image answered, every byte as the reference's, accuracy not below the floor."""
    suites = []
    for row in summary["boards"]:
        cases = list(_cases(row, summary.get("accuracy_floor")))
        failed = sum(bool(text) for _, text in cases)
        lines = [_case(row, name, text) for name, text in cases]
        head = f'tests="{len(cases)}" failures="{failed}" errors="0" skipped="0" time="{row["seconds"]}"'
        suites.append(f"  <testsuite name={quoteattr(titled(row))} {head}>\n" + "\n".join(lines) + "\n  </testsuite>")
    return '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n' + "\n".join(suites) + "\n</testsuites>\n"


def _cases(row: Mapping[str, Any], floor: float | None) -> Iterator[Case]:
    """(name, why it failed or "") of each check."""
    lost = row["failures"]
    yield (
        f"all {row['images']} images are answered",
        "\n".join(f"image {one['image']}: {one['error']}: {one['text']}" for one in lost),
    )
    if row["mismatches"] is not None:
        shown = [_mismatch(one) for one in row["first_mismatches"]]
        head = f"{row['mismatches']} of {row['images']} images differ" if row["mismatches"] else ""
        yield f"every byte equals {row['reference']}", "\n".join([head, *shown]).strip()
    if floor is not None and row["accuracy"] is not None:
        low = "" if row["accuracy"] >= floor else f"accuracy {row['accuracy']:.4f} is below {floor:g}"
        yield f"accuracy is {floor:g} or more", low


def _mismatch(one: Mapping[str, Any]) -> str:
    text = f"image {one['image']}: {one['element']}: expected {one['expected']}, found {one['found']}"
    return text + (f"; {one['why']}; {one['folder']}" if "folder" in one else "")


def _case(row: Mapping[str, Any], name: str, text: str) -> str:
    attributes = f"classname={quoteattr('digitrig.eval.' + row['board'])} name={quoteattr(name)}"
    if not text:
        return f"    <testcase {attributes}/>"
    clean = _NOT_XML.sub("?", text)
    first = clean.splitlines()[0]
    failure = f"      <failure message={quoteattr(first)}>{escape(clean)}</failure>"
    return f"    <testcase {attributes}>\n{failure}\n    </testcase>"
