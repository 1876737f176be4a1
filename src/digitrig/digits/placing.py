"""Ink in a rectangle of a screen."""

from __future__ import annotations

from digitrig.digits.ink import Ink
from digitrig.errors import UsageError

Area = tuple[int, int, int, int]
"""x, y, width, height in pixels."""


def on_glass(ink: Ink, area: Area) -> list[list[tuple[float, float, float]]]:
    """Strokes of (x, y, t), pixels and ms, for `Board.touch_strokes`: the ink's writing area fills the rectangle.

    A rectangle that is no square is filled on its shorter side, the ink in the middle: a digit keeps its shape.
    Raises UsageError for ink without strokes or a rectangle without room.
    """
    x, y, width, height = area
    side = min(width, height)
    if side < 2:
        raise UsageError(f"a rectangle of {width} x {height} pixels has no room for a digit; at least 2 x 2 expected")
    if not any(ink.strokes):
        raise UsageError("ink without strokes cannot be drawn; expected at least one stroke of one point")
    left, top = x + (width - side) / 2, y + (height - side) / 2
    return [
        [(left + point.x * (side - 1), top + point.y * (side - 1), float(point.t)) for point in stroke]
        for stroke in ink.strokes
        if stroke
    ]
