"""The boundaries of partners and councils: dashed outlines with names, over the base map.

Their shapes are read and made lighter off the window's thread (`drawings_of`); what is painted
is cut into short pieces, so that only what is near the view is drawn, and no finer than the
screen shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import cos, pi, sin
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QTransform

from psnplanner.ui import look
from psnplanner.ui.map.basemap_layer import ORIGIN, UNIT, transform_to
from psnplanner.ui.map.labels import PAD, Face, LabelPlacer, face, words_picture
from psnplanner.ui.map.name import Name
from psnplanner.ui.map.view import View, to_world

if TYPE_CHECKING:
    from psnplanner.programme.boundary import Boundary
    from psnplanner.programme.state import State
    from psnplanner.ui.look import MapColours

PIECE = 48
"""Points of an outline drawn together, or left out together."""
COLOURS = {"council": "#6a3d9a", "partner": "#00796b", "other": "#8c510a"}
"""By kind, where a boundary has no colour of its own; safe for colour-blind readers."""
_BY_NIGHT = {"council": "#c9a6ee", "partner": "#6fd3c3", "other": "#e0b27a"}
_FINE_PX = 1.0
"""A level of detail is fine enough where it is nowhere further off than this."""
_NAMED_FROM_PX, _NAMED_TO_PX = 50.0, 4_000.0
_DASH = (7.0, 4.0)
_HALO_PX, _HALO_ALPHA = 1.9, 70

Piece = tuple[QRectF, QPainterPath]


@dataclass(frozen=True)
class Group:
    """The boundaries of one kind and colour, whose common borders are drawn once.

    `levels` are (detail in metres, pieces of line in drawing units), finest first; `labels` are
    as `geography.boundaries.label_of` gives them.
    """

    boundaries: tuple[Boundary, ...]
    levels: tuple[tuple[float, tuple[Piece, ...]], ...]
    labels: tuple[Any, ...] = field(compare=False)


Drawn = dict[tuple[str, str], Group]
"""Groups by kind and colour."""


def drawings_of(
    state: State, known: Drawn, progress: Callable[[float, str], None] | None = None
) -> Drawn:
    """What to draw of every boundary shown; groups in `known` that still fit are kept.

    A boundary whose geometry cannot be read is left out.
    """
    wanted: dict[tuple[str, str], list[Boundary]] = {}
    for boundary in state.boundaries.values():
        if boundary.shown:
            wanted.setdefault((boundary.kind, boundary.colour), []).append(boundary)
    result = {}
    for index, (key, members) in enumerate(wanted.items()):
        if progress:
            progress(index / len(wanted), "Drawing boundaries")
        old = known.get(key)
        same = old is not None and old.boundaries == tuple(members)
        result[key] = old if same and old is not None else _group(members)
    return result


def _group(members: list[Boundary]) -> Group:
    from psnplanner.geography.boundaries import label_of, linework

    labels = [label_of(boundary.geometry) for boundary in members]
    lines = linework([boundary.geometry for boundary in members])
    levels = tuple((detail_m, tuple(_pieces(level))) for detail_m, level in lines)
    return Group(tuple(members), levels, tuple(labels))


def _pieces(lines: Any) -> list[Piece]:
    made = []
    for line in lines:
        points = [_point(*place) for place in line]
        for start in range(0, max(1, len(points) - 1), PIECE):
            path = QPainterPath(points[start])
            for point in points[start + 1 : start + PIECE + 1]:
                path.lineTo(point)
            made.append((path.boundingRect(), path))
    return made


def _point(longitude: float, latitude: float) -> QPointF:
    x, y = to_world(longitude, latitude)
    return QPointF((x - ORIGIN[0]) * UNIT, (y - ORIGIN[1]) * UNIT)


class BoundariesLayer:
    """A layer of the canvas (layers.MapLayer), under the sites."""

    def __init__(self) -> None:
        self.drawn: Drawn = {}
        self.visible = True
        self.named = True

    @property
    def shown(self) -> bool:
        """Whether there is anything to paint."""
        return self.visible and bool(self.drawn)

    @property
    def attribution(self) -> str:
        """Where the boundaries are from."""
        members = [boundary for group in self.drawn.values() for boundary in group.boundaries]
        sources = sorted({boundary.source for boundary in members} - {""})
        if not sources:
            return ""
        more = f" and {len(sources) - 1} more" if len(sources) > 1 else ""
        return f"Boundaries: {sources[0]}{more}"

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        """Every outline near the view."""
        dark = look.is_dark()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        halo = QColor(look.map_colours(dark).halo)
        halo.setAlpha(_HALO_ALPHA)
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        for group in self.drawn.values():
            path = _near(group, view, ratio)
            _paint_thick(painter, path, halo, _HALO_PX * ratio)
            colour = colour_of(group.boundaries[0], dark)
            _paint_thick(painter, path, colour, 0.45 * ratio, [part * ratio for part in _DASH])
        painter.restore()

    def names(
        self, view: View, colours: MapColours, placer: LabelPlacer, font: QFont, ratio: float
    ) -> list[Name]:
        """The name of each area that has room for it, spaced out as on an atlas."""
        if not self.named:
            return []
        spaced = QFont(font)
        spaced.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 2.0)
        bold = face(spaced, -0.5, bold=True)
        laid = []
        for group in self.drawn.values():
            ink = colour_of(group.boundaries[0], colours.dark)
            ink.setAlpha(215)
            for boundary, label in zip(group.boundaries, group.labels, strict=True):
                words = boundary.name.upper()
                place = _place_of(words, label, view, placer, bold)
                if place is not None:
                    picture = words_picture(words, bold, ink, colours.halo, ratio)
                    laid.append(Name(*place, picture))
        return laid


def _near(group: Group, view: View, ratio: float) -> QPainterPath:
    """The pieces near the view, in device pixels, at the coarsest detail that looks right."""
    path = QPainterPath()
    reach_m = _FINE_PX * view.metres_per_pixel / ratio
    fitting = [pieces for detail_m, pieces in group.levels if detail_m <= reach_m]
    to_view = transform_to(view) * QTransform.fromScale(ratio, ratio)
    edge = QRectF(-20, -20, view.width * ratio + 40, view.height * ratio + 40)
    near = to_view.inverted()[0].mapRect(edge)
    for box, piece in fitting[-1] if fitting else ():
        if _touch(box, near):
            path.addPath(piece)
    return to_view.map(path)


def _paint_thick(
    painter: QPainter, path: QPainterPath, colour: QColor, reach: float, dash: Any = None
) -> None:
    """The line several times, each a little aside: lines of one pixel are what Qt draws fast.

    A wider pen takes a hundred times as long (measured: 0.5 ms against 56 ms for 1,800 points).
    """
    pen = QPen(colour, 1)
    pen.setCosmetic(True)
    if dash:
        pen.setDashPattern(dash)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen)
    count = max(4, round(2 * pi * reach / 1.5))
    for step in range(count):
        angle = 2 * pi * step / count
        aside = QPointF(reach * cos(angle), reach * sin(angle))
        painter.translate(aside)
        painter.drawPath(path)
        painter.translate(-aside)


def _touch(box: QRectF, near: QRectF) -> bool:
    # QRectF.intersects is false for the flat box of a straight line.
    return (
        box.left() <= near.right()
        and box.right() >= near.left()
        and box.top() <= near.bottom()
        and box.bottom() >= near.top()
    )


def colour_of(boundary: Boundary, dark: bool) -> QColor:
    """A boundary's own colour, else that of its kind; lighter by night."""
    own = QColor(boundary.colour) if boundary.colour else QColor()
    if own.isValid():
        return own.lighter(150) if dark and own.lightness() < 140 else own
    shades = _BY_NIGHT if dark else COLOURS
    return QColor(shades.get(boundary.kind, shades["other"]))


def _place_of(
    words: str, label: Any, view: View, placer: LabelPlacer, font: Face
) -> tuple[float, float, float, float] | None:
    """The first place with room for the words: in the world, and their corner from there."""
    across = label.size_m / view.metres_per_pixel if label else 0.0
    if not _NAMED_FROM_PX <= across <= _NAMED_TO_PX:
        return None
    wide, tall = font.width(words), font.height
    for longitude, latitude, room_m in label.places:
        if room_m / view.metres_per_pixel < wide:
            continue
        wx, wy = to_world(longitude, latitude)
        x, y = view.to_screen(wx, wy)
        if placer.take(QRectF(x - wide / 2, y - tall / 2, wide, tall)):
            return wx, wy, -wide / 2 - PAD, -tall / 2 - PAD
    return None
