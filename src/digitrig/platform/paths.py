"""How a `using` finds its file."""

from __future__ import annotations

from pathlib import Path


def resolve_using(name: str, including: Path, root: Path) -> Path:
    """The file that `using "name"` in the file `including` means; it need not exist.

    Absolute paths stay; `./` and `../` are relative to the including file; anything else is looked for as Renode's
    path does, here with the parent of `platforms/` as the root.
    """
    if Path(name).is_absolute():
        return Path(name)
    if name.startswith(("./", "../")):
        return (including.parent / name).resolve()
    return (root / name).resolve()
