"""Land, lakes and rivers as lines to draw: whole, or fewer points for a map in motion.

A map at rest is drawn from every point there is. A frame of a zoom is drawn from lines thinned
for its scale and cut off a little outside the view: a tenth of the points, and no eye can tell.
They are made ahead, while the map rests. The very first frame of all comes from lines made when
the program was packaged (`resources/basemap_rough.json`, by `resources/make_rough.py`).
"""

from __future__ import annotations

import json
from functools import cache
from math import asinh, floor, log2, pi, radians, tan
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QPolygonF

from psnplanner.geography.basemap import Line, load
from psnplanner.ui.map.clipping import Box, cut_line, cut_ring
from psnplanner.ui.map.view import View, to_world

# Shapes are kept around a middle point: painting far from the origin loses precision.
ORIGIN = to_world(-2.65, 53.35)
UNIT = 2.0**20
"""Drawing units of a path per world unit, around ORIGIN."""

FINE_LEVEL = 21
"""From this level (the logarithm of the scale) nothing is left out of a line."""
ROUGH_PX = 2.0
"""How far a line may be out while the map moves, on the way between two levels."""
FIRST_LEVEL = 18
"""The packaged lines are thinned for this level, and good enough at a glance on the next."""

_ROOM = 1.2
"""Lines are cut so much wider than the widest view they are meant for."""

Ring = tuple[QPolygonF, QRectF]
"""A line in drawing units and the box round it."""
Points = list[tuple[float, float]]


class Paths(NamedTuple):
    """The lines as Qt draws them soonest: all of a kind as one."""

    sea: QPainterPath
    coast: QPainterPath
    lakes: QPainterPath
    rivers: QPainterPath


class Ground:
    """Land, lakes and rivers, whole within `box` (drawing units; None: everywhere)."""

    def __init__(
        self, box: QRectF | None, land: list[Ring], water: list[Ring], rivers: list[Ring]
    ) -> None:
        self.box = box
        self.land, self.water, self.rivers = land, water, rivers
        self._paths: Paths | None = None

    def paths(self, seen: QRectF) -> Paths:
        """What to draw of a view that sees so much in drawing units."""
        if self.box is None:
            return self._made(seen)
        if self._paths is None:
            self._paths = self._made(self.box)
        return self._paths

    def _made(self, seen: QRectF) -> Paths:
        coast = _path(self.land, seen, closed=True)
        sea = QPainterPath(coast)
        sea.addRect(seen)
        return Paths(
            sea, coast, _path(self.water, seen, closed=True), _path(self.rivers, seen, closed=False)
        )


def _path(lines: list[Ring], seen: QRectF, *, closed: bool) -> QPainterPath:
    path = QPainterPath()
    for line, box in lines:
        if seen.intersects(box):
            path.addPolygon(line)
            if closed:
                path.closeSubpath()
    return path


@cache
def fine() -> Ground:
    """Every point there is."""
    base = load()
    return Ground(None, *(_drawn(_placed(some)) for some in (base.land, base.water, base.rivers)))


def for_motion(view: View, seen: QRectF) -> Ground:
    """The quickest lines to draw that hold for the view, which sees so much in drawing units."""
    step = _step(view.scale)
    near = _near.get(step)
    if near is not None and near.box is not None and near.box.contains(seen):
        return near
    if near is not None:
        return _rough((step + 1) // 2)
    first = packaged() if step // 2 <= FIRST_LEVEL + 1 else None
    if first is not None and first.box is not None and first.box.contains(seen):
        return first
    return fine()


_near: dict[int, Ground] = {}


def make_ahead(view: View) -> bool:
    """Have the lines of one step that a zoom from here may ask for; False when all are there."""
    here = _step(view.scale)
    for away in (0, 1, -1, 2, -2, 3, -3, 4, -4):
        step = here + away
        if step // 2 >= FINE_LEVEL:
            continue
        # A zoom about the cursor stays within this view, or has it within its own, in a corner.
        far = 1 / min(view.scale, 2.0 ** (step / 2)) - 0.5 / view.scale
        across, down = view.width * far, view.height * far
        known, wanted = _near.get(step), _box(view.x, view.y, across, down)
        if known is None or known.box is None or not known.box.contains(wanted):
            box = _box(view.x, view.y, across * _ROOM, down * _ROOM)
            _near[step] = Ground(box, *map(_drawn, within((step + 1) // 2, box.getCoords())))
            return True
    return False


def _step(scale: float) -> int:
    """Twice the logarithm of a scale, rounded down: lines are cut anew every half octave."""
    return floor(2 * log2(scale))


def _box(x: float, y: float, across: float, down: float) -> QRectF:
    """The box in drawing units so far to each side of a place in the world."""
    left, top = (x - across - ORIGIN[0]) * UNIT, (y - down - ORIGIN[1]) * UNIT
    return QRectF(left, top, 2 * across * UNIT, 2 * down * UNIT)


def within(level: int, box: Box) -> tuple[list[Points], list[Points], list[Points]]:
    """Land, lakes and rivers in a box, thinned for scales near 2**level; in drawing units."""
    land, water, rivers = _thinned(level)
    return (
        [ring for whole in land if (ring := cut_ring(whole, box))],
        [ring for whole in water if (ring := cut_ring(whole, box))],
        [part for whole in rivers for part in cut_line(whole, box)],
    )


@cache
def _thinned(level: int) -> tuple[list[Points], list[Points], list[Points]]:
    from psnplanner.geography.generalise import thinned

    base, tolerance = load(), ROUGH_PX * 360 / 2.0**level
    land, water, rivers = (
        _placed(thinned(some, tolerance)) for some in (base.land, base.water, base.rivers)
    )
    return land, water, rivers


@cache
def _rough(level: int) -> Ground:
    """The thinned lines of everywhere, for a map that flew off further than was foreseen."""
    return Ground(None, *map(_drawn, _thinned(level)))


@cache
def packaged() -> Ground | None:
    """The lines packaged for the first glance; None where they cannot be read."""
    from psnplanner.errors import UserError
    from psnplanner.resource_files import read_text

    try:
        document = json.loads(read_text("basemap_rough.json"))
        left, top, right, bottom = document["box"]
        parts = ([_pairs(flat) for flat in document[name]] for name in ("land", "water", "rivers"))
        land, water, rivers = map(_drawn, parts)
    except (UserError, ValueError, KeyError, TypeError):
        return None  # it only saves time: the whole map follows, and says what is wrong with it
    return Ground(QRectF(left, top, right - left, bottom - top), land, water, rivers)


def _pairs(flat: list[float]) -> Points:
    return list(zip(flat[0::2], flat[1::2], strict=True))


def _placed(lines: list[Line]) -> list[Points]:
    """Lines of degrees in drawing units."""
    # `to_world` of six thousand points, spelt out: the first map of all waits for it.
    east, south, across = UNIT / 360, UNIT / (2 * pi), (0.5 - ORIGIN[0]) * UNIT
    down = (0.5 - ORIGIN[1]) * UNIT
    return [
        [
            (longitude * east + across, down - south * asinh(tan(radians(latitude))))
            for longitude, latitude in line
        ]
        for line in lines
    ]


def _drawn(lines: list[Points]) -> list[Ring]:
    made = []
    for line in lines:
        polygon = QPolygonF([QPointF(x, y) for x, y in line])
        made.append((polygon, polygon.boundingRect()))
    return made
