"""Every site as a sprite, drawn by one call from one array.

`QPainter.drawPixmapFragments` takes C structures of ten doubles; an (N, 10) float64 array has
that very layout, so Qt reads numpy's memory and no Python object is made per site.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shiboken6
from numpy.typing import NDArray
from PySide6.QtGui import QPainter, QPixmap

from psnplanner.ui.map.level_of_detail import LevelOfDetail
from psnplanner.ui.map.sprites import STATUS_COUNT, atlas, ring
from psnplanner.ui.map.view import View

Floats = NDArray[np.float64]

# Heaviest wins a cell and lies on top: what is stuck, then what waits, then what moves.
ATTENTION = {
    "live": 0,
    "planned": 1,
    "surveyed": 2,
    "installed": 3,
    "fibre in": 4,
    "building": 5,
    "wayleave": 6,
    "blocked": 7,
}
"""How much a status asks to be seen."""


@dataclass(frozen=True)
class Points:
    """What the layer draws, arrays of N: world x and y, status and shape codes, weight, shown."""

    xs: Floats
    ys: Floats
    statuses: NDArray[np.int16]
    shapes: NDArray[np.int16]
    weights: NDArray[np.int16]
    shown: NDArray[np.bool_]


class SitesLayer:
    """The sites over the base map, thinned to what a screen can show."""

    def __init__(self, points: Points) -> None:
        self.points = points
        self.detail = LevelOfDetail(points.xs, points.ys, points.weights, points.shown)
        self.count = int(np.count_nonzero(points.shown & np.isfinite(points.xs)))

    def sprite_px(self, view: View, ratio: float) -> int:
        """Sprite size in device pixels: larger when near, smaller when many, always even."""
        near = max(0.0, min(1.0, (np.log2(view.scale) - 17.2) / 4))
        many = 10.0 if self.count <= 1_500 else 8.0 if self.count <= 20_000 else 6.0
        return 2 * round((many + near * 9) * ratio / 2)

    def in_view(self, view: View, ratio: float, reach_px: float = 0) -> NDArray[np.intp]:
        """Indices of the sites drawn in the view, in drawing order."""
        chosen = self.detail.at(view.scale * ratio)
        xs, ys = self.points.xs[chosen], self.points.ys[chosen]
        edge = reach_px / view.scale
        across, down = view.width / view.scale, view.height / view.scale
        inside = (xs >= view.left - edge) & (xs <= view.left + across + edge)
        inside &= (ys >= view.top - edge) & (ys <= view.top + down + edge)
        return chosen[inside]

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        """Draw on a device whose pixel is 1/ratio of the view's; sprites stay on whole pixels."""
        size = self.sprite_px(view, ratio)
        chosen = self.in_view(view, ratio, size)
        points = self.points
        column, row = points.statuses[chosen] % STATUS_COUNT, points.shapes[chosen]
        draw_fragments(
            painter, self._pixels(chosen, view, ratio), column * size, row * size, atlas(size)
        )

    def paint_rings(
        self, painter: QPainter, view: View, ratio: float, chosen: Any, colour: str
    ) -> None:
        """Ring the chosen sites (a list or array of indices) that are in the view."""
        size = self.sprite_px(view, ratio) + 2 * round(5 * ratio / 2) + 2
        pixels = self._pixels(chosen, view, ratio)
        inside = (pixels > -size).all(axis=1)
        inside &= pixels[:, 0] < view.width * ratio + size
        inside &= pixels[:, 1] < view.height * ratio + size
        # Rings on one pixel are one ring: a thousand chosen in a town cost a few hundred.
        pixels = np.unique(pixels[inside], axis=0)
        zeros = np.zeros(len(pixels))
        draw_fragments(painter, pixels, zeros, zeros, ring(size, colour), size)

    def _pixels(self, chosen: Any, view: View, ratio: float) -> Floats:
        across = (self.points.xs[chosen] - view.left) * (view.scale * ratio)
        down = (self.points.ys[chosen] - view.top) * (view.scale * ratio)
        return np.column_stack([np.rint(across), np.rint(down)])


def draw_fragments(
    painter: QPainter,
    centres: Floats,
    lefts: NDArray[np.generic],
    tops: NDArray[np.generic],
    pixmap: QPixmap,
    size: int = 0,
) -> None:
    """Draw a square of the pixmap, its corner at (left, top), around each centre (N, 2)."""
    count = len(centres)
    if not count:
        return
    fragments = np.ones((count, 10))
    fragments[:, 0:2] = centres
    fragments[:, 2], fragments[:, 3] = lefts, tops
    fragments[:, 4:6] = size or pixmap.width() // STATUS_COUNT
    fragments[:, 8] = 0.0  # rotation; the scales and the opacity are one
    first = shiboken6.wrapInstance(fragments.ctypes.data, QPainter.PixmapFragment)
    painter.drawPixmapFragments(first, count, pixmap)
