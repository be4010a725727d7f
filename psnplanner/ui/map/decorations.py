"""What stands still over the map: scale bar, licence, rubber band; and the names of sites."""

from __future__ import annotations

from math import floor, log10
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from psnplanner.ui import look
from psnplanner.ui.look import MapColours
from psnplanner.ui.map.labels import LabelPlacer, draw_halo, face
from psnplanner.ui.map.view import View

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
    draw_halo(painter, at, ATTRIBUTION, face(canvas.font(), -2.5), colours.town, colours.halo)


def licence_box(canvas: MapCanvas) -> QRectF:
    """Where on the canvas it says whose map this is."""
    small = face(canvas.font(), -2.5)
    wide, tall = small.width(ATTRIBUTION) + 2 * _PLATE_PX, small.height + 2
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


def paint_site_names(
    painter: QPainter, canvas: MapCanvas, view: View, placer: LabelPlacer, colours: MapColours
) -> None:
    """Names beside the sites, once there are few enough in view to read them."""
    from psnplanner.ui.map.canvas import NAME_FEW

    if canvas.sites is None or canvas.roster is None:
        return
    ratio = canvas.devicePixelRatioF()
    places = canvas.sites.in_view(view, ratio)
    if not 0 < len(places) <= NAME_FEW * _area(view, canvas):
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    reach = canvas.sites.sprite_px(view, ratio) / ratio / 2
    gap = reach + 3
    rows: Any = canvas.roster.rows
    for place in places:
        x, y = view.to_screen(rows.xs[place], rows.ys[place])
        placer.block(QRectF(x - reach, y - reach, 2 * reach, 2 * reach))
    for place in reversed(places):
        _name_site(painter, canvas, view, int(place), gap, placer, colours)


def _area(view: View, canvas: MapCanvas) -> float:
    """How much larger the painted picture is than what is seen of it."""
    return view.width * view.height / max(1, canvas.width() * canvas.height())


def _name_site(
    painter: QPainter,
    canvas: MapCanvas,
    view: View,
    place: int,
    gap: float,
    placer: LabelPlacer,
    colours: MapColours,
) -> None:
    rows: Any = canvas.roster.rows  # type: ignore[union-attr]
    x, y = view.to_screen(rows.xs[place], rows.ys[place])
    words = rows.rows[place].cells[1] or rows.rows[place].cells[0]
    small = face(canvas.font(), -1)
    wide, tall = small.width(words), small.height
    choices = [
        QRectF(x + gap, y - tall / 2, wide, tall),
        QRectF(x - gap - wide, y - tall / 2, wide, tall),
        QRectF(x - wide / 2, y + gap, wide, tall),
    ]
    box = placer.first_free(choices)
    if box is not None:
        draw_halo(painter, box.topLeft(), words, small, canvas.ink(), colours.halo)
