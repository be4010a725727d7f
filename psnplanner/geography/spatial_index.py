"""Which point is under the cursor, in the box or in the lasso.

Source: the packed R-tree is shapely's STRtree (GEOS). Coordinates are whatever
plane the caller draws in (metres or pixels): the index only compares them.
"""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

Indices = NDArray[np.intp]

_MANY, _SQUARES = 4_000, 32
"""From so many points on, a lasso sorts them by a grid of so many squares a side first."""


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
        # In a crowd the first, small box holds the answer; a tree searched for the nearest of
        # hundreds takes ten times as long.
        for reach in (within / 6, within):
            box = shapely.box(x - reach, y - reach, x + reach, y + reach)
            hits = self._known[self._tree.query(box)]
            away = np.hypot(self._xs[hits] - x, self._ys[hits] - y)
            if len(hits) and away.min() <= reach:
                return int(hits[away == away.min()].min())
        return None

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
        sure, doubtful = self._sorted_by_square(lasso, near)
        inside = doubtful[shapely.contains_xy(lasso, self._xs[doubtful], self._ys[doubtful])]
        found = np.zeros(len(self), bool)
        found[sure] = found[inside] = True
        return np.flatnonzero(found)

    def _sorted_by_square(self, lasso: BaseGeometry, near: Indices) -> tuple[Indices, Indices]:
        """Of the points near a lasso those surely inside, and those that must be asked one by one.

        The lasso's box is cut into squares: only in those that its line crosses is there doubt.
        """
        left, bottom, right, top = lasso.bounds
        if len(near) < _MANY or right <= left or top <= bottom:
            return near[:0], near
        columns, rows = (
            np.linspace(left, right, _SQUARES + 1),
            np.linspace(bottom, top, _SQUARES + 1),
        )
        squares = shapely.box(columns[:-1], rows[:-1, None], columns[1:], rows[1:, None])
        whole = shapely.contains_properly(lasso, squares)
        partly = shapely.intersects(lasso, squares) & ~whole
        # A point on the far edges of the box would be a square too far.
        short = _SQUARES * (1 - 1e-12)
        across = ((self._xs[near] - left) * (short / (right - left))).astype(np.int32)
        square = ((self._ys[near] - bottom) * (short / (top - bottom))).astype(np.int32)
        square *= _SQUARES
        square += across
        return near[whole.ravel()[square]], near[partly.ravel()[square]]
