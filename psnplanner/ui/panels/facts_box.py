"""The facts of a site, each changed where it stands: click it or press Enter on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from psnplanner.errors import UserError
from psnplanner.programme.edits import Amend
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from psnplanner.ui.panels.fact_line import FactLine, editor_for
from psnplanner.ui.panels.site_facts import FACTS, IN_HEADING, Fact, value_of


class FactsBox(QWidget):
    """Two columns, heading and value; `do` makes the edit and raises UserError."""

    place_wanted = Signal()
    sites_wanted = Signal(object)
    """Ids of the sites of a partner or node that a person wants to see."""

    def __init__(self, do: Callable[[Any], Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._do = do
        self._state: State | None = None
        self._site: Site | None = None
        self._read_only = False
        self._asked: set[str] = set()
        self.lines: dict[str, FactLine] = {}
        self.add = QPushButton("Add a fact…")
        self.add.setToolTip("Facts that are not known yet")
        self.menu = QMenu(self.add)
        self.menu.aboutToShow.connect(self._list_unknown)
        self.add.setMenu(self.menu)
        self._others = QLabel()
        self._others.setObjectName("faint")
        self._others.setWordWrap(True)
        self._others.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(1)
        self._grid.setColumnStretch(1, 1)
        for row, fact in enumerate(FACTS):
            self._add_line(row, fact)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(self._grid)
        layout.addWidget(self._others)
        layout.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)

    def _add_line(self, row: int, fact: Fact) -> None:
        line = FactLine(fact)
        line.heading.setObjectName("faint")
        self._grid.addWidget(line.heading, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(line, row, 1)
        self._grid.addWidget(line.show_all, row, 2, Qt.AlignmentFlag.AlignTop)
        line.change_wanted.connect(lambda: self.change(fact.heading))
        line.given.connect(lambda words: self._give(line, words))
        line.left.connect(self._show)
        line.show_all.clicked.connect(lambda: self._show_sites(fact))
        self.lines[fact.heading] = line

    # Showing

    def show_site(self, state: State, site: Site, *, read_only: bool) -> None:
        """Show the facts of this site; a line being changed stays open on the same site."""
        if self._site is None or site.id != self._site.id:
            self._asked.clear()
            for line in self.lines.values():
                line.close_editor()
        self._state, self._site, self._read_only = state, site, read_only
        self._show()

    def _show(self) -> None:
        state, site = self._state, self._site
        if state is None or site is None:
            return
        for heading, line in self.lines.items():
            if line.editor is not None:
                continue
            words = line.fact.words(state, site)
            shown = bool(words) or heading in self._asked
            shown = shown and (line.fact.field not in IN_HEADING or heading in self._asked)
            line.show_words(words, can_change=not self._read_only)
            line.set_shown(shown)
            line.offer_sites(len(self._linked(line.fact)) if shown else 0)
        other = [f"{heading}: {cell}" for heading, cell in site.other if cell]
        self._others.setText("\n".join(other))
        self._others.setVisible(bool(other))
        self.add.setVisible(not self._read_only)

    def _linked(self, fact: Fact) -> list[RecordId]:
        """The sites that have the same partner or node as this one."""
        if self._state is None or self._site is None or fact.kind != "link":
            return []
        value = getattr(self._site, fact.field)
        if value is None:
            return []
        return [s.id for s in self._state.sites.values() if getattr(s, fact.field) == value]

    def _show_sites(self, fact: Fact) -> None:
        self.sites_wanted.emit(self._linked(fact))

    def _list_unknown(self) -> None:
        self.menu.clear()
        for heading, line in self.lines.items():
            if line.fact.kind == "fixed" or (not line.isHidden() and line.editor is None):
                continue
            action = self.menu.addAction(f"{heading}…")
            # Once the menu is gone: it would take the focus from the line.
            action.triggered.connect(
                lambda _=False, h=heading: QTimer.singleShot(0, lambda: self.change(h))
            )
        if self.menu.isEmpty():
            self.menu.addAction("Every fact is known").setEnabled(False)

    # Changing

    def change(self, heading: str) -> None:
        """Open the line of this heading to be changed."""
        line, state, site = self.lines[heading], self._state, self._site
        if self._read_only or state is None or site is None or line.fact.kind == "fixed":
            return
        if line.fact.kind == "place":
            self.place_wanted.emit()
            return
        if line.fact.kind == "links":
            self._choose_several(line, state, site)
            return
        self._asked.add(heading)
        line.set_shown(True)
        line.open_editor(editor_for(line.fact, state, site))

    def _give(self, line: FactLine, words: Any) -> None:
        """Take what was put in; a refusal is said under it, and the line stays open."""
        site = self._site
        if site is None:
            return
        fact = line.fact
        try:
            value = words if fact.kind in ("choice", "link", "yes_no") else value_of(fact, words)
            if value != getattr(site, fact.field):
                name = site.reference or site.name
                label = f"Change {fact.heading.lower()} of {name}"
                self._do(Amend("site", [site.id], {fact.field: value}, label))
        except UserError as error:
            line.refuse(error)
        else:
            line.close_editor()
            self._show()

    def _choose_several(self, line: FactLine, state: State, site: Site) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for partner in sorted(state.partners.values(), key=lambda p: p.name.casefold()):
            if partner.id == site.partner:
                continue
            action = menu.addAction(partner.name.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(partner.id in site.sharing)
            action.triggered.connect(lambda on, ident=partner.id: self._share(ident, on))
        if menu.isEmpty():
            menu.addAction("There is no other partner yet: add one first").setEnabled(False)
        where = line if line.isVisible() else self.add
        menu.popup(where.mapToGlobal(QPoint(0, where.height())))

    def _share(self, partner: RecordId, shares: bool) -> None:
        site, state = self._site, self._state
        if site is None or state is None:
            return
        sharing = tuple(p for p in site.sharing if p != partner) + ((partner,) if shares else ())
        verb = "Share" if shares else "Stop sharing"
        label = f"{verb} {site.reference or site.name} with {state.partner_name(partner)}"
        try:
            self._do(Amend("site", [site.id], {"sharing": sharing}, label))
        except UserError as error:
            self.lines["Shared with"].refuse(error)
        self._show()
