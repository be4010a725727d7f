"""The first lines of a list as they stand in its file, the row of headings marked."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QTableView, QWidget

from psnplanner.ui.dialogs.plain_table import read_only
from psnplanner.ui.look import colour

LINES = 20
_ROLE = Qt.ItemDataRole
_Index = QModelIndex | QPersistentModelIndex
_WIDEST, _MOST_COLUMNS = 220, 60


class RawLines(QAbstractTableModel):
    """So many lines of a table, with the numbers they have in the file."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[int, list[str]]] = []
        self._width = 0
        self._header: int | None = None

    def show(self, preview: Any) -> None:
        """Take the first lines of what was read; None empties it."""
        self.beginResetModel()
        self._rows = list(preview.table.rows[:LINES]) if preview else []
        self._header = preview.layout.header_row if preview else None
        self._width = max((len(cells) for _, cells in self._rows), default=0)
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._width

    def number(self, line: int) -> int:
        """The number a line has in the file."""
        return self._rows[line][0]

    def headerData(self, section: int, way: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:
        if role != _ROLE.DisplayRole:
            return None
        if way == Qt.Orientation.Vertical:
            number = self._rows[section][0]
            return f"{number}  headings" if number == self._header else str(number)
        from psnplanner.intake.table import column_name

        return column_name(section).removeprefix("Column ")

    def data(self, index: _Index, role: int = _ROLE.DisplayRole) -> Any:
        number, cells = self._rows[index.row()]
        if role in (_ROLE.DisplayRole, _ROLE.ToolTipRole):
            return cells[index.column()] if index.column() < len(cells) else ""
        if role == _ROLE.FontRole and number == self._header:
            font = QFont()
            font.setBold(True)
            return font
        if role == _ROLE.BackgroundRole and number == self._header:
            return colour("chosen")
        if role == _ROLE.ForegroundRole and self._header is not None and number < self._header:
            return colour("faint")
        return None


class RawGrid(QTableView):
    """Shows them; a double click on a line makes it the row of headings."""

    heading_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        read_only(self)
        self.lines = RawLines()
        self.setModel(self.lines)
        self.setAccessibleName("First lines of the list")
        self.setToolTip("Double-click a line to take it as the row of headings")
        self.setShowGrid(True)
        self.verticalHeader().show()
        self.verticalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        )
        self.doubleClicked.connect(lambda index: self._wanted(index.row()))
        self.verticalHeader().sectionDoubleClicked.connect(self._wanted)

    def _wanted(self, line: int) -> None:
        self.heading_wanted.emit(self.lines.number(line))

    def show_preview(self, preview: Any) -> None:
        """Show what was read; None shows nothing."""
        self.lines.show(preview)
        if self.lines.columnCount() <= _MOST_COLUMNS:
            self.resizeColumnsToContents()
        for column in range(self.lines.columnCount()):
            if self.columnWidth(column) > _WIDEST:
                self.setColumnWidth(column, _WIDEST)
