"""Savings by month and by partner: realised and to come, against what was promised."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from psnplanner.ui.dialogs.plain_table import read_only
from psnplanner.ui.panels import savings_words as words
from psnplanner.ui.panels.savings_chart import SavingsChart

BY_MONTH, BY_PARTNER = "By month", "By partner"
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class SavingsPanel(QWidget):
    """Shows what it is told; signals say what a person wants."""

    forecast_wanted = Signal()
    partner_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.found: Any = None
        self.message, self.said, self.basis = QLabel(), QLabel(), QLabel()
        self.forecast = QPushButton("Forecast go-live")
        self.chart, self.which, self.table = SavingsChart(), QComboBox(), QTableWidget()
        self._name()
        self._lay_out()
        self.show_savings(None, None, words.NOTHING_OPEN)

    # Building

    def _name(self) -> None:
        self.message.setObjectName("faint")
        self.message.setMargin(14)
        self.said.setContentsMargins(12, 8, 12, 0)
        self.message.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.basis.setObjectName("faint")
        for label in (self.message, self.said, self.basis):
            label.setWordWrap(True)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.which.addItems([BY_MONTH, BY_PARTNER])
        self.which.setAccessibleName("What the savings are listed by")
        self.which.currentIndexChanged.connect(self._list)
        self.forecast.clicked.connect(self.forecast_wanted)
        read_only(self.table)
        self.table.itemActivated.connect(self._chosen)

    def _lay_out(self) -> None:
        left, right = QWidget(), QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(8, 4, 4, 4)
        column.addWidget(self.chart, 1)
        row = QHBoxLayout()
        row.addWidget(self.which)
        row.addWidget(self.basis, 1)
        row.addWidget(self.forecast)
        column = QVBoxLayout(right)
        column.setContentsMargins(4, 4, 8, 4)
        column.addLayout(row)
        column.addWidget(self.table, 1)
        self.split = QSplitter()
        self.split.addWidget(left)
        self.split.addWidget(right)
        self.split.setSizes([1, 1])
        self.split.setChildrenCollapsible(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.message, 1)
        whole.addWidget(self.said)
        whole.addWidget(self.split, 1)
        self.setFocusProxy(self.table)

    # Showing

    def show_savings(
        self, found: Any, go_live_on: date | None, message: str = "", *, forecast: bool = False
    ) -> None:
        """Show these savings, to come by a `forecast` or by the phases; or a message instead."""
        self.found = found if not message else None
        self.message.setText(message)
        self.message.setVisible(bool(message))
        for widget in (self.said, self.split):
            widget.setVisible(not message)
        self.chart.show_savings(self.found, go_live_on)
        if self.found is not None:
            self.said.setText(" ".join(words.sums(found)))
            self.basis.setText(words.BY_FORECAST if forecast else words.BY_PHASES)
            self.forecast.setVisible(not forecast)
        self._list()

    def _list(self) -> None:
        found, by_partner = self.found, self.which.currentText() == BY_PARTNER
        self.table.setAccessibleName(f"Savings {self.which.currentText().lower()}")
        if found is None:
            self.table.setRowCount(0)
        elif by_partner:
            self._fill(words.PARTNERS, words.partner_rows(found))
        else:
            self._fill(words.MONTHS, words.month_rows(found))
            QTimer.singleShot(0, self.table, self._show_now)  # once it has its size

    def _show_now(self) -> None:
        """Bring the last month that is over into view."""
        if self.found is not None and self.which.currentText() == BY_MONTH:
            over = sum(month.realised for month in self.found.months)
            now = self.table.item(max(0, over - 1), 0)
            self.table.scrollToItem(now, QTableWidget.ScrollHint.PositionAtCenter)

    def _fill(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        table = self.table
        table.clear()
        table.setColumnCount(len(headings))
        table.setRowCount(len(rows))
        table.setHorizontalHeaderLabels(list(headings))
        for row, cells in enumerate(rows):
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                if text.startswith("£"):
                    item.setTextAlignment(_RIGHT)
                table.setItem(row, column, item)
        for column in range(len(headings)):
            if rows and rows[0][column].startswith("£"):
                table.horizontalHeaderItem(column).setTextAlignment(_RIGHT)
        table.resizeColumnsToContents()

    def _chosen(self, item: Any) -> None:
        if self.which.currentText() == BY_PARTNER and self.found is not None:
            row = item.row()
            if row < len(self.found.partners):
                self.partner_chosen.emit(self.found.partners[row].name)
