"""Import a list: what was recognised, what would happen, what is wrong; then do it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.programme.edits import plural
from psnplanner.ui import look
from psnplanner.ui.dialogs.gazetteer_line import GazetteerLine
from psnplanner.ui.dialogs.problems_view import ProblemsView, fill_table, plain_table
from psnplanner.ui.job_bar import JobBar
from psnplanner.ui.jobs import Jobs

FILTER = "Site lists (*.csv *.tsv *.txt *.xlsx *.xls *.ods);;All files (*)"


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
        self.gazetteer = GazetteerLine(jobs)
        self.gazetteer.setVisible(self.gazetteer.missing)
        self.columns = plain_table(("Heading in the list", "Taken as", "Recognised"))
        self.columns.setAccessibleName("Columns of the list")
        self.problems = ProblemsView()
        self.tabs = QTabWidget()
        self.bar = JobBar()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.button = self.buttons.addButton("Import", QDialogButtonBox.ButtonRole.ActionRole)
        self.choose.setAutoDefault(False)
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
        layout.addWidget(self.gazetteer)
        layout.addWidget(self.counts)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self.bar)
        layout.addWidget(self.buttons)

    def _connect(self) -> None:
        self.choose.clicked.connect(self._ask_path)
        self.path.returnPressed.connect(self._read_typed)
        self.gazetteer.added.connect(self._read_again)
        self.finished.connect(self.gazetteer.stop)
        self.buttons.rejected.connect(self.reject)
        self.button.clicked.connect(self.import_now)

    def _ask_path(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "List of sites", self.path.text(), FILTER)
        if chosen:
            self.read(Path(chosen))

    def _read_typed(self) -> None:
        if self.path.text().strip():
            self.read(Path(self.path.text().strip()))

    def _read_again(self) -> None:
        # What had no place a moment ago may have one now.
        if self._preview is not None:
            self._read_typed()

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
        fill_table(self.columns, _column_cells(report))
        problems = report["problems"]
        self.problems.show_problems(problems)
        self.tabs.setTabText(1, f"Problems ({len(problems):,})")
        if report["problems_by_severity"]["error"]:
            self.tabs.setCurrentWidget(self.problems)
        todo = report["added"] + report["updated"]
        self.button.setEnabled(todo > 0)
        self.button.setText(f"Import {plural(todo, 'site')}" if todo else "Nothing to import")
        (self.button if todo else self.path).setFocus()

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


_BY = {"heading": "by its heading", "content": "by what is in it", "you": "as you said"}


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


def _column_cells(report: dict[str, Any]) -> list[tuple[str, ...]]:
    sure = [
        (heading, found["field"], _BY.get(found["by"], found["by"]))
        for heading, found in report["columns"].items()
    ]
    kept = [(str(h), "kept as written", "") for h in report["columns_kept_as_written"]]
    return sure + kept
