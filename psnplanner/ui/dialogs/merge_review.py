"""What came back from the field, looked at before it is taken in: counts, changes, conflicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QSplitter,
    QTabWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.exchange.merge_report import Report, page
from psnplanner.exchange.merge_told import conflict_told
from psnplanner.programme.edits import plural
from psnplanner.ui import look
from psnplanner.ui.dialogs.conflicts_view import ConflictsView
from psnplanner.ui.dialogs.merge_review_changes import ChangesView
from psnplanner.ui.dialogs.merge_review_map import MergeMap
from psnplanner.ui.dialogs.roomy_tree import RoomyTree
from psnplanner.ui.job_bar import JobBar
from psnplanner.ui.jobs import Job, Jobs
from psnplanner.ui.lasting import lasting
from psnplanner.ui.merge_rehearsal import Performed, Rehearsal, perform, rehearse
from psnplanner.ui.merge_report_file import write_report
from psnplanner.ui.panels.findings_panel import FindingsPanel
from psnplanner.ui.settings import beside
from psnplanner.ui.wording import when

FILES = "What came back (*.psnreturn *.gpkg);;All files (*)"
_CHANGES, _CONFLICTS, _FINDINGS = range(3)


class MergeReview(QDialog):
    """Rehearses the merge on a copy and shows what would come of it; Apply does it."""

    merged = Signal(object)
    """The sites that were touched."""

    def __init__(
        self, session: Any, jobs: Jobs, paths: Iterable[Path], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._jobs = session, jobs
        self._paths: list[Path] = []
        self._job: Job | None = None
        self.rehearsal: Rehearsal | None = None
        self.performed: Performed | None = None
        self._merging = False
        self._trouble = self._note = self._what_was_done = ""
        self.setWindowTitle("Merge what came back")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setSizeGripEnabled(True)
        self.setAcceptDrops(True)
        self.said, self.bar = QLabel(), JobBar()
        self.said.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.files = _files_tree()
        self.changes, self.conflicts = ChangesView(), ConflictsView()
        self.findings, self.map = FindingsPanel(), MergeMap()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        role = QDialogButtonBox.ButtonRole.ActionRole
        self.add = self.buttons.addButton("Add &files…", role)
        self.save = self.buttons.addButton("Save &report…", role)
        self.apply = self.buttons.addButton("&Apply", role)
        self.apply.setProperty("primary", True)
        self._lay_out()
        self._connect()
        self.resize(_fitting(parent))
        _fit_height(self.files)
        self.read(paths)

    def _lay_out(self) -> None:
        for view in (self.changes, self.conflicts, self.findings):
            self.tabs.addTab(view, "")
        self._name_tabs()
        self.middle = QSplitter()
        self.middle.addWidget(self.tabs)
        self.middle.addWidget(self.map)
        self.middle.setStretchFactor(0, 3)
        self.middle.setStretchFactor(1, 1)
        self.middle.setSizes([760, 380])
        self.middle.setChildrenCollapsible(False)
        for button in self.buttons.buttons():
            button.setAutoDefault(False)
        foot = QHBoxLayout()
        foot.addWidget(self.bar, 1)
        foot.addWidget(self.buttons)
        layout = QVBoxLayout(self)
        layout.addWidget(self.said)
        layout.addWidget(self.files)
        layout.addWidget(self.middle, 1)
        layout.addLayout(foot)

    def _connect(self) -> None:
        self.buttons.rejected.connect(self.reject)
        self.add.clicked.connect(self._ask_files)
        self.save.clicked.connect(self._ask_report)
        self.apply.clicked.connect(self.put_in_force)
        self.changes.shown_site.connect(self.map.show_site)
        self.conflicts.shown_site.connect(self.map.show_site)
        self.findings.show_sites.connect(self.map.show_sites)
        self.conflicts.changed.connect(self._refresh)

    # Reading

    def _ask_files(self) -> None:
        chosen, _ = QFileDialog.getOpenFileNames(self, "Merge what came back", beside(), FILES)
        if chosen:
            self.read(map(Path, chosen))

    def read(self, paths: Iterable[Path]) -> None:
        """Look at these files too, all together, in the order in which they were given."""
        self._paths = list(dict.fromkeys([*self._paths, *paths]))
        session, wanted = self._session, list(self._paths)

        def work(progress: Any) -> Rehearsal:
            from psnplanner.ui.site_rows import SiteRows

            with lasting():
                made = rehearse(session, wanted, progress)
                progress(0.95, "Drawing the map")
                made.rows = SiteRows(made.state, session.today)
            return made

        self.said.setText(f"Reading {plural(len(wanted), 'file')}. Nothing is changed by looking.")
        self._begin("Reading what came back", work, self._show)

    def _begin(self, title: str, work: Any, done: Callable[[Any], None]) -> None:
        for button in (self.add, self.save, self.apply):
            button.setEnabled(False)
        self._trouble = self._note = ""
        self._job = self._jobs.start(title, work, done, self._refuse, quiet=True)
        self._job.ended.connect(self._ended)
        self.bar.watch(self._job)

    def _ended(self) -> None:
        self._job, self._merging = None, False
        self._refresh()

    def _refuse(self, error: UserError) -> None:
        self._trouble = str(error)

    def _say(self, words: str, ink: str = "text") -> None:
        palette = self.said.palette()
        palette.setColor(self.said.foregroundRole(), look.colour(ink))
        self.said.setPalette(palette)
        self.said.setText(words)

    # What would come of it

    def _show(self, rehearsal: Rehearsal) -> None:
        self.rehearsal = rehearsal
        self.files.clear()
        for coming in rehearsal.files:
            cells = [coming.path.name, coming.whose, coming.counts, coming.news]
            item = QTreeWidgetItem(cells)
            item.setToolTip(0, str(coming.path))
            item.setToolTip(3, str(coming.refused) if coming.refused else coming.news)
            if coming.refused is not None:
                for column in (2, 3):
                    item.setForeground(column, look.colour("danger"))
            self.files.addTopLevelItem(item)
        _fit_height(self.files)
        self.changes.show_told(rehearsal.told)
        self.conflicts.show_conflicts(
            rehearsal.conflicts,
            rehearsal.state,
            lambda conflict, n: tuple(conflict.heads[n].stamp) in rehearsal.theirs,
        )
        self.findings.show_findings(rehearsal.findings)
        if not rehearsal.findings:
            self.findings.empty.setText("Nothing new needs attention after this merge.")
        self.map.show_rehearsal(rehearsal)
        self._name_tabs()
        if rehearsal.conflicts:
            self.tabs.setCurrentIndex(_CONFLICTS)
        self._refresh()

    def _name_tabs(self) -> None:
        made = self.rehearsal
        counts = (len(made.told), len(made.conflicts), len(made.findings)) if made else (0, 0, 0)
        for tab, (words, count) in enumerate(
            zip(("Changes", "Conflicts", "New findings"), counts, strict=True)
        ):
            self.tabs.setTabText(tab, f"{words} ({count:,})" if count else words)

    def _refresh(self) -> None:
        """Which buttons can be used, and what is said above, as things stand."""
        made, idle = self.rehearsal, self._job is None
        if not idle:
            return
        brings = sum(coming.brings for coming in made.files) if made else 0
        self.add.setEnabled(self.performed is None)
        self.save.setEnabled(made is not None)
        self.apply.setEnabled(brings > 0 and self.performed is None)
        self.apply.setText(f"&Apply {plural(brings, 'file')}" if brings else "&Apply")
        ink = "danger" if self._trouble else "text"
        if self.performed is not None:
            words, ink = self._what_was_done, "danger" if self.performed.refused else "good"
        else:
            words = self._summary(made, brings) if made else "Nothing was read."
        self._say(" ".join(filter(None, (words, self._note, self._trouble))), ink)

    def _summary(self, made: Rehearsal, brings: int) -> str:
        refused = sum(coming.refused is not None for coming in made.files)
        decided, count = len(self.conflicts.decisions), len(made.conflicts)
        said = [f"{plural(brings, 'file brings', 'files bring')} something new."]
        if refused:
            said.append(f"{plural(refused, 'file is', 'files are')} refused and merges nothing.")
        if count:
            said.append(f"{decided:,} of {plural(count, 'conflict')} decided; what is left open "
                        "stays in the list of conflicts.")  # fmt: skip
        if brings:
            said.append("Nothing is changed until you press Apply.")
        return " ".join(said)

    # Doing it

    def put_in_force(self) -> None:
        """Merge a transaction a file, then settle what is decided in one more."""
        session, rehearsal = self._session, self.rehearsal
        assert rehearsal is not None
        chosen = dict(self.conflicts.decisions)

        def work(progress: Any) -> Performed:
            with lasting():
                return perform(session, rehearsal, chosen, progress)

        self._merging = True
        self._begin("Merging", work, self._done)
        self.bar.cancel.hide()  # each file is merged whole; what has begun is finished

    def _done(self, performed: Performed) -> None:
        self.performed = performed
        assert self.rehearsal is not None
        changes = sum(merged.events for _, merged in performed.merged)
        said = [f"Merged {plural(changes, 'change')} of {plural(len(performed.merged), 'file')}."]
        said += [f"{path.name} was refused: {error}" for path, error in performed.refused]
        if performed.settled:
            said.append(f"Settled {plural(performed.settled, 'conflict')}.")
        if performed.open:
            said.append(f"{plural(performed.open, 'conflict')} left to settle: File › Conflicts.")
        said.append("Undo takes back one after the other.")
        self._what_was_done = " ".join(said)
        for place, coming in enumerate(self.rehearsal.files):
            if any(path == coming.path for path, _ in performed.merged):
                self.files.topLevelItem(place).setText(3, "Merged.")
        self.conflicts.setEnabled(False)
        self.apply.hide()
        self.add.hide()
        self.bar.cancel.show()
        close = self.buttons.button(QDialogButtonBox.StandardButton.Cancel)
        close.setText("Close")
        close.setFocus()
        self.merged.emit(self.rehearsal.sites)

    # The report

    def _ask_report(self) -> None:
        name = f"merge {self._session.today.isoformat()}.pdf"
        folder = self._paths[0].parent if self._paths else Path()
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Save the report", str(folder / name), "PDF (*.pdf);;Web page (*.html)"
        )
        if chosen:
            self.save_report(Path(chosen))

    def save_report(self, out: Path) -> None:
        """Write the report: a web page, or a PDF by the file's ending."""
        text = page(self.report())
        self._begin("Writing the report", lambda _: write_report(out, text),
                    lambda _: self._wrote(out))  # fmt: skip

    def _wrote(self, out: Path) -> None:
        self._note = f"Wrote {out}."

    def report(self) -> Report:
        """What the report tells, as things stand."""
        made = self.rehearsal
        assert made is not None
        state = self._session.state
        done = "Merged" if self.performed else "Looked at, not merged yet"
        now = when(datetime.now().astimezone())
        return Report(
            state.programme.name,
            f"{done} on {now} by {self._session.author}, into {self._session.path.name}.",
            [(c.path.name, c.whose, f"{c.counts}: {c.news}") for c in made.files],
            made.told,
            [
                (conflict_told(made.state, item), tuple(head.author for head in item.heads),
                 self.conflicts.words_of(item))
                for item in made.conflicts
            ],
            [finding.sentence for finding in made.findings],
        )  # fmt: skip

    # Coming and going

    def dragEnterEvent(self, event: Any) -> None:
        if self.performed is None and dropped(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: Any) -> None:
        event.acceptProposedAction()
        self.read(dropped(event.mimeData()))

    def done(self, result: int) -> None:
        """Stop looking; while it merges, the dialog stays to say how it went."""
        if self._merging:
            return
        if self._job is not None:
            self._job.cancel()
        super().done(result)


def dropped(data: Any) -> list[Path]:
    """The files of a drop that can be merged; none if any of them cannot."""
    found = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    fits = all(path.suffix.casefold() in (".psnreturn", ".gpkg") for path in found)
    return found if fits else []


def _files_tree() -> RoomyTree:
    headings = ("File", "Whose", "Arrived", "What comes of it")
    tree = RoomyTree("Files that came back", headings, (210, 130, 270))
    tree.setRootIsDecorated(False)
    return tree


def _fit_height(tree: RoomyTree) -> None:
    """As tall as its rows, of which five are seen at once."""
    count = tree.topLevelItemCount()
    row = tree.sizeHintForRow(0) if count else tree.fontMetrics().height() + 8
    tree.setFixedHeight(tree.header().sizeHint().height() + row * min(5, max(1, count)) + 6)


def _fitting(parent: QWidget | None) -> QSize:
    room = parent.size() if parent is not None else QSize(1366, 768)
    return QSize(min(1280, room.width() - 60), min(820, room.height() - 50))
