"""`digitrig boards`: what there is, and what of it is usable on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from digitrig.cli import options, output
from digitrig.errors import DigitrigError
from digitrig.firmware_files import app_variants

if TYPE_CHECKING:
    from digitrig.evaluation.coverage import BoardCoverage

CoverageOption = Annotated[
    str | None,
    typer.Option("--coverage", metavar="BOARD", help="Which registers of this board have a model, block by block."),
]


def boards(coverage: CoverageOption = None, as_json: options.JsonOption = False) -> None:
    """List boards, engines, apps and models, and what of it is usable on this machine."""
    if coverage is not None:
        from digitrig.evaluation.coverage import board_coverage, coverage_json

        found = board_coverage(coverage)
        if as_json:
            output.emit(coverage_json(found))
        else:
            show_coverage(found)
        return
    from digitrig.codegen.models import load_model, model_names
    from digitrig.platform import board_names, load_board

    specs = [load_board(name) for name in board_names()]
    rows = [_board_row(spec) for spec in specs]
    engines = [_engine_row(name) for name in _engine_names()]
    models = [{"model": name, "file": str(load_model(name).path)} for name in model_names()]
    if as_json:
        output.emit({"boards": rows, "engines": engines, "models": models})
        return
    output.table(
        "boards",
        ["board", ">core", ">clock", ">flash", ">RAM", "product"],
        [
            (
                row["board"],
                row["core"],
                f"{row['clock_hz'] / 1e6:g} MHz",
                f"{row['flash_bytes'] // 1024} KiB",
                f"{row['ram_bytes'] // 1024} KiB",
                row["title"],
            )
            for row in rows
        ],
    )
    output.table("firmware", ["board", "app", "model", "weights in", "built"], firmware_rows(rows))
    output.table(
        "engines",
        ["engine", "usable", "note"],
        [(row["engine"], "yes" if row["usable"] else "no", row["note"]) for row in engines],
    )
    output.table("models", ["model", "file"], [(row["model"], output.near(row["file"])) for row in models])


def firmware_rows(rows: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """One row for each app and model of each board: where the weights lie in the images that are built."""
    found: list[tuple[str, ...]] = []
    for row in rows:
        for app in row["apps"]:
            for model in dict.fromkeys(model for model, _ in app_variants(app, row["models"])):
                prefix = f"{app}-{model}-"
                weights = [name.removeprefix(prefix) for name in row["firmware"] if name.startswith(prefix)]
                built = "yes" if weights else f"no, run: digitrig build {row['board']}"
                found.append((row["board"], app, model, ", ".join(weights), built))
    return found


def show_coverage(found: BoardCoverage) -> None:
    """Registers of each block by how they are modelled, blocks that only have a name, and what our firmware missed."""
    totals = found.map.totals
    rows = [
        (f"{block.entry} {block.block}".strip(), block.type, block.modelled, block.stored, block.tagged, block.source)
        for block in found.map.blocks
    ]
    sums = ("in all", "", totals["modelled"], totals["stored"], totals["tagged"], "")
    output.table(
        f"{found.board}: registers that have a model, that keep what is written, and that are only known by name",
        ["block", "class", ">modelled", ">stored", ">tagged", "source"],
        [*rows, sums],
    )
    output.table(
        "blocks of which only the name is known: every access is logged",
        ["block", ">first", ">last"],
        [(name, f"0x{first:08x}", f"0x{last:08x}") for name, first, last in found.map.untabled],
    )
    if found.not_built:
        output.say(f"no firmware was run: {found.not_built}")
    for run in found.runs:
        output.say(f"{run.firmware}: {run.count or 'no'} accesses to what is not modelled")
        for sentence in run.sentences:
            output.say(f"  {sentence}")


def _board_row(spec: Any) -> dict[str, Any]:
    return {
        "board": spec.name,
        "title": spec.title,
        "soc": spec.soc,
        "core": spec.core,
        "clock_hz": spec.clock_hz,
        "flash_bytes": spec.flash_bytes,
        "ram_bytes": spec.ram_bytes,
        "apps": list(spec.apps),
        "models": list(spec.models),
        "firmware": _built(spec.name),
    }


def _built(board: str) -> list[str]:
    """Names `app-model-weights` of the images that are built for a board."""
    from digitrig.resources import build_dir

    return sorted(path.stem for path in (build_dir() / "firmware" / "zig" / board).glob("*.elf"))


def _engine_names() -> tuple[str, ...]:
    from digitrig.engines.choice import ENGINES

    return ENGINES


def _engine_row(name: str) -> dict[str, Any]:
    from digitrig.engines.choice import choose_engine

    try:
        choose_engine(name)
    except DigitrigError as error:
        return {"engine": name, "usable": False, "note": str(error)}
    return {"engine": name, "usable": True, "note": ""}
