"""The third step of an import: what becomes of every row, and putting rows right in place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from psnplanner.programme.edits import plural
from psnplanner.ui.dialogs.import_filters import RowFilters
from psnplanner.ui.dialogs.import_reader import ListReader
from psnplanner.ui.dialogs.import_row_detail import RowDetail
from psnplanner.ui.dialogs.import_rows import CHANGES, COLUMNS, ListRows
from psnplanner.ui.dialogs.import_rows_model import RowsModel
from psnplanner.ui.dialogs.import_words import remedy_words
from psnplanner.ui.dialogs.new_programme import with_ending
from psnplanner.ui.dialogs.plain_table import read_only

_WIDTHS = (104, 52, 84, 176, 120, 110, 240)
_DETAIL_PX = 400


class RowsPage(QWidget):
    """The table of rows, what narrows it down, and the chosen row beside it."""

    save_wanted = Signal(object)

    def __init__(self, reader: ListReader) -> None:
        super().__init__()
        self._reader = reader
        self._row = 0
        self.filters = RowFilters()
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.model = RowsModel()
        self.table = QTableView()
        read_only(self.table)
        self.table.setModel(self.model)
        self.table.setAccessibleName("Rows of the list")
        self.table.horizontalHeader().setStretchLastSection(True)
        for column, width in enumerate(_WIDTHS):
            self.table.setColumnWidth(column, width)
        assert len(_WIDTHS) == len(COLUMNS) - 1
        self.detail = RowDetail()
        self.take_list = QCheckBox("Where &field work is newer than the list, take the list")
        self.save = QPushButton("Save problem rows…")
        self.save.setAutoDefault(False)
        self.save.setToolTip("A workbook for the list's owner: each row with what to mend")
        self.shown = QLabel()
        self.shown.setObjectName("faint")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.split = QSplitter()
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.table)
        self.split.addWidget(self.detail)
        self.split.setStretchFactor(0, 1)
        self.split.setSizes([760, _DETAIL_PX])
        self.detail.setMinimumWidth(300)
        foot = QHBoxLayout()
        foot.addWidget(self.shown)
        foot.addStretch(1)
        foot.addWidget(self.take_list)
        foot.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.said)
        layout.addWidget(self.filters)
        layout.addWidget(self.split, 1)
        layout.addLayout(foot)

    def _connect(self) -> None:
        self.filters.changed.connect(self._narrow)
        self.table.selectionModel().currentRowChanged.connect(lambda now, _: self._choose(now))
        self.table.doubleClicked.connect(lambda _: self.detail.mend())
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            shortcut = QShortcut(QKeySequence(key), self.table)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(self.detail.mend)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(self.filters.text.setFocus)
        self.detail.mended.connect(self._reader.mend)
        self.detail.left_out.connect(self._reader.leave_out)
        self.take_list.toggled.connect(lambda on: self._reader.change(take_list=on))
        self.save.clicked.connect(self._ask_where)

    def show_rows(self, rows: ListRows | None) -> None:
        """Show what was read; the row that was chosen stays chosen, and what was asked for."""
        self.filters.follow(rows)
        self._show_general(rows)
        serious = rows and (rows.severities["error"] or rows.severities["warning"])
        self.save.setEnabled(bool(serious))
        taken = rows is not None and rows.preview.reading.take_list
        self.take_list.blockSignals(True)
        self.take_list.setChecked(taken)
        self.take_list.blockSignals(False)
        self.take_list.setVisible(taken or (rows is not None and rows.kept > 0))
        self._show_columns(rows)
        self._narrow()

    def _show_columns(self, rows: ListRows | None) -> None:
        # A first list changes nothing, and its width is wanted for what is wrong.
        changing = bool(rows and (rows.tally["update"] or rows.preview.reading.take_list))
        self.table.setColumnHidden(CHANGES, not changing)

    def _show_general(self, rows: ListRows | None) -> None:
        whole = [p for p in rows.preview.problems if p.row is None] if rows else []
        self.said.setText("\n".join(f"{p.message} {remedy_words(p.remedy)}" for p in whole))
        self.said.setVisible(bool(whole))

    def _narrow(self) -> None:
        rows = self._reader.rows
        where = self.table.verticalScrollBar().value()
        line = self.table.currentIndex().row()
        chosen, mending = self._row, self._is_mending()
        self.model.show(rows, self.filters.shown(rows) if rows else [])
        count, of = len(self.model.shown), len(rows.rows) if rows else 0
        self.shown.setText(f"{count:,} of {plural(of, 'row')}" if count != of else "")
        self.table.verticalScrollBar().setValue(where)
        self._choose_again(rows, chosen, line)
        if mending and not self._is_mending():
            self.table.setFocus()  # what was mended is gone: on to the next row

    def _is_mending(self) -> bool:
        focus = self.focusWidget() if self.isVisible() else None
        return focus is not None and focus.hasFocus() and self.detail.isAncestorOf(focus)

    def _choose_again(self, rows: ListRows | None, row: int, line: int) -> None:
        """The same row if it is shown still, else the one that took its place."""
        at = rows.at.get(row, -1) if rows else -1
        shown = self.model.shown
        if at in shown:
            line = shown.index(at)
        line = min(max(line, 0), len(shown) - 1)
        if line >= 0:
            self.table.setCurrentIndex(self.model.index(line, 0))
            self.table.scrollTo(self.table.currentIndex())
        else:
            self._row = 0
            self.detail.show_row(None, -1)

    def _choose(self, now: Any) -> None:
        rows = self.model.list
        if rows is None or not now.isValid():
            return
        at = self.model.shown[now.row()]
        self._row = rows.rows[at].row
        self.detail.show_row(rows, at)

    def choose_row(self, row: int) -> None:
        """Choose a row by its number in the file, if the filters let it through."""
        rows = self._reader.rows
        if rows is not None and rows.at.get(row) in self.model.shown:
            line = self.model.shown.index(rows.at[row])
            self.table.setCurrentIndex(self.model.index(line, 0))

    def _ask_where(self) -> None:
        path = self._reader.path
        name = f"{path.stem} to mend.xlsx" if path else "to mend.xlsx"
        start = str(path.with_name(name)) if path else name
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Save the rows to mend", start, "Excel workbook (*.xlsx)"
        )
        if chosen:
            self.save_wanted.emit(with_ending(Path(chosen), ".xlsx"))
