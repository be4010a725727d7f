"""Backups in the window: the list, the way back, and what is told once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from psnplanner.errors import UserError
from psnplanner.programme.edits import Amend
from psnplanner.session import Session
from psnplanner.session.backups import BackupSettings
from psnplanner.ui import backup_commands
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.settings import remember_file

REFUSAL = UserError("There is not enough room for a backup.", "", "Free some space.")
PATIENCE_MS = 20_000


def _listed(dialog: Any, qtbot: Any, count: int) -> None:
    qtbot.waitUntil(lambda: dialog.table.rowCount() == count, timeout=PATIENCE_MS)


def test_the_start_page_puts_a_backup_back(
    own_home: None, sample: Session, empty_window: MainWindow, qtbot: Any
) -> None:
    """The list says how far each is behind; the present file is kept beside it."""
    made = sample.back_up()
    site = next(iter(sample.state.sites))
    was = sample.state.sites[site].name
    sample.do(Amend("site", [site], {"name": "later"}))
    sample.close()
    remember_file(sample.path)
    empty_window.show_start()
    empty_window.pane.start.restore.click()
    (dialog,) = empty_window.findChildren(
        __import__("psnplanner.ui.dialogs.backups_dialog", fromlist=["x"]).BackupsDialog
    )
    _listed(dialog, qtbot, 1)
    assert dialog.table.item(0, 2).text() == "1 change behind"
    assert dialog.chosen == made.path
    dialog.put_in_place()
    qtbot.waitUntil(lambda: empty_window.session is not None, timeout=PATIENCE_MS)
    assert empty_window.session.state.sites[site].name == was
    (kept,) = sample.path.parent.glob("cm.before-restore-*.gpkg")
    with Session.open(kept, read_only=True) as before:
        assert before.state.sites[site].name == "later"


def test_a_refusal_is_told_once(window: MainWindow) -> None:
    """In the banner, which says it until a backup was made; not again each minute."""
    window.backups._refused(REFUSAL)
    assert "not enough room" in window.banner.words.text()
    window.banner.say("")
    window.backups._refused(REFUSAL)
    assert "not enough room" not in window.banner.words.text()


def test_a_backup_ends_only_its_own_refusal(window: MainWindow) -> None:
    """What else the banner says still stands when one was made."""
    made = window.session.back_up()
    window.banner.say("The file was replaced.")
    window.backups._made(made)
    assert "replaced" in window.banner.words.text()
    window.backups._refused(REFUSAL)
    window.backups._made(made)
    assert "not enough room" not in window.banner.words.text()


def test_a_file_replaced_under_the_window_is_told(
    window: MainWindow, qtbot: Any, settle: Callable[..., None], tmp_path: Path
) -> None:
    """Within seconds, and nothing can be changed any more."""
    path = window.session.path
    other = tmp_path / "other.gpkg"
    window.session.backup(other)
    other.replace(path)
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=PATIENCE_MS)
    window.backups.look()
    qtbot.waitUntil(lambda: "was replaced" in window.banner.words.text(), timeout=PATIENCE_MS)
    assert window.session.read_only
    assert list(path.parent.glob("cm.kept-*.gpkg"))


def test_the_settings_are_kept(
    own_home: None, window: MainWindow, qtbot: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Off and on, and the folder; no backup is made while it is off."""
    (tmp_path / "all").mkdir()
    dialog = backup_commands.ask(window)
    dialog.on.setChecked(False)
    dialog._change(folder=str(tmp_path / "all"))
    assert BackupSettings.load() == BackupSettings(on=False, folder=str(tmp_path / "all"))
    assert window.session.back_up_if_due() is None
    dialog.on.setChecked(True)
    made = window.session.back_up_if_due()
    assert made is not None
    assert made.path.parent == tmp_path / "all"
    dialog.look()
    _listed(dialog, qtbot, 1)
    dialog.close()
