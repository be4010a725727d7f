"""The Forecast tab: asked for, told, acted on, and out of date after a change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from psnplanner.programme.edits import Amend
from psnplanner.ui.main_window import MainWindow

ONE_WINDOW = True


@pytest.fixture
def window(window: MainWindow) -> MainWindow:
    """The window, its panel asking for a thousand runs, whatever the last test asked for."""
    window.forecast.panel.runs.setCurrentIndex(0)
    return window


def asked(window: MainWindow, settle: Callable[[MainWindow], None], qtbot: Any) -> Any:
    """The panel in front, a forecast asked for by its button and told."""
    panel = window.forecast.panel
    window.tabs.setCurrentWidget(panel)
    qtbot.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    settle(window)
    return panel


def test_nothing_is_told_before_it_is_asked(window: MainWindow) -> None:
    """The tab is there, the button works, no figure is made up."""
    panel = window.forecast.panel
    assert window.tabs.tabText(window.tabs.indexOf(panel)) == "Forecast"
    assert panel.button.isEnabled()
    assert panel.chance.isHidden()
    assert panel.view.isHidden()
    assert "thousand times" in panel.message.text()


def test_a_forecast_is_told_here_and_at_home(
    window: MainWindow, settle: Callable[[MainWindow], None], qtbot: Any
) -> None:
    """The chance, the days, the band, ten things at most; Home has the same chance."""
    panel = asked(window, settle, qtbot)
    found = panel.forecast
    assert panel.chance.text().endswith("%")
    assert "120 sites" in panel.by.text()
    assert "in half of 1,000 runs" in panel.days.text()
    assert 0 < panel.model.rowCount() <= 10
    assert "sites live on" in panel.chart.accessibleName()
    assert panel.button.text() == "Forecast again"
    assert window.home.panel.chance.text().startswith(panel.chance.text())
    likely = found.whole.days[0]
    assert str(likely.year) in window.home.panel.forecast.text()


def test_a_thing_to_fix_shows_its_sites(
    window: MainWindow, settle: Callable[[MainWindow], None], qtbot: Any
) -> None:
    """By a click on its line."""
    panel = asked(window, settle, qtbot)
    place = panel.view.visualRect(panel.model.index(0)).topLeft() + QPoint(40, 12)
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.roster.selected == frozenset(panel.forecast.causes[0].sites)


def test_the_band_is_drawn_and_told_under_the_mouse(
    window: MainWindow, settle: Callable[[MainWindow], None], qtbot: Any
) -> None:
    """A picture with more than paper on it; a tip with the week's figures."""
    panel = asked(window, settle, qtbot)
    picture = panel.chart.grab().toImage()
    colours = {
        picture.pixel(x, y) for x in range(0, picture.width(), 3) for y in range(picture.height())
    }
    assert len(colours) > 10
    qtbot.mouseMove(panel.chart, panel.chart.rect().center())
    QApplication.processEvents()
    panel.chart.mouseMoveEvent(_Move(panel.chart.rect().center()))
    assert "live in the middle run" in panel.chart.toolTip()


class _Move:
    """A mouse that moved."""

    def __init__(self, at: QPoint) -> None:
        self._at = at

    def position(self) -> QPoint:
        """Where to."""
        return self._at


def test_a_change_makes_it_out_of_date(
    window: MainWindow, settle: Callable[[MainWindow], None], qtbot: Any
) -> None:
    """Out of sight it says so, and Home no longer tells it."""
    panel = asked(window, settle, qtbot)
    window.tabs.setCurrentWidget(window.phases)
    site = next(iter(window.session.state.sites))
    window.session.do(Amend("site", [site], {"note": "changed"}))
    qtbot.waitUntil(lambda: "has changed" in panel.message.text(), timeout=5_000)
    assert not window.home.panel.chance.text()
    window.tabs.setCurrentWidget(panel)
    qtbot.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    settle(window)
    assert panel.message.isHidden()


def test_in_view_it_keeps_up_with_changes(
    window: MainWindow, settle: Callable[[MainWindow], None], qtbot: Any
) -> None:
    """A thousand runs are quick: nobody has to ask again. Ten thousand are asked for."""
    panel = asked(window, settle, qtbot)
    first = panel.forecast
    site = next(iter(window.session.state.sites))
    window.session.do(Amend("site", [site], {"note": "changed"}))
    qtbot.waitUntil(
        lambda: panel.forecast is not first and panel.message.isHidden(), timeout=20_000
    )
    assert window.home.panel.chance.text()
    panel.runs.setCurrentIndex(1)
    second = panel.forecast
    window.session.do(Amend("site", [site], {"note": "again"}))
    qtbot.waitUntil(lambda: "has changed" in panel.message.text(), timeout=5_000)
    assert not panel._soon.isActive()
    assert panel.forecast is second


def test_phases_and_partners_have_chances_of_their_own(
    window: MainWindow, settle: Callable[[MainWindow], None], qtbot: Any
) -> None:
    """A line each, that shows its sites."""
    panel = asked(window, settle, qtbot)
    for place, groups in ((1, panel.forecast.phases), (2, panel.forecast.partners)):
        panel.first.setCurrentIndex(place)
        assert panel.model.rowCount() == len(groups)
        said = [panel.model.index(row).data() for row in range(len(groups))]
        named = [group.name or ("No phase" if place == 1 else "No partner") for group in groups]
        assert [words.split(":")[0] for words in said] == named
        panel._show_cause(panel.model.index(0))
        assert window.roster.selected == frozenset(groups[0].sites)
    panel.first.setCurrentIndex(0)
    assert panel.model.rowCount() <= 10


def test_it_can_be_stopped(
    window: MainWindow, settle: Callable[[MainWindow], None], qtbot: Any
) -> None:
    """The button stops what it began; nothing is told."""
    panel = window.forecast.panel
    window.tabs.setCurrentWidget(panel)
    panel.runs.setCurrentIndex(1)
    qtbot.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    assert panel.button.text() == "Stop"
    qtbot.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    settle(window)
    assert panel.forecast is None
    assert panel.button.text() == "Forecast"


def test_without_a_programme_it_is_empty(
    window: MainWindow, settle: Callable[[MainWindow], None], qtbot: Any
) -> None:
    """What was told goes with the programme it was told of."""
    panel = asked(window, settle, qtbot)
    window.let_go()
    assert panel.forecast is None
    assert not panel.button.isEnabled()
    assert panel.message.text().startswith("Open a programme")


def test_the_plan_menu_asks_too(window: MainWindow, settle: Callable[[MainWindow], None]) -> None:
    """It shows the tab and forecasts."""
    action = window.actions_["forecast"]
    assert action.isEnabled()
    action.trigger()
    settle(window)
    assert window.tabs.currentWidget() is window.forecast.panel
    assert window.forecast.panel.forecast is not None
    window.let_go()
    assert not action.isEnabled()
