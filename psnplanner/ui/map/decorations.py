"""What stands still over the map: scale bar, licence, rubber band, lasso."""

from __future__ import annotations

from functools import lru_cache
from math import floor, log10
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

from psnplanner.ui import look
from psnplanner.ui.map.labels import PAD, Face, blank, draw_halo, words_picture

if TYPE_CHECKING:
    from psnplanner.ui.map.canvas import MapCanvas

ATTRIBUTION = "Coast: GSHHG (LGPL) · Towns: PSN Planner"
_PLATE_PX = 5
_SCALE_PX = 178


def paint_frame(painter: QPainter, canvas: MapCanvas) -> None:
    """The scale bar, which way is north, and whose map it is."""
    ratio, colours = canvas.devicePixelRatioF(), canvas.colours
    ink, halo = colours.town.rgba(), colours.halo.rgba()
    length, words = scale_length(canvas.view.metres_per_pixel, 130)
    licence, tiny = _licence_words(canvas), canvas.face(-2.5)
    plate = _licence_box(canvas, licence, tiny)
    painter.drawPixmap(plate.topLeft(), _licence_picture(licence, tiny, ink, halo, ratio))
    corner, small = _scale_box(canvas, plate).topLeft(), canvas.face(-1)
    # What lies under them moves and may be of any colour.
    painter.fillRect(QRectF(corner.x(), corner.y(), length + 40, small.height + 18), colours.halo)
    painter.drawPixmap(corner, _north_picture(small, ink, halo, ratio))
    _paint_scale(painter, corner, length, words, small, colours, ratio)


def _licence_words(canvas: MapCanvas) -> str:
    return " · ".join([ATTRIBUTION, *canvas.layers.attributions])


def licence_box(canvas: MapCanvas) -> QRectF:
    """Where on the canvas it says whose map this is."""
    return _licence_box(canvas, _licence_words(canvas), canvas.face(-2.5))


def _licence_box(canvas: MapCanvas, words: str, small: Face) -> QRectF:
    wide, tall = small.width(words) + 2 * _PLATE_PX, small.height + 2
    return QRectF(canvas.width() - wide - 4, canvas.height() - tall - 4, wide, tall)


@lru_cache(maxsize=8)
def _licence_picture(words: str, small: Face, ink: int, halo: int, ratio: float) -> QPixmap:
    wide, tall = small.width(words) + 2 * _PLATE_PX, small.height + 2
    pixmap, painter = blank(wide, tall, ratio)
    painter.setPen(Qt.PenStyle.NoPen)
    # The map moves under it: a plate keeps the words apart from the names below.
    painter.setBrush(QColor.fromRgba(halo))
    painter.drawRoundedRect(QRectF(0, 0, wide, tall), 3, 3)
    at = QPointF(_PLATE_PX, 1)
    draw_halo(painter, at, words, small, QColor.fromRgba(ink), QColor.fromRgba(halo))
    painter.end()
    return pixmap


def scale_box(canvas: MapCanvas) -> QRectF:
    """Where on the canvas the scale bar and the arrow to the north are."""
    return _scale_box(canvas, licence_box(canvas))


def _scale_box(canvas: MapCanvas, licence: QRectF) -> QRectF:
    tall = 22 + canvas.face(-1).height
    # On a narrow map the two stand one over the other.
    foot = licence.top() - 2 if licence.left() < _SCALE_PX + 12 else canvas.height()
    return QRectF(8, foot - tall, _SCALE_PX, tall)


def scale_length(metres_per_pixel: float, longest_px: float) -> tuple[float, str]:
    """A round distance (1, 2 or 5 times a power of ten metres) that fits, and its words."""
    longest_m = metres_per_pixel * longest_px
    power = 10.0 ** floor(log10(longest_m))
    metres = power * (5 if longest_m >= 5 * power else 2 if longest_m >= 2 * power else 1)
    words = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    return metres / metres_per_pixel, words


def _paint_scale(
    painter: QPainter,
    corner: QPointF,
    length: float,
    words: str,
    small: Face,
    colours: look.MapColours,
    ratio: float,
) -> None:
    """A bar so many pixels long under its words: no picture, for no two scales share one."""
    left, right = corner.x() + 28, corner.x() + 28 + round(length * ratio) / ratio
    bottom = corner.y() + 10 + small.height
    painter.fillRect(QRectF(left, bottom - 1, right - left, 2), colours.town)
    for x in (left, right - 2):
        painter.fillRect(QRectF(x, bottom - 5, 2, 4), colours.town)
    picture = words_picture(words, small, colours.town, colours.halo, ratio)
    x = (left + right - small.width(words)) / 2 - PAD
    y = bottom - 7 - small.height - PAD
    painter.drawPixmap(QPointF(round(x * ratio) / ratio, round(y * ratio) / ratio), picture)


@lru_cache(maxsize=8)
def _north_picture(small: Face, ink: int, halo: int, ratio: float) -> QPixmap:
    """An arrow to the north."""
    pixmap, painter = blank(26, 22 + small.height, ratio)
    _draw_north(painter, QPointF(12, 2.0 + small.height), small, ink, halo)
    painter.end()
    return pixmap


def _draw_north(painter: QPainter, middle: QPointF, small: Face, ink: int, halo: int) -> None:
    """North is always up: half an arrow dark, half light, under its letter."""
    x, y = middle.x(), middle.y()
    left = [QPointF(x, y - 5), QPointF(x - 5, y + 9), QPointF(x, y + 5.5)]
    right = [QPointF(x, y - 5), QPointF(x + 5, y + 9), QPointF(x, y + 5.5)]
    painter.setPen(QPen(QColor.fromRgba(halo), 3))
    painter.drawPolygon([*left, right[1]])
    painter.setPen(QPen(QColor.fromRgba(ink), 1))
    for half, fill in ((left, ink), (right, halo)):
        painter.setBrush(QColor.fromRgba(fill))
        painter.drawPolygon(half)
    at = QPointF(x - small.width("N") / 2, y - 5 - small.height)
    draw_halo(painter, at, "N", small, QColor.fromRgba(ink), QColor.fromRgba(halo))


def paint_drawn(painter: QPainter, canvas: MapCanvas) -> None:
    """What the hand is drawing: a rubber band or a lasso."""
    if canvas.band is not None:
        paint_band(painter, canvas.band)
    if canvas.lasso is not None:
        paint_lasso(painter, canvas.lasso)


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
