"""Where names go on a drawn map: beside what they name, clear of sites and of one another.

Everything is in pixels of the drawing, y upwards. A name is tried at many places and takes the
one that costs least; only the frame and the names already placed are never crossed.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""
Points = NDArray[np.float64]

ATTENTION_WEIGHT = 25.0
"""What covering a blocked or late site costs, where any other site costs 1."""

_LINE_WEIGHT = 0.4
_GAP_PX = 5.0
_CELL_PX = 2.0  # how finely it is known what a name would cover
_MOST_TRIED = 60  # points of an outline
# Above is where a reader looks for the name of an area, so it costs nothing.
_DIRECTIONS = (
    (0, 1, 0.0), (1, 1, 0.4), (-1, 1, 0.4), (1, 0, 0.8), (-1, 0, 0.8), (1, -1, 1.2), (-1, -1, 1.2),
    (0, -1, 1.4),
)  # fmt: skip
_STEPS = (0.0, 0.6, 1.4)  # of a name's height, out from its town


class Room:
    """The frame of a map with its sites, its outlines and the names placed so far.

    `sites` and `lines` are arrays of shape (n, 2), `weights` of shape (n,): what it costs to
    cover each site.
    """

    def __init__(self, frame: Box, sites: Points, weights: Points, lines: Points) -> None:
        self.frame = frame
        self.taken: list[Box] = []
        marks = np.concatenate([sites, lines]).reshape(-1, 2)
        heavy = np.concatenate([weights, np.full(len(lines), _LINE_WEIGHT)])
        self._sums = _sums(marks, heavy, frame)

    def place(
        self, wide: float, high: float, tried: Points, limit: float = np.inf
    ) -> tuple[float, float] | None:
        """The middle of the cheapest free place for a name, or None where all cost over `limit`.

        `tried` has a row (x, y, cost) for each place the middle of the name may go. The place
        given is taken from then on.
        """
        left, bottom, right, top = self.frame
        x, y, cost = tried.T
        x = x.clip(left + wide / 2 + 3, right - wide / 2 - 3)
        y = y.clip(bottom + high / 2 + 3, top - high / 2 - 3)
        free = self._free(x, y, wide, high)
        if not free.any():
            return None
        x, y, cost = x[free], y[free], cost[free]
        # A mark has a breadth: one whose middle is just outside would still be cut.
        cost = cost + self._under(x, y, wide + 8, high + 8)
        best = int(cost.argmin())
        if cost[best] > limit:
            return None
        at = float(x[best]), float(y[best])
        self.taken.append(_box(*at, wide, high))
        return at

    def _free(self, x: Points, y: Points, wide: float, high: float) -> NDArray[np.bool_]:
        left, bottom, right, top = np.array(self.taken, float).reshape(-1, 4).T
        x, y = x[:, None], y[:, None]
        beside = (x + wide / 2 < left) | (x - wide / 2 > right)
        clear = beside | (y + high / 2 < bottom) | (y - high / 2 > top)
        free: NDArray[np.bool_] = np.all(clear, axis=1)
        return free

    def _under(self, x: Points, y: Points, wide: float, high: float) -> Points:
        """What lies under a box about each middle, however much there is of it."""
        left, bottom = self.frame[:2]
        edges = [(x - wide / 2 - left, y - high / 2 - bottom),
                 (x + wide / 2 - left, y + high / 2 - bottom)]  # fmt: skip
        most = np.array(self._sums.shape)[:, None] - 1
        (x0, y0), (x1, y1) = (np.clip(np.rint(np.array(e) / _CELL_PX), 0, most).astype(np.intp)
                              for e in edges)  # fmt: skip
        sums: Points = self._sums
        under: Points = sums[x1, y1] - sums[x0, y1] - sums[x1, y0] + sums[x0, y0]
        return under


def _sums(marks: Points, weights: Points, frame: Box) -> Points:
    """At (i, j): what all marks in the first i columns and j rows of cells weigh.

    Source: the summed-area table, Crow, "Summed-area tables for texture mapping" (SIGGRAPH 1984).
    """
    left, bottom, right, top = frame
    inside = _within(marks, frame)
    shape = (ceil((right - left) / _CELL_PX), ceil((top - bottom) / _CELL_PX))
    x, y = ((marks[inside] - (left, bottom)) / _CELL_PX).astype(np.intp).T
    cells = np.bincount(x * shape[1] + y, weights[inside], shape[0] * shape[1])
    sums = np.zeros((shape[0] + 1, shape[1] + 1))
    sums[1:, 1:] = cells.reshape(shape).cumsum(axis=0).cumsum(axis=1)
    return sums


def covered(
    x: Points, y: Points, wide: float, high: float, marks: Points, weights: Points
) -> Points:
    """What the marks under a box about each middle weigh together."""
    reach = (x.min() - wide / 2, y.min() - high / 2, x.max() + wide / 2, y.max() + high / 2)
    near = _within(marks, reach)
    across = np.abs(marks[near, 0] - x[:, None]) < wide / 2
    along_y = np.abs(marks[near, 1] - y[:, None]) < high / 2
    under: Points = (across & along_y) @ weights[near]
    return under


def beside_outline(ring: Points, wide: float, high: float) -> Points:
    """Places for a name just off (or just within) an outline, as rows of x, y and cost.

    The further down the outline, the more a place costs, up to 1 at the bottom.
    """
    points = along(ring, 8.0)
    points = points[:: ceil(len(points) / _MOST_TRIED)]
    top, high_px = points[:, 1].max(), max(float(np.ptp(points[:, 1])), 1.0)
    out_x, out_y = wide / 2 + _GAP_PX, high / 2 + _GAP_PX
    return np.array(
        [
            (
                x + dx * out_x,
                y + dy * out_y,
                cost + (top - y) / high_px,
            )
            for x, y in points
            for dx, dy, cost in _DIRECTIONS
        ]
    )


def around_point(x: float, y: float, wide: float, high: float) -> Points:
    """Places for a name on a point or close about it, as rows of x, y and cost."""
    rows = [(x, y, 0.0)]
    for step in _STEPS:
        for dx, dy, cost in _DIRECTIONS:
            out = high * (0.5 + step)
            side = wide / 2 + high * step if dy == 0 else wide / 3
            rows.append((x + dx * side, y + dy * out, 1 + cost / 4 + step))
    return np.array(rows)


def upon_point(x: float, y: float, wide: float, high: float) -> Points:
    """Places for a name that leave no doubt which point it names, as rows of x, y and cost."""
    return np.array(
        [
            (x + dx * wide / 8, y + dy * high, 2.0 * abs(dy))
            for dx in (0, -1, 1)
            for dy in (0, -0.7, 0.7, -1.4, 1.4)
        ]
    )


def along(ring: Points, step_px: float) -> Points:
    """Points on a line no further apart than that, its own corners among them."""
    sides = np.diff(ring, axis=0)
    counts = np.maximum(1, np.ceil(np.hypot(*sides.T) / step_px)).astype(np.intp)
    of = np.repeat(np.arange(len(counts)), counts)
    # How far along its side each point is: 1 of 3, 2 of 3, 3 of 3.
    nth = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    return np.concatenate([ring[:1], ring[of] + sides[of] * (nth / counts[of])[:, None]])


def in_lines(words: Sequence[str], most: int) -> str:
    """Words set in lines of at most `most` characters, where none is longer."""
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word) <= most:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return "\n".join(lines)


def _within(points: Points, box: Box) -> NDArray[np.bool_]:
    left, bottom, right, top = box
    x, y = points.reshape(-1, 2).T
    inside: NDArray[np.bool_] = (x > left) & (x < right) & (y > bottom) & (y < top)
    return inside


def _box(x: float, y: float, wide: float, high: float) -> Box:
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2
