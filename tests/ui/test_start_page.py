"""The start page: what was open lately, what can be begun, what is dropped on it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox

from psnplanner.session import Session
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.recent_programmes import Recent, recent
from psnplanner.ui.settings import remember_file
from psnplanner.ui.start_page import opened_words, progress_words


@pytest.fixture
def programme(sample_file: Path, tmp_path: Path) -> Path:
    """A programme of one's own."""
    return Path(shutil.copy(sample_file, tmp_path / "mine.gpkg")).resolve()


def _wait_for(window: MainWindow, qtbot: Any, settle: Callable[..., None]) -> None:
    qtbot.waitUntil(lambda: window.session is not None, timeout=20_000)
    settle(window)


def test_a_recent_programme_says_how_far_it_is(
    own_home: None,
    empty_window: MainWindow,
    programme: Path,
    qtbot: Any,
    settle: Callable[..., None],
) -> None:
    """Name, sites live, go-live and when: known without opening the file again."""
    empty_window.files.open(programme)
    _wait_for(empty_window, qtbot, settle)
    state = empty_window.session.state
    live = sum(status == "live" for status in state.statuses.values())
    empty_window.files.close()
    (line,) = empty_window.pane.start.lines
    assert line.button.text() == state.programme.name
    assert progress_words(line.recent) == f"{live} of 120 sites live · go-live 1 Apr 2015"
    assert opened_words(line.recent) == "opened today"
    assert line.button.hasFocus() or not empty_window.isActiveWindow()
    line.button.setFocus()
    QTest.keyClick(line.button, Qt.Key.Key_Space)
    _wait_for(empty_window, qtbot, settle)
    assert empty_window.session.path == programme


def test_a_missing_file_stays_listed_until_it_is_taken_out(
    own_home: None, empty_window: MainWindow, programme: Path
) -> None:
    """It cannot be opened; its cross or Delete takes it out."""
    gone = programme.with_name("gone.gpkg")
    other = programme.with_name("gone too.gpkg")
    for path in (other, gone, programme):
        remember_file(path)
    empty_window.show_start()
    page = empty_window.pane.start
    assert [line.recent.missing for line in page.lines] == [False, True, True]
    opened: list[Any] = []
    page.open_wanted.disconnect(empty_window.files.open)
    page.open_wanted.connect(opened.append)
    page.lines[1].button.click()
    assert not opened
    assert "no longer there" in page.lines[1].button.toolTip()
    page.lines[1].remove.click()
    assert [line.recent.path for line in page.lines] == [programme, other]
    page.lines[1].button.setFocus()
    QTest.keyClick(page.lines[1].button, Qt.Key.Key_Delete)
    assert [item.path for item in recent()] == [programme]
    page.lines[0].button.click()
    assert opened == [programme]


def test_arrows_walk_the_page(own_home: None, empty_window: MainWindow, programme: Path) -> None:
    """From the buttons down the list and back."""
    remember_file(programme)
    empty_window.show_start()
    page = empty_window.pane.start
    empty_window.activateWindow()
    page.new.setFocus()
    QTest.keyClick(page, Qt.Key.Key_Down)
    assert page.focusWidget() is page.lines[0].button
    QTest.keyClick(page, Qt.Key.Key_Up)
    assert page.focusWidget() is page.new


def test_an_empty_page_says_what_to_do(own_home: None, empty_window: MainWindow) -> None:
    """New, open, demo, restore and drop, all with words."""
    empty_window.show_start()
    page = empty_window.pane.start
    said = " ".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())
    assert "demo" in said
    assert "drop" in said
    for button in (page.new, page.open, page.demo, page.restore):
        assert button.isVisible()
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus


def _drop(window: MainWindow, path: Path) -> bool:
    """What Qt does when a file is let go over the window; whether it was taken."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    how = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton)
    none = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 50), *how, none)
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), *how, none))
    return enter.isAccepted()


def test_dropping_a_programme_opens_it(
    empty_window: MainWindow, programme: Path, qtbot: Any, settle: Callable[..., None]
) -> None:
    """Anywhere on the window; what is none of ours is not taken."""
    assert not _drop(empty_window, programme.with_name("holiday.jpg"))
    assert _drop(empty_window, programme)
    _wait_for(empty_window, qtbot, settle)
    assert empty_window.session.path == programme


def test_a_dropped_list_needs_a_programme(empty_window: MainWindow, tmp_path: Path) -> None:
    """Said in words."""
    path = tmp_path / "list.csv"
    path.write_text("Ref,Name\n1,A\n", "utf-8")
    assert _drop(empty_window, path)
    (box,) = empty_window.findChildren(QMessageBox)
    assert "needs a programme" in box.text() + box.informativeText()
    box.close()


def test_a_backup_is_restored_beside_itself(
    empty_window: MainWindow, programme: Path, qtbot: Any, settle: Callable[..., None]
) -> None:
    """A programme of its own, opened to work with; the backup is as it was."""
    with Session.open(programme) as session:
        backup = programme.with_name("mine backup 2014-10-06.gpkg")
        session.backup(backup)
    before = backup.read_bytes()
    out = programme.with_name("again.gpkg")
    empty_window.drop.restore_to(backup, out)
    _wait_for(empty_window, qtbot, settle)
    assert empty_window.session.path == out
    assert not empty_window.session.read_only
    assert len(empty_window.session.state.sites) == 120
    assert backup.read_bytes() == before


def test_a_damaged_backup_is_refused(empty_window: MainWindow, tmp_path: Path, qtbot: Any) -> None:
    """And nothing is left where it was to go."""
    broken, out = tmp_path / "broken.gpkg", tmp_path / "out.gpkg"
    broken.write_bytes(b"not a database at all")
    empty_window.drop.restore_to(broken, out)
    qtbot.waitUntil(lambda: bool(empty_window.findChildren(QMessageBox)), timeout=10_000)
    empty_window.findChildren(QMessageBox)[0].close()
    assert not out.exists()


def test_when_words() -> None:
    """Today, yesterday, a date; nothing where nothing is known."""
    now = datetime.now(UTC)

    def said(days: int) -> str:
        at = (now - timedelta(days=days)).isoformat()
        return opened_words(Recent(Path("x.gpkg"), opened_at=at))

    assert said(0) == "opened today"
    assert said(1) == "opened yesterday"
    assert opened_words(Recent(Path("x"), opened_at="2014-06-03T12:00:00+00:00")).endswith(
        "3 Jun 2014"
    )
    assert opened_words(Recent(Path("x"), opened_at="nonsense")) == ""
    assert progress_words(Recent(Path("x"))) == ""
