"""Export the sites for other programs: as what, where to; written whole or not at all."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QComboBox,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.programme.edits import plural
from psnplanner.ui import look
from psnplanner.ui.dialogs.form_dialog import FormDialog
from psnplanner.ui.job_bar import JobBar
from psnplanner.ui.jobs import Job, Jobs
from psnplanner.ui.settings import settings

FORMATS = (
    (".xlsx", "Excel workbook", "Formatted and filterable; references and UPRNs stay text."),
    (".csv", "CSV", "Plain text in UTF-8, for any program."),
    (".geojson", "GeoJSON", "Points with all columns, for web maps and any GIS."),
    (".gpkg", "GeoPackage", "A layer of points with all columns, for QGIS and ArcGIS."),
    (".kml", "KML", "Points for Google Earth."),
    (".shp", "Shapefile", "Several files; its column names are cut to ten letters."),
    (".zip", "Shapefile, zipped", "The same as one file, to send."),
)
"""Each format's ending, name, and what it is good for."""


class ExportDialog(FormDialog):
    """Asks what `Session.export` needs, and says how many sites were written."""

    def __init__(self, session: Any, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__("Export the sites", "Export", parent)
        self._session, self._jobs = session, jobs
        self._job: Job | None = None
        self._agreed: Path | None = None
        self.setMinimumWidth(600)
        count = len(session.state.sites)
        self.say(
            f"All {plural(count, 'site')} of the programme, with every column. Exported and "
            "imported again, a list changes nothing."
        )
        self.format, self.meaning = QComboBox(), QLabel()
        self.meaning.setObjectName("faint")
        self.meaning.setWordWrap(True)
        for ending, words, meaning in FORMATS:
            self.format.addItem(f"{words} (*{ending})", (ending, meaning))
        self.path, self.choose = QLineEdit(), QPushButton("C&hoose…")
        self.path.setAccessibleName("File to write")
        self.choose.setAutoDefault(False)
        where = QHBoxLayout()
        where.addWidget(self.path, 1)
        where.addWidget(self.choose)
        self.said, self.bar = QLabel(), JobBar()
        self.said.setWordWrap(True)
        self.folder = QPushButton("Show the &folder")
        self.folder.setAutoDefault(False)
        self.folder.hide()
        self.form.addRow("&As", self.format)
        self.form.addRow("", self.meaning)
        to = QLabel("&To")
        to.setBuddy(self.path)
        self.form.addRow(to, where)
        self.form.addRow(self.said)
        beside = QHBoxLayout()
        beside.addWidget(self.folder)
        beside.addStretch(1)
        self.form.addRow(beside)
        self.form.addRow(self.bar)
        self._connect()
        self.path.setText(str(_usual(session)))
        self._format_chosen()

    def _connect(self) -> None:
        self.format.currentIndexChanged.connect(self._format_chosen)
        self.path.textEdited.connect(self._typed)
        self.choose.clicked.connect(self._ask)
        self.folder.clicked.connect(self._show_folder)
        # The dialog stays to say how it went: Export is no acceptance.
        self.buttons.accepted.disconnect()
        self.buttons.accepted.connect(self.export)

    @property
    def out(self) -> Path:
        """The file to be written."""
        return Path(self.path.text().strip().strip('"'))

    def _format_chosen(self) -> None:
        ending, meaning = self.format.currentData()
        self.meaning.setText(meaning)
        if self.path.text().strip():
            self.path.setText(str(self.out.with_suffix(ending)))

    def _typed(self) -> None:
        """The ending that is typed chooses the format."""
        endings = [ending for ending, *_ in FORMATS]
        typed = self.out.suffix.lower()
        if typed in endings:
            self.format.setCurrentIndex(endings.index(typed))

    def _ask(self) -> None:
        ending, _ = self.format.currentData()
        words = self.format.currentText().partition(" (")[0]
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Export to", str(self.out), f"{words} (*{ending})"
        )
        if chosen:
            path = Path(chosen)
            self._agreed = path if path.suffix else path.with_suffix(ending)
            self.path.setText(str(self._agreed))

    def export(self) -> None:
        """Write the file, off the window's thread; over another one only if the person agrees."""
        out = self.out
        if not self.path.text().strip():
            self._refuse(UserError("No file is named.", remedy="Choose where to write it."))
        elif out.is_file() and out != self._agreed:
            self._ask_to_overwrite(out)
        else:
            self._write(out)

    def _ask_to_overwrite(self, out: Path) -> None:
        box = QMessageBox(QMessageBox.Icon.Question, "Export the sites",
                          f"{out.name} is there already.", parent=self)  # fmt: skip
        over = box.addButton("Write over it", QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        over.clicked.connect(lambda: self._write(out))
        box.open()

    def _write(self, out: Path) -> None:
        session = self._session
        self.button.setEnabled(False)
        self.folder.hide()
        self.said.clear()
        self._job = self._jobs.start(
            f"Exporting to {out.name}",
            lambda progress: session.export(out, progress),
            lambda count: self._wrote(out, count),
            self._refuse,
            quiet=True,
        )
        self._job.cancelled.connect(lambda: self.said.setText("Cancelled: nothing was written."))
        self._job.ended.connect(self._ended)
        self.bar.watch(self._job)

    def _wrote(self, out: Path, count: int) -> None:
        settings().setValue("export folder", str(out.resolve().parent))
        self._agreed = None
        self.said.setText(f"Wrote {plural(count, 'site')} to {escape(str(out))}.")
        self.folder.show()
        close = self.buttons.button(QDialogButtonBox.StandardButton.Cancel)
        close.setText("Close")
        close.setFocus()

    def _refuse(self, error: UserError) -> None:
        ink = look.colour("danger").name()
        self.said.setText(f"<span style='color:{ink}'>{escape(str(error))}</span>")

    def _ended(self) -> None:
        self._job = None
        self.button.setEnabled(True)

    def _show_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.out.resolve().parent)))

    def done(self, result: int) -> None:
        """Stop what is under way: the file is then as it was."""
        if self._job is not None:
            self._job.cancel()
        super().done(result)


def _usual(session: Any) -> Path:
    kept = str(settings().value("export folder", ""))
    folder = Path(kept) if kept and Path(kept).is_dir() else session.path.resolve().parent
    return folder / f"{session.path.stem} sites {session.today.isoformat()}.xlsx"
