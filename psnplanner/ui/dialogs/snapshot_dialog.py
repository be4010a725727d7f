"""A snapshot for the board: for whom, as at when, as what kind of file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QWidget

from psnplanner.errors import UserError
from psnplanner.ui.dialogs.form_dialog import FormDialog
from psnplanner.ui.dialogs.new_programme import with_ending
from psnplanner.ui.panels.record_box import day_edit
from psnplanner.ui.wording import from_qdate, to_qdate

AUDIENCES = (
    ("board", "The board"),
    ("internal", "The project team: everything"),
    ("public", "The public: no sensitive site, no money"),
)
KINDS = (
    (".html", "Web page with an interactive map"),
    (".png", "Picture"),
    (".pdf", "PDF"),
    (".svg", "Drawing (SVG)"),
)


class SnapshotDialog(FormDialog):
    """Asks what `Session.snapshot` needs; `out` is set once accepted."""

    def __init__(self, name: str, day: date, parent: QWidget | None = None) -> None:
        super().__init__("Snapshot for the board", "Save…", parent)
        self.out: Path | None = None
        self._stem = f"{name or 'programme'} {day.isoformat()}"
        self.audience, self.kind = QComboBox(), QComboBox()
        for value, words in AUDIENCES:
            self.audience.addItem(words, value)
        for ending, words in KINDS:
            self.kind.addItem(words, ending)
        self.past, self.day = QCheckBox("as it stood on"), day_edit()
        self.day.setDate(to_qdate(day))
        self.day.setEnabled(False)
        self.past.toggled.connect(self.day.setEnabled)
        self.say("One file with the map and the figures; it opens anywhere, with no network.")
        self.form.addRow("&For", self.audience)
        self.form.addRow("&As", self.kind)
        self.form.addRow(self.past, self.day)
        self.accept_form = self._choose

    @property
    def as_at(self) -> date | None:
        """The past day asked for, or None for now."""
        return from_qdate(self.day.date()) if self.past.isChecked() else None

    def _choose(self) -> None:
        ending = self.kind.currentData()
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Where to keep the snapshot", self._stem + ending, f"Snapshot (*{ending})"
        )
        if not chosen:
            raise UserError("No file was chosen.", remedy="Choose where the snapshot is kept.")
        self.out = with_ending(Path(chosen), ending)
