"""A field pack in the window: its banner, its passphrase, what goes back."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from psnplanner.exchange.pack import Choice
from psnplanner.programme.edits import Amend
from psnplanner.session import Session
from psnplanner.ui.dialogs.unlock_dialog import UnlockDialog, free_name, newest_opened
from psnplanner.ui.exchange_commands import counts
from psnplanner.ui.main_window import MainWindow
from tests.ui.field_work import ONE, TWO

ONE_WINDOW = True

Settle = Callable[[MainWindow], None]


def a_pack(office: Session, out: Path, expires_on: date | None = None, secret: str = "") -> Path:
    """A pack of two sites for Ann."""
    choice = Choice(sites=[ONE, TWO], sensitive=True)
    office.make_pack(out, choice, "Ann", expires_on=expires_on, passphrase=secret)
    return out


def test_an_open_pack_is_clearly_one(
    empty_window: MainWindow, sample: Session, tmp_path: Path, settle: Settle
) -> None:
    """Its banner says whose, how much, until when; the office's commands are grey."""
    path = a_pack(sample, tmp_path / "ann.gpkg", date(2199, 6, 3))
    window = empty_window
    window.adopt(Session.open(path, author="Ann"))
    settle(window)
    banner = window.exchange.pack_banner
    assert banner.words.text() == "Field pack for Ann · 2 sites · good until 3 June 2199"
    assert banner.isVisible()
    actions = window.actions_
    assert actions["return_changes"].isVisible()
    assert not actions["make_pack"].isEnabled()
    assert not actions["merge"].isEnabled()
    window.files.close()
    assert not banner.isVisible()


def test_an_expired_pack_says_so(
    empty_window: MainWindow, sample: Session, tmp_path: Path, settle: Settle
) -> None:
    """And that what was recorded can still come back."""
    path = a_pack(sample, tmp_path / "ann.gpkg", date(2014, 6, 3))
    empty_window.adopt(Session.open(path, author="Ann"))
    settle(empty_window)
    said = empty_window.exchange.pack_banner.words.text()
    assert "expired: it was good until 3 June 2014" in said
    assert "still be returned" in said
    assert empty_window.actions_["return_changes"].isEnabled()


def test_the_whole_programme_is_no_pack(window: MainWindow) -> None:
    """No banner, and nothing to return."""
    assert not window.exchange.pack_banner.isVisible()
    assert not window.actions_["return_changes"].isVisible()
    assert window.actions_["merge"].isEnabled()


def test_changes_are_returned_from_field_mode(
    empty_window: MainWindow, sample: Session, tmp_path: Path, settle: Settle, qtbot: Any
) -> None:
    """The button stays in reach; it says how many, and the office can merge it."""
    path = a_pack(sample, tmp_path / "ann.gpkg")
    window = empty_window
    window.adopt(Session.open(path, author="Ann"))
    settle(window)
    field, back = window.exchange.pack_banner.buttons
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    assert window.field.on
    assert not field.isVisible()
    assert back.isVisible()
    assert back.height() >= 48
    window.session.do(Amend("site", [ONE], {"note": "riser blocked"}))
    out = tmp_path / "ann.psnreturn"
    window.exchange.write_return(out)
    qtbot.waitUntil(lambda: bool(window.findChildren(QMessageBox)), timeout=20_000)
    (box,) = window.findChildren(QMessageBox)
    assert box.text() == "Wrote 1 change to ann.psnreturn."
    assert str(tmp_path) in box.informativeText()
    assert counts(out) == (1, 0)
    box.close()
    assert sample.merge_file(out).events == 1


def test_nothing_to_return_is_said(
    empty_window: MainWindow, sample: Session, tmp_path: Path, settle: Settle, qtbot: Any
) -> None:
    """Instead of an empty file."""
    empty_window.adopt(Session.open(a_pack(sample, tmp_path / "ann.gpkg"), author="Ann"))
    settle(empty_window)
    empty_window.exchange.write_return(tmp_path / "x.psnreturn")
    qtbot.waitUntil(lambda: bool(empty_window.findChildren(QMessageBox)), timeout=20_000)
    assert "Nothing was changed" in empty_window.findChildren(QMessageBox)[0].text()
    assert not (tmp_path / "x.psnreturn").exists()
    empty_window.findChildren(QMessageBox)[0].close()


def test_a_locked_pack_asks_its_passphrase(
    empty_window: MainWindow, sample: Session, tmp_path: Path, settle: Settle, qtbot: Any
) -> None:
    """A wrong one is said; the right one writes a copy beside, over nothing, and opens it."""
    path = a_pack(sample, tmp_path / "ann.gpkg", secret="a long way round")
    data = path.read_bytes()
    window = empty_window
    window.files.open(path)
    dialog = window.findChild(UnlockDialog)
    qtbot.keyClicks(dialog.secret, "wrong words")
    qtbot.keyClick(dialog.secret, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.refusal.isVisible, timeout=20_000)
    assert "passphrase is not that" in dialog.refusal.text()
    assert window.session is None
    qtbot.waitUntil(dialog.button.isEnabled, timeout=20_000)
    dialog.secret.selectAll()
    qtbot.keyClicks(dialog.secret, "a long way round")
    qtbot.keyClick(dialog.secret, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session is not None, timeout=20_000)
    settle(window)
    assert window.session.path.name == "ann opened.gpkg"
    assert window.exchange.pack_banner.isVisible()
    assert path.read_bytes() == data


def test_a_pack_opened_before_is_offered_again(
    empty_window: MainWindow, sample: Session, tmp_path: Path, qtbot: Any
) -> None:
    """A second opened copy would hold none of the work: the first is offered."""
    path = a_pack(sample, tmp_path / "ann.gpkg", secret="a long way round")
    before = a_pack(sample, tmp_path / "plain.gpkg")
    shutil.copy(before, free_name(path))
    assert newest_opened(path) == tmp_path / "ann opened.gpkg"
    assert free_name(path).name == "ann opened 2.gpkg"
    empty_window.files.open(path)
    dialog = empty_window.findChild(UnlockDialog)
    button = next(b for b in dialog.buttons.buttons() if "opened.gpkg" in b.text())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: empty_window.session is not None, timeout=20_000)
    assert empty_window.session.path.name == "ann opened.gpkg"
