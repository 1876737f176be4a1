"""Where Renode is: named by the user, installed by `digitrig renode install`, or found on the system."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from digitrig.errors import MissingToolError

RENODE_VARIABLE = "DIGITRIG_RENODE"
CACHE_VARIABLE = "XDG_CACHE_HOME"
PINNED_VERSION = "1.16.1"
VERSION_LIMIT_S = 30.0
SYSTEM_PLACES = (Path("/opt/renode/renode"), Path("/opt/renode/bin/renode"))
WAYS = (
    "(1) digitrig renode install, which fetches the pinned portable release, or digitrig renode install --archive FILE "
    "with one fetched elsewhere; (2) install the package of github.com/renode/renode/releases for your system, so that "
    f"`renode` is on PATH; (3) set {RENODE_VARIABLE} to the renode program of a release or of your own build"
)


@dataclass(frozen=True)
class RenodeInstallation:
    """program: what is started.  source: how it was found, in words."""

    program: Path
    source: str

    def version(self) -> str:
        """What `renode --version` prints first, "" if it says nothing."""
        try:
            result = subprocess.run(
                [self.program, "--version"], capture_output=True, text=True, timeout=VERSION_LIMIT_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return next((line.strip() for line in result.stdout.splitlines() if line.strip()), "")


def cache_folder() -> Path:
    """Where installed releases lie: <user's cache>/digitrig/renode."""
    base = os.environ.get(CACHE_VARIABLE)
    return (Path(base) if base else Path.home() / ".cache") / "digitrig" / "renode"


def _candidates() -> Iterator[tuple[Path, str]]:
    for program in sorted(cache_folder().glob("*/renode"), reverse=True):
        yield program, "installed by digitrig"
    on_path = shutil.which("renode")
    if on_path:
        yield Path(on_path), "on PATH"
    for place in SYSTEM_PLACES:
        yield place, "the system's package"


def find_renode() -> RenodeInstallation | None:
    """The Renode to use, None if there is none. Raises MissingToolError if DIGITRIG_RENODE names nothing that runs."""
    named = os.environ.get(RENODE_VARIABLE)
    if named:
        program = Path(named) / "renode" if Path(named).is_dir() else Path(named)
        if not os.access(program, os.X_OK) or program.is_dir():
            raise MissingToolError(f"{RENODE_VARIABLE} is '{named}': no program there that can be run; {WAYS}")
        return RenodeInstallation(program, RENODE_VARIABLE)
    for program, source in _candidates():
        if program.is_file() and os.access(program, os.X_OK):
            return RenodeInstallation(program, source)
    return None


def require_renode() -> RenodeInstallation:
    """The Renode to use. Raises MissingToolError with the ways to get it."""
    found = find_renode()
    if found is None:
        raise MissingToolError(f"engine 'renode' needs Renode, which is not on this machine. Ways to get it: {WAYS}")
    return found
