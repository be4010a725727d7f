"""The little pictures of sites: a colour for the status, a shape for the kind.

All of one size stand in one pixmap, a row for each shape and a column for each colour and
mark, so that a hundred thousand sites are drawn from it by one call. A mark tells of a wayleave
still to come or of a blocked site in every colouring, so that neither rests on colour alone.
"""

from __future__ import annotations

from functools import lru_cache
from math import cos, pi, sin

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap

from psnplanner.style import OTHER_STATUS_COLOUR, SHAPES, STATUS_ORDER, status_colour

STATUS_COUNT = len(STATUS_ORDER) + 1
"""Colours of the statuses: theirs, then one for a status that is not known."""
STATUS_COLOURS = (*map(status_colour, STATUS_ORDER), OTHER_STATUS_COLOUR)
"""The colours that sites have by their status, in the order of `status_code`."""
MARKS = ("", "wayleave", "blocked")
"""What may be marked on a site over its colour."""


def status_code(status: str) -> int:
    """The place of a status in STATUS_COLOURS."""
    return _STATUS_CODES.get(status, STATUS_COUNT - 1)


def shape_code(shape: str) -> int:
    """The row of a shape in an atlas."""
    return _SHAPE_CODES.get(shape, 0)


_STATUS_CODES = {status: index for index, status in enumerate(STATUS_ORDER)}
_SHAPE_CODES = {shape: index for index, shape in enumerate(SHAPES)}

# A cross or a triangle fills less of its square than a circle: even their weight out.
_REACH = {"square": 0.84, "diamond": 1.08, "triangle": 1.08, "cross": 1.02, "pentagon": 1.04}


def shape_path(shape: str, centre: QPointF, radius: float) -> QPainterPath:
    """The outline of a shape around a point."""
    path = QPainterPath()
    reach = radius * _REACH.get(shape, 1.0)
    if shape == "circle":
        path.addEllipse(centre, reach, reach)
    elif shape == "square":
        path.addRect(QRectF(centre.x() - reach, centre.y() - reach, 2 * reach, 2 * reach))
    elif shape == "cross":
        _add_cross(path, centre, reach)
    else:
        corners = {"triangle": 3, "diamond": 4, "pentagon": 5}.get(shape, 6)
        _add_polygon(path, centre, reach, corners)
    return path


def _add_polygon(path: QPainterPath, centre: QPointF, reach: float, corners: int) -> None:
    # A triangle's middle is low in its circle: lift it back to where the site is.
    drop = reach * 0.18 if corners == 3 else 0.0
    for index in range(corners):
        angle = 2 * pi * index / corners - pi / 2
        point = QPointF(centre.x() + reach * cos(angle), centre.y() + drop + reach * sin(angle))
        path.lineTo(point) if index else path.moveTo(point)
    path.closeSubpath()


def _add_cross(path: QPainterPath, centre: QPointF, reach: float) -> None:
    arm = reach * 0.42
    steps = [(-arm, -reach), (arm, -reach), (arm, -arm), (reach, -arm), (reach, arm), (arm, arm)]
    steps += [(-x, -y) for x, y in steps]
    for index, (x, y) in enumerate(steps):
        point = QPointF(centre.x() + x, centre.y() + y)
        path.lineTo(point) if index else path.moveTo(point)
    path.closeSubpath()


def draw_site(
    painter: QPainter, shape: str, colour: str, centre: QPointF, size: float, *, dark: bool = False
) -> None:
    """One site's picture, `size` pixels across with its rim, which is light on a dark map."""
    fill = QColor(colour)
    rim = max(0.7, size / 12)
    edge = QColor(255, 255, 255, 150) if dark else fill.darker(175)
    painter.setPen(QPen(edge, rim, Qt.PenStyle.SolidLine))
    painter.setBrush(fill)
    painter.drawPath(shape_path(shape, centre, (size - rim) / 2 - 0.4))


@lru_cache(maxsize=24)
def atlas(size: int, colours: tuple[str, ...] = STATUS_COLOURS, dark: bool = False) -> QPixmap:
    """Every shape, colour and mark at `size` device pixels.

    The row is the shape's code, the column the colour's place times len(MARKS) plus the mark.
    """
    pixmap = QPixmap(size * len(colours) * len(MARKS), size * len(SHAPES))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for row, shape in enumerate(SHAPES):
        for column in range(len(colours) * len(MARKS)):
            centre = QPointF(size * (column + 0.5), size * (row + 0.5))
            colour = colours[column // len(MARKS)]
            draw_site(painter, shape, colour, centre, size, dark=dark)
            draw_mark(painter, MARKS[column % len(MARKS)], centre, size)
    painter.end()
    return pixmap


def draw_mark(painter: QPainter, mark: str, centre: QPointF, size: float) -> None:
    """A white bar, as on a no-entry sign, for what is stuck; a white dot for a wayleave."""
    if size < 8 or not mark:
        return
    painter.setBrush(Qt.GlobalColor.white)
    if mark == "wayleave":
        painter.setPen(QPen(QColor(30, 30, 30, 110), max(0.6, size / 24)))
        painter.drawEllipse(centre, size * 0.14, size * 0.14)
        return
    painter.setPen(Qt.PenStyle.NoPen)
    half, tall = size * 0.24, size * 0.085
    painter.drawRect(QRectF(centre.x() - half, centre.y() - tall, 2 * half, 2 * tall))


def mark_of(status: str) -> str:
    """The mark that a status brings with it."""
    return status if status in MARKS else ""


@lru_cache(maxsize=16)
def ring(size: int, colour: str) -> QPixmap:
    """The ring around a chosen site, `size` device pixels across: the colour edged in white."""
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width = max(1.6, size / 11)
    for pen in (QPen(QColor("white"), width * 2), QPen(QColor(colour), width)):
        painter.setPen(pen)
        painter.drawEllipse(QRectF(width, width, size - 2 * width, size - 2 * width))
    painter.end()
    return pixmap


@lru_cache(maxsize=128)
def icon(shape: str, status: str, size: int = 14) -> QIcon:
    """A site's picture for a list, its colour the same in a chosen row."""
    made = QIcon(picture(shape, status, size))
    made.addPixmap(picture(shape, status, size), QIcon.Mode.Selected)
    return made


def picture(shape: str, status: str, size: int = 14, ratio: float = 2.0) -> QPixmap:
    """The picture of a site of that status, `size` logical pixels across."""
    return coloured(shape, status_colour(status), mark_of(status), size, ratio)


@lru_cache(maxsize=256)
def coloured(
    shape: str, colour: str, mark: str = "", size: int = 14, ratio: float = 2.0
) -> QPixmap:
    """A site's picture in any colour, `size` logical pixels across."""
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    across = size * ratio
    centre = QPointF(across / 2, across / 2)
    draw_site(painter, shape, colour, centre, across)
    draw_mark(painter, mark, centre, across)
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
