"""The `ink` set: our own digits, drawn as timed pen strokes, so that a machine without MNIST has something real to run.

`ink(7, "crossed")` takes a skeleton of `ink_styles.py`, varies it with a generator that its name seeds (control points,
slant, aspect, size, pen width, speed), and samples the moving pen at 100 Hz. `Ink.render` draws the strokes as an
MNIST image. Only integers and the IEEE operations + - * / and square root are used, which round alike everywhere, so
that every machine gives the same bytes (sums of floats by fsum: the built-in sum rounds by Python version).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import fsum, sqrt

from digitrig.digits.arrays import GreyImage
from digitrig.digits.ink_styles import STYLES
from digitrig.digits.raster import draw_strokes
from digitrig.errors import UnknownNameError, UsageError

SAMPLE_MS = 10
"""Time between two samples of the pen: a touch panel or tablet at 100 Hz."""

COORDINATE_STEPS = 10_000
"""Coordinates are multiples of 1/10000, so that a stroke file holds them exactly."""

VARIATIONS = 10
"""How many variations of each style the `ink` data set has. `ink()` takes any number from 0 upwards."""


@dataclass(frozen=True)
class Point:
    """Where the pen is. x, y: 0..1, right and down, in the writing area.  t: ms since the first touch."""

    x: float
    y: float
    t: int


@dataclass(frozen=True)
class Ink:
    """A digit as pen strokes: the pen touches down at the first point of a stroke and lifts after the last.

    strokes: times never fall within a stroke nor from one to the next.  pen: width of the line as a part of the box
    that the digit fills.  digit: what was meant, or None where nobody said.
    """

    strokes: tuple[tuple[Point, ...], ...]
    pen: float = 0.12
    digit: int | None = None
    style: str = ""

    def render(self) -> GreyImage:
        """Return the (28, 28) uint8 image of the strokes, placed as in MNIST; UsageError where there is no stroke."""
        if not any(self.strokes):
            raise UsageError("ink without strokes has no image; expected at least one stroke of one point")
        lines = [[(point.x, point.y) for point in stroke] for stroke in self.strokes if stroke]
        return draw_strokes(lines, self.pen)

    @property
    def duration_ms(self) -> int:
        """Time from the first touch to the last lift."""
        return max((stroke[-1].t for stroke in self.strokes if stroke), default=0)


class Dice:
    """A small generator of repeatable numbers (splitmix64, after Steele, Lea and Flood 2014), seeded by a text."""

    def __init__(self, seed: str) -> None:
        self._state = 0
        for byte in seed.encode():
            self._state = (self._state * 257 + byte + 1) % 2**64

    def step(self) -> int:
        """Return the next integer below 2**64."""
        self._state = (self._state + 0x9E3779B97F4A7C15) % 2**64
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) % 2**64
        return z ^ (z >> 31)

    def between(self, low: int, high: int) -> int:
        """Return an integer from low to high, both included; the middle is likelier than the ends."""
        span = high - low
        return low + (self.step() % (span + 1) + self.step() % (span + 1)) // 2


def style_names(digit: int) -> list[str]:
    """Return the styles of a digit in their order; a style may be named or numbered."""
    if digit not in STYLES:
        raise UnknownNameError("ink digit", str(digit), [str(known) for known in STYLES])
    return list(STYLES[digit])


def ink(digit: int, style: str | int = 0, variation: int = 0) -> Ink:
    """Return one digit of the set. style: a name, or its number from 0.  variation: 0 and up, each another hand.

    Raises UnknownNameError for a digit or style that is not there, UsageError for a negative variation.
    """
    names = style_names(digit)
    if isinstance(style, str) and style.isdecimal():
        style = int(style)
    if isinstance(style, int):
        if not 0 <= style < len(names):
            raise UnknownNameError(f"ink style of digit {digit}", str(style), [*map(str, range(len(names))), *names])
        style = names[style]
    if style not in names:
        raise UnknownNameError(f"ink style of digit {digit}", style, names)
    if variation < 0:
        raise UsageError(f"ink variation {variation} is negative; variations count from 0")
    return _write(digit, style, Dice(f"{digit}:{style}:{variation}"))


def parse_path(path: str) -> list[list[tuple[int, int, bool]]]:
    """Turn a skeleton into strokes of (x, y, corner)."""
    strokes = []
    for part in path.split("|"):
        points = []
        for word in part.split():
            x, y = word.rstrip("!").split(",")
            points.append((int(x), int(y), word.endswith("!")))
        strokes.append(points)
    return strokes


def _write(digit: int, style: str, dice: Dice) -> Ink:
    slant = dice.between(-8, 26) / 100
    aspect = dice.between(74, 100) / 100
    size = dice.between(86, 100) / 100
    pen = dice.between(95, 150) / 1000
    speed = dice.between(16, 30) / 10
    curves = []
    for stroke in parse_path(STYLES[digit][style]):
        moved = []
        for x, y, corner in stroke:
            x_moved = (x + dice.between(-35, 35) / 10) * aspect
            y_moved = y + dice.between(-30, 30) / 10
            moved.append((x_moved + slant * (50 - y_moved), y_moved, corner))
        curves.append(_smooth(moved))
    return Ink(_sample(_place(curves, size), speed), pen, digit, style)


def _smooth(points: list[tuple[float, float, bool]], pieces: int = 12) -> list[tuple[float, float]]:
    """Return a dense line along the centripetal Catmull-Rom curve through the points, broken at corners."""
    runs: list[list[tuple[float, float]]] = [[]]
    for index, (x, y, corner) in enumerate(points):
        runs[-1].append((x, y))
        if corner and 0 < index < len(points) - 1:
            runs.append([(x, y)])
    line = [runs[0][0]]
    for run in runs:
        for index in range(len(run) - 1):
            before = run[index - 1] if index else _mirror(run[1], run[0])
            after = run[index + 2] if index + 2 < len(run) else _mirror(run[-2], run[-1])
            for piece in range(1, pieces + 1):
                line.append(_catmull_rom(before, run[index], run[index + 1], after, piece / pieces))
    return line


def _mirror(point: tuple[float, float], centre: tuple[float, float]) -> tuple[float, float]:
    return 2 * centre[0] - point[0], 2 * centre[1] - point[1]


def _catmull_rom(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float], along: float
) -> tuple[float, float]:
    """Point between b (along = 0) and c (along = 1); knots by the square root of the distance, so no loop appears."""
    t1 = sqrt(_distance(a, b)) + 1e-6
    t2 = t1 + sqrt(_distance(b, c)) + 1e-6
    t3 = t2 + sqrt(_distance(c, d)) + 1e-6
    t = t1 + (t2 - t1) * along
    ab, bc, cd = _mix(a, b, t / t1), _mix(b, c, (t - t1) / (t2 - t1)), _mix(c, d, (t - t2) / (t3 - t2))
    return _mix(_mix(ab, bc, t / t2), _mix(bc, cd, (t - t1) / (t3 - t1)), (t - t1) / (t2 - t1))


def _mix(a: tuple[float, float], b: tuple[float, float], part: float) -> tuple[float, float]:
    return a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part


def _distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    return sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]))


def _place(curves: list[list[tuple[float, float]]], size: float) -> list[list[tuple[float, float]]]:
    """Scale to `size` times the 20/28 of the area that MNIST's box takes, in the middle of 0..1."""
    xs = [x for curve in curves for x, _ in curve]
    ys = [y for curve in curves for _, y in curve]
    scale = size * 20 / 28 / max(max(xs) - min(xs), max(ys) - min(ys))
    x_middle, y_middle = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    return [[(0.5 + (x - x_middle) * scale, 0.5 + (y - y_middle) * scale) for x, y in curve] for curve in curves]


def _sample(curves: list[list[tuple[float, float]]], speed: float) -> tuple[tuple[Point, ...], ...]:
    """Move the pen along the lines at `speed` areas a second, slower at both ends and in bends, sampled every 10 ms."""
    strokes: list[tuple[Point, ...]] = []
    now = 0
    last: tuple[float, float] | None = None
    for curve in curves:
        if last is not None:
            now += SAMPLE_MS * (8 + int(_distance(last, curve[0]) / speed * 1000 / SAMPLE_MS))
        points = []
        for x, y in _walk(curve, speed * SAMPLE_MS / 1000):
            points.append(Point(_rounded(x), _rounded(y), now))
            now += SAMPLE_MS
        now -= SAMPLE_MS
        strokes.append(tuple(points))
        last = curve[-1]
    return tuple(strokes)


def _walk(line: list[tuple[float, float]], stride: float) -> list[tuple[float, float]]:
    """Points along the line, one per sample. stride: length per sample at full pace."""
    costs = [_distance(a, b) / _pace(line, index) for index, (a, b) in enumerate(pairwise(line))]
    length = fsum(costs)
    samples = max(3, int(length / stride) + 1)
    step = length / samples
    walked = [line[0]]
    done, index = 0.0, 0
    for sample in range(1, samples):
        while index < len(costs) - 1 and done + costs[index] < step * sample:
            done += costs[index]
            index += 1
        part = (step * sample - done) / costs[index] if costs[index] else 1.0
        walked.append(_mix(line[index], line[index + 1], min(1.0, part)))
    return [*walked, line[-1]]


def _pace(line: list[tuple[float, float]], index: int) -> float:
    """Speed on piece `index` as a part of full speed: 0.4 at the ends, down to 0.35 where the line turns back."""
    from_end = min(index, len(line) - 2 - index)
    ends = min(1.0, 0.4 + from_end / 15)
    a, b, c, d = line[max(0, index - 2)], line[index], line[index + 1], line[min(len(line) - 1, index + 3)]
    first, second = (b[0] - a[0], b[1] - a[1]), (d[0] - c[0], d[1] - c[1])
    lengths = _distance(a, b) * _distance(c, d)
    cosine = (first[0] * second[0] + first[1] * second[1]) / lengths if lengths else 1.0
    return ends * (0.675 + 0.325 * cosine)


def _rounded(value: float) -> float:
    return min(COORDINATE_STEPS, max(0, int(value * COORDINATE_STEPS + 0.5))) / COORDINATE_STEPS
