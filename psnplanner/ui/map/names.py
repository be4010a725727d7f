"""Every name on the map, laid out so that none lies over another, and carried while it zooms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from psnplanner.ui import look
from psnplanner.ui.map import basemap_layer
from psnplanner.ui.map.labels import LabelPlacer
from psnplanner.ui.map.name import Name
from psnplanner.ui.map.view import View

if TYPE_CHECKING:
    from psnplanner.ui.map.canvas import MapCanvas


def paint(painter: QPainter, view: View, laid: Iterable[Name]) -> None:
    """Draw the names that are in the view, at their places."""
    ratio = painter.device().devicePixelRatioF()
    left, top, scale = view.left, view.top, view.scale
    for name in laid:
        x, y = (name.x - left) * scale + name.dx, (name.y - top) * scale + name.dy
        if -300 < x < view.width and -60 < y < view.height:
            spot = QPointF(round(x * ratio) / ratio, round(y * ratio) / ratio)
            painter.drawPixmap(spot, name.picture)


def lay_out(canvas: MapCanvas, view: View) -> list[Name]:
    """The names of a view: phases first, then counts, towns and sites, each where it is free."""
    from psnplanner.ui.map import counts, site_names

    colours = look.map_colours(look.is_dark())
    ratio, font = canvas.devicePixelRatioF(), canvas.font()
    placer = LabelPlacer(QRectF(0, 0, view.width, view.height))
    for box in canvas.covered():
        placer.block(box.translated(-canvas.pictures.corner(view)))
    laid: list[Name] = []
    if canvas.areas_shown and canvas.phases is not None:
        laid += canvas.phases.names(view, colours, placer, font, ratio)
    if canvas.sites is not None and canvas.show_counts:
        laid += counts.names(canvas.sites, view, colours, placer, font, ratio)
    if not canvas.layers.hides_base:
        laid += basemap_layer.town_names(view, colours, placer, font, ratio)
    if canvas.sites is not None and canvas.roster is not None:
        laid += site_names.names(canvas, view, colours, placer, ratio)
    return laid
