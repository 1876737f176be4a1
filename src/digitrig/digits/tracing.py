"""Pictures of digits to pen strokes: the middle line of the ink, in an order in which a hand could have drawn it.

The image is enlarged, made black and white at half of its strongest ink and thinned (T. Y. Zhang and C. Y. Suen, "A
fast parallel algorithm for thinning digital patterns", CACM 27(3), 1984). The lines between ends and crossings are then
joined, straight on at a crossing, beginning at the upper left; little spurs that thinning leaves are dropped. The pen
moves at an even pace and is sampled as a touch panel does.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import hypot

import numpy as np
from numpy.typing import NDArray

from digitrig.digits.arrays import SIDE, GreyImage, as_images
from digitrig.digits.ink import COORDINATE_STEPS, SAMPLE_MS, Ink, Point
from digitrig.errors import UsageError

SCALE = 4
"""Pixels of the thinned picture for each pixel of the image."""
SPEED = 2.2
"""Writing areas a second, as fast as the `ink` set writes."""
LIFT_MS = 80
"""Time between two strokes."""
SPUR = 1.0
"""Side branches shorter than this many widths of the line are no ink."""
DOT = 0.06
"""Strokes shorter than this part of the picture are dropped where there is a longer one."""

Pixel = tuple[int, int]


def trace_image(image: GreyImage, digit: int | None = None) -> Ink:
    """Return the strokes of a (28, 28) uint8 image, where they are in it: x and y 0..1 of the whole image.

    digit: what was meant, if known.  Raises ShapeError for another shape, UsageError for an image without ink.
    """
    grey = as_images(image, "image to trace")[0]
    if not grey.any():
        raise UsageError("an image without ink has no strokes; expected pixels above 0")
    mask = _enlarge(grey) >= int(grey.max()) / 2
    line = thin(mask)
    if not line.any():  # a dot of even sides thins to nothing
        middle = np.argwhere(mask).mean(axis=0)
        y, x = min(np.argwhere(mask).tolist(), key=lambda place: hypot(place[0] - middle[0], place[1] - middle[1]))
        line[y, x] = True
    width = mask.sum() / line.sum()
    lines = _smooth(_strokes(_branches(_graph(line), SPUR * width)))
    side = SIDE * SCALE
    shapes = [[((x + 0.5) / side, (y + 0.5) / side) for y, x in stroke] for stroke in lines]
    return Ink(_timed(shapes), _pen(width, lines), digit, "traced")


def _enlarge(grey: GreyImage) -> NDArray[np.float64]:
    """Bilinear, pixel centres on pixel centres."""
    places = (np.arange(SIDE * SCALE) + 0.5) / SCALE - 0.5
    known = np.arange(SIDE)
    rows = np.array([np.interp(places, known, row) for row in grey.astype(np.float64)])
    return np.array([np.interp(places, known, column) for column in rows.T]).T


def _pen(width: float, lines: list[list[tuple[float, float]]]) -> float:
    """Width of the line as a part of the box that the digit fills, as `Ink.pen` means it."""
    ys = [y for line in lines for y, _ in line]
    xs = [x for line in lines for _, x in line]
    extent = max(max(xs) - min(xs), max(ys) - min(ys)) + width
    return round(min(0.4, max(0.04, width / extent)), 4)


# ---------------------------------------------------------------- thinning
def thin(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The skeleton of a black and white picture, one pixel wide, connected as the picture is."""
    inked = np.pad(mask, 1)
    changed = True
    while changed:
        changed = False
        for first in (True, False):
            gone = _removable(inked, first)
            if gone.any():
                inked[1:-1, 1:-1] &= ~gone
                changed = True
    return np.ascontiguousarray(inked[1:-1, 1:-1])


def _removable(inked: NDArray[np.bool_], first: bool) -> NDArray[np.bool_]:
    """Pixels that one sub-iteration of Zhang and Suen takes away; p2 is north, and on clockwise."""
    p = [
        inked[:-2, 1:-1],
        inked[:-2, 2:],
        inked[1:-1, 2:],
        inked[2:, 2:],
        inked[2:, 1:-1],
        inked[2:, :-2],
        inked[1:-1, :-2],
        inked[:-2, :-2],
    ]
    count = sum(q.astype(np.int8) for q in p)
    turns = sum((~a & b).astype(np.int8) for a, b in zip(p, [*p[1:], p[0]], strict=True))
    north, east, south, west = p[0], p[2], p[4], p[6]
    sides = (
        (~(north & east & south) & ~(east & south & west))
        if first
        else (~(north & east & west) & ~(north & south & west))
    )
    found: NDArray[np.bool_] = inked[1:-1, 1:-1] & (count >= 2) & (count <= 6) & (turns == 1) & sides
    return found


# ---------------------------------------------------------------- lines between ends and crossings
def _graph(line: NDArray[np.bool_]) -> dict[Pixel, list[Pixel]]:
    """Neighbours of each pixel; a diagonal counts only where no straight step leads there in two."""
    pixels = {(int(y), int(x)) for y, x in np.argwhere(line)}
    graph: dict[Pixel, list[Pixel]] = {}
    for y, x in sorted(pixels):
        near = [(y + dy, x + dx) for dy, dx in ((-1, 0), (0, -1), (0, 1), (1, 0)) if (y + dy, x + dx) in pixels]
        for dy, dx in ((-1, -1), (-1, 1), (1, -1), (1, 1)):
            if (y + dy, x + dx) in pixels and (y + dy, x) not in pixels and (y, x + dx) not in pixels:
                near.append((y + dy, x + dx))
        graph[y, x] = near
    return graph


def _branches(graph: dict[Pixel, list[Pixel]], spur: float) -> list[list[Pixel]]:
    """Lines from node to node, without spurs. A node has one neighbour or more than two."""
    while True:
        branches = _cut(graph)
        ends = {pixel for pixel, near in graph.items() if len(near) == 1}
        short = [
            branch for branch in branches if (branch[0] in ends) != (branch[-1] in ends) and len(branch) - 1 < spur
        ]
        if not short:
            return branches
        branch = min(short, key=len)
        inner = branch[:-1] if branch[0] in ends else branch[1:]
        for pixel in inner:
            for other in graph.pop(pixel):
                if other in graph:
                    graph[other] = [near for near in graph[other] if near != pixel]


def _cut(graph: dict[Pixel, list[Pixel]]) -> list[list[Pixel]]:
    nodes = {pixel for pixel, near in graph.items() if len(near) != 2}
    used: set[tuple[Pixel, Pixel]] = set()
    branches: list[list[Pixel]] = []
    for start in [*sorted(nodes), *sorted(graph)]:  # what is left after the nodes are closed loops
        if not graph[start] and start in nodes and not any(start in branch for branch in branches):
            branches.append([start])
        for step in graph[start]:
            if (start, step) in used:
                continue
            branch = [start, step]
            used |= {(start, step), (step, start)}
            while branch[-1] not in nodes and branch[-1] != start:
                following = [near for near in graph[branch[-1]] if (branch[-1], near) not in used]
                if not following:
                    break
                used |= {(branch[-1], following[0]), (following[0], branch[-1])}
                branch.append(following[0])
            branches.append(branch)
    return branches


# ---------------------------------------------------------------- strokes
def _strokes(branches: list[list[Pixel]]) -> list[list[Pixel]]:
    """Join lines to strokes: from an end, as far as it goes, straight on where lines meet."""
    left = [branch for branch in branches if len(branch) > 1] or branches[:1]
    strokes = []
    while left:
        stroke = _begin(left)
        while True:
            following = [(_turn(stroke, line), number, line) for number, line in _onward(stroke[-1], left)]
            if not following:
                break
            _, number, line = min(following)
            left.pop(number)
            stroke += line[1:]
        strokes.append(stroke)
    longest = max(len(stroke) for stroke in strokes)
    least = min(DOT * SIDE * SCALE, longest)
    return [stroke for stroke in strokes if len(stroke) >= least]


def _begin(left: list[list[Pixel]]) -> list[Pixel]:
    """Take the line whose free end is furthest up and left, or any that closes on itself."""
    ends = [pixel for line in left for pixel in (line[0], line[-1])]
    free = [pixel for pixel in ends if ends.count(pixel) == 1] or ends
    start = min(free, key=lambda pixel: (2 * pixel[0] + pixel[1], pixel))
    number, line = next((n, line) for n, line in enumerate(left) if start in (line[0], line[-1]))
    left.pop(number)
    return list(line if line[0] == start else line[::-1])


def _onward(end: Pixel, left: list[list[Pixel]]) -> Iterator[tuple[int, list[Pixel]]]:
    for number, line in enumerate(left):
        if line[0] == end:
            yield number, line
        if line[-1] == end and line[0] != end:
            yield number, line[::-1]


def _turn(stroke: list[Pixel], line: list[Pixel], reach: int = 8) -> float:
    """How sharply the pen would turn from a stroke into a line: 0 straight on, 2 back."""
    a, b, c = stroke[-min(reach, len(stroke))], stroke[-1], line[min(reach, len(line)) - 1]
    before, after = (b[0] - a[0], b[1] - a[1]), (c[0] - b[0], c[1] - b[1])
    lengths = hypot(*before) * hypot(*after)
    return 1 - (before[0] * after[0] + before[1] * after[1]) / lengths if lengths else 1.0


def _smooth(strokes: list[list[Pixel]], reach: int = 3) -> list[list[tuple[float, float]]]:
    """Take the staircase out of the lines: each place the mean of its neighbours, ends kept."""
    smooth = []
    for stroke in strokes:
        points = []
        for index in range(len(stroke)):
            near = min(reach, index, len(stroke) - 1 - index)
            part = stroke[index - near : index + near + 1]
            points.append((sum(y for y, _ in part) / len(part), sum(x for _, x in part) / len(part)))
        smooth.append(points)
    return smooth


def _timed(shapes: list[list[tuple[float, float]]]) -> tuple[tuple[Point, ...], ...]:
    now, strokes = 0, []
    for shape in shapes:
        points = []
        for x, y in _walk(shape, SPEED * SAMPLE_MS / 1000):
            points.append(Point(_rounded(x), _rounded(y), now))
            now += SAMPLE_MS
        now += LIFT_MS - SAMPLE_MS
        strokes.append(tuple(points))
    return tuple(strokes)


def _walk(shape: list[tuple[float, float]], stride: float) -> list[tuple[float, float]]:
    """Places along a line, `stride` or a little less apart, its ends among them; a dot is held for two samples."""
    lengths = [hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(shape)]
    total = sum(lengths)
    if total == 0:
        return [shape[0], shape[0]]
    count = max(1, int(total / stride) + 1)
    walked, done, index = [shape[0]], 0.0, 0
    for step in range(1, count):
        wanted = total * step / count
        while index < len(lengths) - 1 and done + lengths[index] < wanted:
            done += lengths[index]
            index += 1
        part = (wanted - done) / lengths[index] if lengths[index] else 0.0
        a, b = shape[index], shape[index + 1]
        walked.append((a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part))
    return [*walked, shape[-1]]


def _rounded(value: float) -> float:
    return min(COORDINATE_STEPS, max(0, int(value * COORDINATE_STEPS + 0.5))) / COORDINATE_STEPS
