"""How often outlines cross one another: work that grows with it, looked at before it is done.

Mending a ring that crosses itself, or uniting shapes that cross, takes as long as there are
crossings: a drawn map has hardly any, and 30,000 random points 100 million.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Array = NDArray[np.float64]

_MOST_OF_RINGS = 5_000  # some 40 microseconds each to mend
_MOST_OF_ALL = 300_000  # some 3 to unite
_SMALL_RING = 40  # of so few edges it takes a moment, however they cross
_SAMPLE, _LEAST_SAMPLE = 300, 30
_MOST_COMPARED, _AT_ONCE = 50_000_000, 1_000_000


def too_many(shapes: Sequence[BaseGeometry]) -> bool:
    """Whether shapes cross themselves, or one another, far more often than on any map.

    Estimated from some hundred edges of each ring of a shape that is not valid, and of all.
    """
    found = np.array(shapes, dtype=object)
    total = 0.0
    rings = _rings(found[~shapely.is_valid(found)])
    for ring in rings[shapely.get_num_coordinates(rings) > _SMALL_RING + 1]:
        total += _crossings(_edges(ring), _MOST_OF_RINGS)
        if total > _MOST_OF_RINGS:
            return True
    return _crossings(_edges(_rings(found)), _MOST_OF_ALL) > _MOST_OF_ALL


def _rings(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    parts = shapely.get_parts(shapes)
    areal = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    return np.concatenate([shapely.get_rings(parts[areal]), parts[~areal]])


def _edges(lines: Any) -> Array:
    """The edges (E, 4) of lines, one or many: from x, y to x, y."""
    points, line = shapely.get_coordinates(lines, return_index=True)
    edges: Array = np.hstack([points[:-1], points[1:]])[line[:-1] == line[1:]]
    return edges


def _crossings(edges: Array, enough: float) -> float:
    """An estimate of how many pairs of edges cross, those that only touch left out.

    Beyond `enough` it is not made to the end.
    """
    count = len(edges)
    if count < 3:
        return 0.0
    size = int(np.clip(_MOST_COMPARED // count, _LEAST_SAMPLE, _SAMPLE))
    # The same edges each time, so that a file is refused always or never.
    chosen = np.random.default_rng(1).choice(count, min(size, count), replace=False)
    boxes = np.hstack(
        [np.minimum(edges[:, :2], edges[:, 2:]), np.maximum(edges[:, :2], edges[:, 2:])]
    )
    step, found = max(1, _AT_ONCE // count), 0.0
    for at in range(0, len(chosen), step):
        found += _crossed(chosen[at : at + step], edges, boxes) / len(chosen) * count / 2
        if found > enough:
            break
    return found


def _crossed(chosen: NDArray[np.int64], edges: Array, boxes: Array) -> int:
    """How many pairs of one of the chosen and one of all edges cross."""
    west, south, east, north = boxes.T
    box = boxes[chosen, :, None].transpose(1, 0, 2)
    near = (east >= box[0]) & (west <= box[2]) & (north >= box[1]) & (south <= box[3])
    first, second = np.nonzero(near)
    ax, ay, bx, by = edges[chosen[first]].T
    cx, cy, dx, dy = edges[second].T
    apart = _side(ax, ay, bx, by, cx, cy) * _side(ax, ay, bx, by, dx, dy) < 0
    across = _side(cx, cy, dx, dy, ax, ay) * _side(cx, cy, dx, dy, bx, by) < 0
    return int((apart & across).sum())


def _side(ax: Array, ay: Array, bx: Array, by: Array, px: Array, py: Array) -> Array:
    """On which side of the line from a to b a point lies, by its sign."""
    side: Array = np.sign((bx - ax) * (py - ay) - (by - ay) * (px - ax))
    return side
