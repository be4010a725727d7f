"""The panels round the map keep their sizes, whatever comes between."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QTabBar

from psnplanner.session import Session
from psnplanner.ui.main_window import MainWindow


def test_the_start_page_between_two_programmes_alters_no_panel(
    empty_window: MainWindow, sample: Session
) -> None:
    """The map has most of the width at first, and the panels come back as they were left."""
    window = empty_window
    window.show_start()
    QApplication.processEvents()
    assert all(dock.isHidden() for dock in window.docks)
    window.adopt(sample)
    QApplication.processEvents()
    assert window.pane.canvas.width() > window.width() / 2
    assert window.pane.canvas.height() > 2 * window.playback.slider.height()
    assert window.places.table.height() > window.height() / 5
    before = [dock.size() for dock in window.docks]
    path = sample.path
    window.files.close()
    QApplication.processEvents()
    window.adopt(Session.open(path, author="tester"))
    QApplication.processEvents()
    assert [dock.size() for dock in window.docks] == before


def test_the_row_of_days_is_one_row_on_a_tall_screen(
    empty_window: MainWindow, sample: Session
) -> None:
    """What room there is more goes to the map."""
    empty_window.adopt(sample)
    heights = []
    for size in ((1366, 768), (1920, 1080)):
        empty_window.resize(*size)
        QApplication.processEvents()
        heights.append(empty_window.playback.slider.height())
    assert heights[0] == heights[1] < 60


def test_a_programme_without_sites_leaves_the_map_its_room(
    empty_window: MainWindow, tmp_path: Path, settle: Callable[[MainWindow], None]
) -> None:
    """What there is to do first is said in lines that break."""
    empty_window.adopt(Session.create(tmp_path / "new.gpkg", author="tester"))
    settle(empty_window)
    assert empty_window.places.plan.width() < empty_window.width() / 4
    assert "Import" in empty_window.home.panel.message.text()


def test_there_is_one_row_of_tabs_below_whatever_came_between(
    empty_window: MainWindow, sample: Session
) -> None:
    """No dead row stays on the table after the start page, nor after the usual layout."""
    window, places = empty_window, empty_window.places
    window.adopt(sample)
    places.show_timeline()
    places.site.setFloating(True)
    for act in (places.put_away, places.bring_back, places.usual):
        act()
        QApplication.processEvents()
    rows = window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
    (row,) = (row for row in rows if row.isVisible())
    assert [row.tabText(at) for at in range(row.count())] == ["Sites", "Timeline", "Savings"]
    assert row.tabText(row.currentIndex()) == "Sites"
    assert not places.site.isFloating()


def test_the_keys_open_in_the_middle_of_the_window(empty_window: MainWindow) -> None:
    """Not beyond the lower edge of a small screen."""
    empty_window.show_keys()
    keys = empty_window.findChild(QDialog)
    off = keys.geometry().center() - empty_window.geometry().center()
    assert abs(off.y()) < 40
    keys.reject()


def test_the_tabs_at_the_left_are_never_cut(empty_window: MainWindow, sample: Session) -> None:
    """However narrow the panel was left, and whichever of them is in front."""
    window = empty_window
    window.resize(1000, 700)
    window.adopt(sample)
    window.places.name_tab(window.findings, "Findings (256)")
    window.resizeDocks([window.places.plan], [120], Qt.Orientation.Horizontal)
    for number in range(window.tabs.count()):
        window.tabs.setCurrentIndex(number)
        QApplication.processEvents()
        assert window.tabs.tabBar().sizeHint().width() <= window.tabs.width()
