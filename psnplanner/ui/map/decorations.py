"""What stands still over the map: scale bar, licence, rubber band, lasso."""

from __future__ import annotations

from math import floor, log10
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from psnplanner.ui import look
from psnplanner.ui.look import MapColours
from psnplanner.ui.map.labels import draw_halo, face

if TYPE_CHECKING:
    from psnplanner.ui.map.canvas import MapCanvas

ATTRIBUTION = "Coast: GSHHG (LGPL) · Towns: PSN Planner"
_PLATE_PX = 5


def paint_frame(painter: QPainter, canvas: MapCanvas) -> None:
    """The scale bar and whose map it is."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colours = look.map_colours(look.is_dark())
    _paint_scale(painter, canvas, colours)
    plate = licence_box(canvas)
    painter.setPen(Qt.PenStyle.NoPen)
    # The map moves under it: a plate keeps the words apart from the names below.
    painter.setBrush(colours.halo)
    painter.drawRoundedRect(plate, 3, 3)
    at = plate.topLeft() + QPointF(_PLATE_PX, 1)
    words = _licence_words(canvas)
    draw_halo(painter, at, words, face(canvas.font(), -2.5), colours.town, colours.halo)


def _licence_words(canvas: MapCanvas) -> str:
    return " · ".join([ATTRIBUTION, *canvas.layers.attributions])


def licence_box(canvas: MapCanvas) -> QRectF:
    """Where on the canvas it says whose map this is."""
    small = face(canvas.font(), -2.5)
    wide, tall = small.width(_licence_words(canvas)) + 2 * _PLATE_PX, small.height + 2
    return QRectF(canvas.width() - wide - 4, canvas.height() - tall - 4, wide, tall)


def scale_box(canvas: MapCanvas) -> QRectF:
    """Where on the canvas the scale bar is, with its words."""
    tall = face(canvas.font(), -1).height
    return QRectF(8, canvas.height() - 22 - tall, 144, 22 + tall)


def scale_length(metres_per_pixel: float, longest_px: float) -> tuple[float, str]:
    """A round distance (1, 2 or 5 times a power of ten metres) that fits, and its words."""
    longest_m = metres_per_pixel * longest_px
    power = 10.0 ** floor(log10(longest_m))
    metres = next(step * power for step in (5, 2, 1) if step * power <= longest_m)
    words = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    return metres / metres_per_pixel, words


def _paint_scale(painter: QPainter, canvas: MapCanvas, colours: MapColours) -> None:
    length, words = scale_length(canvas.view.metres_per_pixel, 130)
    left, bottom = 14.0, canvas.height() - 12.0
    for colour, width in ((colours.halo, 4.0), (colours.town, 1.6)):
        pen = QPen(colour, width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLine(QPointF(left, bottom), QPointF(left + length, bottom))
        for x in (left, left + length):
            painter.drawLine(QPointF(x, bottom - 5), QPointF(x, bottom + 1))
    small = face(canvas.font(), -1)
    at = QPointF(left + (length - small.width(words)) / 2, bottom - 7 - small.height)
    draw_halo(painter, at, words, small, colours.town, colours.halo)


def paint_band(painter: QPainter, band: QRectF) -> None:
    """The rubber band."""
    colour = look.colour("accent")
    painter.setPen(QPen(colour, 1.2, Qt.PenStyle.DashLine))
    fill = QColor(colour)
    fill.setAlpha(40)
    painter.setBrush(fill)
    painter.drawRect(band)


def paint_lasso(painter: QPainter, lasso: QPolygonF) -> None:
    """The line drawn round sites, closed as it will be."""
    colour = look.colour("accent")
    fill = QColor(colour)
    fill.setAlpha(40)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1.4, Qt.PenStyle.DashLine))
    painter.setBrush(fill)
    painter.drawPolygon(lasso)
