"""Every name on the map, laid out so that none lies over another, and carried while it zooms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from psnplanner.ui.map import basemap_layer
from psnplanner.ui.map.labels import LabelPlacer
from psnplanner.ui.map.name import Name
from psnplanner.ui.map.view import View

if TYPE_CHECKING:
    from psnplanner.ui.map.canvas import MapCanvas

_SHEET_PX = 1024


def paint(painter: QPainter, view: View, laid: list[Name]) -> None:
    """Draw the names that are in the view, at their places."""
    ratio = painter.device().devicePixelRatioF()
    left, top, scale = view.left, view.top, view.scale
    for name in laid:
        x, y = (name.x - left) * scale + name.dx, (name.y - top) * scale + name.dy
        if -300 < x < view.width and -60 < y < view.height:
            spot = QPointF(round(x * ratio) / ratio, round(y * ratio) / ratio)
            painter.drawPixmap(spot, name.picture)


class Carried:
    """The names last laid out, on one sheet, so that a frame draws all of them by one call."""

    def __init__(self, laid: list[Name], ratio: float) -> None:
        import numpy as np

        from psnplanner.ui.map.counts import cells_across
        from psnplanner.ui.map.sites_layer import as_fragments, draw

        # Kept at hand: an import in every frame takes as long as a dozen names.
        self._rint, self._draw, self._cells_across = np.rint, draw, cells_across
        self._ratio = ratio
        corners, wide, tall = _packed([name.picture for name in laid])
        self._sheet = QPixmap(wide, tall)
        self._sheet.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._sheet)
        for name, (left, top) in zip(laid, corners, strict=True):
            source = QRectF(name.picture.rect())
            painter.drawPixmap(source.translated(left, top), name.picture, source)
        painter.end()
        lefts, tops = zip(*corners, strict=True)
        sides = [(name.picture.width(), name.picture.height()) for name in laid]
        wides, talls = np.array(sides, float).T
        self._fragments = as_fragments(lefts, tops, wides, talls)
        self._halves = wides / 2, talls / 2
        self._places = np.array([name[:4] for name in laid], float).reshape(-1, 4).T
        self._cells = max(name.cells for name in laid)
        self._lasting = np.array([not name.cells for name in laid])

    def paint(self, painter: QPainter, view: View) -> None:
        """Draw them where they belong in the view, on a device of the sheet's ratio."""
        (xs, ys, dx, dy), ratio, (half_wide, half_tall) = self._places, self._ratio, self._halves
        factor = view.scale * ratio
        across = self._rint((xs - view.left) * factor + dx * ratio) + half_wide
        down = self._rint((ys - view.top) * factor + dy * ratio) + half_tall
        # Those outside too: Qt leaves them out sooner than we would.
        self._fragments[:, 0], self._fragments[:, 1] = across, down
        fragments = self._fragments
        if self._cells and self._cells != self._cells_across(view):
            fragments = fragments[self._lasting]  # at this scale other cells are counted
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        self._draw(painter, fragments, self._sheet)
        painter.restore()


def _packed(pictures: list[QPixmap]) -> tuple[list[tuple[int, int]], int, int]:
    """Where on a sheet each picture goes, and the width and height of the sheet."""
    corners = [(0, 0)] * len(pictures)
    x = y = shelf = widest = 0
    # Tall ones together: the shelves are then filled well.
    for place in sorted(range(len(pictures)), key=lambda place: -pictures[place].height()):
        wide, tall = pictures[place].width(), pictures[place].height()
        if x and x + wide > _SHEET_PX:
            x, y, shelf = 0, y + shelf, 0
        corners[place] = (x, y)
        x, shelf = x + wide, max(shelf, tall)
        widest = max(widest, x)
    return corners, max(1, widest), max(1, y + shelf)


def lay_out(canvas: MapCanvas, view: View) -> list[Name]:
    """The names of a view: phases, nodes, counts, towns and sites, in this order."""
    colours, ratio, font = canvas.colours, canvas.devicePixelRatioF(), canvas.font()
    placer = LabelPlacer(QRectF(0, 0, view.width, view.height))
    for box in canvas.covered():
        placer.block(box.translated(-canvas.pictures.corner(view)))
    if named := canvas.sites is not None and canvas.roster is not None:
        from psnplanner.ui.map import site_names

        site_names.keep_off(canvas, view, placer, ratio)
    nodes, tags = canvas.nodes, canvas.phases if canvas.areas_shown else None
    laid: list[Name] = tags.names(view, colours, placer, font, ratio) if tags else []
    if nodes is not None:
        # A tag lies over a symbol, not under it: what comes first is painted first.
        laid[:0] = nodes.symbols(view, colours, placer, ratio)
    if canvas.sites is not None and canvas.show_counts:
        from psnplanner.ui.map import counts

        laid += counts.names(canvas.sites, view, colours, placer, font, ratio)
    if not canvas.layers.hides_base:
        laid += basemap_layer.town_names(view, colours, placer, font, ratio)
    if nodes is not None:
        laid += nodes.names(view, colours, placer, font, ratio)
    laid += canvas.layers.names(view, colours, placer, font, ratio)
    if named:
        laid += site_names.names(canvas, view, colours, placer, ratio)
    return laid
