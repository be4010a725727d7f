"""Cutting lines off at a box: what lies outside the view need not be drawn.

Source: Sutherland and Hodgman, "Reentrant polygon clipping" (CACM 17, 1974). What it leaves
along the edge of the box cancels out under the odd-even rule and is outside the view anyway.
"""

from __future__ import annotations

from itertools import pairwise

Points = list[tuple[float, float]]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def cut_ring(ring: Points, box: Box) -> Points:
    """What of a closed ring lies in the box; empty where nothing does."""
    for axis, limit, sign in ((0, box[0], 1), (0, box[2], -1), (1, box[1], 1), (1, box[3], -1)):
        if not ring:
            break
        ring = _on_one_side(ring, axis, limit, sign)
    return ring


def _on_one_side(ring: Points, axis: int, limit: float, sign: int) -> Points:
    """The ring cut along a line across an axis; a sign of 1 keeps what is greater."""
    kept: Points = []
    before = ring[-1]
    was_in = (before[axis] - limit) * sign >= 0
    for point in ring:
        is_in = (point[axis] - limit) * sign >= 0
        if is_in != was_in:
            share = (limit - before[axis]) / (point[axis] - before[axis])
            other = before[1 - axis] + share * (point[1 - axis] - before[1 - axis])
            kept.append((limit, other) if axis == 0 else (other, limit))
        if is_in:
            kept.append(point)
        before, was_in = point, is_in
    return kept


def cut_line(line: Points, box: Box) -> list[Points]:
    """The parts of an open line that may be seen in the box: whole steps, never cut short."""
    left, top, right, bottom = box
    parts: list[Points] = []
    going = False
    for start, end in pairwise(line):
        beyond = (
            max(start[0], end[0]) < left
            or min(start[0], end[0]) > right
            or max(start[1], end[1]) < top
            or min(start[1], end[1]) > bottom
        )
        if not beyond:
            if not going:
                parts.append([start])
            parts[-1].append(end)
        going = not beyond
    return parts
