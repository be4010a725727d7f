"""The postcode gazetteer: whether there is one, and adding a release of it by a job."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.programme.edits import plural
from psnplanner.ui import look
from psnplanner.ui.dialogs.form_dialog import FormDialog
from psnplanner.ui.job_bar import JobBar
from psnplanner.ui.jobs import Jobs

FILTER = "OS Code-Point Open (*.zip)"
DOWNLOAD = "https://osdatahub.os.uk/downloads/open/CodePointOpen"
_NONE = (
    "<b>There is no postcode gazetteer yet.</b> Postcodes cannot be put on the map until you add "
    "OS Code-Point Open, the zip as downloaded: free of charge, and kept on this computer."
)


def releases() -> list[Any]:
    """The months of the releases this person has added, latest first."""
    from psnplanner.geography.gazetteer_store import stored

    return [month for month, _path in stored()]


class GazetteerLine(QFrame):
    """Says what there is, and adds a release: off the window's thread, with a way to stop."""

    added = Signal()

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._jobs = jobs
        self._job: Any = None
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.add, self.get = QPushButton("Add the zip…"), QPushButton("Where to get it")
        for button in (self.add, self.get):
            button.setAutoDefault(False)
        self.get.setToolTip(DOWNLOAD)
        self.bar = JobBar()
        line = QHBoxLayout()
        line.addWidget(self.words, 1)
        line.addWidget(self.get)
        line.addWidget(self.add)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.addLayout(line)
        layout.addWidget(self.bar)
        self.add.clicked.connect(self._ask)
        self.get.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(DOWNLOAD)))
        self.refresh()

    @property
    def missing(self) -> bool:
        """Whether no release has been added yet."""
        return not releases()

    def refresh(self) -> None:
        """Say what there is."""
        months = releases()
        held = f"Code-Point Open {', '.join(months)} places postcodes on the map."
        self.words.setText(held if months else _NONE)

    def _ask(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "OS Code-Point Open", "", FILTER)
        if chosen:
            self.add_zip(Path(chosen))

    def add_zip(self, path: Path) -> None:
        """Add a release from the publisher's zip."""

        def work(progress: Any) -> Any:
            from psnplanner.geography.gazetteer import add_release

            def told(done: int, of: int) -> None:
                progress(done / max(1, of), "Reading the postcodes")

            return add_release(path, told)

        self.add.setEnabled(False)
        self._job = self._jobs.start(
            "Reading the postcodes", work, self._done, self._refuse, quiet=True
        )
        self._job.ended.connect(lambda: self.add.setEnabled(True))
        self.bar.watch(self._job)

    def _done(self, release: Any) -> None:
        self.refresh()
        self.words.setText(f"{release.title}: {plural(release.postcodes, 'postcode')} added.")
        self.added.emit()

    def _refuse(self, error: UserError) -> None:
        from html import escape

        ink = look.colour("danger").name()
        self.words.setText(f"<span style='color:{ink}'>{escape(str(error))}</span>")

    def stop(self) -> None:
        """Cancel what is under way."""
        if self._job is not None and not self.add.isEnabled():
            self._job.cancel()


class GazetteerDialog(FormDialog):
    """The gazetteer by itself, from the File menu."""

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__("Postcode gazetteer", "Close", parent)
        self.setMinimumWidth(620)
        self.buttons.button(self.buttons.StandardButton.Cancel).hide()
        self.say(
            "Each person's own copy of OS Code-Point Open turns postcodes into places, with no "
            "network. Several releases may be kept: older ones know postcodes that have ended."
        )
        self.line = GazetteerLine(jobs)
        self.form.addRow(self.line)
        self.finished.connect(self.line.stop)
