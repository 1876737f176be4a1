"""A report of one or more runs: one HTML file with everything in it, and the same as JSON and CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from digitrig.errors import UsageError
from digitrig.evaluation.detail import titled

STYLE = """
body{font:15px/1.45 system-ui,sans-serif;color:#1c2733;margin:2em auto;max-width:1180px;padding:0 1em}
h1{font-size:1.7em}h2{margin-top:2em;border-bottom:2px solid #d5dde5}h3{margin-bottom:.3em}
table{border-collapse:collapse;margin:.6em 0}th,td{padding:.25em .7em;text-align:right;border-bottom:1px solid #e3e8ee}
th:first-child,td:first-child{text-align:left}th{background:#f2f5f8}td.bad{background:#fbdcd9}td.good{background:#e2f3e4}
code,.hash{font:12px ui-monospace,monospace;overflow-wrap:anywhere}.note{color:#5a6875}
.pair{display:flex;flex-wrap:wrap;gap:2em;align-items:flex-start}
.pair>div{flex:1;min-width:420px}
.digit{display:inline-block;width:96px;margin:4px;text-align:center;font-size:12px;vertical-align:top}
.digit img{width:84px;height:84px;image-rendering:pixelated;border:1px solid #ccd5dd}
.digit.wrong img{border:2px solid #c4392d}
svg text{font:11px system-ui,sans-serif}
"""
COLUMNS = [
    "board",
    "model",
    "app",
    "runtime",
    "weights",
    "inject",
    "adapter",
    "engine",
    "dataset",
    "images",
    "accuracy",
    "mismatches",
    "failures",
    "reference",
    "cycles_min",
    "cycles_median",
    "cycles_max",
    "board_us_median",
    "flash_bytes",
    "ram_bytes",
    "stack_bytes",
    "images_per_second",
    "images_per_second_per_core",
    "real_time_ratio",
    "workers",
    "firmware_sha256",
    "model_sha256",
    "dataset_sha256",
    "core_sha256",
]


def write_report(summaries: Sequence[Mapping[str, Any]], path: Path) -> list[Path]:
    """Write PATH (.html), and .json and .csv beside it; returns the three. summaries: of `runs.read_run`.

    Raises UsageError for another ending or without a run.
    """
    check_name(path)
    if not summaries:
        raise UsageError("no run to report; expected one or more, such as: digitrig report latest -o report.html")
    rows = [row for summary in summaries for row in summary["boards"]]
    path.parent.mkdir(parents=True, exist_ok=True)
    written = [path, path.with_suffix(".json"), path.with_suffix(".csv")]
    path.write_text(html(summaries, rows), encoding="utf-8")
    written[1].write_text(json.dumps(_without_pictures(summaries), indent=1) + "\n", encoding="utf-8")
    with written[2].open("w", newline="", encoding="utf-8") as stream:
        out = csv.DictWriter(stream, COLUMNS)
        out.writeheader()
        out.writerows(flat(row) for row in rows)
    return written


def check_name(path: Path) -> None:
    """Raise UsageError unless the name is one of an HTML page."""
    if path.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"a report '{path}' asked for; its name has to end in .html")


def _without_pictures(summaries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All runs as one object; the pictures are in the HTML."""
    runs = []
    for summary in summaries:
        boards = []
        for row in summary["boards"]:
            worst = [{key: value for key, value in one.items() if key != "png"} for one in row["detail"]["worst"]]
            boards.append({**row, "detail": {**row["detail"], "worst": worst}})
        runs.append({**summary, "boards": boards})
    return {"schema_version": 1, "runs": runs}


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """One result as one line of the CSV."""
    cycles, memory, hashes = row["cycles"] or {}, row["detail"]["memory"] or {}, row["hashes"]
    found = {name: row.get(name) for name in COLUMNS}
    found |= {"failures": len(row["failures"]), "board_us_median": (row["board_us"] or {}).get("median")}
    found |= {f"cycles_{name}": cycles.get(name) for name in ("min", "median", "max")}
    found |= {name: memory.get(name) for name in ("flash_bytes", "ram_bytes", "stack_bytes")}
    found |= {f"{name}_sha256": hashes.get(name) for name in ("firmware", "model", "dataset", "core")}
    return found


def html(summaries: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> str:
    """The whole page."""
    models = ", ".join(dict.fromkeys(row["model"] for row in rows))
    title = f"Digits on emulated boards: {models}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(_verdict(rows))}</p>",
        _overview(rows),
        _agreement(rows),
        "<h2>Memory and time</h2>",
        _memory(rows),
        _layers(rows),
        "<h2>Confusion and images</h2>",
        *_pictures(rows),
        "<h2>Versions and hashes</h2>",
        *(_environment(summary) for summary in summaries[:1]),
        _hashes(rows),
    ]
    page = f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
    return page + f"<style>{STYLE}</style></head>\n<body>\n" + "\n".join(filter(None, parts)) + "\n</body></html>\n"


def _verdict(rows: Sequence[Mapping[str, Any]]) -> str:
    images = sum(row["images"] for row in rows)
    lost = sum(len(row["failures"]) for row in rows)
    compared = [row for row in rows if row["mismatches"] is not None]
    differing = sum(row["mismatches"] for row in compared)
    text = f"{images:,} predictions on {len({row['board'] for row in rows})} boards; {lost:,} failed; "
    if not compared:
        return text + "no reference to compare with."
    return text + f"{differing:,} of {sum(row['images'] for row in compared):,} differ from the reference in any byte."


def _table(
    head: Sequence[str], body: Sequence[Sequence[Any]], marks: Mapping[tuple[int, int], str] | None = None
) -> str:
    """marks: class of a cell by (row, column)."""
    marks = marks or {}
    lines = ["<table><tr>" + "".join(f"<th>{escape(name)}</th>" for name in head) + "</tr>"]
    for number, row in enumerate(body):
        cells = (
            f'<td class="{marks.get((number, place), "")}">{escape("-" if cell is None else str(cell))}</td>'
            for place, cell in enumerate(row)
        )
        lines.append("<tr>" + "".join(cells) + "</tr>")
    return "\n".join(lines) + "</table>"


def _count(value: float | None) -> str | None:
    return None if value is None else f"{value:,.0f}"


def _overview(rows: Sequence[Mapping[str, Any]]) -> str:
    body, marks = [], {}
    for number, row in enumerate(rows):
        accuracy = None if row["accuracy"] is None else f"{row['accuracy']:.2%}"
        body.append(
            [titled(row), row["dataset"], _count(row["images"]), accuracy, row["mismatches"], len(row["failures"])]
        )
        body[-1] += [row["inject"], _count(row["images_per_second_per_core"])]
        body[-1] += [None if row["real_time_ratio"] is None else f"{row['real_time_ratio']:.1f}"]
        marks[number, 4] = "" if row["mismatches"] is None else "bad" if row["mismatches"] else "good"
        marks[number, 5] = "bad" if row["failures"] else "good"
    head = ["board, model", "data set", "images", "accuracy", "mismatches", "failures", "image by", "images/s per core"]
    note = '<p class="note">x real time: how much faster one processor core emulates than the board itself is.</p>'
    return _table([*head, "x real time"], body, marks) + note


def _agreement(rows: Sequence[Mapping[str, Any]]) -> str:
    """What the reference is, and what differs from it."""
    names = ", ".join(dict.fromkeys(row["reference"] for row in rows))
    lines = [f"<h2>Agreement with the reference</h2><p>Reference: {escape(names)}.</p>"]
    for row in rows:
        for one in row["first_mismatches"]:
            why = f"; {one['why']}; {one['folder']}" if "folder" in one else ""
            text = f"{titled(row)}: image {one['image']}, {one['element']}: "
            text += f"expected {one['expected']}, found {one['found']}"
            lines.append(f"<p>{escape(text + why)}</p>")
        for one in [*row["failures"][:10]]:
            lines.append(
                f"<p>{escape(titled(row))}: image {one['image']}: {escape(one['error'])}: {escape(one['text'])}</p>"
            )
        lines += [f"<p>{escape(titled(row))}: {escape(text)}</p>" for text in row["incidents"]]
    if len(lines) == 1:
        lines.append("<p>Nothing differs and nothing failed.</p>")
    return "\n".join(lines)


def _memory(rows: Sequence[Mapping[str, Any]]) -> str:
    body = []
    for row in rows:
        memory, cycles = row["detail"]["memory"] or {}, row["cycles"] or {}
        sizes = [_count(memory.get(name)) for name in ("flash_bytes", "ram_bytes", "stack_bytes")]
        spread = [_count(cycles.get(name)) for name in ("min", "median", "max")]
        band = row["detail"]["error_band_percent"]
        body.append([titled(row), *sizes, *spread, None if band is None or not cycles else f"{band:g} %"])
    head = ["board, model", "flash bytes", "RAM bytes", "of it stack", "cycles min", "median", "max", "error band"]
    note = (
        "RAM: variables, code copied to RAM, and the highest stack use seen, where the firmware is ours. Cycles of one "
        "inference are estimates of the timing model within the error band."
    )
    return _table(head, body) + f'<p class="note">{note}</p>'


def _layers(rows: Sequence[Mapping[str, Any]]) -> str:
    """Cycles by layer, one table a model, a column per board."""
    parts = []
    for model in dict.fromkeys(row["model"] for row in rows):
        of_model = [row for row in rows if row["model"] == model and row["detail"]["layers"]]
        if not of_model:
            continue
        names = dict.fromkeys(
            f"{part['layer']} {part['op']}".strip() for row in of_model for part in row["detail"]["layers"]
        )
        body = []
        for name in names:
            cells = []
            for row in of_model:
                parts_of = {f"{part['layer']} {part['op']}".strip(): part for part in row["detail"]["layers"]}
                part = parts_of.get(name)
                cells.append(None if part is None else f"{_count(part['cycles']) or '-'} ({part['share']:.0%})")
            body.append([name, *cells])
        heads = [f"{row['board']}, {row['weights']}" for row in of_model]
        parts.append(f"<h3>Cycles by layer: {escape(model)}, first image</h3>" + _table(["layer", *heads], body))
    return "\n".join(parts)


def _pictures(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Confusion matrix and images; boards whose predictions are the same share them."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        key = json.dumps([row["model"], row["confusion"], [one["image"] for one in row["detail"]["worst"]]])
        groups.setdefault(key, []).append(row)
    found = []
    for group in groups.values():
        names = "; ".join(titled(row) for row in group)
        first = group[0]
        parts = [f"<h3>{escape(names)}</h3>", '<div class="pair">']
        if first["confusion"] is not None:
            parts.append(confusion_svg(first["confusion"]))
        parts.append("<div>" + _digits(first["detail"]["worst"]) + "</div></div>")
        found.append("\n".join(parts))
    return found


def _digits(worst: Sequence[Mapping[str, Any]]) -> str:
    wrong = [one for one in worst if one["class"] is not None and one["class"] != one["digit"]]
    narrow = [one for one in worst if one not in wrong]
    parts = []
    for title, images, kind in (("Not recognised, the surest first", wrong, "wrong"), ("Lowest margin", narrow, "")):
        if images:
            parts.append(f"<p><b>{title}</b></p>" + "".join(_digit(one, kind) for one in images))
    return "".join(parts)


def _digit(one: Mapping[str, Any], kind: str) -> str:
    truth = "" if one["class"] is None else f"{one['class']} "
    margin = "" if one["margin"] is None else f"<br>margin {one['margin']:g}"
    picture = f'<img alt="image {one["image"]}" src="data:image/png;base64,{one["png"]}">'
    return f'<div class="digit {kind}">{picture}<br>{truth}read as {one["digit"]}<br>image {one["image"]}{margin}</div>'


def confusion_svg(matrix: Sequence[Sequence[int]]) -> str:
    """The confusion matrix as a picture: a row per true class, a column per predicted one; wrong ones are red."""
    cell, edge = 36, 34
    size = edge + cell * len(matrix)
    parts = [f'<svg width="{size}" height="{size + 18}" role="img" aria-label="confusion matrix">']
    highest = max(1, *(count for true, row in enumerate(matrix) for found, count in enumerate(row) if true != found))
    for true, row in enumerate(matrix):
        total = max(1, sum(row))
        middle = edge + cell * true + cell / 2 + 4
        parts.append(f'<text x="{edge - 8}" y="{middle}" text-anchor="end">{true}</text>')
        parts.append(f'<text x="{middle - 4}" y="{edge - 8}" text-anchor="middle">{true}</text>')
        for found, count in enumerate(row):
            part = count / total if true == found else count / highest
            colour = f"rgba(27,108,168,{part:.3f})" if true == found else f"rgba(196,57,45,{0.75 * part:.3f})"
            ink = "#fff" if part > 0.6 else "#1c2733"
            x, y = edge + cell * found, edge + cell * true
            parts.append(f'<rect x="{x}" y="{y}" width="{cell}" height="{cell}" fill="{colour}" stroke="#e3e8ee"/>')
            if count:
                place = f'x="{x + cell / 2}" y="{y + cell / 2 + 4}" text-anchor="middle" fill="{ink}"'
                parts.append(f"<text {place}>{count}</text>")
    parts.append(f'<text x="{edge}" y="{size + 14}">rows: true class; columns: predicted</text></svg>')
    return "".join(parts)


def _environment(summary: Mapping[str, Any]) -> str:
    return "<p>" + escape(", ".join(f"{name} {value}" for name, value in summary["environment"].items())) + "</p>"


def _hashes(rows: Sequence[Mapping[str, Any]]) -> str:
    """sha256 of everything, a table with a line per result and kind; what all share stands once."""
    kinds = dict.fromkeys(name for row in rows for name in row["hashes"])
    lines = []
    for kind in kinds:
        values = {titled(row): row["hashes"][kind] for row in rows if kind in row["hashes"]}
        if len(set(values.values())) == 1:
            lines.append([f"{kind}, all", next(iter(values.values()))])
        else:
            lines += [[f"{kind}, {name}", value] for name, value in values.items()]
    return '<div class="hash">' + _table(["sha256 of", ""], lines) + "</div>"
