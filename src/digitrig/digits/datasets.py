"""Data sets by name: `mnist`, `ink`, or a file or folder of images."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from digitrig.digits import idx, mnist
from digitrig.digits.arrays import GreyImages, Labels
from digitrig.digits.folder import read_folder
from digitrig.digits.formats import read_images
from digitrig.digits.ink import VARIATIONS, ink, style_names
from digitrig.errors import FileFormatError, UnknownNameError, UsageError

SPLITS = ("test", "train")


@dataclass(frozen=True)
class Dataset:
    """Images with what is known of them.

    images: (N, 28, 28) uint8.  labels: (N,) int64 or None.  source: where it came from, for reports.  warnings: what a
    report should say of it, one sentence each.  broken: images that could not be read, by index, with the reason; in
    `images` they are blank.
    """

    name: str
    images: GreyImages
    labels: Labels | None
    source: str
    warnings: tuple[str, ...] = ()
    broken: Mapping[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.images)

    def first(self, limit: int | None) -> Dataset:
        """Return the first `limit` images, all for None; UsageError for a limit below 1."""
        if limit is None:
            return self
        if limit < 1:
            raise UsageError(f"limit {limit} leaves no images; expected 1 or more")
        labels = None if self.labels is None else self.labels[:limit]
        return replace(self, images=self.images[:limit], labels=labels)


def load_dataset(name: str, split: str = "test", limit: int | None = None) -> Dataset:
    """Return a data set.

    name: "mnist"; "ink"; a folder with the four IDX files or with PNG files (`folder`); or a file that
    `formats.read_images` reads.
    split: "test" or "train"; `ink` has only "test".  limit: only the first so many.
    Raises UsageError or MissingFileError that say what to do where the data is not there.
    """
    if split not in SPLITS:
        raise UnknownNameError("split", split, SPLITS)
    if limit is not None and limit < 1:
        raise UsageError(f"limit {limit} leaves no images; expected 1 or more")
    if name == "mnist":
        return _load_mnist(split).first(limit)
    if name == "ink":
        return _load_ink(split, limit)
    path = Path(name)
    if path.is_dir():
        return _load_folder(path, split).first(limit)
    if not path.exists() and not path.suffix and path.parent == Path("."):
        raise UnknownNameError("data set", name, ("mnist", "ink", "or a file of images"))
    images, labels = read_images(path, split)
    return Dataset(path.name, images, labels, str(path)).first(limit)


def default_dataset(split: str = "test", limit: int | None = None) -> Dataset:
    """Return MNIST where it is on this machine, else `ink` with a warning that says so and why.

    A DIGITRIG_MNIST that is set but wrong is an error all the same.
    """
    try:
        mnist.mnist_folder(split)
    except UsageError as error:
        if os.environ.get(mnist.VARIABLE):
            raise
        stand_in = load_dataset("ink", "test", limit)
        return replace(stand_in, warnings=(f"using the project's own 'ink' digits: {error}",))
    return load_dataset("mnist", split, limit)


def _load_mnist(split: str) -> Dataset:
    folder = mnist.mnist_folder(split)
    image_data, image_warning = mnist.read_checked(folder, mnist.FILES[split, "images"])
    label_data, label_warning = mnist.read_checked(folder, mnist.FILES[split, "labels"])
    images = idx.parse_images(image_data, mnist.FILES[split, "images"].name)
    labels = idx.parse_labels(label_data, mnist.FILES[split, "labels"].name)
    warnings = tuple(warning for warning in (image_warning, label_warning) if warning)
    return Dataset("mnist", images, labels, f"{folder} ({split})", warnings)


def _load_folder(folder: Path, split: str) -> Dataset:
    """Read IDX files under MNIST's names, whatever they hold (no sums are checked), else the PNG files."""
    path = mnist.find_file(folder, mnist.FILES[split, "images"])
    if path is None and any(folder.rglob("*.png")):
        images, labels, broken = read_folder(folder)
        return Dataset(folder.name, images, labels, str(folder), broken=broken)
    if path is None:
        wanted = mnist.FILES[split, "images"].name
        raise FileFormatError(folder, f"a folder without {wanted} and without PNG files", "one of them")
    images, labels = idx.read_idx(path)
    return Dataset(folder.name, images, labels, f"{folder} ({split})")


def _load_ink(split: str, limit: int | None) -> Dataset:
    """Digits alternate first, then styles, then variations, so that a few images hold every digit."""
    if split != "test":
        raise UsageError(f"the data set 'ink' has no split '{split}'; known: test")
    styles = max(len(style_names(digit)) for digit in range(10))
    which = [
        (digit, style, variation)
        for variation in range(VARIATIONS)
        for style in range(styles)
        for digit in range(10)
        if style < len(style_names(digit))
    ][:limit]
    images = np.stack([ink(*each).render() for each in which])
    labels = np.array([digit for digit, _, _ in which], np.int64)
    return Dataset("ink", images, labels, "digitrig's own pen strokes")
