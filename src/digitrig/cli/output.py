"""What the commands print: one JSON object for machines, tables for people, one line for a failure."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Literal, NoReturn

SCHEMA_VERSION = 1


def prepare() -> None:
    """Let characters that the terminal cannot show appear as `?` instead of failing the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def emit(payload: Mapping[str, object]) -> None:
    """Print the one JSON object of a command on stdout, with `schema_version` first."""
    say(json.dumps({"schema_version": SCHEMA_VERSION, **payload}, indent=2, ensure_ascii=False))


def say(text: str = "") -> None:
    """A line of the answer, on stdout."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        reader_gone()


def reader_gone() -> NoReturn:
    """End quietly when whoever read stdout has had enough, as `head` does; that is no failure."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(0)


def note(text: str) -> None:
    """A line about the work, on stderr, so that stdout stays the answer alone."""
    print(text, file=sys.stderr, flush=True)


def failure(error: Exception, exit_code: int, as_json: bool, text: str | None = None) -> int:
    """Tell a failure: `digitrig: error: ...` on stderr, and with `as_json` an object with the same on stdout.

    A report of where the firmware stands follows the first line, indented.
    """
    message = str(error) if text is None else text
    note("digitrig: error: " + message.rstrip().replace("\n", "\n  "))
    if as_json:
        emit({"error": {"type": type(error).__name__, "message": message, "exit_code": exit_code}})
    return exit_code


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table. Columns whose name starts with '>' are right-aligned and, like the first one, keep to one line.

    A narrow terminal folds the others; nothing is cut off.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for number, column in enumerate(columns):
        right = column.startswith(">")
        justify: Literal["left", "right"] = "right" if right else "left"
        drawn.add_column(column.lstrip(">"), justify=justify, no_wrap=right or number == 0, overflow="fold")
    for row in rows:
        drawn.add_row(*("" if cell is None else str(cell) for cell in row))

    class PipedConsole(Console):
        def on_broken_pipe(self) -> None:
            reader_gone()

    console = PipedConsole(markup=False, highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, 160)
    console.print(title, style="bold", soft_wrap=True)  # Table(title=...) would wrap it at the width of the table
    console.print(drawn)


def near(path: str) -> str:
    """A path as seen from the current folder, if it lies below it."""
    return path.removeprefix(os.getcwd() + os.sep)


def seconds(at_ps: int) -> str:
    """Virtual time as `12.345678 s`, right-aligned so that stamps of one run line up."""
    micros = at_ps // 1_000_000
    return f"{micros // 1_000_000:>4}.{micros % 1_000_000:06d} s"


@contextmanager
def progress(title: str, quiet: bool) -> Iterator[Callable[[int, int, float], None]]:
    """A progress bar on stderr while the block runs, if that is a terminal; yields
    `advance(done, total, per_second)`."""
    if quiet or not sys.stderr.isatty():
        yield lambda _done, _total, _rate: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(title),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, rate=0)
        yield lambda done, total, rate: bar.update(task, completed=done, total=total, rate=round(rate))
