"""Which sites to draw when many fall on one spot: at most one in each cell of the map.

Cells are anchored to the map, not to the screen, so that panning never makes a site flicker.
Levels are a factor of two apart in scale; each is made when first asked for and kept.
"""

from __future__ import annotations

from math import ceil, log2

import numpy as np
from numpy.typing import NDArray

CELL_PX = 3
FEW = 1_500
"""Up to so many sites, all are drawn: overlapping sprites cost less than a hidden building."""

Indices = NDArray[np.intp]


class LevelOfDetail:
    """N sites in the world's plane; of each cell the one whose `weight` is greatest is shown.

    NaN positions and sites that are not `shown` are left out. Indices come in drawing order,
    light first, so that what needs attention lies on top.
    """

    def __init__(
        self,
        xs: NDArray[np.float64],
        ys: NDArray[np.float64],
        weights: NDArray[np.int16],
        shown: NDArray[np.bool_],
    ) -> None:
        placed = np.flatnonzero(shown & np.isfinite(xs))
        self._order: Indices = placed[np.argsort(weights[placed], kind="stable")]
        self._xs, self._ys = xs[self._order], ys[self._order]
        self._levels: dict[int, Indices] = {}

    def at(self, scale: float) -> Indices:
        """The sites to draw at `scale` device pixels per world unit, in drawing order."""
        if len(self._order) <= FEW:
            return self._order
        level = ceil(log2(scale))
        if level not in self._levels:
            self._levels[level] = self._thin(2.0**level)
        return self._levels[level]

    def _thin(self, scale: float) -> Indices:
        across = np.floor(self._xs * (scale / CELL_PX)).astype(np.int64)
        down = np.floor(self._ys * (scale / CELL_PX)).astype(np.int64)
        cells = across * (1 << 31) + down
        # The last of a cell in drawing order is the heaviest: find the first from behind.
        _, behind = np.unique(cells[::-1], return_index=True)
        keep = np.sort(len(cells) - 1 - behind)
        return self._order[keep]
