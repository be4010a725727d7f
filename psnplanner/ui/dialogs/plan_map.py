"""Before and after a proposed plan: two maps of the phases that move as one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from psnplanner.programme.record import RecordId
from psnplanner.programme.state import State
from psnplanner.ui.map.canvas import MapCanvas
from psnplanner.ui.map.phases_layer import Outline, PhasesLayer, outlines_of
from psnplanner.ui.roster import Roster
from psnplanner.ui.site_rows import SiteRows


class Drawn(NamedTuple):
    """What a map needs of a state: its rows, and the outlines of its phases."""

    rows: SiteRows
    outlines: dict[RecordId, Outline]


def drawn(state: State, today: date, known: Drawn | None = None) -> Drawn:
    """Read a state for a map; made off the window's thread."""
    return Drawn(SiteRows(state, today), outlines_of(state, known.outlines if known else {}))


class PlanMaps(QWidget):
    """The programme as it is at the left, as proposed at the right; both coloured by phase."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.before, self.after = MapCanvas(), MapCanvas()
        self._rosters: dict[MapCanvas, Roster] = {}
        self._moved: frozenset[RecordId] = frozenset()
        self._following = False
        self.only = QCheckBox("&Only the sites that move")
        self.only.setEnabled(False)
        self.only.toggled.connect(self._filter)
        line = QHBoxLayout()
        line.setSpacing(8)
        for canvas, words in ((self.before, "As it is"), (self.after, "As proposed")):
            canvas.setAccessibleName(f"Map of the phases: {words.casefold()}")
            canvas.set_show_counts(False)
            heading = QLabel(words, objectName="heading")
            column = QVBoxLayout()
            column.addWidget(heading)
            column.addWidget(canvas, 1)
            line.addLayout(column, 1)
        self.before.view_changed.connect(lambda: self._follow(self.before, self.after))
        self.after.view_changed.connect(lambda: self._follow(self.after, self.before))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(line, 1)
        layout.addWidget(self.only, 0, Qt.AlignmentFlag.AlignRight)

    def _follow(self, one: MapCanvas, other: MapCanvas) -> None:
        """Whichever is moved takes the other along."""
        if self._following:
            return
        self._following = True
        try:
            other.set_view(one.view.resized(other.width(), other.height()))
        finally:
            self._following = False

    def show_before(self, drawn: Drawn) -> None:
        """Show the programme as it is."""
        self._show(self.before, drawn)
        self._show(self.after, drawn)
        self.before.zoom_to()

    def show_after(self, drawn: Drawn, moved: Iterable[RecordId]) -> None:
        """Show it as proposed, and mark the sites that move in both."""
        self._moved = frozenset(moved)
        self._show(self.after, drawn)
        self.only.setEnabled(bool(self._moved))
        if not self._moved:
            self.only.setChecked(False)
        self._filter()
        self.choose(self._moved)

    def _show(self, canvas: MapCanvas, drawn: Drawn) -> None:
        known = self._rosters.get(canvas)
        if known is not None:
            known.replace(drawn.rows)
        else:
            roster = self._rosters[canvas] = Roster(drawn.rows, self)
            canvas.set_roster(roster)
            canvas.colour_by("phase")
        canvas.set_phases(PhasesLayer(drawn.outlines))

    def choose(self, sites: Iterable[RecordId], *, near: bool = False) -> None:
        """Mark these sites in both; with `near`, look at them."""
        chosen = list(sites)
        for roster in self._rosters.values():
            roster.select(chosen)
        if near and chosen:
            self.after.zoom_to(chosen)

    def _filter(self) -> None:
        only = self._moved if self.only.isChecked() else None
        for roster in self._rosters.values():
            roster.filter_also(None if only is None else lambda rows: _among(rows, only))


def _among(rows: Any, sites: frozenset[RecordId]) -> Any:
    import numpy as np

    return np.fromiter((ident in sites for ident in rows.ids), bool, len(rows.ids))
