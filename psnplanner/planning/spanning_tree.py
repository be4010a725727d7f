"""The shortest tree that joins places, by straight lines.

Above some hundred places only edges of the Delaunay triangulation are looked at, which hold a
minimum spanning tree of the plane (Preparata and Shamos, "Computational Geometry", 1985, 5.3).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from psnplanner.geography.distance import local_metres

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MANY_POINTS = 400
LEAST_M = 0.1
"""Two places in one building are so far apart: a zero would read as no link at all."""


def spanning_tree(places: Floats, root: int = 0) -> tuple[Ints, Floats]:
    """The parent of each of the places (N, 2) towards the root (its own: -1), and the metres."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

    count = len(places)
    if count < 2:
        return np.full(count, -1), np.zeros(count)
    x, y = local_metres(places[:, 0], places[:, 1])
    one, other = _edges(x, y)
    length = np.maximum(np.hypot(x[one] - x[other], y[one] - y[other]), LEAST_M)
    tree = minimum_spanning_tree(coo_matrix((length, (one, other)), shape=(count, count)).tocsr())
    _, before = breadth_first_order(tree, root, directed=False)
    parents = np.where(before >= 0, before, -1).astype(np.int64)
    metres = np.where(parents >= 0, np.hypot(x - x[parents], y - y[parents]), 0.0)
    return parents, metres


def _edges(x: Floats, y: Floats) -> tuple[Ints, Ints]:
    """The pairs a spanning tree is sought among: all, or of many those of a triangulation."""
    count = len(x)
    if count <= MANY_POINTS:
        one, other = np.triu_indices(count, 1)
        return one.astype(np.int64), other.astype(np.int64)
    from scipy.spatial import Delaunay, QhullError

    # Places that coincide are no corners of a triangulation: each joins the first of its like.
    _, first, alike = np.unique(
        np.round(np.stack([x, y], axis=1), 1), axis=0, return_index=True, return_inverse=True
    )
    same = np.flatnonzero(first[alike.ravel()] != np.arange(count))
    try:
        corners = first[Delaunay(np.stack([x[first], y[first]], axis=1)).simplices]
    except QhullError:  # all in one line: neighbours along it are enough
        order = first[np.lexsort((y[first], x[first]))]
        corners = np.stack([order[:-1], order[1:], order[1:]], axis=1)
    sides = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    sides = np.unique(np.sort(sides[sides[:, 0] != sides[:, 1]], axis=1), axis=0)
    one = np.concatenate([sides[:, 0], first[alike.ravel()][same]])
    other = np.concatenate([sides[:, 1], same])
    return one.astype(np.int64), other.astype(np.int64)
