"""Land, sea, rivers and town names from the map the program carries: no network."""

from __future__ import annotations

from functools import cache
from math import log2

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QTransform

from psnplanner.geography.basemap import Line, Town, load
from psnplanner.ui.look import MapColours
from psnplanner.ui.map import ground_lines
from psnplanner.ui.map.ground_lines import ORIGIN, UNIT
from psnplanner.ui.map.labels import PAD, Face, LabelPlacer, dot_picture, face, words_picture
from psnplanner.ui.map.name import Name
from psnplanner.ui.map.view import View, to_world

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


def paint_ground(
    painter: QPainter, view: View, colours: MapColours, *, smooth: bool = True
) -> None:
    """Sea, land, lakes and rivers of the view; not `smooth` while the map moves."""
    unit = UNIT / view.scale
    x, y = (view.left - ORIGIN[0]) * UNIT - 2 * unit, (view.top - ORIGIN[1]) * UNIT - 2 * unit
    seen = QRectF(x, y, (view.width + 4) * unit, (view.height + 4) * unit)
    ground = ground_lines.fine() if smooth else ground_lines.for_motion(view, seen)
    # There is less sea than land: of a frame it is the smaller part to paint twice.
    painter.fillRect(0, 0, view.width, view.height, colours.land)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
    painter.setTransform(transform_to(view), True)
    sea, coast, lakes, rivers = ground.paths(seen)
    painter.fillPath(sea, colours.sea)
    painter.strokePath(coast, _hairline(colours.coast.rgba()))
    if not lakes.isEmpty():
        painter.fillPath(lakes, colours.water)
        painter.strokePath(lakes, _hairline(colours.coast.rgba()))
    painter.strokePath(rivers, _hairline(colours.river.rgba()))
    painter.restore()


@cache
def _hairline(colour: int) -> QPen:
    # One pixel exactly: Qt draws it forty times as fast as a line a little wider.
    pen = QPen(QColor.fromRgba(colour), 1)
    pen.setCosmetic(True)
    return pen


def town_names(
    view: View, colours: MapColours, placer: LabelPlacer, font: QFont, ratio: float
) -> list[Name]:
    """Names of the towns in the view with their dots, the important first, none over another."""
    larger = {1: 2.5, 2: 0.5}
    faces = {rank: face(font, larger.get(rank, -0.5), bold=rank == 1) for rank in range(1, 5)}
    dot = dot_picture(2.0, colours.town.rgba(), ratio)
    laid: list[Name] = []
    for town, x, y, wx, wy in _towns_in(view):
        place = _place_of(town, x, y, placer, faces[town.rank])
        if place is not None:
            words = words_picture(town.name, faces[town.rank], colours.town, colours.halo, ratio)
            laid.append(Name(wx, wy, -3.0, -3.0, dot))
            laid.append(Name(wx, wy, place.left() + 2 - PAD - x, place.top() - PAD - y, words))
    return laid


@cache
def _town_places() -> list[tuple[Town, tuple[float, float]]]:
    """Every town with its place in the world, the important first."""
    towns = sorted(load().towns, key=lambda town: town.rank)
    return [(town, to_world(town.longitude, town.latitude)) for town in towns]


def _towns_in(view: View) -> list[tuple[Town, float, float, float, float]]:
    """The towns to name: pixels and place in the world."""
    near, found = log2(view.scale), []
    for town, (wx, wy) in _town_places():
        if near < _NAMED_FROM.get(town.rank, 18.0):
            continue
        x, y = view.to_screen(wx, wy)
        if -50 < x < view.width + 50 and -20 < y < view.height + 20:
            found.append((town, x, y, wx, wy))
    return found


def _place_of(town: Town, x: float, y: float, placer: LabelPlacer, font: Face) -> QRectF | None:
    wide, tall = font.width(town.name), font.height
    choices = [
        QRectF(x + 5, y - tall / 2, wide + 4, tall),
        QRectF(x - wide - 9, y - tall / 2, wide + 4, tall),
        QRectF(x - wide / 2 - 2, y - tall - 4, wide + 4, tall),
        QRectF(x - wide / 2 - 2, y + 4, wide + 4, tall),
    ]
    return placer.first_free(choices)
