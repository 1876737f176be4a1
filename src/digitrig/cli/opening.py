"""The one place where the command line makes boards and reads images: heavy imports happen here, when needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from digitrig.errors import UsageError

if TYPE_CHECKING:
    import numpy as np

    from digitrig.board import Board


def open_board(name: str, **options: Any) -> Board:
    """A `digitrig.board.Board`."""
    from digitrig.board import Board

    return Board(name, **options)


def one_image(source: str, index: int | None = None) -> tuple[np.ndarray, int | None]:
    """The image that SRC names and its label, if SRC knows one.

    index: which image of a source that holds several.  Returns ((28, 28) uint8, label or None).
    Raises UsageError when the source holds several images and no index chooses one.
    """
    from digitrig.digits import load_source

    images, labels = load_source(source)
    if index is None and len(images) > 1:
        raise UsageError(f"{source} holds {len(images)} images and this command takes one; choose with --index 0..")
    chosen = index or 0
    if not 0 <= chosen < len(images):
        raise UsageError(f"--index {chosen} asked for, but {source} holds {len(images)} image(s): 0..{len(images) - 1}")
    return images[chosen], None if labels is None else int(labels[chosen])


def existing_file(path: Path, what: str) -> Path:
    """The path, if a file is there; else MissingFileError with the nearest name in the same folder."""
    if path.is_file():
        return path
    import difflib

    from digitrig.errors import MissingFileError

    if path.is_dir():
        raise UsageError(f"{what} '{path}' is a folder; name a file")
    there = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    near = difflib.get_close_matches(path.name, there, n=1)
    hint = f"near it: {path.parent / near[0]}" if near else f"looked in {path.parent.resolve()}"
    raise MissingFileError(path, what, hint)
