"""Every row of the list as a table that looks up only what is on the screen."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from psnplanner.ui.dialogs.import_rows import CHANGES, COLUMNS, PROBLEMS, ROW, VERDICT, ListRows
from psnplanner.ui.dialogs.import_words import SEVERITIES, VERDICTS
from psnplanner.ui.look import colour

_ROLE = Qt.ItemDataRole
_Index = QModelIndex | QPersistentModelIndex
_VERDICT = {name: (words, sign, ink) for name, words, sign, ink in VERDICTS}
_SEVERITY = {name: (sign, ink) for name, _, sign, ink in SEVERITIES}
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class RowsModel(QAbstractTableModel):
    """The rows that a filter lets through, in the order of the list."""

    def __init__(self) -> None:
        super().__init__()
        self.list: ListRows | None = None
        self.shown: list[int] = []

    def show(self, rows: ListRows | None, shown: list[int]) -> None:
        """Show these rows of that list."""
        self.beginResetModel()
        self.list, self.shown = rows, shown
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.shown)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, way: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:
        if way == Qt.Orientation.Horizontal and role == _ROLE.DisplayRole:
            return COLUMNS[section]
        return None

    def data(self, index: _Index, role: int = _ROLE.DisplayRole) -> Any:
        if self.list is None:
            return None
        at, column = self.shown[index.row()], index.column()
        if role == _ROLE.DisplayRole:
            return self._words(at, column)
        if role == _ROLE.ToolTipRole and column in (CHANGES, PROBLEMS):
            return self.list.words(at, column).replace("  ", "\n") or None
        if role == _ROLE.ForegroundRole:
            return self._ink(at, column)
        if role == _ROLE.TextAlignmentRole and column == ROW:
            return _RIGHT
        if role == _ROLE.AccessibleTextRole and column == VERDICT:
            return _VERDICT[self.list.verdicts[at]][0]
        return None

    def _words(self, at: int, column: int) -> str:
        assert self.list is not None
        if column == VERDICT:
            words, sign, _ink = _VERDICT[self.list.verdicts[at]]
            return f"{sign}  {words}"
        words = self.list.words(at, column)
        worst = self.list.worst[at]
        return f"{_SEVERITY[worst][0]}  {words}" if column == PROBLEMS and worst else words

    def _ink(self, at: int, column: int) -> Any:
        assert self.list is not None
        if column == VERDICT:
            return colour(_VERDICT[self.list.verdicts[at]][2])
        worst = self.list.worst[at]
        if column == PROBLEMS and worst in ("error", "warning"):
            return colour(_SEVERITY[worst][1]) if worst == "error" else None
        return colour("faint") if column == PROBLEMS else None
