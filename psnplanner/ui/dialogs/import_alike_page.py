"""The fourth step of an import: buildings that seem to be there twice, decided one or many."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from psnplanner.programme.edits import plural
from psnplanner.ui.dialogs.import_alikes_model import SITES, GroupsModel
from psnplanner.ui.dialogs.import_decisions import Decisions
from psnplanner.ui.dialogs.import_group_view import GroupView
from psnplanner.ui.dialogs.import_rows import ListRows
from psnplanner.ui.dialogs.import_words import DECISIONS, PROPOSALS
from psnplanner.ui.dialogs.plain_table import read_only

_WIDTHS = (112, 52, 230, 96)
_LEAST = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95)
_NONE = (
    "No building of this list seems to be there twice, in the list or in the programme: "
    "there is nothing to decide."
)
_SOME = (
    "seem to be one building. Nothing is merged or shared unless you decide it here; what you "
    "leave for later is asked again another time."
)


class AlikePage(QWidget):
    """The groups on the left, the chosen one beside; a line to decide many at once."""

    changed = Signal()

    def __init__(self, decisions: Decisions) -> None:
        super().__init__()
        self._decisions = decisions
        self._rows: ListRows | None = None
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.sure = QPushButton()
        self.sure.setToolTip("Each as it seems; look them over before you go on")
        self.proposal, self.least, self.bulk = QComboBox(), QComboBox(), QComboBox()
        self.set_all = QPushButton("Set")
        for button in (self.sure, self.set_all):
            button.setAutoDefault(False)
        self.model = GroupsModel(decisions, self._name_of)
        self.table = QTableView()
        read_only(self.table)
        self.table.setModel(self.model)
        self.table.setAccessibleName("Groups of look-alikes")
        self.table.horizontalHeader().setSectionResizeMode(
            SITES, self.table.horizontalHeader().ResizeMode.Stretch
        )
        for column, width in enumerate(_WIDTHS):
            self.table.setColumnWidth(column, width)
        self.view = GroupView(decisions)
        self._tools = QWidget()
        self._fill_choices()
        self._lay_out()
        self._connect()

    def _fill_choices(self) -> None:
        self.proposal.addItem("All groups", "")
        for name, words in PROPOSALS.items():
            self.proposal.addItem(words, name)
        for share in _LEAST:
            self.least.addItem(f"at least {share:.0%} sure" if share else "however sure", share)
        self.bulk.addItem("As each one seems", "proposed")
        for name, words, meaning in DECISIONS:
            self.bulk.addItem(words.replace("&", ""), name)
            self.bulk.setItemData(self.bulk.count() - 1, meaning, Qt.ItemDataRole.ToolTipRole)
        for combo, words in (
            (self.proposal, "Show groups that seem"),
            (self.least, "Show groups that are"),
            (self.bulk, "Decision for all groups shown"),
        ):
            combo.setAccessibleName(words)

    def _lay_out(self) -> None:
        line = QHBoxLayout(self._tools)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(QLabel("Show"))
        line.addWidget(self.proposal)
        line.addWidget(self.least)
        line.addStretch(1)
        line.addWidget(QLabel("All shown:"))
        line.addWidget(self.bulk)
        line.addWidget(self.set_all)
        line.addSpacing(12)
        line.addWidget(self.sure)
        split = QSplitter()
        split.setChildrenCollapsible(False)
        split.addWidget(self.table)
        split.addWidget(self.view)
        split.setStretchFactor(0, 1)
        split.setSizes([560, 600])
        self._split = split
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.addWidget(self.said)
        layout.addWidget(self._tools)
        layout.addWidget(split, 1)

    def _connect(self) -> None:
        self.proposal.activated.connect(self._narrow)
        self.least.activated.connect(self._narrow)
        self.set_all.clicked.connect(self._set_all)
        self.sure.clicked.connect(self._take_sure)
        self.view.changed.connect(self._decided)
        self.table.selectionModel().currentRowChanged.connect(lambda now, _: self._choose(now))

    def _name_of(self, ident: bytes) -> str:
        site = self._rows.site(ident) if self._rows else None
        return (site.name or site.reference) if site else ""

    def show_rows(self, rows: ListRows | None) -> None:
        """Show the groups of what was read; decisions made before stay."""
        self._rows = rows
        if rows is not None:
            self._decisions.follow(rows)
        else:
            self._decisions.forget()
        count = len(self._decisions.groups)
        self.said.setText(f"{plural(count, 'group')} {_SOME}" if count else _NONE)
        self._tools.setVisible(count > 0)
        self._split.setVisible(count > 0)
        self.layout().setStretch(0, 0 if count else 1)
        self._narrow()

    def _narrow(self) -> None:
        line = self.table.currentIndex().row()
        proposal, least = self.proposal.currentData(), self.least.currentData()
        self.model.show(
            [
                index
                for index, group in enumerate(self._decisions.groups)
                if (not proposal or group.proposal == proposal) and group.confidence >= least
            ]
        )
        self._count()
        if self.model.shown:
            line = min(max(line, 0), len(self.model.shown) - 1)
            self.table.setCurrentIndex(self.model.index(line, 0))
        else:
            self.view.show_group(None, -1)

    def _choose(self, now: Any) -> None:
        if now.isValid():
            self.view.show_group(self._rows, self.model.shown[now.row()])

    def _set_all(self) -> None:
        self._decisions.decide_all(self.model.shown, self.bulk.currentData())
        self._decided()

    def _take_sure(self) -> None:
        self._decisions.decide_all(self._decisions.sure(), "proposed")
        self._decided()

    def _decided(self) -> None:
        self.model.refresh()
        self._choose(self.table.currentIndex())
        self._count()
        self.changed.emit()

    def _count(self) -> None:
        sure = len(self._decisions.sure())
        self.sure.setText(f"Decide the {sure:,} surest as they seem")
        self.sure.setVisible(sure > 0)
