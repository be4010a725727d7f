"""Which point is under the cursor, in the box or in the lasso.

Source: the packed R-tree is shapely's STRtree (GEOS). Coordinates are whatever
plane the caller draws in (metres or pixels): the index only compares them.
"""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

Indices = NDArray[np.intp]


class PointIndex:
    """N points in the plane, answering with indices into the arrays it was given.

    Points with a NaN coordinate are never found. The arrays are not copied: make a
    new index when the points move. Raises ValueError if the two differ in length.
    """

    def __init__(self, xs: ArrayLike, ys: ArrayLike) -> None:
        self._xs = np.asarray(xs, dtype=np.float64)
        self._ys = np.asarray(ys, dtype=np.float64)
        if self._xs.shape != self._ys.shape:
            raise ValueError(f"{self._xs.size} x coordinates but {self._ys.size} y coordinates")
        self._known: Indices = np.flatnonzero(np.isfinite(self._xs) & np.isfinite(self._ys))
        self._tree = shapely.STRtree(shapely.points(self._xs[self._known], self._ys[self._known]))

    def __len__(self) -> int:
        return int(self._xs.size)

    def nearest(self, x: float, y: float, within: float) -> int | None:
        """The nearest point no further than `within`; of equals the lowest index."""
        if within <= 0 or not len(self._known):
            return None
        hits = self._tree.query_nearest(shapely.Point(x, y), max_distance=within)
        return int(self._known[hits].min()) if len(hits) else None

    def in_box(self, left: float, bottom: float, right: float, top: float) -> Indices:
        """Indices, ascending, of the points in a box, its edges included."""
        # Four comparisons of whole arrays beat the tree as soon as many points are in.
        inside = (self._xs >= left) & (self._xs <= right)
        inside &= (self._ys >= bottom) & (self._ys <= top)
        return np.flatnonzero(inside)

    def in_polygon(self, vertices: Sequence[tuple[float, float]]) -> Indices:
        """Indices, ascending, of the points inside a lasso of (x, y) vertices.

        Points on the edge are out. A lasso that crosses itself takes in each of its
        loops; one of fewer than three vertices takes in nothing.
        """
        if len(vertices) < 3:
            return np.zeros(0, dtype=np.intp)
        lasso = shapely.Polygon(vertices)
        if not lasso.is_valid:
            lasso = shapely.make_valid(lasso)
        shapely.prepare(lasso)
        near = self.in_box(*lasso.bounds)
        inside: Indices = near[shapely.contains_xy(lasso, self._xs[near], self._ys[near])]
        return inside
