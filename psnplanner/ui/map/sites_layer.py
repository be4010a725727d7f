"""Every site as a sprite, drawn by one call from one array.

`QPainter.drawPixmapFragments` takes C structures of ten doubles; an (N, 10) float64 array has
that very layout, so Qt reads numpy's memory and no Python object is made per site.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2
from typing import Any

import numpy as np
import shiboken6
from numpy.typing import NDArray
from PySide6.QtGui import QPainter, QPixmap

from psnplanner.ui import look
from psnplanner.ui.map.level_of_detail import Level, LevelOfDetail
from psnplanner.ui.map.sprites import MARKS, STATUS_COLOURS, atlas, ring
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

_MOST = 0.8
"""With so many of a level in the view all are drawn: Qt leaves out the others sooner than we."""

CELL = 0.6
"""The least side of a cell of the level of detail, in sprites; 1.4 times it is the greatest."""


@dataclass(frozen=True)
class Points:
    """What the layer draws, arrays of N: world x and y, status and shape codes, weight, shown."""

    xs: Floats
    ys: Floats
    statuses: NDArray[np.int16]
    shapes: NDArray[np.int16]
    weights: NDArray[np.int16]
    shown: NDArray[np.bool_]


class _Told:
    """The sprites of one level at one size, and the box of the world they lie in."""

    def __init__(self, level: Level, size: int, fragments: Floats) -> None:
        self.level, self.size, self.fragments = level, size, fragments
        self._box = (0.0, 0.0, 0.0, 0.0)  # a programme without sites has none
        if len(level.xs):
            ends = (level.xs.min(), level.xs.max(), level.ys.min(), level.ys.max())
            self._box = tuple(map(float, ends))

    def within(self, view: View) -> bool:
        """Whether every one of them is in the view."""
        left, right, top, bottom = self._box
        (x1, y1), (x2, y2) = view.to_screen(left, top), view.to_screen(right, bottom)
        return x1 >= 0 and y1 >= 0 and x2 <= view.width and y2 <= view.height


class SitesLayer:
    """The sites over the base map, thinned to what a screen can show.

    `codes` (N) are places in `colours`, the status colours unless given; `marks` (N) say which
    sites bear a mark (an index of sprites.MARKS).
    """

    def __init__(
        self,
        points: Points,
        colours: tuple[str, ...] = STATUS_COLOURS,
        codes: NDArray[np.int16] | None = None,
        marks: NDArray[np.int16] | None = None,
        weights: NDArray[np.int16] | None = None,
    ) -> None:
        self.points, self.colours = points, colours
        given = points.statuses if codes is None else codes
        self.codes = np.minimum(given.astype(np.int32), len(colours) - 1)
        columns = self.codes * len(MARKS)
        self._columns = columns if marks is None else columns + marks
        weights = points.weights if weights is None else weights
        self.detail = LevelOfDetail(points.xs, points.ys, weights, points.shown)
        self.count = int(np.count_nonzero(points.shown & np.isfinite(points.xs)))
        self._told: _Told | None = None

    def sprite_px(self, view: View, ratio: float) -> int:
        """Sprite size in device pixels: larger when near, smaller when many, always even."""
        near = max(0.0, min(1.0, (log2(view.scale) - 17.2) / 4))
        many = 10.0 if self.count <= 1_500 else 8.0 if self.count <= 20_000 else 6.0
        return 2 * round((many + near * 9) * ratio / 2)

    def prepare(self, view: View, ratio: float) -> bool:
        """Make one level of detail that zooming will soon ask for; False when all are there."""
        for step in (4.0, 2.83, 2.0, 1.42, 0.71, 0.5, 0.36, 0.25):
            scale = view.scale * step
            cell = self._cell(View(view.x, view.y, scale, view.width, view.height), ratio)
            if not self.detail.ready(scale * ratio, cell):
                self.detail.level(scale * ratio, cell)
                return True
        return False

    def _cell(self, view: View, ratio: float) -> float:
        return self.sprite_px(view, ratio) * CELL

    def in_view(self, view: View, ratio: float, reach_px: float = 0) -> NDArray[np.intp]:
        """Indices of the sites drawn in the view, in drawing order."""
        level = self.detail.level(view.scale * ratio, self._cell(view, ratio))
        return level.places[_inside(level, view, reach_px)]

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        """Draw on a device whose pixel is 1/ratio of the view's; sprites stay on whole pixels."""
        draw(painter, *self._sprites(view, ratio))

    def paint_parts(self, painter: QPainter, view: View, ratio: float, part: int) -> Any:
        """Draw so many sites at a time, lightest first: a generator that yields between parts."""
        fragments, sheet = self._sprites(view, ratio)
        fragments = np.array(fragments)  # its own: a frame of another view may come between
        for start in range(0, len(fragments), part):
            draw(painter, fragments[start : start + part], sheet)
            yield

    def _sprites(self, view: View, ratio: float) -> tuple[Floats, QPixmap]:
        """What to draw in the view, good until the next call, and from which picture."""
        size = self.sprite_px(view, ratio)
        told = self._tell(self.detail.level(view.scale * ratio, size * CELL), size)
        fragments, xs, ys = told.fragments, told.level.xs, told.level.ys
        if not told.within(view):
            inside = _inside(told.level, view, size)
            if len(inside) < _MOST * len(xs):
                fragments, xs, ys = fragments[inside], xs[inside], ys[inside]
        fragments[:, 0], fragments[:, 1] = _pixels(xs, ys, view, ratio)
        return fragments, atlas(size, self.colours, look.is_dark())

    def _tell(self, level: Level, size: int) -> _Told:
        """What Qt is told of each sprite of a level but its place: made once, the same anywhere."""
        if self._told is None or self._told.level is not level or self._told.size != size:
            lefts = self._columns[level.places] * size
            tops = self.points.shapes[level.places] * size
            self._told = _Told(level, size, as_fragments(lefts, tops, size, size))
        return self._told

    def paint_rings(
        self, painter: QPainter, view: View, ratio: float, chosen: Any, colour: str
    ) -> None:
        """Ring the chosen sites (a list or array of indices) that are in the view."""
        size = self.sprite_px(view, ratio) + 2 * round(5 * ratio / 2) + 2
        across, down = _pixels(self.points.xs[chosen], self.points.ys[chosen], view, ratio)
        inside = (across > -size) & (down > -size)
        inside &= (across < view.width * ratio + size) & (down < view.height * ratio + size)
        # Rings on one pixel are one ring: a thousand chosen in a town cost a few hundred.
        pixels = np.unique(np.column_stack([across[inside], down[inside]]), axis=0)
        zeros = np.zeros(len(pixels))
        centres = (pixels[:, 0], pixels[:, 1])
        draw_fragments(painter, centres, zeros, zeros, ring(size, colour), size)


def _inside(level: Level, view: View, reach_px: float) -> NDArray[np.intp]:
    """Which of a level are in a view, or so many pixels outside it."""
    # One comparison for both ends of a range: what is below wraps round to the far side.
    across, down = (
        (view.width / 2 + reach_px) / view.scale,
        (view.height / 2 + reach_px) / view.scale,
    )
    inside = np.abs(level.xs - view.x) <= across
    inside &= np.abs(level.ys - view.y) <= down
    return np.flatnonzero(inside)


def _pixels(xs: Floats, ys: Floats, view: View, ratio: float) -> tuple[Floats, Floats]:
    factor = view.scale * ratio
    return np.rint((xs - view.left) * factor), np.rint((ys - view.top) * factor)


def draw_fragments(
    painter: QPainter,
    centres: tuple[Floats, Floats],
    lefts: NDArray[Any],
    tops: NDArray[Any],
    pixmap: QPixmap,
    sizes: int | tuple[Floats, Floats],
) -> None:
    """Draw a part of the pixmap, its corner at (left, top), around each centre (x, y).

    `sizes` are the sides of all, or their widths and heights.
    """
    wides, talls = (sizes, sizes) if isinstance(sizes, int) else sizes
    fragments = as_fragments(lefts, tops, wides, talls)
    fragments[:, 0], fragments[:, 1] = centres
    draw(painter, fragments, pixmap)


def as_fragments(lefts: Any, tops: Any, wides: Any, talls: Any) -> Floats:
    """What QPainter.PixmapFragment holds, a row each: all but the place, which comes first."""
    fragments = np.ones((len(lefts), 10))
    fragments[:, 2], fragments[:, 3] = lefts, tops
    fragments[:, 4], fragments[:, 5] = wides, talls
    fragments[:, 8] = 0.0  # rotation; the scales and the opacity are one
    return fragments


def draw(painter: QPainter, fragments: Floats, pixmap: QPixmap) -> None:
    """Draw what `as_fragments` told of, by one call."""
    if len(fragments):
        first = shiboken6.wrapInstance(fragments.ctypes.data, QPainter.PixmapFragment)
        painter.drawPixmapFragments(first, len(fragments), pixmap)
