"""Groups of look-alikes as a table that looks up only what is on the screen."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from psnplanner.ui.dialogs.import_decisions import LATER, Decisions
from psnplanner.ui.dialogs.import_words import DECISIONS, PROPOSALS
from psnplanner.ui.look import colour

COLUMNS = ("Seems", "Sure", "Sites", "Decision")
SEEMS, SURE, SITES, DECISION = range(len(COLUMNS))
_ROLE = Qt.ItemDataRole
_Index = QModelIndex | QPersistentModelIndex
_DECISION = {name: words.replace("&", "") for name, words, _ in DECISIONS}


class GroupsModel(QAbstractTableModel):
    """The groups that a filter lets through; `names` gives a site its name."""

    def __init__(self, decisions: Decisions, names: Any) -> None:
        super().__init__()
        self._decisions, self._names = decisions, names
        self.shown: list[int] = []

    def show(self, shown: list[int]) -> None:
        """Show these groups."""
        self.beginResetModel()
        self.shown = shown
        self.endResetModel()

    def refresh(self) -> None:
        """The decisions have changed."""
        if self.shown:
            last = self.index(len(self.shown) - 1, len(COLUMNS) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.shown)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, way: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:
        if way == Qt.Orientation.Horizontal and role == _ROLE.DisplayRole:
            return COLUMNS[section]
        return None

    def data(self, index: _Index, role: int = _ROLE.DisplayRole) -> Any:
        at, column = self.shown[index.row()], index.column()
        decided = self._decisions.choice(at).decision
        if role == _ROLE.DisplayRole:
            return self._words(at, column, decided)
        if role == _ROLE.ToolTipRole and column == SITES:
            return self._words(at, column, decided)
        if role == _ROLE.ForegroundRole and column == DECISION:
            return colour("faint" if decided == LATER else "good")
        if role == _ROLE.FontRole and column == DECISION and decided != LATER:
            font = QFont()
            font.setBold(True)
            return font
        return None

    def _words(self, at: int, column: int, decided: str) -> str:
        group = self._decisions.groups[at]
        if column == SEEMS:
            return PROPOSALS[group.proposal]
        if column == SURE:
            return f"{group.confidence:.0%}"
        if column == SITES:
            return "  ·  ".join(self._names(ident) for ident in group.sites)
        return _DECISION[decided]
