"""Land, sea, rivers and town names from the map the program carries: no network."""

from __future__ import annotations

from functools import cache
from math import log2

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QTransform

from psnplanner.geography.basemap import Line, Town, load
from psnplanner.ui.look import MapColours
from psnplanner.ui.map.labels import Face, LabelPlacer, draw_halo, face
from psnplanner.ui.map.view import View, to_world

# Shapes are kept around a middle point: painting far from the origin loses precision.
ORIGIN = to_world(-2.65, 53.35)
UNIT = 2.0**20
"""Drawing units of a path per world unit, around ORIGIN."""

# From which scale (pixels per world unit, as a power of two) each rank of town is named.
_NAMED_FROM = {1: 0.0, 2: 15.3, 3: 16.9, 4: 18.0}


def path_of(lines: list[Line], *, closed: bool) -> QPainterPath:
    """Lines of (longitude, latitude) degrees as one path in drawing units around ORIGIN."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.OddEvenFill)
    for line in lines:
        for index, (longitude, latitude) in enumerate(line):
            x, y = to_world(longitude, latitude)
            point = QPointF((x - ORIGIN[0]) * UNIT, (y - ORIGIN[1]) * UNIT)
            path.lineTo(point) if index else path.moveTo(point)
        if closed:
            path.closeSubpath()
    return path


def transform_to(view: View) -> QTransform:
    """From drawing units to the pixels of a view."""
    x, y = view.to_screen(*ORIGIN)
    factor = view.scale / UNIT
    return QTransform(factor, 0, 0, factor, x, y)


@cache
def _paths() -> tuple[QPainterPath, QPainterPath, QPainterPath]:
    base = load()
    land, water = path_of(base.land, closed=True), path_of(base.water, closed=True)
    return land, water, path_of(base.rivers, closed=False)


def paint_ground(painter: QPainter, view: View, colours: MapColours) -> None:
    """Sea, land, lakes and rivers of the view."""
    painter.fillRect(0, 0, view.width, view.height, colours.sea)
    land, water, rivers = _paths()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setTransform(transform_to(view), True)
    painter.setPen(_hairline(colours.coast))
    painter.setBrush(colours.land)
    painter.drawPath(land)
    painter.setBrush(colours.water)
    painter.drawPath(water)
    painter.setPen(_hairline(colours.river))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(rivers)
    painter.restore()


def _hairline(colour: QColor) -> QPen:
    # One pixel exactly: Qt draws it forty times as fast as a line a little wider.
    pen = QPen(colour, 1)
    pen.setCosmetic(True)
    return pen


def paint_towns(
    painter: QPainter, view: View, colours: MapColours, placer: LabelPlacer, font: QFont
) -> None:
    """Names of the towns in the view, the important first, none over another."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    larger = {1: 2.5, 2: 0.5}
    faces = {rank: face(font, larger.get(rank, -0.5), bold=rank == 1) for rank in range(1, 5)}
    for town, x, y in _towns_in(view):
        _paint_town(painter, town, QPointF(x, y), colours, placer, faces[town.rank])
    painter.restore()


@cache
def _town_places() -> list[tuple[Town, tuple[float, float]]]:
    """Every town with its place in the world, the important first."""
    towns = sorted(load().towns, key=lambda town: town.rank)
    return [(town, to_world(town.longitude, town.latitude)) for town in towns]


def _towns_in(view: View) -> list[tuple[Town, float, float]]:
    near, found = log2(view.scale), []
    for town, (wx, wy) in _town_places():
        if near < _NAMED_FROM.get(town.rank, 18.0):
            continue
        x, y = view.to_screen(wx, wy)
        if -50 < x < view.width + 50 and -20 < y < view.height + 20:
            found.append((town, x, y))
    return found


def _paint_town(
    painter: QPainter,
    town: Town,
    at: QPointF,
    colours: MapColours,
    placer: LabelPlacer,
    font: Face,
) -> None:
    wide, tall = font.width(town.name), font.height
    choices = [
        QRectF(at.x() + 5, at.y() - tall / 2, wide + 4, tall),
        QRectF(at.x() - wide - 9, at.y() - tall / 2, wide + 4, tall),
        QRectF(at.x() - wide / 2 - 2, at.y() - tall - 4, wide + 4, tall),
        QRectF(at.x() - wide / 2 - 2, at.y() + 4, wide + 4, tall),
    ]
    place = placer.first_free(choices)
    if place is None:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colours.town)
    painter.drawEllipse(at, 2.0, 2.0)
    corner = QPointF(place.left() + 2, place.top())
    draw_halo(painter, corner, town.name, font, colours.town, colours.halo)
