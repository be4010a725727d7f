"""The window as a whole: opening, undo, read-only, layout, menus."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QMessageBox

from psnplanner.programme.edits import MoveToPhase
from psnplanner.session import Session
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.settings import recent_files
from tests.ui.sample import ident


def test_opening_a_file_by_a_job(
    empty_window: MainWindow,
    sample_file: Path,
    tmp_path: Path,
    settle: Callable[..., None],
    qtbot: Any,
) -> None:
    """The shell is there first; then the sites; the file is remembered."""
    path = tmp_path / "cm.gpkg"
    shutil.copy(sample_file, path)
    empty_window.show_start()
    assert empty_window.pane.start.isVisible()
    empty_window.files.open(path)
    qtbot.waitUntil(lambda: empty_window.session is not None, timeout=20_000)
    settle(empty_window)
    assert empty_window.table.model.rowCount() == 120
    assert not empty_window.pane.start.isVisible()
    assert recent_files() == [path.resolve()]
    empty_window.files.close()
    assert empty_window.session is None
    assert empty_window.pane.start.isVisible()


def test_a_file_that_is_no_programme_is_refused_in_words(
    empty_window: MainWindow, tmp_path: Path, qtbot: Any
) -> None:
    """A message, and the start page again."""
    path = tmp_path / "notes.gpkg"
    path.write_text("not a database")
    empty_window.files.open(path)
    qtbot.waitUntil(lambda: bool(empty_window.findChildren(QMessageBox)), timeout=10_000)
    box = empty_window.findChildren(QMessageBox)[0]
    assert "notes.gpkg" in box.text() + box.informativeText()
    assert empty_window.pane.start.isVisible()
    box.close()


def test_undo_and_redo_by_action(window: MainWindow, qtbot: Any) -> None:
    """They say what they undo, and every panel follows."""
    site, before = ident("site 10"), window.session.state.sites[ident("site 10")].phase
    target = next(p.id for p in window.session.state.phases_in_order if p.id != before)
    window.session.do(MoveToPhase([site], target))
    undo, redo = window.actions_["undo"], window.actions_["redo"]
    assert undo.isEnabled()
    assert "Move CM0010" in undo.text()
    undo.trigger()
    qtbot.waitUntil(lambda: window.session.state.sites[site].phase == before, timeout=5000)
    qtbot.waitUntil(redo.isEnabled, timeout=5000)
    name = window.session.state.phases[before].name if before else ""
    assert name in window.roster.rows.rows[window.roster.rows.index_of[site]].cells
    redo.trigger()
    qtbot.waitUntil(lambda: window.session.state.sites[site].phase == target, timeout=5000)


def test_an_import_rebuilds_the_rows(window: MainWindow, qtbot: Any) -> None:
    """New sites appear in the table; undoing takes them away again."""
    from psnplanner.programme.edits import AddSites
    from psnplanner.programme.site import Site

    window.session.do(AddSites("more.csv", [Site(id=ident("new"), reference="NEW1", name="New")]))
    assert window.table.model.rowCount() == 121
    window.roster.select([ident("new")])
    window.actions_["undo"].trigger()
    qtbot.waitUntil(lambda: window.table.model.rowCount() == 120, timeout=5000)
    assert not window.roster.selected


def test_a_change_in_another_thread_reaches_the_window(window: MainWindow, qtbot: Any) -> None:
    """By a queued signal: no widget is touched outside the window's thread."""
    site = ident("site 10")
    window.jobs.start(
        "Move", lambda progress: window.session.do(MoveToPhase([site], ident("Pilot")))
    )
    place = window.roster.rows.index_of[site]
    qtbot.waitUntil(lambda: "Pilot" in window.roster.rows.rows[place].cells, timeout=5000)


def test_read_only_says_so_and_offers_no_edit(
    empty_window: MainWindow, sample: Session, settle: Callable[..., None]
) -> None:
    """The second opening of a file."""
    second = Session.open(sample.path, read_only=True)
    empty_window.adopt(second)
    settle(empty_window)
    assert empty_window.banner.isVisible()
    for name in ("import", "propose", "add_phase", "undo"):
        assert not empty_window.actions_[name].isEnabled()
    assert not empty_window.phases.add.isEnabled()


def test_a_fault_of_ours_is_logged_and_told_without_a_traceback(qtbot: Any, own_home: None) -> None:
    """One box, in plain words; the trace is in the log."""
    from psnplanner import logs
    from psnplanner.ui.messages import Mishaps

    mishaps = Mishaps()
    try:
        raise ZeroDivisionError("a slip")
    except ZeroDivisionError as fault:
        mishaps.catch(type(fault), fault, fault.__traceback__)
        mishaps.catch(type(fault), fault, fault.__traceback__)
    box = mishaps._box
    assert box is not None
    assert "Traceback" not in box.text()
    assert "ZeroDivisionError" not in box.text()
    log = logs.path().read_text("utf-8")
    assert "ZeroDivisionError" in log
    assert "a slip" not in log  # a fault's own words may be somebody's name
    box.close()


def test_every_command_has_words_and_the_common_ones_a_key(window: MainWindow) -> None:
    """Nothing only the mouse can reach; no key twice."""
    keys: dict[str, str] = {}
    for name, action in window.actions_.by_name.items():
        assert action.text().strip("&"), name
        for key in action.shortcuts():
            assert keys.setdefault(key.toString(), name) == name
    for name in ("new", "open", "import", "snapshot", "undo", "redo", "find", "propose"):
        assert not window.actions_[name].shortcut().isEmpty()
    for widget in (window.pane.canvas, window.table.view, window.phases.view, window.findings.view):
        assert widget.accessibleName()


def test_layout_is_remembered(empty_window: MainWindow, qtbot: Any) -> None:
    """A panel put away stays away; the usual layout brings it back."""
    empty_window.docks[0].hide()
    empty_window.close()
    again = MainWindow()
    qtbot.addWidget(again)
    again.show()
    assert again.docks[0].isHidden()
    again.places.usual()
    assert not again.docks[0].isHidden()


@pytest.mark.parametrize("appearance", ["light", "dark"])
def test_appearance(window: MainWindow, appearance: str) -> None:
    """Text stands out from its ground either way."""
    from psnplanner.ui import look

    window.actions_[f"look_{appearance}"].trigger()
    assert look.is_dark() is (appearance == "dark")
    contrast = abs(look.colour("text").lightness() - look.colour("base").lightness())
    assert contrast > 150
    look.apply("light")
