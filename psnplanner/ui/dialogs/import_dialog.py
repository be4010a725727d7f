"""Import a list: what was recognised, what would happen, what is wrong; then do it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.programme.edits import plural
from psnplanner.ui import look
from psnplanner.ui.job_bar import JobBar
from psnplanner.ui.jobs import Jobs

FILTER = "Site lists (*.csv *.tsv *.txt *.xlsx *.xls *.ods);;All files (*)"
PROBLEM_COLUMNS = ("Row", "Column", "Value", "What is wrong", "What to do")
MOST_PROBLEMS = 5_000


class ImportDialog(QDialog):
    """Nothing changes until Import is pressed; then it is one transaction, one undo."""

    def __init__(self, session: Any, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._jobs = session, jobs
        self._preview: Any = None
        self._job: Any = None
        self.setWindowTitle("Import a list of sites")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(860, 560)
        self.path = QLineEdit()
        self.path.setPlaceholderText("A CSV or Excel list of buildings")
        self.path.setAccessibleName("List to import")
        self.choose = QPushButton("Choose…")
        self.counts = QLabel("Choose a list: nothing changes until you press Import.")
        self.counts.setWordWrap(True)
        self.columns = _table(("Heading in the list", "Taken as"))
        self.problems = _table(PROBLEM_COLUMNS)
        self.tabs = QTabWidget()
        self.bar = JobBar()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.button = self.buttons.addButton("Import", QDialogButtonBox.ButtonRole.ActionRole)
        self.button.setProperty("primary", True)
        self.button.setEnabled(False)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.addWidget(self.path, 1)
        line.addWidget(self.choose)
        self.tabs.addTab(self.columns, "Columns")
        self.tabs.addTab(self.problems, "Problems")
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addLayout(line)
        layout.addWidget(self.counts)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self.bar)
        layout.addWidget(self.buttons)

    def _connect(self) -> None:
        self.choose.clicked.connect(self._ask_path)
        self.path.returnPressed.connect(lambda: self.read(Path(self.path.text())))
        self.buttons.rejected.connect(self.reject)
        self.button.clicked.connect(self.import_now)

    def _ask_path(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "List of sites", self.path.text(), FILTER)
        if chosen:
            self.read(Path(chosen))

    def read(self, path: Path) -> None:
        """Read a list and show what would happen."""
        self.path.setText(str(path))
        self._preview = None
        self.button.setEnabled(False)
        session = self._session
        self._job = self._jobs.start(
            "Reading the list",
            lambda progress: session.read_list(path, progress=progress),
            self._show_preview,
            self._refuse,
            quiet=True,
        )
        self.bar.watch(self._job)

    def _show_preview(self, preview: Any) -> None:
        report = preview.report()
        self._preview = preview
        self.counts.setText(summary(report))
        columns = [
            (heading, found["field"] if isinstance(found, dict) else str(found))
            for heading, found in report["columns"].items()
        ]
        kept = [(str(h), "kept as written") for h in report.get("columns_kept_as_written", ())]
        _fill(self.columns, columns + kept)
        problems = report["problems"]
        _fill(self.problems, [_problem_cells(problem) for problem in problems[:MOST_PROBLEMS]])
        self.tabs.setTabText(1, f"Problems ({len(problems):,})")
        todo = report["added"] + report["updated"]
        self.button.setEnabled(todo > 0)
        self.button.setText(f"Import {plural(todo, 'site')}" if todo else "Nothing to import")

    def _refuse(self, error: UserError) -> None:
        self.bar.hide()
        colour = look.colour("danger").name()
        self.counts.setText(f"<span style='color:{colour}'>{_escaped(str(error))}</span>")

    def import_now(self) -> None:
        """Make the edit, off the window's thread."""
        if self._preview is None:
            return
        session, edit = self._session, self._preview.edit
        self.button.setEnabled(False)
        self._job = self._jobs.start(
            "Importing",
            lambda progress: session.do(edit, progress=progress),
            lambda _made: self.accept(),
            self._refuse,
            quiet=True,
        )
        self._job.cancelled.connect(lambda: self.button.setEnabled(True))
        self.bar.watch(self._job)

    def reject(self) -> None:
        if self._job is not None and self.bar.isVisible():
            self._job.cancel()
        super().reject()


def summary(report: dict[str, Any]) -> str:
    """What an import would do, in a sentence or two."""
    parts = [
        f"{plural(report['read'], 'row')} read: {report['added']:,} new",
        f"{report['updated']:,} corrected",
    ]
    if report.get("unchanged"):
        parts.append(f"{report['unchanged']:,} as they are")
    parts.append(f"{report['skipped']:,} left out")
    words = ", ".join(parts) + f". {report['placed']:,} placed on the map"
    words += f", {report['unplaced']:,} without a place." if report["unplaced"] else "."
    return "<br>".join([words, *(_escaped(str(note)) for note in report.get("notes", ()))])


def _escaped(words: str) -> str:
    from html import escape

    return escape(words)


def _problem_cells(problem: dict[str, Any]) -> tuple[str, ...]:
    row = problem.get("row")
    names = ("column", "value", "message", "remedy")
    return (str(row or ""), *(str(problem.get(name) or "") for name in names))


def _table(headings: tuple[str, ...]) -> QTableWidget:
    table = QTableWidget(0, len(headings))
    table.setHorizontalHeaderLabels(list(headings))
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setAlternatingRowColors(True)
    table.setShowGrid(False)
    table.verticalHeader().hide()
    header = table.horizontalHeader()
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
    header.setStretchLastSection(True)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    return table


def _fill(table: QTableWidget, rows: list[tuple[str, ...]]) -> None:
    table.setRowCount(len(rows))
    for line, cells in enumerate(rows):
        for column, words in enumerate(cells):
            item = QTableWidgetItem(words)
            item.setToolTip(words)
            table.setItem(line, column, item)
    table.resizeColumnsToContents()
    for column in range(table.columnCount() - 1):
        table.setColumnWidth(column, min(300, table.columnWidth(column) + 12))
