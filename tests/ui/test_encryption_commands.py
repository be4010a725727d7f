"""Encrypt and Decrypt in the File menu: a second file, the choice explained, the first kept."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("sqlcipher3")

from psnplanner import home
from psnplanner.session import passphrases
from psnplanner.ui import encryption_commands, recent_programmes
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.settings import previews

ONE_WINDOW = True
WORDS = "a battery, a staple and a horse"


def test_there_and_back(window: MainWindow, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The window goes on with the other kind of file; what was recorded is in it."""
    kept: list[Any] = []
    monkeypatch.setattr(passphrases, "keep_in_keyring", kept.append)
    plain, action = window.session.path, window.actions_["encryption"]
    sites = set(window.session.state.sites)
    assert action.text() == "Encr&ypt…"
    dialog = encryption_commands.ask(window)
    assert "QGIS" in dialog.intro.text()
    dialog.words.setText(WORDS)
    dialog.again.setText("another")
    dialog.button.click()
    assert "differ" in dialog.refusal.text()
    dialog.again.setText(WORDS)
    dialog.keep.setChecked(True)
    dialog.button.click()
    out = dialog.out
    home.made_folder(previews().name)
    (previews() / "preview.html").write_text("What was only looked at")
    qtbot.waitUntil(lambda: window.session is not None, timeout=30_000)
    assert window.session.path == out
    assert passphrases.is_encrypted(out)
    assert kept == [out]
    assert plain.is_file()
    assert set(window.session.state.sites) == sites
    assert action.text() == "Decr&ypt…"
    (known,) = [item for item in recent_programmes.recent() if item.path == out.resolve()]
    assert known.opened is not None
    assert (known.name, known.sites) == ("", 0)  # the list is in the clear
    back = encryption_commands.ask(window)
    assert not back.words.isVisible()
    back.button.click()
    assert not previews().exists()
    qtbot.waitUntil(lambda: window.session is not None, timeout=30_000)
    assert not passphrases.is_encrypted(window.session.path)
    assert set(window.session.state.sites) == sites


def test_a_file_that_is_there_is_not_written_over(window: MainWindow, qtbot: Any) -> None:
    """Said in the dialog; and what cannot be written leaves the programme open."""
    path = window.session.path
    dialog = encryption_commands.ask(window)
    dialog.words.setText(WORDS)
    dialog.again.setText(WORDS)
    dialog.file.setText(str(path))
    dialog.button.click()
    assert "file of that name" in dialog.refusal.text()
    dialog.file.setText(str(path.parent / "no such folder" / "x.gpkg"))
    dialog.button.click()
    qtbot.waitUntil(lambda: window.session is not None, timeout=30_000)
    assert window.session.path == path
