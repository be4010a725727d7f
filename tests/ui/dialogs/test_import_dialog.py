"""The import from one end to the other: walked, cancelled, undone, left."""

from __future__ import annotations

import threading
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMessageBox

from psnplanner.programme.edits import Proposal
from psnplanner.programme.state import State
from psnplanner.session import Session
from psnplanner.ui.dialogs.import_dialog import COLUMNS, IMPORT, LIST, ROWS
from psnplanner.ui.main_window import MainWindow
from tests.ui.dialogs import wizard
from tests.ui.dialogs.wizard import Opener, at_row, import_and_wait, opened, read

ONE_WINDOW = True

__all__ = ["opened"]

REAL = Path(__file__).parents[4] / "shared" / "data" / "sites"


def test_walked_from_the_list_to_the_map(window: MainWindow, tmp_path: Path, qtbot: Any) -> None:
    """Nothing changes before Import; then it is one transaction, shown on the map."""
    path = tmp_path / "list.csv"
    path.write_text(wizard.LIST, "utf-8")
    dialog, session = window.files.import_list(path), window.session
    read(dialog, qtbot)
    before = len(session.transactions())
    assert "4 rows of data" in dialog.list_page.found.text()
    for step in range(1, IMPORT + 1):
        dialog.next.click()
        assert dialog.step == step
    assert "4 rows read: 4 new" in dialog.finish_page.said.text()
    assert "one Undo" in dialog.finish_page.undoing.text()
    assert len(session.state.sites) == 120
    import_and_wait(dialog, qtbot)
    assert len(session.state.sites) == 124
    assert len(session.transactions()) == before + 1
    assert "4 sites added" in dialog.finish_page.said.text()
    dialog.finish_page.show_map.click()
    assert not dialog.isVisible()
    new = {site.id for site in session.state.sites.values() if site.reference.startswith("X")}
    assert window.roster is not None
    assert set(window.roster.selected) == new


def test_an_import_is_undone_from_its_result(sample: Session, opened: Opener, qtbot: Any) -> None:
    """One undo takes all of it back, and then there is nothing more to take back."""
    dialog = opened()
    import_and_wait(dialog, qtbot)
    dialog.finish_page.undo.click()
    qtbot.waitUntil(lambda: "Taken back" in dialog.finish_page.title.text(), timeout=20_000)
    assert len(sample.state.sites) == 120
    assert not dialog.finish_page.undo.isEnabled()
    dialog.finish_page.another.click()
    assert dialog.step == LIST
    assert not dialog.steps.isTabEnabled(ROWS)
    dialog.reject()


class _Waiting:
    """An edit that holds the door until it is told to go on, and changes nothing."""

    def __init__(self) -> None:
        self.go_on, self.begun = threading.Event(), threading.Event()

    def propose(self, state: State, today: date) -> Proposal:
        """Wait."""
        self.begun.set()
        assert self.go_on.wait(20)
        return Proposal("Wait", [])


def test_a_cancelled_import_leaves_nothing(sample: Session, opened: Opener, qtbot: Any) -> None:
    """No site, no transaction, no partner; and it can be done after all."""
    dialog = opened()
    dialog.steps.setCurrentIndex(IMPORT)
    session, held = sample, _Waiting()
    before, count = session.state, len(session.transactions())
    other = threading.Thread(target=session.do, args=(held,))
    other.start()
    held.begun.wait(20)
    dialog.next.click()
    dialog.bar.cancel.click()
    held.go_on.set()
    other.join()
    qtbot.waitUntil(lambda: "cancelled" in dialog.finish_page.undoing.text(), timeout=20_000)
    assert session.state is before
    assert len(session.transactions()) == count
    import_and_wait(dialog, qtbot)
    assert len(session.state.sites) == 124
    dialog.reject()


def test_a_stopped_reading_leaves_what_was_read(
    sample: Session, opened: Opener, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The columns go back to how they are shown."""
    dialog = opened()
    rows = dialog.reader.rows

    def endless(path: Path, reading: Any, *, progress: Any) -> None:
        while True:
            progress(0.1, "Reading the list")
            time.sleep(0.001)

    monkeypatch.setattr(sample, "read_list", endless)
    dialog.reader.take_as({"Kind": "note"})
    dialog.reader.again()
    dialog.bar.cancel.click()
    qtbot.waitUntil(lambda: not dialog.reader.busy, timeout=20_000)
    assert dialog.reader.rows is rows
    assert dialog.columns_page.combo("Kind").currentData() == "kind"
    assert not dialog.reader.reading.columns
    dialog.reject()


def test_the_window_lives_while_a_list_is_read(
    window: MainWindow, tmp_path: Path, qtbot: Any
) -> None:
    """Its events are dealt with before the reading is done."""
    path = tmp_path / "long.csv"
    lines = [f"L{n:05},Building {n},CW{n % 9 + 1} {n % 9}AB" for n in range(3_000)]
    path.write_text("\n".join(["Site ref,Name,Postcode", *lines]), "utf-8")
    beats: list[bool] = []
    dialog = window.files.import_list(path)
    timer = QTimer(interval=1)
    timer.timeout.connect(lambda: beats.append(dialog.reader.rows is None))
    timer.start()
    read(dialog, qtbot)
    timer.stop()
    assert sum(beats) > 3
    assert dialog.rows_page.model.rowCount() == 3_000
    dialog.reject()


def test_a_list_that_cannot_be_read_is_said(window: MainWindow, tmp_path: Path, qtbot: Any) -> None:
    """The window stays for another choice, typed in."""
    dialog = window.files.import_list(tmp_path / "absent.csv")
    qtbot.waitUntil(lambda: "absent.csv" in dialog.list_page.said.text(), timeout=20_000)
    assert not dialog.steps.isTabEnabled(COLUMNS)
    good = tmp_path / "good.csv"
    good.write_text(wizard.LIST, "utf-8")
    dialog.list_page.path.setText(str(good))
    qtbot.keyClick(dialog.list_page.path, Qt.Key.Key_Return)
    read(dialog, qtbot)
    assert dialog.steps.isTabEnabled(COLUMNS)
    dialog.reject()


def test_a_list_is_dropped_on_the_window(window: MainWindow, tmp_path: Path, qtbot: Any) -> None:
    """Whatever it is called: what it is, is told by its content."""
    path = tmp_path / "list.export"
    path.write_text(wizard.LIST, "utf-8")
    dialog = window.files.import_list()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    how = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton)
    none = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 50), *how, none)
    QApplication.sendEvent(dialog, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(dialog, QDropEvent(QPointF(50, 50), *how, none))
    read(dialog, qtbot)
    assert dialog.list_page.path.text() == str(path)
    dialog.reject()


def test_leaving_with_work_in_it_asks(opened: Opener, qtbot: Any) -> None:
    """What was mended here is nowhere else; without any, it just closes."""
    dialog = opened()
    at_row(dialog, 5)
    dialog.reader.mend(5, "Postcode", "WA6 7AA")
    read(dialog, qtbot)
    dialog.buttons.button(dialog.buttons.StandardButton.Close).click()
    assert dialog.isVisible()
    (box,) = dialog.findChildren(QMessageBox)
    next(b for b in box.buttons() if b.text().startswith("Close")).click()
    assert not dialog.isVisible()
    other = opened()
    other.buttons.button(other.buttons.StandardButton.Close).click()
    assert not other.isVisible()


def test_keys_walk_the_steps(opened: Opener, qtbot: Any) -> None:
    """Everything has a name for those who do not see it."""
    dialog = opened()
    qtbot.keyClick(dialog, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    assert dialog.step == COLUMNS
    qtbot.keyClick(dialog, Qt.Key.Key_PageUp, Qt.KeyboardModifier.ControlModifier)
    assert dialog.step == LIST
    for widget in (
        dialog.steps, dialog.list_page.path, dialog.list_page.grid, dialog.list_page.sheet,
        dialog.columns_page.table, dialog.rows_page.table, dialog.rows_page.detail,
        dialog.alike_page.table, dialog.alike_page.bulk,
    ):  # fmt: skip
        assert widget.accessibleName()
    dialog.reject()


def test_a_real_list(window: MainWindow, qtbot: Any) -> None:
    """Title rows, totals, dates of both kinds: read, walked and imported."""
    path = REAL / "cmpsn_sites.xlsx"
    if not path.is_file():
        pytest.skip("the real lists are not on this machine")
    dialog = window.files.import_list(path)
    read(dialog, qtbot)
    assert "2 title rows" in dialog.list_page.found.text()
    assert dialog.list_page.headings.currentText() == "As found: row 4"
    tally = dialog.reader.rows.tally
    assert sum(tally.values()) == 892
    import_and_wait(dialog, qtbot)
    assert len(window.session.state.sites) == 120 + tally["insert"] + tally["shared"]
    dialog.reject()
