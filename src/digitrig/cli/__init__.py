"""The command line: one module per subcommand, nothing that a Python caller could not do."""

from __future__ import annotations


def main() -> None:
    """Run the command of `sys.argv` and exit with a documented code (see digitrig.errors)."""
    from digitrig.cli.app import app

    app(prog_name="digitrig")


__all__ = ["main"]
