"""The nodes of the backbone, and the lines of fibre that lead to them.

A node that is live is full, one that is not is hollow: root, then branch. All lines are drawn
under the sites when asked for; those of the site under the cursor and of the chosen ones
always, over everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPixmap

from psnplanner.programme.node import Node
from psnplanner.programme.record import RecordId
from psnplanner.programme.state import State
from psnplanner.ui import look
from psnplanner.ui.look import MapColours
from psnplanner.ui.map.labels import PAD, LabelPlacer, blank, face, words_picture
from psnplanner.ui.map.name import Name
from psnplanner.ui.map.sprites import shape_path
from psnplanner.ui.map.view import View, to_world

NAMED_FROM = 2.0**18.8
"""The scale from which nodes are drawn large and bear their names."""
MOST_LINES = 4_000
"""More lines than this are a grey wash: every so many-th is drawn."""
_MOST_CHOSEN = 300
_SIDE, _FAR_SIDE = 17.0, 12.0


class NodesLayer:
    """Nodes and links of one state; `rows` are its SiteRows."""

    def __init__(self, rows: Any, shown: NDArray[np.bool_]) -> None:
        state: State = rows.state
        self._state, self._rows = state, rows
        placed = [node for node in state.nodes.values() if node.position is not None]
        self.nodes = placed
        self.places: dict[RecordId, tuple[float, float]] = {
            node.id: to_world(node.position.longitude, node.position.latitude)
            for node in placed
            if node.position is not None
        }
        self._shown = shown
        self._lines: list[QLineF] | None = None

    def links(self, places: Iterable[int]) -> list[tuple[int, RecordId]]:
        """Of these rows, those with a place and a node that has one, each with its node."""
        ids, sites = list(self._rows.index_of), self._state.sites
        found = []
        for place in places:
            node = sites[ids[place]].node
            if node in self.places and self._rows.xs[place] == self._rows.xs[place]:
                found.append((int(place), node))
        return found

    def paint_links(self, painter: QPainter, view: View, colours: MapColours) -> None:
        """Every link as a thin line, and the backbone between the nodes as a thick one."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = QColor(colours.town)
        ink.setAlpha(95)
        painter.setPen(QPen(ink, 1))
        painter.drawLines(self._site_lines(view))
        ink.setAlpha(200)
        painter.setPen(QPen(ink, 2.4))
        painter.drawLines(self._backbone(view))
        painter.restore()

    def paint_chosen(self, painter: QPainter, view: View, places: Iterable[int]) -> None:
        """The links of a few rows, over the sites."""
        found = self.links(list(places)[:_MOST_CHOSEN])
        if not found:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = look.colour("accent")
        ink.setAlpha(190)
        painter.setPen(QPen(ink, 1.6))
        painter.drawLines([self._line(view, place, node) for place, node in found])
        painter.restore()

    def _line(self, view: View, place: int, node: RecordId) -> QLineF:
        start = view.to_screen(float(self._rows.xs[place]), float(self._rows.ys[place]))
        return QLineF(*start, *view.to_screen(*self.places[node]))

    def _site_lines(self, view: View) -> list[QLineF]:
        places = np.flatnonzero(self._shown & np.isfinite(self._rows.xs))
        step = max(1, len(places) // MOST_LINES)
        return [self._line(view, *link) for link in self.links(places[::step].tolist())]

    def _backbone(self, view: View) -> list[QLineF]:
        ends = [
            (self.places[node.id], self.places[node.parent])
            for node in self.nodes
            if node.parent in self.places
        ]
        return [QLineF(*view.to_screen(*one), *view.to_screen(*two)) for one, two in ends]

    def symbols(
        self, view: View, colours: MapColours, placer: LabelPlacer, ratio: float
    ) -> list[Name]:
        """The symbols of the nodes in the view, smaller from afar; names keep off them."""
        side = _SIDE if view.scale >= NAMED_FROM else _FAR_SIDE
        laid = []
        for node, x, y, wx, wy in self._in_view(view):
            picture = node_picture(node.live_on is not None, colours.dark, side, ratio)
            laid.append(Name(wx, wy, -side / 2, -side / 2, picture))
            placer.block(QRectF(x - side / 2, y - side / 2, side, side))
        return laid

    def names(
        self, view: View, colours: MapColours, placer: LabelPlacer, font: QFont, ratio: float
    ) -> list[Name]:
        """The names of the nodes, from near by."""
        small, laid = face(font, -1.5, bold=True), []
        if view.scale < NAMED_FROM:
            return []
        for node, x, y, wx, wy in self._in_view(view):
            wide = small.width(node.name)
            spot = QRectF(x - wide / 2, y + _SIDE / 2 + 1, wide, small.height)
            if placer.take(spot):
                words = words_picture(node.name, small, colours.town, colours.halo, ratio)
                laid.append(Name(wx, wy, spot.left() - PAD - x, spot.top() - PAD - y, words))
        return laid

    def _in_view(self, view: View) -> Iterator[tuple[Node, float, float, float, float]]:
        """Each node to be seen: pixels and place in the world."""
        for node in self.nodes:
            wx, wy = self.places[node.id]
            x, y = view.to_screen(wx, wy)
            if -20 < x < view.width + 20 and -20 < y < view.height + 20:
                yield node, x, y, wx, wy


@lru_cache(maxsize=16)
def node_picture(live: bool, dark: bool, side: float, ratio: float) -> QPixmap:
    """A hexagon: full for a node that is live, hollow for one to come."""
    ink, paper = QColor("#e8edf0" if dark else "#1b2329"), QColor("#20262b" if dark else "#ffffff")
    pixmap, painter = blank(side, side, ratio)
    middle, unit = QPointF(side / 2, side / 2), side / 17
    painter.setPen(QPen(paper, 3.4 * unit))
    painter.setBrush(paper)
    painter.drawPath(shape_path("hexagon", middle, side / 2 - 2.6 * unit))
    painter.setPen(QPen(ink, 1.6 * unit))
    painter.setBrush(ink if live else paper)
    painter.drawPath(shape_path("hexagon", middle, side / 2 - 2.6 * unit))
    painter.setBrush(paper if live else ink)
    painter.setPen(QColor(0, 0, 0, 0))
    painter.drawEllipse(middle, 1.9 * unit, 1.9 * unit)
    painter.end()
    return pixmap
