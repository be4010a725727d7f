"""Where places come from: the postcode gazetteer and the UPRN table, added by a job."""

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
UPRN_FILTER = "OS Open UPRN (*.zip *.csv)"
UPRN_DOWNLOAD = "https://osdatahub.os.uk/downloads/open/OpenUPRN"
_NONE = (
    "<b>There is no postcode gazetteer yet.</b> Postcodes cannot be put on the map until you add "
    "OS Code-Point Open, the zip as downloaded: free of charge, and kept on this computer."
)
_NO_UPRNS = (
    "No UPRN table. OS Open UPRN (free, 40 million places) puts a building with a UPRN where it "
    "stands, not in the middle of its postcode."
)


def releases() -> list[Any]:
    """The months of the releases this person has added, latest first."""
    from psnplanner.geography.gazetteer_store import stored

    return [month for month, _path in stored()]


class SourceLine(QFrame):
    """Says what there is, and adds to it: off the window's thread, with a way to stop."""

    added = Signal()
    TITLE, FILTER, DOWNLOAD, ADD = "", "", "", "Add…"

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: Any = None
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.add, self.get = QPushButton(self.ADD), QPushButton("Where to get it")
        for button in (self.add, self.get):
            button.setAutoDefault(False)
        self.add.setAccessibleName(f"Add {self.TITLE}")
        self.get.setAccessibleName(f"Where to get {self.TITLE}")
        self.get.setToolTip(self.DOWNLOAD)
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
        self.get.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(self.DOWNLOAD)))
        self.refresh()

    def held(self) -> str:
        """What there is, in words."""
        raise NotImplementedError

    def take(self, path: Path, told: Any) -> str:
        """Add a file, telling `told(done, of)`, and say what was added; in a job."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Say what there is."""
        self.words.setText(self.held())

    def _ask(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, self.TITLE, "", self.FILTER)
        if chosen:
            self.add_zip(Path(chosen))

    def add_zip(self, path: Path) -> None:
        """Add the publisher's file."""

        def work(progress: Any) -> str:
            return self.take(
                path, lambda done, of: progress(done / max(1, of), f"Reading {self.TITLE}")
            )

        self.add.setEnabled(False)
        title = f"Reading {self.TITLE}"
        self._job = self._jobs.start(title, work, self._done, self._refuse, quiet=True)
        self._job.ended.connect(lambda: self.add.setEnabled(True))
        self.bar.watch(self._job)

    def _done(self, said: str) -> None:
        self.refresh()
        self.words.setText(said)
        self.added.emit()

    def _refuse(self, error: UserError) -> None:
        from html import escape

        ink = look.colour("danger").name()
        self.words.setText(f"<span style='color:{ink}'>{escape(str(error))}</span>")

    def stop(self) -> None:
        """Cancel what is under way."""
        if self._job is not None and not self.add.isEnabled():
            self._job.cancel()


class GazetteerLine(SourceLine):
    """OS Code-Point Open: several releases may stand side by side."""

    TITLE, FILTER, DOWNLOAD, ADD = "OS Code-Point Open", FILTER, DOWNLOAD, "Add the zip…"

    @property
    def missing(self) -> bool:
        """Whether no release has been added yet."""
        return not releases()

    def held(self) -> str:
        """The months of the releases there are."""
        self._mark()
        months = releases()
        held = f"Code-Point Open {', '.join(months)} places postcodes on the map."
        return held if months else _NONE

    def _mark(self) -> None:
        self.setObjectName("banner" if self.missing else "")
        self.style().unpolish(self)
        self.style().polish(self)

    def take(self, path: Path, told: Any) -> str:
        """Add a release from the publisher's zip."""
        from psnplanner.geography.gazetteer import add_release

        release = add_release(path, told)
        return f"{release.title}: {plural(release.postcodes, 'postcode')} added."


class UprnLine(SourceLine):
    """OS Open UPRN: one table, replaced by the next."""

    TITLE, FILTER, DOWNLOAD = "OS Open UPRN", UPRN_FILTER, UPRN_DOWNLOAD

    def held(self) -> str:
        """How many UPRNs have a place."""
        from psnplanner.geography.uprn import UprnTable

        try:
            count = len(UprnTable.open())
        except UserError as error:
            return str(error)
        return f"{count:,} UPRNs place buildings where they stand." if count else _NO_UPRNS

    def take(self, path: Path, told: Any) -> str:
        """Add the publisher's zip, or any table of UPRNs and places."""
        from psnplanner.geography.uprn import add_table

        return f"{plural(add_table(path, told), 'UPRN')} added."


class GazetteerDialog(FormDialog):
    """The gazetteer by itself, from the File menu."""

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__("Postcode gazetteer", "Close", parent)
        self.setMinimumWidth(620)
        self.buttons.button(self.buttons.StandardButton.Cancel).hide()
        self.say(
            "Each person's own copy of OS Code-Point Open turns postcodes into places, with no "
            "network. Several releases may be kept: older ones know postcodes that have ended. "
            "OS Open UPRN does the same for unique property reference numbers."
        )
        self.line, self.uprns = GazetteerLine(jobs), UprnLine(jobs)
        self.form.addRow(self.line)
        self.form.addRow(self.uprns)
        self.finished.connect(self.line.stop)
        self.finished.connect(self.uprns.stop)
