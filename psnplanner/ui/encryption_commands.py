"""Encrypt and decrypt the open programme, by the verbs' own way: a second file, never in place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QAction

from psnplanner.errors import UserError
from psnplanner.ui.dialogs.encryption_dialog import EncryptionDialog

if TYPE_CHECKING:
    from psnplanner.ui.main_window import MainWindow


def name_action(action: QAction, session: Any) -> None:
    """The command is named by what it would do to what is open."""
    action.setEnabled(session is not None)
    if session is not None and action.data() != session.path:  # looked at once a programme
        action.setData(session.path)
        action.setText("Decr&ypt…" if _is_encrypted(session.path) else "Encr&ypt…")


def ask(window: MainWindow) -> EncryptionDialog:
    """Ask where the other kind of file goes, then write it."""
    path = window.session.path
    dialog = EncryptionDialog(path, encrypted=_is_encrypted(path), parent=window)
    dialog.accepted.connect(lambda: _write(window, dialog))
    dialog.open()
    return dialog


def _write(window: MainWindow, dialog: EncryptionDialog) -> None:
    path, out, passphrase = window.session.path, dialog.out, dialog.passphrase
    keep, open_it = dialog.keep.isChecked(), dialog.open_it.isChecked()
    assert out is not None

    def work(progress: Any) -> UserError | None:
        from psnplanner.session import passphrases

        if not passphrase:
            passphrases.decrypt(path, out)
            return None
        passphrases.encrypt(path, out, passphrase)
        return _kept(out) if keep else None

    def done(not_kept: UserError | None) -> None:
        window.files.open(out if open_it else path)
        window.say(f"Wrote {out.name}. {path.name} is still there.")
        if not_kept is not None:
            window.refuse(not_kept)

    def failed(error: UserError) -> None:
        window.files.open(path)
        window.refuse(error)

    window.let_go()  # nobody may write to it while it is copied
    window.pane.start.hide()
    title = f"{'Encrypting' if passphrase else 'Decrypting'} {path.name}"
    job = window.jobs.start(title, work, done, failed)
    job.cancelled.connect(lambda: window.files.open(path))


def _kept(out: Path) -> UserError | None:
    """Keep the key; why it could not be kept, where it could not: the file is made all the same."""
    from psnplanner.session import passphrases

    try:
        passphrases.keep_in_keyring(out)
    except UserError as error:
        return error
    return None


def _is_encrypted(path: Path) -> bool:
    from psnplanner.session import passphrases

    return passphrases.is_encrypted(path)
