"""Passphrases: choosing one for a new programme, and giving that of an encrypted one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QWidget

from psnplanner.errors import PassphraseNeeded, UserError
from psnplanner.ui.dialogs.form_dialog import FormDialog

PLAIN = (
    "Without it the file is a plain GeoPackage: QGIS and other programs read it, and so does "
    "whoever gets hold of it."
)
ENCRYPTED = (
    "Only PSN Planner opens it, and only with the passphrase. Backups of it are encrypted too; "
    "packs, lists and snapshots made from it are not. Nobody can bring a lost passphrase back."
)


class ChosenPassphrase:
    """The rows of a form that choose between a plain and an encrypted file."""

    def __init__(self, form: Any) -> None:
        self.encrypt = QCheckBox("&Encrypt the file with a passphrase")
        self.words, self.again = secret("Passphrase"), secret("Passphrase again")
        self.note = QLabel(PLAIN)
        self.note.setObjectName("faint")
        self.note.setWordWrap(True)
        form.addRow("", self.encrypt)
        form.addRow("&Passphrase", self.words)
        form.addRow("&Again", self.again)
        form.addRow("", self.note)
        self._form = form
        self.encrypt.toggled.connect(self._show)
        self._show(False)

    def _show(self, encrypted: bool) -> None:
        for row in (self.words, self.again):
            self._form.setRowVisible(row, encrypted)
        self.note.setText(ENCRYPTED if encrypted else PLAIN)

    def take(self) -> str:
        """The passphrase, "" for a plain file. Raises UserError for one that will not do."""
        if not self.encrypt.isChecked():
            return ""
        from psnplanner.session import passphrases

        passphrases.check_available()
        if self.words.text() != self.again.text():
            raise UserError("The two passphrases differ.", remedy="Type the same one twice.")
        passphrases.check_passphrase(self.words.text())
        return self.words.text()


class PassphraseDialog(FormDialog):
    """Asks for the passphrase of an encrypted programme; `given` says that it can be opened."""

    given = Signal(object, bool)

    def __init__(self, refusal: UserError, parent: QWidget | None = None) -> None:
        super().__init__("Open an encrypted programme", "Open", parent)
        self.path = Path(refusal.where)
        self.setMinimumWidth(460)
        self.say(f"{self.path.name}: {refusal.what}")
        self.words = secret("Passphrase")
        self.form.addRow("&Passphrase", self.words)
        self.keep = QCheckBox("&Keep its key in this computer's keyring")
        self.keep.setToolTip("Whoever is logged in as you can then open it without asking.")
        self.form.addRow("", self.keep)
        self.accept_form = self._take
        self.words.setFocus()

    def _take(self) -> None:
        from psnplanner.session import passphrases

        passphrases.check_available()
        passphrases.hold(self.path, self.words.text())
        self.given.emit(self.path, self.keep.isChecked())


def refuse(window: Any, error: UserError, again: Any) -> None:
    """Say why something was not done; where only a passphrase was missing, ask, then do it again.

    Whatever opens the programme afterwards can keep its key.
    """
    if not isinstance(error, PassphraseNeeded):
        window.refuse(error)
        return
    dialog = ask(window, error, lambda _path, _keep: again())
    dialog.form.setRowVisible(dialog.keep, False)


def secret(name: str) -> QLineEdit:
    """A line that shows nothing of what is typed into it."""
    line = QLineEdit()
    line.setEchoMode(QLineEdit.EchoMode.Password)
    line.setAccessibleName(name)
    return line


def ask(parent: QWidget, refusal: UserError, open_it: Any) -> PassphraseDialog:
    """Ask for the passphrase of what was refused, then open it; its key is kept once it opens."""
    dialog = PassphraseDialog(refusal, parent)
    dialog.given.connect(open_it)
    dialog.open()
    return dialog
