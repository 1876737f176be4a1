"""Which engine a caller gets: the argument, else DIGITRIG_ENGINE, else the embedded one."""

from __future__ import annotations

import os

from digitrig.errors import MissingToolError, UnknownNameError

ENGINE_VARIABLE = "DIGITRIG_ENGINE"
EMBEDDED = "embedded"
RENODE = "renode"
ENGINES = (EMBEDDED, RENODE)

RENODE_HELP = (
    "engine 'renode' asked for, but this version of digitrig has no Renode engine yet: use --engine embedded. "
    "To have Renode itself at hand: (1) unpack a portable release archive (renode-*.linux-portable.tar.gz) from the "
    "releases page of github.com/renode/renode, (2) install the .deb or .rpm of that page, or your distribution's "
    "package, or (3) build it from source with its build.sh and the .NET SDK"
)


def choose_engine(name: str | None = None) -> str:
    """Name of the engine to use.

    name: what the caller asked for; None or "" means the variable DIGITRIG_ENGINE, and without that the embedded one.
    Raises UnknownNameError for a name that is no engine, MissingToolError for one that cannot run here.
    """
    chosen = name or os.environ.get(ENGINE_VARIABLE) or EMBEDDED
    if chosen not in ENGINES:
        raise UnknownNameError("engine", chosen, ENGINES)
    if chosen == RENODE:
        raise MissingToolError(RENODE_HELP)
    return chosen
