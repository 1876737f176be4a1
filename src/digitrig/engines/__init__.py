"""What executes a platform. `open_machine` is the one door; each engine implements `protocols.Machine`."""

from __future__ import annotations

from digitrig.engines.choice import choose_engine
from digitrig.platform import BoardSpec
from digitrig.protocols import Machine

__all__ = ["choose_engine", "open_machine"]


def open_machine(spec: BoardSpec, engine: str | None = None) -> Machine:
    """A machine for a board. Raises UnknownNameError, MissingToolError (the engine) or PlatformError (its files)."""
    choose_engine(engine)
    from digitrig.engines.embedded import EmbeddedMachine

    return EmbeddedMachine(spec)
