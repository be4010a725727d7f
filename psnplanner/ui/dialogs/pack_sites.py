"""Which sites go into a field pack: how they are chosen, and the list of them."""

from __future__ import annotations

import dataclasses
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QSpinBox,
    QStackedWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from psnplanner.errors import UserError
from psnplanner.exchange.pack import Choice, chosen, place_by_sites
from psnplanner.programme.edits import plural
from psnplanner.programme.record import Position
from psnplanner.programme.site import Site
from psnplanner.ui import look
from psnplanner.ui.dialogs.roomy_tree import RoomyTree
from psnplanner.ui.jobs import Jobs
from psnplanner.ui.typed_values import place_of

SELECTED, SHOWN, PHASE, PARTNER, AREA, NEAR = range(6)
_WAIT_MS = 400
MOST_LISTED = 1000


class PackSites(QWidget):
    """`choice` is what was chosen; `sites` those that go, `left_out` the sensitive that do not."""

    changed = Signal()

    def __init__(self, session: Any, roster: Any, jobs: Jobs) -> None:
        super().__init__()
        self._session, self._jobs = session, jobs
        self._picked = roster.selected if roster is not None else frozenset()
        self._shown = [roster.rows.ids[n] for n in roster.shown.nonzero()[0]] if roster else []
        self._place: Position | None = None
        self._trouble = ""
        self.sites: list[Site] = []
        self.left_out = 0
        self.how, self.which = QComboBox(), QStackedWidget()
        self.phase, self.partner, self.area = QComboBox(), QComboBox(), QComboBox()
        self.where, self.count = QLineEdit(), QSpinBox()
        self.sensitive = QCheckBox()
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.list = RoomyTree("Sites in the pack", ("Reference", "Name", "Postcode"), (110, 300))
        self._fill_in()
        self._lay_out()
        self._asking = QTimer(self, singleShot=True, interval=_WAIT_MS)
        self._asking.timeout.connect(self._look_up)
        self._connect()
        self.refresh()

    def _fill_in(self) -> None:
        state, filtered = self._session.state, len(self._shown) < len(self._session.state.sites)
        self.how.setAccessibleName("Which sites")
        self.how.addItem(f"The {plural(len(self._picked), 'site')} selected", SELECTED)
        shown = f"What the table shows: {plural(len(self._shown), 'site')}"
        self.how.addItem(shown if filtered else f"All {plural(len(self._shown), 'site')}", SHOWN)
        for words, kind in (("The sites of a phase", PHASE), ("The sites of a partner", PARTNER),
                            ("The sites in an area", AREA),
                            ("The sites nearest to a place", NEAR)):  # fmt: skip
            self.how.addItem(words, kind)
        for phase in state.phases_in_order:
            self.phase.addItem(phase.name, phase.id)
        for partner in sorted(state.partners.values(), key=lambda p: p.name.casefold()):
            self.partner.addItem(partner.name, partner.id)
        for boundary in sorted(state.boundaries.values(), key=lambda b: b.name.casefold()):
            self.area.addItem(boundary.name, boundary.id)
        if not self.area.count():
            self.area.addItem("No boundary here: add some in View › Boundaries", None)
        self.phase.setAccessibleName("Phase")
        self.area.setAccessibleName("Area")
        self.partner.setAccessibleName("Partner")
        self.where.setPlaceholderText("CH41 1AA, SJ 3409 9031, or 53.4048, -2.9916")
        self.where.setAccessibleName("Place: postcode, grid reference, or degrees")
        self.count.setRange(1, 1000)
        self.count.setValue(20)
        self.count.setSuffix(" sites")
        self.count.setAccessibleName("How many sites")
        if not self._picked:
            model: Any = self.how.model()
            model.item(0).setEnabled(False)
            self.how.setCurrentIndex(SHOWN if filtered else NEAR)
        self.list.setRootIsDecorated(False)
        self.list.setMinimumHeight(110)
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)

    def _lay_out(self) -> None:
        near = QWidget()
        line = QHBoxLayout(near)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.where, 1)
        line.addWidget(self.count)
        for widget in (QWidget(), self.phase, self.partner, self.area, near):
            self.which.addWidget(widget)
        self.which.setFixedHeight(max(near.sizeHint().height(), self.phase.sizeHint().height()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        first = QHBoxLayout()
        first.addWidget(self.how, 2)
        first.addWidget(self.which, 3)
        layout.addLayout(first)
        layout.addWidget(self.said)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.sensitive)

    def _connect(self) -> None:
        for box in (self.how, self.phase, self.partner, self.area):
            box.currentIndexChanged.connect(self.refresh)
        self.count.valueChanged.connect(self.refresh)
        self.sensitive.toggled.connect(self.refresh)
        self.where.textEdited.connect(self._typing)

    # The place

    def _typing(self) -> None:
        self._place, self._trouble = None, ""
        self._asking.start()
        self.refresh()

    def _look_up(self) -> None:
        words, state = self.where.text().strip(), self._session.state

        def look(_progress: Any) -> Position:
            try:
                return place_of(words)
            except UserError:
                known = place_by_sites(state, words)
                if known is None:
                    raise
                return known

        if words:
            self._jobs.start("Looking up a place", look,
                             lambda place: self._found(words, place), self._not_found,
                             quiet=True)  # fmt: skip

    def _found(self, words: str, place: Position) -> None:
        if isValid(self) and self.where.text().strip() == words:
            self._place, self._trouble = place, ""
            self.refresh()

    def _not_found(self, error: UserError) -> None:
        self._trouble = str(error)
        self.refresh()

    # The choice

    @property
    def kind(self) -> int:
        """How the sites are chosen."""
        return int(self.how.currentData())

    @property
    def choice(self) -> Choice | None:
        """The choice as it stands; None while it says nothing yet."""
        sensitive = self.sensitive.isChecked()
        if self.kind in (SELECTED, SHOWN):
            sites = list(self._picked) if self.kind == SELECTED else self._shown
            return Choice(sites=sites, sensitive=sensitive) if sites else None
        if self.kind == NEAR:
            if self._place is None:
                return None
            near = (self._place.latitude, self._place.longitude)
            return Choice(near=near, count=self.count.value(), sensitive=sensitive)
        box = {PHASE: self.phase, PARTNER: self.partner, AREA: self.area}[self.kind]
        ident = box.currentData()
        if ident is None:
            return None
        if self.kind == PHASE:
            return Choice(phases=[ident], sensitive=sensitive)
        if self.kind == AREA:
            return Choice(areas=[ident], sensitive=sensitive)
        return Choice(partners=[ident], sensitive=sensitive)

    def refresh(self) -> None:
        """Find the sites again, and show them."""
        self.which.setCurrentIndex({PHASE: 1, PARTNER: 2, AREA: 3, NEAR: 4}.get(self.kind, 0))
        choice, found = self.choice, []
        if choice is not None:
            try:
                everything = dataclasses.replace(choice, sensitive=True)
                found = chosen(self._session.state, everything)
            except UserError:
                found = []  # none: said below
        withheld = sum(site.sensitive for site in found)
        take = self.sensitive.isChecked()
        self.sites = [site for site in found if take or not site.sensitive]
        self.left_out = 0 if take else withheld
        self.sensitive.setText(
            f"Take the {plural(withheld, 'sensitive site')} too: its bearer is vetted"
            if withheld
            else "Sensitive sites too: its bearer is vetted (there is none among these)"
        )
        self.sensitive.setEnabled(withheld > 0)
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        self.list.clear()
        for site in self.sites[:MOST_LISTED]:
            mark = "  (sensitive)" if site.sensitive else ""
            item = QTreeWidgetItem([site.reference, site.name + mark, site.postcode])
            item.setToolTip(1, ", ".join(filter(None, (site.name, site.address))))
            self.list.addTopLevelItem(item)
        said = f"{plural(len(self.sites), 'site')} in the pack"
        if self.left_out:
            said += f"; {plural(self.left_out, 'sensitive site')} left out"
        if not self.sites and not self.left_out:
            said = "No site is chosen yet"
            if self.kind == NEAR:
                said = self._trouble or "Type the place that the sites shall be near to"
        palette = self.said.palette()
        ink = "danger" if self._trouble and not self.sites else "text"
        palette.setColor(self.said.foregroundRole(), look.colour(ink))
        self.said.setPalette(palette)
        self.said.setText(said.rstrip(".") + ".")
