"""What is wrong with a list, row by row: errors first, notes only when asked for."""

from __future__ import annotations

from collections import Counter
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from psnplanner.ui.look import colour

PROBLEM_COLUMNS = ("Row", "", "Column", "Value", "What is wrong", "What to do")
SEVERITIES = (
    ("error", "Errors", "✖", "danger"),
    ("warning", "Warnings", "▲", "accent"),
    ("mended", "Put right", "✔", "good"),
    ("note", "Notes", "●", "faint"),
)
"""What the intake calls a problem, how the window does, its sign and the sign's colour."""

MOST_PROBLEMS = 5_000
_CAPS = (60, 30, 130, 150, 300)
_TALL_ROWS = 500
"""Up to so many rows each gets the height its sentences need: Qt measures every one."""


class ProblemsView(QWidget):
    """A button for each severity over the table of those that are let through."""

    def __init__(self) -> None:
        super().__init__()
        self._problems: list[dict[str, Any]] = []
        self.buttons: dict[str, QToolButton] = {}
        line = QHBoxLayout()
        line.setSpacing(6)
        for severity, words, _sign, _ink in SEVERITIES:
            button = QToolButton(text=words, checkable=True)
            button.setAccessibleName(f"Show {words.lower()}")
            button.toggled.connect(self._fill)
            self.buttons[severity] = button
            line.addWidget(button)
        line.addStretch(1)
        self.said = QLabel()
        self.said.setObjectName("faint")
        line.addWidget(self.said)
        self.table = plain_table(PROBLEM_COLUMNS)
        self.table.setAccessibleName("Problems of the list")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(line)
        layout.addWidget(self.table, 1)

    def show_problems(self, problems: list[dict[str, Any]]) -> None:
        """Show these: what needs a hand at once, the rest behind its button."""
        self._problems = problems
        tally = Counter(problem["severity"] for problem in problems)
        urgent = bool(tally["error"] or tally["warning"])
        for severity, words, _sign, _ink in SEVERITIES:
            button = self.buttons[severity]
            button.blockSignals(True)
            button.setText(f"{words} ({tally[severity]:,})")
            button.setEnabled(tally[severity] > 0)
            wanted = severity in ("error", "warning") or not urgent
            button.setChecked(wanted and tally[severity] > 0)
            button.blockSignals(False)
        self._fill()

    def _fill(self) -> None:
        shown = [p for p in self._problems if self.buttons[p["severity"]].isChecked()]
        order = [severity for severity, *_ in SEVERITIES]
        shown.sort(key=lambda p: (order.index(p["severity"]), p["row"] or 0))
        signs = {severity: (sign, colour(ink)) for severity, _, sign, ink in SEVERITIES}
        left = len(shown) - MOST_PROBLEMS
        fill_table(self.table, [_cells(p, signs) for p in shown[:MOST_PROBLEMS]], _CAPS)
        for line, problem in enumerate(shown[:MOST_PROBLEMS]):
            self.table.item(line, 1).setForeground(signs[problem["severity"]][1])
        hidden = len(self._problems) - len(shown)
        words = f"{left:,} more not shown" if left > 0 else f"{hidden:,} hidden" if hidden else ""
        self.said.setText(words if self._problems else "Nothing is wrong with the list.")


def _cells(problem: dict[str, Any], signs: dict[str, Any]) -> tuple[str, ...]:
    names = ("column", "value", "message", "remedy")
    words = (str(problem.get(name) or "") for name in names)
    return (str(problem.get("row") or ""), signs[problem["severity"]][0], *words)


def plain_table(headings: tuple[str, ...]) -> QTableWidget:
    """A table to read, not to edit."""
    table = QTableWidget(0, len(headings))
    table.setHorizontalHeaderLabels(list(headings))
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setTabKeyNavigation(False)
    table.setAlternatingRowColors(True)
    table.setShowGrid(False)
    table.verticalHeader().hide()
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
    header.setStretchLastSection(True)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    table.resizeColumnsToContents()
    return table


def fill_table(
    table: QTableWidget, rows: list[tuple[str, ...]], caps: tuple[int, ...] = ()
) -> None:
    """Show these rows, no column but the last wider than its cap (pixels)."""
    table.setRowCount(len(rows))
    for line, cells in enumerate(rows):
        for column, words in enumerate(cells):
            item = QTableWidgetItem(words)
            item.setToolTip(words)
            table.setItem(line, column, item)
    table.resizeColumnsToContents()
    for column in range(table.columnCount() - 1):
        cap = caps[column] if column < len(caps) else 300
        table.setColumnWidth(column, min(cap, table.columnWidth(column) + 12))
    if len(rows) <= _TALL_ROWS:
        table.resizeRowsToContents()
