"""The pictures in docs/screens are what the apps show; where one is meant to change, run scripts/screens.py."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from digitrig.resources import root
from digitrig.screen import area_of


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("screens", root() / "scripts" / "screens.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCREENS = script().SCREENS


SLOW = ("lock-open", "lock-entry", "lock-out")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.long] if name in SLOW else []) for name in SCREENS]
)
def test_a_screen_is_that_of_its_picture(name: str, tmp_path: Path) -> None:
    """Where the digit demo shows how long the inference took, the timing model speaks, not the app."""
    script().take(name, tmp_path / "seen.png")
    seen, expected = (
        np.array(Image.open(path).convert("RGB"))
        for path in (tmp_path / "seen.png", root() / "docs" / "screens" / f"{name}.png")
    )
    if name == "touch":
        x, y, width, height = area_of("touch", "time")
        for picture in (seen, expected):
            picture[y : y + height, x : x + width] = 0
    assert seen.shape == expected.shape == (272, 480, 3)
    assert np.array_equal(seen, expected), "run scripts/screens.py and look at docs/screens"


def test_every_picture_has_a_screen() -> None:
    assert {path.stem for path in (root() / "docs" / "screens").glob("*.png")} == set(SCREENS)
