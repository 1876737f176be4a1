"""`digitrig bench`: how fast boards are emulated, beside QEMU where it is installed."""

from __future__ import annotations

from digitrig.cli import options, output


def bench(as_json: options.JsonOption = False) -> None:
    """Measure emulated MIPS of the inference code, snapshot restore and start, beside QEMU where it is installed."""
    output.note("")
