"""The typer application: which subcommands there are, `--version`, and the one place where errors become exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from digitrig.cli import (
    bench,
    boards,
    build,
    codegen,
    convert,
    data,
    doctor,
    evaluate,
    output,
    report,
    run,
    serve,
    session,
    table,
)
from digitrig.errors import DigitrigError

INTERRUPTED = 130
EPILOG = (
    "Exit codes: 0 ok, 1 an assertion failed, 2 usage or configuration, 3 engine or internal, "
    "4 the firmware faulted or locked up, 5 virtual-time limit reached."
)


class DigitrigGroup(TyperGroup):
    """Ends every failure as one line on stderr and a documented exit code; with --json also as one JSON object."""

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, *rest: Any, **options: Any) -> Any:
        arguments = list(sys.argv[1:] if args is None else args)
        sys.exit(self._run(arguments, options))

    def _run(self, arguments: list[str], options: dict[str, Any]) -> int:
        output.prepare()
        as_json = "--json" in arguments
        options["standalone_mode"] = False
        try:
            result = super().main(arguments, "digitrig", **options)
        except DigitrigError as error:
            return output.failure(error, error.exit_code, as_json)
        except (KeyboardInterrupt, typer.Abort):
            output.note("interrupted")
            return INTERRUPTED
        except Exception as error:
            return _other_failure(error, as_json)
        return result if isinstance(result, int) else 0


def _other_failure(error: Exception, as_json: bool) -> int:
    """Usage errors of the command-line parser, files that the system refuses, and what should not happen."""
    format_message = getattr(error, "format_message", None)
    if format_message is not None:
        hint = ""
        context = getattr(error, "ctx", None)
        if context is not None:
            hint = f"; try: {context.command_path} --help"
        return output.failure(error, 2, as_json, " ".join(str(format_message()).split()).rstrip(".") + hint)
    if isinstance(error, OSError) and error.filename:
        return output.failure(error, 2, as_json, f"{error.filename}: {error.strerror}")
    if os.environ.get("DIGITRIG_TRACEBACK"):
        raise error
    text = f"internal error: {type(error).__name__}: {error} (DIGITRIG_TRACEBACK=1 shows where)"
    return output.failure(error, DigitrigError.exit_code, as_json, text)


def _show_version(wanted: bool) -> None:
    if wanted:
        from digitrig.cli.version import version

        typer.echo(f"digitrig {version()}")
        raise typer.Exit()


app = typer.Typer(
    cls=DigitrigGroup,
    help="A test rig for handwritten-digit firmware that needs no hardware.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """A test rig for handwritten-digit firmware that needs no hardware."""


app.command("boards")(boards.boards)
app.command("doctor")(doctor.doctor)
app.command("build")(build.build)
app.command("run")(run.run)
app.command("eval")(evaluate.evaluate)
app.command("report")(report.report)
app.command("codegen")(codegen.codegen)
app.command("convert")(convert.convert)
app.command("record")(session.record)
app.command("replay")(session.replay)
app.command("serve")(serve.serve)
app.command("bench")(bench.bench)
app.command("table")(table.table)
app.add_typer(data.app, name="data")
