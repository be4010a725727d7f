"""The little pictures of sites: a colour for the status, a shape for the kind.

All of one size stand in one pixmap, a row for each shape and a column for each status, so
that a hundred thousand sites are drawn from it by one call.
"""

from __future__ import annotations

from functools import lru_cache
from math import cos, pi, sin

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap

from psnplanner.style import SHAPES, STATUS_ORDER, status_colour

STATUS_COUNT = len(STATUS_ORDER) + 1
"""Columns of an atlas: the statuses, then one for a status that is not known."""


def status_code(status: str) -> int:
    """The column of a status in an atlas."""
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


def draw_site(painter: QPainter, shape: str, colour: str, centre: QPointF, size: float) -> None:
    """One site's picture, `size` pixels across with its rim."""
    fill = QColor(colour)
    rim = max(0.7, size / 12)
    painter.setPen(QPen(fill.darker(175), rim, Qt.PenStyle.SolidLine))
    painter.setBrush(fill)
    painter.drawPath(shape_path(shape, centre, (size - rim) / 2 - 0.4))


@lru_cache(maxsize=32)
def atlas(size: int) -> QPixmap:
    """Every shape and status at `size` device pixels; cell (row, column) is at size times it."""
    pixmap = QPixmap(size * STATUS_COUNT, size * len(SHAPES))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for row, shape in enumerate(SHAPES):
        for column, status in enumerate((*STATUS_ORDER, "")):
            centre = QPointF(size * (column + 0.5), size * (row + 0.5))
            draw_site(painter, shape, status_colour(status), centre, size)
            if status == "blocked":
                _mark_blocked(painter, centre, size)
    painter.end()
    return pixmap


def _mark_blocked(painter: QPainter, centre: QPointF, size: int) -> None:
    """A white bar across what is stuck, as on a no-entry sign: not by colour alone."""
    if size < 9:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Qt.GlobalColor.white)
    half, tall = size * 0.24, size * 0.085
    painter.drawRect(QRectF(centre.x() - half, centre.y() - tall, 2 * half, 2 * tall))


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


@lru_cache(maxsize=128)
def picture(shape: str, status: str, size: int = 14, ratio: float = 2.0) -> QPixmap:
    """A site's picture, `size` logical pixels across."""
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    across = size * ratio
    centre = QPointF(across / 2, across / 2)
    draw_site(painter, shape, status_colour(status), centre, across)
    if status == "blocked":
        _mark_blocked(painter, centre, round(across))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
