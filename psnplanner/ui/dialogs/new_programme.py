"""New programme: its name, its dates, and where its file goes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from psnplanner.errors import UserError
from psnplanner.programme.state import Programme
from psnplanner.ui.dialogs.form_dialog import FormDialog
from psnplanner.ui.dialogs.passphrase_dialog import ChosenPassphrase
from psnplanner.ui.panels.record_box import day_edit
from psnplanner.ui.settings import beside
from psnplanner.ui.wording import from_qdate, to_qdate

FILTER = "Programmes (*.gpkg)"


class NewProgramme(FormDialog):
    """Asks for what `Session.create` needs; `programme` and `path` are set once accepted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("New programme", "Create…", parent)
        from psnplanner.session import DEFAULT_GO_LIVE, DEFAULT_START

        self.programme: Programme | None = None
        self.path: Path | None = None
        self.name = QLineEdit("CMPSN")
        self.starts, self.go_live = day_edit(), day_edit()
        self.starts.setDate(to_qdate(DEFAULT_START))
        self.go_live.setDate(to_qdate(DEFAULT_GO_LIVE))
        self.say("A programme is one file. Every change is saved in it as you make it.")
        self.form.addRow("&Name", self.name)
        self.form.addRow("&Starts on", self.starts)
        self.form.addRow("&Go-live on", self.go_live)
        self.locking = ChosenPassphrase(self.form)
        self.passphrase = ""
        self.accept_form = self._check

    def _check(self) -> None:
        from psnplanner.session import new_programme

        name = self.name.text().strip()
        if not name:
            raise UserError("The programme has no name.", remedy="Give it one.")
        starts, go_live = from_qdate(self.starts.date()), from_qdate(self.go_live.date())
        if go_live <= starts:
            raise UserError("Go-live is not after the start.", remedy="Give a later go-live.")
        self.passphrase = self.locking.take()
        self.programme = new_programme(name, go_live, starts)
        chosen = self._choose_path(name)
        if not chosen:
            raise UserError("No file was chosen.", remedy="Choose where the programme is kept.")
        self.path = with_ending(Path(chosen), ".gpkg")

    def _choose_path(self, name: str) -> str:
        plain = "".join(c if c.isalnum() or c in "-_ " else "-" for c in name)
        chosen, _ = QFileDialog.getSaveFileName(
            self,
            "Where to keep the programme",
            beside(f"{plain}.gpkg"),
            FILTER,
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        return chosen


def with_ending(path: Path, ending: str) -> Path:
    """The path with this ending, if it has none."""
    return path if path.suffix else path.with_suffix(ending)
