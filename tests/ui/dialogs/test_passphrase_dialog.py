"""Encryption in the window: chosen with a new programme, asked for when one is opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from psnplanner.errors import UserError
from psnplanner.file import encryption
from psnplanner.session import Session, new_programme, passphrases
from psnplanner.session.backups import backups_of
from psnplanner.ui import backup_commands
from psnplanner.ui.dialogs.backups_dialog import behind_words
from psnplanner.ui.dialogs.new_programme import NewProgramme
from psnplanner.ui.dialogs.passphrase_dialog import PassphraseDialog
from psnplanner.ui.main_window import MainWindow

pytest.importorskip("sqlcipher3", reason="SQLCipher is not installed: '.[encryption]'")

WORDS = "four words of it"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key in a moment, and none held from another test."""
    monkeypatch.setattr(encryption, "_ROUNDS", 1_000)
    monkeypatch.setattr(encryption, "_held", {})


def test_a_new_programme_says_what_either_choice_means(qtbot: Any, own_home: None) -> None:
    """Plain unless asked; the two passphrases must be one, and not short."""
    dialog = NewProgramme()
    qtbot.addWidget(dialog)
    assert "QGIS" in dialog.locking.note.text()
    assert dialog.locking.take() == ""
    dialog.locking.encrypt.setChecked(True)
    assert "lost passphrase" in dialog.locking.note.text()
    dialog.locking.words.setText(WORDS)
    with pytest.raises(UserError, match="differ"):
        dialog.locking.take()
    dialog.locking.again.setText(WORDS)
    assert dialog.locking.take() == WORDS
    dialog.locking.words.setText("short")
    dialog.locking.again.setText("short")
    with pytest.raises(UserError, match="fewer than"):
        dialog.locking.take()


def test_an_encrypted_programme_opens_once_its_passphrase_is_given(
    qtbot: Any, empty_window: MainWindow, tmp_path: Path
) -> None:
    """A wrong one is told in the dialog that asks again."""
    path = tmp_path / "locked.gpkg"
    Session.create(path, new_programme("Locked"), passphrase=WORDS).close()
    encryption._held.clear()
    empty_window.files.open(path)
    first = _asked(qtbot, empty_window)
    first.words.setText("another passphrase")
    qtbot.mouseClick(first.button, Qt.MouseButton.LeftButton)
    second = _asked(qtbot, empty_window, but=first)
    assert "not that of this programme" in second.intro.text()
    second.words.setText(WORDS)
    qtbot.mouseClick(second.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: empty_window.session is not None, timeout=20_000)
    assert empty_window.session.state.programme.name == "Locked"
    assert passphrases.is_encrypted(path)


def test_a_backup_is_put_back_once_its_passphrase_is_given(
    qtbot: Any, empty_window: MainWindow, tmp_path: Path
) -> None:
    """From the start page nothing was opened yet: it is asked for, and the list says so."""
    path = tmp_path / "locked.gpkg"
    with Session.create(path, new_programme("Locked"), passphrase=WORDS) as session:
        session.back_up()
    encryption._held.clear()
    (made,) = backups_of(path)
    assert behind_words(made) == "needs its passphrase"
    backup_commands.put_back(empty_window, made.path, path)
    dialog = _asked(qtbot, empty_window)
    assert not dialog.keep.isVisible()
    dialog.words.setText(WORDS)
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: empty_window.session is not None, timeout=20_000)
    assert empty_window.session.state.programme.name == "Locked"
    assert list(tmp_path.glob("locked.before-restore-*.gpkg"))


def _asked(qtbot: Any, window: MainWindow, but: object = None) -> PassphraseDialog:
    """The dialog that asks, once it is there; not the one that asked before."""
    found: list[PassphraseDialog] = []

    def is_there() -> bool:
        dialogs = window.findChildren(PassphraseDialog)
        found[:] = [dialog for dialog in dialogs if dialog.isVisible() and dialog is not but]
        return bool(found)

    qtbot.waitUntil(is_there, timeout=20_000)
    return found[0]
