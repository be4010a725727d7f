"""One group of look-alikes: why, its sites side by side, and what is decided about it."""

from __future__ import annotations

from html import escape
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QButtonGroup,
    QComboBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QRadioButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from psnplanner.programme.site import Site
from psnplanner.ui.dialogs.import_decisions import Decisions
from psnplanner.ui.dialogs.import_rows import ListRows
from psnplanner.ui.dialogs.import_words import (
    DECISIONS,
    PROPOSALS,
    field_words,
    metres,
    value_words,
)
from psnplanner.ui.dialogs.plain_table import read_only
from psnplanner.ui.look import colour

_FIELDS = (
    "reference", "name", "kind", "partner", "sharing", "address", "postcode", "uprn", "position",
    "access", "tenure", "annual_cost_pence", "contract_ends_on", "contact", "note",
)  # fmt: skip
_COLUMN_PX = 190
_MOST_DISTANCES = 6


class GroupView(QWidget):
    """Shows a group and lets it be decided; `changed` follows every decision."""

    changed = Signal()

    def __init__(self, decisions: Decisions) -> None:
        super().__init__()
        self._decisions = decisions
        self._index = -1
        self._filling = False
        self.why = QLabel()
        self.why.setWordWrap(True)
        self.why.setTextFormat(Qt.TextFormat.RichText)
        self.table = QTableWidget()
        read_only(self.table)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setAccessibleName("The sites side by side")
        self.table.verticalHeader().show()
        self.table.setWordWrap(True)
        self.choices = QButtonGroup(self)
        self.radios: dict[str, QRadioButton] = {}
        self.keep, self.building = QComboBox(), QLineEdit()
        self.keep.setAccessibleName("The site that stays")
        self.building.setAccessibleName("What the shared building is called")
        self.building.setPlaceholderText("as the kept site is called")
        self._form = QFormLayout()
        self._lay_out()
        self._connect()
        self.show_group(None, -1)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 0, 0, 0)
        layout.addWidget(self.why)
        layout.addWidget(self.table, 1)
        for name, words, meaning in DECISIONS:
            radio = QRadioButton(f"{words}: {meaning[0].lower()}{meaning[1:]}")
            radio.setAccessibleName(words.replace("&", ""))
            radio.setAccessibleDescription(meaning)
            # Fusion's ring is the ground's own colour: by night it would not be seen.
            radio.setPalette(QApplication.palette("QCheckBox"))
            self.radios[name] = radio
            self.choices.addButton(radio)
            layout.addWidget(radio)
        self._form.addRow("The site that &stays", self.keep)
        self._form.addRow("&Building's name", self.building)
        layout.addLayout(self._form)

    def _connect(self) -> None:
        for name, radio in self.radios.items():
            radio.clicked.connect(lambda _=False, n=name: self._decide(decision=n))
        self.keep.activated.connect(lambda: self._decide(keep=self.keep.currentData()))
        self.building.editingFinished.connect(self._name)

    def _name(self) -> None:
        if not self._filling and self._index >= 0:
            now = self._decisions.choice(self._index).building
            if self.building.text().strip() != now:
                self._decide(building=self.building.text().strip())

    def _decide(self, **values: Any) -> None:
        if self._index >= 0:
            self._decisions.decide(self._index, **values)
            self._show_choice()
            self.changed.emit()

    def show_group(self, rows: ListRows | None, index: int) -> None:
        """Show a group of the `decisions`, by its number; -1 shows none."""
        there = rows is not None and index >= 0
        self._index = index if there else -1
        for widget in (self.table, *self.radios.values()):
            widget.setVisible(there)
        self._show_choice()
        if not there:
            self.why.setText("")
            return
        assert rows is not None
        group = self._decisions.groups[index]
        members = [rows.site(ident) for ident in group.sites]
        self.why.setText(_why(group, members))
        self._show_sites(group, members, rows.partner)
        self.keep.clear()
        for site in members:
            self.keep.addItem(" ".join(filter(None, (site.reference, site.name))), site.id)
        self._show_choice()

    def _show_sites(self, group: Any, members: list[Site], partner: Any) -> None:
        table = self.table
        lines = []
        for name in _FIELDS:
            values = [value_words(getattr(site, name), name, partner) for site in members]
            if any(words != "—" for words in values):
                lines.append((field_words(name), values))
        table.setColumnCount(len(members))
        table.setRowCount(len(lines))
        table.setHorizontalHeaderLabels([self._whence(ident) for ident in group.sites])
        table.setVerticalHeaderLabels([words for words, _ in lines])
        for line, (_, values) in enumerate(lines):
            differ = len({words.casefold() for words in values if words != "—"}) > 1
            for column, words in enumerate(values):
                item = QTableWidgetItem(words)
                item.setToolTip(words)
                if not differ:
                    item.setForeground(colour("faint"))
                table.setItem(line, column, item)
        for column in range(len(members)):
            table.setColumnWidth(column, _COLUMN_PX)
        table.horizontalHeader().setStretchLastSection(True)
        table.resizeRowsToContents()

    def _whence(self, ident: bytes) -> str:
        row = self._decisions.row_of(ident)
        return f"Row {row:,} of the list" if row is not None else "In the programme"

    def _show_choice(self) -> None:
        self._filling = True
        there = self._index >= 0
        choice = self._decisions.choice(self._index) if there else None
        decided = choice.decision if choice else "later"
        self.radios[decided].setChecked(True)
        if there:
            kept = self._decisions.kept(self._index)
            self.keep.setCurrentIndex(max(0, self.keep.findData(kept)))
            self.building.setText(choice.building if choice else "")
        for widget, when in ((self.keep, ("merge", "shared")), (self.building, ("shared",))):
            self._form.setRowVisible(widget, there and decided in when)
        self._filling = False


def _why(group: Any, members: list[Site]) -> str:
    said = f"<b>{PROPOSALS[group.proposal]}</b>, {group.confidence:.0%} sure"
    apart = _distances(members)
    if apart:
        said += f" · {apart}"
    return said + "".join(f"<br>• {escape(reason)}" for reason in group.reasons)


def _distances(members: list[Site]) -> str:
    from psnplanner.geography.distance import geodesic_m

    placed = [site.position for site in members if site.position]
    if len(placed) < 2 or len(placed) > _MOST_DISTANCES:
        return ""
    ends = [(p.latitude, p.longitude) for p in placed]
    apart = [geodesic_m(*a, *b) for n, a in enumerate(ends) for b in ends[n + 1 :]]
    most = max(apart)
    return "at one spot" if most < 1 else f"{metres(most)} apart"
