"""The area of each phase: an outline around its sites, with its name.

Outlines are made off the window's thread (`outlines_of`) and only for the phases whose sites
have moved; painting them needs nothing but Qt.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import floor

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QPixmap

from psnplanner.programme.record import RecordId
from psnplanner.programme.state import State
from psnplanner.style import phase_colour
from psnplanner.ui import look
from psnplanner.ui.look import MapColours
from psnplanner.ui.map.basemap_layer import path_of, transform_to
from psnplanner.ui.map.labels import Face, LabelPlacer, blank, face
from psnplanner.ui.map.name import Name
from psnplanner.ui.map.view import View

Places = tuple[tuple[float, float], ...]
Rings = list[list[tuple[float, float]]]


@dataclass(frozen=True)
class Outline:
    """One phase's area in (longitude, latitude) rings, and the places it was drawn around."""

    phase: RecordId
    name: str
    index: int
    places: Places
    rings: Rings
    share: float = 0.0
    """How much of its sites, 0 to 1, is live."""


def outlines_of(
    state: State,
    known: Mapping[RecordId, Outline],
    progress: Callable[[float, str], None] | None = None,
) -> dict[RecordId, Outline]:
    """The outline of every phase with placed sites; those in `known` that still fit are kept."""
    result: dict[RecordId, Outline] = {}
    phases = state.phases_in_order
    for index, phase in enumerate(phases):
        if progress:
            progress(index / len(phases), "Outlining phases")
        sites = state.sites_by_phase.get(phase.id, [])
        places = tuple((s.position.longitude, s.position.latitude) for s in sites if s.position)
        if places:
            old = known.get(phase.id)
            rings = old.rings if old and old.places == places else _rings(places)
            live = sum(state.statuses[site.id] == "live" for site in sites)
            share = live / len(sites)
            result[phase.id] = Outline(phase.id, phase.name, index, places, rings, share)
    return result


def _rings(places: Places) -> Rings:
    from psnplanner.geography.area import outline, rings

    longitudes, latitudes = zip(*places, strict=True)
    return rings(outline(latitudes, longitudes))


class PhasesLayer:
    """The outlines as Qt paths."""

    def __init__(self, outlines: Mapping[RecordId, Outline]) -> None:
        self.outlines = dict(outlines)
        self._paths = {key: path_of(o.rings, closed=True) for key, o in outlines.items()}

    def paint(
        self, painter: QPainter, view: View, colours: MapColours, *, smooth: bool = True
    ) -> None:
        """Every area, lightly filled, its edge clear of its neighbours'; rougher in motion."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
        painter.setTransform(transform_to(view), True)
        ratio = painter.device().devicePixelRatioF()
        for key, path in self._paths.items():
            colour = self.colour(self.outlines[key], colours)
            pen = QPen(colour, 1.6 * ratio if smooth else floor(1.6 * ratio))
            pen.setCosmetic(True)  # and so in pixels of the screen
            painter.setPen(pen)
            fill = QColor(colour)
            fill.setAlpha(26)
            painter.setBrush(fill)
            painter.drawPath(path)
        painter.restore()

    @staticmethod
    def colour(outline: Outline, colours: MapColours) -> QColor:
        """The outline's colour, half way to white where the map is dark."""
        colour = QColor(phase_colour(outline.index))
        if not colours.dark:
            return colour
        return QColor(*((part + 255) // 2 for part in colour.getRgb()[:3]))

    def show_shares(self, shares: Mapping[RecordId, float]) -> None:
        """Say how much of each phase is live on the day that is shown: areas stay as they are."""
        self.outlines = {
            key: dataclasses.replace(outline, share=shares.get(key, 0.0))
            for key, outline in self.outlines.items()
        }

    def names(
        self, view: View, colours: MapColours, placer: LabelPlacer, font: QFont, ratio: float
    ) -> list[Name]:
        """Each phase's name and progress, on a tag at the top of its largest part."""
        laid: list[Name] = []
        to_view, bold = transform_to(view), face(font, -1, bold=True)
        for key, path in self._paths.items():
            area = _largest_part(to_view.map(path), view)
            if area is None:
                continue
            outline = self.outlines[key]
            words = f"{_fitting(outline.name, bold, area.width())} · {outline.share:.0%}"
            box = tag_box(words, bold, area.center().x(), area.top())
            if placer.take(box):
                colour, ink = self.colour(outline, colours), look.colour("text")
                paints = (colour.rgba(), ink.rgba(), colours.halo.rgba() | 0xF0000000)
                tag = _tag(words, bold, paints, outline.share, ratio)
                x, y = view.to_world(area.center().x(), area.top())
                offset = box.topLeft() - QPointF(area.center().x(), area.top())
                laid.append(Name(x, y, offset.x() - 1, offset.y() - 1, tag))
        return laid


def _fitting(name: str, font: Face, width: float) -> str:
    """The name, or what stands before its colon ("Phase 3") where the area is small."""
    return name if font.width(name) < width * 1.3 else name.split(":")[0]


def _largest_part(path: QPainterPath, view: View) -> QRectF | None:
    """The box of an area's largest part, as far as it is in the view; None if too small."""
    parts = [polygon.boundingRect() for polygon in path.toSubpathPolygons()]
    largest = max(parts, key=lambda part: part.width() * part.height(), default=QRectF())
    shown = largest.intersected(QRectF(0, 0, view.width, view.height))
    return shown if shown.width() >= 24 and shown.height() >= 14 else None


def tag_box(words: str, font: Face, x: float, y: float) -> QRectF:
    """The tag with these words whose middle is there."""
    wide, tall = font.width(words) + 14, font.height + 9
    return QRectF(x - wide / 2, y - tall / 2, wide, tall)


@lru_cache(maxsize=64)
def _tag(
    words: str, font: Face, paints: tuple[int, int, int], share: float, ratio: float
) -> QPixmap:
    """The phase's name over a bar that fills as its sites go live."""
    colour, ink, ground = map(QColor.fromRgba, paints)
    box = tag_box(words, font, 0, 0)
    box.moveTo(1, 1)
    pixmap, painter = blank(box.width() + 2, box.height() + 2, ratio)
    painter.setPen(QPen(colour, 1.3))
    painter.setBrush(ground)
    painter.drawRoundedRect(box, 4, 4)
    painter.setFont(font.font)
    painter.setPen(ink)
    painter.drawText(box.adjusted(0, 0, 0, -4), Qt.AlignmentFlag.AlignCenter, words)
    bar = QRectF(box.left() + 7, box.bottom() - 6, box.width() - 14, 3)
    painter.setPen(Qt.PenStyle.NoPen)
    track = QColor(colour)
    track.setAlpha(60)
    for width, brush in ((bar.width(), track), (bar.width() * share, colour)):
        painter.setBrush(brush)
        painter.drawRoundedRect(QRectF(bar.left(), bar.top(), width, bar.height()), 1.5, 1.5)
    painter.end()
    return pixmap
