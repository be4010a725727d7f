"""Encrypt or decrypt a programme: what either choice means, and where the new file goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton

from psnplanner.errors import UserError
from psnplanner.ui.dialogs.form_dialog import FormDialog
from psnplanner.ui.dialogs.new_programme import FILTER, with_ending
from psnplanner.ui.dialogs.passphrase_dialog import ENCRYPTED, secret

IS_PLAIN = (
    "{name} is a plain GeoPackage: QGIS and other programs read it, and so does whoever gets hold "
    "of it. This writes a second file that only PSN Planner opens, and only with the passphrase."
)
IS_ENCRYPTED = (
    "{name} is encrypted: only PSN Planner opens it, and only with its passphrase. This writes a "
    "second, plain file that QGIS and other programs read, and so does whoever gets hold of it."
)
STAYS = "The file you have stays as it is, and so do its backups, until you delete them."


class EncryptionDialog(FormDialog):
    """Asks for the other kind of file; once accepted, `out`, `passphrase` and `keep` are set."""

    def __init__(self, path: Path, *, encrypted: bool, parent: Any = None) -> None:
        title = "Decrypt the programme" if encrypted else "Encrypt the programme"
        super().__init__(title, "Decrypt" if encrypted else "Encrypt", parent)
        self.setMinimumWidth(540)
        self._path, self._to_plain = path, encrypted
        self.out: Path | None = None
        self.passphrase = ""
        self.say((IS_ENCRYPTED if encrypted else IS_PLAIN).format(name=path.name))
        self.words, self.again = secret("Passphrase"), secret("Passphrase again")
        self.keep = QCheckBox("&Keep its key in this computer's keyring")
        self.keep.setToolTip("Whoever is logged in as you can then open it without asking.")
        if not encrypted:
            self.form.addRow("&Passphrase", self.words)
            self.form.addRow("&Again", self.again)
            self.form.addRow("", self.keep)
        self.file, self.browse = QLineEdit(str(self._suggested())), QPushButton("&Browse…")
        self.file.setAccessibleName("New file")
        self.browse.clicked.connect(self._browse)
        row = QHBoxLayout()
        row.addWidget(self.file, 1)
        row.addWidget(self.browse)
        label = QLabel("&New file")
        label.setBuddy(self.file)
        self.form.addRow(label, row)
        self.open_it = QCheckBox("&Open it instead of this one")
        self.open_it.setChecked(True)
        self.form.addRow("", self.open_it)
        note = QLabel(STAYS if encrypted else f"{STAYS} {_only_passphrase()}")
        note.setObjectName("faint")
        note.setWordWrap(True)
        self.form.addRow("", note)
        self.accept_form = self._check
        (self.file if encrypted else self.words).setFocus()

    def _suggested(self) -> Path:
        stem = self._path.stem.removesuffix(" encrypted")
        return self._path.with_name(f"{stem} {'plain' if self._to_plain else 'encrypted'}.gpkg")

    def _browse(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Where to write it", self.file.text(), FILTER,
            options=QFileDialog.Option.DontConfirmOverwrite,
        )  # fmt: skip
        if chosen:
            self.file.setText(chosen)

    def _check(self) -> None:
        from psnplanner.session import passphrases

        passphrases.check_available()
        if not self._to_plain:
            if self.words.text() != self.again.text():
                raise UserError("The two passphrases differ.", remedy="Type the same one twice.")
            passphrases.check_passphrase(self.words.text())
        name = self.file.text().strip()
        if not name:
            raise UserError("There is no file to write to.", remedy="Say where it goes.")
        out = with_ending(Path(name).expanduser(), ".gpkg")
        if out.exists():
            raise UserError("There is a file of that name.", str(out), "Give it another name.")
        self.out, self.passphrase = out, self.words.text()


def _only_passphrase() -> str:
    """What is not said above of an encrypted file."""
    return ENCRYPTED.partition(". ")[2]
