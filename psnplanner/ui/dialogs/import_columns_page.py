"""The second step of an import: what each column is taken as, and how sure that is."""

from __future__ import annotations

from html import escape
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.intake.headings import FIELDS, IGNORED
from psnplanner.ui import look
from psnplanner.ui.dialogs.import_reader import ListReader
from psnplanner.ui.dialogs.import_words import BY
from psnplanner.ui.dialogs.plain_table import read_only
from psnplanner.ui.wording import capital

HEADINGS = ("Heading in the list", "Examples", "Taken as", "Sure", "Told by")
HEADING, EXAMPLES, TAKEN, SURE, TOLD_BY = range(len(HEADINGS))
KEEP = "Keep as written"
_EXAMPLES = 4
_LOOKED_AT = 300
_WIDTHS = (190, 380, 200, 70, 200)
_ROW_PX = 32


class ColumnsPage(QWidget):
    """A line for each column, with a choice of what it is."""

    def __init__(self, reader: ListReader) -> None:
        super().__init__()
        self._reader = reader
        self._shown: tuple[str, ...] = ()
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.table = QTableWidget(0, len(HEADINGS))
        read_only(self.table)
        self.table.setHorizontalHeaderLabels(HEADINGS)
        self.table.setAccessibleName("Columns of the list")
        self.table.verticalHeader().setDefaultSectionSize(_ROW_PX)
        self.table.horizontalHeader().setSectionResizeMode(EXAMPLES, QHeaderView.ResizeMode.Stretch)
        for column, width in enumerate(_WIDTHS):
            self.table.setColumnWidth(column, width)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.addWidget(self.said)
        layout.addWidget(self.table, 1)

    def combo(self, heading: str) -> QComboBox:
        """The choice of the column of that heading."""
        line = self._shown.index(heading)
        found = self.table.cellWidget(line, TAKEN)
        assert isinstance(found, QComboBox)
        return found

    def show_rows(self, rows: Any) -> None:
        """Show the columns of what was read; None for none."""
        preview = rows.preview if rows else None
        columns = preview.layout.columns if preview else ()
        headings = tuple(column.heading for column in columns)
        if headings != self._shown:
            self._build(headings)
        for line, column in enumerate(columns):
            self._fill(line, column, preview)
        self.said.setText(_said(preview) if preview else "")

    def refuse(self, error: UserError) -> None:
        """Say that nothing here tells of buildings yet, and what to do about it."""
        ink = look.colour("danger").name()
        self.said.setText(
            f"<span style='color:{ink}'>{escape(capital(error.what))}</span><br>"
            "If it is a list of buildings, say below what its columns are: "
            "at least the name, and the postcode where there is one."
        )

    def _build(self, headings: tuple[str, ...]) -> None:
        self._shown = headings
        self.table.setRowCount(0)
        self.table.setRowCount(len(headings))
        for line, heading in enumerate(headings):
            for column in (HEADING, EXAMPLES, SURE, TOLD_BY):
                self.table.setItem(line, column, QTableWidgetItem())
            combo = _Choice()
            combo.setAccessibleName(f"{heading} is taken as")
            combo.addItem(KEEP, IGNORED)
            for field, words in FIELDS.items():
                combo.addItem(capital(words), field)
            combo.activated.connect(lambda _=0, h=heading, c=combo: self._take(h, c))
            self.table.setCellWidget(line, TAKEN, combo)

    def _take(self, heading: str, combo: QComboBox) -> None:
        self._reader.take_as({heading: combo.currentData()})

    def _fill(self, line: int, column: Any, preview: Any) -> None:
        table = self.table
        examples = _examples(preview, column.index)
        for at, words in (
            (HEADING, column.heading),
            (EXAMPLES, examples),
            (SURE, f"{column.confidence:.0%}" if column.field or column.by else ""),
            (TOLD_BY, capital(BY.get(column.by, column.by)) if column.by else ""),
        ):
            item = table.item(line, at)
            item.setText(words)
            item.setToolTip(words)
        doubtful = bool(column.field) and column.confidence < 0.75
        table.item(line, SURE).setForeground(look.colour("accent" if doubtful else "text"))
        table.item(line, EXAMPLES).setForeground(look.colour("faint"))
        combo = self.combo(column.heading)
        combo.setCurrentIndex(max(0, combo.findData(column.field or IGNORED)))
        font = combo.font()
        font.setBold(bool(column.field))
        combo.setFont(font)


class _Choice(QComboBox):
    """The wheel scrolls the table: it must not alter a column in passing."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: Any) -> None:
        event.ignore()


def _examples(preview: Any, index: int) -> str:
    found: dict[str, None] = {}
    for _, cells in preview.layout.data[:_LOOKED_AT]:
        if index < len(cells) and cells[index]:
            found.setdefault(cells[index])
            if len(found) == _EXAMPLES:
                break
    return "  ·  ".join(found) or "(nothing in it)"


def _said(preview: Any) -> str:
    columns = preview.layout.columns
    taken = sum(bool(column.field) for column in columns)
    words = f"All {len(columns)} columns recognised."
    if taken < len(columns):
        words = f"{taken} of {len(columns)} columns recognised; the others are kept with each site "
        words += "as they are written."
    if any(column.by == "remembered" for column in columns):
        words += " Some are as you said for an earlier list with these headings."
    if preview.reading.columns:
        words += " What you changed here is remembered for lists of this shape once you import."
    return words
