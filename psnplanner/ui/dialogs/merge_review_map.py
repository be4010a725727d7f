"""A small map beside a merge: the sites it touches, and whence and whither those that move."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from psnplanner.programme.edits import plural
from psnplanner.programme.record import Position
from psnplanner.ui import look
from psnplanner.ui.map.canvas import MapCanvas
from psnplanner.ui.map.view import View, to_world
from psnplanner.ui.merge_rehearsal import Rehearsal
from psnplanner.ui.roster import Roster


class MergeMap(QWidget):
    """The map of the window once more, with a roster of its own: the programme after the merge."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas, self.said = MapCanvas(), QLabel()
        self.canvas.setAccessibleName("Map of the sites that the merge touches")
        self.canvas.set_show_phases(False)
        self.said.setObjectName("faint")
        self.said.setWordWrap(True)
        self.moves = MovesLayer()
        self.canvas.add_layer(self.moves, below_sites=False)
        self.roster: Roster | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self.said)

    def show_rehearsal(self, rehearsal: Rehearsal) -> None:
        """Show the sites touched, and those alone; nearest to all of them."""
        if self.roster is not None:
            self.roster.deleteLater()
        touched = frozenset(rehearsal.sites)
        self.roster = Roster(rehearsal.rows, self)
        self.roster.filter_also(lambda rows: _among(rows, touched))
        self.moves.moves = [line.places for line in rehearsal.told if line.places]
        self.canvas.set_roster(self.roster)
        self.canvas.layer_changed()
        placed = self.canvas.zoom_to(touched) if touched else False
        said = f"{plural(len(touched), 'site')} touched" if touched else "No site is touched"
        if self.moves.moves:
            said += f"; {plural(len(self.moves.moves), 'move')} drawn from old to new"
        self.said.setText(said + ("." if placed or not touched else "; none has a place yet."))

    def show_site(self, site: bytes) -> None:
        """Choose a site, and look at it if it is out of sight."""
        if self.roster is None:
            return
        self.roster.select([site])
        spot = self.canvas.finder.pixel_of(site)
        if spot is None or not self.canvas.rect().contains(spot.toPoint()):
            self.canvas.zoom_to([site])

    def show_sites(self, sites: Iterable[bytes]) -> None:
        """Choose several sites and look at them."""
        if self.roster is not None:
            self.roster.select(sites)
            self.canvas.zoom_to(self.roster.selected)


def _among(rows: Any, touched: frozenset[bytes]) -> Any:
    import numpy as np

    return np.fromiter((ident in touched for ident in rows.ids), bool, len(rows.ids))


class MovesLayer:
    """A line from where each site was to where it is."""

    attribution = ""

    def __init__(self) -> None:
        self.moves: list[tuple[Position, Position]] = []

    @property
    def shown(self) -> bool:
        """Whether anything moved."""
        return bool(self.moves)

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        """The lines, with a ring where each began."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ink = look.colour("danger")
        for was, now in self.moves:
            start, end = (
                QPointF(*view.to_screen(*to_world(place.longitude, place.latitude)))
                for place in (was, now)
            )
            painter.setPen(QPen(ink, 2, Qt.PenStyle.DashLine))
            painter.drawLine(QLineF(start, end))
            painter.setPen(QPen(ink, 2))
            painter.drawEllipse(start, 5, 5)
