"""Every name on the map, laid out so that none lies over another, and carried while it zooms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from psnplanner.ui import look
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

        self._ratio = ratio
        # Tall ones together: shelves on the sheet are then filled well.
        laid = sorted(laid, key=lambda name: -name.picture.height())
        wides, talls, lefts, tops = [], [], [], []
        x = y = shelf = 0
        for name in laid:
            wide, tall = name.picture.width(), name.picture.height()
            if x + wide > _SHEET_PX:
                x, y, shelf = 0, y + shelf, 0
            wides.append(wide)
            talls.append(tall)
            lefts.append(x)
            tops.append(y)
            x, shelf = x + wide, max(shelf, tall)
        self._sheet = QPixmap(max(_SHEET_PX, *wides, 1), max(1, y + shelf))
        self._sheet.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._sheet)
        for name, left, top in zip(laid, lefts, tops, strict=True):
            source = QRectF(name.picture.rect())
            painter.drawPixmap(
                QRectF(left, top, source.width(), source.height()), name.picture, source
            )
        painter.end()
        self._on_sheet = np.array([lefts, tops, wides, talls], float)
        self._places = np.array([name[:4] for name in laid], float).reshape(-1, 4).T

    def paint(self, painter: QPainter, view: View) -> None:
        """Draw them where they belong in the view, on a device of the sheet's ratio."""
        import numpy as np

        from psnplanner.ui.map.sites_layer import draw_fragments

        xs, ys, dx, dy = self._places
        factor = view.scale * self._ratio
        across = np.rint((xs - view.left) * factor + dx * self._ratio)
        down = np.rint((ys - view.top) * factor + dy * self._ratio)
        lefts, tops, wides, talls = self._on_sheet
        seen = (across > -wides) & (down > -talls)
        seen &= (across < view.width * self._ratio) & (down < view.height * self._ratio)
        centres: Any = (across + wides / 2)[seen], (down + talls / 2)[seen]
        sizes: Any = wides[seen], talls[seen]
        painter.save()
        painter.scale(1 / self._ratio, 1 / self._ratio)
        draw_fragments(painter, centres, lefts[seen], tops[seen], self._sheet, sizes)
        painter.restore()


def lay_out(canvas: MapCanvas, view: View) -> list[Name]:
    """The names of a view: phases, nodes, counts, towns and sites, in this order."""
    colours = look.map_colours(look.is_dark())
    ratio, font = canvas.devicePixelRatioF(), canvas.font()
    placer = LabelPlacer(QRectF(0, 0, view.width, view.height))
    for box in canvas.covered():
        placer.block(box.translated(-canvas.pictures.corner(view)))
    laid: list[Name] = []
    if canvas.areas_shown and canvas.phases is not None:
        laid += canvas.phases.names(view, colours, placer, font, ratio)
    if canvas.nodes is not None:
        laid += canvas.nodes.names(view, colours, placer, font, ratio)
    if canvas.sites is not None and canvas.show_counts:
        from psnplanner.ui.map import counts

        laid += counts.names(canvas.sites, view, colours, placer, font, ratio)
    if not canvas.layers.hides_base:
        laid += basemap_layer.town_names(view, colours, placer, font, ratio)
    laid += canvas.layers.names(view, colours, placer, font, ratio)
    if canvas.sites is not None and canvas.roster is not None:
        from psnplanner.ui.map import site_names

        laid += site_names.names(canvas, view, colours, placer, ratio)
    return laid
