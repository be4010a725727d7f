"""One row of the list beside the table: its problems, what would change, its cells to edit."""

from __future__ import annotations

from html import escape
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QScrollArea,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from psnplanner.intake.headings import FIELDS
from psnplanner.ui.dialogs.import_problem_card import ProblemCard
from psnplanner.ui.dialogs.import_rows import ListRows
from psnplanner.ui.dialogs.import_words import VERDICTS
from psnplanner.ui.dialogs.plain_table import LINE_PX, read_only
from psnplanner.ui.look import colour
from psnplanner.ui.wording import capital

_VERDICT = {name: (words, sign, ink) for name, words, sign, ink in VERDICTS}
_MOST_LINES = 12


class RowDetail(QScrollArea):
    """Emits what the person puts right: `mended(row, heading, text)`, `left_out(row, whether)`."""

    mended = Signal(int, str, str)
    left_out = Signal(int, bool)

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setAccessibleName("The selected row")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.row = 0
        self.cards: list[ProblemCard] = []
        self._filling, self._of_cells = False, 0
        self.title, self.place = QLabel(), QLabel()
        for label in (self.title, self.place):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.title.setTextFormat(Qt.TextFormat.RichText)
        self.place.setObjectName("faint")
        self.leave = QCheckBox("Leave this row &out")
        self.changes = _facts(("Field", "Now", "Then"), "What changes")
        self.kept = _facts(("Field", "Now, kept", "The list says"), "Kept field work")
        self.cells = _facts(("Column", "In the list", "Taken as"), "Cells of the row")
        self.cells.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.headings = {
            table: _heading(words)
            for table, words in (
                (self.changes, "What changes"),
                (self.kept, "Newer than the list, so kept"),
                (self.cells, "As it stands in the list"),
            )
        }
        self._page = QWidget()
        self._page.setObjectName("paper")
        self._lay_out()
        self.leave.toggled.connect(self._leave)
        self.cells.itemChanged.connect(self._edited)
        self.show_row(None, -1)

    def _lay_out(self) -> None:
        self._layout = QVBoxLayout(self._page)
        self._layout.setContentsMargins(12, 10, 12, 10)
        self._layout.setSpacing(8)
        self._layout.addWidget(self.title)
        self._layout.addWidget(self.place)
        self._problems = QVBoxLayout()
        self._layout.addLayout(self._problems)
        for table in (self.changes, self.kept, self.cells):
            self._layout.addWidget(self.headings[table])
            self._layout.addWidget(table)
        self._layout.addWidget(self.leave)
        self._layout.addStretch(1)
        self.setWidget(self._page)

    def show_row(self, rows: ListRows | None, index: int) -> None:
        """Show a row by its place in the list; -1 shows none."""
        typed = self._typed() if rows and index >= 0 and rows.rows[index].row == self.row else None
        self._filling = True
        for card in self.cards:
            # A card may be what asked for this, by its line edit: it goes when that is done.
            card.blockSignals(True)
            card.hide()
            self._problems.removeWidget(card)
            card.deleteLater()
        self.cards = []
        if rows is None or index < 0:
            self._show_none()
        else:
            self._show(rows, index)
        self._filling = False
        if typed:
            self._type_on(*typed)

    def _typed(self) -> tuple[str, str] | None:
        """The heading and text of the cell that is being typed in just now."""
        for card in self.cards:
            for heading, edit in card.edits.items():
                if edit.hasFocus():
                    return heading, edit.text()
        return None

    def _type_on(self, heading: str, text: str) -> None:
        edit = next((c.edits[heading] for c in self.cards if heading in c.edits), None)
        if edit is not None:
            edit.setText(text)
            edit.setFocus()

    def _show_none(self) -> None:
        self.row = 0
        self.title.setText("Choose a row to see what would happen to it.")
        for widget in (self.place, self.leave, *self.headings, *self.headings.values()):
            widget.hide()

    def _show(self, rows: ListRows, index: int) -> None:
        row, preview = rows.rows[index], rows.preview
        self.row = row.row
        words, sign, ink = _VERDICT[rows.verdicts[index]]
        self.title.setText(
            f"<b>Row {row.row:,}</b> · <span style='color:{colour(ink).name()}'>{sign} {words}"
            f"</span><br>{escape(' '.join(filter(None, (row.reference, row.name))))}"
        )
        self.place.setText(rows.place(index))
        self.place.show()
        self._show_cards(rows, index)
        self._fill(self.changes, rows.changes(index))
        self._fill(self.kept, rows.changes(index, kept=True))
        self._show_cells(preview, row.row)
        self.leave.setVisible(rows.verdicts[index] != "skip" or self.row in _left(preview))
        self.leave.setChecked(self.row in _left(preview))

    def _show_cards(self, rows: ListRows, index: int) -> None:
        row = rows.rows[index]
        cells = rows.preview.cells_of(row.row)
        editable = row.row not in _left(rows.preview)
        for problem in rows.problems(index):
            card = ProblemCard(problem, cells, editable)
            card.mended.connect(lambda heading, text, n=row.row: self.mended.emit(n, heading, text))
            self._problems.addWidget(card)
            self.cards.append(card)

    def _fill(self, table: QTableWidget, lines: list[tuple[str, str, str]]) -> None:
        table.setVisible(bool(lines))
        self.headings[table].setVisible(bool(lines))
        table.setRowCount(len(lines))
        for line, words in enumerate(lines):
            for column, text in enumerate(words):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                table.setItem(line, column, item)
        _fit(table)

    def _show_cells(self, preview: Any, row: int) -> None:
        if self.cells.state() == QAbstractItemView.State.EditingState and row == self._of_cells:
            return  # what is being typed stays
        self._of_cells = row
        fields = {c.heading: c.field for c in preview.layout.columns}
        mended = {heading for number, heading in preview.reading.cells if number == row}
        lines = [
            (heading, text, capital(FIELDS.get(fields[heading], "")))
            for heading, text in preview.cells_of(row).items()
        ]
        self._fill(self.cells, lines)
        for line, (heading, _text, _field) in enumerate(lines):
            for column in (0, 2):
                item = self.cells.item(line, column)
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
                item.setForeground(colour("faint"))
            if heading in mended:
                font = self.cells.item(line, 1).font()
                font.setBold(True)
                self.cells.item(line, 1).setFont(font)
                self.cells.item(line, 1).setToolTip("Mended here")

    def _edited(self, item: QTableWidgetItem) -> None:
        if not self._filling and item.column() == 1:
            self.mended.emit(self.row, self.cells.item(item.row(), 0).text(), item.text())

    def _leave(self, left: bool) -> None:
        if not self._filling:
            self.left_out.emit(self.row, left)

    def first_edit(self) -> QLineEdit | None:
        """Where the first problem of the row can be mended."""
        return next((e for card in self.cards for e in card.edits.values()), None)

    def mend(self) -> None:
        """Put the cursor where the row is mended: its first problem's cell, else its cells."""
        edit = self.first_edit()
        if edit is not None:
            edit.setFocus()
            edit.selectAll()
        elif self.cells.rowCount():
            self.cells.setFocus()
            self.cells.setCurrentCell(0, 1)


def _left(preview: Any) -> Any:
    return preview.reading.left_out


def _heading(words: str) -> QLabel:
    label = QLabel(words)
    label.setObjectName("heading")
    return label


def _facts(headings: tuple[str, ...], name: str) -> QTableWidget:
    table = QTableWidget(0, len(headings))
    read_only(table)
    table.setHorizontalHeaderLabels(headings)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
    table.setAccessibleName(name)
    table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
    table.setMinimumWidth(100)
    for column, width in ((0, 108), (2, 104)):
        table.setColumnWidth(column, width)
    return table


def _fit(table: QTableWidget) -> None:
    """As tall as its lines, up to a dozen: the column of facts scrolls as a whole."""
    lines = min(_MOST_LINES, table.rowCount())
    table.setFixedHeight(lines * LINE_PX + table.horizontalHeader().sizeHint().height() + 4)
