"""Write the photographs into a folder: where to, and for whom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.programme.edits import plural
from psnplanner.programme.issued import AUDIENCES, INTERNAL
from psnplanner.ui import look
from psnplanner.ui.job_bar import JobBar
from psnplanner.ui.jobs import Job, Jobs

_FOR = {
    INTERNAL: ("Our own work", "All of them as they were taken, with the day and place that the "
               "camera noted. Each is named by its site and day."),
    "board": ("The board", "Without the photographs of sensitive sites, and without what the "
              "camera noted: day, place, make, owner."),
    "public": ("The public", "Without the photographs of sensitive sites, and without what the "
               "camera noted. Look through them for faces and number plates before you publish."),
}  # fmt: skip


class PhotographsDialog(QDialog):
    """Asks what `Session.export_photographs` needs, and writes them in a job."""

    def __init__(self, session: Any, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._jobs = session, jobs
        self._job: Job | None = None
        self._written: Path | None = None
        self.setWindowTitle("Export photographs")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.audience, self.words = QComboBox(), QLabel()
        self.path, self.choose, self.said = QLineEdit(), QPushButton("C&hoose…"), QLabel()
        self.bar = JobBar()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        role = QDialogButtonBox.ButtonRole.ActionRole
        self.folder = self.buttons.addButton("Show the &folder", role)
        self.write = self.buttons.addButton("&Export", role)
        self._lay_out()
        self.audience.currentIndexChanged.connect(self._refresh)
        self.path.textChanged.connect(self._refresh)
        self.choose.clicked.connect(self._ask)
        self.write.clicked.connect(self.start)
        self.folder.clicked.connect(self._show_folder)
        self.buttons.rejected.connect(self.reject)
        usual = session.path.with_name(f"{session.path.stem} photographs")
        self.path.setText(str(usual))
        self.resize(560, 220)

    def _lay_out(self) -> None:
        for audience in AUDIENCES:
            self.audience.addItem(_FOR[audience][0], audience)
        self.audience.setAccessibleName("For whom")
        self.path.setAccessibleName("Folder")
        self.words.setObjectName("faint")
        for label in (self.words, self.said):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.write.setProperty("primary", True)
        self.write.setDefault(True)
        self.folder.hide()
        self.choose.setAutoDefault(False)
        where = QHBoxLayout()
        where.addWidget(self.path, 1)
        where.addWidget(self.choose)
        form = QFormLayout()
        form.addRow("&For", self.audience)
        form.addRow("", self.words)
        into = QLabel("&Into")
        into.setBuddy(self.path)
        form.addRow(into, where)
        foot = QHBoxLayout()
        foot.addWidget(self.bar, 1)
        foot.addWidget(self.buttons)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.said)
        layout.addStretch(1)
        layout.addLayout(foot)

    def _refresh(self) -> None:
        audience = self.audience.currentData()
        self.words.setText(_FOR[audience][1])
        state = self._session.state
        sites = [state.sites.get(p.site or b"") for p in state.photographs.values()]
        sites = [site for site in sites if site is not None]
        taken = [site for site in sites if audience == INTERNAL or not site.sensitive]
        left = len(sites) - len(taken)
        said = plural(len(taken), "photograph") + (f"; {left:,} left out" if left else "")
        self._say(said + "." if sites else "There is no photograph in this programme yet.")
        free = self._job is None and bool(taken) and bool(self.path.text().strip())
        self.write.setEnabled(free)

    def _say(self, words: str, ink: str = "text") -> None:
        palette = self.said.palette()
        palette.setColor(self.said.foregroundRole(), look.colour(ink))
        self.said.setPalette(palette)
        self.said.setText(words)

    def _ask(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Export photographs into", self.path.text())
        if chosen:
            self.path.setText(chosen)

    def start(self) -> None:
        """Write them, off the window's thread."""
        session, audience = self._session, self.audience.currentData()
        folder = Path(self.path.text().strip().strip('"'))

        def work(progress: Any) -> int:
            count: int = session.export_photographs(folder, progress, audience=audience)
            return count

        def done(count: int) -> None:
            self._written = folder
            self._say(f"Wrote {plural(count, 'photograph')} into {folder}.")
            self.folder.show()
            self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText("Close")

        self.write.setEnabled(False)
        self._job = self._jobs.start("Exporting photographs", work, done, self._refuse, quiet=True)
        self._job.ended.connect(self._ended)
        self.bar.watch(self._job)

    def _ended(self) -> None:
        self._job = None
        self.write.setEnabled(self._written is None)

    def _refuse(self, error: UserError) -> None:
        self._say(str(error), "danger")

    def _show_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._written)))
