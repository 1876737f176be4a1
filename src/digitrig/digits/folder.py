"""A folder of PNG files as a data set: one file that cannot be read does not spoil the others."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from digitrig.digits import png
from digitrig.digits.arrays import SIDE, GreyImages, Labels
from digitrig.errors import DigitrigError

_CLASS = re.compile(r"^([0-9])(?:[-_. ].*)?$")


def read_folder(folder: Path) -> tuple[GreyImages, Labels | None, dict[int, str]]:
    """Read every PNG below a folder, in the order of their paths.

    Returns images (N, 28, 28), labels (N,), and why an image could not be read, by index; that image is blank.
    The class is the name of the folder that a file lies in (`7/x.png`), else the digit that its own name begins with
    (`7-x.png`, `7.png`); labels are None unless every file tells one.
    """
    paths = sorted(folder.rglob("*.png"))
    images = np.zeros((len(paths), SIDE, SIDE), np.uint8)
    broken: dict[int, str] = {}
    for index, path in enumerate(paths):
        try:
            images[index] = png.read_png(path)[0].reshape(SIDE, SIDE)
        except (DigitrigError, OSError) as error:
            broken[index] = str(error)
    classes = [_class_of(path, folder) for path in paths]
    known = [digit for digit in classes if digit is not None]
    return images, np.array(known, np.int64) if len(known) == len(paths) else None, broken


def _class_of(path: Path, folder: Path) -> int | None:
    names = [path.stem] if path.parent == folder else [path.parent.name, path.stem]
    for name in names:
        match = _CLASS.match(name)
        if match:
            return int(match[1])
    return None
