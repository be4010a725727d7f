"""Import a list of sites, step by step: nothing changes until Import is pressed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QMessageBox,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.programme.edits import plural
from psnplanner.ui import messages
from psnplanner.ui.dialogs.import_alike_page import AlikePage
from psnplanner.ui.dialogs.import_columns_page import ColumnsPage
from psnplanner.ui.dialogs.import_decisions import LATER, Decisions
from psnplanner.ui.dialogs.import_finish_page import FinishPage, shown_on_map
from psnplanner.ui.dialogs.import_list_page import ListPage, dropped_list
from psnplanner.ui.dialogs.import_reader import ListReader, Unread
from psnplanner.ui.dialogs.import_rows import ListRows
from psnplanner.ui.dialogs.import_rows_page import RowsPage
from psnplanner.ui.dialogs.import_summary import does_anything
from psnplanner.ui.job_bar import JobBar
from psnplanner.ui.jobs import Job, Jobs
from psnplanner.ui.lasting import lasting

LIST, COLUMNS, ROWS, ALIKE, IMPORT = range(5)
STEPS = ("List", "Columns", "Rows", "Look-alikes", "Import")


class ImportDialog(QDialog):
    """Five steps that can be walked to and fro; one transaction, one undo."""

    def __init__(
        self,
        session: Any,
        jobs: Jobs,
        parent: QWidget | None = None,
        show_sites: Callable[[list[bytes]], None] | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._jobs, self._show_sites = session, jobs, show_sites
        self._job: Job | None = None
        self._made: Any = None
        self.setWindowTitle("Import a list of sites")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setSizeGripEnabled(True)
        self.setAcceptDrops(True)
        self.reader = ListReader(session, jobs, self)
        self.decisions = Decisions()
        self.list_page = ListPage(self.reader, jobs)
        self.columns_page = ColumnsPage(self.reader)
        self.rows_page = RowsPage(self.reader)
        self.alike_page = AlikePage(self.decisions)
        self.finish_page = FinishPage(self.decisions)
        self.pages = (
            self.list_page, self.columns_page, self.rows_page, self.alike_page, self.finish_page,
        )  # fmt: skip
        self.steps, self.stack, self.bar = QTabBar(), QStackedWidget(), JobBar()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        role = QDialogButtonBox.ButtonRole.ActionRole
        self.back = self.buttons.addButton("‹ &Back", role)
        self.next = self.buttons.addButton("&Next ›", role)
        self._lay_out()
        self._connect()
        self._show(None)
        self.resize(_fitting(parent))

    # Building

    def _lay_out(self) -> None:
        self.steps.setAccessibleName("Steps of the import")
        self.steps.setExpanding(False)
        self.steps.setDrawBase(False)
        for number, words in enumerate(STEPS, 1):
            self.steps.addTab(f"{number}  {words}")
        for page in self.pages:
            self.stack.addWidget(page)
        self.next.setProperty("primary", True)
        self.next.setDefault(False)
        for button in self.buttons.buttons():
            button.setAutoDefault(False)  # Enter belongs to the cell being mended
        foot = QHBoxLayout()
        foot.addWidget(self.bar, 1)
        foot.addWidget(self.buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 6, 14, 12)
        layout.addWidget(self.steps)
        layout.addWidget(self.stack, 1)
        layout.addLayout(foot)

    def _connect(self) -> None:
        self.reader.begun.connect(self._reading)
        self.reader.read.connect(self._show)
        self.reader.not_known.connect(self._not_known)
        self.reader.refused.connect(self._refused)
        self.reader.stopped.connect(self._stopped)
        self.list_page.wanted.connect(self.read)
        self.rows_page.save_wanted.connect(self.save_problem_rows)
        self.alike_page.changed.connect(self._tell_steps)
        self.finish_page.save_wanted.connect(self.rows_page.save.click)
        self.finish_page.undo_wanted.connect(self.undo_import)
        self.finish_page.show_wanted.connect(self._show_on_map)
        self.finish_page.another_wanted.connect(self._another)
        self.steps.currentChanged.connect(self._go)
        self.buttons.rejected.connect(self.reject)
        self.back.clicked.connect(lambda: self.steps.setCurrentIndex(self.step - 1))
        self.next.clicked.connect(self._forward)
        for keys, by in (("Ctrl+PgDown", 1), ("Ctrl+PgUp", -1)):
            QShortcut(QKeySequence(keys), self).activated.connect(lambda by=by: self._walk(by))

    # Walking

    @property
    def step(self) -> int:
        """The step that is shown, from 0."""
        return self.stack.currentIndex()

    def _walk(self, by: int) -> None:
        wanted = self.step + by
        if 0 <= wanted < len(STEPS) and self.steps.isTabEnabled(wanted):
            self.steps.setCurrentIndex(wanted)

    def _go(self, step: int) -> None:
        self.stack.setCurrentIndex(step)
        if step == IMPORT and self._made is None:
            self.finish_page.show_rows(self.reader.rows)
        self._tell_steps()

    def _forward(self) -> None:
        if self.step == IMPORT:
            self.import_now()
        elif not (self.step == LIST and self.list_page.read_typed()):
            self._walk(1)

    def _tell_steps(self) -> None:
        rows, free = self.reader.rows, self._made is None
        for step, words in enumerate(STEPS):
            self.steps.setTabText(step, f"{step + 1}  {words}{_more(step, rows, self.decisions)}")
            seen = LIST if self.reader.unread is None else COLUMNS
            allowed = step <= seen if rows is None else True
            self.steps.setTabEnabled(step, allowed if free else step == IMPORT)
        last = self.step == IMPORT
        todo = rows is not None and does_anything(rows, self.decisions) if last else True
        self.back.setVisible(free)
        self.back.setEnabled(self.step > LIST and self._job is None)
        self.next.setVisible(free)
        self.next.setText("&Import" if last else "&Next ›")
        ready = rows is not None and not (last and self.reader.busy)
        self.next.setEnabled(self._job is None and todo and (ready or self.step == LIST))

    # Reading

    def read(self, path: Path) -> None:
        """Read a list and show what would happen."""
        self.list_page.path.setText(str(path))
        self._made = None
        self.reader.open(path)
        self._show(None)

    def _reading(self, job: Job) -> None:
        self.bar.watch(job)
        self._tell_steps()

    def _show(self, rows: ListRows | None) -> None:
        for page in self.pages[:IMPORT]:
            page.show_rows(rows)
        if self.step == IMPORT or rows is None:
            self.finish_page.show_rows(rows)
        if rows is None:
            self.steps.setCurrentIndex(LIST)
        self._tell_steps()

    def _not_known(self, table: Unread) -> None:
        """Nothing tells of buildings: another sheet can be chosen, or the columns be named."""
        step = self.step
        self._show(None)
        for page in (self.list_page, self.columns_page):
            page.show_rows(table)
            page.refuse(table.error)
        self._tell_steps()
        self.steps.setCurrentIndex(min(step, COLUMNS))

    def _refused(self, error: UserError) -> None:
        if self.reader.unread is not None:
            self._not_known(self.reader.unread)
        else:
            self._show(self.reader.rows)
        self.list_page.refuse(error)
        self.steps.setCurrentIndex(LIST)
        self._tell_steps()

    def _stopped(self) -> None:
        if self.reader.rows is not None:
            self._show(self.reader.rows)
        elif self.reader.unread is not None:
            self._not_known(self.reader.unread)
        self._tell_steps()

    def save_problem_rows(self, path: Path) -> None:
        """Write the rows with problems to a workbook for the list's owner."""
        session, preview = self._session, self.reader.preview

        def told(count: int) -> None:
            messages.tell(
                self, f"Saved {plural(count, 'row')} to mend in {path.name}.",
                "The first column says what to mend. Mended, it imports like any list.",
            )  # fmt: skip

        self.bar.watch(
            self._jobs.start(
                "Saving the rows to mend",
                lambda progress: session.write_problem_rows(preview, path),
                told,
                lambda error: messages.show_error(self, error),
                quiet=True,
            )
        )

    # Importing

    def import_now(self) -> None:
        """Make the edit, off the window's thread: whole or not at all."""
        rows = self.reader.rows
        if rows is None or self.reader.busy or self._job is not None:
            return
        session, settled = self._session, self.decisions.settlements()
        edit = rows.preview.edit_with(settled)

        def work(progress: Any) -> Any:
            with lasting():
                return session.do(edit, progress=progress)

        self._start("Importing", work, self._done)

    def undo_import(self) -> None:
        """Take the import back."""
        session, key = self._session, self._made.key

        def work(progress: Any) -> Any:
            with lasting():
                return session.undo(key)

        self._start("Taking the import back", work, self._undone)

    def _start(self, title: str, work: Callable[[Any], Any], done: Callable[[Any], None]) -> None:
        job = self._jobs.start(title, work, done, self.finish_page.refuse, quiet=True)
        self._job = job
        job.cancelled.connect(self.finish_page.stopped)
        job.ended.connect(self._ended)
        self.bar.watch(job)
        self._tell_steps()

    def _ended(self) -> None:
        self._job = None
        self._tell_steps()

    def _done(self, made: Any) -> None:
        rows = self.reader.rows
        if made is None or rows is None:
            self.finish_page.show_rows(rows)
            return
        self._made = made
        self.finish_page.show_done(rows, len(self._session.state.sites), made.label)
        if self._job is not None and self._job.stopping:
            self.finish_page.too_late()

    def _undone(self, _made: Any) -> None:
        self.finish_page.show_undone(len(self._session.state.sites))

    def _show_on_map(self) -> None:
        rows = self.reader.rows
        if rows is not None and self._show_sites is not None:
            wanted = shown_on_map(rows, self._session.state.sites)
            self.done(QDialog.DialogCode.Accepted)
            self._show_sites(wanted)

    def _another(self) -> None:
        self._made = None
        self.reader.close()
        self.reader.path = None
        self.list_page.path.clear()
        self._show(None)
        self.list_page.path.setFocus()

    # Coming and going

    def dragEnterEvent(self, event: Any) -> None:
        if self._made is None and dropped_list(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: Any) -> None:
        path = dropped_list(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.read(path)

    def reject(self) -> None:
        work = self.reader.mended + sum(
            count for decision, count in self.decisions.made.items() if decision != LATER
        )
        if self._made is None and work:
            self._ask_to_leave()
        else:
            self.done(QDialog.DialogCode.Rejected)

    def _ask_to_leave(self) -> None:
        box = QMessageBox(QMessageBox.Icon.Question, "Import a list of sites",
                          "Close without importing?", parent=self)  # fmt: skip
        box.setInformativeText("What you mended and decided here would be lost.")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        leave = box.addButton("Close without importing", QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton("Stay", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        leave.clicked.connect(lambda: self.done(QDialog.DialogCode.Rejected))
        box.open()

    def closeEvent(self, event: Any) -> None:
        # The window's own close means what Close means; a programme that goes takes it along.
        if event.spontaneous():
            event.ignore()
            self.reject()
        else:
            self.done(QDialog.DialogCode.Rejected)
            event.accept()

    def done(self, result: int) -> None:
        """Let go of the list and of what is under way."""
        if self._job is not None:
            self._job.cancel()
        self.list_page.gazetteer.stop()
        self.list_page.uprns.stop()
        for page in self.pages:
            page.show_rows(None)
        self.reader.close()
        super().done(result)


def _more(step: int, rows: ListRows | None, decisions: Decisions) -> str:
    """What a step's tab says beside its name."""
    if rows is None:
        return ""
    if step == ROWS:
        troubled = rows.severities["error"]
        return f" ({len(rows.rows):,}" + (f", {plural(troubled, 'error')})" if troubled else ")")
    if step == ALIKE and decisions.groups:
        later = decisions.made.get(LATER, 0)
        return f" ({later:,} to decide)" if later else " (decided)"
    return ""


def _fitting(parent: QWidget | None) -> QSize:
    """Nearly all of the window it stands on: there is much to see."""
    room = parent.window().size() if parent else QSize(1366, 768)
    return QSize(min(1500, room.width() - 60), min(960, room.height() - 40))
